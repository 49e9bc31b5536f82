"""What changed between two reports: what a newer corpus brought, and what that changed in chart and outcome.

Two reports with one hash are identical, and nothing more is said. Otherwise every difference that bears on a
reader's judgment is one `Change`; where two hashes differ and none of these does (a rank, say), the parts of
the record that differ are named, so that "changed" never stands without a reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from pipeline import report_view as view
from pipeline.chart import Support
from pipeline.including import PARAMETER
from pipeline.novelty import FILING, dump
from pipeline.report_figures import Score, category, category_of_late, score, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.chart import Cell
    from pipeline.novelty import NoveltyReport

_ASKED: Final = ("limit", PARAMETER, FILING)
"""Parameters that whoever asked has chosen; the others are the program's."""


class Topic(StrEnum):
    """What a change is about, in the order in which a reader wants them."""

    QUESTION = "question"
    """Disclosure, features, dates or parameters: then the two reports do not answer the same question."""
    METHOD = "method"
    """The program or its model: then not every change comes from the corpus."""
    OUTCOME = "outcome"
    CLOSEST = "closest art"
    DOCUMENT = "documents"
    CELL = "cells"
    DATE = "dates"
    SCORE = "scores"
    CATEGORY = "categories"
    COMBINATION = "combinations"
    LEFT_OUT = "left out"
    COVERAGE = "coverage"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference; `before` or `after` is empty where there was or is nothing."""

    topic: Topic
    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDiff:
    """All differences between two reports, topic by topic."""

    identical: bool
    changes: tuple[Change, ...]

    @property
    def same_question(self) -> bool:
        """Tell whether both reports answer the same question."""
        return not any(change.topic is Topic.QUESTION for change in self.changes)

    @property
    def same_method(self) -> bool:
        """Tell whether both were made by the same program and model."""
        return not any(change.topic is Topic.METHOD for change in self.changes)


def compare(before: NoveltyReport, after: NoveltyReport) -> ReportDiff:
    """Compare two reports, the older one first."""
    if before.hash == after.hash:
        return ReportDiff(identical=True, changes=())
    pairs = (
        (Topic.QUESTION, _question),
        (Topic.METHOD, _method),
        (Topic.OUTCOME, _outcome),
        (Topic.CLOSEST, _closest),
        (Topic.DOCUMENT, _documents),
        (Topic.DATE, _dates),
        (Topic.SCORE, _scores),
        (Topic.CATEGORY, _categories),
        (Topic.COMBINATION, _combinations),
        (Topic.LEFT_OUT, _left_out),
        (Topic.COVERAGE, _coverage),
    )
    changes = [c for topic, said in pairs for c in _changes(topic, said(before), said(after))]
    changes += _cells(before, after)
    changes = changes or list(_rest(before, after))
    order = {topic: number for number, topic in enumerate(Topic)}
    changes.sort(key=lambda change: order[change.topic])
    return ReportDiff(identical=False, changes=tuple(changes))


def _changes(topic: Topic, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for subject in dict.fromkeys((*after, *before)):
        old, new = before.get(subject, ""), after.get(subject, "")
        if old != new:
            yield Change(topic=topic, subject=subject, before=old, after=new)


def _question(report: NoveltyReport) -> dict[str, str]:
    features = {
        f"feature {f.id}": f"{' '.join(f.text.split())} ({view.feature_marks(f)})" for f in report.features
    }
    return {
        "disclosure": report.disclosure_sha256,
        "title": report.disclosure_title,
        "critical date": report.critical_date.isoformat(),
        "excluded": ", ".join(report.excluded),
        **{name: value for name, value in _parameters(report).items() if name in _ASKED},
        **features,
    }


def _parameters(report: NoveltyReport) -> dict[str, str]:
    return {name: ", ".join(v for n, v in report.parameters if n == name) for name, _ in report.parameters}


def _method(report: NoveltyReport) -> dict[str, str]:
    made = {name: value for name, value in _parameters(report).items() if name not in _ASKED}
    return {**made, "model": f"{report.coverage.model} {report.coverage.model_sha256}"}


def _outcome(report: NoveltyReport) -> dict[str, str]:
    return {"outcome": report.outcome.value, "not found": ", ".join(report.residual)}


def _closest(report: NoveltyReport) -> dict[str, str]:
    return {
        item.feature.id: "" if item.cell is None else f"{item.cell.key}: {item.cell.support.value}"
        for item in view.closest(report)
    }


def _documents(report: NoveltyReport) -> dict[str, str]:
    """Say of each charted document what it shows."""
    closest = view.closest(report)
    said = {}
    for reference in report.chart.references:
        cells = [c for c in report.chart.cells if c.key == reference.key]
        parts = [
            f"{words} {', '.join(names)}"
            for words, names in (
                ("shows", [c.feature for c in cells if c.support is Support.DISCLOSED]),
                ("shows partly", [c.feature for c in cells if c.support is Support.PARTLY]),
                ("closest art of", [i.feature.id for i in closest if i.cell and i.cell.key == reference.key]),
            )
            if names
        ]
        said[f"{reference.key} ({reference.title})"] = "; ".join(parts) or "charted, shows nothing"
    return said


def _dates(report: NoveltyReport) -> dict[str, str]:
    return {r.key: f"{view.status_words(r)}, {r.status.value}" for r in report.chart.references} | {
        late.key: f"{late.published or 'no public date'}, does not count" for late in report.left_out
    }


def _scores(report: NoveltyReport) -> dict[str, str]:
    found = {r.key: _score(score(report, r.key)) for r in report.chart.references}
    return {**found, "all that count, together": _score(together(report))}


def _score(found: Score) -> str:
    return (
        f"{found.disclosed} of {found.evaluated} evaluated, {found.disclosed} to {found.highest} of "
        f"{found.essential}"
    )


def _categories(report: NoveltyReport) -> dict[str, str]:
    charted = {r.key: category(report, r).letter or "–" for r in report.chart.references}
    return {**charted, **{late.key: category_of_late(report, late).letter or "–" for late in report.left_out}}


def _combinations(report: NoveltyReport) -> dict[str, str]:
    return {" + ".join(c.keys): ", ".join(c.covers) for c in report.combinations}


def _left_out(report: NoveltyReport) -> dict[str, str]:
    return {f"{late.key} ({late.title})": late.reason for late in report.left_out}


def _coverage(report: NoveltyReport) -> dict[str, str]:
    found = report.coverage
    return {
        **{name.lower(): value for name, value in view.searched(report)},
        "records not readable": str(found.skipped),
        **{f"query {q.subject}": f"{q.hits} hits ({q.mode}): {q.text}" for q in found.queries},
        **{f"not searched: {line}": "said" for line in found.not_searched},
    }


def _cells(before: NoveltyReport, after: NoveltyReport) -> Iterator[Change]:
    """Compare the cells of documents that both charts have; the others stand under documents."""
    old, new = _by_place(before.chart.cells), _by_place(after.chart.cells)
    for place in new:
        if place in old:
            was, now = _cell(old[place]), _cell(new[place])
            if was != now:
                subject = f"{place[0]} × {place[1]}"
                yield Change(topic=Topic.CELL, subject=subject, before=was, after=now)


def _by_place(cells: Iterable[Cell]) -> dict[tuple[str, str], Cell]:
    return {(cell.feature, cell.key): cell for cell in cells}


def _cell(cell: Cell) -> str:
    places = [f"{e.anchor} {e.start}–{e.end} of text {e.source_sha256[:8]}" for e in cell.evidence]
    return f"{cell.support.value}, {cell.probability:.2f}, {cell.origin}; {'; '.join(places) or 'no quote'}"


def _rest(before: NoveltyReport, after: NoveltyReport) -> Iterator[Change]:
    old: dict[str, Any] = dump(before)
    new: dict[str, Any] = dump(after)
    for name, value in new.items():
        if old[name] != value:
            words = "other details, see the JSON forms"
            yield Change(topic=Topic.OTHER, subject=name, before="", after=words)


def diff_json(found: ReportDiff) -> dict[str, Any]:
    """Return a comparison as JSON values: `identical`, `same_question`, `same_method`, `changes` by topic."""
    topics: dict[str, list[dict[str, str]]] = {}
    for change in found.changes:
        value = asdict(change)
        topics.setdefault(str(value.pop("topic")), []).append(value)
    return {
        "identical": found.identical,
        "same_question": found.same_question,
        "same_method": found.same_method,
        "changes": topics,
    }


def diff_lines(found: ReportDiff) -> list[str]:
    """Return a comparison in words."""
    if found.identical:
        return ["identical"]
    lines = [] if found.same_question else [_OTHER_QUESTION]
    lines += [] if found.same_method else [_OTHER_METHOD]
    topic: Topic | None = None
    for change in found.changes:
        if change.topic is not topic:
            topic = change.topic
            lines.append(f"{topic.value}:")
        lines.append(f"  {change.subject}: {_from_to(change)}")
    return lines


_OTHER_QUESTION = "The two reports do not answer the same question: what was asked changed, see below."


_OTHER_METHOD = "The program or its model changed too: not every change below comes from the corpus."


def _from_to(change: Change) -> str:
    if not change.before:
        return f"new: {change.after}"
    return f"{change.before} → {change.after}" if change.after else f"gone (was: {change.before})"

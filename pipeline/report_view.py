"""What every form of the report says, before it is Markdown, HTML or JSON: sentences, closest art, scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.chart import Cell, ChartReference, DateStatus, Support
from pipeline.conclusion import essential_ids
from pipeline.disclosure import Feature
from pipeline.novelty import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.chart import Evidence
    from pipeline.novelty import NoveltyReport

_ORDER: Final = {Support.DISCLOSED: 0, Support.PARTLY: 1, Support.NOT_DISCLOSED: 2, Support.NOT_EVALUATED: 3}
SYMBOLS: Final = {
    Support.DISCLOSED: "●",
    Support.PARTLY: "◐",
    Support.NOT_DISCLOSED: "○",
    Support.NOT_EVALUATED: "–",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closest:
    """The nearest reference of a feature; `cell` is None when nothing was found at all."""

    feature: Feature
    cell: Cell | None
    reference: ChartReference | None

    @property
    def evidence(self) -> Evidence | None:
        return self.cell.evidence[0] if self.cell is not None and self.cell.evidence else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Essential features that a reference shows: of those evaluated, and of all (unknown counts as no)."""

    disclosed: int
    partly: int
    evaluated: int
    essential: int


def place(evidence: Evidence) -> str:
    """Say where a quote stands, and which version of its work was public first with it."""
    first = ""
    if evidence.first_key:
        which = "this version" if evidence.first_key == evidence.key else evidence.first_key
        first = f"; these words were first public in {which} ({evidence.first_published})"
    return f"{evidence.key}, {evidence.anchor}, characters {evidence.start}–{evidence.end}{first}"


def closest(report: NoveltyReport) -> tuple[Closest, ...]:
    """Return the best cell per feature, documents dated before first."""
    references = {reference.key: reference for reference in report.chart.references}
    found = []
    for feature in report.features:
        cells = [c for c in report.chart.cells if c.feature == feature.id and c.evidence]
        cells.sort(key=lambda cell: _preference(cell, references[cell.key]))
        best = cells[0] if cells else None
        reference = None if best is None else references[best.key]
        found.append(Closest(feature=feature, cell=best, reference=reference))
    return tuple(found)


def _preference(cell: Cell, reference: ChartReference) -> tuple[bool, int, float, str]:
    undetermined = reference.status is not DateStatus.BEFORE
    return undetermined, _ORDER[cell.support], -cell.probability, cell.key


def score(report: NoveltyReport, key: str) -> Score:
    """Count what a reference shows of the essential features: two figures, never one percentage."""
    wanted = essential_ids(report.features)
    cells = [c for c in report.chart.cells if c.key == key and c.feature in wanted]
    return Score(
        disclosed=sum(cell.support is Support.DISCLOSED for cell in cells),
        partly=sum(cell.support is Support.PARTLY for cell in cells),
        evaluated=sum(cell.support is not Support.NOT_EVALUATED for cell in cells),
        essential=len(wanted),
    )


def outcome_words(report: NoveltyReport) -> str:
    """Return the outcome as one or two sentences that stand by themselves."""
    day = report.critical_date.isoformat()
    if report.outcome is Outcome.INSUFFICIENT:
        return (
            f"No document that was certainly public before {day} could be compared. This says nothing about "
            "the invention."
        )
    keys = _listed(report.combinations[0].keys) if report.combinations else ""
    if report.outcome is Outcome.DISCLOSED_IN_ONE:
        return f"For every essential feature a quote was found in {keys}, which was public before {day}."
    if report.outcome is Outcome.DISCLOSED_IN_COMBINATION:
        together = f"{keys} do together. Each was public before {day}."
        return f"No single document shows every essential feature; {together}"
    rest = f" The other essential features are shown by {keys}." if keys else ""
    left = _listed(report.residual)
    return f"No searched document that was certainly public before {day} was found to disclose {left}.{rest}"


def _listed(names: Sequence[str]) -> str:
    """Return `A`, `A and B`, or `A, B and C`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def headline(report: NoveltyReport) -> str:
    """Return the outcome with a capital letter."""
    return report.outcome.value[0].upper() + report.outcome.value[1:]


def limits(report: NoveltyReport) -> tuple[str, ...]:
    """Return what the report does not tell, to stand directly under the outcome."""
    found = report.coverage
    scope = (
        f"{found.eligible} of the {found.documents} documents of this corpus were certainly or possibly "
        "public before the date. What lies outside it was not looked at; see “Not searched”."
    )
    return (scope, *report.notes)


def status_words(reference: ChartReference) -> str:
    """Return when a reference became public, and who says so."""
    day = reference.published or "no public date"
    source = f" ({reference.date_source})" if reference.date_source else ""
    unclear = "; date undetermined, does not count" if reference.status is not DateStatus.BEFORE else ""
    return f"{day}{source}{unclear}"


def feature_marks(feature: Feature) -> str:
    """Return kind and marks of a feature, e.g. `numeric, essential, point of novelty`."""
    marks = [feature.kind.value, "essential" if feature.essential else "optional"]
    return ", ".join([*marks, "point of novelty"] if feature.novel else marks)


def pieces(evidence: Evidence) -> Iterator[tuple[str, bool]]:
    """Yield the quote in stretches, each with whether it is one of the feature's words."""
    position = 0
    for start, end in _adjacent(evidence):
        if start > position:
            yield evidence.quote[position:start], False
        if end > start >= position:
            yield evidence.quote[start:end], True
        position = max(position, end)
    if position < len(evidence.quote):
        yield evidence.quote[position:], False


def _adjacent(evidence: Evidence) -> tuple[tuple[int, int], ...]:
    """Return the marked spans, those with only blanks or a hyphen between them made one."""
    spans: list[tuple[int, int]] = []
    for start, end in evidence.terms:
        if spans and start >= spans[-1][1] and not evidence.quote[spans[-1][1] : start].strip(" -"):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return tuple(spans)


def counts_words(counts: tuple[tuple[str, int], ...]) -> str:
    """Return `paper 12, patent 3`, or a dash."""
    return ", ".join(f"{name or 'unknown'} {count}" for name, count in counts) or "–"


def combination_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return one sentence per smallest set of references."""
    lines = []
    for found in report.combinations:
        left = f"; not shown: {', '.join(found.residual)}" if found.residual else ""
        verb = "show together" if len(found.keys) > 1 else "shows alone"
        lines.append(f"{' + '.join(found.keys)} {verb}: {', '.join(found.covers)}{left}")
    return tuple(lines) or ("No reference dated before the critical date discloses an essential feature.",)


def residual_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return the features that nothing eligible disclosed."""
    texts = {feature.id: feature.text for feature in report.features}
    lines = tuple(f"{feature}: {texts[feature]}" for feature in report.residual)
    return lines or ("None: every essential feature was found.",)


def apart_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return the documents that were found and do not count, with why."""
    lines = [f"{i.key}, {i.title}, {i.published}: {i.reason}" for i in report.left_out]
    lines += [
        f"{r.key}, {r.title}: date undetermined ({r.published or 'no public date'}), to be found out"
        for r in report.chart.references
        if r.status is DateStatus.UNDETERMINED
    ]
    lines += [f"{key}: excluded on request" for key in report.excluded]
    return tuple(lines) or ("None.",)


def searched_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return what the corpus held."""
    found = report.coverage
    span = f"public from {found.oldest or 'unknown'} to {found.newest or 'unknown'}"
    eligible = f"Certainly or possibly public before the date: {found.eligible}"
    return (
        f"Documents: {found.documents} ({found.passages} passages), {span}",
        f"{eligible}; without a public date: {found.undated}; unreadable: {found.skipped}",
        f"Kinds: {counts_words(found.by_kind)}",
        f"Offices: {counts_words(found.by_country)}",
        f"Languages: {counts_words(found.languages)}",
        f"Sources: {counts_words(found.by_source)}",
        *((f"How well this search finds what is there: {found.measured}",) if found.measured else ()),
    )


def query_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return every query that was run."""
    return tuple(f"{q.subject} ({q.mode}, {q.hits} hits): {q.text}" for q in report.coverage.queries)


def reproduction(report: NoveltyReport) -> tuple[tuple[str, str], ...]:
    """Return the names and values that identify the run and its inputs."""
    return (
        ("disclosure", report.disclosure_sha256),
        ("run", report.run_id),
        ("report", report.hash),
        ("corpus snapshot", report.coverage.snapshot),
        ("model", f"{report.coverage.model} {report.coverage.model_sha256}"),
        *report.parameters,
    )

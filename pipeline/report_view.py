"""The sentences of a report and its closest art, before any form: `report_sections` puts them in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.chart import Cell, ChartReference, DateStatus, Support
from pipeline.disclosure import Feature
from pipeline.including import PARAMETER
from pipeline.novelty import Outcome, filing_date
from pipeline.report_figures import LEGEND, ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.chart import Evidence
    from pipeline.novelty import NoveltyReport

SYMBOLS: Final = {
    Support.DISCLOSED: "●",
    Support.PARTLY: "◐",
    Support.NOT_DISCLOSED: "○",
    Support.NOT_EVALUATED: "–",
}

_METHOD: Final = (
    (
        "Each was compared with each feature. A machine proposes “disclosed” only beside an exact quote that "
        "carries every number and every negation of the feature; otherwise at most “partly”."
    ),
    (
        "A quote is the document's own text between the two characters named; the SHA-256 of the whole text "
        "stands beside every piece of evidence in the workbook and the JSON form."
    ),
    (
        "Combinations are the smallest sets of documents, certainly public before the date, that together "
        "show what any of them shows."
    ),
    (
        "The first score counts features shown among those evaluated, the second among all, unknown as zero. "
        "The band runs from what is shown in full to what would be shown if every “partly” and every "
        "unevaluated feature were. It is no statistic."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closest:
    """The nearest reference of a feature; `cell` is None when nothing was found at all."""

    feature: Feature
    cell: Cell | None
    reference: ChartReference | None

    @property
    def evidence(self) -> Evidence | None:
        return self.cell.evidence[0] if self.cell is not None and self.cell.evidence else None


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
    return undetermined, ORDER[cell.support], -cell.probability, cell.key


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


def answer(report: NoveltyReport) -> str:
    """Return the one paragraph that answers: outcome, reach, what is open, who judged."""
    found, references = report.coverage, report.chart.references
    day = report.critical_date.isoformat()
    open_dates = sum(r.status is DateStatus.UNDETERMINED for r in references)
    people = sorted({c.origin for c in report.chart.cells if c.origin != "machine"})
    judged = f"Cells were decided by {', '.join(people)}" if people else "No person has confirmed any cell"
    reach = (
        f"{_count(len(report.features), 'feature')} of the disclosure were compared with "
        f"{_count(len(references), 'document')}, chosen from {found.eligible:,} that were or may have been "
        f"public before {day}, of {found.documents:,} in the corpus."
    )
    parts = [outcome_words(report), reach]
    if open_dates:
        verb = "has an open date and does" if open_dates == 1 else "have open dates and do"
        parts.append(f"{open_dates} of the documents charted {verb} not count until the date is found out.")
    parts.append(f"{judged}; the rest is proposed by a machine." if people else f"{judged}.")
    return " ".join(parts)


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"


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


def about(report: NoveltyReport) -> str:
    """Return the line under the title."""
    filing = filing_date(report)
    parts = [
        f"Critical date {report.critical_date.isoformat()}",
        *([f"filing date {filing.isoformat()}"] if filing else []),
        _count(len(report.features), "feature"),
        _count(len(report.chart.references), "reference"),
        "not legal advice",
    ]
    return " · ".join(parts)


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
    """Return the documents that were found and do not count, beside those left out because of their date."""
    lines = [
        f"{r.key}, {r.title}: date undetermined ({r.published or 'no public date'}), to be found out"
        for r in report.chart.references
        if r.status is DateStatus.UNDETERMINED
    ]
    lines += [f"{key}: excluded on request" for key in report.excluded]
    return tuple(lines) or ("No document with an open date was charted, none was excluded on request.",)


def searched(report: NoveltyReport) -> tuple[tuple[str, str], ...]:
    """Return what the corpus held and how well it is searched, as names and values."""
    found = report.coverage
    return (
        ("Corpus snapshot", found.snapshot),
        ("Documents", f"{found.documents:,} ({found.passages:,} passages)"),
        ("Public from", f"{found.oldest or 'unknown'} to {found.newest or 'unknown'}"),
        ("Certainly or possibly public before the date", f"{found.eligible:,}"),
        ("Without a public date", f"{found.undated:,}"),
        ("Sources", counts_words(found.by_source)),
        ("Kinds", counts_words(found.by_kind)),
        ("Offices", counts_words(found.by_country)),
        ("Languages", counts_words(found.languages)),
        ("How well this search finds what is there", found.measured or "not measured"),
    )


def filter_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return what narrowed the searches."""
    day = report.critical_date.isoformat()
    lines = [
        (
            f"Charted: only documents that were, or may have been, public strictly before {day}, and those "
            "without a date."
        ),
        "Searched a second time without any date, to name near documents that come too late.",
    ]
    if report.excluded:
        lines.append(f"Excluded on request: {', '.join(report.excluded)}.")
    added = [value for name, value in report.parameters if name == PARAMETER]
    if added:
        lines.append(f"Put into the chart by a person: {', '.join(added)}.")
    return (*lines, "No filter by kind, office, class, language or source.")


def failed_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return what went wrong, as far as it is known."""
    found = report.coverage
    empty = [q.subject for q in found.queries if not q.hits]
    lines = [f"Records that could not be read when the corpus was built: {found.skipped:,}."]
    if empty:
        lines.append(f"Queries without any hit: {', '.join(empty)}.")
    return (*lines, "Damage to the index, where there is any, is named under “Not searched”.")


def method_lines(report: NoveltyReport) -> tuple[str, ...]:
    """Return how the report came about, in the order in which it was done."""
    given = dict(report.parameters)
    limit = f" (at most {given['limit']}, beside those that a person put there)" if "limit" in given else ""
    features = _count(len(report.features), "feature")
    return (
        f"The disclosure was split into {features}; a person may have edited them.",
        "One query was run for each feature and one for the whole, by words and by meaning together.",
        f"The documents charted were chosen so that rare features are not crowded out{limit}.",
        *_METHOD,
        LEGEND,
    )


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

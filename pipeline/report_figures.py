"""Two scores and a category per reference, as far as a machine may propose them.

Scores: what a quote shows of the essential features, counted over those that were evaluated, and over all
with unknown as zero; the share evaluated; and the band in which the second score lies. The band is no
statistic: it runs from the features that a quote shows in full to those that would be shown if every
"partly" and every cell not evaluated turned out as disclosed. Nothing becomes one percentage.

Categories: the letters of WIPO Standard ST.14 (3/2021), paragraph 14. X and Y are proposals: whether a
document anticipates, or two would have been combined, is for a person. E and P follow from days alone
(EPO Guidelines B-X 9.2.4 and 9.2.6): a document published from the priority day on and before the filing
day is P, one filed before the filing day and published on it or later is E. A report that knows only a
critical date takes it for the filing day and says that P needs both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ingest.documents import DayInterval
from ingest.errors import DateFormError
from pipeline import dating
from pipeline.chart import Cell, ChartReference, DateStatus, Support
from pipeline.conclusion import conclude, essential_ids
from pipeline.novelty import filing_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.novelty import Combination, LeftOut, NoveltyReport

ORDER: Final = {
    Support.DISCLOSED: 0,
    Support.PARTLY: 1,
    Support.NOT_DISCLOSED: 2,
    Support.NOT_EVALUATED: 3,
}
LEGEND: Final = (
    "Categories as in WIPO ST.14. X: shows every essential feature alone. Y: shows every essential feature "
    "together with the other documents of a combination named here. A: background. P: published from the "
    "priority day on and before the filing day. E: filed before, published on the filing day or later. X and "
    "Y are proposals of a machine; a person decides. No letter is given while a date is open."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Essential features that a reference shows: of those evaluated, and of all (unknown counts as no)."""

    disclosed: int
    partly: int
    evaluated: int
    essential: int

    @property
    def highest(self) -> int:
        """Features shown if every partly and every unknown one were disclosed."""
        return self.disclosed + self.partly + self.essential - self.evaluated


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A letter of ST.14, empty where none can be given, and why."""

    letter: str
    words: str


def score(report: NoveltyReport, key: str) -> Score:
    """Count what a reference shows of the essential features: two figures, never one percentage."""
    return _counted(report, (c for c in report.chart.cells if c.key == key))


def together(report: NoveltyReport) -> Score:
    """Count what all references that certainly count show, each feature where it is shown best."""
    before = {r.key for r in report.chart.references if r.status is DateStatus.BEFORE}
    return _counted(report, (c for c in report.chart.cells if c.key in before))


def _counted(report: NoveltyReport, cells: Iterable[Cell]) -> Score:
    wanted = essential_ids(report.features)
    best: dict[str, Support] = {}
    for cell in cells:
        if cell.feature in wanted:
            known = best.get(cell.feature, Support.NOT_EVALUATED)
            best[cell.feature] = min(known, cell.support, key=lambda support: ORDER[support])
    supports = list(best.values())
    return Score(
        disclosed=supports.count(Support.DISCLOSED),
        partly=supports.count(Support.PARTLY),
        evaluated=len(supports) - supports.count(Support.NOT_EVALUATED),
        essential=len(wanted),
    )


def category(report: NoveltyReport, reference: ChartReference) -> Category:
    """Propose the category of a charted reference."""
    if reference.status is DateStatus.BEFORE:
        return _by_content(report, reference.key, report.combinations)
    other = conclude(report.features, report.chart, frozenset(DateStatus))
    found = _by_content(report, reference.key, other.combinations)
    then = f"; {found.letter} if all open dates were before {report.critical_date}" if found.letter else ""
    return Category(letter="", words=f"none while its date is open{then}")


def _by_content(report: NoveltyReport, key: str, combinations: Sequence[Combination]) -> Category:
    found = score(report, key)
    if not found.evaluated:
        return Category(letter="", words="not evaluated")
    if found.disclosed == found.essential:
        return Category(letter="X", words="shows every essential feature alone")
    partners = [c.keys for c in combinations if key in c.keys and len(c.keys) > 1 and not c.residual]
    if partners:
        others = " + ".join(other for other in partners[0] if other != key)
        return Category(letter="Y", words=f"shows every essential feature together with {others}")
    return Category(letter="A", words=f"shows {found.disclosed} of {found.essential} essential features")


def category_of_late(report: NoveltyReport, late: LeftOut) -> Category:
    """Tell E and P of a document that was not public before the critical date."""
    told = filing_date(report)
    filing = told or report.critical_date
    published, filed = _days(late.published), _days(late.filed)
    earlier = dating.LATER_FILED_BEFORE in late.reason or (filed is not None and filed.latest < filing)
    if published is None:
        return Category(letter="", words="no public date")
    if published.latest < filing:
        words = "published between the priority day and the filing day"
        if filed is not None and filed.latest < report.critical_date:
            words += "; filed before both, so perhaps an earlier application as well"
        return Category(letter="P", words=words)
    if published.earliest < filing:
        other = "E" if earlier else "none"
        return Category(letter="", words=f"P if published before {filing}, {other} if later: its day is open")
    if earlier:
        return Category(letter="E", words="filed before, published on the filing day or later")
    if filed is not None and filed.earliest < filing:
        return Category(letter="", words=f"E if filed before {filing}: its filing day is open")
    return Category(letter="", words="none: not known to have been filed before")


def _days(text: str) -> DayInterval | None:
    try:
        return DayInterval.parse(text) if text else None
    except DateFormError:
        return None

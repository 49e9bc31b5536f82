"""Known solutions: what a search found, cited neutrally, and what the inventors themselves name.

Only references that the report dates strictly before the critical date are cited, and of those only ones of
which a passage is quoted for a feature. The critical date itself is not printed: it would tell when something
was filed. Quotes stay short (40 words) and are escaped as foreign data; nothing is said about what a document
lacks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.chart import DateStatus, Support
from pipeline.drafting_text import clip, escape, one_line
from publications.content import published_words
from publications.document import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.chart import ChartReference, Evidence
    from pipeline.novelty import NoveltyReport

MOST: Final = 12
QUOTED_WORDS: Final = 40
_QUOTED_LENGTH: Final = 400
_TITLE_LENGTH: Final = 300
_PLACES: Final = 6
_BRACKETS: Final = re.compile(r"[\[\]()]")
_MOST_BRACKETS: Final = 40
"""More than these in a quote are noise, and the renderer refuses texts full of them."""
INTRODUCTION: Final = "Documents found in a search of earlier publications describe the following."


def references(report: NoveltyReport | None, preamble: str = "") -> tuple[Reference, ...]:
    """Return the documents cited, best first, with the places that were quoted in the report."""
    if report is None:
        return ()
    return tuple(
        Reference(
            key=one_line(column.key)[:_TITLE_LENGTH],
            title=one_line(column.title)[:_TITLE_LENGTH],
            published=one_line(column.published)[:_QUOTED_LENGTH],
            places=_places(found),
        )
        for column, found in _cited(report, preamble)
    )


def known_solutions(report: NoveltyReport | None, preamble: str = "") -> str:
    """Return the paragraph and list of found documents as Markdown; empty without any.

    What a document says of a feature is quoted before what it says of the `preamble`, which tells little.
    """
    cited = _cited(report, preamble) if report is not None else []
    if not cited:
        return ""
    items = [_item(column, found) for column, found in cited]
    return "\n\n".join((INTRODUCTION, "\n".join(f"- {item}" for item in items)))


def _cited(report: NoveltyReport, preamble: str) -> list[tuple[ChartReference, list[Evidence]]]:
    found = []
    for column in report.chart.references:
        evidence = _evidence(report, column, preamble)
        if column.status is DateStatus.BEFORE and evidence:
            found.append((column, evidence))
    return found[:MOST]


def _evidence(report: NoveltyReport, column: ChartReference, preamble: str) -> list[Evidence]:
    """Return what was quoted from a document, the strongest support first."""
    cells = [
        cell
        for cell in report.chart.cells
        if cell.key == column.key and cell.support in (Support.DISCLOSED, Support.PARTLY)
    ]
    cells.sort(
        key=lambda cell: (
            cell.feature == preamble,
            cell.support is not Support.DISCLOSED,
            -cell.probability,
            cell.feature,
        )
    )
    return [evidence for cell in cells for evidence in cell.evidence[:1] if evidence.quote.strip()]


def _places(found: Sequence[Evidence]) -> tuple[str, ...]:
    anchors = (one_line(evidence.anchor)[:80] for evidence in found)
    return tuple(dict.fromkeys(anchor for anchor in anchors if anchor))[:_PLACES]


def _item(column: ChartReference, found: Sequence[Evidence]) -> str:
    key, title = escape(column.key[:_TITLE_LENGTH], foreign=True), one_line(column.title)[:_TITLE_LENGTH]
    named = f"{key}, “{escape(title, foreign=True)}”" if title else key
    when = published_words(one_line(column.published)[:_QUOTED_LENGTH])
    dated = f" ({escape(when, foreign=True)})" if when else ""
    first, *others = found
    quote = _quote(first.quote, title)
    anchor = escape(one_line(first.anchor)[:80], foreign=True)
    said = f", {anchor}: “{quote}”" if quote else f", {anchor}"
    more = [place for place in _places(others) if place != one_line(first.anchor)[:80]]
    see = f" See also {', '.join(escape(place, foreign=True) for place in more)}." if more else ""
    end = "" if quote.endswith((".", "…")) and quote else "."
    return f"{named}{dated}{said}{end}{see}"


def _quote(text: str, title: str) -> str:
    """Return the beginning of a quote, without the title that an abstract's passage begins with."""
    line = one_line(text)
    rest = line.removeprefix(title)
    if title and rest != line and re.match(r"[ .:]+[A-Z0-9]", rest):
        line = rest.lstrip(" .:")
    if len(_BRACKETS.findall(line)) > _MOST_BRACKETS:
        return ""
    short = clip(line, QUOTED_WORDS).rstrip(" ,;:")
    if len(short) > _QUOTED_LENGTH:
        short = short[:_QUOTED_LENGTH].rstrip() + " …"
    return escape(short, foreign=True)

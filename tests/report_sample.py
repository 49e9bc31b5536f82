"""A report with everything in it, one with hostile words everywhere, and what a report says in all forms."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from pipeline.assess import assess, finish
from pipeline.decompose import decompose
from pipeline.disclosure import Topic
from pipeline.intake import from_answers
from pipeline.novelty import NoveltyReport, load
from pipeline.novelty import dump as dump_report
from pipeline.report_blocks import Plot, Section
from pipeline.report_sections import paper
from tests.hash_encoder import HashEncoder
from tests.memory_library import MemoryLibrary, make_document

CRITICAL = date(2020, 6, 15)
HOSTILE = (
    '=HYPERLINK("http://x.example","y") #import "x": * ] } $ #panic(1) *b* _i_ <t> @l \\ // \x00\x1b\x0b '
    "<script>alert(1)</script> | `c` שלום עולם مرحبا 泵😀 \u202e"
)
_WORDS = (
    (
        "US-1-A",
        "A lantern has a battery of 12 V in a sealed base. The shade is of ribbed silicone.",
        "2015-03-03",
    ),
    ("US-2-A", "A timer dims the lantern after 20 minutes.", "2016-01-05"),
    ("US-3-A", "A timer dims the lantern after 20 minutes.", "2020-06-15"),
    ("US-4-A", "A timer dims the lantern after 20 minutes, twice.", "2020-09-01"),
    ("US-5-A", "A ladder has rungs of ash wood.", "2013-01-01"),
    ("note-6", "A timer dims the lantern after 20 minutes, once.", "2020"),
    ("note-7", "The shade of the lantern is of ribbed silicone, undated.", ""),
)
_CLAIM = (
    "A lantern comprising: a battery of 12 V in a sealed base; a shade of ribbed silicone; and a timer that "
    "dims the lantern after 20 minutes."
)


def sample(filing: date | None = None, *more: tuple[str, str, str]) -> NoveltyReport:
    """Assess one lantern against seven invented documents, and `more` (key, text, published)."""
    documents = [
        make_document(
            key, text, title=f"Work {key}", published=day, filed="2019-01-01" if key == "US-4-A" else ""
        )
        for key, text, day in (*_WORDS, *more)
    ]
    disclosure = from_answers("Tent lantern", {Topic.CLAIM: _CLAIM})
    library = MemoryLibrary(documents, HashEncoder(), skipped=1)
    run = assess(
        disclosure,
        decompose(disclosure),
        library,
        critical_date=CRITICAL,
        exclude=("US-9-A",),
        filing_date=filing,
    )
    return finish(run)


def planted(text: str, most: int = 99) -> NoveltyReport:
    """Return the sample with `text` where words from outside can stand, in the first `most` of each kind."""
    made = sample()
    few = made.chart.cells[:most]
    cells = tuple(
        replace(
            cell,
            origin=text,
            evidence=tuple(
                replace(e, quote=text, terms=((0, 3),), anchor=text, missing=(text,)) for e in cell.evidence
            ),
        )
        for cell in few
    )
    references = tuple(
        replace(r, title=text, date_source=text, kind=text) for r in made.chart.references[:most]
    )
    return replace(
        made,
        disclosure_title=text,
        features=_first(made.features, most, text=text),
        chart=replace(
            made.chart,
            references=(*references, *made.chart.references[most:]),
            cells=(*cells, *made.chart.cells[most:]),
        ),
        coverage=replace(
            made.coverage,
            not_searched=(text,),
            queries=_first(made.coverage.queries, most, text=text),
            by_source=((text, 1),),
        ),
        left_out=_first(made.left_out, most, title=text, reason=text),
        notes=(text,),
        parameters=((text, text), *made.parameters),
    )


def _first(items: tuple[Any, ...], most: int, **changes: str) -> tuple[Any, ...]:
    return (*(replace(item, **changes) for item in items[:most]), *items[most:])


def without_coverage() -> tuple[NoveltyReport, ...]:
    """Return reports that do not say what was searched, one for each way to leave it out."""
    made = sample()
    reach = made.coverage
    return (
        replace(made, coverage=None),  # type: ignore[arg-type]
        replace(made, coverage=replace(reach, snapshot="")),
        replace(made, coverage=replace(reach, not_searched=())),
        replace(made, coverage=replace(reach, not_searched=(" ",))),
        replace(made, coverage=replace(reach, queries=())),
    )


def sentences(report: NoveltyReport) -> set[str]:
    """Return every word that the paper of a report has, squeezed; pictures by their words."""
    made = paper(report)
    found = {squeezed(text) for text in (made.title, made.about, made.headline, made.answer, made.footer)}
    for section in made.sections:
        found |= {squeezed(text) for text in _texts(section)}
    return found - {""}


def _texts(value: object) -> set[str]:
    if isinstance(value, Enum):
        return {str(value.value)}
    if isinstance(value, str):
        return {value}
    if isinstance(value, tuple):
        return set().union(*(_texts(item) for item in value))
    if is_dataclass(value):
        hidden = {"svg"} if isinstance(value, Plot) else {"sheet"} if isinstance(value, Section) else set()
        # a quote's anchor, hash and date stand in the workbook's columns, on paper inside its place
        hidden |= (
            {"anchor", "source_sha256", "date_status", "text", "key"} if hasattr(value, "anchor") else set()
        )
        hidden |= {"title"} if hasattr(value, "open") else set()
        names = [field.name for field in fields(value) if field.name not in hidden]
        return set().union(*(_texts(getattr(value, name)) for name in names))
    return set()


def squeezed(text: str) -> str:
    """Return text without blanks of any kind, as forms break their lines where they like."""
    return re.sub(r"[\s\u200b\u200e\u200f]+", "", text)


def reloaded(report: NoveltyReport) -> NoveltyReport:
    """Return the report as it comes back from the store."""
    return load(dump_report(report))

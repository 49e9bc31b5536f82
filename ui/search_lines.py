"""The words and the JSON of a search on a terminal: what was read, what searched, each hit with its why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.explanation import told
from pipeline.results import listed
from pipeline.why import BESIDES, CHANNELS, why
from ui.console import coloured, marked, printable

if TYPE_CHECKING:
    from datetime import date

    from pipeline.facets import Counts, Facets
    from pipeline.library import Reach, Understood
    from pipeline.relations import Relative
    from pipeline.results import Result

_KIN = 5
"""Relatives named below a hit."""
_QUOTE = 400
_VALUES = 10
"""Values of a facet on a terminal; JSON has all."""


def read_lines(query: str, reading: Understood, *, meant: bool) -> list[str]:
    """Return how the query was read, in plain words."""
    lines = [printable(told(query, reading, meant=meant))]
    if reading.reading == "expression":
        lines.append(f"that is: {printable(reading.text)[:_QUOTE]}")
    return lines


def reach_lines(reach: Reach, before: date | None, total: int, *, dated: bool) -> list[str]:
    """Return what was searched. `dated`: a day limits the search, so what has none is left out."""
    public = f" public before {before}" if before else ""
    lines = [f"searched {reach.certain}{public} of {total} documents in this workspace, and nothing else"]
    if reach.uncertain:
        lines.append(
            f"{reach.uncertain} more may have been public before or after {before}: "
            "searched, not counted, marked 'date uncertain'"
        )
    if dated and reach.undated:
        lines.append(f"{reach.undated} without any public date were left out")
    lines += [f"warning: {sentence}" for sentence in reach.damage]
    if reach.waiting:
        lines.append(f"{reach.waiting} changes are not in the index yet (a command is still writing it)")
    return lines


def hit_json(result: Result) -> dict[str, Any]:
    """Return a hit as cli.md has it, with why it is one."""
    hit = result.found
    return {
        "key": hit.key,
        "title": hit.title,
        "kind": hit.kind,
        "score": hit.score,
        "words_rank": hit.words_rank,
        "meaning_rank": hit.meaning_rank,
        "passages_rank": hit.passages_rank,
        "shares": dict(zip((*CHANNELS, *BESIDES), (*hit.shares, hit.related, hit.preferred), strict=True)),
        "terms": [{"word": word, "weight": weight} for word, weight in hit.terms],
        "published": hit.published,
        "date_uncertain": hit.date_uncertain,
        "passages": [
            {
                "anchor": p.anchor,
                "start": p.start,
                "end": p.end,
                "quote": p.quote,
                "terms": [list(span) for span in p.terms],
            }
            for p in hit.passages
        ],
        "near_duplicates": [_member(other) for other in result.near],
        "family": [_member(other) for other in result.family],
        "family_first": _member(result.first) if result.first else None,
    }


def _member(relative: Relative) -> dict[str, str]:
    return {"key": relative.key, "published": relative.published}


def hit_lines(found: tuple[Result, ...], query: str, before: date | None) -> list[str]:
    """Return the hits with why each is one, its kin and its passages."""
    lines: list[str] = []
    for number, result in enumerate(found, 1):
        hit, reasons = result.found, why(result.found, query)
        lines += ["", f"{number}. {hit.key}  {printable(hit.title)}"]
        doubt = f" – date uncertain, may not be before {before}" if hit.date_uncertain else ""
        public = hit.published or "on an unknown day"
        lines.append(f"   {hit.kind}, public {public}{doubt}  ({reasons.ranking})")
        lines.append(f"   why: {printable(reasons.weighing)}")
        if reasons.shares:
            lines.append(f"   score from: {reasons.mixing}")
        if reasons.ties:
            lines.append(f"   also: {reasons.tied}")
        lines += _kin_lines(result)
        for passage in hit.passages:
            quote = marked(passage.quote, passage.terms, colour=coloured())
            shown = " ".join(quote.split())
            lines.append(f"   [{passage.anchor}] {shown[:_QUOTE]}{'…' if len(shown) > _QUOTE else ''}")
    return lines


def _kin_lines(result: Result) -> list[str]:
    lines = []
    if result.near:
        lines.append(f"   near-duplicates: {listed(result.near, _KIN)}")
    if result.family and result.first is not None:
        first = f"; public first with {result.first.key}" if result.first.key != result.found.key else ""
        lines.append(f"   same family: {listed(result.family, _KIN)}{first}")
    return lines


def facets_json(found: Facets) -> dict[str, Any]:
    """Return the counts: value and documents, largest first; an empty value is what is not known."""
    return {
        "exact": found.exact,
        "documents": found.documents,
        "counted": found.words,
        **{name: [list(pair) for pair in counts] for name, counts in _named(found)},
    }


def facet_lines(found: Facets) -> list[str]:
    """Return the counts in a line for each kind of limit."""
    lines = ["", found.words]
    titles = dict(found.titles)
    for name, counts in _named(found):
        values = [
            f"{printable(value or 'unknown')}{f' {titles[value]}' if titles.get(value) else ''} {number:,}"
            for value, number in counts[:_VALUES]
        ]
        more = f", and {len(counts) - _VALUES} more" if len(counts) > _VALUES else ""
        lines.append(f"   {name}: {', '.join(values) or 'none'}{more}")
    return lines


def _named(found: Facets) -> tuple[tuple[str, Counts], ...]:
    years = tuple(sorted(found.years, reverse=True))
    return (
        ("kind", found.kinds),
        ("country", found.countries),
        ("source", found.sources),
        ("class", found.subclasses),
        ("year", years),
    )

"""A found document as the pages show it: title, dates, ranks, why it was found, its best passage, its kin.

HTML made of `ui.widgets` alone: every word of a document is text here, whatever it looks like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.results import listed
from pipeline.store_triage import Verdict
from pipeline.why import why
from ui.widgets import badge, element, marked

if TYPE_CHECKING:
    from pipeline.library import FoundPassage
    from pipeline.results import Result
    from pipeline.store_triage import Mark
    from pipeline.why import Why

MOODS = {Verdict.KEPT: "good", Verdict.IN_CHART: "good", Verdict.NOT_RELEVANT: "bad", Verdict.UNDECIDED: ""}
_KIN = 4
_QUOTE = 500


def card(number: int, result: Result, query: str, mark: Mark | None = None) -> tuple[str, ...]:
    """Return a hit of a query as HTML; with a mark, what people said of it in a case."""
    hit, reasons = result.found, why(result.found, query)
    public = f"public {hit.published or 'on an unknown day'}"
    pieces = [
        element(f"{number}. {hit.title}", "ad-title"),
        element(f"{hit.key} · {hit.kind} · {public}", "ad-quiet"),
    ]
    badges = [badge("perhaps not before the date", "part")] if hit.date_uncertain else []
    if mark is not None:
        badges += _said(mark)
    if badges:
        pieces.append(f'<div class="ad-marks">{" ".join(badges)}</div>')
    pieces += _quoted(reasons.passage) if reasons.passage else ()
    pieces += _reasons(number, reasons)
    if result.near:
        pieces.append(element(f"Near-duplicates: {listed(result.near, _KIN)}", "ad-quiet"))
    if result.family and result.first is not None:
        first = f" – public first with {result.first.key}" if result.first.key != hit.key else ""
        pieces.append(element(f"Same family: {listed(result.family, _KIN)}{first}", "ad-quiet"))
    if mark is not None and mark.note:
        pieces.append(element(f"Note: {mark.note}", "ad-note"))
    return tuple(pieces)


def _said(mark: Mark) -> list[str]:
    """Return a mark as badges: the verdict, whether it was seen, the rating, another look."""
    badges = [badge(mark.verdict.value, MOODS[mark.verdict])]
    badges.append(badge("seen" if mark.seen else "not seen"))
    if mark.rating:
        badges.append(badge(f"rated {mark.rating} of 5"))
    if mark.look_again:
        badges.append(badge("look again", "part"))
    return badges


def _reasons(number: int, reasons: Why) -> list[str]:
    """Return why a document was found: ranks, words with their weights, each channel's share."""
    ranks = f"Rank: {number} in this list; by {reasons.ranking}"
    pieces = [element(ranks, "ad-why"), element(f"Words it has: {reasons.weighing}", "ad-why")]
    if reasons.shares:
        pieces.append(element(f"Score from: {reasons.mixing}", "ad-why"))
    if reasons.ties:
        pieces.append(element(f"Also: {reasons.tied}", "ad-why"))
    return pieces


def _quoted(passage: FoundPassage) -> list[str]:
    """Return a passage's beginning, its words marked."""
    text = passage.quote
    quote = text if len(text) <= _QUOTE else f"{text[:_QUOTE].rsplit(' ', 1)[0]} …"
    spans = [(start, end) for start, end in passage.terms if end <= len(quote)]
    return [
        element(f"Closest passage: {passage.anchor}", "ad-quiet"),
        f'<blockquote class="ad-quote">{marked(quote, spans)}</blockquote>',
    ]

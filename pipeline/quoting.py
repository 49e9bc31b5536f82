"""Between the corpus and its index: what is handed in of a document, and how hits become quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.matching import marked
from index.nodes import prose
from index.records import Item, Piece, PieceHit
from index.text import content, marks, tokens
from pipeline.library import FoundPassage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.nodes import Node
    from ingest.documents import DayInterval, Document
    from ingest.passages import Passage


_ROLES = {"inventor": "inventor", "author": "inventor"}
"""Roles that are not owners."""


def item_of(number: int, document: Document, cut: tuple[Passage, ...]) -> Item:
    """Return what the index holds of a document. `index/` knows no patents: kinds and classes become tags."""
    return Item(
        id=number,
        day=_day(document.published),
        tags=(
            f"kind:{document.kind.value}",
            f"country:{document.country}",
            f"source:{document.origin.source}",
            *(f"class:{symbol(c.symbol)}" for c in document.classes),
        ),
        title=document.title,
        brief=brief(document, cut),
        names=names(document),
        pieces=tuple(
            Piece(ordinal=ordinal, field=p.field, text=document.text[p.start : p.end])
            for ordinal, p in enumerate(cut)
        ),
    )


def brief(document: Document, cut: tuple[Passage, ...]) -> str:
    """Return what a document is about: title and abstract; without abstract, title and first passage."""
    head = [passage for passage in cut if passage.field == "abstract"]
    text = document.text[head[0].start : head[-1].end] if head else ""
    if head and not head[0].anchor.startswith("title"):
        return text
    rest = [passage for passage in cut if passage.field != "abstract"]
    body = next((p for p in rest if p.field == "claims"), rest[0] if rest else None)
    return "\n".join(filter(None, (text, document.text[body.start : body.end] if body else "")))


def scored_text(document: Document, cut: tuple[Passage, ...], ordinal: int) -> str:
    """Return the text that a passage is scored by: for title and abstract, the document's brief."""
    passage = cut[ordinal]
    if passage.field == "abstract":
        return brief(document, cut)
    return document.text[passage.start : passage.end]


def names(document: Document) -> tuple[tuple[str, str], ...]:
    """Return who stands behind a document and its numbers, as fields that can be searched."""
    parties = ((_ROLES.get(party.role, "assignee"), party.name) for party in document.parties)
    numbers = (("number", name) for name in (document.key, *document.aliases))
    return tuple(dict.fromkeys((*parties, *numbers)))


def symbol(text: str) -> str:
    """Return a class symbol as it is compared: without blanks."""
    return "".join(text.split())


def quoted(
    document: Document, cut: tuple[Passage, ...], hits: Sequence[PieceHit], query: str | Node
) -> tuple[FoundPassage, ...]:
    """Return the passages of hits with the query's words marked: `document.text[start:end] == quote`.

    Of an expression those words are marked that its wildcards stand for, and none that must not be there.
    """
    found = []
    for hit in hits:
        passage = cut[hit.ordinal]
        quote = document.text[passage.start : passage.end]
        found.append(
            FoundPassage(
                anchor=passage.anchor,
                start=passage.start,
                end=passage.end,
                quote=quote,
                terms=marks(quote, query) if isinstance(query, str) else marked(quote, query),
                score=hit.score,
            )
        )
    return tuple(found)


def by_words(
    document: Document, cut: tuple[Passage, ...], query: str | Node, count: int
) -> tuple[PieceHit, ...]:
    """Return the passages that hold most of the query's words: for a text newer than the index."""
    wanted = {token.stem for token in content(query if isinstance(query, str) else prose(query))}
    shares = [
        (len(wanted.intersection(t.stem for t in tokens(document.text[p.start : p.end]))), ordinal)
        for ordinal, p in enumerate(cut)
    ]
    best = sorted(shares, key=lambda pair: (-pair[0], pair[1]))[:count]
    return tuple(
        PieceHit(ordinal=ordinal, score=round(share / max(len(wanted), 1), 6)) for share, ordinal in best
    )


def _day(published: DayInterval | None) -> int | None:
    return None if published is None else published.earliest.toordinal()

"""How a query was read, in plain words: for an expression and for prose alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import syntax
from index.explaining import explained
from ingest.documents import clean

if TYPE_CHECKING:
    from pipeline.corpus import Corpus
    from pipeline.library import Understood

_SHOWN = 400


def explanation(corpus: Corpus, query: str) -> str:
    """Return what was understood of a query. Raises QuerySyntaxError."""
    return told(query, corpus.understood(query))


def told(query: str, understood: Understood, *, meant: bool = True) -> str:
    """Return what was understood, in a sentence or two; `meant` where meaning is asked for as well."""
    query = clean(query)
    if not query.strip():
        return "No words were asked for, only what is like the examples."
    if understood.reading == "expression":
        said = explained(syntax.parse(query))
        return f"Read as an expression: {said}"
    if not understood.words and not understood.unknown:
        said = "Read as plain text, in which no word says anything by itself."
        said += " It is ranked by meaning only." if meant else ""
    else:
        text = understood.text
        shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
        said = "Read as plain text."
        if shown:
            said += f" Words that are looked for, those that weigh most first: {shown}."
        if understood.unknown:
            said += f" No document here has: {' '.join(understood.unknown)[:_SHOWN]}."
    if understood.left_out:
        said += f" Left out: {understood.left_out} lighter words or claim boilerplate."
    if understood.shortened and meant:
        said += " By meaning, only about its first 190 words were asked for."
    return said

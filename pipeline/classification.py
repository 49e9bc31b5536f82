"""Classes of the corpus: how many documents lie below a prefix, and what the symbols mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.classes import levels
from pipeline import store_relations

if TYPE_CHECKING:
    from ingest.documents import Document
    from pipeline.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """A symbol, its title where a scheme was ingested, and how many documents have it."""

    symbol: str
    title: str
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A symbol above a prefix, with its title."""

    symbol: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """What lies below a prefix."""

    prefix: str
    above: tuple[Level, ...]
    """The prefix's levels that have a title, widest first."""
    counts: tuple[ClassCount, ...]


def prefix_of(text: str) -> str:
    """Return the beginning of a symbol as documents carry it: IPC and CPC in capitals, without blanks.

    >>> prefix_of("h04l 9/")
    'H04L9/'
    """
    symbol = "".join(text.split())
    return symbol.upper() if re.match(r"[A-Ya-y](\d|$)", symbol) else symbol


def below(store: Store, text: str) -> Classes:
    """Count the documents of each symbol that begins with a prefix; of each subclass without one."""
    prefix = prefix_of(text)
    above = levels(prefix.rstrip("/"))
    with store.read() as connection:
        counts = store_relations.class_counts(connection, prefix)
        wanted = [symbol for symbol, _ in counts]
        titles = store_relations.titles(connection, [*wanted, *above])
    return Classes(
        prefix=prefix,
        above=tuple(Level(symbol=name, title=titles[name]) for name in above if name in titles),
        counts=tuple(
            ClassCount(symbol=symbol, title=titles.get(symbol, ""), documents=count)
            for symbol, count in counts
        ),
    )


def titled(store: Store, document: Document) -> tuple[tuple[str, str], ...]:
    """Return a document's class symbols with their titles, empty where no scheme told any."""
    symbols = tuple(dict.fromkeys("".join(c.symbol.split()) for c in document.classes))
    with store.read() as connection:
        found = store_relations.titles(connection, symbols)
    return tuple((symbol, found.get(symbol, "")) for symbol in symbols)

"""What goes into an index and what comes out: items with pieces, filters, hits."""

from __future__ import annotations

from dataclasses import dataclass

ORDINAL_BITS = 20
"""A piece's number in the dense index is `item << ORDINAL_BITS | ordinal`."""
ITEM_LIMIT = 1 << 40
"""Item numbers stay below this, so that piece numbers fit into 63 bits."""


NAMES = ("assignee", "inventor", "number")
"""Fields of an item that are names: who and which number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A searchable part of an item. `ordinal` is its place, from 0, unique within the item."""

    ordinal: int
    field: str
    """`abstract`, `claims` or `description`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thing to find."""

    id: int
    """Positive, below 2^40."""
    day: int | None
    """Proleptic Gregorian ordinal (`date.toordinal`) of the earliest possible day; None when unknown."""
    tags: tuple[str, ...]
    """`name:value`, e.g. `kind:patent`, `class:G06F16/35`."""
    title: str
    pieces: tuple[Piece, ...]
    brief: str = ""
    """What the item is about, in the encoder's window: its text as a whole; empty: the first piece."""
    names: tuple[tuple[str, str], ...] = ()
    """(field, text) with a field of `NAMES`: found by asking for the field, no part of prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Hard limits, all of which an item has to meet; the empty filter lets everything through."""

    before: int | None = None
    """Ordinal day; items on or after it fail."""
    after: int | None = None
    """Ordinal day; items before it fail."""
    undated: bool = False
    """Whether items without a day pass `before` and `after`."""
    tags: tuple[tuple[str, ...], ...] = ()
    """Every group must be met by one of its tags; a trailing `*` makes a tag a prefix."""
    without: frozenset[int] = frozenset()
    """Item numbers that fail."""
    only: frozenset[int] | None = None
    """Where given, all other item numbers fail."""

    @property
    def is_empty(self) -> bool:
        return self == _EVERYTHING


_EVERYTHING = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceHit:
    """A piece of a found item, and how well it answers the query (higher is better, 0 to 1)."""

    ordinal: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found item. Ranks count from 1; rank and score are None where that channel did not return it."""

    item: int
    score: float
    words_rank: int | None
    meaning_rank: int | None
    """By the item as a whole."""
    passages_rank: int | None
    """By its best piece."""
    words_score: float | None
    """BM25."""
    meaning_score: float | None
    """Cosine of the query with the item as a whole, or with a re-scored piece of it that is nearer; where a
    cross-encoder scored again, its score at the level of these."""
    passages_score: float | None
    """Cosine of the query with the item's best piece, by the encoder of pieces."""
    shares: tuple[float, float, float]
    """What words, meaning and passages add to `score`, also by way of near items; zeros where not mixed."""
    terms: tuple[tuple[str, float], ...]
    """Stems of the query that the item has, with what each adds to its BM25, heaviest first."""
    pieces: tuple[PieceHit, ...]
    related: float = 0.0
    """What is added to `score` because best items cite it or are cited by it."""
    preferred: float = 0.0
    """What is added to `score` for tags that the question prefers."""

"""What is learned from: groups of pairs over one long run of piece numbers.

A pair is two spans of that run, or (`halves`, `cloze`) one span that is cut anew each time it is drawn:

* `title-…`: a title and its abstract; `halves-…`: the two parts of an abstract, cut at random;
* `cloze-…`: twelve to forty pieces of an abstract or passage, and the rest of it;
* `passage`: an abstract and a passage of its own description; `claim`: an abstract and its first claim;
* `element`: an element of a claim and the passage of its own description that shares most of its weight;
* the ready pairs of `data.pairs`, by their kind.

A batch is drawn from one group, so that what does not belong together is at least of one sort.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.pieces import Pieces
    from index.training.data import Document, Pair

_PASSAGE_WORDS = 180
_PASSAGES = 60
_ABSTRACT_PASSAGES = 16
_ELEMENTS = 16
_LEAST_CLOZE = 60
_LEAST_PART = 4
_BATCH = 512
_CLAIM_NUMBER = re.compile(r"^\s{0,5}\d{1,3}\s{0,3}[.)]\s{0,3}")
_ELEMENT_END = re.compile(r"[;:\n]")

Mode = Literal["pair", "halves", "cloze"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Pairs of one sort: spans (shape `(n, 2)`) and keys; rows with equal keys are no negatives."""

    name: str
    mode: Mode
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    a_key: NDArray[np.int64]
    b_key: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.a)


class Run:
    """The run of piece numbers, filled text by text."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._waiting: list[str] = []
        self._parts: list[NDArray[np.int32]] = []
        self._sizes: list[NDArray[np.int64]] = []
        self._count = 0

    def add(self, text: str) -> int:
        """Add a text; return its number, which `spans` counts by."""
        self._waiting.append(text)
        self._count += 1
        if len(self._waiting) >= _BATCH:
            self._flush()
        return self._count - 1

    def _flush(self) -> None:
        ids, sizes = self._pieces.bags(self._waiting)
        self._parts.append(ids)
        self._sizes.append(sizes)
        self._waiting = []

    def done(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the run, and the span of every text added (shape `(n, 2)`)."""
        self._flush()
        ends = np.cumsum(np.concatenate(self._sizes))
        starts = np.concatenate([[0], ends[:-1]])
        return np.concatenate(self._parts), np.stack([starts, ends], axis=1)


class _Collected:
    """Pairs of text numbers by group."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Mode], list[tuple[int, int, int, int]]] = {}
        self._keys: dict[str, int] = {}

    def key(self, name: str) -> int:
        return self._keys.setdefault(name, len(self._keys))

    def put(self, name: str, mode: Mode, texts: Span, keys: Span) -> None:
        self.rows.setdefault((name, mode), []).append((*texts, *keys))


def build(
    documents: Iterable[Document], ready: Iterable[Pair], pieces: Pieces
) -> tuple[NDArray[np.int32], list[Group]]:
    """Return the run of pieces and the groups over it, in the order of their names."""
    run, collected = Run(pieces), _Collected()
    elements: list[tuple[list[int], list[int], int]] = []
    for document in documents:
        _of_document(document, run, collected, elements)
    for pair in ready:
        a, b = run.add(pair.a), run.add(pair.b)
        collected.put(pair.kind, "pair", (a, b), (collected.key(pair.a_key), collected.key(pair.b_key)))
    flat, spans = run.done()
    weights = _weights(flat, pieces.count)
    for claimed, passages, key in elements:
        for text, passage in _closest(flat, spans, weights, claimed, passages):
            collected.put("element", "pair", (text, passage), (-1 - text, key * 1000 + passage))
    return flat, [
        group
        for (name, mode), rows in sorted(collected.rows.items())
        if len(group := _group(name, mode, np.array(rows, dtype=np.int64), spans))
    ]


def _of_document(
    document: Document, run: Run, collected: _Collected, elements: list[tuple[list[int], list[int], int]]
) -> None:
    key = collected.key(document.id)
    keys = (key, key)
    abstract = run.add(document.abstract)
    if document.title and document.abstract:
        collected.put(f"title-{document.kind}", "pair", (run.add(document.title), abstract), keys)
    collected.put(f"halves-{document.kind}", "halves", (abstract, abstract), keys)
    collected.put(f"cloze-{document.kind}", "cloze", (abstract, abstract), keys)
    passages = [run.add(text) for text in _passages(document.description)]
    step = max(1, len(passages) // _ABSTRACT_PASSAGES)
    for passage in passages:
        collected.put("cloze-passage", "cloze", (passage, passage), (passage, passage))
    for passage in passages[::step][:_ABSTRACT_PASSAGES]:
        collected.put("passage", "pair", (abstract, passage), (key, -1 - passage))
    if document.claims:
        first = run.add(_CLAIM_NUMBER.sub("", document.claims[0]))
        collected.put("claim", "pair", (abstract, first), keys)
        texts = [part for claim in document.claims[:3] for part in _ELEMENT_END.split(claim)]
        usable = [run.add(text) for text in texts if len(text.split()) >= _LEAST_PART][:_ELEMENTS]
        if passages:
            elements.append((usable, passages, key))


def _passages(text: str) -> list[str]:
    """Cut a description into passages; of long ones, take some from everywhere."""
    words = text.split()
    made = [" ".join(words[at : at + _PASSAGE_WORDS]) for at in range(0, len(words), _PASSAGE_WORDS)]
    step = max(1, -(-len(made) // _PASSAGES))
    return made[::step]


def _weights(flat: NDArray[np.int32], count: int) -> NDArray[np.float32]:
    """Return how much a shared piece says: `-log` of its share of the run."""
    seen = np.bincount(flat, minlength=count) + 1
    weights: NDArray[np.float32] = -np.log(seen / seen.sum()).astype(np.float32)
    return weights


def _closest(
    flat: NDArray[np.int32],
    spans: NDArray[np.int64],
    weights: NDArray[np.float32],
    claimed: Sequence[int],
    passages: Sequence[int],
) -> list[Span]:
    """Pair each element with the passage that shares most of the weight of its pieces."""
    held = np.zeros((len(passages), len(weights)), dtype=bool)
    for row, passage in enumerate(passages):
        held[row, flat[slice(*spans[passage])]] = True
    found = []
    for text in claimed:
        ids = np.unique(flat[slice(*spans[text])])
        if len(ids):
            found.append((text, passages[int(np.argmax(held[:, ids] @ weights[ids]))]))
    return found


def _group(name: str, mode: Mode, rows: NDArray[np.int64], spans: NDArray[np.int64]) -> Group:
    a, b = spans[rows[:, 0]], spans[rows[:, 1]]
    least = 1 if mode == "pair" else _LEAST_CLOZE
    good = (a[:, 1] - a[:, 0] >= least) & (b[:, 1] - b[:, 0] >= least)
    return Group(name, mode, a[good], b[good], rows[good, 2], rows[good, 3])

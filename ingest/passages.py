"""`Passage`: the searchable piece of a document, an offset pair with an anchor that a citation prints.

One passage per paragraph or claim; short neighbours of one section are joined up to `TARGET` words (their
anchors become a range), long paragraphs are cut at sentence ends so that a piece fits the encoder's window
(256 word pieces, about 200 words; see retrieval.md). Claims are never joined. Title and abstract form the
first passage together: the document in brief.

Words are counted the way they weigh on the encoder: a run without blanks counts once every `WIDTH`
characters, and each character of a script written without blanks (Chinese, Japanese, Korean) by itself.
Nearly every text is without the latter; there the runs between blanks are counted, not the words one by one,
which is the same number in a fifth of the time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import Document, Paragraph, Section

FORMAT = 1
"""Raised when the cutting changes: stored passage numbers then no longer fit and the index is rebuilt."""
TARGET = 180
"""Words a passage aims for."""
LIMIT = 240
"""Words a passage may hold before it is cut."""

WIDTH = 40
"""Characters without a blank that count as one word."""

_HEAD = frozenset({"title", "abstract"})
_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+|(?<=[。！？；])\s*|\n")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\s{_CJK}]{{1,{WIDTH}}}")
_UNBROKEN = re.compile(f"[{_CJK}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A slice `document.text[start:end]` with the place to cite."""

    anchor: str
    field: Literal["abstract", "claims", "description"]
    start: int
    end: int


def passages(document: Document) -> tuple[Passage, ...]:
    """Cut a document into passages, in text order; every paragraph and claim is covered."""
    text = _Text(document.text)
    found: list[Passage] = []
    for is_head, group in groupby(document.sections, lambda section: section.field in _HEAD):
        if is_head:
            found.extend(_brief(text, tuple(group)))
            continue
        for section in group:
            wholes = _claims(text, section) if section.field == "claims" else _joined(text, section)
            for whole, most in wholes:
                found.extend(_cut(text, whole, most))
    return tuple(found)


class _Text:
    """A text and how its words are counted."""

    __slots__ = ("_broken", "whole")

    def __init__(self, whole: str) -> None:
        self.whole = whole
        self._broken = whole.isascii() or not _UNBROKEN.search(whole)

    def words(self, start: int, end: int) -> int:
        if not self._broken:
            return sum(1 for _ in _WORD.finditer(self.whole, start, end))
        lengths = list(map(len, self.whole[start:end].split()))
        if max(lengths, default=0) <= WIDTH:
            return len(lengths)
        return sum(-(-length // WIDTH) for length in lengths)


def _brief(text: _Text, head: tuple[Section, ...]) -> Iterator[Passage]:
    """Cut neighbouring title and abstract sections as one."""
    pieces = [paragraph for section in head for paragraph in section.paragraphs]
    if pieces:
        anchor = "abstract" if any(section.field == "abstract" for section in head) else "title"
        start, end = min(p.start for p in pieces), max(p.end for p in pieces)
        whole = Passage(anchor=anchor, field="abstract", start=start, end=end)
        yield from _cut(text, whole, text.words(start, end))


def _claims(text: _Text, section: Section) -> Iterator[tuple[Passage, int]]:
    """Yield each claim and its words."""
    for paragraph in section.paragraphs:
        start, end = paragraph.start, paragraph.end
        claim = Passage(anchor=paragraph.anchor, field="claims", start=start, end=end)
        yield claim, text.words(start, end)


def _joined(text: _Text, section: Section) -> Iterator[tuple[Passage, int]]:
    """Yield runs of paragraphs, each with what it holds at most: its words and the signs between them."""
    run: list[Paragraph] = []
    words = 0
    for paragraph in section.paragraphs:
        count = text.words(paragraph.start, paragraph.end)
        if run and words + count > TARGET:
            yield _run(run, words)
            run, words = [], 0
        run.append(paragraph)
        words += count
    if run:
        yield _run(run, words)


def _run(run: list[Paragraph], words: int) -> tuple[Passage, int]:
    first, last = run[0], run[-1]
    same = first.anchor == last.anchor
    anchor = first.anchor if same else f"{first.anchor}–{last.anchor.removeprefix('¶')}"
    between = sum(max(0, after.start - before.end) for before, after in pairwise(run))
    whole = Passage(anchor=anchor, field="description", start=first.start, end=last.end)
    return whole, words + between


def _cut(text: _Text, passage: Passage, most: int) -> Iterator[Passage]:
    """Cut what is too long; `most` is a bound of its words."""
    if most <= LIMIT or text.words(passage.start, passage.end) <= LIMIT:
        yield passage
        return
    start, words = passage.start, 0
    for piece_start, piece_end in _pieces(text, passage.start, passage.end):
        count = text.words(piece_start, piece_end)
        if words and count and words + count > TARGET:
            yield _part(text, passage, start, piece_start)
            start, words = piece_start, 0
        words += count
    yield _part(text, passage, start, passage.end)


def _part(text: _Text, passage: Passage, start: int, end: int) -> Passage:
    end = start + len(text.whole[start:end].rstrip())
    return Passage(anchor=passage.anchor, field=passage.field, start=start, end=end)


def _pieces(text: _Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of `text[start:end]`; one longer than LIMIT words is cut after every LIMIT-th word."""
    begin = start
    for match in _SENTENCE_END.finditer(text.whole, start, end):
        yield from _bounded(text, begin, match.end())
        begin = match.end()
    if begin < end:
        yield from _bounded(text, begin, end)


def _bounded(text: _Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    if text.words(start, end) <= LIMIT:
        yield start, end
        return
    words = list(_WORD.finditer(text.whole, start, end))
    for index in range(0, len(words), TARGET):
        following = words[index + TARGET].start() if index + TARGET < len(words) else end
        yield words[index].start() if index else start, following

"""`Passage`: the searchable piece of a document, an offset pair with an anchor that a citation prints.

One passage per paragraph or claim; short neighbours of one section are joined up to `TARGET` words (their
anchors become a range), long paragraphs are cut at sentence ends so that a piece fits the encoder's window
(256 word pieces, about 200 words; see retrieval.md). Claims are never joined. Title and abstract form the
first passage together: the document in brief.

Words are counted the way they weigh on the encoder: a run without blanks counts once every `WIDTH`
characters, and each character of a script written without blanks (Chinese, Japanese, Korean) by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import Document, Section

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A slice `document.text[start:end]` with the place to cite."""

    anchor: str
    field: Literal["abstract", "claims", "description"]
    start: int
    end: int


def passages(document: Document) -> tuple[Passage, ...]:
    """Cut a document into passages, in text order; every paragraph and claim is covered."""
    found: list[Passage] = []
    for is_head, group in groupby(document.sections, lambda section: section.field in _HEAD):
        if is_head:
            found.extend(_brief(document.text, tuple(group)))
            continue
        for section in group:
            wholes = _claims(section) if section.field == "claims" else _joined(document.text, section)
            for whole in wholes:
                found.extend(_cut(document.text, whole))
    return tuple(found)


def _brief(text: str, head: tuple[Section, ...]) -> Iterator[Passage]:
    """Cut neighbouring title and abstract sections as one."""
    pieces = [paragraph for section in head for paragraph in section.paragraphs]
    if pieces:
        anchor = "abstract" if any(section.field == "abstract" for section in head) else "title"
        start, end = min(p.start for p in pieces), max(p.end for p in pieces)
        yield from _cut(text, Passage(anchor=anchor, field="abstract", start=start, end=end))


def _claims(section: Section) -> Iterator[Passage]:
    for paragraph in section.paragraphs:
        yield Passage(anchor=paragraph.anchor, field="claims", start=paragraph.start, end=paragraph.end)


def _joined(text: str, section: Section) -> Iterator[Passage]:
    run: list[tuple[str, int, int]] = []
    words = 0
    for paragraph in section.paragraphs:
        count = _words(text, paragraph.start, paragraph.end)
        if run and words + count > TARGET:
            yield _run(run)
            run, words = [], 0
        run.append((paragraph.anchor, paragraph.start, paragraph.end))
        words += count
    if run:
        yield _run(run)


def _run(run: list[tuple[str, int, int]]) -> Passage:
    first, last = run[0], run[-1]
    anchor = first[0] if first[0] == last[0] else f"{first[0]}–{last[0].removeprefix('¶')}"
    return Passage(anchor=anchor, field="description", start=first[1], end=last[2])


def _cut(text: str, passage: Passage) -> Iterator[Passage]:
    if _words(text, passage.start, passage.end) <= LIMIT:
        yield passage
        return
    start, words = passage.start, 0
    for piece_start, piece_end in _pieces(text, passage.start, passage.end):
        count = _words(text, piece_start, piece_end)
        if words and words + count > TARGET:
            yield _part(text, passage, start, piece_start)
            start, words = piece_start, 0
        words += count
    yield _part(text, passage, start, passage.end)


def _part(text: str, passage: Passage, start: int, end: int) -> Passage:
    end = start + len(text[start:end].rstrip())
    return Passage(anchor=passage.anchor, field=passage.field, start=start, end=end)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of `text[start:end]`; one longer than LIMIT words is cut after every LIMIT-th word."""
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        yield from _bounded(text, begin, match.end())
        begin = match.end()
    if begin < end:
        yield from _bounded(text, begin, end)


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = list(_WORD.finditer(text, start, end))
    if len(words) <= LIMIT:
        yield start, end
        return
    for index in range(0, len(words), TARGET):
        following = words[index + TARGET].start() if index + TARGET < len(words) else end
        yield words[index].start() if index else start, following


def _words(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _WORD.finditer(text, start, end))

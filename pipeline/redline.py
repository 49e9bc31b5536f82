"""`redline`: what changed between two publications, word by word, as data.

Every field that the digest covers is compared, so a redline without a change means the same digest: nobody
approves a change that the redline hides. Texts are compared after NFC, as the digest is.

Lines are aligned first, then the words of lines that differ. Alignment is quadratic in the worst case; a
stretch beyond `EFFORT` is shown as dropped and added whole, which is right, only less fine.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Final

from publications.document import HEADINGS, SectionName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publications.document import DefensivePublication

EFFORT: Final = 4_000_000
"""Pairs of lines or of words that are compared at most, within one stretch."""
_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")


class Op(StrEnum):
    """What became of a piece of text."""

    KEEP = "keep"
    DROP = "drop"
    ADD = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text; never empty."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionChange:
    """One field or section. KEEP and DROP pieces joined are the old text, KEEP and ADD the new one."""

    name: str
    """`title`, `abstract`, …, or the name of a section (`known-solutions`)."""
    heading: str
    """As shown to people."""
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was dropped or added."""
        return any(piece.op is not Op.KEEP for piece in self.pieces)

    @property
    def old(self) -> str:
        """The text before."""
        return "".join(piece.text for piece in self.pieces if piece.op is not Op.ADD)

    @property
    def new(self) -> str:
        """The text after."""
        return "".join(piece.text for piece in self.pieces if piece.op is not Op.DROP)


def redline(old: DefensivePublication, new: DefensivePublication) -> tuple[SectionChange, ...]:
    """Return every field that either publication fills, in printed order."""
    before, after = _fields(old), _fields(new)
    known = before | after
    found = []
    for key in sorted(known, key=lambda key: (known[key].place, key)):
        name, count = key
        pieces = words_diff(
            before[key].text if key in before else "", after[key].text if key in after else ""
        )
        change = SectionChange(
            name=name if count == 1 else f"{name} ({count})", heading=known[key].heading, pieces=pieces
        )
        if pieces and (change.changed or name != _OUTLINE):
            found.append(change)
    return tuple(found)


def words_diff(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces that lead from one text to another, both in NFC."""
    before = unicodedata.normalize("NFC", old)
    after = unicodedata.normalize("NFC", new)
    runs = chain.from_iterable(
        _words(dropped, added) if op is None else ((op, kept),)
        for op, kept, dropped, added in _lines(before, after)
    )
    return tuple(_merged(runs))


_OUTLINE: Final = "outline"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    place: int
    heading: str
    text: str


def _fields(publication: DefensivePublication) -> dict[tuple[str, int], _Field]:
    """Return the fields by name and by count, because a section's name may stand there twice."""
    p = publication
    references = (_joined((r.key, r.title, r.published, _joined(r.places, ", ")), "; ") for r in p.references)
    rows = [
        ("title", "Title", p.title),
        ("authors", "Authors", _joined(p.authors, "\n")),
        ("abstract", "Abstract", p.abstract),
        # the order of sections, and empty ones, count for the digest though no section's text tells them
        (_OUTLINE, "Order of sections", _joined((section.name.value for section in p.sections), "\n")),
        *((name.value, HEADINGS[name], "") for name in SectionName),
        ("references", "References", _joined(references, "\n")),
        ("keywords", "Keywords", _joined(p.keywords, "\n")),
        ("classes", "Classes (CPC)", _joined(p.classes, "\n")),
        ("language", "Language", p.language),
        ("licence", "Licence", p.licence),
        ("contact", "Contact", p.contact),
        ("ai_use", "Use of artificial intelligence", p.ai_use),
    ]
    found = {
        (name, 1): _Field(place=place, heading=heading, text=text)
        for place, (name, heading, text) in enumerate(rows)
    }
    seen: Counter[str] = Counter()
    for section in p.sections:
        name = section.name.value
        seen[name] += 1
        found[name, seen[name]] = replace(found[name, 1], text=section.text)
    return found


def _joined(entries: Iterable[str], separator: str) -> str:
    """Join entries so that two different lists never read the same."""
    mark = separator.strip() or "\n"
    spelled = {"\n": "\\n"}.get(mark, f"\\{mark}")
    return separator.join(
        "\\0" if not entry else entry.replace("\\", "\\\\").replace(mark, spelled) for entry in entries
    )


def _lines(old: str, new: str) -> Iterator[tuple[Op | None, str, str, str]]:
    """Yield (KEEP, text, "", "") for equal runs of lines, (None, "", dropped, added) for others."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for same, a, b in _aligned(before, after):
        if same:
            yield Op.KEEP, "".join(a), "", ""
        else:
            yield None, "", "".join(a), "".join(b)


def _words(old: str, new: str) -> Iterator[tuple[Op, str]]:
    for same, a, b in _aligned(_WORDS.findall(old), _WORDS.findall(new)):
        if same:
            yield Op.KEEP, "".join(a)
        else:
            yield Op.DROP, "".join(a)
            yield Op.ADD, "".join(b)


def _aligned(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Yield runs of `a` and `b` that are equal, and what stands between them."""
    shorter = min(len(a), len(b))
    head = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    tail = next((n for n in range(shorter - head) if a[-1 - n] != b[-1 - n]), shorter - head)
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    yield True, a[:head], b[:head]
    if len(middle_a) * len(middle_b) > EFFORT:
        yield False, middle_a, middle_b
    else:
        matcher = SequenceMatcher(None, middle_a, middle_b, autojunk=False)
        for tag, a_start, a_end, b_start, b_end in matcher.get_opcodes():
            yield tag == "equal", middle_a[a_start:a_end], middle_b[b_start:b_end]
    yield True, a[len(a) - tail :], b[len(b) - tail :]


def _merged(runs: Iterable[tuple[Op, str]]) -> Iterator[Piece]:
    """Join neighbours of one kind and leave out empty ones."""
    held: list[tuple[Op, str]] = []
    for op, text in runs:
        if not text:
            continue
        if held and held[-1][0] is op:
            held[-1] = (op, held[-1][1] + text)
        else:
            held.append((op, text))
    yield from (Piece(op=op, text=text) for op, text in held)

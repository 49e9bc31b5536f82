"""`TextBuilder`: readers add title, paragraphs and claims in order; offsets are right by construction.

Places are counted when the text is built, for all pieces at once: a document has hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

from ingest.bulk import records
from ingest.documents import Claim, Paragraph, Section, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

FieldName = Literal["title", "abstract", "claims", "description"]
_GAP = "\n\n"
_SPACED = b" " * 9 + b"\t\n" + b" " * 21 + bytes(range(32, 127)) + b" " + bytes(range(128, 256))
"""A table that writes a space for each control character of ASCII that `clean` replaces."""


@dataclass(slots=True)
class TextBuilder:
    """Accumulates one text and what its pieces are. Empty pieces are ignored."""

    _pieces: list[str] = field(default_factory=list)
    _anchors: list[str] = field(default_factory=list)
    """Of the paragraphs, in order."""
    _places: list[int] = field(default_factory=list)
    """The piece that each paragraph is; the others are headings."""
    _sections: list[tuple[FieldName, str, int]] = field(default_factory=list)
    """Name, heading and first paragraph; a section ends where the next one begins."""
    _claims: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    """Number, paragraph, and the claims depended on."""

    def section(self, name: FieldName, heading: str = "") -> None:
        """Begin a section; a heading becomes part of the text."""
        heading_text = tidy(heading)
        self._sections.append((name, heading_text, len(self._anchors)))
        if heading.strip():
            self._pieces.append(heading_text)

    def paragraph(self, text: str, anchor: str) -> None:
        """Add a paragraph to the open section (a description is opened if none is)."""
        self.add(tidy(text), anchor)

    def add(self, text: str, anchor: str) -> None:
        """Add a paragraph that is tidy already."""
        if not text:
            return
        if not self._sections:
            self.section("description")
        self._places.append(len(self._pieces))
        self._anchors.append(anchor)
        self._pieces.append(text)

    def claim(self, number: int, text: str, depends_on: Sequence[int] = ()) -> None:
        """Add a claim; the first one opens the claims section."""
        if not self._sections or self._sections[-1][0] != "claims":
            self.section("claims")
        before = len(self._anchors)
        self.paragraph(text, f"claim {number}")
        if len(self._anchors) > before:
            self._claims.append((number, before, tuple(depends_on)))

    def build(self) -> tuple[str, tuple[Section, ...], tuple[Claim, ...]]:
        """Return the text, its sections and its claims."""
        lengths = list(map(len, self._pieces))
        begins = list(accumulate(map(len(_GAP).__add__, lengths), initial=0))
        starts = [begins[place] for place in self._places]
        ends = [begins[place] + lengths[place] for place in self._places]
        paragraphs = records(Paragraph, len(starts), anchor=self._anchors, start=starts, end=ends)
        claims = tuple(
            Claim(number=number, start=starts[place], end=ends[place], depends_on=depends_on)
            for number, place, depends_on in self._claims
        )
        lasts = [first for _, _, first in self._sections[1:]] + [len(starts)]
        sections = tuple(
            Section(
                field=name,
                heading=heading,
                start=starts[first],
                end=ends[last - 1],
                paragraphs=tuple(paragraphs[first:last]),
            )
            for (name, heading, first), last in zip(self._sections, lasts, strict=False)
            if last > first
        )
        return _GAP.join(self._pieces), sections, claims


def tidy(text: str) -> str:
    """Clean, squeeze runs of blanks, strip each line, drop blank lines inside a paragraph."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        text = text.encode().translate(_SPACED).decode()
        plain = "  " not in text and "\t" not in text  # as a rule, and taking lines apart is slow
        lines = map(str.strip if plain else _squeezed, text.split("\n"))
    else:
        lines = map(_tidy_line, text.split("\n"))
    return "\n".join(filter(None, lines))


def _tidy_line(line: str) -> str:
    if not line.isprintable():  # which blanks other than the space are not either
        return _squeezed(clean(line))
    line = normalize("NFC", line)
    return _squeezed(line) if "  " in line else line.strip()


def _squeezed(line: str) -> str:
    return " ".join(line.split())

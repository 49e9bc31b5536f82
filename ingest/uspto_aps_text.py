"""The text files of the United States office of 1976 to 2001 ("green book"): lines, groups, fields and codes.

Source: "Patent Full Text Data File (APS)", the office's green book.

Decisions
---------
* A line is a tag of up to four characters and, from the sixth column on, a value; a line that begins with a
  blank goes on with the value before it. A tag without value opens a group (`INVT`, `CLMS` …).
* Codes between dots are letters and signs (`.alpha.`, `.gtoreq.`): the known ones are written as such, the
  others stay. A superscript number becomes a power (`10.sup.-3` is `10^-3`), as in `ingest.uspto_text`; the
  marks of other raised and lowered text vanish, but not the blank that ends it: where it belongs to the text
  and where not, the file does not say (`H.sub.2 O`, `F.sub.o from`).
* Matter between `.[.` and `.].` was deleted by a reissue and is left out, that between `.Iadd.` and
  `.Iaddend.` was added and is kept.
* Formulas and structures are pictures: `##EQU1##` is `[formula]`. Tables keep their rows, `a | b`; rules go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GROUPS = frozenset(
    {"PATN", "INVT", "ASSG", "PRIR", "REIS", "RLAP", "CLAS", "UREF", "FREF", "OREF", "LREP", "PCTA", "ABST"}
    | {"GOVT", "PARN", "BSUM", "DRWD", "DETD", "CLMS", "DCLM"}
)
ADDED = "\x00"
"""Stands where added matter begins with the number of a claim; no file holds it."""

_LINE = re.compile(r"([A-Z][A-Z0-9]{1,3})(?: |$)")
_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_LETTERS = dict(zip(_GREEK, "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
_SIGNS = {
    **_LETTERS,
    **{name.upper(): letter.upper() for name, letter in _LETTERS.items()},
    "TM": "™",
    "RTM": "®",
    "SM": "℠",
    "COPYRG": "©",
    "rarw": "←",
    "fwdarw": "→",
    "uparw": "↑",
    "dwnarw": "↓",
    "differential": "∂",
    "increment": "∆",
    "gradient": "∇",
    "-+": "∓",
    "+-": "±",
    "sqroot": "√",
    "ltoreq": "≤",
    "gtoreq": "≥",
    "congruent": "≅",
    "approxeq": "≈",
    "apprxeq": "≈",
    "about": "≈",
    "times": "×",
    "div": "÷",
    "infin": "∞",
    "angle": "∠",
    "parallel": "∥",
    "vertline": "|",
    "perp": "⊥",
    "intg": "∫",
    "andgate": "∩",
    "orgate": "∪",
    "thrfore": "∴",
    "because": "∵",
    "noteq": "≠",
    "ident": "≡",
    "notident": "≢",
    "varies": "∝",
    "sym": "⊕",
    "crclbar": "⊖",
    "notlessthan": "≮",
    "notgreaterthan": "≯",
    "ANG": "Å",
    "ang": "å",
    "degree": "°",
    "cent": "¢",
    "permill": "‰",
    "female": "♀",
    "male": "♂",
    "dbd": "=",
    "tbd": "≡",
    "sctn": "§",
    "cndot": "•",
    "quadrature": "□",
    "smallcircle": "○",
    "circle": "◯",
    "largecircle": "◯",
    "prime": "′",
    "dblprime": "″",
    "dblquote": '"',
    "multidot": "⋅",
}
_NAMES = "|".join(re.escape(name) for name in sorted(_SIGNS, key=len, reverse=True))
_CODE = re.compile(rf"\.({_NAMES})\.")
_POWER = re.compile(r"(?<=[0-9A-Za-z)])\.sup\.([+-]?\d{1,9}(?:\.\d{1,9})?)(?![0-9A-Za-z])")
_RAISED = re.compile(r"\.(?:su[bp]|su[bp]su[bp])\.")
_DELETED = re.compile(r"\.\[\.|\.\]\.")
_NEW_CLAIM = re.compile(r"\.Iadd\.\s{0,9}(?=\d{1,3}\. {1,3}[A-Z])")
_INSERTED = re.compile(r"\.Iadd(?:end)?\.")
_PICTURE = re.compile(r"##([A-Z]{2,4})\d{0,5}##")
_RULE = re.compile(r"[_\-=. ]*")
_COLUMNS = re.compile(r" {2,}|\t")


@dataclass(slots=True)
class Group:
    """A group with its fields, a tag and a value each; the value's lines are kept."""

    name: str
    fields: list[tuple[str, list[str]]] = field(default_factory=list)

    def line(self, tag: str) -> str:
        """Return a field's value with its columns, or an empty string."""
        return next((lines[0].rstrip() for found, lines in self.fields if found == tag), "")

    def text(self, tag: str) -> str:
        """Return a field's value on one line."""
        return next((words(lines) for found, lines in self.fields if found == tag), "")

    def lines(self, tag: str) -> list[str]:
        """Return every value of a field, with its columns."""
        return [lines[0].rstrip() for found, lines in self.fields if found == tag]


def groups(text: str) -> list[Group]:
    """Take a document's lines apart."""
    found: list[Group] = []
    for line in text.split("\n"):
        match = _LINE.match(line)
        if match is None:
            if line.strip() and found and found[-1].fields:
                found[-1].fields[-1][1].append(line.removeprefix("     "))
        elif match[1] in GROUPS and not line[4:].strip():
            found.append(Group(match[1]))
        elif found:
            found[-1].fields.append((match[1], [line[5:]]))
    return found


def words(lines: Iterable[str]) -> str:
    """Return lines as running text."""
    return " ".join(part for line in lines if (part := line.strip()))


def rows(lines: Iterable[str]) -> str:
    """Return the lines of a table: cells parted by strokes, rules left out."""
    kept = (line.strip() for line in lines if not _RULE.fullmatch(line))
    return "\n".join(" | ".join(cell for cell in _COLUMNS.split(line) if cell) for line in kept)


@dataclass(slots=True)
class Plain:
    """Writes codes as text. It remembers across paragraphs whether deleted matter goes on."""

    deleted: bool = False

    def __call__(self, text: str, *, claims: bool = False) -> str:
        if self.deleted or ".[." in text or ".]." in text or ".Iadd" in text:
            text = "".join(self._kept(text))
            text = _INSERTED.sub("", _NEW_CLAIM.sub(ADDED, text) if claims else text)
        if "##" in text:
            text = _PICTURE.sub(_picture, text)
        text = _CODE.sub(_sign, text)
        return _RAISED.sub("", _POWER.sub(r"^\1", text)) if ".su" in text else text

    def _kept(self, text: str) -> Iterator[str]:
        at = 0
        for mark in _DELETED.finditer(text):
            if not self.deleted:
                yield text[at : mark.start()]
            self.deleted, at = mark[0] == ".[.", mark.end()
        if not self.deleted:
            yield text[at:]


def _sign(match: re.Match[str]) -> str:
    return _SIGNS[match[1]]


def _picture(match: re.Match[str]) -> str:
    return "[image]" if match[1] in ("TBL", "TAB") else "[formula]"

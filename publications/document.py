"""`DefensivePublication`: the content of a publication, its canonical bytes and its identity.

The canonical form is RFC 8785 (JSON Canonicalization Scheme) over NFC text, so that the digest of a
revision can be computed again by anyone, in any language, in twenty years. Approvals bind to that digest.
Section names follow publication.md, "Drafting: what makes it block".
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = "antedate-publication/1"


class SectionName(StrEnum):
    """The sections of a publication, in the order in which they are printed."""

    FIELD = "field"
    KNOWN_SOLUTIONS = "known-solutions"
    PROBLEM = "problem"
    SUMMARY = "summary"
    DESCRIPTION = "description"
    EXAMPLE = "example"
    VARIANTS = "variants"
    ASPECTS = "aspects"
    ADVANTAGES = "advantages"


HEADINGS = {
    SectionName.FIELD: "Technical field",
    SectionName.KNOWN_SOLUTIONS: "Known solutions",
    SectionName.PROBLEM: "Problem",
    SectionName.SUMMARY: "Summary",
    SectionName.DESCRIPTION: "Detailed description",
    SectionName.EXAMPLE: "Worked example",
    SectionName.VARIANTS: "Variants",
    SectionName.ASPECTS: "Aspects",
    SectionName.ADVANTAGES: "Advantages",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSection:
    """One section; `text` is Markdown of the narrow kind that `render` accepts."""

    name: SectionName
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A cited document as printed in the references, e.g. `US-11234567-B2`, claim 1 and ¶0032."""

    key: str
    title: str
    published: str
    """Day or interval in ISO 8601, or empty when unknown."""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DefensivePublication:
    """What is reviewed, approved and published. Holds no number, date or version: those come at release."""

    title: str
    abstract: str
    authors: tuple[str, ...]
    """Human authors, as they want to be named."""
    sections: tuple[TextSection, ...]
    references: tuple[Reference, ...] = ()
    keywords: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """CPC symbols."""
    language: str = "en"
    licence: str = "CC-BY-4.0"
    """SPDX identifier. Covers copyright only; patent rights are reserved by CC BY and CC0 alike."""
    contact: str = ""
    ai_use: str = "not declared"
    """What artificial intelligence contributed, in words."""

    def section(self, name: SectionName) -> str:
        """Return a section's text, or an empty string."""
        return next((section.text for section in self.sections if section.name == name), "")

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, lower-case hex: what an approval is bound to."""
        return hashlib.sha256(canonical(self)).hexdigest()


def canonical(publication: DefensivePublication) -> bytes:
    """Return the RFC 8785 bytes of a publication, all text in NFC."""
    return canonical_json({"schema": SCHEMA, **_adapter().dump_python(publication, mode="json")})


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value is the point
    """Return RFC 8785 bytes of a JSON value after NFC. Raises ValueError on NaN and integers past 2^53."""
    import rfc8785  # noqa: PLC0415 - kept off the import path of --help

    return rfc8785.dumps(_nfc(value))


def parse(data: bytes | str) -> DefensivePublication:
    """Read canonical (or any equivalent) JSON. Raises pydantic.ValidationError, a ValueError."""
    import json  # noqa: PLC0415

    value = json.loads(data)
    if not isinstance(value, dict) or value.pop("schema", None) != SCHEMA:
        raise ValueError(f"not a publication of schema {SCHEMA}")
    return _adapter().validate_python(value)


def _nfc(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_nfc(item) for item in value]
    return value


@cache
def _adapter() -> TypeAdapter[DefensivePublication]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - a tenth of a second that --help must not pay

    return TypeAdapter(DefensivePublication)

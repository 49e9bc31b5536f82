"""`Disclosure`: what the inventor hands in, and `Feature`: one limitation of it that prior art must show.

A disclosure owns one text, like a `Document`; features and sections are offsets into it, so that every
feature shows where it came from. Features are editable before any search (rules segment claims only
approximately: retrieval.md, "Features, support, combinations"), hence they carry their own text as well.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pipeline.records import from_json, to_json


class FeatureKind(StrEnum):
    """What sort of limitation a feature is."""

    STRUCTURE = "structure"
    STEP = "step"
    RELATION = "relation"
    NUMERIC = "numeric"
    NEGATIVE = "negative"
    RESULT = "result"


class Topic(StrEnum):
    """What a part of a disclosure answers; the six questions of the intake and what a draft needs."""

    WHAT = "what it is"
    PROBLEM = "problem"
    NEW = "what is new"
    HOW = "how it works"
    WHO_WHEN = "who and when"
    SHOWN = "has it been shown"
    CLAIM = "claim"
    VARIANTS = "variants"
    EXAMPLE = "example"
    ADVANTAGES = "advantages"
    KNOWN = "known solutions"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A headed part of a disclosure's text, offsets in code points."""

    topic: Topic
    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One limitation. `start`/`end` are its span in the disclosure's text (-1 when a person wrote it)."""

    id: str
    """`F1`, `F2`, …"""
    text: str
    kind: FeatureKind
    essential: bool = True
    novel: bool = False
    """The inventor's mark: this is the point of novelty."""
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """An unpublished invention. Confidential: never logged, never sent."""

    title: str
    text: str
    parts: tuple[Part, ...]
    inventors: tuple[str, ...] = ()
    critical_date: date | None = None
    """The day before which art must have been public; None until somebody states it."""
    shown: str = ""
    """The answer to "has it been shown to anyone?", as given."""
    keywords: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    source_file: str = ""
    warnings: tuple[str, ...] = ()
    """What the reader could not take over from the file."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the UTF-8 text, lower-case hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def part(self, topic: Topic) -> str:
        """Return the text of every part on a topic, joined by blank lines."""
        found = (self.text[part.start : part.end] for part in self.parts if part.topic == topic)
        return "\n\n".join(found)


def dump(disclosure: Disclosure) -> dict[str, Any]:
    """Return the disclosure as JSON values."""
    value: dict[str, Any] = to_json(Disclosure, disclosure)
    return value


def load(value: object) -> Disclosure:
    """Read what `dump` returned. Raises pydantic.ValidationError, a ValueError."""
    return from_json(Disclosure, value)

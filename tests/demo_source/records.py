"""`Entry`: one document of the demo corpus as its YAML source states it, and the checks that all must pass.

Decisions
---------
* An entry cites only what was public before it, and a patent's text names only what was public before its own
  first filing: a newcomer who follows a date through the demo never meets an impossibility.
* As at the office, grants are published on Tuesdays, applications on Thursdays and 18 months after their
  first filing; priority is claimed within a year.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FORMATS = frozenset({"grant", "application", "arxiv", "arxiv_raw", "jsonl", "pdf", "docx"})
FIELDS = ("irrigation", "battery", "learning", "grasping")
"""Folders of the four fields, in the order of the README."""
IDENTIFIER = re.compile(r"US-\d+-[AB]\d|arXiv:\d{4}\.\d{5}v\d+|demo-[a-z]+-\d+")
_OPTIONAL = frozenset(
    {"filed", "priority", "first_version", "organisation", "cites", "claims", "description"}
)
_REQUIRED = frozenset({"format", "id", "title", "abstract", "published", "classes", "people"})
_WEEKDAY = {"grant": 1, "application": 3}
_YEAR = timedelta(days=366)
_EIGHTEEN_MONTHS = timedelta(days=535), timedelta(days=590)
"""35 USC 122(b): promptly after 18 months from the earliest filing date sought."""


class DemoSourceError(Exception):
    """An entry of the demo's source is wrong."""

    def __init__(self, identifier: str, fault: str) -> None:
        super().__init__(f"{identifier}: {fault}; correct it in tests/demo_source and build again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading or a paragraph of a description."""

    heading: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document, before it is rendered into its source format."""

    format: str
    id: str
    title: str
    abstract: str
    published: str
    """ISO day; a bare year for a note that is dated by its year only."""
    classes: tuple[str, ...]
    people: tuple[str, ...]
    organisation: str = ""
    filed: str = ""
    priority: str = ""
    first_version: str = ""
    """Day of version 1 of a paper; equals `published` for a paper that has one version."""
    cites: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def first_filing(self) -> str:
        """The day from which the text can know nothing newer."""
        return self.priority or self.filed or self.published

    @property
    def mentions(self) -> frozenset[str]:
        """Identifiers of other entries that the description names."""
        return frozenset(found for block in self.blocks for found in IDENTIFIER.findall(block.text))


def read_entries(folder: Path) -> tuple[Entry, ...]:
    """Read and check all entries, ordered by field, file and place. Raises DemoSourceError."""
    files = [path for field in FIELDS for path in sorted((folder / field).glob("*.yaml"))]
    entries = tuple(
        _entry(value) for path in files for value in yaml.safe_load(path.read_text(encoding="utf-8"))
    )
    identifier, times = Counter(entry.id for entry in entries).most_common(1)[0]
    if times > 1:
        raise DemoSourceError(identifier, "the id is used twice")
    known = {entry.id: entry for entry in entries}
    for entry in entries:
        _check(entry, known)
    return entries


def _entry(value: Mapping[str, Any]) -> Entry:
    identifier = str(value.get("id", "an entry without an id"))
    wrong = (value.keys() - _REQUIRED - _OPTIONAL) | (_REQUIRED - value.keys())
    if wrong:
        raise DemoSourceError(identifier, f"keys unknown or missing: {sorted(wrong)}")
    if value["format"] not in FORMATS or IDENTIFIER.fullmatch(identifier) is None:
        raise DemoSourceError(identifier, "the format or the form of the id is unknown")
    days = {key: str(value.get(key, "")) for key in ("published", "filed", "priority", "first_version")}
    return Entry(
        format=value["format"],
        id=identifier,
        title=value["title"],
        abstract=value["abstract"],
        organisation=value.get("organisation", ""),
        classes=_strings(value, "classes"),
        people=_strings(value, "people"),
        cites=_strings(value, "cites"),
        claims=_strings(value, "claims"),
        blocks=tuple(_block(piece) for piece in value.get("description") or ()),
        **{**days, "first_version": days["first_version"] or days["published"]},
    )


def _strings(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(item) for item in value.get(key) or ())


def _block(piece: str | Mapping[str, str]) -> Block:
    if isinstance(piece, str):
        return Block(heading=False, text=piece)
    return Block(heading=True, text=str(piece["heading"]))


def _check(entry: Entry, known: Mapping[str, Entry]) -> None:
    days = [day for day in (entry.priority, entry.filed, entry.published) if day]
    if days != sorted(days):
        raise DemoSourceError(entry.id, f"its dates run backwards: {', '.join(days)}")
    weekday = _WEEKDAY.get(entry.format)
    if weekday is not None and date.fromisoformat(entry.published).weekday() != weekday:
        raise DemoSourceError(entry.id, f"the office publishes no {entry.format} on {entry.published}")
    _office_dates(entry)
    if (weekday is not None) != bool(entry.claims):
        raise DemoSourceError(entry.id, "patents have claims, nothing else has")
    _known_before(entry, entry.cites, entry.published, known)
    _known_before(entry, sorted(entry.mentions), entry.first_filing, known)


def _office_dates(entry: Entry) -> None:
    """An application appears 18 months after its first filing, and priority lasts a year."""
    if entry.priority and date.fromisoformat(entry.filed) - date.fromisoformat(entry.priority) > _YEAR:
        raise DemoSourceError(entry.id, f"priority {entry.priority} was lost when it was filed")
    if entry.format != "application":
        return
    waited = date.fromisoformat(entry.published) - date.fromisoformat(entry.first_filing)
    if not _EIGHTEEN_MONTHS[0] <= waited <= _EIGHTEEN_MONTHS[1]:
        raise DemoSourceError(entry.id, f"published {waited.days} days after its first filing, not 18 months")
    if entry.id[3:7] != entry.published[:4]:
        raise DemoSourceError(entry.id, "its number is of another year than its publication")


def _known_before(entry: Entry, others: Iterable[str], day: str, known: Mapping[str, Entry]) -> None:
    for other in others:
        if other not in known:
            raise DemoSourceError(entry.id, f"it refers to {other}, which does not exist")
        if known[other].published >= day:
            raise DemoSourceError(entry.id, f"it refers to {other}, which was not public before {day}")

"""One document of what several sources say of it: nothing a source told is lost, and nothing is mixed up.

Decisions
---------
* Records with one key are one document. Each source's own record is kept (`contributions`); the document is
  made of them all, in an order that does not depend on which came first: the longest text leads.
* A field of the text (title, abstract, claims, description) comes whole from one record, the first that has
  it: two wordings of one claim are never put together.
* Dates, classes, citations, priorities and other names are united: each date says who asserts it. People are
  taken from the first record that names any in that role: `J. Doe` beside `Doe, Jane` would be two.
* A source whose answers come in parts (numbers and dates here, claims there) adds to its own record; a record
  with all that the old one had replaces it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.documents import Document, Party, Section

_BESIDE = ("events", "classes", "parties", "citations", "application", "priorities", "family")
_ORDER = {"title": 0, "abstract": 1, "description": 2, "claims": 3}


def combined(records: Iterable[Document]) -> Document:
    """Return the document that records of different sources make together. There is at least one."""
    first, *rest = sorted(records, key=lambda record: (-len(record.text), record.origin.source))
    for record in rest:
        first = joined(first, record)
    return first


def renewed(old: Document, new: Document) -> Document:
    """Return a source's record after it has said more, or said it anew."""
    return joined(new, old) if _told(old) - _told(new) else new


def joined(first: Document, second: Document) -> Document:
    """Return `first` with everything that only `second` has."""
    missing = _fields(second) - _fields(first)
    document = first if not missing else _with_text(first, second, missing)
    cited = {citation.key for citation in first.citations if citation.key}
    more = (c for c in second.citations if not c.key or c.key not in cited)
    names = {first.key, *first.aliases}
    also = (name for name in (second.key, *second.aliases) if name not in names)
    return replace(
        document,
        events=tuple(dict.fromkeys((*first.events, *second.events))),
        classes=tuple(dict.fromkeys((*first.classes, *second.classes))),
        parties=(*first.parties, *_parties(first, second)),
        citations=tuple(dict.fromkeys((*first.citations, *more))),
        language=first.language or second.language,
        country=first.country or second.country,
        work=first.work or second.work,
        application=first.application or second.application,
        priorities=tuple(dict.fromkeys((*first.priorities, *second.priorities))),
        family=first.family or second.family,
        aliases=tuple(dict.fromkeys((*first.aliases, *also))),
    )


def _told(document: Document) -> set[str]:
    """Return what a record says something of, in the text and beside it."""
    return _fields(document) | {name for name in _BESIDE if getattr(document, name)}


def _fields(document: Document) -> set[str]:
    return {section.field for section in document.sections}


def _parties(first: Document, second: Document) -> Iterable[Party]:
    roles = {party.role for party in first.parties}
    return (party for party in second.parties if party.role not in roles)


def _with_text(first: Document, second: Document, missing: set[str]) -> Document:
    builder = TextBuilder()
    pieces = [(section, first) for section in first.sections]
    pieces += [(section, second) for section in second.sections if section.field in missing]
    for section, owner in sorted(pieces, key=lambda piece: _ORDER[piece[0].field]):
        _add(builder, owner, section)
    text, sections, claims = builder.build()
    return replace(first, text=text, sections=sections, claims=claims)


def _add(builder: TextBuilder, owner: Document, section: Section) -> None:
    builder.section(section.field, section.heading)
    claims = {claim.start: claim for claim in owner.claims}
    for paragraph in section.paragraphs:
        words = owner.text[paragraph.start : paragraph.end]
        claim = claims.get(paragraph.start)
        if claim is None:
            builder.paragraph(words, paragraph.anchor)
        else:
            builder.claim(claim.number, words, claim.depends_on)

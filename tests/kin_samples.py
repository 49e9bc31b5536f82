"""Documents that are related: families, versions, sources that tell about one document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    DayInterval,
    Document,
    DocumentKind,
    EventKind,
    Origin,
    Party,
)
from pipeline import store_put
from pipeline.preparing import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.store import Store

LONG = (
    "A hinge of a folding table has a leaf spring which presses a cam against a notch so that the leg stays "
    "in place until a hand pulls the cam back against the spring and the leg swings below the plate where a "
    "second notch of lesser depth takes the cam again and keeps the leg from swinging out while the table is "
    "carried by its edge or stands upright against a wall between two meals of a family in a small kitchen."
)


def document(
    key: str,
    text: str = LONG,
    *,
    source: str = "jsonl",
    title: str = "Folding table",
    claims: Sequence[str] = (),
    published: str = "",
    kind: DocumentKind = DocumentKind.PATENT,
    cites: Sequence[str] = (),
    classes: Sequence[str] = (),
    inventors: Sequence[str] = (),
    work: str = "",
    application: str = "",
    priorities: Sequence[str] = (),
    family: str = "",
    aliases: Sequence[str] = (),
) -> Document:
    """Build a document; an empty `text` leaves the abstract out, an empty title the title."""
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(title, "title")
    if text:
        builder.section("abstract")
        builder.paragraph(text, "abstract")
    for number, claim in enumerate(claims, start=1):
        builder.claim(number, claim)
    body, sections, parsed = builder.build()
    days = [DayInterval.parse(published)] if published else []
    return Document(
        key=key,
        kind=kind,
        text=body,
        sections=sections,
        claims=parsed,
        events=tuple(DatedEvent(kind=EventKind.PUBLISHED, when=day, source=source) for day in days),
        classes=tuple(Classification(scheme="CPC", symbol=symbol) for symbol in classes),
        parties=tuple(Party(role="inventor", name=name) for name in inventors),
        citations=tuple(Citation(text=name, key=name) for name in cites),
        work=work,
        application=application,
        priorities=tuple(priorities),
        family=family,
        aliases=tuple(aliases),
        origin=Origin(source=source, file="a.jsonl", offset=0, sha256="0" * 64),
    )


def moved(found: Document, offset: int) -> Document:
    """Return the same record from another place: nothing that counts has changed."""
    return replace(found, origin=replace(found.origin, file="b.jsonl", offset=offset))


def put(store: Store, *found: Document) -> list[str]:
    """Store documents; returns what became of each."""
    changes: list[str] = []
    with store.begin() as connection:
        for one in found:
            change, _ = store_put.put(connection, prepare(one), "2026-01-01T00:00:00+00:00")
            changes.append(change)
    return changes

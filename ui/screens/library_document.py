"""A document's page: text with its places, dates and who says so, family, versions, citations, origin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ingest.raw_files import ORIGIN_SUFFIX, read_object
from pipeline.classification import titled
from pipeline.relations import named, relations
from ui.screens import shell
from ui.widgets import count, element, show, table, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.documents import Document, Section
    from pipeline.relations import Relations, Relative
    from pipeline.workspace import Workspace

_PARAGRAPHS = 400
"""Paragraphs of a description shown at once."""


def page(desk: shell.Desk, name: str, case: str = "") -> None:
    """Show the document that a key or a written number means; opened from a case, it counts as seen there."""
    workspace = desk.workspace
    found = named(workspace.store, name)
    if case:
        shell.link("Back to the case", "case", id=case, view="search")
        with shell.said():
            if len(found) == 1:
                workspace.triage.see(case, found[0].key, desk.actor)
    else:
        shell.link("Back to the library", "library")
    if len(found) != 1:
        st.error("Several documents have that number." if found else "No document here has that name.")
        _list("Documents", found)
        return
    document = workspace.corpus.document(found[0].key)
    about = relations(workspace.store, document)
    facts = [document.key, document.kind.value, f"public {document.published or 'on an unknown day'}"]
    title(document.name, element(" · ".join(facts), "ad-quiet"))
    text, dates, family, cited, origin = st.tabs(["Text", "Dates", "Family", "Citations", "Origin"])
    with text:
        _text(document)
    with dates:
        _dates(document)
    with family:
        _family(about)
    with cited:
        _citations(about)
    with origin:
        _origin(workspace, document)


def _text(document: Document) -> None:
    order = {"title": 0, "abstract": 1, "claims": 2, "description": 3}
    shown = 0
    for section in sorted(document.sections, key=lambda section: order[section.field]):
        if section.field == "title":
            continue
        shown += len(section.paragraphs)
        if shown > _PARAGRAPHS:
            left = sum(len(s.paragraphs) for s in document.sections) - _PARAGRAPHS
            st.caption(f"The text goes on: some {left} more paragraphs. 'antedate show' prints all of it.")
            return
        _section(document, section)


def _section(document: Document, section: Section) -> None:
    pieces = [element(section.heading or section.field.capitalize(), "ad-title")]
    for paragraph in section.paragraphs:
        words = document.text[paragraph.start : paragraph.end]
        pieces.append(element(paragraph.anchor, "ad-id", "span") + element(words, "ad-pre"))
    show(*pieces)


def _dates(document: Document) -> None:
    st.caption("Every date that a source states, with who says so. The day is the office's own day.")
    rows = []
    for event in sorted(document.events, key=lambda event: (event.when.latest, event.kind.value)):
        start, end = event.utc
        bounds = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
        rows.append(
            [
                element(event.kind.value, tag="span"),
                element(str(event.when), tag="span"),
                element(event.zone or "anywhere on earth", tag="span"),
                element(
                    bounds if event.precision != "bound" else f"before {end:%Y-%m-%d %H:%M} UTC", tag="span"
                ),
                element(event.source, tag="span"),
                element(event.confidence, tag="span"),
            ]
        )
    show(
        table(
            ["What", "When", "Where the day is counted", "In UTC", "Source", "Confidence"], rows, "ad-dates"
        )
    )


def _family(about: Relations) -> None:
    if about.family.first is not None:
        first = about.family.first
        show(element(f"The family was public first with {first.key}, {first.published}.", "ad-title"))
    _list("Simple family", about.family.simple)
    _list("Extended family, beyond that", about.family.extended)
    _list("Other versions of the work", about.versions)
    _list("Near-duplicates", about.near)


def _citations(about: Relations) -> None:
    held = sum(citation.held is not None for citation in about.cites)
    show(element(f"Cites {count(len(about.cites), 'document')}, {held} of them here", "ad-title"))
    rows = []
    for citation in about.cites:
        name = citation.held.key if citation.held else citation.key
        marks = " ".join(mark for mark in (citation.category, citation.phase) if mark)
        rows.append(
            [element(name, "ad-id", "span"), element(citation.text, tag="span"), element(marks, tag="span")]
        )
    if rows:
        show(table(["Key", "As cited", "By whom"], rows))
    _list("Cited by", about.cited_by)


def _list(name: str, members: Sequence[Relative]) -> None:
    show(element(f"{name}: {len(members) or 'none here'}", "ad-title"))
    for number, member in enumerate(members):
        public = f"{member.key} · public {member.published or 'on an unknown day'}"
        shell.row(
            element(member.title or member.key),
            element(public, "ad-quiet"),
            key=f"{name}-{number}",
            label="Open",
            name="library",
            key_of=member.key,
        )


def _origin(workspace: Workspace, document: Document) -> None:
    origin = document.origin
    people = ", ".join(f"{party.name} ({party.role})" for party in document.parties)
    classes = [f"{symbol} {meaning}".strip() for symbol, meaning in titled(workspace.store, document)]
    rows = [
        ("Source", origin.source),
        ("File", f"{origin.file}, byte {origin.offset}"),
        *_fetched(origin.file),
        ("SHA-256 of the record", origin.sha256),
        ("SHA-256 of the text", document.sha256),
        ("Language", document.language or "not stated"),
        ("Application", document.application or "–"),
        ("Priorities", ", ".join(document.priorities) or "–"),
        ("Other names", ", ".join(document.aliases) or "–"),
        ("People", people or "–"),
        ("Classes", "; ".join(classes) or "–"),
    ]
    show(table(["", ""], [[element(k, tag="span"), element(v, tag="span")] for k, v in rows]))


def _fetched(file: str) -> list[tuple[str, str]]:
    """Return where and when a raw file was fetched, as kept beside it; nothing for other files."""
    path = Path(file.partition("!")[0])
    if not path.name:
        return []
    kept = read_object(path.with_name(f"{path.name}{ORIGIN_SUFFIX}"))
    names = (("url", "Fetched from"), ("at", "Fetched at"), ("sha256", "SHA-256 of the file"))
    return [(label, str(kept[name])) for name, label in names if kept.get(name)]

"""Own folders as a source: one file is one document.

Its key is the digest of its bytes, so that the same file under two names is one document. A date counts only
if front matter or a saved page's metadata states it: a folder of drafts must not turn into prior art by its
time stamps.

What a file holds beside its text (footnotes, pictures, pages without a text layer) is one `Unreadable` after
the document, at offset 1, so that nobody takes the record for the whole file.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ingest import fields
from ingest.builder import TextBuilder
from ingest.documents import Document, Origin, Unreadable
from ingest.errors import UnreadableFileError
from ingest.office_files import HTML, SUFFIXES, FileText, read_text_file
from ingest.record_stream import CHUNK, display

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "files"
_DIGITS = 16
"""Hexadecimal digits of the digest in a key."""


class Files:
    """Reads `.md`, `.txt`, `.html`, `.pdf`, `.docx`, `.pptx` and `.ipynb` files."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        return path.suffix.lower() in SUFFIXES

    def measure(self, path: Path) -> int:
        try:
            return path.stat().st_size
        except OSError:
            return 0

    def read(self, path: Path, *, after: int = -1) -> Iterator[Document | Unreadable]:
        if after > 0:
            return
        name = display(path)
        try:
            digest = _digest(path)
            text = read_text_file(path)
            if after < 0:
                yield document(text, Origin(source=NAME, file=name, offset=0, sha256=digest))
            warnings = [*text.warnings, *filter(None, [fields.misread(text.front_matter)])]
            if warnings:
                yield Unreadable(file=name, offset=1, reason=f"read in part: {'; '.join(warnings)}")
        except UnreadableFileError as error:
            yield Unreadable(file=name, offset=0, reason=error.reason, passing=error.passing)
        except OSError as error:
            reason = f"cannot be opened: {error.strerror or error}"
            yield Unreadable(file=name, offset=0, reason=reason, passing=True)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def document(text: FileText, origin: Origin) -> Document:
    """Make the record of a file: its first section is the title, an `Abstract` heading opens the abstract."""
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(text.title, "title")
    stated = fields.text_of(text.front_matter, "abstract")
    if stated:
        builder.section("abstract")
        builder.paragraph(stated, "abstract")
    builder.section("description")
    for index, block in enumerate(text.blocks):
        if block.kind != "heading":
            builder.paragraph(block.text, block.anchor)
        elif block.text.strip().lower().rstrip(":") == "abstract" and not stated:
            builder.section("abstract")
        elif index or block.text != text.title:
            builder.section("description", block.text)
    body, sections, claims = builder.build()
    front = text.front_matter
    page = any(origin.file.lower().endswith(suffix) for suffix in HTML)
    return Document(
        key=fields.word_of(front, "key", "id") or f"file:{origin.sha256[:_DIGITS]}",
        kind=fields.kind_of(front),
        text=body,
        sections=sections,
        claims=claims,
        events=fields.events_of(front, "page metadata" if page else "front-matter"),
        classes=fields.classes_of(front),
        parties=fields.parties_of(front),
        language=fields.word_of(front, "language", "lang").lower(),
        country=fields.word_of(front, "country").upper(),
        work=fields.word_of(front, "work"),
        origin=origin,
    )

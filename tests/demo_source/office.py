"""Reports as PDF and Word files, and disclosures as Word files, with the same bytes at every build.

Decisions
---------
* Text reaches the typesetter as data, never as markup, and only the typesetter's own fonts are used.
* python-docx stamps the clock into the archive: the archive is written anew with a fixed time.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import docx
import typst
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docx.document import Document as WordDocument

    from tests.demo_source.records import Entry

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#let day = datetime(year: data.day.at(0), month: data.day.at(1), day: data.day.at(2))
#set document(title: data.title, author: data.people, date: day)
#set page(paper: "a4", margin: 25mm, numbering: "1")
#set par(justify: true)
#text(size: 17pt, weight: "bold", data.title)
#v(2mm)
#data.people.join(", ") \\
#emph(data.organisation) \\
#day.display("[day padding:none] [month repr:long] [year]")
#v(4mm)
#strong("Summary") #h(1em) #data.abstract
#for block in data.blocks {
  if block.heading { heading(level: 1, outlined: true, block.text) } else { par(block.text) }
}
#if data.cites.len() > 0 {
  heading(level: 1, "Sources")
  list(..data.cites)
}
"""


def pdf(entry: Entry, known: Mapping[str, Entry]) -> bytes:
    """Typeset a report."""
    day = datetime.fromisoformat(entry.published).replace(tzinfo=UTC)
    data = {
        "title": entry.title,
        "people": list(entry.people),
        "organisation": entry.organisation,
        "abstract": entry.abstract,
        "day": [day.year, day.month, day.day],
        "blocks": [{"heading": block.heading, "text": block.text} for block in entry.blocks],
        "cites": _sources(entry, known),
    }
    made = typst.compile(
        _TEMPLATE.encode(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(day.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def word(entry: Entry, known: Mapping[str, Entry]) -> bytes:
    """Write a report as a Word file."""
    document = docx.Document()
    document.add_heading(entry.title, level=0)
    document.add_paragraph(f"{', '.join(entry.people)}, {entry.organisation}, {entry.published}")
    document.add_heading("Summary", level=1)
    document.add_paragraph(entry.abstract)
    for block in entry.blocks:
        if block.heading:
            document.add_heading(block.text, level=1)
        else:
            document.add_paragraph(block.text)
    if entry.cites:
        document.add_heading("Sources", level=1)
        for source in _sources(entry, known):
            document.add_paragraph(source, style="List Bullet")
    return _saved(document, entry.title, entry.people, entry.published)


def word_disclosure(markdown: str) -> bytes:
    """Write a disclosure (YAML front matter, headings, paragraphs, bullets) as a Word file."""
    _, matter, body = re.split(r"^---\n", markdown, maxsplit=2, flags=re.MULTILINE)
    facts: dict[str, Any] = yaml.safe_load(matter)
    document = docx.Document()
    document.add_heading(facts["title"], level=0)
    document.add_paragraph(f"Inventors: {', '.join(facts['inventors'])}")
    document.add_paragraph(f"Critical date: {facts['critical_date']}")
    document.add_paragraph(f"Field: {facts['field']}")
    document.add_paragraph(f"Shown to anyone: {facts['shown_to_anyone']}")
    for line in body.splitlines():
        if line.startswith("## "):
            document.add_heading(line.removeprefix("## "), level=1)
        elif line.startswith("- "):
            document.add_paragraph(line.removeprefix("- "), style="List Bullet")
        elif line.strip():
            document.add_paragraph(line.strip())
    return _saved(document, facts["title"], tuple(facts["inventors"]), str(facts["critical_date"]))


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return an archive of the members in their order, with a fixed time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            member = zipfile.ZipInfo(name, ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)
    return buffer.getvalue()


def _sources(entry: Entry, known: Mapping[str, Entry]) -> list[str]:
    return [f"{identifier}: {known[identifier].title}" for identifier in entry.cites]


def _saved(document: WordDocument, title: str, people: tuple[str, ...], day: str) -> bytes:
    moment = datetime.fromisoformat(day).replace(hour=9)  # noqa: DTZ007, RUF100 - Word's properties are naive UTC
    properties = document.core_properties
    properties.title, properties.author = title, "; ".join(people)
    properties.last_modified_by, properties.comments = people[0], ""
    properties.created = properties.modified = moment
    properties.revision = 1
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return zipped({name: archive.read(name) for name in sorted(archive.namelist(), key=_first)})


def _first(name: str) -> tuple[bool, str]:
    """Order the members of a Word file: its list of types comes first, as the format wants it."""
    return name != "[Content_Types].xml", name

"""Render the demo's YAML sources into the files that ship in `pipeline/demo`.

    python -m tests.demo_source.build            writes pipeline/demo
    python -m tests.demo_source.build FOLDER     writes there instead

The same sources give the same bytes: no clock, no order of a file system, no font of this machine.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.demo_source import arxiv_xml, office, uspto_xml
from tests.demo_source.records import Entry, read_entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOURCE = Path(__file__).parent
DEMO = SOURCE.parents[1] / "pipeline" / "demo"
LIMIT = 1_000_000
"""Bytes that the demo may add to the product."""
WORD_DISCLOSURE = "battery-plate"
"""The disclosure that ships as a Word file too."""
_KINDS = {"std": "standard", "note": "disclosure", "paper": "paper"}


class DemoTooLargeError(Exception):
    """The rendered demo exceeds its limit."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the demo takes {size:,} bytes, more than {LIMIT:,}; shorten its sources")


def corpus_files(entries: Sequence[Entry]) -> dict[str, bytes]:
    """Return the corpus as file names and contents."""
    known = {entry.id: entry for entry in entries}
    of = {
        name: [entry for entry in entries if entry.format == name]
        for name in {entry.format for entry in entries}
    }
    files = {
        "ipg_demo.zip": office.zipped({"ipg_demo.xml": uspto_xml.weekly_file(of["grant"], known)}),
        "ipa_demo.zip": office.zipped({"ipa_demo.xml": uspto_xml.weekly_file(of["application"], known)}),
        "arxiv_atom.xml": arxiv_xml.atom_feed(of["arxiv"]),
        "arxiv_oai_raw.xml": arxiv_xml.oai_raw(of["arxiv_raw"]),
        "demo.jsonl": b"".join(_line(entry) for entry in of["jsonl"]),
    }
    files.update({f"files/{entry.id}.pdf": office.pdf(entry, known) for entry in of["pdf"]})
    files.update({f"files/{entry.id}.docx": office.word(entry, known) for entry in of["docx"]})
    return files


def _line(entry: Entry) -> bytes:
    record = {
        "id": entry.id,
        "kind": _KINDS[entry.id.split("-")[1]],
        "title": entry.title,
        "abstract": entry.abstract,
        "description": "\n".join(block.text for block in entry.blocks),
        "date": entry.published,
        "authors": [*entry.people],
        "assignee": entry.organisation,
        "classes": [*entry.classes],
        "cites": [*entry.cites],
        "language": "en",
    }
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def build(demo: Path = DEMO) -> Mapping[str, int]:
    """Write the demo below a folder; return names and sizes. Raises DemoSourceError, DemoTooLargeError."""
    files = {f"corpus/{name}": data for name, data in corpus_files(read_entries(SOURCE)).items()}
    text = (DEMO / "disclosures" / f"{WORD_DISCLOSURE}.md").read_text(encoding="utf-8")
    files[f"disclosures/{WORD_DISCLOSURE}.docx"] = office.word_disclosure(text)
    size = sum(map(len, files.values()))
    if size > LIMIT:
        raise DemoTooLargeError(size)
    for name, data in files.items():
        target = demo / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return {name: len(data) for name, data in files.items()}


if __name__ == "__main__":
    made = build(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO)
    for made_name, made_size in made.items():
        sys.stdout.write(f"{made_size:>8,}  {made_name}\n")
    sys.stdout.write(f"{sum(made.values()):>8,}  in all\n")

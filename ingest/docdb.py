"""DOCDB, the EPO's master documentation database: `exchange-documents` of the weekly files and back files.

A file holds tens of thousands of records, plain or in a zip; each is cut out and parsed by itself. What a
record says, and what of it is believed, is in `ingest.exchange`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.exchange import items
from ingest.patent_xml import bare
from ingest.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.items import Item

NAME = "docdb"


def _make(record: _Element, origin: Origin) -> Iterator[Item]:
    yield from items(bare(record), origin, source=NAME)


DOCDB = XmlRecords(
    name=NAME,
    roots=frozenset({"exchange-documents"}),
    records=frozenset({"exchange-document"}),
    make=_make,
)
"""The reader of DOCDB files."""

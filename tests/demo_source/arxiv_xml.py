"""Papers as arXiv hands them out: an Atom answer of the query interface, and an OAI-PMH answer in `arXivRaw`.

An Atom entry is one version; `arXivRaw` lists the days of all versions and holds the text of the latest.
Hours and minutes are derived from the id, so that a build never depends on the clock.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.demo_source.records import Entry

_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"
_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_OAI = "http://www.openarchives.org/OAI/2.0/"
_RAW = "http://arxiv.org/OAI/arXivRaw/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
# The stubs of lxml know no default namespace (None), which lxml takes.
_ATOM_NAMES = cast("dict[str, str]", {"opensearch": _SEARCH, "arxiv": _ARXIV, None: _ATOM})
_OAI_NAMES = cast("dict[str, str]", {None: _OAI, "xsi": _XSI})
_RAW_NAMES = cast("dict[str, str]", {None: _RAW, "xsi": _XSI})
_IDENTIFIER = re.compile(r"arXiv:(\d{4}\.\d{5})v(\d+)")
_ANSWERED = "2025-02-03T08:30:00Z"


def atom_feed(entries: Iterable[Entry]) -> bytes:
    """Return an Atom answer with one entry per paper, by id."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap=_ATOM_NAMES)
    _add(feed, f"{{{_ATOM}}}id", "https://arxiv.org/api/ANTEDATEdemo")
    _add(feed, f"{{{_ATOM}}}title", "arXiv Query: invented papers of the Antedate demo")
    _add(feed, f"{{{_ATOM}}}updated", _ANSWERED)
    _add(feed, f"{{{_SEARCH}}}itemsPerPage", str(len(ordered)))
    _add(feed, f"{{{_SEARCH}}}totalResults", str(len(ordered)))
    _add(feed, f"{{{_SEARCH}}}startIndex", "0")
    for entry in ordered:
        _atom_entry(feed, entry)
    return _serialised(feed)


def _atom_entry(feed: etree._Element, entry: Entry) -> None:
    work, version = _parts(entry.id)
    one = _add(feed, f"{{{_ATOM}}}entry")
    _add(one, f"{{{_ATOM}}}id", f"http://arxiv.org/abs/{work}v{version}")
    _add(one, f"{{{_ATOM}}}title", entry.title)
    _add(one, f"{{{_ATOM}}}updated", f"{_moment(entry.published, entry.id):%Y-%m-%dT%H:%M:%SZ}")
    link = _add(one, f"{{{_ATOM}}}link")
    for key, value in {"href": f"https://arxiv.org/abs/{work}v{version}", "rel": "alternate"}.items():
        link.set(key, value)
    _add(one, f"{{{_ATOM}}}summary", entry.abstract)
    for symbol in entry.classes:
        category = _add(one, f"{{{_ATOM}}}category")
        category.set("term", symbol)
        category.set("scheme", _ARXIV)
    _add(one, f"{{{_ATOM}}}published", f"{_moment(entry.first_version, entry.id):%Y-%m-%dT%H:%M:%SZ}")
    _add(one, f"{{{_ARXIV}}}comment", f"{8 + _seed(entry.id) % 9} pages")
    _add(one, f"{{{_ARXIV}}}primary_category").set("term", entry.classes[0])
    for person in entry.people:
        _add(_add(one, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name", person)


def oai_raw(entries: Iterable[Entry]) -> bytes:
    """Return a ListRecords answer in the format arXivRaw, by id."""
    root = etree.Element(f"{{{_OAI}}}OAI-PMH", nsmap=_OAI_NAMES)
    root.set(f"{{{_XSI}}}schemaLocation", f"{_OAI} {_OAI}OAI-PMH.xsd")
    _add(root, f"{{{_OAI}}}responseDate", _ANSWERED)
    request = _add(root, f"{{{_OAI}}}request", "https://oaipmh.arxiv.org/oai")
    request.set("verb", "ListRecords")
    request.set("metadataPrefix", "arXivRaw")
    records = _add(root, f"{{{_OAI}}}ListRecords")
    for entry in sorted(entries, key=lambda entry: entry.id):
        _raw_record(records, entry)
    return _serialised(root)


def _raw_record(records: etree._Element, entry: Entry) -> None:
    work, _ = _parts(entry.id)
    record = _add(records, f"{{{_OAI}}}record")
    header = _add(record, f"{{{_OAI}}}header")
    _add(header, f"{{{_OAI}}}identifier", f"oai:arXiv.org:{work}")
    _add(header, f"{{{_OAI}}}datestamp", entry.published)
    _add(header, f"{{{_OAI}}}setSpec", entry.classes[0].partition(".")[0])
    metadata = _add(record, f"{{{_OAI}}}metadata")
    raw = etree.SubElement(metadata, f"{{{_RAW}}}arXivRaw", nsmap=_RAW_NAMES)
    raw.set(f"{{{_XSI}}}schemaLocation", f"{_RAW} http://arxiv.org/OAI/arXivRaw.xsd")
    _add(raw, f"{{{_RAW}}}id", work)
    _add(raw, f"{{{_RAW}}}submitter", entry.people[0])
    for number, moment in enumerate(_versions(entry), start=1):
        version = _add(raw, f"{{{_RAW}}}version")
        version.set("version", f"v{number}")
        _add(version, f"{{{_RAW}}}date", format_datetime(moment, usegmt=True))
        _add(version, f"{{{_RAW}}}size", f"{200 + _seed(entry.id + str(number)) % 700}kb")
        _add(version, f"{{{_RAW}}}source_type", "D")
    _add(raw, f"{{{_RAW}}}title", entry.title)
    _add(raw, f"{{{_RAW}}}authors", _joined(entry.people))
    _add(raw, f"{{{_RAW}}}categories", " ".join(entry.classes))
    _add(raw, f"{{{_RAW}}}comments", f"{8 + _seed(entry.id) % 9} pages")
    _add(raw, f"{{{_RAW}}}license", "http://creativecommons.org/publicdomain/zero/1.0/")
    _add(raw, f"{{{_RAW}}}abstract", f"  {entry.abstract}\n")


def _versions(entry: Entry) -> list[datetime]:
    """Version 1 on its own day, the latest on the day of the text, others evenly between."""
    _, latest = _parts(entry.id)
    first, last = _moment(entry.first_version, entry.id), _moment(entry.published, entry.id)
    if latest == 1:
        return [last]
    days = (last - first).days
    return [first + timedelta(days=days * number // (latest - 1)) for number in range(latest)]


def _joined(people: tuple[str, ...]) -> str:
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"


def _moment(day: str, identifier: str) -> datetime:
    seconds = 8 * 3600 + _seed(identifier) % (10 * 3600)
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=seconds)


def _seed(identifier: str) -> int:
    return int(hashlib.sha256(identifier.encode()).hexdigest()[:8], 16)


def _parts(identifier: str) -> tuple[str, int]:
    match = _IDENTIFIER.fullmatch(identifier)
    assert match is not None, f"{identifier} is no arXiv identifier"
    return match[1], int(match[2])


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, tag)
    element.text = text
    return element


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)

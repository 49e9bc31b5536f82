"""Semantic Scholar: the bulk data sets `papers`, `abstracts` and `s2orc` (JSON lines), and graph API answers.

Format: Semantic Scholar Academic Graph API and Datasets API ("papers", "abstracts", "s2orc").

Decisions
---------
* It merges a preprint and its article into one record, whose date is often the preprint's while the text may
  be the article's. So every date is of medium confidence, the first of January is the year and the first of a
  month is the month (`ingest.paper_keys.loose_day`), and the key is Semantic Scholar's own number.
* The data sets hold parts of one paper in separate files under one number: `papers` has title and dates,
  `abstracts` and `s2orc` the texts. Each record says only its part, so that a store that adds up what one
  source says of a key loses none: the title that `s2orc` marks stays in its text, as `papers` has it.
* A summary written by a machine (`tldr`) is not the paper's text and is left out.
* `s2orc` marks paragraphs and headings by offsets into its text, as JSON inside JSON. Offsets out of place
  are left out; a text without marks is cut at blank lines, so that nothing is lost.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ingest import fields
from ingest.builder import TextBuilder
from ingest.documents import Citation, Document, DocumentKind, EventKind, Party, clean
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.json_records import JsonRecords
from ingest.paper_keys import arxiv_key, distinct, doi_key, loose_day, pmcid_key, pmid_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import DatedEvent, Origin
    from ingest.items import Item
    from ingest.json_records import Record

NAME = "semantic-scholar"
MARK = re.compile(
    rb'"paperId"\s{0,3}:\s{0,3}"[0-9a-f]{40}"|"corpusid"\s{0,3}:\s{0,3}\d'
    rb'|\{\s{0,9}"error"\s{0,3}:\s{0,3}"(?:Title match not found|Paper with id )'
)
_SHA = re.compile(r"[0-9a-f]{40}")
_MARKS = 200_000
"""Annotations of one kind that are read."""
_ANNOTATIONS_LIMIT = 8 << 20


def make(record: Record, origin: Origin) -> Iterator[Item]:
    """Yield the document of a paper, or of a part of one. Raises RecordRefusedError."""
    for name in ("citedPaper", "citingPaper"):
        if isinstance(inner := record.get(name), dict):
            record = inner
    if error := fields.word_of(record, "error", "message"):
        raise RecordRefusedError(f"the server answered an error: {error}")
    ids = {str(name).lower(): value for name, value in _mapping(_external(record)).items()}
    sha, number = fields.word_of(record, "paperId"), record.get("corpusid", ids.get("corpusid"))
    corpus = f"s2:{number}" if str(number).isascii() and str(number).isdigit() else ""
    sha = f"s2:{sha}" if _SHA.fullmatch(sha) else ""
    work = corpus or sha
    if not work:
        raise RecordRefusedError("it has neither corpusid nor paperId")
    builder = TextBuilder()
    _text(record, builder)
    text, sections, _ = builder.build()
    if not text:
        raise RecordRefusedError(f"{work} has neither title nor abstract nor text")
    yield Document(
        key=work,
        kind=DocumentKind.PAPER,
        text=text,
        sections=sections,
        events=tuple(_events(record)),
        parties=tuple(dict.fromkeys(_authors(record))),
        citations=tuple(_citations(record)),
        work=work,
        aliases=distinct((sha if sha != work else "", *_names(ids)), work),
        origin=origin,
    )


def _external(record: Record) -> object:
    found = record.get("externalIds") or record.get("externalids")
    return found or _mapping(record.get("openaccessinfo")).get("externalids")


def _text(record: Record, builder: TextBuilder) -> None:
    title, abstract = fields.text_of(record, "title"), fields.text_of(record, "abstract")
    builder.section("title")
    builder.paragraph(" ".join(title.split()), "title")
    builder.section("abstract")
    for paragraph in re.split(r"\n\s{0,99}\n", clean(abstract)):
        builder.paragraph(paragraph, "abstract")
    content = _mapping(record.get("content") or record.get("body"))
    if body := fields.text_of(content, "text"):
        _body(builder, body, _mapping(content.get("annotations")))


def _body(builder: TextBuilder, body: str, marks: Record) -> None:
    abstracts = _spans(marks, "abstract", len(body))
    builder.section("abstract")
    for start, end in abstracts:
        builder.paragraph(body[start:end], "abstract")
    builder.section("description")
    headings = _spans(marks, "sectionheader", len(body)) or _spans(marks, "section_header", len(body))
    paragraphs = _spans(marks, "paragraph", len(body))
    if not paragraphs:
        for number, paragraph in enumerate(filter(str.strip, re.split(r"\n\s{0,99}\n", body)), start=1):
            builder.paragraph(paragraph, f"¶{number}")
        return
    outside = [
        span for span in paragraphs if not any(s <= span[0] and span[1] <= e for s, e in abstracts[:50])
    ]
    for start, end in _spans(marks, "title", len(body))[:1]:
        builder.paragraph(body[start:end], "title")
    number = 0
    for start, end, is_heading in sorted([(*h, True) for h in headings] + [(*p, False) for p in outside]):
        if is_heading:
            builder.section("description", " ".join(body[start:end].split()))
        else:
            number += 1
            builder.paragraph(body[start:end], f"¶{number}")


def _spans(marks: Record, name: str, length: int) -> list[tuple[int, int]]:
    """Return the annotations of a kind that lie inside the text and do not overlap, in order."""
    value = marks.get(name)
    if isinstance(value, str) and len(value) <= _ANNOTATIONS_LIMIT:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    found: list[tuple[int, int]] = []
    for entry in value[:_MARKS] if isinstance(value, list) else ():
        start, end = (_number(_mapping(entry).get(name)) for name in ("start", "end"))
        if 0 <= start < end <= length:
            found.append((start, end))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _number(value: object) -> int:
    """Offsets are numbers, in some releases spelled as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len("1234567890"):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _events(record: Record) -> Iterator[DatedEvent]:
    for name in ("publicationDate", "publicationdate"):
        day = loose_day(fields.word_of(record, name))
        found = list(dated(EventKind.PUBLISHED, day, f"semantic-scholar/{name}", confidence="medium"))
        if found:
            yield from found
            return
    year = fields.word_of(record, "year")
    yield from dated(EventKind.PUBLISHED, year, "semantic-scholar/year", confidence="medium")


def _authors(record: Record) -> Iterator[Party]:
    for entry in fields.list_of(record, "authors"):
        if name := fields.word_of(_mapping(entry), "name"):
            yield Party(role="author", name=name)


def _names(ids: Record) -> Iterator[str]:
    yield doi_key(ids.get("doi"))
    yield arxiv_key(ids.get("arxiv"))
    yield pmid_key(ids.get("pubmed"))
    yield pmcid_key(ids.get("pubmedcentral"))
    acl = ids.get("acl")
    if isinstance(acl, str) and re.fullmatch(r"[\w.-]{3,60}", acl, re.ASCII):
        yield f"acl:{acl}"


def _citations(record: Record) -> Iterator[Citation]:
    for entry in fields.list_of(record, "references"):
        cited = _mapping(entry)
        title, sha = fields.word_of(cited, "title"), fields.word_of(cited, "paperId")
        key = f"s2:{sha}" if _SHA.fullmatch(sha) else ""
        if title or key:
            yield Citation(text=title or key, key=key)


def _mapping(value: object) -> Record:
    return value if isinstance(value, dict) else {}


READER = JsonRecords(name=NAME, mark=MARK, make=make, lists=(("data",), ("recommendedPapers",)))

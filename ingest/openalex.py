"""OpenAlex works: the snapshot (JSON lines in `part_000.gz`), pages of the API (`results`) and single works.

Format: OpenAlex documentation, "Work object".

Decisions
---------
* OpenAlex gathers several copies of a work (journal, preprint server) into one record with one date. So every
  date is of medium confidence, and the key is OpenAlex's own: the DOI and the arXiv number are other names.
* It writes `2023-01-01` when only the year is known: that is a year, never the first of January; and the
  first of another month is that month. Who needs the day of a paper dated so looks it up at the publisher.
* `created_date` is the day on which the record existed in a public database: an upper bound (`indexed`).
* The abstract is an index of words and their positions. It is rebuilt exactly by position; a position that no
  word claims leaves nothing, and of two words at one position both are kept. An index whose positions leave
  most of the text out is no abstract, and that is said.
* An answer of selected fields (`select=doi,open_access`) has no title: a reason, no document.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from ingest import fields, jats_abstract
from ingest.builder import TextBuilder
from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    DayInterval,
    Document,
    DocumentKind,
    EventKind,
    Party,
    Unreadable,
    clean,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import bound, dated
from ingest.json_records import JsonRecords
from ingest.paper_ids import language
from ingest.paper_keys import arxiv_key, distinct, doi_key, loose_day, openalex_key, pmcid_key, pmid_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import Origin
    from ingest.items import Item
    from ingest.json_records import Record

NAME = "openalex"
MARK = re.compile(
    rb'"id"\s{0,3}:\s{0,3}"https://openalex\.org/W\d|"open_access"\s{0,3}:\s{0,3}\{\s{0,9}"is_oa"'
)
_KINDS = {"standard": DocumentKind.STANDARD, "report": DocumentKind.REPORT}
_POSITIONS = 100_000
"""Words an abstract may have; the longest real ones have some ten thousand."""
_FILLED = 0.5
"""Share of the positions that has words in every abstract worth the name."""


def make(record: Record, origin: Origin) -> Iterator[Item]:
    """Yield the document of a work. Raises RecordRefusedError."""
    key = openalex_key(record.get("id"))
    if not key:
        raise RecordRefusedError(_without_id(record))
    title = fields.text_of(record, "title", "display_name")
    words, refusal = abstract_of(record.get("abstract_inverted_index"))
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(jats_abstract.inline(" ".join(clean(title).split())), "title")
    builder.section("abstract")
    builder.paragraph(words, "abstract")
    text, sections, _ = builder.build()
    if not text:
        raise RecordRefusedError(f"{key} has neither title nor abstract{refusal and ': '}{refusal}")
    kind = fields.word_of(record, "type").lower()
    yield Document(
        key=key,
        kind=_KINDS.get(kind, DocumentKind.PAPER),
        text=text,
        sections=sections,
        events=tuple(_events(record, preprint=kind == "preprint")),
        classes=tuple(dict.fromkeys(_classes(record))),
        parties=tuple(dict.fromkeys(_authors(record))),
        citations=tuple(_citations(record)),
        language=language(fields.word_of(record, "language")),
        work=key,
        aliases=distinct(_names(record), key),
        origin=origin,
    )
    if refusal:
        yield Unreadable(file=origin.file, offset=origin.offset, reason=f"{key} read in part: {refusal}")


def abstract_of(index: object) -> tuple[str, str]:
    """Return the text that an inverted index stands for, and what is wrong with it."""
    if not isinstance(index, dict) or not index:
        return "", ""
    placed: list[tuple[int, str]] = []
    for word, positions in index.items():
        numbers = positions if isinstance(positions, list) else ()
        placed += (
            (at, word) for at in numbers if isinstance(at, int) and not isinstance(at, bool) and at >= 0
        )
        if len(placed) > _POSITIONS:
            return "", f"its abstract has more than {_POSITIONS} words"
    placed.sort(key=lambda pair: pair[0])
    if not placed:
        return "", "its abstract is an index without positions"
    last = placed[-1][0] + 1
    words = " ".join(word for _, word in placed)
    if len({at for at, _ in placed}) < last * _FILLED:
        return words, f"its abstract has {len(placed)} of {last} words"
    return words, ""


def _without_id(record: Record) -> str:
    if isinstance(record.get("error"), str):
        return f"the server answered an error: {fields.word_of(record, 'message', 'error')}"
    named = ", ".join(sorted(str(name)[:30] for name in list(record)[:6]))
    return f"not a whole work of OpenAlex: it has no id, only {named or 'nothing'}; ask without `select`"


def _events(record: Record, *, preprint: bool) -> Iterator[DatedEvent]:
    public = EventKind.POSTED if preprint else EventKind.PUBLISHED
    stated = fields.word_of(record, "publication_date")
    found = list(dated(public, loose_day(stated), "openalex/publication_date", confidence="medium"))
    if not found:
        year = fields.word_of(record, "publication_year")
        found += dated(public, year, "openalex/publication_year", confidence="medium")
    yield from found
    try:
        created = date.fromisoformat(fields.word_of(record, "created_date")[:10])
    except ValueError:
        return
    first = min((event.when.earliest for event in found), default=None)
    if first is not None and created < first:
        # An earlier version was listed, or a record without the text: it does not date this text.
        when = DayInterval(earliest=created, latest=created)
        source = "openalex/created_date: listed before it was published"
        yield DatedEvent(kind=EventKind.RELATED_PUBLISHED, when=when, source=source, confidence="medium")
    else:
        yield bound(EventKind.INDEXED, created, "openalex/created_date: listed by then", confidence="medium")


def _names(record: Record) -> Iterator[str]:
    ids = _mapping(record.get("ids"))
    yield doi_key(record.get("doi")) or doi_key(ids.get("doi"))
    yield pmid_key(ids.get("pmid"))
    yield pmcid_key(ids.get("pmcid"))
    yield arxiv_key(record.get("doi"))
    for place in fields.list_of(record, "locations"):
        location = _mapping(place)
        page = location.get("landing_page_url")
        yield arxiv_key(page) or arxiv_key(location.get("pdf_url"))
        if isinstance(page, str) and "/pmc/articles/" in page:
            yield pmcid_key(page)


def _classes(record: Record) -> Iterator[Classification]:
    for topic in fields.list_of(record, "topics"):
        name = fields.word_of(_mapping(topic), "id").rpartition("/")[2]
        if name[:1] == "T":
            yield Classification(scheme="OpenAlex", symbol=name)
    for heading in fields.list_of(record, "mesh"):
        if name := fields.word_of(_mapping(heading), "descriptor_ui"):
            yield Classification(scheme="MeSH", symbol=name)


def _authors(record: Record) -> Iterator[Party]:
    for entry in fields.list_of(record, "authorships"):
        authorship = _mapping(entry)
        name = fields.word_of(_mapping(authorship.get("author")), "display_name")
        countries = [code for code in fields.list_of(authorship, "countries") if isinstance(code, str)]
        if name := name or fields.word_of(authorship, "raw_author_name"):
            yield Party(role="author", name=name, country=countries[0][:2].upper() if countries else "")


def _citations(record: Record) -> Iterator[Citation]:
    keys = (openalex_key(cited) for cited in fields.list_of(record, "referenced_works"))
    return (Citation(text=key, key=key) for key in dict.fromkeys(keys) if key)


def _mapping(value: object) -> Record:
    return value if isinstance(value, dict) else {}


READER = JsonRecords(name=NAME, mark=MARK, make=make, lists=(("results",),))

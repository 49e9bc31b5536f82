"""Reference lists as reference managers export them: BibTeX and biblatex (`.bib`), RIS (`.ris`).

Source: the manuals of BibTeX and biblatex, the RIS specification of 2011; what Zotero writes.

Decisions
---------
* A list is cut into entries before a library sees anything, so that a broken entry costs itself only and an
  entry that is prepared to cost time is refused by its size: 1 MB of `@a{` takes the library 17 seconds,
  and what it says of broken text goes to the log. `ENTRY_LIMIT`, `_MARKS` and `BROKEN_LIMIT` bound the work
  of a file; the library's log is switched off.
* The key is the DOI, the arXiv identifier or the PubMed number. An entry without one gets `bib:` and the
  digest of its title, authors and year, so that it is the same in two lists; a citation key is private.
* Dates are a statement of the list. A year alone is the year; several dates of an entry that agree count as
  the most exact, those that differ as the interval over all (low confidence). A date of access is not one.
* Notes and file names are the user's own and are not read.
* A patent in a list keeps its kind; its date may be a filing or a publication day, so it has no event.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest import fields
from ingest.builder import TextBuilder
from ingest.documents import Document, DocumentKind, EventKind, Origin, Party, Unreadable, clean
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.latex_text import plain
from ingest.paper_dates import agreed, of_parts, of_words
from ingest.paper_ids import arxiv_key, doi_key, key_of, language, pmid_key, publication_key
from ingest.record_stream import display, measure, members, pieces
from ingest.sniff import head

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.documents import DatedEvent
    from ingest.items import Item
    from ingest.record_stream import Member

NAME = "bibliography"
ENTRY_LIMIT = 256 << 10
"""Bytes that one entry may have."""
BROKEN_LIMIT = 1000
"""Entries of a file that may be broken before the rest is left unread."""
_MARKS = 400
"""Marks of a new entry (`@`) that may stand inside one; each costs the library a search."""
_LINES = 4000
"""Lines that a RIS record may have; a line that goes on is copied each time."""
_MACROS = 500
"""`@string` definitions of a file that are kept."""
_BIB = (".bib", ".bibtex")
_RIS = (".ris",)
_CUT_BIB = re.compile(rb"(?<=\n)[ \t]{0,8}@[A-Za-z]{1,20}[ \t]{0,8}[{(]")
_CUT_RIS = re.compile(rb"(?<=\n)TY {1,2}- ")
_ENTRY = re.compile(r"\s{0,40}@([A-Za-z]{1,20})[ \t]{0,8}[{(]\s{0,40}([^\s,{}()\"#%=]{0,200})\s{0,40}([,=}])")
_USED = re.compile(r"[=#]\s{0,20}([A-Za-z][\w:.-]{0,60})")
_KINDS = {
    **dict.fromkeys(("patent", "pat"), DocumentKind.PATENT),
    **dict.fromkeys(("techreport", "report", "manual", "rprt", "govdoc"), DocumentKind.REPORT),
    **dict.fromkeys(("standard", "stand"), DocumentKind.STANDARD),
}
_WEB = frozenset({"online", "electronic", "www", "webpage", "elec", "blog", "icomm", "multi"})
_SPLIT_AND = re.compile(r"\s{1,20}and\s{1,20}")

Fields = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What both formats say. Names in the order given; dates as printed, none of access."""

    type: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    dates: tuple[str, ...]
    """In ISO form, see `paper_dates`."""
    identifiers: tuple[str, ...]
    """Keys."""
    language: str


class Bibliography:
    """Reads `.bib` and `.ris` files, also packed with gzip."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        first = head(path)
        if first.suffix in _BIB:
            return re.search(rb"@[A-Za-z]{1,20}\s{0,8}[{(]", first.data) is not None
        return first.suffix in _RIS and re.search(rb"(?:^|\n|\xef\xbb\xbf)TY {1,2}- ", first.data) is not None

    def measure(self, path: Path) -> int:
        return measure(path, wanted=(*_BIB, *_RIS))

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        base, anything = 0, False
        for member in members(path, wanted=(*_BIB, *_RIS)):
            name = member.name.lower().removesuffix(".gz")
            for item in _limited(_ris(member, base) if name.endswith(_RIS) else _bib(member, base)):
                anything = True
                offset = item.offset if isinstance(item, Unreadable) else item.origin.offset
                if offset > after:
                    yield item
            if member.failure or not member.count:
                anything = True
                if base + member.count > after:
                    place = Origin(source=NAME, file=member.name, offset=base + member.count, sha256="")
                    yield replace(_lost(place, member.failure or "is empty"), passing=member.passing)
            base += member.advance
        if not anything and after < 0:
            yield Unreadable(file=display(path), offset=0, reason="holds no entry of a reference list")


def _limited(items: Iterator[Document | Unreadable]) -> Iterator[Document | Unreadable]:
    """Hand items on until too many are broken; the rest is then said in one."""
    broken = 0
    for item in items:
        broken += isinstance(item, Unreadable)
        if broken > BROKEN_LIMIT:
            assert isinstance(item, Unreadable)
            yield replace(item, reason=f"more than {BROKEN_LIMIT} entries are broken; the rest was not read")
            return
        yield item


def _bib(member: Member, base: int) -> Iterator[Document | Unreadable]:
    macros: dict[str, str] = {}
    for piece in pieces(member.chunks(), _CUT_BIB, ENTRY_LIMIT):
        place = Origin(source=NAME, file=member.name, offset=base + piece.offset, sha256="")
        if piece.oversize:
            yield _lost(place, f"the entry is longer than {ENTRY_LIMIT >> 10} KiB")
            continue
        text = _decoded(piece.data)
        match = _ENTRY.match(text)
        kind = match[1].lower() if match else ""
        if kind in ("comment", "preamble") or (match is None and "@" not in text):
            continue
        if match is not None and kind == "string" and match[3] == "=":
            if len(macros) < _MACROS and len(text) < 4000:  # noqa: PLR2004 - a journal's name is shorter
                macros[match[2].lower()] = text.strip()
        elif match is None or not match[2]:
            yield _lost(place, "the entry is broken: it does not begin with a type and a key")
        else:
            used = {name.lower() for name in _USED.findall(text)}
            before = "\n".join(macros[name] for name in sorted(used & macros.keys()))
            yield _made(piece.data, place, lambda: _bib_entry(before, text))  # noqa: B023 - called at once


def _ris(member: Member, base: int) -> Iterator[Document | Unreadable]:
    for piece in pieces(member.chunks(), _CUT_RIS, ENTRY_LIMIT):
        place = Origin(source=NAME, file=member.name, offset=base + piece.offset, sha256="")
        if piece.oversize or piece.data.count(b"\n") > _LINES:
            yield _lost(place, f"the entry is longer than {ENTRY_LIMIT >> 10} KiB or {_LINES} lines")
            continue
        text = _decoded(piece.data)
        if text.startswith("TY"):
            yield _made(piece.data, place, lambda: _ris_entry(text))  # noqa: B023 - called at once


def _made(raw: bytes, place: Origin, read: Callable[[], Entry]) -> Document | Unreadable:
    try:
        return document(read(), replace(place, sha256=hashlib.sha256(raw).hexdigest()))
    except RecordRefusedError as error:
        return _lost(place, error.reason)


def _lost(place: Origin, reason: str) -> Unreadable:
    return Unreadable(file=display(place.file), offset=place.offset, reason=reason)


def _decoded(data: bytes) -> str:
    try:
        return clean(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError:
        return clean(data.decode("cp1252", "replace"))


def _bib_entry(macros: str, text: str) -> Entry:
    """Read one entry. Raises RecordRefusedError."""
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415 - only reference lists need it

    log = logging.getLogger("bibtexparser")
    log.propagate, log.disabled = False, True  # it would print the entry
    if text.count("@") > _MARKS:
        raise RecordRefusedError(f"the entry has more than {_MARKS} @ signs")
    try:
        library = parse_string(f"{macros}\n{text}")
        blocks = [*library.entries, *(getattr(b, "ignore_error_block", None) for b in library.failed_blocks)]
        found = next((block for block in blocks if hasattr(block, "fields")), None)
        if found is not None:
            values = {str(f.key).lower(): f.value for f in reversed(found.fields) if isinstance(f.value, str)}
            kind = str(found.entry_type).lower()
    except Exception as error:  # noqa: BLE001 - a parser of hostile text raises whatever it meets
        raise RecordRefusedError(f"the entry is broken: {type(error).__name__}") from None
    if found is None:
        raise RecordRefusedError("the entry is broken: its braces or quotes do not close")
    return _of_bib(kind, {name: _bare(value) for name, value in values.items()})


def _bare(value: str) -> str:
    """Return a value without the braces or quotes around it, which the library leaves on broken entries."""
    value = value.strip()
    while len(value) > 1 and (value[0], value[-1]) in (("{", "}"), ('"', '"')):
        value = value[1:-1].strip()
    return value


def _of_bib(kind: str, values: Mapping[str, str]) -> Entry:
    get = values.get
    year, month, day = get("year", ""), get("month", ""), get("day", "")
    printed = of_words(f"{month.replace('~', ' ')} {year}") if "~" in month else of_parts(year, month, day)
    stated = (_iso(get("date", "")), printed or of_words(year))
    eprint = get("eprint", "")
    archive = (get("archiveprefix") or get("eprinttype") or "").lower()
    authors = _SPLIT_AND.split(get("author", "")[:20_000])
    return Entry(
        type=kind,
        title=plain(get("title", "")),
        abstract=plain(get("abstract", "")),
        authors=tuple(_turned(" ".join(plain(name).split())) for name in authors if name.strip()),
        keywords=tuple(
            plain(word).strip() for word in re.split(r"[;,]", get("keywords", "")) if word.strip()
        ),
        dates=tuple(filter(None, stated)),
        identifiers=_keys(
            publication_key(get("number", "")) if kind == "patent" else "",
            doi_key(plain(get("doi", ""))),
            arxiv_key(eprint if "arxiv" in eprint.lower() or archive != "arxiv" else f"arXiv:{eprint}"),
            pmid_key(get("pmid", "")),
            key_of(get("url", "")),
        ),
        language=language(get("langid") or get("language") or ""),
    )


def _iso(text: str) -> str:
    """Return biblatex's `date`, which may be a range of ISO 8601 dates."""
    ends = [of_words(part) for part in text.split("/")[:2]]
    if len(ends) == 2 and all(ends):  # noqa: PLR2004 - from and to
        return f"{ends[0].split('/')[0]}/{ends[1].split('/')[-1]}"
    return of_words(text.rstrip("~?%/"))


def _ris_entry(text: str) -> Entry:
    """Read one record. Raises RecordRefusedError."""
    import rispy  # noqa: PLC0415 - only reference lists need it

    try:
        records = rispy.loads(text if "\nER  -" in text else f"{text.rstrip()}\nER  - \n")
    except Exception as error:  # noqa: BLE001 - a parser of hostile text raises whatever it meets
        raise RecordRefusedError(f"the record is broken: {type(error).__name__}") from None
    if not records:
        raise RecordRefusedError("the record is broken: its lines are not of the form `TI  - …`")
    record: Mapping[str, object] = records[0]
    names = [*_texts(record, "authors"), *_texts(record, "first_authors")]
    stated = [of_words(day) for name in ("date", "year", "publication_year") for day in _texts(record, name)]
    urls = (key_of(url) for url in _texts(record, "urls"))
    return Entry(
        type=fields.word_of(record, "type_of_reference").lower(),
        title=next((t for n in ("title", "primary_title") for t in _texts(record, n)), ""),
        abstract=" ".join(_texts(record, "abstract") or _texts(record, "notes_abstract")),
        authors=tuple(_turned(name) for name in names if name),
        keywords=tuple(word for word in _texts(record, "keywords") if word),
        dates=tuple(filter(None, stated)),
        identifiers=_keys(*(doi_key(text) for text in _texts(record, "doi")), *urls),
        language=language(next(iter(_texts(record, "language")), "")),
    )


def _texts(record: Mapping[str, object], name: str) -> list[str]:
    return [" ".join(value.split()) for value in fields.list_of(record, name) if isinstance(value, str)]


def _keys(*keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, keys)))


def _turned(name: str) -> str:
    """Return "Moss, Ann" as "Ann Moss" and "Moss, Jr, Ann" as "Ann Moss Jr"."""
    parts = [part.strip() for part in name[:300].split(",")]
    if len(parts) == 2:  # noqa: PLR2004 - last, first
        return f"{parts[1]} {parts[0]}".strip()
    return f"{parts[2]} {parts[0]} {parts[1]}".strip() if len(parts) == 3 else name[:300]  # noqa: PLR2004


def document(entry: Entry, origin: Origin) -> Document:
    """Return the document of an entry. Raises RecordRefusedError without a title or an abstract."""
    text = TextBuilder()
    text.section("title")
    text.paragraph(" ".join(entry.title.split()), "title")
    text.section("abstract")
    for paragraph in re.split(r"\n\s{0,40}\n", entry.abstract):
        text.paragraph(" ".join(paragraph.split()), "abstract")
    if entry.keywords:
        text.section("description", "Keywords")
        text.paragraph("; ".join(entry.keywords), "keywords")
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError("the entry has neither title nor abstract")
    kind = _KINDS.get(entry.type, DocumentKind.REPORT if entry.type in _WEB else DocumentKind.PAPER)
    year = entry.dates[0][:4] if entry.dates else ""
    same = "\n".join((" ".join(entry.title.lower().split()), *entry.authors, year))
    key = next(iter(entry.identifiers), "") or f"bib:{hashlib.sha256(same.encode()).hexdigest()[:16]}"
    return Document(
        key=key,
        kind=kind,
        text=body,
        sections=sections,
        events=() if kind is DocumentKind.PATENT else tuple(_events(entry)),
        parties=tuple(dict.fromkeys(Party(role="author", name=name) for name in entry.authors)),
        language=entry.language,
        aliases=entry.identifiers[1:],
        origin=origin,
    )


def _events(entry: Entry) -> Iterator[DatedEvent]:
    if entry.dates:
        when, sure = agreed(entry.dates)
        kind = EventKind.POSTED if entry.type in _WEB else EventKind.PUBLISHED
        yield from dated(kind, str(when), f"{NAME}/date", confidence="medium" if sure else "low")

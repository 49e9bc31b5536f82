"""JSON lines: our own interchange, the simple form of hand-made corpora, and the lines of BEIR corpora.

Decisions
---------
* A line with `"format": "antedate-document/1"` is a whole `Document`: `read_line(write_line(d)) == d`, byte
  for byte and with its origin. A *reader of a file* must say where in that file a record stands (an
  interrupted run resumes there), so `JsonLines.read` gives the record this file's origin; its `digest`,
  which leaves the origin out, stays the same.
* Offsets in an interchange line come from outside: they are checked before the record is believed.
* A paragraph number that the text prints (`[0032]`) becomes `¶0032`; our own running number is `¶7`.
* `text` is the abstract of a short record (a BEIR passage) and the description of a long one.
* A United States record with a kind code gets the key of the full text, `US-11646472-B2`; others keep their
  identifier. The same identifier twice is the store's business.
* A patent's number says whose patent it is: a `country` beside it is often that of its owner. A United States
  number or an RFC's also says the kind where the record states none (lines of BEIR corpora never do). A date
  in a BEIR line's `metadata` is not read: whether it is a filing or a publication day, nobody says. A United
  States patent without any public date gets the year that its number tells, marked as inferred.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest import fields
from ingest.builder import TextBuilder
from ingest.claim_text import depends_on, is_cancelled, split_number
from ingest.documents import (
    PUBLIC_KINDS,
    Citation,
    DatedEvent,
    Document,
    DocumentKind,
    EventKind,
    Origin,
    Unreadable,
    clean,
    dump,
    load,
)
from ingest.errors import LineRefusedError, NumberFormError
from ingest.issue_years import inferred
from ingest.numbers import parse_publication
from ingest.plain_patent import add_description
from ingest.record_stream import display

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

NAME = "jsonl"
FORMAT = "antedate-document/1"
LINE_LIMIT = 64 << 20
"""Bytes a line may have."""
_ABSTRACT_LIMIT = 5000
"""Characters up to which a bare `text` is taken as an abstract."""
_SUFFIXES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_MARK = b'{"format":"' + FORMAT.encode() + b'",'
_US_NUMBER = re.compile(r"US-?(?:D|PP|RE|H|T)?[0-9]{4,11}")
_US_KEY = re.compile(r"US-?(?:(?:D|PP|RE|H|T)?\d{4,8}|(?:19|20)\d{9})(?:-?[A-Z]\d?)?")
_US_APPLICATION = re.compile(r"US-?(?:19|20)\d{9}.*")
_PATENT_NUMBER = re.compile(r"([A-Z]{2})-?(?:[A-Z]{1,2})?\d{4}.*")
_RFC = re.compile(r"RFC\s?-?\d{1,5}", re.IGNORECASE)
_PATENTS = frozenset({DocumentKind.PATENT, DocumentKind.APPLICATION})


def write_line(document: Document) -> bytes:
    """Return the interchange line of a document, line end included."""
    return _MARK + dump(document)[1:] + b"\n"


def read_line(line: bytes) -> Document:
    """Read what `write_line` wrote, or the same JSON spaced otherwise. Raises LineRefusedError."""
    body = line.strip()
    if body.startswith(_MARK):
        return _believed(b"{" + body[len(_MARK) :])
    record = _record(body)
    if record.get("format") != FORMAT:
        raise LineRefusedError(f"it is not of the format {FORMAT!r}")
    return _believed(json.dumps(record))


def _believed(data: bytes | str) -> Document:
    try:
        document = load(data)
    except ValueError as error:
        raise LineRefusedError(f"not a document of format {FORMAT}: {str(error)[:200]}") from None
    _check(document)
    return document


def _check(document: Document) -> None:
    text = document.text
    spans = [(section.start, section.end) for section in document.sections]
    spans += [(claim.start, claim.end) for claim in document.claims]
    inside = all(0 <= start <= end <= len(text) for start, end in spans)
    nested = all(
        section.start <= paragraph.start <= paragraph.end <= section.end
        for section in document.sections
        for paragraph in section.paragraphs
    )
    if not inside or not nested:
        raise LineRefusedError(f"{document.key[:80]}: an offset lies outside its text")
    if text != clean(text) or not document.key.strip():
        raise LineRefusedError(f"{document.key[:80]}: its text is not normalised or its key is empty")


class JsonLines:
    """Reads `.jsonl` and `.jsonl.gz`, one record a line."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        return path.name.lower().endswith(_SUFFIXES)

    def measure(self, path: Path) -> int:
        try:
            size = path.stat().st_size
            if not _is_gzip(path):
                return size
            with path.open("rb") as file:
                file.seek(max(0, size - 4))
                # The trailer has the size modulo 2^32 of the last member: a lower bound at best.
                return max(size, int.from_bytes(file.read(4), "little"))
        except OSError:
            return 0

    def read(self, path: Path, *, after: int = -1) -> Iterator[Document | Unreadable]:
        name = display(path)
        offset = 0
        try:
            with _opened(path) as file:
                while line := file.readline(LINE_LIMIT + 1):
                    size = len(line) if len(line) <= LINE_LIMIT else len(line) + _skip_line(file, line)
                    if offset >= after and line.strip():
                        place = Origin(source=NAME, file=name, offset=offset, sha256="")
                        yield from _items(line, place, after)
                    offset += size
        except (OSError, EOFError, zlib.error) as error:
            if offset > after:
                machine = isinstance(error, OSError) and error.errno is not None
                what = "cannot be read" if machine else "ends early or is damaged"
                why = error.strerror if isinstance(error, OSError) and machine else error
                reason = f"the file {what} after byte {offset}: {why}"
                yield Unreadable(file=name, offset=offset, reason=reason, passing=machine)
            return
        if not offset and after < 0:
            yield Unreadable(file=name, offset=0, reason="is empty")


def _is_gzip(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if _is_gzip(path) else path.open("rb")


def _skip_line(file: BinaryIO | gzip.GzipFile, line: bytes) -> int:
    skipped = 0
    while line and not line.endswith(b"\n"):
        line = file.readline(1 << 20)
        skipped += len(line)
    return skipped


def _items(line: bytes, place: Origin, after: int) -> Iterator[Document | Unreadable]:
    """Yield what a line holds and, one byte on, what of it was not understood."""
    record, found = _item(line, place)
    if place.offset > after:
        yield found
    if isinstance(found, Document) and (lost := fields.misread(record)):
        yield Unreadable(file=place.file, offset=place.offset + 1, reason=f"{found.key} read in part: {lost}")


def _item(line: bytes, place: Origin) -> tuple[Mapping[str, object], Document | Unreadable]:
    """Return a line's loose fields (none in an interchange line) and its document."""
    if len(line) > LINE_LIMIT:
        reason = f"the line is longer than {LINE_LIMIT >> 20} MiB"
        return {}, Unreadable(file=place.file, offset=place.offset, reason=reason)
    body = line.strip().removeprefix(b"\xef\xbb\xbf")
    origin = replace(place, sha256=hashlib.sha256(body).hexdigest())
    try:
        if body.startswith(_MARK):
            return {}, replace(read_line(body), origin=origin)
        record = _record(body)
        if record.get("format") == FORMAT:
            return {}, replace(read_line(body), origin=origin)
        return record, document(record, origin)
    except LineRefusedError as error:
        return {}, Unreadable(file=place.file, offset=place.offset, reason=error.reason)


def _record(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LineRefusedError(f"encoding: byte {error.start} of the line is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise LineRefusedError(f"not JSON: {str(error)[:200]}") from None
    if not isinstance(value, dict):
        raise LineRefusedError(f"a JSON {type(value).__name__} where an object was expected")
    return value


def document(record: Mapping[str, object], origin: Origin) -> Document:
    """Make a document of a simple record. Raises LineRefusedError without identifier or text."""
    identifier = fields.word_of(record, "id", "_id", "key")
    if not identifier:
        raise LineRefusedError("it has no id")
    kind = fields.kind_of(record) if fields.word_of(record, "kind") else _kind_of_number(identifier)
    code = fields.word_of(record, "kind_code").upper()
    if kind is DocumentKind.PATENT and _is_application(identifier, code):
        kind = DocumentKind.APPLICATION
    text = _text(record)
    body, sections, claims = text.build()
    if not body:
        raise LineRefusedError(f"{identifier[:80]}: it has no text")
    key = _key(identifier, code)
    return Document(
        key=key,
        kind=kind,
        text=body,
        sections=sections,
        claims=claims,
        events=_events(record, key, kind),
        classes=fields.classes_of(record),
        parties=fields.parties_of(record),
        citations=tuple(_citations(record)),
        language=fields.word_of(record, "language", "lang").lower(),
        country=_country(identifier, kind) or fields.word_of(record, "country").upper(),
        work=fields.word_of(record, "work"),
        origin=origin,
    )


def _events(record: Mapping[str, object], key: str, kind: DocumentKind) -> tuple[DatedEvent, ...]:
    public = EventKind.GRANTED if kind is DocumentKind.PATENT else EventKind.PUBLISHED
    stated = fields.events_of(record, NAME, public)
    if kind in _PATENTS and not any(event.kind in PUBLIC_KINDS for event in stated):
        return (*stated, *inferred(key))
    return stated


def _kind_of_number(identifier: str) -> DocumentKind:
    if _US_KEY.fullmatch(identifier):
        return DocumentKind.PATENT
    return DocumentKind.STANDARD if _RFC.fullmatch(identifier) else DocumentKind.REPORT


def _country(identifier: str, kind: DocumentKind) -> str:
    match = _PATENT_NUMBER.fullmatch(identifier)
    return match[1] if match and kind in _PATENTS else ""


def _is_application(identifier: str, code: str) -> bool:
    """Tell a United States publication (A1, A2, A9; an eleven-digit number) from a grant."""
    if not identifier.startswith("US"):
        return code.startswith("A")
    return code in ("A1", "A2", "A9") or (not code and _US_APPLICATION.fullmatch(identifier) is not None)


def _key(identifier: str, code: str) -> str:
    if not code or not _US_NUMBER.fullmatch(identifier):
        return identifier
    try:
        return parse_publication(identifier, "US", code).key
    except NumberFormError:
        return identifier


def _text(record: Mapping[str, object]) -> TextBuilder:
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(" ".join(fields.text_of(record, "title").split()), "title")
    bare, description = fields.text_of(record, "text"), fields.text_of(record, "description")
    abstract = fields.text_of(record, "abstract")
    if bare and not abstract and not description and len(bare) <= _ABSTRACT_LIMIT:
        abstract, bare = bare, ""
    builder.section("abstract")
    for paragraph in re.split(r"\n\s*\n", clean(abstract)):
        builder.paragraph(paragraph, "abstract")
    add_description(builder, description or bare)
    position = 0
    for claim in fields.list_of(record, "claims"):
        text = fields.text_of(claim, "text") if isinstance(claim, dict) else claim
        if isinstance(text, str) and text.strip():
            position = _claim(builder, text, position)
    return builder


def _claim(builder: TextBuilder, text: str, last: int) -> int:
    """Add a claim; a printed number counts when it is larger than the one before. Returns the number."""
    printed, words = split_number(clean(text))
    number = printed if printed is not None and printed > last else last + 1
    if not is_cancelled(words):
        builder.claim(number, words, depends_on(words, number))
    return number


def _citations(record: Mapping[str, object]) -> Iterator[Citation]:
    for value in fields.list_of(record, "cites"):
        cited = value if isinstance(value, dict) else {"id": value}
        key = fields.word_of(cited, "id", "key")
        text = fields.word_of(cited, "text") or key
        if text:
            yield Citation(text=text, key=key, category=fields.word_of(cited, "cat", "category"))
    for value in fields.list_of(record, "npl_cites"):
        if isinstance(value, str) and value.strip():
            yield Citation(text=" ".join(clean(value).split())[:2000])

"""RFCs as plain text, `rfc9110.txt`, one a file or in the RFC Editor's archives.

Decisions
---------
* The header block gives number, date, authors, and what the RFC makes obsolete or updates. The key is the one
  of the index entry, `RFC9110`; the DOI follows from the number (RFC 7669, section 3).
* Sections are cited by their numbers, `§3.2 ¶4`. Reference lists are citations, not text. The status, the
  copyright, the table of contents and the addresses say nothing of the technique and are left out.
* The date is a month as printed: an interval.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import Citation, Document, DocumentKind, EventKind, Origin, Party, Unreadable, clean
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.paper_dates import of_words
from ingest.paper_ids import rfc_key
from ingest.record_stream import display, measure, members
from ingest.rfc_lines import BREAK, Part, blocks, heading, joined, parts, unpaged
from ingest.sniff import head

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.items import Item
    from ingest.record_stream import Member

NAME = "rfc"
LIMIT = 8 << 20
"""Bytes that one RFC may have; the longest has less than two million."""
_SUFFIXES = (".txt",)
_MARK = re.compile(r"Request\s{1,3}for\s{1,3}Comments\s{0,3}:?\s{0,6}#?\s{0,3}(\d{1,5})\b", re.IGNORECASE)
_OLD_MARK = re.compile(
    r"(?:Network Working Group|NWG)[^\n]{0,80}\n[^\n]{0,60}\bRFC\s{0,3}#?\s{0,3}(\d{1,4})\b"
)
_HEADER = 60
"""Lines in which the header block lies."""
_DATE = re.compile(
    r"(?:\d{1,2}\s{1,3})?(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?,?\s{1,3}"
    r"(?:\d{1,2}(?:st|nd|rd|th)?,?\s{1,3})?(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_RELATION = re.compile(r"\s{0,9}(Obsoletes|Updates)\s{0,3}:?\s{1,9}([\d,\sRFCs]{1,80})", re.IGNORECASE)
_GOES_ON = re.compile(r"\s{6,20}((?:\d{1,5},?\s{0,3}){1,12})(?:\s{2,}.{0,60})?")
_NAME = re.compile(
    r"(?:[A-Z]\.[- ]{0,2}){1,4}(?:(?:van|von|de|der|den|la|le|Le|De|Van|Mc|Mac|O')\s?){0,3}"
    r"[A-Z][\w'’-]{1,30}(?: [A-Z][\w'’-]{1,30})?"
)
_NUMBERS = re.compile(r"\d{1,5}")
_CITED = re.compile(r"\[[^\[\]\n]{1,60}\]")
_CITED_RFC = re.compile(r"\bRFC[\s-]{0,2}(\d{1,5})\b")
_LEFT_OUT = re.compile(
    r"(?:status of th(?:is|e)s? (?:memo|document)|(?:full )?copyright (?:notice|statement)"
    r"|(?:table of )?contents|(?:author|editor)s?['’]?s?['’]? address(?:es)?|intellectual property.{0,30}"
    r"|ipr notice|disclaimer of validity|acknowledge?ments?(?: of.{0,30})?)",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"(?:normative |informative |non-normative |informational )?(?:references|bibliography)", re.IGNORECASE
)


class Rfc:
    """Reads `.txt` files that begin as RFCs do, and archives of them."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        first = head(path)
        return first.suffix in _SUFFIXES and bool(_number(first.data[:8000].decode("utf-8", "replace")))

    def measure(self, path: Path) -> int:
        return measure(path, wanted=_SUFFIXES)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        base, anything = 0, False
        for member in members(path, wanted=_SUFFIXES):
            anything = True
            item = _item(member, base)
            if base > after:
                yield item
            base += member.advance
        if not anything and after < 0:
            yield Unreadable(file=display(path), offset=0, reason="holds no RFC")


def _item(member: Member, base: int) -> Document | Unreadable:
    data = bytearray()
    oversize = False
    for chunk in member.chunks():
        if len(data) <= LIMIT:
            data += chunk
        oversize = oversize or len(data) > LIMIT
    place = Origin(source=NAME, file=member.name, offset=base, sha256="")
    if member.failure:
        return replace(_lost(place, member.failure), passing=member.passing)
    if oversize:
        return _lost(place, f"longer than {LIMIT >> 20} MiB")
    if not data.strip():
        return _lost(place, "is empty")
    origin = replace(place, sha256=hashlib.sha256(data).hexdigest())
    try:
        text = bytes(data).removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        text = bytes(data).decode("cp1252", "replace")  # older RFCs have a few such letters in names
    try:
        return document(text, origin)
    except RecordRefusedError as error:
        return _lost(place, error.reason)


def _lost(place: Origin, reason: str) -> Unreadable:
    return Unreadable(file=display(place.file), offset=place.offset, reason=reason)


def _number(text: str) -> str:
    found = _MARK.search(text, 0, 4000) or _OLD_MARK.search(text, 0, 4000)
    return rfc_key(f"RFC{found[1]}") if found else ""


def document(text: str, origin: Origin) -> Document:
    """Return the document of an RFC's text. Raises RecordRefusedError for what is none."""
    key = _number(text)
    if not key:
        raise RecordRefusedError("is no RFC: its beginning names no number (Request for Comments: …)")
    groups = blocks(unpaged(clean(text.replace("\f", f"\n{BREAK}\n"))))
    front, title, rest = _front(groups)
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(title or key, "title")
    cited = list(_relations(front))
    for part in parts(rest):
        cited += _added(builder, part)
    body, sections, _ = builder.build()
    return Document(
        key=key,
        kind=DocumentKind.STANDARD,
        text=body,
        sections=sections,
        events=tuple(dated(EventKind.PUBLISHED, _date(front), f"{NAME}/header")),
        parties=tuple(dict.fromkeys(Party(role="author", name=name) for name in _authors(front))),
        citations=tuple(cited),
        language="en",
        aliases=(f"doi:10.17487/rfc{int(key.removeprefix('RFC')):04}",),
        origin=origin,
    )


def _front(groups: list[list[str]]) -> tuple[list[str], str, list[list[str]]]:
    """Return the header's lines, the title, and what follows."""
    front, at = _header(groups)
    title: list[str] = []
    while at < len(groups) and len(title) <= 4 and groups[at][0][:1].isspace():  # noqa: PLR2004 - lines of a title
        title += groups[at]
        at += 1
        if at < len(groups) and heading(groups[at][0]) is not None:
            break
    if not title and at < len(groups) and len(groups[at]) == 1:
        title, at = groups[at], at + 1
    return front, " ".join(" ".join(title).split())[:400], groups[at:]


def _header(groups: list[list[str]]) -> tuple[list[str], int]:
    """Return the header's lines and how many groups they are."""
    front: list[str] = []
    for count, group in enumerate(groups):
        said = "\n".join(line[:200] for line in front)
        if front and not _is_header(group) and (_MARK.search(said) or _OLD_MARK.search(said)):
            return front, count
        if len(front) > _HEADER:
            return front, count
        front += group
    return front, len(groups)


def _is_header(group: list[str]) -> bool:
    """Tell whether a group goes on with the header: lines at the right, a relation, or a date."""
    return all(
        len(line) - len(line.lstrip()) > 40 or _RELATION.match(line) or _DATE.fullmatch(line.strip())  # noqa: PLR2004
        for line in group
    )


def _date(front: list[str]) -> str:
    found = [match[0] for line in front[:_HEADER] for match in _DATE.finditer(line[:200])]
    return of_words(found[-1]) if found else ""


def _authors(front: list[str]) -> Iterator[str]:
    for line in front[:_HEADER]:
        column = re.split(r"\s{3,}", line[:200].rstrip())[-1]
        match = _NAME.match(column.strip())
        if match:
            yield match[0]


def _relations(front: list[str]) -> Iterator[Citation]:
    relation = ""
    for line in front[:_HEADER]:
        stated = _RELATION.match(line[:200])
        more = _GOES_ON.fullmatch(line[:200]) if relation else None
        relation = stated[1].lower() if stated else relation if more else ""
        numbers = stated[2] if stated else more[1] if more else ""
        for number in _NUMBERS.findall(numbers):
            if key := rfc_key(f"RFC{number}"):
                yield Citation(text=key, key=key, category=relation)


def _added(builder: TextBuilder, part: Part) -> list[Citation]:
    """Add a section's paragraphs; those of a reference list are returned as citations."""
    if _LEFT_OUT.fullmatch(part.heading):
        return []
    if _REFERENCES.fullmatch(part.heading) and any(
        _CITED.match(group[0].strip()) for group in part.paragraphs
    ):
        return list(_cited(part.paragraphs))
    abstract = part.heading.lower() == "abstract" and not part.number
    point = "." if part.number[:1].isdigit() else ""
    words = "" if abstract else f"{part.number}{point} {part.heading}".strip()
    builder.section("abstract" if abstract else "description", words)
    place = f"§{part.number or part.heading[:40]} " if part.number or part.heading else ""
    for count, group in enumerate(part.paragraphs, start=1):
        builder.paragraph(joined(group), "abstract" if abstract else f"{place}¶{count}")
    return []


def _cited(paragraphs: list[list[str]]) -> Iterator[Citation]:
    entries: list[list[str]] = []
    for group in paragraphs:
        for line in group:
            if _CITED.match(line.strip()) or not entries:
                entries.append([])
            entries[-1].append(line.strip())
    for lines in entries:
        words = " ".join(" ".join(lines).split())[:2000]
        match = _CITED_RFC.search(words)
        yield Citation(text=words, key=rfc_key(f"RFC{match[1]}") if match else "")

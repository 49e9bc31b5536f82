"""XML from outside is parsed here and nowhere else.

Decisions
---------
* Two locks. The prolog is scanned before the parser sees anything: an entity declaration or an encoding
  that could hide one (UTF-7, EBCDIC) is refused. The parser then resolves no entity, opens no network
  connection, loads no DTD and keeps libxml2's own limits on depth and size; what it found is checked again.
* A `DOCTYPE` with an external identifier or an empty subset is what real files carry, and is harmless here.
  So is an unparsed entity (`<!ENTITY p.TIF SYSTEM "p.TIF" NDATA TIF>`): it names a picture, has no text to
  expand, and no reader opens it. The grants and applications of 2001 to 2004 have one for every drawing.
  Every other declaration (general or parameter, internal or external) is refused, by both locks.
* Byte offsets in messages count from the start of the record, which is what `Origin.offset` points at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html.entities import html5
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from ingest.errors import XmlRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lxml.etree import _Element

    Fold = Callable[[_Element], None]

BOM = b"\xef\xbb\xbf"
PIECE_LIMIT = 32 << 20
"""Bytes one record may have; a longer one is reported and skipped. A tree takes several times as much, and a
volume of any size is read in less than 300 MB; the longest real documents have some twenty megabytes."""
TAG_LIMIT = 400_000
"""Tags, opening and closing, that one record may have outside table rows, for the same reason: an element
costs some 150 bytes, and a paragraph made of it several times that. Rows are folded as they are parsed."""
_ROW_TAGS = 10_000
"""Tags a row may have and still count as a row."""
_FOLD_FROM = 1 << 20
"""Bytes from which folding is worth its while."""

_WIDE = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"<\0", "UTF-16"),
    (b"\0<", "UTF-16"),
)
_ROW = re.compile(rb"<(?P<tag>row|tr)[\s>].*?</(?P=tag)>", re.DOTALL)
_OPTIONS: Mapping[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
}
"""`collect_ids=False` must stay away: in libxml2 it switches the loading of external DTDs on, whatever
`load_dtd` says, and a record could make this machine open any file or pipe it names."""
_SPACE = re.compile(rb"[ \t\r\n]*")
_NAME = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.:-]{0,99})")
_ENCODING = re.compile(rb"""encoding[ \t\r\n]{0,9}=[ \t\r\n]{0,9}["']([A-Za-z0-9._-]{1,40})["']""")
_SUBSET_TOKEN = re.compile(rb"<!--|<\?|<!ENTITY|[\"'\[\]>]")
_S, _LITERAL = rb"[ \t\r\n]{1,99}", rb"""(?:"[^"<>&%]{0,500}"|'[^'<>&%]{0,500}')"""
_WORD = rb"[A-Za-z_][A-Za-z0-9_.:-]{0,299}"
_UNPARSED = re.compile(
    rb"<!ENTITY%b%b%b(?:SYSTEM|PUBLIC%b%b)%b%b%bNDATA%b%b[ \t\r\n]{0,99}>"
    % (_S, _WORD, _S, _S, _LITERAL, _S, _LITERAL, _S, _S, _WORD)
)
"""A declaration of an unparsed entity, XML 1.0, 4.2.2: the only kind that is let through."""
_LETTERS = (
    *("agr", "bgr", "ggr", "dgr", "egr", "zgr", "eegr", "thgr", "igr", "kgr", "lgr", "mgr", "ngr"),
    *("xgr", "ogr", "pgr", "rgr", "sgr", "sfgr", "tgr", "ugr", "phgr", "khgr", "psgr", "ohgr"),
)
_SMALL = dict(zip(_LETTERS, "αβγδεζηθικλμνξοπρσςτυφχψω", strict=True))
_GREEK = _SMALL | {f"{name[:-2].upper()}gr": letter.upper() for name, letter in _SMALL.items()}
"""The entities of ISO 8879 "Greek Letters" (ISOgrk1), which HTML does not have and the office used."""
_ENCODINGS = re.compile(r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d")
"""Supersets of ASCII: no byte sequence below 0x80 means anything else in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prolog:
    """What stands before the root element. `root` is empty when none was found."""

    root: str
    start: int
    """Byte offset of the root element's `<`."""
    encoding: str
    declares_entities: bool


def prolog(data: bytes) -> Prolog:
    """Read declaration, comments and document type up to the root element; linear in what it passes."""
    at = len(BOM) if data.startswith(BOM) else 0
    declared = _ENCODING.search(data, at, at + 200) if data.startswith(b"<?xml", at) else None
    encoding = declared[1].decode().lower() if declared else "utf-8"
    entities = False
    while True:
        at = _skip_space(data, at)
        if data.startswith(b"<?", at):
            at = _after(data, b"?>", at)
        elif data.startswith(b"<!--", at):
            at = _after(data, b"-->", at + 4)
        elif data.startswith(b"<!DOCTYPE", at):
            at, found = _doctype(data, at + 9)
            entities = entities or found
        else:
            name = _NAME.match(data, at)
            root = name[1].decode() if name else ""
            return Prolog(root=root, start=at, encoding=encoding, declares_entities=entities)


def root_of(head: bytes) -> str:
    """Return the root's name from a file's first bytes; of UTF-16 as well, whose reader then says so."""
    encoding = wide(head)
    return prolog(head.decode(encoding, "replace").encode() if encoding else head).root


def parse(data: bytes, fold: Fold | None = None, head: Prolog | None = None) -> _Element:
    """Parse one whole document. Raises XmlRefusedError with a reason for the record's log line.

    `head` is its prolog where that has been read already. In a long document each table row is given to
    `fold` when its end is reached, so that a table of twenty megabytes never stands in memory as a tree.
    """
    if len(data) > TAG_LIMIT and (tags := _standing_tags(data)) > TAG_LIMIT:
        raise XmlRefusedError(f"has {tags} tags, more than the {TAG_LIMIT} that are read; split it")
    head = head or prolog(data)
    if not _ENCODINGS.fullmatch(head.encoding):
        raise XmlRefusedError(f"encoding: declares {head.encoding!r}, which is not read; convert it to UTF-8")
    if head.declares_entities:
        raise XmlRefusedError("declares entities; refused")
    if head.encoding in ("utf-8", "utf8"):
        _check_utf8(data)
    try:
        if fold is None or len(data) < _FOLD_FROM:
            root = etree.fromstring(data, _parser())
        else:
            root = _folded(data, fold)
    except etree.XMLSyntaxError as error:
        raise XmlRefusedError(f"not well-formed: {' '.join(str(error.msg).split())[:200]}") from None
    subset: Any = root.getroottree().docinfo.internalDTD
    if subset is not None and any(not _is_unparsed(entity) for entity in subset.entities()):
        raise XmlRefusedError("declares entities; refused")
    return root


def _is_unparsed(entity: Any) -> bool:  # noqa: ANN401 - lxml has no public type for it
    """Tell by what libxml2 keeps: an unparsed entity alone has an address and a content (its notation)."""
    return bool(entity.system_url) and entity.orig is None and bool(entity.content)


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(**_OPTIONS)


def _folded(data: bytes, fold: Fold) -> _Element:
    parser = etree.XMLPullParser(events=("end",), tag=("row", "tr"), **_OPTIONS)
    for start in range(0, len(data), _FOLD_FROM):
        parser.feed(data[start : start + _FOLD_FROM])
        for _, row in parser.read_events():
            fold(cast("_Element", row))
    root: _Element = parser.close()
    return root


def _standing_tags(data: bytes) -> int:
    """Count the tags that stay in memory: all but those of rows, when there are many."""
    tags = data.count(b"<")
    if tags <= TAG_LIMIT:
        return tags
    for row in _ROW.finditer(data):
        inside = data.count(b"<", row.start(), row.end())
        tags -= inside if inside < _ROW_TAGS else 0
    return tags


def local(element: _Element) -> str:
    """Return a tag without its namespace; empty for comments, instructions and entity references."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


children: Callable[[_Element], list[_Element]] = itemgetter(slice(None))
"""An element's children (and instructions, entities) as a list: several times faster than to iterate."""


def named(element: _Element, name: str) -> Iterator[_Element]:
    """Yield the children with that local name."""
    return (child for child in element if local(child) == name)


def entity_text(element: _Element) -> str:
    """Return the character of an unresolved entity reference such as `&lsquo;`, or the reference itself."""
    literal = element.text or ""
    name = literal.removeprefix("&")
    return html5.get(name) or _GREEK.get(name.removesuffix(";"), literal)


def wide(data: bytes) -> str:
    """Name the encoding when text begins in UTF-16 or UTF-32, which is never read; empty for the rest."""
    for mark, name in _WIDE:
        if data.startswith(mark):
            return name
    return ""


def _check_utf8(data: bytes) -> None:
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise XmlRefusedError(
            f"encoding: byte {error.start} of the record is not UTF-8, which the record says it is"
        ) from None


def _skip_space(data: bytes, at: int) -> int:
    match = _SPACE.match(data, at)
    return match.end() if match else at


def _after(data: bytes, mark: bytes, at: int) -> int:
    found = data.find(mark, at)
    return len(data) if found < 0 else found + len(mark)


def _doctype(data: bytes, at: int) -> tuple[int, bool]:
    """Return where the document type ends and whether it declares entities other than unparsed ones."""
    depth, entities = 0, False
    while match := _SUBSET_TOKEN.search(data, at):
        token, at = match[0], match.end()
        if token in (b'"', b"'"):
            at = _after(data, token, at)
        elif token == b"<!--":
            at = _after(data, b"-->", at)
        elif token == b"<?":
            at = _after(data, b"?>", at)
        elif token == b"<!ENTITY":
            unparsed = _UNPARSED.match(data, match.start())
            entities = entities or unparsed is None
            at = unparsed.end() if unparsed else at
        elif token == b"[":
            depth += 1
        elif token == b"]":
            depth -= 1
        elif depth <= 0:
            return at, entities
    return len(data), entities

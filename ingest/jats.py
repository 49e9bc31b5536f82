"""JATS articles: PubMed Central, publishers, preprint servers; one article a file, sets, and packages.

Source: NISO Z39.96, "JATS: Journal Article Tag Suite", and PMC's tagging guidelines.

Decisions
---------
* The key is the number in PubMed Central, else the DOI, PubMed number or the publisher's own. A numbered
  version (`article-version`) has a key of its own, `doi:10.1000/x#v2`, and the `work` is the same without.
* Dates: electronic publication is PUBLISHED, of a preprint POSTED. Print and collection dates are labels of
  an issue (`paper_events`). `pmc-release` is the day by which the archive held the text, a bound. Dates in
  the history (received, accepted) are not public; a preprint in it is an earlier version.
* Abstracts in other languages, for lay readers or of pictures follow in sections of their own.
* Related articles are citations whose category is the relation as stated.
* What is not read of an article (reviews inside it, tables that are pictures) is said after it.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from ingest import jats_text
from ingest.builder import TextBuilder
from ingest.documents import (
    Citation,
    DatedEvent,
    Document,
    DocumentKind,
    EventKind,
    Party,
    Unreadable,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import bound, dated
from ingest.paper_dates import of_parts, of_words
from ingest.paper_events import issue
from ingest.paper_ids import arxiv_key, doi_key, key_of, language, pmcid_key, pmid_key
from ingest.uspto_text import flatten
from ingest.xml_records import XmlRecords
from ingest.xml_safety import local, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.items import Item
    from ingest.sniff import Head

NAME = "jats"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"
_ONLINE = frozenset({"epub", "pub", "online", "epub-ahead-of-print", "aheadofprint", "publication"})
_PRINT = frozenset({"ppub", "epub-ppub", "print"})
_PREPRINT = frozenset({"preprint", "epreprint"})
_CITED = ("mixed-citation", "element-citation", "nlm-citation", "citation")
_OWN = re.compile(r"[A-Za-z0-9._/-]{1,80}")
_VERSION = re.compile(r"v?(\d{1,3})(?:\.0)?")
_MARK = re.compile(
    rb"<(?:[\w.-]{1,20}:)?(?:front|article-meta|journal-meta|processing-meta)[\s/>]|article-type=|JATS"
)


def _pmcid(text: str) -> str:
    return pmcid_key(text if text.upper().startswith("PMC") else f"PMC{text}")


def _arxiv(text: str) -> str:
    return arxiv_key(f"arXiv:{text.lower().removeprefix('arxiv:')}")


_CATALOGUES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"pmc": _pmcid, "pmcid": _pmcid, "doi": doi_key, "pmid": pmid_key, "arxiv": _arxiv}
)


def make(element: _Element, origin: Origin) -> Iterator[Item]:
    """Yield the document of an `article`, and what of it was not read. Raises RecordRefusedError."""
    meta = element.find("{*}front/{*}article-meta")
    if meta is None:
        raise RecordRefusedError("has no article-meta")
    said = jats_text.left_out(element)
    jats_text.prepare(element)
    keys = _keys(meta)
    if not keys:
        raise RecordRefusedError("has no identifier (DOI, PMC, PubMed or the publisher's number)")
    text = _text(element, meta)
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError(f"{keys[0]} has no text")
    version = _version(meta)
    yield Document(
        key=f"{keys[0]}#v{version}" if version else keys[0],
        kind=DocumentKind.PAPER,
        text=body,
        sections=sections,
        events=tuple(_events(element, meta)),
        parties=tuple(dict.fromkeys(_authors(meta))),
        citations=(*_related(meta), *_references(element)),
        language=language(element.get(_LANG) or ""),
        work=keys[0] if version else "",
        aliases=keys[1:],
        origin=origin,
    )
    if said:
        yield Unreadable(
            file=origin.file, offset=origin.offset, reason=f"{keys[0]} read in part: {'; '.join(said)}"
        )


def _keys(meta: _Element) -> tuple[str, ...]:
    stated: dict[str, str] = {}
    own = ""
    for item in named(meta, "article-id"):
        kind, text = (item.get("pub-id-type") or "").lower(), "".join(flatten(item).split())
        if (read := _CATALOGUES.get(kind)) is not None:
            stated.setdefault({"pmcid": "pmc"}.get(kind, kind), read(text))
        elif kind == "publisher-id" and _OWN.fullmatch(text):
            own = f"jats:{text}"
    ordered = [stated.get(kind, "") for kind in ("pmc", "doi", "pmid", "arxiv")]
    return tuple(dict.fromkeys(filter(None, ordered))) or ((own,) if own else ())


def _version(meta: _Element) -> str:
    for item in meta.iter("{*}article-version"):
        for text in (flatten(item), item.get("article-version-type") or ""):
            if match := _VERSION.fullmatch(text.strip().lower()):
                return match[1]
    return ""


def _text(article: _Element, meta: _Element) -> TextBuilder:
    text = TextBuilder()
    text.section("title")
    group = meta.find("{*}title-group")
    titles = [] if group is None else [_words(group, "article-title"), _words(group, "subtitle")]
    text.paragraph(": ".join(filter(None, titles)), "title")
    text.section("abstract")
    others = []
    for item in meta:
        if local(item) == "abstract" and not item.get("abstract-type"):
            for words in _abstract(item):
                text.paragraph(words, "abstract")
        elif local(item) in ("abstract", "trans-abstract"):
            others.append(item)
    for item in others:
        code = language(item.get(_LANG) or "") if local(item) == "trans-abstract" else ""
        text.section(
            "description", f"Abstract ({', '.join(filter(None, (code, item.get('abstract-type'))))})"
        )
        for words in _abstract(item):
            text.paragraph(words, f"other abstract{', ' if code else ''}{code}")
    for item in group.iter("{*}trans-title") if group is not None else ():
        text.section("description", "Title in another language")
        text.paragraph(flatten(item), "other title")
    if words := "; ".join(
        filter(None, (" ".join(flatten(word).split()) for word in meta.iterfind("{*}kwd-group/{*}kwd")))
    ):
        text.section("description", "Keywords")
        text.paragraph(words, "keywords")
    jats_text.body(text, article)
    return text


def _abstract(element: _Element, label: str = "") -> Iterator[str]:
    """Yield an abstract's paragraphs; the first below a heading begins with it."""
    for child in element:
        if local(child) == "sec":
            yield from _abstract(child, _words(child, "title").rstrip(":"))
        elif local(child) not in ("", "title", "label"):
            words = flatten(child).strip()
            if words:
                yield f"{label}: {words}" if label else words
                label = ""


def _events(article: _Element, meta: _Element) -> Iterator[DatedEvent]:
    preprint = (article.get("article-type") or "").lower() == "preprint"
    kind = EventKind.POSTED if preprint else EventKind.PUBLISHED
    stated = [(_kind(item), _date(item)) for item in named(meta, "pub-date")]
    online = [
        event
        for name, day in stated
        if name in _ONLINE
        for event in dated(kind, day, f"{NAME}/pub-date/{name}")
    ]
    if preprint:
        online += [
            e
            for name, day in stated
            if name in _PREPRINT
            for e in dated(kind, day, f"{NAME}/pub-date/{name}")
        ]
    yield from online
    for name, day in stated:
        if name in _PRINT or name == "collection":
            yield from issue(
                online, day, f"{NAME}/pub-date/{name}", kind=kind, collection=name == "collection"
            )
        elif name == "pmc-release":
            for event in dated(EventKind.ARCHIVED, day, ""):
                source = f"{NAME}/pub-date/{name}"
                yield bound(EventKind.ARCHIVED, event.when.latest, source, confidence="medium")
        elif name in _PREPRINT and not preprint:
            yield from dated(EventKind.EARLIER_VERSION, day, f"{NAME}/pub-date/{name}")
    yield from _earlier(meta)


def _earlier(meta: _Element) -> Iterator[DatedEvent]:
    for item in meta.iterfind("{*}history/{*}date"):
        if _kind(item) in _PREPRINT:
            yield from dated(EventKind.EARLIER_VERSION, _date(item), f"{NAME}/history")
    for event in meta.iterfind("{*}pub-history/{*}event"):
        for item in named(event, "date"):
            if any(
                "preprint" in (word or "").lower()
                for word in (event.get("event-type"), item.get("date-type"))
            ):
                yield from dated(EventKind.EARLIER_VERSION, _date(item), f"{NAME}/pub-history")


def _kind(item: _Element) -> str:
    """Return what kind of date it is in one word, of whichever edition of the tag set."""
    stated = (item.get("pub-type") or item.get("date-type") or "").lower()
    medium = (item.get("publication-format") or "").lower()
    if stated in ("", "pub", "publication") and medium == "print":
        return "print"
    return stated or ("pub" if medium in ("electronic", "online") else "")


def _date(item: _Element) -> str:
    month = _words(item, "month") or _words(item, "season")
    found = of_parts(_words(item, "year"), month, _words(item, "day"))
    return found or of_words(item.get("iso-8601-date") or "") or of_words(_words(item, "string-date"))


def _authors(meta: _Element) -> Iterator[Party]:
    for contributor in meta.iterfind("{*}contrib-group/{*}contrib"):
        if (contributor.get("contrib-type") or "author") != "author":
            continue
        found = next(contributor.iter("{*}name", "{*}string-name", "{*}collab"), None)
        if found is None:
            continue
        parts = [_words(found, part) for part in ("given-names", "surname", "suffix")]
        name = " ".join(filter(None, parts)) or " ".join(flatten(found).split())
        if name:
            yield Party(role="author", name=name[:300])


def _related(meta: _Element) -> Iterator[Citation]:
    for item in named(meta, "related-article"):
        target = item.get(_HREF) or "".join(flatten(item).split())
        if target:
            relation = (item.get("related-article-type") or "")[:60]
            yield Citation(text=target[:2000], key=key_of(target), category=relation, phase="related article")


def _references(article: _Element) -> Iterator[Citation]:
    for reference in article.iterfind("{*}back//{*}ref"):
        for item in reference.iter(
            "{*}mixed-citation", "{*}element-citation", "{*}nlm-citation", "{*}citation"
        ):
            words = _cited(item)
            if words:
                yield Citation(text=words[:2000], key=_cited_key(item))
                break


def _cited(item: _Element) -> str:
    if local(item) in ("mixed-citation", "citation"):
        return " ".join(flatten(item).split())
    return ", ".join(filter(None, (" ".join(" ".join(map(str, part.itertext())).split()) for part in item)))


def _cited_key(item: _Element) -> str:
    found: dict[str, str] = {}
    for part in item.iter("{*}pub-id", "{*}ext-link", "{*}article-id"):
        kind = (part.get("pub-id-type") or part.get("ext-link-type") or "").lower()
        text = "".join(flatten(part).split())
        read = _CATALOGUES.get(kind, key_of)
        found.setdefault(kind, read(text) or key_of(part.get(_HREF) or ""))
    return next((found[kind] for kind in ("doi", "pmid", "pmcid", "pmc") if found.get(kind)), "") or next(
        filter(None, found.values()), ""
    )


def _words(element: _Element, name: str) -> str:
    return " ".join(flatten(next(named(element, name), None)).split())


def _is_jats(first: Head) -> bool:
    return _MARK.search(first.data) is not None


_SUFFIXES = (".xml", ".nxml")
_WHOLE = XmlRecords(name=NAME, roots=frozenset({"article"}), make=make, where=_is_jats, wanted=_SUFFIXES)
_SET = XmlRecords(
    name=NAME,
    roots=frozenset({"pmc-articleset", "OAI-PMH"}),
    records=frozenset({"article"}),
    make=make,
    where=lambda first: re.search(rb"<(?:[\w.-]{1,20}:)?article[\s>]", first.data) is not None,
    wanted=_SUFFIXES,
)


class Jats:
    """Reads `.xml` and `.nxml` files, sets of articles, and archives of them."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        return _WHOLE.recognises(path) or _SET.recognises(path)

    def measure(self, path: Path) -> int:
        return _WHOLE.measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        return (_SET if _SET.recognises(path) else _WHOLE).read(path, after=after)

"""What the patent XML of several offices has in common (WIPO ST.36 and what was made from it).

Decisions
---------
* Offices put the same tags into different namespaces, or none: `bare` takes namespaces away once, and every
  reader then asks for plain names.
* A number that is no number costs the key, never the record that mentions it.
* The words say who publishes what: a kind code's letter is the level of publication (WIPO ST.16). GRANTED is
  said only where the office's own code means the publication of a grant; everything else is PUBLISHED, which
  is as public. US documents of kind `A` without a digit are grants of before 2001.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ingest.application_numbers import application_key
from ingest.documents import Citation, Classification, DocumentKind, EventKind
from ingest.errors import NumberFormError
from ingest.numbers import parse_publication
from ingest.uspto_text import flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

_SYMBOL = re.compile(r"([A-HY])\s?(\d{2})\s?([A-Z])\s{0,9}(\d{1,4})\s{0,9}/\s{0,9}(\d{2,6})")
_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s,;\"<>]{1,200})")
_RATED = re.compile(r"\[([A-Z])\]\s?(\d[\d,\- ]{0,120})?")
_KIND = re.compile(r"(?:^|[^A-Z0-9])([A-Z]\d?)[)\]]?$")
_GRANTS = frozenset(
    {"EP-B1", "US-B1", "US-B2", "US-A", "US-E", "US-E1", "US-S", "US-S1", "US-P", "US-P2", "US-P3"}
)
_PATENT_LEVELS = frozenset("BCESTY")
_PHASES = {
    "search": "search report",
    "SEA": "search report",
    "ISR": "international search report",
    "SUP": "supplementary search report",
    "EXA": "examination",
    "OPP": "opposition",
    "FOP": "opposition",
    "APL": "appeal",
    "TPO": "third-party observation",
    "115": "third-party observation",
}
"""DOCDB's codes of `cited-phase`, and the European Patent Register's word; others stay as they are."""
_LANGUAGES = (
    "eng=en ger=de deu=de fre=fr fra=fr spa=es por=pt ita=it rus=ru chi=zh zho=zh jpn=ja kor=ko dut=nl"
    " nld=nl ara=ar cn=zh tw=zh jp=ja kr=ko cz=cs dk=da"  # some offices write their country for it
)
_ISO_639_2 = dict(pair.split("=") for pair in _LANGUAGES.split())


def bare(root: _Element) -> _Element:
    """Take the namespaces off all tags and attributes below an element, in place; returns the element."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith("{"):
            element.tag = element.tag.rpartition("}")[2]
        for name in map(str, element.keys()):
            if name.startswith("{"):
                element.set(name.rpartition("}")[2], element.attrib.pop(name))
    return root


def text_at(element: _Element | None, path: str = "") -> str:
    """Return the text at a path below an element on one line, or an empty string."""
    found = element if element is None or not path else element.find(path)
    if found is None:
        return ""
    return " ".join((flatten(found) if len(found) else found.text or "").split())


def publication_key(number: str, country: str = "", kind: str = "") -> str:
    """Return the key of a publication, or an empty string for what is no number of one."""
    try:
        return parse_publication(number, country, kind).key if number else ""
    except NumberFormError:
        return ""


def kind_code(text: str) -> str:
    """Return the code in a kind: `A` of `公開特許公報（Ａ）`, `B2` of `B2 `; empty where there is none."""
    found = _KIND.search(unicodedata.normalize("NFKC", text).strip())
    return found[1] if found else ""


def filing_key(country: str, number: str, kind: str, day: str) -> str:
    """Return the key of an application filed on a day (`YYYYMMDD` or empty), or an empty string."""
    year = int(day[:4]) if len(day) >= 4 and day[:4].isdecimal() and day[:4].isascii() else None  # noqa: PLR2004
    return application_key(country, number, kind, year) if country and number else ""


def language(code: str | None) -> str:
    """Return two letters in lower case for `EN`, `en-US` or `eng`; empty for what names none.

    DOCDB's `ol` is "the original language", whichever that is.
    """
    short = (code or "").strip().lower()
    short = _ISO_639_2.get(short, short.partition("-")[0])
    known = len(short) == 2 and short.isascii() and short.isalpha() and short != "ol"  # noqa: PLR2004 - ISO 639-1
    return short if known else ""


def symbols(text: str) -> Iterator[str]:
    """Yield every full IPC or CPC symbol in a text: `H04W  84/    20            A I` is `H04W84/20`."""
    for section, number, letter, group, subgroup in _SYMBOL.findall(text[:2000]):
        yield f"{section}{number}{letter}{group.lstrip('0') or '0'}/{subgroup}"


def class_symbols(element: _Element, *names: str) -> Iterator[str]:
    """Yield the symbols of a class given in five elements, called `names`, or as text."""
    parts = ["".join(text_at(element, name).split()) for name in names]
    if parts and all(parts):
        yield f"{''.join(parts[:3])}{parts[3].lstrip('0') or '0'}/{parts[4]}"
    elif any(parts):
        yield "".join(parts[:3])
    else:
        yield from symbols(text_at(element))


def ipc(texts: Iterable[str]) -> Iterator[Classification]:
    """Yield the classes of the International Patent Classification in some texts."""
    for text in texts:
        yield from (Classification(scheme="IPC", symbol=symbol) for symbol in symbols(text))


def public_kind(country: str, kind: str) -> EventKind:
    """Return GRANTED where the kind code means the publication of a grant, else PUBLISHED."""
    return EventKind.GRANTED if f"{country}-{kind}" in _GRANTS else EventKind.PUBLISHED


def document_kind(country: str, kind: str) -> DocumentKind:
    """Return PATENT for a publication of the level of granted rights, else APPLICATION (WIPO ST.16)."""
    granted = public_kind(country, kind) is EventKind.GRANTED or kind[:1] in _PATENT_LEVELS
    return DocumentKind.PATENT if granted else DocumentKind.APPLICATION


def literature(text: str, **where: str) -> Citation:
    """Return the citation of something that is no patent; its key is its DOI, where the text has one."""
    found = _DOI.search(text)
    key = f"doi:{found[1].rstrip('.)').lower()}" if found else ""
    return Citation(text=text, key=key, **where)


def phase_of(stated: str) -> str:
    """Return in words when a citation was made: `national-search-report` is `national search report`."""
    word = " ".join(stated.replace("-", " ").split())
    return "" if word.lower() in ("undefined", "unknown") else _PHASES.get(word, word)


def rated(said: str, stated: str) -> list[tuple[str, str]]:
    """Return pairs of category and claims from a report's line, `[Y] 1-12 * abstract * [A] 13`.

    `stated` is the category beside it (`YA`); it stands alone when the line does not say as much.
    """
    found = [(letter, claims.strip(" ,-")) for letter, claims in _RATED.findall(said[:4000])]
    told = list(dict.fromkeys(pair for pair in found if pair[0] in stated))
    return told if told and {letter for letter, _ in told} >= set(stated) else [(stated, "")]


def unrated(said: str) -> str:
    """Return a cited title without the categories and passages that a report's line has behind it."""
    found = _RATED.search(said)
    return (said[: found.start()] if found else said).strip(" -*;")

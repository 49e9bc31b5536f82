"""What a saved web page states about itself: citation tags of journals, Dublin Core, Open Graph.

The date is an assertion of the page (EPO Guidelines G-IV 7.5.2: explicit dates are taken at face value), and
its event says where it comes from. Only `<meta>` elements of the head are parsed, so that nothing in the
page's body is believed.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.documents import clean

_DATES: Final = (
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "dc.date.issued",
    "dc.date",
    "article:published_time",
)
_TITLES: Final = ("citation_title", "dc.title", "og:title")
_AUTHORS: Final = ("citation_author", "dc.creator")
_LANGUAGES: Final = ("citation_language", "dc.language")
_DATE: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?![-/\d])")
_HEAD_LIMIT: Final = 500_000
"""Characters in which a page's head is looked for."""


def stated(html: str) -> dict[str, object]:
    """Return those of `title`, `date` (ISO 8601, as exact as stated), `authors`, `language` that it has."""
    values = meta_values(html)
    found: dict[str, object] = {
        "title": _first(values, _TITLES),
        "date": _day(_first(values, _DATES)),
        "language": _first(values, _LANGUAGES),
        "authors": next((values[name] for name in _AUTHORS if name in values), []),
    }
    return {name: value for name, value in found.items() if value}


def meta_values(html: str) -> dict[str, list[str]]:
    """Return what the `<meta>` elements of a page's head say, by lower-case name or property, in order."""
    from bs4 import BeautifulSoup, SoupStrainer  # noqa: PLC0415 - only saved pages need it

    head = html[:_HEAD_LIMIT]
    end = re.search(r"<body[\s>]|</head\s*>", head, re.IGNORECASE)
    head = head[: end.start()] if end else head
    values: dict[str, list[str]] = {}
    if "<meta" not in head.lower():
        return values
    # An instruction says nothing here, and one that looks like XML's makes the library warn of its parser.
    soup = BeautifulSoup(head.replace("<?", "&lt;?"), "lxml", parse_only=SoupStrainer("meta"))
    for tag in soup.find_all("meta"):
        name = str(tag.get("name") or tag.get("property") or "").lower()
        content = " ".join(clean(str(tag.get("content") or "")).split())
        if name and content:
            values.setdefault(name, []).append(content)
    return values


def _first(values: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((values[name][0] for name in names if name in values), "")


def _day(text: str) -> str:
    match = _DATE.match(text)
    return "-".join(part.zfill(2) for part in match.groups() if part) if match else ""

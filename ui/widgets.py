"""Small things that several pages show, and the one way in which text from outside reaches a page.

Streamlit reads Markdown in labels, fetches the pictures it names, and turns `:red[…]`, `$…$` and `:name:`
into colours, formulas and icons. So outside text goes through `plain` where only Markdown is possible
(labels), and through `element` (escaped HTML) everywhere else; nothing else in `ui/` builds HTML.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import escape
from typing import TYPE_CHECKING
from unicodedata import category

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&\"'])")
_JOINER = "\u2060"
"""WORD JOINER, invisible: parts what is turned into icons, arrows or links after escapes were resolved."""
_TURNED = re.compile(r"\\:|\\-(?=\\>)|\\<(?=\\-)|@|\bwww(?=\\\.)", re.IGNORECASE)
_KEPT = "\n\t\u00ad"
"""Not printable in Python's sense, and harmless: line feed, tab, soft hyphen."""
_TAGS = {"good": "ad-good", "part": "ad-part", "bad": "ad-bad", "": ""}


def plain(text: str, limit: int = 200) -> str:
    """Return outside text as Markdown that shows exactly that text, on one line, at most `limit` long."""
    line = " ".join(printable(text).split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return _TURNED.sub(lambda m: m.group() + _JOINER, _SPECIAL.sub(r"\\\1", line))


def printable(text: str) -> str:
    """Return outside text without control and direction-changing characters, which could disguise it."""
    return "".join(c if c.isprintable() or c in _KEPT or category(c) == "Zs" else "\ufffd" for c in text)


def element(text: str, style: str = "", tag: str = "div") -> str:
    """Return an HTML element that shows `text` as text. `style` and `tag` are ours, never from outside."""
    return f'<{tag} class="{style}">{escape(printable(text))}</{tag}>'


def badge(text: str, mood: str = "") -> str:
    """Return a small label; `mood` is good, part, bad or empty."""
    return element(text, f"ad-tag {_TAGS[mood]}".strip(), "span")


def marked(quote: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return escaped HTML of a quote with its spans marked; an overlapping or outlying span is left out."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        if start < at or end > len(quote) or start >= end:
            continue
        pieces += [escape(printable(quote[at:start])), f"<mark>{escape(printable(quote[start:end]))}</mark>"]
        at = end
    return "".join([*pieces, escape(printable(quote[at:]))])


def title(text: str, *below: str) -> None:
    """Show text, also from outside, as the title of a page, and HTML made by this module below it."""
    show(element(text, "ad-h1", "h1"), *below)


def show(*pieces: str) -> None:
    """Put HTML made by this module on the page."""
    st.html(f'<div class="ad">{"".join(pieces)}</div>')


def bullets(lines: Sequence[str], tag: str = "ul") -> str:
    """Return an HTML list of plain texts, numbered with the tag `ol`."""
    return f'<{tag} class="ad-list">{"".join(element(line, tag="li") for line in lines)}</{tag}>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], style: str = "") -> str:
    """Return an HTML table; the heads are texts, the cells HTML made by this module, `style` is ours."""
    top = "".join(element(name, tag="th") for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    whole = f'<table class="ad-table {style}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="ad-wide">{whole}</div>'


def bars(pairs: Sequence[tuple[str, int]]) -> str:
    """Return a bar chart as an HTML table: name, number, and a bar in proportion to the largest number."""
    most = max((number for _, number in pairs), default=1)
    rows = "".join(
        f"<tr>{element(name, tag='td')}{element(f'{number:,}', 'ad-number', 'td')}"
        f'<td class="ad-bar" aria-hidden="true"><div style="width:{max(1, round(100 * number / most))}%">'
        "</div></td></tr>"
        for name, number in pairs
    )
    return f'<table class="ad-bars"><tbody>{rows}</tbody></table>'


def day(at: str | datetime | date) -> str:
    """Return the UTC day of an instant, ISO 8601."""
    if isinstance(at, str):
        if not at:
            return "unknown"
        at = datetime.fromisoformat(at)
    if isinstance(at, datetime):
        at = at.astimezone(UTC).date()
    return at.isoformat()


def instant(at: str | datetime) -> str:
    """Return an instant to the minute, e.g. `2026-11-23 20:33 UTC`."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 document`, `2,000 documents`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"

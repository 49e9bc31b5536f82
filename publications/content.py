"""`Page`: what every rendition of one release shows, in one order, decided once.

It is made from the canonical bytes read back, so that a page depends on nothing that the digest does not
cover except the release: number, version, instant and address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publications.document import HEADINGS, canonical, parse
from publications.errors import RenderRefusedError
from publications.markup import check, markdown_htmls, plain_line_ends
from publications.nodes import Node
from publications.nodes import parse as tree

if TYPE_CHECKING:
    from publications.document import DefensivePublication, Reference
    from publications.release import Release

FIELD_LIMIT = 2000
"""Characters of a title, a name, a key word or another text of one line."""
LIST_LIMIT = 2000
"""Authors, references, key words, classes: entries of one list."""
PURPOSE = (
    "This is a defensive publication: it is made public so that its content belongs to the prior art from "
    "the date of its publication. It is not a patent application and claims no rights."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence as printed. `url` points to its full text."""

    spdx: str
    name: str
    url: str
    words: str
    """What it permits, in one sentence."""
    patents: str
    """What it says, or does not say, of patent rights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section as shown: its heading, the sanitised HTML and the tree of that same HTML."""

    anchor: str
    heading: str
    html: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything a rendition shows; plain strings are text of one line, never markup."""

    title: str
    authors: tuple[str, ...]
    abstract: Part
    parts: tuple[Part, ...]
    references: tuple[str, ...]
    keywords: tuple[str, ...]
    classes: tuple[str, ...]
    language: str
    legal: tuple[tuple[str, str], ...]
    """Rows of the legal block, (label, text)."""
    statements: tuple[str, ...]
    """Sentences of the legal block, after its rows."""
    licence: Licence


def page(publication: DefensivePublication, release: Release) -> Page:
    """Decide what the renditions show. Raises RenderRefusedError with a sentence."""
    canon = parse(canonical(publication))
    sections = [section for section in canon.sections if section.text.strip()]
    lists = (canon.sections, canon.references, canon.authors, canon.keywords, canon.classes)
    if max(map(len, lists)) > LIST_LIMIT:
        raise RenderRefusedError(f"one of its lists has more than {LIST_LIMIT} entries")
    htmls = markdown_htmls((canon.abstract, *(section.text for section in sections)))
    parts = tuple(
        Part(anchor=section.name.value, heading=HEADINGS[section.name], html=_shifted(html), nodes=tree(html))
        for section, html in zip(sections, htmls[1:], strict=True)
    )
    licence = licence_of(canon.licence)
    return Page(
        title=line(canon.title) or "Untitled",
        authors=_lines(canon.authors),
        abstract=Part(anchor="abstract", heading="Abstract", html=_shifted(htmls[0]), nodes=tree(htmls[0])),
        parts=parts,
        references=tuple(_reference(reference) for reference in canon.references),
        keywords=_lines(canon.keywords),
        classes=_lines(canon.classes),
        language=canon.language if re.fullmatch(r"[a-z]{2,3}", canon.language) else "en",
        legal=_legal(canon, release, licence),
        statements=(licence.words, licence.patents, PURPOSE),
        licence=licence,
    )


def line(text: str) -> str:
    """Return a text as one line. Raises RenderRefusedError when it is too long or misleads the eye."""
    check(text)
    one = " ".join(plain_line_ends(text).split())
    if len(one) > FIELD_LIMIT:
        raise RenderRefusedError(f"a title, name or reference is longer than {FIELD_LIMIT} characters")
    return one


def licence_of(spdx: str) -> Licence:
    """Return what is printed about a licence. Raises RenderRefusedError when it is no SPDX identifier."""
    if spdx in _LICENCES:
        return _LICENCES[spdx]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}", spdx):
        raise RenderRefusedError(
            f"{spdx[:80]!r} is no SPDX licence identifier", "Use one such as CC-BY-4.0 or CC0-1.0."
        )
    return Licence(
        spdx=spdx,
        name=spdx,
        url=f"https://spdx.org/licenses/{spdx}.html",
        words="Use is permitted under the terms of the licence named here.",
        patents="Whether that licence touches patent rights has to be read in its text.",
    )


_COPYRIGHT_ONLY = (
    "The licence covers copyright only. Like every Creative Commons licence it leaves patent rights alone: "
    "it neither grants them nor gives them up."
)
_LICENCES = {
    "CC-BY-4.0": Licence(
        spdx="CC-BY-4.0",
        name="Creative Commons Attribution 4.0 International",
        url="https://creativecommons.org/licenses/by/4.0/",
        words="Anyone may copy, share and adapt this text, also commercially, if the authors are named, the "
        "licence is linked and changes are marked.",
        patents=_COPYRIGHT_ONLY,
    ),
    "CC0-1.0": Licence(
        spdx="CC0-1.0",
        name="Creative Commons Zero 1.0 Universal",
        url="https://creativecommons.org/publicdomain/zero/1.0/",
        words="The authors waive their copyright and related rights in this text as far as the law lets "
        "them; anyone may copy, share and adapt it without asking.",
        patents=_COPYRIGHT_ONLY,
    ),
}


def published_words(published: str) -> str:
    """Return `published 2019-04-02`, or `published between … and …` for an interval; empty for no date."""
    first, _, last = published.partition("/")
    if not last:
        return f"published {first}" if first else ""
    return f"published between {first} and {last}"


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(found for text in texts if (found := line(text)))


def _reference(reference: Reference) -> str:
    named = ": ".join(part for part in (reference.key, reference.title) if part)
    published = published_words(reference.published) or "date unknown"
    places = f", {', '.join(reference.places)}" if reference.places else ""
    return line(f"{named} ({published}){places}.")


def _legal(
    publication: DefensivePublication, release: Release, licence: Licence
) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Published", f"{release.instant} (UTC)"),
        ("Identifier", release.identifier),
        ("Version", str(release.version)),
        ("Supersedes", release.supersedes),
        ("Root hash of the version before", release.previous_root),
        ("Address", release.url),
        ("Authors", "; ".join(_lines(publication.authors))),
        ("Contact", line(publication.contact) or "none given"),
        ("Use of artificial intelligence", line(publication.ai_use)),
        ("Licence", f"{licence.name} ({licence.spdx})"),
        ("Text of the licence", licence.url),
        ("SHA-256 of the source", publication.digest),
    )
    return tuple((label, text) for label, text in rows if text)


def _shifted(html: str) -> str:
    """Move headings two levels down: the title is the first level, a section the second."""
    return re.sub(r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 6)}>", html)

"""The page of a release: what reads well, prints well and is found by the indexers of scholarly texts.

Highwire `citation_*` tags and Dublin Core for Google Scholar and the like, JSON-LD (schema.org `Report`)
for the rest. The JSON-LD block is data, not a script; `<`, `>` and `&` in it are written as escapes so that
no title can end it. The content security policy lets a browser run and fetch nothing.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publications.content import Page, Part
    from publications.release import Release

_STYLE = Path(__file__).with_name("templates") / "page.css"


def page_html(page: Page, release: Release) -> str:
    """Return the whole HTML document of a page."""
    tags = "\n".join(_tags(page, release))
    blocks = "\n".join(_body(page, release))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(page.language)}">\n<head>\n{tags}\n</head>\n'
        f"<body>\n<article>\n{blocks}\n</article>\n</body>\n</html>\n"
    )


def _tags(page: Page, release: Release) -> Iterator[str]:
    yield '<meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
    )
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{escape(page.title)} ({escape(release.name)})</title>"
    for name, content in _metadata(page, release):
        yield f'<meta name="{name}" content="{escape(content)}">'
    if release.url:
        yield f'<link rel="canonical" href="{escape(release.url)}">'
    yield f'<link rel="license" href="{escape(page.licence.url)}">'
    yield f'<script type="application/ld+json">{_json_ld(page, release)}</script>'
    yield f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>"


def _metadata(page: Page, release: Release) -> Iterator[tuple[str, str]]:
    yield "citation_title", page.title
    for author in page.authors:
        yield "citation_author", author
    yield "citation_publication_date", release.published.strftime("%Y/%m/%d")
    yield "citation_online_date", release.published.strftime("%Y/%m/%d")
    yield "citation_technical_report_number", release.name
    yield "citation_language", page.language
    if page.keywords:
        yield "citation_keywords", "; ".join(page.keywords)
    if release.url:
        yield "citation_public_url", release.url
    yield "citation_pdf_url", f"{release.url if release.url.endswith('/') else ''}{release.name}.pdf"
    yield "description", _summary(page.abstract) or page.title
    yield "DC.title", page.title
    for author in page.authors:
        yield "DC.creator", author
    yield "DC.date", release.day
    yield "DC.identifier", release.url or release.name
    yield "DC.rights", page.licence.url
    yield "DC.type", "Text"
    for symbol in page.classes:
        yield "DC.subject", symbol


def _summary(part: Part) -> str:
    return " ".join(" ".join(node.content for node in part.nodes).split())[:1000]


def _json_ld(page: Page, release: Release) -> str:
    record: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": page.title,
        "headline": page.title[:110],
        "author": [{"@type": "Person", "name": author} for author in page.authors],
        "datePublished": release.instant,
        "reportNumber": release.name,
        "identifier": release.name,
        "version": str(release.version),
        "inLanguage": page.language,
        "license": page.licence.url,
        "keywords": [*page.keywords, *page.classes],
        "abstract": _summary(page.abstract),
        "isAccessibleForFree": True,
    }
    if release.url:
        record["url"] = release.url
    text = json.dumps(record, ensure_ascii=True, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _body(page: Page, release: Release) -> Iterator[str]:
    yield (
        f'<header>\n<p class="kind">Defensive publication <b>{escape(release.identifier)}</b>, '
        f'version {release.version}, published <time datetime="{release.instant}">{release.instant}</time> '
        "(UTC)</p>"
    )
    yield f"<h1>{escape(page.title)}</h1>"
    if page.authors:
        yield f'<p class="authors">{escape(", ".join(page.authors))}</p>'
    yield "</header>"
    if page.abstract.nodes:
        yield f'<section id="abstract" class="abstract">\n<h2>Abstract</h2>\n{page.abstract.html}\n</section>'
    lists = (("Keywords", page.keywords), ("Classes (CPC)", page.classes))
    for label, values in lists:
        if values:
            yield f'<p class="terms"><b>{label}:</b> {escape(", ".join(values))}</p>'
    for part in page.parts:
        heading = f"<h2>{escape(part.heading)}</h2>"
        yield f'<section id="{part.anchor}">\n{heading}\n{part.html}\n</section>'
    if page.references:
        items = "\n".join(f"<li>{escape(reference)}</li>" for reference in page.references)
        yield f'<section id="references">\n<h2>References</h2>\n<ol>\n{items}\n</ol>\n</section>'
    rows = "\n".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in page.legal)
    words = "\n".join(f"<p>{escape(text)}</p>" for text in page.statements)
    yield f'<footer id="about">\n<h2>About this publication</h2>\n<dl>\n{rows}\n</dl>\n{words}\n</footer>'

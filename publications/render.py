"""The renditions of one release: a page, a PDF, a plain twin; all show the same text in the same order.

`markdown_html` is the one way from Markdown to something shown; `html`, `text` and `pdf` are pure functions
of a publication and its release: the same input gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publications.content import page
from publications.markup import markdown_html
from publications.plain import page_text, source_markdown
from publications.typeset import page_pdf
from publications.webpage import page_html

if TYPE_CHECKING:
    from publications.document import DefensivePublication
    from publications.release import Release

__all__ = ["html", "markdown_html", "pdf", "source_markdown", "text"]


def html(publication: DefensivePublication, release: Release) -> str:
    """Return a page that stands alone: no script runs, nothing is fetched. Raises RenderRefusedError."""
    return page_html(page(publication, release), release)


def text(publication: DefensivePublication, release: Release) -> str:
    """Return the plain twin, wrapped, with the ISO date at its top. Raises RenderRefusedError."""
    return page_text(page(publication, release), release)


def pdf(publication: DefensivePublication, release: Release) -> bytes:
    """Return PDF/A-3u with the canonical source inside. Raises RenderRefusedError, PdfRefusedError."""
    return page_pdf(page(publication, release), publication, release)

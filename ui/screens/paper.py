"""The text of a publication as its page will show it: decided by the same code, hence the same words.

`publications.content.page` filters and orders what all renditions show; its sections are the only HTML on
our pages that `ui.widgets` did not make. What only a release can know (number, day, address) is left open.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from publications.document import DefensivePublication
from ui.screens import shell
from ui.widgets import bullets, element, table

if TYPE_CHECKING:
    from publications.content import Page

_OF_A_RELEASE = {"Published", "Identifier", "Version"}


def paper(publication: DefensivePublication) -> None:
    """Show a publication's text, or why the renderer refuses it: then it could not be published either."""
    with shell.said():
        page = _page(publication)
        st.html(f'<article class="ad-paper" aria-label="Text of the publication">{_body(page)}</article>')


@st.cache_data(
    max_entries=200,
    show_spinner=False,
    hash_funcs={DefensivePublication: lambda publication: publication.digest},
)
def _page(publication: DefensivePublication) -> Page:
    """Return what the page will show; kept by digest, because rendering starts a process."""
    from publications.content import page
    from publications.release import Release

    provisional = Release(identifier="DP-2000-000000", version=1, published=datetime(2000, 1, 1, tzinfo=UTC))
    return page(publication, provisional)


def _body(page: Page) -> str:
    pieces = [
        element(page.title, tag="h1"),
        element(", ".join(page.authors) or "no author named", "ad-quiet", "p"),
        element("Abstract", tag="h2"),
        page.abstract.html,
    ]
    for label, values in (("Keywords", page.keywords), ("Classes (CPC)", page.classes)):
        pieces += [element(f"{label}: {', '.join(values)}", "ad-quiet", "p")] if values else []
    for part in page.parts:
        pieces += [element(part.heading, tag="h2"), part.html]
    if page.references:
        pieces += [element("References", tag="h2"), bullets(page.references, "ol")]
    rows = [("Number, day and address", "given at the release")]
    rows += [(label, text) for label, text in page.legal if label not in _OF_A_RELEASE]
    cells = [(element(label, tag="span"), element(text, tag="span")) for label, text in rows]
    pieces += [element("About this publication", tag="h2"), table(("", ""), cells)]
    pieces += [element(statement, "ad-quiet", "p") for statement in page.statements]
    return "".join(pieces)

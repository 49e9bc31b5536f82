"""The text of a publication as its page will show it: the same renderer, hence the same words.

`publications.render.markdown_html` escapes and filters; its result is the only HTML on our pages that
`ui.widgets` did not make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from publications.document import HEADINGS
from ui.screens import shell
from ui.widgets import bullets, element

if TYPE_CHECKING:
    from publications.document import DefensivePublication, Reference


def paper(publication: DefensivePublication) -> None:
    """Show a publication's text; a section that the renderer refuses shows the refusal in its place."""
    with shell.said():
        st.html(
            f'<article class="ad-paper" aria-label="Text of the publication">{_body(publication)}</article>'
        )


def _body(publication: DefensivePublication) -> str:
    pieces = [
        element(publication.title, tag="h1"),
        element(", ".join(publication.authors) or "no author named", "ad-quiet", "p"),
        element("Abstract", tag="h2"),
        rendered(publication.abstract),
    ]
    texts = {section.name: section.text for section in publication.sections}
    for name, heading in HEADINGS.items():
        if texts.get(name):
            pieces += [element(heading, tag="h2"), rendered(texts[name])]
    if publication.references:
        pieces += [element("References", tag="h2"), bullets([_reference(r) for r in publication.references])]
    facts = {
        "Keywords": ", ".join(publication.keywords),
        "Classes": ", ".join(publication.classes),
        "Licence": publication.licence,
        "Use of artificial intelligence": publication.ai_use,
        "Contact": publication.contact,
    }
    pieces += [element(f"{name}: {value}", "ad-quiet", "p") for name, value in facts.items() if value]
    return "".join(pieces)


@st.cache_data(max_entries=500, show_spinner=False)
def rendered(text: str) -> str:
    """Return the one renderer's HTML of a Markdown text; kept, because it starts a process each time."""
    from publications.render import markdown_html

    return markdown_html(text)


def _reference(reference: Reference) -> str:
    places = f" ({'; '.join(reference.places)})" if reference.places else ""
    return f"{reference.key}: {reference.title}, {reference.published or 'date unknown'}{places}"

"""Full text of the European Patent Office: `ep-patent-document`, DTD 1.0 to 1.5.1, A and B documents.

Decisions
---------
* The text to cite is that in the language of the proceedings (Art. 14(3) and 70(1) EPC); the document's
  `language` is that one. Titles in the other two official languages follow at the end as `title (fr)`. How
  claims in the other languages are kept is said in `ingest.patent_text`.
* Publications of the application (A1, A2, A8, A9) are applications; B1, B2, B3 are patents. A3 and A4 publish
  search reports, without a text to be found by beyond the title.
* An international application that entered the European phase is "published" by a notice: the document then
  has titles only, and its text was public in the international publication (B871, RELATED_PUBLISHED).
* The reference list is no part of the document, as it says itself: it gives citations, not text.

Source: EPO, EP full-text data, DTD documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import epo_sdobi
from ingest.builder import TextBuilder
from ingest.documents import Document
from ingest.errors import RecordRefusedError
from ingest.patent_text import claim_sets, description
from ingest.patent_xml import bare, document_kind, filing_key, language, publication_key, text_at
from ingest.uspto_text import flatten
from ingest.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.documents import Origin

NAME = "epo-fulltext"


def _make(root: _Element, origin: Origin) -> Iterator[Document]:
    bare(root)
    front = root.find("SDOBI")
    if front is None:
        raise RecordRefusedError("it has no bibliographic part (SDOBI)")
    number = text_at(front, "B100/B110") or root.get("doc-number") or ""
    kind = text_at(front, "B100/B130") or root.get("kind") or ""
    key = publication_key(number, "EP", kind)
    if not key or not kind:
        raise RecordRefusedError("it has no publication number or no kind")
    spoken = _language(root, front)
    text = TextBuilder()
    _text(text, root, epo_sdobi.titles(front), spoken)
    body, sections, claims = text.build()
    if not body:
        raise RecordRefusedError(f"{key} has no text")
    filing = filing_key("EP", text_at(front, "B200/B210"), "", text_at(front, "B200/B220/date"))
    own = text_at(front, "B100/B140/date") or root.get("date-publ") or ""
    yield Document(
        key=key,
        kind=document_kind("EP", kind),
        text=body,
        sections=sections,
        claims=claims,
        events=tuple(dict.fromkeys(epo_sdobi.events(front, kind, own))),
        classes=tuple(dict.fromkeys(epo_sdobi.classes(front))),
        parties=tuple(dict.fromkeys(epo_sdobi.parties(front))),
        citations=tuple(dict.fromkeys(epo_sdobi.citations(root, front))),
        language=spoken,
        country="EP",
        work=filing,
        application=filing,
        priorities=tuple(k for k in dict.fromkeys(epo_sdobi.priorities(front)) if k not in ("", filing)),
        origin=origin,
    )


def _language(root: _Element, front: _Element) -> str:
    """Return the language of the text: of the description, else that of the publication or proceedings."""
    stated = (root.find("description"), root.find("claims"), front, root)
    codes = (language(element.get("lang")) for element in stated if element is not None)
    return next(filter(None, codes), "") or language(text_at(front, "B200/B260"))


def _text(text: TextBuilder, root: _Element, titles: dict[str, str], spoken: str) -> None:
    main = titles.get(spoken) or next(iter(titles.values()), "")
    text.section("title")
    text.paragraph(main, "title")
    for abstract in root.iterfind("abstract"):
        text.section("abstract")
        said = language(abstract.get("lang"))
        anchor = "abstract" if said in (spoken, "") else f"abstract ({said})"
        for paragraph in abstract.iterfind("p"):
            text.paragraph(flatten(paragraph), anchor)
    last = 0
    for element in root.iterfind("description"):
        text.section("description")
        last = description(text, element, last)
    claim_sets(text, [child for child in root if child.tag in ("claims", "amended-claims")], spoken)
    for code, title in titles.items():
        if title.casefold() != main.casefold():
            text.section("title")
            text.paragraph(title, f"title ({code or '?'})")


EPO_FULLTEXT = XmlRecords(name=NAME, roots=frozenset({"ep-patent-document"}), make=_make)
"""The reader of European full-text documents."""

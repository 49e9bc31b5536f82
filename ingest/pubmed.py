"""PubMed records: MEDLINE/PubMed XML as the baseline, the update files and `efetch` give it.

Source: NLM, "MEDLINE/PubMed XML Element Descriptions" and the DTD `pubmed_190101.dtd` and later.

Decisions
---------
* `ArticleDate` (electronic) is the day on which the article went online. `PubDate` is the issue's date as it
  is printed on the cover, and worth what `paper_events` says.
* The history in `PubmedData` has days of submission, which are not public, and days of cataloguing. `entrez`
  (else `pubmed`) proves "public then or before", and no more than that. NLM gives a record that it adds late
  its publication date as `entrez`, filled up with the first of the month or year: such a day proves nothing
  and is left out, as is every day before PubMed existed (1996).
* Classes are MeSH descriptors by their number. Words that indexers added later are no text of the paper;
  keywords of the authors are.
* A structured abstract keeps its labels. Abstracts in other languages follow in sections of their own.
* Deleted records of an update file are reported, since somebody may have read them before.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    Document,
    DocumentKind,
    EventKind,
    Party,
    Unreadable,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import bound, dated
from ingest.formula_text import readable
from ingest.paper_dates import of_parts, of_words
from ingest.paper_events import issue
from ingest.paper_ids import doi_key, language, pmcid_key, pmid_key
from ingest.uspto_text import flatten
from ingest.xml_records import XmlRecords
from ingest.xml_safety import local, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.items import Item

NAME = "pubmed"
_PUBMED_BEGAN = date(1996, 1, 1)
_LISTED = ("entrez", "pubmed")
_ONLINE = frozenset({"epublish", "aheadofprint"})
_CATALOGUES = {"doi": doi_key, "pmc": pmcid_key}
_NAMED = 50
"""Deleted records that one message names."""


def make(element: _Element, origin: Origin) -> Iterator[Item]:
    """Yield the document of one record. Raises RecordRefusedError without number or text."""
    if local(element) == "DeleteCitation":
        yield _deleted(element, origin)
        return
    citation = _first(element, "MedlineCitation", "BookDocument")
    if citation is None:
        raise RecordRefusedError("holds neither MedlineCitation nor BookDocument")
    key = pmid_key(_word(citation, "PMID"))
    if not key:
        raise RecordRefusedError("has no PubMed number (PMID)")
    readable(citation)
    article = citation if local(citation) == "BookDocument" else _first(citation, "Article")
    if article is None:
        raise RecordRefusedError(f"{key}: holds no Article")
    text = _text(article, citation)
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError(f"{key} has neither title nor abstract")
    history = _first(element, "PubmedData", "PubmedBookData")
    yield Document(
        key=key,
        kind=DocumentKind.PAPER,
        text=body,
        sections=sections,
        events=tuple(_events(article, history)),
        classes=tuple(_classes(citation)),
        parties=tuple(dict.fromkeys(_authors(article))),
        citations=tuple(_citations(history)),
        language=next(filter(None, (language(flatten(item)) for item in named(article, "Language"))), ""),
        aliases=tuple(dict.fromkeys(filter(None, _aliases(article, history)))),
        origin=origin,
    )


def _deleted(element: _Element, origin: Origin) -> Unreadable:
    keys = [pmid_key(flatten(item)) for item in named(element, "PMID")]
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    reason = f"{len(keys)} record(s) were deleted at the source: {', '.join(keys[:_NAMED])}{more}"
    return Unreadable(file=origin.file, offset=origin.offset, reason=reason)


def _text(article: _Element, citation: _Element) -> TextBuilder:
    text = TextBuilder()
    text.section("title")
    text.paragraph(_word(article, "ArticleTitle") or _word(article, "VernacularTitle"), "title")
    abstract = _first(article, "Abstract")
    text.section("abstract")
    for part in named(abstract, "AbstractText") if abstract is not None else ():
        label, said = (part.get("Label") or "").strip(), flatten(part)
        text.paragraph(f"{label}: {said}" if label and said.strip() else said, "abstract")
    for other in named(citation, "OtherAbstract"):
        code = language(other.get("Language") or "") or (other.get("Language") or "")[:20]
        text.section("description", f"Abstract ({', '.join(filter(None, (code, other.get('Type'))))})")
        for part in named(other, "AbstractText"):
            text.paragraph(flatten(part), f"other abstract, {code}")
    if _word(article, "ArticleTitle") and (own := _word(article, "VernacularTitle")):
        text.section("description", "Title in the original language")
        text.paragraph(own, "original title")
    words = [flatten(word) for item in _keyword_lists(citation) for word in named(item, "Keyword")]
    if words:
        text.section("description", "Keywords")
        text.paragraph("; ".join(" ".join(word.split()) for word in words), "keywords")
    return text


def _keyword_lists(citation: _Element) -> Iterator[_Element]:
    return (item for item in named(citation, "KeywordList") if item.get("Owner") in (None, "NOTNLM"))


def _events(article: _Element, history: _Element | None) -> Iterator[DatedEvent]:
    events = [event for item in named(article, "ArticleDate") for event in _online(item)]
    days = _days(history)
    for status, day in days if not events else ():
        if status in _ONLINE:
            source = f"{NAME}/PubMedPubDate/{status}"
            events += dated(EventKind.PUBLISHED, day, source, confidence="medium")
    collection = "eCollection" in (article.get("PubModel") or "")
    events += issue(events, _issue_date(article), f"{NAME}/PubDate", collection=collection)
    yield from events
    yield from _listed(days, events)


def _online(item: _Element) -> Iterator[DatedEvent]:
    if (item.get("DateType") or "Electronic") == "Electronic":
        yield from dated(EventKind.PUBLISHED, _parts(item), f"{NAME}/ArticleDate")


def _issue_date(article: _Element) -> str:
    for path in ("{*}Journal/{*}JournalIssue/{*}PubDate", "{*}Book/{*}PubDate"):
        item = article.find(path)
        if item is not None:
            return of_words(_word(item, "MedlineDate")) or _parts(item)
    return ""


def _days(history: _Element | None) -> list[tuple[str, str]]:
    if history is None:
        return []
    return [(item.get("PubStatus") or "", _parts(item)) for item in history.iter("{*}PubMedPubDate")]


def _listed(days: list[tuple[str, str]], stated: list[DatedEvent]) -> Iterator[DatedEvent]:
    """Yield the day by which PubMed listed the record, unless it only repeats a stated date's first day."""
    firsts = {event.when.earliest for event in stated if event.precision != "day"}
    for wanted in _LISTED:
        found = [e for status, day in days if status == wanted for e in dated(EventKind.INDEXED, day, "")]
        for event in found:
            if event.precision == "day" and event.when.latest >= _PUBMED_BEGAN:
                if event.when.latest not in firsts:
                    source = f"{NAME}/PubMedPubDate/{wanted}"
                    yield bound(EventKind.INDEXED, event.when.latest, source, confidence="medium")
                return


def _classes(citation: _Element) -> Iterator[Classification]:
    for item in citation.iterfind("{*}MeshHeadingList/{*}MeshHeading/{*}DescriptorName"):
        if symbol := "".join((item.get("UI") or "").split())[:20]:
            yield Classification(scheme="MeSH", symbol=symbol)


def _authors(article: _Element) -> Iterator[Party]:
    for group in named(article, "AuthorList"):
        if (group.get("Type") or "authors") != "authors":
            continue
        for author in named(group, "Author"):
            given = _word(author, "ForeName") or _word(author, "Initials")
            parts = (given, _word(author, "LastName"), _word(author, "Suffix"))
            name = " ".join(filter(None, parts)) or _word(author, "CollectiveName")
            if name and author.get("ValidYN") != "N":
                yield Party(role="author", name=name[:300])


def _citations(history: _Element | None) -> Iterator[Citation]:
    for item in history.iter("{*}Reference") if history is not None else ():
        ids = {i.get("IdType") or "": flatten(i) for i in item.iterfind("{*}ArticleIdList/{*}ArticleId")}
        key = pmid_key(ids.get("pubmed", "")) or doi_key(ids.get("doi", "")) or pmcid_key(ids.get("pmc", ""))
        words = _word(item, "Citation") or key
        if words:
            yield Citation(text=words[:2000], key=key)


def _aliases(article: _Element, history: _Element | None) -> Iterator[str]:
    for item in named(article, "ELocationID"):
        if item.get("EIdType") == "doi" and item.get("ValidYN") != "N":
            yield doi_key(flatten(item))
    lists = [] if history is None else list(named(history, "ArticleIdList"))  # those of references lie deeper
    for group in [*lists, *named(article, "ArticleIdList")]:
        for item in named(group, "ArticleId"):
            kind = item.get("IdType")
            yield (
                doi_key(flatten(item)) if kind == "doi" else pmcid_key(flatten(item)) if kind == "pmc" else ""
            )


def _parts(item: _Element) -> str:
    return of_parts(_word(item, "Year"), _word(item, "Month") or _word(item, "Season"), _word(item, "Day"))


def _first(element: _Element, *names: str) -> _Element | None:
    return next((child for child in element if local(child) in names), None)


def _word(element: _Element, name: str) -> str:
    return " ".join(flatten(_first(element, name)).split())


PUBMED = XmlRecords(
    name=NAME,
    roots=frozenset({"PubmedArticleSet", "PubmedBookArticleSet"}),
    records=frozenset({"PubmedArticle", "PubmedBookArticle", "DeleteCitation"}),
    make=make,
)
"""Reads `.xml` and `.xml.gz` files (and archives of them) of PubMed records."""

"""RFCs: the header block, pages undone, sections to cite; the index entry has the same key."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Citation, Classification, Document, DocumentKind, Party
from ingest.rfc import Rfc
from ingest.rfc_index import RFC_INDEX
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

READER = Rfc()
NEW = """



Internet Engineering Task Force (IETF)                           A. Moss
Request for Comments: 9999                                  Lid Foundry
Obsoletes: 1111, 2222,                                     B. Reed, Ed.
           3333                                              Pot Museum
Updates: 4444                                                 March 2021
Category: Standards Track
ISSN: 2070-1721


                       Lids That Close Pots
                       with Little Steam

Abstract

   This document describes a lid.  It closes
   a pot.

Status of This Memo

   This is an Internet Standards Track document.

Table of Contents

   1.  Introduction
   2.  Lids
     2.1.  Handles
   Appendix A.  More

1.  Introduction

   A lid closes a pot.  The words "MUST" and "MAY" are
   to be read as usual.

   It is of glass.

2.  Lids

2.1.  Handles

   The state is one of:

      +--------+-------+
      | state  | value |
      +--------+-------+

   A handle stays cold.

3.  References

3.1.  Normative References

   [LID]      Moss, A., "A lid", RFC 7777, DOI 10.17487/RFC7777, May 2016,
              <https://www.example.org/info/rfc7777>.

   [POT]      Reed, B., "A pot", 2001.

3.2.  Informative References

   [RFC0822]  Day, C., "Pans", RFC 822, August 1982.

Appendix A.  More

   Also pans.

A.1.  Pans

   Pans have no lids.

Acknowledgements

   We thank Plato.

Authors' Addresses

   Ann Moss
   Lid Foundry
"""
OLD = """Network Working Group                                            A. Moss
Request for Comments: 777                                    Lid Foundry
                                                              1 April 1981

                              LIDS OF POTS

1  Introduction

     A lid closes a pot, and it stays closed as long as the steam of the




Moss                                                            [Page 1]
\f
RFC 777                           Lids                        April 1981


     pot is weak.

     Then it lifts.

Moss                                                            [Page 2]
\f
RFC 777                           Lids                        April 1981

REFERENCES

     See the library.
"""
INDEX = """<?xml version="1.0" encoding="UTF-8"?>
<rfc-index xmlns="https://www.rfc-editor.org/rfc-index">
<bcp-entry><doc-id>BCP0001</doc-id><is-also><doc-id>RFC9999</doc-id></is-also></bcp-entry>
<rfc-entry><doc-id>RFC0777</doc-id><title>Lids of pots</title><author><name>A. Moss</name></author>
<date><month>April</month><day>1</day><year>1981</year></date><current-status>UNKNOWN</current-status>
<publication-status>UNKNOWN</publication-status><doi>10.17487/RFC0777</doi></rfc-entry>
<rfc-entry><doc-id>RFC9999</doc-id><title>Lids That Close Pots</title><author><name>A. Moss</name></author>
<author><name>B. Reed</name><title>Editor</title></author><date><month>March</month><year>2021</year></date>
<keywords><kw>steam</kw><kw>lid</kw></keywords><abstract><p>This document describes a lid.</p>
<p>It closes.</p>
</abstract><obsoletes><doc-id>RFC1111</doc-id></obsoletes><obsoleted-by><doc-id>RFC9000</doc-id>
</obsoleted-by>
<updates><doc-id>RFC4444</doc-id></updates><current-status>INTERNET STANDARD</current-status>
<publication-status>PROPOSED STANDARD</publication-status><stream>IETF</stream><wg_acronym>lid</wg_acronym>
<doi>10.17487/RFC9999</doi></rfc-entry>
<rfc-entry><title>nameless</title></rfc-entry>
<rfc-not-issued-entry><doc-id>RFC1849</doc-id></rfc-not-issued-entry>
</rfc-index>
"""
SAMPLES = {"rfc9999.txt": NEW.encode(), "rfc777.txt": OLD.encode(), "rfc-index.xml": INDEX.encode()}


def one(path: Path, text: str) -> Document:
    (document,) = documents(read(READER, path, text))
    return document


def places(document: Document) -> list[tuple[str, str]]:
    return [(p.anchor, document.text[p.start : p.end]) for s in document.sections for p in s.paragraphs]


def test_a_text_is_read_section_by_section(tmp_path: Path) -> None:
    document = one(tmp_path / "rfc9999.txt", NEW)
    assert places(document) == [
        ("title", "Lids That Close Pots with Little Steam"),
        ("abstract", "This document describes a lid. It closes a pot."),
        ("§1 ¶1", 'A lid closes a pot. The words "MUST" and "MAY" are to be read as usual.'),
        ("§1 ¶2", "It is of glass."),
        ("§2.1 ¶1", "The state is one of:"),
        ("§2.1 ¶2", "+--------+-------+\n| state | value |\n+--------+-------+"),
        ("§2.1 ¶3", "A handle stays cold."),
        ("§A ¶1", "Also pans."),
        ("§A.1 ¶1", "Pans have no lids."),
    ]
    assert [s.heading for s in document.sections if s.heading] == [
        "1. Introduction",
        "2.1. Handles",
        "A More",
        "A.1 Pans",
    ]
    assert "Plato" not in document.text


def test_the_header_gives_number_date_authors_and_relations(tmp_path: Path) -> None:
    document = one(tmp_path / "rfc9999.txt", NEW)
    assert (document.key, document.aliases) == ("RFC9999", ("doi:10.17487/rfc9999",))
    assert (document.kind, document.language) == (DocumentKind.STANDARD, "en")
    assert days(document) == [("published", "2021-03-01/2021-03-31")]
    assert document.parties == (Party(role="author", name="A. Moss"), Party(role="author", name="B. Reed"))
    assert [(citation.key, citation.category) for citation in document.citations] == [
        ("RFC1111", "obsoletes"),
        ("RFC2222", "obsoletes"),
        ("RFC3333", "obsoletes"),
        ("RFC4444", "updates"),
        ("RFC7777", ""),
        ("", ""),
        ("RFC822", ""),
    ]
    assert document.citations[5].text == '[POT] Reed, B., "A pot", 2001.'


def test_pages_of_an_old_text_are_undone(tmp_path: Path) -> None:
    document = one(tmp_path / "rfc777.txt", OLD)
    assert (document.key, document.title) == ("RFC777", "LIDS OF POTS")
    assert document.aliases == ("doi:10.17487/rfc0777",)
    assert days(document) == [("published", "1981-04-01")]
    assert places(document)[1:] == [
        ("§1 ¶1", "A lid closes a pot, and it stays closed as long as the steam of the pot is weak."),
        ("§1 ¶2", "Then it lifts."),
        ("§REFERENCES ¶1", "See the library."),
    ]


def test_an_index_entry_has_the_key_of_the_text(tmp_path: Path) -> None:
    items = read(RFC_INDEX, tmp_path / "rfc-index.xml", INDEX)
    old, new = documents(items)
    assert (old.key, days(old)) == ("RFC777", [("published", "1981-04-01")])
    assert (new.key, new.aliases) == ("RFC9999", ("doi:10.17487/rfc9999",))
    assert new.abstract == "This document describes a lid.\n\nIt closes."
    assert new.text.endswith("steam; lid")
    assert days(new) == [("published", "2021-03-01/2021-03-31")]
    assert new.classes == (
        Classification(scheme="RFC-status", symbol="proposed-standard"),
        Classification(scheme="IETF-WG", symbol="lid"),
    )
    assert new.citations == (
        Citation(text="RFC1111", key="RFC1111", category="obsoletes"),
        Citation(text="RFC4444", key="RFC4444", category="updates"),
    )
    assert reasons(items) == ["has no RFC number (doc-id)"]
    check_resume(RFC_INDEX, tmp_path / "rfc-index.xml")


def test_texts_and_index_are_recognised_by_what_is_in_them(tmp_path: Path) -> None:
    for name, data in SAMPLES.items():
        (tmp_path / name).write_bytes(data)
    names = [sources.detect(tmp_path / name).name for name in SAMPLES]
    assert names == ["rfc", "rfc", "rfc-index"]
    (tmp_path / "notes.txt").write_text("Notes on RFC 9999 and its lids.", encoding="utf-8")
    assert sources.detect(tmp_path / "notes.txt").name == "files"


def test_an_archive_gives_every_text_and_says_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "RFC-all.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in (
            ("rfc777.txt", SAMPLES["rfc777.txt"]),
            ("a.txt", b"a list"),
            ("rfc9999.txt", NEW.encode()),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    assert sources.detect(path).name == "rfc"
    items = list(READER.read(path))
    assert [document.key for document in documents(items)] == ["RFC777", "RFC9999"]
    assert reasons(items) == ["is no RFC: its beginning names no number (Request for Comments: …)"]
    check_resume(READER, path)


def test_letters_of_an_older_encoding_and_odd_headers_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    (document,) = documents(read(READER, path, OLD.replace("A. Moss", "A. Möss").encode("latin-1")))
    assert document.parties == (Party(role="author", name="A. Möss"),)
    bare = one(path, "Request for Comments: 12\n\n\nA lid closes a pot.\n")
    assert (bare.key, bare.title, bare.events) == ("RFC12", "A lid closes a pot.", ())
    assert one(path, "Request for Comments: 12").title == "RFC12"
    assert reasons(read(READER, path, "")) == ["is empty"]


@pytest.mark.parametrize(
    "text", ["a" * 300_000, "1. " * 100_000, "   x\n" * 60_000, "A. " * 90_000, "\f\n" * 90_000]
)
def test_a_hostile_text_takes_little_time(tmp_path: Path, text: str) -> None:
    assert one(tmp_path / "a.txt", f"Request for Comments: 12\n\n{text}").key == "RFC12"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_mutated_files_are_values(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    check_values(RFC_INDEX if name.endswith(".xml") else READER, path, mutated(SAMPLES[name], data))

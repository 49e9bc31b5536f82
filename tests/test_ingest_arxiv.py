"""arXiv responses: versions, the announcement interval, errors, damage, resuming."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.arxiv import READER
from ingest.documents import Classification, Document, DocumentKind, EventKind, Unreadable
from tests.reader_laws import check_mutation, mutated

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"
FEED = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">\n<id>x</id>\n'
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">\n<responseDate>2025-01-01T00:00:00Z</responseDate>\n'


def entry(
    name: str, published: str = "2024-01-05T23:30:00-02:00", updated: str = "2024-02-01T10:00:00Z"
) -> str:
    return f"""<entry><id>http://arxiv.org/abs/{name}</id><title>Lids that
  close</title><updated>{updated}</updated><published>{published}</published>
<summary>  We close pots.
It works &lt; well.</summary><category term="cs.RO"/><category term="68T40"/><category term="cs.RO"/>
<author><name>Ann Moss</name></author><author><name>Bo Reed</name></author></entry>
"""


def feed(*entries: str) -> str:
    return f"{HEAD}{FEED}{''.join(entries)}</feed>\n"


def raw(name: str, versions: dict[str, str], authors: str = "Ann Moss (Lid Lab), Bo Reed and C. Day") -> str:
    dates = "".join(f'<version version="{v}"><date>{day}</date></version>' for v, day in versions.items())
    return f"""<record><header><identifier>oai:arXiv.org:{name}</identifier></header><metadata>
<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{name}</id>{dates}<title>A lid</title>
<authors>{authors}</authors><categories>cs.RO math.CO</categories><abstract>Closing.</abstract></arXivRaw>
</metadata></record>
"""


def plain(name: str, days: str) -> str:
    return f"""<record><header><identifier>oai:arXiv.org:{name}</identifier></header><metadata>
<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{name}</id>{days}<authors><author><keyname>Moss</keyname>
<forenames>Ann</forenames><suffix>Jr</suffix></author></authors><title>A lid</title>
<categories>cs.RO</categories><abstract>Closing.</abstract></arXiv></metadata></record>
"""


DELETED = '<record><header status="deleted"><identifier>oai:arXiv.org:1</identifier></header></record>\n'
MAIL = {"v1": "Mon, 2 Apr 2007 23:18:42 GMT", "v2": "Tue, 24 Jul 2007 20:10:27 GMT"}


def answer(*records: str) -> str:
    listed = "".join(records) + "<resumptionToken>t</resumptionToken>"
    return f"{HEAD}{OAI}<ListRecords>{listed}</ListRecords></OAI-PMH>\n"


def read(path: Path, text: str, after: int = -1) -> list[Document | Unreadable]:
    path.write_text(text, encoding="utf-8")
    return [item for item in READER.read(path, after=after) if isinstance(item, Document | Unreadable)]


def one(path: Path, text: str) -> Document:
    (item,) = read(path, text)
    assert isinstance(item, Document)
    return item


def days(document: Document) -> list[tuple[EventKind, str]]:
    return [(event.kind, str(event.when)) for event in document.events]


def test_an_atom_entry_is_one_version_public_within_days_of_its_own_submission(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", feed(entry("2401.01234v2")))
    assert (document.key, document.work) == ("arXiv:2401.01234v2", "arXiv:2401.01234")
    assert document.kind is DocumentKind.PAPER
    assert (document.title, document.abstract) == ("Lids that close", "We close pots. It works < well.")
    assert days(document) == [
        (EventKind.EARLIER_VERSION, "2024-01-06/2024-01-11"),
        (EventKind.PUBLISHED, "2024-02-01/2024-02-06"),
    ]
    assert {event.confidence for event in document.events} == {"medium"}
    assert "announced within 5 days" in document.events[0].source
    assert document.classes == (Classification(scheme="arXiv", symbol="cs.RO"),)
    assert [party.name for party in document.parties] == ["Ann Moss", "Bo Reed"]


def test_a_first_version_in_the_old_style_of_identifiers_has_one_event(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", feed(entry("quant-ph/0201082v1", updated="2024-01-06T01:30:00Z")))
    assert (document.key, document.work) == ("arXiv:quant-ph/0201082v1", "arXiv:quant-ph/0201082")
    assert days(document) == [(EventKind.PUBLISHED, "2024-01-06/2024-01-11")]


def test_raw_records_list_every_version_and_only_the_latest_is_this_text(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", answer(raw("0704.0001", MAIL)))
    assert document.key == "arXiv:0704.0001v2"
    assert days(document) == [
        (EventKind.EARLIER_VERSION, "2007-04-02/2007-04-07"),
        (EventKind.PUBLISHED, "2007-07-24/2007-07-29"),
    ]
    assert [party.name for party in document.parties] == ["Ann Moss", "Bo Reed", "C. Day"]
    assert [item.symbol for item in document.classes] == ["cs.RO", "math.CO"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("<created>2007-04-02</created>", [(EventKind.PUBLISHED, "2007-04-02/2007-04-07")]),
        (
            "<created>2007-04-02</created><updated>2008-01-13</updated>",
            [
                (EventKind.PUBLISHED, "2008-01-13/2008-01-18"),
                (EventKind.EARLIER_VERSION, "2007-04-02/2007-04-07"),
            ],
        ),
    ],
)
def test_records_without_versions_have_a_key_without_version(
    tmp_path: Path, stated: str, expected: list[tuple[EventKind, str]]
) -> None:
    document = one(tmp_path / "a.xml", answer(plain("0704.0001", stated)))
    assert document.key == document.work == "arXiv:0704.0001"
    assert days(document) == expected
    assert [party.name for party in document.parties] == ["Ann Moss Jr"]


@pytest.mark.parametrize(
    "day", ["", "soon", "Mon, 99 Apr 2007 00:00:00 GMT", "Fri, 31 Dec 9999 23:00:00 GMT"]
)
def test_a_date_that_is_none_costs_only_the_event(tmp_path: Path, day: str) -> None:
    assert one(tmp_path / "a.xml", answer(raw("0704.0001", {"v1": day}))).events == ()


def test_errors_deletions_and_other_formats_are_reasons(tmp_path: Path) -> None:
    error = entry("x").replace("http://arxiv.org/abs/x", "http://arxiv.org/api/errors#bad")
    other = "<record><header/><metadata><dc><title>A</title></dc></metadata></record>"
    refused = f'{HEAD}{OAI}<error code="badArgument">No such\nset</error></OAI-PMH>'
    named = raw("not-an-identifier", MAIL)
    items = read(tmp_path / "a.xml", feed(error) + answer(DELETED, other, named) + refused)
    assert [item.reason for item in items if isinstance(item, Unreadable)] == [
        "the server answered an error: We close pots.\nIt works < well.",
        "oai:arXiv.org:1: deleted at the source",
        "metadata format 'dc' is not read; ask for arXivRaw",
        "'not-an-identifier' is not an arXiv identifier",
        "the server answered badArgument: No such set",
    ]
    assert len(items) == 5


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    broken = entry("2401.00002v1").replace("</title>", "</titel>")
    items = read(tmp_path / "a.xml", feed(entry("2401.00001v1"), broken, entry("2401.00003v1")))
    assert [type(item) for item in items] == [Document, Unreadable, Document]


def test_a_response_cut_off_gives_the_records_before_the_cut(tmp_path: Path) -> None:
    text = answer(raw("0704.0001", MAIL), raw("0704.0002", MAIL))
    items = read(tmp_path / "a.xml", text[:-200])
    assert isinstance(items[0], Document)
    assert isinstance(items[1], Unreadable)
    assert "incomplete" in items[1].reason


def test_a_response_that_declares_entities_is_refused_with_its_records(tmp_path: Path) -> None:
    hostile = feed(entry("2401.00001v1")).replace("<feed", '<!DOCTYPE feed [<!ENTITY a "b">]><feed', 1)
    items = read(tmp_path / "a.xml", hostile + feed(entry("2401.00002v1")))
    assert [getattr(item, "reason", "") for item in items] == ["declares entities; refused", ""]


def test_an_answer_without_records_and_an_empty_file_are_reasons(tmp_path: Path) -> None:
    for number, bare in enumerate((feed(), answer(), f"{HEAD}{OAI}<Identify/></OAI-PMH>")):
        (item,) = read(tmp_path / f"{number}.xml", bare)
        assert isinstance(item, Unreadable)
        assert "holds no record" in item.reason
    assert [getattr(item, "reason", "") for item in read(tmp_path / "b.xml", "")] == ["is empty"]


TEXT = (
    feed(entry("2401.00001v1"), entry("2401.00002v1"))
    + answer(DELETED, raw("0704.0001", MAIL))
    + "<?xml version"
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(-1, len(TEXT)))
def test_reading_after_an_offset_gives_exactly_the_tail(tmp_path: Path, after: int) -> None:
    whole = read(tmp_path / "a.xml", TEXT)
    offsets = [item.origin.offset if isinstance(item, Document) else item.offset for item in whole]
    assert len(whole) == 5
    assert all(one < other for one, other in pairwise(offsets))
    tail = [item for item, offset in zip(whole, offsets, strict=True) if offset > after]
    assert read(tmp_path / "a.xml", TEXT, after) == tail


SAMPLES = {
    "atom.xml": feed(entry("2401.00001v1"), entry("2401.00002v3")).encode(),
    "raw.xml": answer(DELETED, raw("0704.0001", MAIL)).encode(),
    "glued.xml": TEXT.encode(),
}


def test_the_doi_that_authors_name_is_another_name_and_versions_share_a_work(tmp_path: Path) -> None:
    named = "<arxiv:doi>10.1000/LID</arxiv:doi><arxiv:journal_ref>Pots 7 (2024) 1</arxiv:journal_ref></entry>"
    text = feed(entry("2401.00001v1"), entry("2401.00001v2").replace("</entry>", named))
    first, second = read(tmp_path / "a.xml", text)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.aliases, second.aliases) == ((), ("doi:10.1000/lid",))
    assert (first.key, second.key) == ("arXiv:2401.00001v1", "arXiv:2401.00001v2")
    assert first.work == second.work


def test_days_are_counted_in_utc(tmp_path: Path) -> None:
    (event,) = one(tmp_path / "a.xml", answer(raw("0704.0001", {"v1": MAIL["v1"]}))).events
    assert [moment.isoformat() for moment in event.utc] == [
        "2007-04-02T00:00:00+00:00",
        "2007-04-08T00:00:00+00:00",
    ]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(SAMPLES.values())).flatmap(mutated))
def test_mutated_bytes_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.xml", data)


def test_a_record_without_its_response_around_it_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "bare.xml"
    path.write_bytes(b"<entry></entry>")
    (found,) = READER.read(path)
    assert isinstance(found, Unreadable)
    assert "header" in found.reason

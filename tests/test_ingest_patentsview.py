"""Tables of PatentsView: a main table with its siblings in one folder gives whole documents."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Citation, Classification, Document, DocumentKind, EventKind, Party, Unreadable
from ingest.patentsview import PatentsView
from tests.patentsview_sample import PATENTS, PUBLICATIONS, SAMPLE, table
from tests.uspto_sample import keys, offsets, reasons

if TYPE_CHECKING:
    import random
    from pathlib import Path

Rows = list[tuple[str, ...]]


SAMPLES = {
    "g_patent.tsv": PATENTS.encode(),
    "pg_published_application.tsv": PUBLICATIONS["pg_published_application.tsv"].encode(),
}


def put(folder: Path, tables: dict[str, str]) -> Path:
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder / "g_patent.tsv"


def read(path: Path, after: int = -1) -> list[Document | Unreadable]:
    return list(PatentsView().read(path, after=after))


def first(path: Path) -> Document:
    item = read(path)[0]
    assert isinstance(item, Document)
    return item


def test_a_folder_of_tables_gives_whole_documents(tmp_path: Path) -> None:
    items = read(put(tmp_path, SAMPLE))
    assert keys(items) == ["US-10000001-B2", "US-10000003-B1", "US-3930271-A", "US-D700001-S1", "US-H2001-H1"]
    assert reasons(items) == ["US-10000005-B2 was withdrawn from issue"]
    document = items[0]
    assert isinstance(document, Document)
    assert (document.kind, document.title, document.language) == (
        *(DocumentKind.PATENT, 'Valve with a "warm" seat'),
        "en",
    )
    places = [(p.anchor, document.text[p.start : p.end]) for s in document.sections for p in s.paragraphs]
    assert places[1:] == [
        ("abstract", "A seat\nwarms."),
        ("¶0001", "Seats freeze."),
        ("¶0002", "They did."),
        ("¶0003", "FIG. 1 shows a seat."),
        ("¶0004", "FIG. 2 shows a body."),
        ("¶0005", "The end."),
        ("claim 1", "A valve, comprising:\na body; and\na seat."),
        ("claim 2", "The valve of the kind claimed."),
    ]
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]
    assert (document.work, document.application) == ("US-appl-14/643719", "US-appl-14/643719")
    assert document.priorities == ("JP-appl-2014050001",)


def test_the_tables_give_dates_classes_people_and_citations(tmp_path: Path) -> None:
    document = first(put(tmp_path, SAMPLE))
    assert [(e.kind, str(e.when), e.zone) for e in document.events] == [
        (EventKind.GRANTED, "2018-06-19", "America/New_York"),
        (EventKind.FILED, "2015-03-10", "America/New_York"),
        (EventKind.PRIORITY, "2014-03-13", "Asia/Tokyo"),
    ]
    assert document.classes == (
        Classification(scheme="IPC", symbol="F16K1/32"),
        Classification(scheme="CPC", symbol="F16K1/32"),
        Classification(scheme="CPC", symbol="F16K31/00"),
    )
    assert document.parties == (
        Party(role="inventor", name="Ann Moss"),
        Party(role="inventor", name="Bo Reed"),
        Party(role="assignee", name="Seats Ltd"),
    )
    assert document.citations == (
        Citation(text="US 5093563 A Small, 1992-03-01", key="US-5093563-A", category="cited by examiner"),
        Citation(
            text="US 20060227316 A1 Gatt, 2006-10-01", key="US-20060227316-A1", category="cited by applicant"
        ),
        Citation(text="WO 2004055280, 2004-07-01", key="WO-2004055280", category="cited by applicant"),
        Citation(text="Miller, Seats, 2001."),
    )


def test_each_document_has_its_own_rows_and_an_impossible_date_is_no_event(tmp_path: Path) -> None:
    glove, notice = (read(put(tmp_path, SAMPLE))[at] for at in (3, 5))
    assert isinstance(glove, Document)
    assert isinstance(notice, Document)
    assert (glove.abstract, len(glove.claims), glove.parties[0].name) == ("A glove.", 1, "Jo Love")
    assert [event.kind for event in glove.events] == [EventKind.GRANTED]
    assert [c.symbol for c in glove.classes] == ["2/161.2"]
    assert [event.kind for event in notice.events] == [EventKind.PUBLISHED]


def test_publications_of_applications_are_read_from_their_own_tables(tmp_path: Path) -> None:
    put(tmp_path, SAMPLE | PUBLICATIONS)
    document = first(tmp_path / "pg_published_application.tsv")
    assert (document.key, document.kind) == ("US-20200000001-A1", DocumentKind.APPLICATION)
    assert (document.title, document.abstract, len(document.claims)) == ("Tap", "Drops.", 1)
    assert [(e.kind, str(e.when)) for e in document.events] == [
        (EventKind.PUBLISHED, "2020-01-02"),
        (EventKind.FILED, "2019-01-02"),
    ]
    assert document.work == "US-appl-16/123456"


def test_siblings_in_a_folder_are_recognised_and_quiet_and_lonely_ones_say_what_is_missing(
    tmp_path: Path,
) -> None:
    put(tmp_path, SAMPLE)
    found, lost = sources.expand([tmp_path], None)
    assert len(found) == len(SAMPLE)
    assert not lost
    assert {sources.detect(path).name for path in found} == {"patentsview"}
    assert [path.name for path in found if read(path)] == ["g_patent.tsv"]
    (tmp_path / "g_patent.tsv").unlink()
    assert reasons(read(tmp_path / "g_cpc_current.tsv")) == [
        "is a part of patents: put it beside g_patent.tsv"
    ]


def test_packed_tables_say_the_same(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.mkdir()
    packed.mkdir()
    put(plain, SAMPLE)
    for number, (name, text) in enumerate(SAMPLE.items()):
        if number % 2 or name == "g_patent.tsv":
            with zipfile.ZipFile(packed / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name, text)
        else:
            (packed / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    path = packed / "g_patent.tsv.zip"
    assert sources.detect(path).name == "patentsview"
    here, there = read(plain / "g_patent.tsv"), read(path)
    assert [item.digest for item in here if isinstance(item, Document)] == [
        item.digest for item in there if isinstance(item, Document)
    ]
    assert offsets(here) == offsets(there)


def test_a_run_resumes_with_exactly_the_rest(tmp_path: Path) -> None:
    broken = SAMPLE["g_claims_2018.tsv"] + '"10000003"\t"2"\n'
    path = put(tmp_path, SAMPLE | {"g_claims_2018.tsv": broken})
    items = read(path)
    assert len(items) == 7
    for after in (-1, *offsets(items)):
        assert read(path, after) == [item for item in items if offsets([item])[0] > after]


def test_a_sibling_out_of_order_is_said_once_and_never_gives_rows_to_another_document(tmp_path: Path) -> None:
    fallen = table(
        "patent_id patent_abstract", ("10000003", "Of 3."), ("10000001", "Of 1."), ("3930271", "A glove.")
    )
    items = read(put(tmp_path, SAMPLE | {"g_patent_abstract.tsv": fallen}))
    abstracts = {item.key: item.abstract for item in items if isinstance(item, Document)}
    assert abstracts["US-10000001-B2"] == ""
    assert abstracts["US-3930271-A"] == ""
    assert abstracts["US-10000003-B1"] == "Of 3."
    (reason,) = (reason for reason in reasons(items) if "sorted" in reason)
    assert reason.startswith("is not sorted by patent_id like the main table: 10000001 at byte ")
    assert items[-1].file.endswith("g_patent_abstract.tsv") if isinstance(items[-1], Unreadable) else False


def test_a_main_table_out_of_order_is_read_without_its_siblings_and_says_so(tmp_path: Path) -> None:
    head, *rows = PATENTS.splitlines(keepends=True)
    path = put(tmp_path, SAMPLE | {"g_patent.tsv": head + rows[1] + rows[0] + rows[3] + rows[1]})
    items = read(path)
    assert keys(items) == ["US-10000003-B1", "US-10000001-B2", "US-3930271-A", "US-10000003-B1"]
    assert all(item.abstract == "" for item in items if isinstance(item, Document))
    assert reasons(items) == ["is not sorted by patent_id, so no other table was joined to it; sort it"]


@pytest.mark.parametrize("order", ["text", "number"])
@pytest.mark.parametrize("chosen", ["all", "long", "short"])
def test_both_orders_of_ids_are_joined_and_a_part_of_the_patents_finds_its_rows(
    tmp_path: Path, order: str, chosen: str
) -> None:
    numbers = [str(9_999_000 + 97 * step) for step in range(25)] + ["D1000000", "D999999", "RE49999"]
    numbers.sort(key=(lambda n: n) if order == "text" else (lambda n: (n.rstrip("0123456789"), len(n), n)))
    wanted = [n for n in numbers if chosen == "all" or len(n) == (8 if chosen == "long" else 7)]
    wanted = [n for n in wanted if chosen == "all" or n.isdigit()]
    main = table(
        "patent_id patent_date patent_title wipo_kind", *((n, "2018-01-01", n, "B2") for n in wanted)
    )
    beside = table("patent_id patent_abstract", *((n, f"of {n}") for n in numbers))
    items = read(put(tmp_path, {"g_patent.tsv": main, "g_patent_abstract.tsv": beside}))
    assert [item.abstract for item in items if isinstance(item, Document)] == [f"of {n}" for n in wanted]
    assert reasons(items) == []


@pytest.mark.parametrize(
    "row", ['"10000002"\t"too few"\n', '"10000002"\t"an open mark\n', '"10000002"\t"a"\t"b"\t"c"\n']
)
def test_a_broken_row_costs_only_itself(tmp_path: Path, row: str) -> None:
    head, *rows = PATENTS.splitlines(keepends=True)
    items = read(put(tmp_path, {"g_patent.tsv": head + rows[0] + row + "".join(rows[1:])}))
    assert keys(items) == ["US-10000001-B2", "US-10000003-B1", "US-3930271-A", "US-D700001-S1", "US-H2001-H1"]
    assert reasons(items)[-1] == (
        f"1 rows are not whole and were left out, the first at byte {len(head) + len(rows[0])}"
    )


@pytest.mark.parametrize(("text", "words"), [("", "is empty"), ('"patent_id"\t"patent_title"\n', "")])
def test_a_main_table_without_rows_gives_no_document(tmp_path: Path, text: str, words: str) -> None:
    items = read(put(tmp_path, {"g_patent.tsv": text}))
    assert reasons(items) == ([words] if words else [])


def test_long_tables_are_streamed(tmp_path: Path) -> None:
    count, words = 3000, "word " * 400
    main = table(
        "patent_id patent_date patent_title wipo_kind",
        *((str(10_000_000 + n), "2018-01-01", "t", "B2") for n in range(count)),
    )
    beside = table("patent_id description_text", *((str(10_000_000 + n), words) for n in range(count)))
    path = put(tmp_path, {"g_patent.tsv": main, "g_detail_desc_text_2018.tsv": beside})
    del main, beside
    tracemalloc.start()
    found = sum(isinstance(item, Document) for item in PatentsView().read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == count
    assert (
        peak < 8 << 20
    )  # of 6 MB of descriptions one chunk and its lines are held, and they were twice as much


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(SAMPLE)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_changed_bytes_never_raise(
    tmp_path: Path, name: str, changes: list[tuple[float, int, bytes]]
) -> None:
    path = put(tmp_path, SAMPLE)
    data = bytearray(SAMPLE[name].encode())
    for place, length, new in changes:
        at = int(place * len(data))
        data[at : at + length] = new
    (tmp_path / name).write_bytes(data)
    last = -1
    for item in read(path):
        assert item.key if isinstance(item, Document) else item.reason
        assert offsets([item])[0] > last
        last = offsets([item])[0]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_a_shuffled_sibling_never_gives_a_document_the_rows_of_another(
    tmp_path: Path, chance: random.Random
) -> None:
    numbers = [str(10_000_000 + step) for step in range(12)]
    shuffled = [number for number in numbers for _ in range(2)]
    chance.shuffle(shuffled)
    main = table(
        "patent_id patent_date patent_title wipo_kind", *((n, "2018-01-01", n, "B2") for n in numbers)
    )
    beside = table("patent_id claim_sequence claim_text", *((n, "0", f"It is of {n}.") for n in shuffled))
    for item in read(put(tmp_path, {"g_patent.tsv": main, "g_claims_2018.tsv": beside})):
        if isinstance(item, Document):
            assert all(item.title in item.text[c.start : c.end] for c in item.claims)

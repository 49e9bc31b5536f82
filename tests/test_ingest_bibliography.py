"""Reference lists: two formats, dates as exact as the list, and prepared files that cost little."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.bibliography import BROKEN_LIMIT, Bibliography
from ingest.documents import DocumentKind, Party
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

READER = Bibliography()
BIB = r"""@string{lid = "Journal of Lids"}
@comment{not an entry}

@article{moss_lids_2019,
	title = {{Lids} of {\'E}tude pots},
	author = {Moss, Ann and Reed, Jr, Bo and {The Lid Group}},
	journal = lid # " B",
	date = {2019-05-03},
	year = 2019,
	month = may,
	abstract = {A lid closes at $10^{5}$ Pa.

It closes \& opens.},
	keywords = {steam, pot},
	doi = {10.1000/LID.7},
	langid = {english},
	urldate = {2021-01-01},
	note = {my own thoughts},
	file = {/home/me/lid.pdf},
}
@inproceedings{reed2020, title="Pans", author="Bo Reed", year="2020",
 eprint={2001.01234}, archivePrefix={arXiv}}
@misc(plain, title={Pots}, year={2018}, month={10~jul})
@online{web, title={A page}, date={2017-02/2017-04}, url={https://example.org}}
@patent{us1, title={A lid}, number={US1234567}, year={1999}}
"""
RIS = """TY  - JOUR
TI  - Lids of pots
AU  - Moss, Ann
AU  - Reed, Bo
AB  - A lid closes.
It opens.
PY  - 2019
DA  - 2019/05/03/
KW  - steam
KW  - pot
DO  - 10.1000/LID.7
UR  - https://arxiv.org/abs/1901.01234
LA  - en
N1  - my own thoughts
Y2  - 2021/01/01/
ER  -

TY  - STAND
T1  - A standard of lids
PY  - 2001
ER  -
"""
SAMPLES = {"list.bib": BIB.encode(), "list.ris": RIS.replace("\n", "\r\n").encode()}


def test_a_bibtex_list_is_read_entry_by_entry(tmp_path: Path) -> None:
    path = tmp_path / "list.bib"
    first, second, third, web, patent = documents(read(READER, path, BIB))
    assert sources.detect(path).name == "bibliography"
    assert (first.key, first.kind, first.language) == ("doi:10.1000/lid.7", DocumentKind.PAPER, "en")
    assert first.title == "Lids of Étude pots"
    assert first.abstract == "A lid closes at 10^5 Pa.\n\nIt closes & opens."
    assert first.text.endswith("steam; pot")
    assert "thoughts" not in first.text
    assert "/home" not in first.text
    assert [party.name for party in first.parties] == ["Ann Moss", "Bo Reed Jr", "The Lid Group"]
    assert days(first) == [("published", "2019-05-03")]
    assert (second.key, days(second)) == ("arXiv:2001.01234", [("year-only", "2020-01-01/2020-12-31")])
    assert (third.key[:4], days(third)) == ("bib:", [("published", "2018-07-10")])
    assert (web.kind, days(web)) == (DocumentKind.REPORT, [("posted", "2017-02-01/2017-04-30")])
    assert (patent.key, patent.kind, patent.events) == ("US-1234567", DocumentKind.PATENT, ())
    check_resume(READER, path)


def test_a_ris_list_is_read_record_by_record(tmp_path: Path) -> None:
    path = tmp_path / "list.ris"
    first, second = documents(read(READER, path, SAMPLES["list.ris"]))
    assert sources.detect(path).name == "bibliography"
    assert (first.key, first.aliases, first.language) == ("doi:10.1000/lid.7", ("arXiv:1901.01234",), "en")
    assert (first.title, first.abstract) == ("Lids of pots", "A lid closes. It opens.")
    assert first.text.endswith("steam; pot")
    assert first.parties == (Party(role="author", name="Ann Moss"), Party(role="author", name="Bo Reed"))
    assert days(first) == [("published", "2019-05-03")]
    assert (second.kind, days(second)) == (DocumentKind.STANDARD, [("year-only", "2001-01-01/2001-12-31")])
    check_resume(READER, path)


def test_the_same_entry_in_two_lists_has_one_key(tmp_path: Path) -> None:
    (one,) = documents(
        read(READER, tmp_path / "a.bib", "@book{a1, title={Lids}, author={Moss, Ann}, year=1999}")
    )
    (other,) = documents(
        read(READER, tmp_path / "b.bib", '@misc{x, year="1999", author="Ann Moss", title="lids"}')
    )
    assert one.key == other.key


@pytest.mark.parametrize(
    ("fields", "found", "confidence"),
    [
        ("year = 2015, month = dec", [("published", "2015-12-01/2015-12-31")], "medium"),
        ("year = 2015, month = 13", [("year-only", "2015-01-01/2015-12-31")], "medium"),
        ("date = {2015-05}, year = 2016", [("published", "2015-05-01/2016-12-31")], "low"),
        ("year = {in press}", [], ""),
        ("urldate = {2015-01-01}", [], ""),
    ],
)
def test_a_date_is_as_exact_as_the_list(
    tmp_path: Path, fields: str, found: list[tuple[str, str]], confidence: str
) -> None:
    (document,) = documents(read(READER, tmp_path / "a.bib", f"@book{{a, title={{x}}, {fields}}}"))
    assert days(document) == found
    assert [event.confidence for event in document.events] == ([confidence] if confidence else [])


def test_broken_entries_cost_only_themselves_and_are_not_printed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = (
        "@book{a, title={x}}\n@book{b, title={secret\n@book{, title={z}}\n@book{c, title={y}}\n"
        "@book{d, year=1}\n"
    )
    with caplog.at_level(logging.DEBUG):
        items = read(READER, tmp_path / "a.bib", text)
    assert [document.title for document in documents(items)] == ["x", "y"]
    assert reasons(items) == [
        "the entry is broken: its braces or quotes do not close",
        "the entry is broken: it does not begin with a type and a key",
        "the entry has neither title nor abstract",
    ]
    assert "secret" not in caplog.text


def test_an_entry_that_states_a_field_twice_is_read(tmp_path: Path) -> None:
    (document,) = documents(read(READER, tmp_path / "a.bib", "@book{a, title={x}, title={y}, year={2001}}"))
    assert (document.title, days(document)) == ("x", [("year-only", "2001-01-01/2001-12-31")])


@pytest.mark.parametrize(
    "unit", ["{", "@a{", "@a{\n", "@a{b,\n", '"', "@a{b,t={", "@a{b,t=a#", "@string{a=\n", "\n@string{a={b}}"]
)
def test_a_prepared_list_takes_little_time(tmp_path: Path, unit: str) -> None:
    start = time.process_time()
    items = read(READER, tmp_path / "a.bib", "@article{a, title={" + unit * (1_000_000 // len(unit)))
    assert items
    assert len(reasons(items)) <= BROKEN_LIMIT + 1
    assert time.process_time() - start < 20


@pytest.mark.parametrize("unit", ["TY  - JOUR\n", "x\n", "AB  - a\n", "AU  - a\nx\n"])
def test_prepared_records_take_little_time(tmp_path: Path, unit: str) -> None:
    start = time.process_time()
    items = read(READER, tmp_path / "a.ris", "TY  - JOUR\nAB  - a\n" + unit * (1_000_000 // len(unit)))
    assert items
    assert time.process_time() - start < 20


def test_a_file_without_entries_is_a_reason(tmp_path: Path) -> None:
    assert reasons(read(READER, tmp_path / "a.bib", "nothing here")) == ["holds no entry of a reference list"]
    assert reasons(read(READER, tmp_path / "a.ris", "")) == ["is empty"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_mutated_lists_are_values(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    check_values(READER, path, mutated(SAMPLES[name], data))

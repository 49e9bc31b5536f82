"""Every real sample of paper formats at hand is read; what is expected was read by hand in the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import sources
from ingest.documents import Document
from tests.reader_checks import check_resume, days, documents, reasons

FIXTURES = Path(__file__).parents[2] / "shared" / "data" / "fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the shared samples are not on this machine")

INDEXED_2011 = ("indexed", "../2011-01-10")
LISTS = [f"sample_data__ListRecords{number}.xml" for number in ("", "2", "3", "4")]
SINGLES = ["sample_data__GetRecord.xml", "sample_data__GetRecord_utf8test.xml"]
ERRORS = {
    "badArgument": "the server answered badArgument",
    "badResumptionToken": "the server answered badResumptionToken",
    "cannotDisseminateFormat": "the server answered cannotDisseminateFormat",
    "idDoesNotExist": "the server answered idDoesNotExist",
    "noRecordsMatch": "the server answered noRecordsMatch",
    "noSetHierarchy": "the server answered noSetHierarchy",
    "undefinedError": "the server answered undefinedError",
    "Identify": "holds no record of this source",
    "ListIdentifiers": "holds no record of this source",
    "ListIdentifiers2": "holds no record of this source",
    "ListMetadataFormats": "holds no record of this source",
    "ListSets": "holds no record of this source",
}
BIBTEX = {
    "07": ("doi:10.1063/1.4938384", "2015-12-01/2015-12-31", 2),
    "14": None,
    "15": ("doi:10.1038/s42256-024-00832-8", "2024-05-01/2024-05-31", 6),
    "16": ("doi:10.1063/1.4938384", "2015-12-01/2015-12-31", 2),
    "17": ("doi:10.1101/2024.04.01.587366", "2024-04-01/2024-04-30", 6),
    "18": ("doi:10.1023/a:1007154515475", "2001-02-01/2001-02-28", 4),
    "25": None,
}
"""Number of the recorded answer: key, date, authors; None for those whose entry has no title."""


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_a_repository_is_a_deletion_and_a_record(name: str) -> None:
    path = FIXTURES / "oai_pmh" / name
    reader = sources.detect(path)
    items = list(reader.read(path))
    (document,) = documents(items)
    assert (reader.name, document.key, document.language) == ("oai-dc", "oai:test.example.com:1585322", "en")
    assert days(document) == [("year-only", "2010-01-01/2010-12-31"), INDEXED_2011]
    assert len(document.abstract) == 446
    assert len(document.parties) == 1
    assert reasons(items)[0].endswith("deleted at the source")
    check_resume(reader, path)


@pytest.mark.parametrize("name", SINGLES)
def test_a_single_record_of_a_repository_is_read(name: str) -> None:
    path = FIXTURES / "oai_pmh" / name
    (document,) = documents(list(sources.detect(path).read(path)))
    assert document.key == "oai:test.example.com:1996652"
    assert days(document) == [("year-only", "2011-01-01/2011-12-31"), ("indexed", "../2011-09-05")]
    assert (document.abstract, len(document.parties)) == ("", 1)


@pytest.mark.parametrize(("name", "reason"), ERRORS.items())
def test_an_answer_without_records_says_why(name: str, reason: str) -> None:
    path = FIXTURES / "oai_pmh" / f"sample_data__{name}.xml"
    (said,) = reasons(list(sources.detect(path).read(path)))
    assert said.startswith(reason)


def test_every_file_of_repositories_is_accounted_for() -> None:
    known = {
        *LISTS,
        *SINGLES,
        *(f"sample_data__{name}.xml" for name in ERRORS),
        "sample_data__ListRecordsBroken.xml",
    }
    assert {path.name for path in (FIXTURES / "oai_pmh").glob("*.xml")} == known


def test_every_recorded_bibtex_entry_is_read(tmp_path: Path) -> None:
    reader = sources.reader("bibliography")
    found: dict[str, tuple[str, str, int] | None] = {}
    for path in sorted((FIXTURES / "crossref").glob("*_200__*bibtex*")):
        copy = tmp_path / f"{path.stem}.bib"
        copy.write_bytes(path.read_bytes())
        assert sources.detect(copy).name == "bibliography"
        (item,) = reader.read(copy)
        number = path.name[:2]
        if isinstance(item, Document):
            found[number] = (item.key, str(item.published), len(item.parties))
        else:
            assert "neither title nor abstract" in reasons([item])[0]
            found[number] = None
    assert found == BIBTEX

"""Every recorded answer of OpenAlex, Crossref, Semantic Scholar, arXiv, against figures of the raw files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest import sources
from ingest.documents import Document, Unreadable
from tests.reader_laws import check_document, check_resume

FIXTURES = Path(__file__).parents[2] / "shared" / "data" / "fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the shared samples are not on this machine")


def read(folder: str, name: str) -> list[Document]:
    """Read one file, looking at every document's laws."""
    reader = sources.reader(name)
    found: list[Document] = []
    for path in sorted((FIXTURES / folder).iterdir()):
        if reader.recognises(path):
            assert sources.detect(path) is reader
            check_resume(reader, path)
            found += (item for item in reader.read(path) if isinstance(item, Document))
    for document in found:
        check_document(document)
    return found


def dates(document: Document) -> list[str]:
    return [f"{event.kind.value} {event.when}" for event in document.events]


# Read off the raw files: words of the abstract (positions of its index), authors, references, topics and
# distinct MeSH headings together, date as stated there, day of the record.
OPENALEX = {
    "openalex:W4408732759": (0, 6, 59, 3, "published 2025-03-01/2025-03-31", "2025-03-22"),
    "openalex:W1554322594": (0, 4, 36, 20, "year-only 2001-01-01/2001-12-31", "2016-06-24"),
    "openalex:W4381738344": (0, 0, 1, 1, "published 2023-06-23", "2023-06-24"),
    "openalex:W2033425827": (215, 4, 42, 18, "published 2015-02-07", "2016-06-24"),
    "openalex:W2109415576": (126, 5, 73, 17, "published 2014-10-27", "2016-06-24"),
    "openalex:W2277923667": (290, 2, 58, 3, "published 2015-12-21", "2016-06-24"),
    "openalex:W4389761608": (165, 6, 0, 3, "year-only 2023-01-01/2023-12-31", "2023-12-15"),
    "openalex:W4396723768": (142, 6, 57, 3, "published 2024-05-08", "2024-05-09"),
    "openalex:W4365597205": (186, 4, 0, 1, "year-only 2023-01-01/2023-12-31", "2023-04-15"),
}


def test_works_of_openalex_have_the_figures_of_their_files() -> None:
    documents = {document.key: document for document in read("openalex", "openalex")}
    figures = {
        key: (
            len(document.abstract.split()),
            len(document.parties),
            len(document.citations),
            len(document.classes),
            dates(document)[0],
            str(document.events[1].when.latest),
        )
        for key, document in documents.items()
    }
    assert figures == {key: (*row[:-2], row[-2], row[-1]) for key, row in OPENALEX.items()}
    assert "arXiv:2312.07559" in documents["openalex:W4389761608"].aliases
    assert "pmcid:PMC4234579" in documents["openalex:W2109415576"].aliases


def test_answers_of_openalex_with_selected_fields_are_reasons() -> None:
    reader = sources.reader("openalex")
    slim = [path for path in sorted((FIXTURES / "openalex").iterdir()) if "select" in path.name]
    assert len(slim) == 4
    reasons = [item for path in slim if reader.recognises(path) for item in reader.read(path)]
    assert len(reasons) == 3  # the fourth is an error page in HTML
    assert all(isinstance(item, Unreadable) and "no id" in item.reason for item in reasons)


# Read off the raw files: authors, references, those with a DOI, public date as united.
CROSSREF = {
    "doi:10.18653/v1/n18-2074": (3, 0, 0, "2018-01-01/2018-05-30"),
    "doi:10.3390/app15126636": (2, 0, 0, "None"),
    "doi:10.1063/1.4938384": (2, 57, 55, "2015-12-21"),
    "doi:10.1101/2024.04.01.587366": (6, 50, 50, "2024-04-01"),
    "doi:10.1038/s42256-024-00832-8": (6, 103, 58, "2024-05-08"),
    "doi:10.1023/a:1007154515475": (4, 38, 37, "2001-02-01/2001-02-28"),
    "doi:10.1007/s40278-023-41815-2": (0, 1, 1, "2023-06-24"),
    "doi:10.1093/jamiaopen/ooae021": (11, 48, 17, "2024-01-04/2024-02-21"),
}


def test_works_of_crossref_have_the_figures_of_their_files() -> None:
    documents = read("crossref", "crossref")
    assert len(documents) == 14
    figures = {
        document.key: (
            len(document.parties),
            len(document.citations),
            sum(bool(cited.key) for cited in document.citations),
            str(document.published),
        )
        for document in documents
    }
    assert figures == CROSSREF
    named = {document.key: document for document in documents}
    assert named["doi:10.1101/2024.04.01.587366"].work == "doi:10.1016/j.xgen.2025.100814"
    assert named["doi:10.1007/s40278-023-41815-2"].title.count(": ") == 2
    abstracts = {
        key: len(document.sections[-1].paragraphs) for key, document in named.items() if document.abstract
    }
    assert abstracts == {
        "doi:10.1063/1.4938384": 1,
        "doi:10.1101/2024.04.01.587366": 1,
        "doi:10.1038/s42256-024-00832-8": 1,
        "doi:10.1093/jamiaopen/ooae021": 4,
    }
    assert not any("<" in document.text or "jats" in document.text for document in documents)


# Read off the raw files: authors, date as stated there, other names but the digest.
SEMANTIC_SCHOLAR = {
    "s2:13756489": (8, ["published 2017-06-12"], 1),
    "s2:258059792": (6, ["published 2023-04-11"], 4),
    "s2:124514389": (2, ["published 2015-12-21"], 1),
    "s2:259225376": (0, ["published 2023-06-01/2023-06-30"], 1),
    "s2:266191420": (6, ["published 2023-12-08"], 2),
    "s2:22646521": (4, ["published 2001-02-01/2001-02-28"], 2),
    "s2:268890006": (6, ["published 2024-04-01/2024-04-30"], 3),
    "s2:256742540": (0, ["published 2023-02-01/2023-02-28"], 1),
    "s2:205284104": (4, ["published 2015-06-29"], 2),
    "s2:10888161": (5, ["published 2014-10-27"], 2),
}


def test_papers_of_semantic_scholar_have_the_figures_of_their_files() -> None:
    documents = read("semanticscholar", "semantic-scholar")
    assert len(documents) == 22
    dated = [document for document in documents if document.events]
    assert len(documents) - len(dated) == 4  # asked without dates
    figures = {d.key: (len(d.parties), dates(d), len(d.aliases) - 1) for d in dated}
    assert figures == SEMANTIC_SCHOLAR


def test_recorded_errors_of_semantic_scholar_are_reasons() -> None:
    reader = sources.reader("semantic-scholar")
    paths = [path for path in sorted((FIXTURES / "semanticscholar").iterdir()) if "_404_" in path.name]
    found = [item for path in paths for item in reader.read(path)]
    assert len(found) == 3
    assert all(isinstance(item, Unreadable) and "not found" in item.reason for item in found)


def test_answers_of_arxiv_keep_their_documents(tmp_path: Path) -> None:
    reader = sources.reader("arxiv")
    documents: list[Document] = []
    for path in sorted((FIXTURES / "arxiv_atom").glob("*.json")):
        answer = tmp_path / f"{path.stem}.xml"
        answer.write_text(json.loads(path.read_text(encoding="utf-8"))["body"], encoding="utf-8")
        assert sources.detect(answer) is reader
        documents += (item for item in reader.read(answer) if isinstance(item, Document))
    assert len(documents) == 221
    assert sum(bool(document.aliases) for document in documents) == 60
    assert all(document.published and document.abstract for document in documents)

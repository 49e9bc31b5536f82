"""Publication numbers of every real record at hand: keys stay, and forms side by side are one."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from ingest import sources, uspto_biblio
from ingest.documents import Document, Origin
from ingest.errors import NumberFormError
from ingest.jsonl import document
from ingest.numbers import parse_publication, without_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parents[2] / "shared" / "data"
shared = pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")


def held(country: str, number: str, kind: str) -> str:
    """Return the key that workspaces of before `ingest.numbers` hold."""
    compact = re.sub(r"[^0-9A-Z]", "", number.upper())
    if compact.startswith(country):
        compact = re.sub(r"^[A-Z]{2}(?=[0-9])", "", compact)
    match = re.fullmatch(r"([A-Z]*)0*(\d+)", compact)
    kind = {"S": "S1", "E": "E1", "H": "H1"}.get(kind, kind) if country == "US" else kind
    return f"{country}-{match[1]}{match[2]}-{kind}" if match and kind and country else ""


@shared
def test_keys_that_workspaces_hold_stay_except_foreign_ones_of_several_forms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: set[tuple[str, str, str]] = set()
    read = uspto_biblio.key_of

    def noted(*parts: str) -> str:
        seen.add(parts)  # type: ignore[arg-type]
        return read(*parts)

    monkeypatch.setattr(uspto_biblio, "key_of", noted)
    reader = sources.reader("uspto-xml")
    files, _ = sources.expand([DATA / "fixtures" / name for name in ("uspto_xml", "uspto_xml_bulk")], reader)
    assert sum(isinstance(item, Document) for path in files for item in reader.read(path)) > 860
    changed = Counter(parts[0] for parts in seen if (old := held(*parts)) and read(*parts) != old)
    assert sum(parts[0] == "US" for parts in seen) > 20_000
    assert set(changed) <= {"WO", "JP", "KR", "DE"}, changed
    for country, number, kind in seen:
        try:
            found = parse_publication(number, country, kind)
        except NumberFormError as error:
            assert "application" in error.reason, (country, number)  # noqa: PT017
            continue
        assert parse_publication(found.key).key == found.key
        assert parse_publication(found.docdb).key == found.key
        assert parse_publication(found.printed).key == found.key, found


@shared
@pytest.mark.parametrize(
    "name",
    [
        "corpora/patents_fulltext_claims.jsonl.gz",
        "corpora/patents_fulltext_descriptions.jsonl.gz",
        "corpora/pap2pat_patents.jsonl.gz",
        "bench/patent_citations/corpus.jsonl.gz",
        "bench/pap2pat_paper2patent/corpus.jsonl.gz",
    ],
)
def test_identifiers_of_the_corpora_keep_their_keys(name: str) -> None:
    place = Origin(source="jsonl", file=name, offset=0, sha256="")
    refused = 0
    with gzip.open(DATA / name, "rt", encoding="utf-8") as file:
        for position, line in enumerate(file):
            record = json.loads(line)
            identifier, code = record.get("id") or record["_id"], record.get("kind_code", "")
            if code or position % 7 == 0:
                number = re.fullmatch(r"US-?((?:D|PP|RE|H|T)?\d{4,11})", identifier)
                short = {"id": identifier, "kind_code": code, "abstract": "A text."}
                key = f"US-{number[1]}-{code}" if number and code else identifier
                assert document(short, place).key == key
            for cited in (identifier, *(cited["id"] for cited in record.get("cites", ()))):
                try:
                    found = parse_publication(cited)
                except NumberFormError as error:
                    assert cited.startswith("WO"), error  # noqa: PT017 - three slips of the samples
                    refused += 1
                    continue
                assert parse_publication(found.docdb) == parse_publication(found.printed) == found
    assert refused <= 3


def _references(*names: str) -> Iterator[tuple[str, list[tuple[str, str, str, str]]]]:
    """Yield each reference of the recorded answers with the forms in it: type, country, number, kind."""
    for path in sorted((DATA / "fixtures" / "epo_ops").glob("*.xml")):
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True, resolve_entities=False))
        if root is None:
            continue  # an error page
        for element in root.iter(*(f"{{*}}{name}" for name in names)):
            forms = []
            for found in element.iterfind("{*}document-id"):
                country, number, kind = (
                    (found.findtext(f"{{*}}{part}") or "").strip()
                    for part in ("country", "doc-number", "kind")
                )
                forms.append((found.get("document-id-type") or "", country, number, kind))
            yield path.name, forms


@shared
def test_forms_side_by_side_in_a_record_of_the_epo_have_one_key() -> None:
    together = 0
    for name, forms in _references("publication-reference", "patcit"):
        numbers = [parse_publication(number, country, kind) for _, country, number, kind in forms]
        assert len({without_kind(number.key) for number in numbers}) <= 1, (name, forms)
        for (form, country, written, kind), number in zip(forms, numbers, strict=True):
            if form == "docdb" and kind:
                assert number.docdb == f"{country} {written} {kind}"
                epodoc = [other[2] for other in forms if other[0] == "epodoc" and not other[3]]
                assert epodoc in ([], [number.epodoc])
                together += len(epodoc)
    assert together > 250

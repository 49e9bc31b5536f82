"""The bundled demo: shipped files are what the sources make, and the truth table holds in the texts."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
import yaml
from lxml import etree

from tests.demo_source import build, records

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tests.demo_source.records import Entry

README = (build.SOURCE / "README.md").read_text(encoding="utf-8")
DISCLOSURES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
    for path in sorted((build.DEMO / "disclosures").glob("*.md"))
}
# What a text must contain to state a limitation with its numbers: alternatives inside, all patterns needed.
DRIP_VALVE = {
    "a": (r"\b15 (cm )?and ((at )?a depth of )?40 cm|15 cm and a (lower|deep)[\w ]+ at a depth of 40 cm",),
    "b": (r"\b(six hours|6 hours)\b", r"rate|slope|drying line|straight line"),
    "c": (r"\b18 percent by volume",),
    "d": (r"\b40 ms\b", r"\b30 minutes (ahead|before)|half an hour earlier"),
    "e": (r"(risen|increased|rise) by 1\.5 percentage points",),
    "f": (r"more than two (flow )?pulses", r"\b30 seconds", r"(at most )?three (times|repetitions)"),
    "w": (r"once (every 60 seconds|a minute)", r"below 1 GHz|868"),
}
BATTERY_PLATE = {
    "a": (r"roll-bonded", r"\b0\.8 mm", r"serpentine"),
    "b": (r"dimples", r"\b1\.2 mm", r"\b12 mm\b", r"\b6 mm\b.*middle|middle.*\b6 mm\b"),
    "c": (r"pockets|cartridges", r"(wax|material)[\w ]* (melts|melting) between 36 °C and 40 °C"),
    "d": (r"expanded graphite", r"\b(120 to 180|150) kg/m³", r"soaked|contain"),
    "e": (r"four-way valve", r"more than 3 K|exceeds 3 K", r"\b90 (s|seconds)\b"),
    "f": (r"less than 0\.1 K per minute", r"40 percent"),
    "w": (r"full speed", r"(exceeds|above) 42 °C"),
}
# Limitations that no document shows before the critical date, traps included or not.
NOWHERE = {
    "gripper-skin": (r"fluoresc", r"ultraviolet", r"\bglow"),
    "distillation-schedule": (r"withh[oe]ld", r"readmit", r"cooling-off"),
}
# Other words under which the same might have slipped in.
NOWHERE_EITHER = {
    "gripper-skin": r"\bUV\b|black light|luminesc|phosphor|\bdye|pigment|witness layer",
    "distillation-schedule": r"suspend|quarantin|set aside|put back|half its (drawing )?probability",
}


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    return {entry.id: entry for entry in records.read_entries(build.SOURCE)}


def _text(entry: Entry) -> str:
    return "\n".join((entry.title, entry.abstract, *entry.claims, *(block.text for block in entry.blocks)))


def _states(text: str, patterns: tuple[str, ...]) -> bool:
    return all(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _shown(
    entries: dict[str, Entry], truth: dict[str, tuple[str, ...]], before: date | None
) -> dict[str, frozenset[str]]:
    """Which limitations each document states; given a date, only documents of a day before it."""
    return {
        entry.id: frozenset(letter for letter, patterns in truth.items() if _states(_text(entry), patterns))
        for entry in entries.values()
        if before is None or (len(entry.published) > 4 and entry.published < before.isoformat())
    }


def test_shipped_files_are_what_the_sources_make(entries: dict[str, Entry], tmp_path: Path) -> None:
    made = build.build(tmp_path)
    assert sum(made.values()) < build.LIMIT
    shipped = {
        path.relative_to(build.DEMO).as_posix()
        for folder in ("corpus", "disclosures")
        for path in (build.DEMO / folder).rglob("*")
        if path.is_file() and path.suffix not in {".md", ".py"}
    }
    assert shipped == set(made)
    for name in made:
        assert _content(tmp_path / name) == _content(build.DEMO / name), f"{name} is stale: build the demo"
    assert len(entries) == 88


def _content(path: Path) -> object:
    """The bytes, or the members of an archive, because deflated bytes depend on the library."""
    if path.suffix in {".zip", ".docx"}:
        with zipfile.ZipFile(path) as archive:
            return [(item.filename, item.date_time, archive.read(item)) for item in archive.infolist()]
    return path.read_bytes()


def test_a_second_build_gives_the_same_bytes(entries: dict[str, Entry]) -> None:
    ordered = tuple(entries.values())
    assert build.corpus_files(ordered) == build.corpus_files(ordered)


def test_every_document_of_the_archives_is_well_formed_and_dated(entries: dict[str, Entry]) -> None:
    files = build.corpus_files(tuple(entries.values()))
    for name, number in (("ipg_demo", "us-patent-grant"), ("ipa_demo", "us-patent-application")):
        with zipfile.ZipFile(io.BytesIO(files[f"{name}.zip"])) as archive:
            glued = archive.read(f"{name}.xml")
        documents = [b"<?xml" + piece for piece in glued.split(b"<?xml")[1:]]
        patents = [entry for entry in entries.values() if entry.format == number.removeprefix("us-patent-")]
        assert len(documents) == len(patents)
        for document in documents:
            root = etree.fromstring(document)
            assert root.tag == number
            identity = root.find(".//publication-reference/document-id")
            assert identity is not None
            country, digits, kind, day = (item.text or "" for item in identity)
            entry = entries[f"{country}-{digits}-{kind}"]
            assert day == entry.published.replace("-", "")
            assert len(root.findall("claims/claim")) == len(entry.claims)
            first = root.findall("claims/claim")[0]
            words = etree.tostring(first, method="text", encoding="unicode").split()
            assert " ".join(words) == f"1. {entry.claims[0]}"


def test_the_readme_names_only_documents_that_exist_and_all_of_them(entries: dict[str, Entry]) -> None:
    assert set(records.IDENTIFIER.findall(README)) == set(entries)


def test_traps_are_on_or_after_the_critical_date_or_dated_by_the_year(entries: dict[str, Entry]) -> None:
    for section in README.split("\n## ")[1:]:
        found = re.match(r"D\d `([\w-]+)\.md`, critical date (\S+)", section)
        if found is None:
            continue
        critical = DISCLOSURES[found[1]]["critical_date"]
        assert critical.isoformat() == found[2]
        traps = [entries[key] for key in re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)]
        days = sorted(trap.published for trap in traps)
        assert days[0] == str(critical.year)
        assert days[1] == critical.isoformat()
        late = next(trap for trap in traps if trap.published == days[2])
        assert late.published > critical.isoformat() > late.filed > ""


def test_one_document_before_the_date_shows_the_whole_drip_valve(entries: dict[str, Entry]) -> None:
    shown = _shown(entries, DRIP_VALVE, DISCLOSURES["drip-valve"]["critical_date"])
    assert [key for key, letters in shown.items() if letters == set(DRIP_VALVE)] == ["US-9901085-B2"]


def test_only_one_pair_before_the_date_shows_the_whole_battery_plate(entries: dict[str, Entry]) -> None:
    shown = _shown(entries, BATTERY_PLATE, DISCLOSURES["battery-plate"]["critical_date"])
    whole = set(BATTERY_PLATE)
    assert all(letters != whole for letters in shown.values())
    pairs = [
        set(pair) for pair in itertools.combinations(shown, 2) if shown[pair[0]] | shown[pair[1]] == whole
    ]
    assert pairs == [{"US-9902026-B2", "US-20200290015-A1"}]


def test_without_a_date_the_traps_would_show_the_whole_battery_plate(entries: dict[str, Entry]) -> None:
    shown = _shown(entries, BATTERY_PLATE, None)
    traps = {"US-9902109-B2", "US-20240290049-A1", "demo-note-202"}
    assert {key for key, letters in shown.items() if letters == set(BATTERY_PLATE)} == traps


@pytest.mark.parametrize("name", sorted(NOWHERE))
def test_the_new_limitation_of_a_disclosure_is_in_no_document(entries: dict[str, Entry], name: str) -> None:
    text = (build.DEMO / "disclosures" / f"{name}.md").read_text(encoding="utf-8").lower()
    for word in NOWHERE[name]:
        assert re.search(word, text)
    pattern = re.compile("|".join((*NOWHERE[name], NOWHERE_EITHER[name])), re.IGNORECASE)
    assert [entry.id for entry in entries.values() if pattern.search(_text(entry))] == []


def test_every_disclosure_has_the_headings_and_facts_that_intake_reads() -> None:
    assert len(DISCLOSURES) == 4
    for name, facts in DISCLOSURES.items():
        assert {"title", "inventors", "critical_date", "field", "shown_to_anyone"} <= facts.keys()
        text = (build.DEMO / "disclosures" / f"{name}.md").read_text(encoding="utf-8")
        wanted = ("What it is", "Problem", "How it works", "Claim", "Variants", "Example")
        places = [text.index(f"\n## {heading}\n") for heading in wanted]
        assert places[0] == min(places), name


def test_dates_that_no_office_would_give_are_refused(tmp_path: Path) -> None:
    entry = {
        "format": "application", "id": "US-20200190999-A1", "title": "t", "abstract": "a",
        "published": "2020-09-17", "filed": "2019-03-14", "priority": "2018-03-15", "classes": ["A01G25/16"],
        "people": ["Nobody Real"], "claims": ["A valve."],
    }  # fmt: skip
    (tmp_path / "irrigation").mkdir()
    for change, named in (
        ({}, "not 18 months"),
        ({"priority": "2018-03-01"}, "priority 2018-03-01 was lost"),
        ({"priority": "", "id": "US-20210190999-A1"}, "another year"),
    ):
        text = yaml.safe_dump([{**entry, **change}])
        (tmp_path / "irrigation" / "x.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(records.DemoSourceError, match=named):
            records.read_entries(tmp_path)


def test_a_citation_of_something_newer_is_refused(tmp_path: Path) -> None:
    older = {
        "format": "jsonl", "id": "demo-note-1", "title": "t", "abstract": "a", "published": "2020-01-02",
        "classes": ["A01G25/16"], "people": ["Nobody Real"], "cites": ["demo-note-2"],
    }  # fmt: skip
    newer = {**older, "id": "demo-note-2", "published": "2021-01-02", "cites": []}
    folder = tmp_path / "irrigation"
    folder.mkdir()
    (folder / "x.yaml").write_text(yaml.safe_dump([older, newer]), encoding="utf-8")
    with pytest.raises(records.DemoSourceError, match="demo-note-1: it refers to demo-note-2, which was not"):
        records.read_entries(tmp_path)

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.bench.planted import EACH, FILES, planted, sources

if TYPE_CHECKING:
    from pathlib import Path

_CLAIM = (
    "1. A {thing}, comprising: a {thing} housing with a hinged lid and a drain; a copper spring pressing the "
    "lid against a rubber seal; and a lever that lifts the {thing} lid when a pedal is trodden on."
)


def _record(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of any field
    thing = f"gadget{number}"
    return {
        "id": f"US{number}",
        "title": thing,
        "abstract": f"The {thing} opens by itself.",
        "claims": [_CLAIM.format(thing=thing)],
        "description": f"A {thing} is described.",
        **more,
    }


def _write(folder: Path, *files: list[dict[str, Any]]) -> Path:
    for name, records in zip(FILES, files, strict=True):
        with gzip.open(folder / name, "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(record) + "\n" for record in records)
    return folder


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    with_classes = [
        _record(number, cpc=[f"A47K {number}/20", "B01D 1/00"][: number % 3]) for number in range(9)
    ]
    return _write(tmp_path, with_classes, [_record(number) for number in range(20, 25)])


def test_a_feature_is_a_limitation_word_for_word_and_never_a_preamble(corpora: Path) -> None:
    for source in sources(corpora):
        assert len(source.limitations) >= 2
        for piece in source.limitations:
            assert piece in " ".join(source.claims[0].split())
            assert not piece.startswith("A gadget")


def test_a_patent_with_less_than_two_limitations_is_no_source(tmp_path: Path) -> None:
    poor = _record(1, claims=["1. A gadget."])
    assert [source.id for source in sources(_write(tmp_path, [poor], [_record(2)]))] == ["US2"]


def test_the_same_seed_plants_the_same_and_another_seed_others(corpora: Path) -> None:
    among = sources(corpora)
    assert planted(among, 20, 5) == planted(among, 20, 5)
    assert planted(among, 20, 5) != planted(among, 20, 6)


def test_no_pair_is_drawn_twice_and_all_features_are_of_the_two_patents(corpora: Path) -> None:
    among = {source.id: source for source in sources(corpora)}
    made = planted(tuple(among.values()), 60, 5)
    assert len({frozenset(each.sources) for each in made}) == 60
    for each in made:
        one, other = (among[key] for key in each.sources)
        assert set(each.features) <= {*one.limitations, *other.limitations}
        for source in (one, other):
            taken = [text for text in each.features if text in source.limitations]
            assert len(taken) >= 2
        assert len(each.features) <= 2 * EACH


def test_near_patents_share_a_class(corpora: Path) -> None:
    among = {source.id: source for source in sources(corpora)}
    for each in planted(tuple(among.values()), 10, 5, near=True):
        one, other = (among[key] for key in each.sources)
        assert one.classes & other.classes


@pytest.mark.parametrize("near", [False, True])
def test_more_disclosures_than_pairs_are_refused(corpora: Path, *, near: bool) -> None:
    with pytest.raises(ValueError, match="pairs of patents, 1000 wanted"):
        planted(sources(corpora), 1000, 5, near=near)

"""The best passages of a search are scored again, by the document encoder or by a cross-encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.errors import CrossEncoderMissingError, CrossEncoderRefusedError
from index.model_folder import packaged
from index.reranker import CrossRescorer
from pipeline import evaluation
from pipeline.corpus import Corpus, Method
from pipeline.evaluation_records import CROSS
from pipeline.rescoring import rescore
from pipeline.workspace import Workspace
from tests.cross_encoder import model
from tests.hash_encoder import HashEncoder
from tests.small_corpus import open_corpus, run, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

QUERY = "soil moisture sensor"


@pytest.fixture(scope="module")
def cross(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model(tmp_path_factory.mktemp("cross"), 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rescoring")
    corpus = open_corpus(made / "w")
    run(corpus, write_lines(made / "a.jsonl", range(30)))
    corpus.close()
    corpus.store.close()
    return made / "w"


@pytest.fixture
def plain(folder: Path) -> Iterator[Corpus]:
    corpus = open_corpus(folder)
    yield corpus
    corpus.close()
    corpus.store.close()


def with_method(corpus: Corpus, method: Method) -> Corpus:
    return Corpus(corpus.store, corpus.folder, corpus.encoders, method=method)


def test_a_passage_is_compared_with_the_vector_that_is_given() -> None:
    texts = {(4, 0): "a valve", (4, 2): "a pump", (6, 1): "soil"}
    asked: list[Mapping[int, Sequence[int]]] = []

    def held(wanted: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], str]:
        asked.append(wanted)
        return texts

    encoder = HashEncoder()
    vector = encoder.encode(["soil valve"], query=True)[0]
    again = rescore(held, encoder, None)
    found = again.score("not looked at", vector, {4: [0, 2], 6: [1], 8: [0]})
    expected = encoder.encode([*texts.values()]) @ vector
    assert again.cosines
    assert asked == [{4: [0, 2], 6: [1], 8: [0]}]
    assert found == {
        4: {0: pytest.approx(expected[0], abs=1e-5), 2: pytest.approx(expected[1], abs=1e-5)},
        6: {1: pytest.approx(expected[2], abs=1e-5)},
    }
    assert rescore(lambda _: {}, encoder, None).score("valve", vector, {}) == {}


def test_a_cross_encoder_reads_the_query_or_what_is_liked_instead(cross: Path) -> None:
    texts = {(4, 0): "a valve", (6, 1): "soil"}
    vector = np.zeros(4, np.float32)
    scorer = CrossRescorer(cross)
    again = rescore(lambda _: texts, HashEncoder(), scorer, instead="an example")
    assert not again.cosines
    for query, read in (("a query", "a query"), (" ", "an example")):
        expected = scorer.rescore(read, [*texts.values()])
        found = again.score(query, vector, {4: [0], 6: [1]})
        assert [found[4][0], found[6][1]] == pytest.approx(expected, abs=1e-5)


def test_a_search_shows_the_passage_that_the_cross_encoder_puts_first(
    plain: Corpus, cross: Path, tmp_path: Path
) -> None:
    scorer = CrossRescorer(cross, cache=tmp_path / "pairs")
    corpus = with_method(plain, Method(cross=scorer))
    found = corpus.search(QUERY, limit=20)
    assert {hit.key for hit in found} == {hit.key for hit in plain.search(QUERY, limit=20)}
    assert found != plain.search(QUERY, limit=20)
    assert [*(tmp_path / "pairs").iterdir()]
    assert corpus.search(QUERY, limit=20) == found
    fresh = CrossRescorer(cross, cache=tmp_path / "pairs")
    again = with_method(plain, Method(cross=fresh))
    assert again.search(QUERY, limit=20) == found
    assert fresh._model is None, "what is kept needs no model"
    corpus.close()
    again.close()


def test_without_passages_or_with_words_alone_no_cross_encoder_is_asked(
    plain: Corpus, tmp_path: Path
) -> None:
    corpus = with_method(plain, Method(cross=CrossRescorer(tmp_path / "nowhere")))
    assert corpus.search(QUERY, passages=0) == plain.search(QUERY, passages=0)
    assert corpus.search(QUERY, mode="words") == plain.search(QUERY, mode="words")
    with pytest.raises(CrossEncoderMissingError, match="nowhere"):
        corpus.search(QUERY)
    off = with_method(plain, Method(cross=CrossRescorer(tmp_path / "nowhere"), rescore=False))
    assert off.search(QUERY)


def test_an_evaluation_notes_which_cross_encoder_it_measured(plain: Corpus, cross: Path) -> None:
    scorer = CrossRescorer(cross)
    noted = evaluation.described(with_method(plain, Method(cross=scorer))).models
    assert noted[f"{CROSS}{cross.name}"] == scorer.sha256
    assert len(scorer.sha256) == 64
    without = evaluation.described(plain).models
    assert {name: mark for name, mark in noted.items() if not name.startswith(CROSS)} == without


def test_a_workspace_takes_the_cross_encoder_from_its_settings(cross: Path, tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "w") as workspace:
        assert workspace.corpus.method.cross is None
    file = tmp_path / "w" / "antedate.toml"
    file.write_text(f'[search]\ncross_encoder = "{cross}"\n')
    with Workspace.open(tmp_path / "w") as workspace:
        scorer = workspace.corpus.method.cross
        assert scorer is not None
        assert scorer.sha256 == CrossRescorer(cross).sha256
        assert scorer.rescore("a", ["b"]).shape == (1,)
        assert [*(tmp_path / "w" / "cache" / "pairs").iterdir()]
    file.write_text(f'[search]\ncross_encoder = "{packaged()}"\n')
    with Workspace.open(tmp_path / "w") as workspace:
        scorer = workspace.corpus.method.cross
        assert scorer is not None
        with pytest.raises(CrossEncoderRefusedError, match=r"search\.cross_encoder"):
            scorer.rescore("a", ["b"])
    file.write_text('[search]\ncross_encoder = "an/unknown-name"\n')
    with Workspace.open(tmp_path / "w") as workspace:
        scorer = workspace.corpus.method.cross
        assert scorer is not None
        with pytest.raises(CrossEncoderMissingError, match="nothing is fetched"):
            scorer.rescore("a", ["b"])

"""The making of the passage encoder, on a small corpus of our own."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.pieces import Pieces
from index.static_encoder import StaticEncoder
from index.training import data, learning, pairs, saving, vocabulary
from index.training.batches import Batch, Drawing
from index.training.train import Recipe, train
from tests.hash_encoder import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PARTS = {
    "valve": "seal housing spring rotary ceramic pressure fluid leak shaft stem".split(),  # noqa: SIM905
    "battery": "lithium cell charge current anode cathode voltage pack cooling drive".split(),  # noqa: SIM905
    "antenna": "signal radio beam frequency array phase receiver noise carrier band".split(),  # noqa: SIM905
    "enzyme": "protein substrate cell binding residue expression peptide assay dose gene".split(),  # noqa: SIM905
}
TOPICS = list(PARTS)


def _prose(topic: str, words: int, rng: np.random.Generator) -> str:
    chosen = rng.choice([*PARTS[topic], topic, "the", "a", "of", "and"], words)
    return " ".join(chosen) + "."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return data in the layout of the real ones, all invented."""
    rng = np.random.default_rng(7)
    light = [
        {"id": f"P{at}", "kind": "paper", "title": _prose(TOPICS[at % 4], 6, rng),
         "abstract": _prose(TOPICS[at % 4], 90, rng)}
        for at in range(160)
    ]  # fmt: skip
    light += [
        {"id": f"RFC{number}", "kind": "rfc", "title": "late protocol", "abstract": f"secret{number} " * 80}
        for number in (6999, 7000)
    ]
    full: list[dict[str, object]] = [
        {"id": f"US{at}", "kind": "patent", "title": _prose(TOPICS[at % 4], 5, rng),
         "abstract": _prose(TOPICS[at % 4], 70, rng), "description": _prose(TOPICS[at % 4], 900, rng),
         "claims": ["1. A device; " + "; ".join(_prose(TOPICS[at % 4], 8, rng) for _ in range(3))]}
        for at in range(12)
    ]  # fmt: skip
    corpus: list[dict[str, object]] = [
        {"_id": "US5", "title": full[5]["title"], "text": full[5]["abstract"]},
        {"_id": "US900", "title": "asked test", "text": "secretquery " * 70},
        {"_id": "US901", "title": "asked: TEST", "text": "secretquery  " * 70},
        {"_id": "US902", "title": "", "text": _prose("valve", 80, rng)},
    ]
    ready: list[dict[str, object]] = [
        {
            "type": "rfc_cites_rfc",
            "a": "late. x",
            "b": "early",
            "a_id": "RFC8100",
            "b_id": "RFC1",
            "score": 1.0,
        },
        {
            "type": "rfc_cites_rfc",
            "a": "old one",
            "b": "early",
            "a_id": "RFC6000",
            "b_id": "RFC1",
            "score": 1.0,
        },
        {"type": "claim_paper_scifact", "a": "claimed", "b": "found", "score": 1.0},
        {"type": "patent_phrase", "a": "valve", "b": "rotary valve", "score": 0.75},
        {"type": "patent_phrase", "a": "valve", "b": "gene", "score": 0.25},
        {"type": "patent_family", "a": "one", "b": "two", "a_id": "US900", "b_id": "US3", "score": 1.0},
    ]
    _write(tmp_path / "corpora" / "light.jsonl.gz", light)
    _write(tmp_path / "corpora" / "patents_fulltext_claims.jsonl.gz", full)
    for name in ("patents_fulltext_descriptions", "pap2pat_patents", "pap2pat_papers"):
        _write(tmp_path / "corpora" / f"{name}.jsonl.gz", [])
    _write(tmp_path / "corpora" / "train_pairs.jsonl.gz", ready)
    bench = tmp_path / "bench"
    _write(bench / "patent_citations" / "corpus.jsonl.gz", corpus)
    asked = [{"_id": "US900", "text": "Asked test. " + "secretquery " * 70}]
    _write(bench / "patent_citations" / "queries.jsonl.gz", asked)
    _write(bench / "rfc_citations" / "queries.jsonl.gz", [{"_id": "RFC9000", "text": "a question"}])
    for name, split, line in (
        ("patent_citations", "test_intext", "US900\tUS5\t1"),
        ("patent_citations", "train_intext", "US900\tUS5\t1"),
        ("rfc_citations", "test", "RFC9000\tRFC1\t1"),
    ):
        path = bench / name / "qrels" / f"{split}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"query-id\tcorpus-id\tscore\n{line}\n", encoding="utf-8")
    return tmp_path


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


SMALL = Recipe(pieces=400, dim=24, epochs=6, batch=64, seed=5)


def test_training_twice_gives_the_same_bits(folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert train(folder, first, SMALL, HashEncoder()) == train(folder, second, SMALL, HashEncoder())
    assert (first / "tokenizer.json").read_bytes() == (second / "tokenizer.json").read_bytes()
    other = Recipe(pieces=400, dim=24, epochs=6, batch=64, seed=6)
    assert train(folder, tmp_path / "third", other) != train(folder, second, SMALL)


def test_what_is_trained_tells_subjects_apart(folder: Path, tmp_path: Path) -> None:
    train(folder, tmp_path / "out", SMALL)
    rng = np.random.default_rng(11)
    texts = [_prose(topic, 12, rng) for topic in TOPICS for _ in range(20)]
    vectors = StaticEncoder(tmp_path / "out").encode(texts)
    scores = vectors @ vectors.T - 2 * np.eye(len(texts))
    nearest = scores.argmax(axis=1) // 20
    assert (nearest == np.arange(len(texts)) // 20).mean() > 0.9


def test_a_table_can_start_from_what_a_sentence_encoder_says() -> None:
    rng = np.random.default_rng(1)
    told = (rng.standard_normal((50, 8)) * np.arange(8, 0, -1)).astype(np.float32)
    seen = np.full(50, 3)
    table = learning.start(seen, 12, rng, told)
    assert not table[0].any()
    assert not table[:, 8:].any()
    centred = told - told.mean(axis=0)
    ours, theirs = (one[1:] @ one[1:].T for one in (table, centred))
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.999
    spread = table[1:].std(axis=0)[:8]
    assert (np.diff(spread) < 0).all(), "the main axis comes first"


def test_what_a_benchmark_asks_is_not_learned_from(folder: Path) -> None:
    without = data.excluded(folder)
    documents = list(data.documents(folder, without))
    names = [document.id for document in documents]
    assert len(set(names)) == len(names) == 160 + 1 + 12 + 1
    assert {"RFC7000", "US900", "US901"}.isdisjoint(names)
    assert {"RFC6999", "US902"} <= set(names)
    assert next(one for one in documents if one.id == "US5").description, "the fuller record is used"
    kept = list(data.pairs(folder, without))
    assert [(pair.kind, pair.a) for pair in kept] == [
        ("rfc_cites_rfc", "old one"),
        ("patent_phrase", "valve"),
    ]


def test_a_vocabulary_cuts_as_the_tokenizer_cuts(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    texts = [_prose(topic, 200, rng) for topic in TOPICS] + ["Überdruckventil x² " * 4, "valves valving " * 9]
    counts = vocabulary.count_words(texts)
    assert counts["uberdruckventil"] == 4
    pieces = vocabulary.chosen(counts, 120)
    numbers = vocabulary.numbered(counts, pieces)
    assert len(numbers) <= 120
    assert numbers[vocabulary.UNKNOWN] == 0
    path = tmp_path / "tokenizer.json"
    path.write_text(vocabulary.described(numbers), encoding="utf-8")
    words = sorted(counts)
    ids, sizes = Pieces(path).bags(words)
    bounds = [0, *np.cumsum(sizes).tolist()]
    for word, (start, end) in zip(words, pairwise(bounds), strict=True):
        assert [numbers[piece] for piece in vocabulary.cut(word, pieces)] == ids[start:end].tolist()


def test_a_vocabulary_does_not_depend_on_the_order_of_texts() -> None:
    rng = np.random.default_rng(4)
    texts = [_prose(topic, 100, rng) for topic in TOPICS]
    assert vocabulary.learn(texts, 90) == vocabulary.learn(texts[::-1], 90)


def _groups(folder: Path, tmp_path: Path) -> tuple[NDArray[np.int32], list[pairs.Group], int]:
    without = data.excluded(folder)
    path = tmp_path / "tokenizer.json"
    texts = (document.abstract for document in data.documents(folder, without))
    path.write_text(vocabulary.learn(texts, 300), encoding="utf-8")
    pieces = Pieces(path)
    flat, groups = pairs.build(data.documents(folder, without), data.pairs(folder, without), pieces)
    return flat, groups, pieces.count


def test_every_sort_of_pair_is_made(folder: Path, tmp_path: Path) -> None:
    flat, groups, _ = _groups(folder, tmp_path)
    sizes = {group.name: len(group) for group in groups}
    assert {"claim", "element", "passage", "cloze-passage", "title-paper", "halves-patent"} <= set(sizes)
    assert sizes["title-paper"] == 160
    assert sizes["claim"] == 12
    assert "secretquery" not in json.dumps(sizes)
    for group in groups:
        assert (group.a[:, 1] > group.a[:, 0]).all()
        assert max(group.a.max(), group.b.max()) <= len(flat)


def test_parts_of_a_text_do_not_overlap(folder: Path, tmp_path: Path) -> None:
    flat, groups, count = _groups(folder, tmp_path)
    drawing = Drawing(flat, groups, count, size=64, drop=0.0, longest=10_000)
    for group in groups:
        rows = np.arange(min(len(group), 20))
        counts = drawing.batch(group, rows, np.random.default_rng(1)).counts.toarray()
        whole = np.stack([np.bincount(flat[start:end], minlength=count) for start, end in group.b[rows]])
        a, b = counts[: len(rows)], counts[len(rows) :]
        assert np.array_equal(b if group.mode == "pair" else a + b, whole), group.name
        assert a.sum(axis=1).min() > 0


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(2)
    counts = csr_matrix(rng.integers(0, 3, (12, 9)).astype(np.float32))
    keys = np.array([0, 1, 2, 2, 4, 5])
    batch = Batch(counts, keys, keys + 100 * (np.arange(6) == 5))
    table = rng.standard_normal((9, 4)).astype(np.float32)
    slope = _gradient(table, batch)
    for row, column in ((1, 0), (4, 2), (8, 3)):
        step = np.zeros_like(table)
        step[row, column] = 1e-2
        change = _loss(table + step, batch) - _loss(table - step, batch)
        assert change / 2e-2 == pytest.approx(slope[row, column], rel=0.02, abs=2e-3)


def _loss(table: NDArray[np.float32], batch: Batch) -> float:
    return learning.Learner(table.copy(), 10, learning.Rates()).step(batch)


def _gradient(table: NDArray[np.float32], batch: Batch) -> NDArray[np.float32]:
    learner = learning.Learner(table.copy(), 10, learning.Rates())
    learner.step(batch)
    slope: NDArray[np.float32] = learner._first.mul(10).numpy()
    return slope  # Adam's first memory after one step


def test_rounding_to_the_grid_keeps_directions() -> None:
    table = np.random.default_rng(1).standard_normal((500, 32)).astype(np.float32) * 37
    rounded = saving.on_grid(table).astype(np.float64)
    assert np.abs(rounded * 512).max() == saving.MOST
    cosine = (rounded * table).sum(axis=1) / np.linalg.norm(rounded, axis=1) / np.linalg.norm(table, axis=1)
    assert cosine.min() > 0.9999

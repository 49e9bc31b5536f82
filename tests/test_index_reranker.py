"""Candidate passages are scored again, by a bi-encoder or by a tiny cross-encoder made here."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.errors import EncoderMissingError, EncoderRefusedError
from index.model_folder import packaged
from index.reranker import CrossRescorer, Rescorer
from tests.hash_encoder import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["a valve with a seal", "a pump", "a seal for a valve of steel " * 90, ""]


def model(folder: Path, outputs: int) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config.num_labels = outputs
    BertForSequenceClassification(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(packaged() / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def cross(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model(tmp_path_factory.mktemp("cross"), 1)


def test_a_bi_encoder_scores_by_the_cosine() -> None:
    scores = Rescorer(HashEncoder()).rescore("valve seal", TEXTS)
    assert scores.argmax() == 0
    assert np.allclose(scores, HashEncoder().encode(TEXTS) @ HashEncoder().encode(["valve seal"])[0])
    assert Rescorer(HashEncoder()).rescore("valve", []).shape == (0,)


def test_a_cross_encoder_scores_pairs_alone_and_remembers_them(cross: Path, tmp_path: Path) -> None:
    plain = CrossRescorer(cross).rescore("a valve", TEXTS)
    assert plain.shape == (4,)
    assert len({*plain.tolist()}) == 4
    assert np.array_equal(CrossRescorer(cross, threads=1).rescore("a valve", TEXTS[::-1])[::-1], plain)
    kept = CrossRescorer(cross, cache=tmp_path / "pairs")
    assert np.array_equal(kept.rescore("a valve", TEXTS[:2]), plain[:2])
    again = CrossRescorer(cross, cache=tmp_path / "pairs")
    assert np.array_equal(again.rescore("a valve", TEXTS[1::-1]), plain[1::-1])
    assert again._model is None, "what is kept needs no model"
    assert not np.array_equal(again.rescore("a pump", TEXTS), plain)


def test_a_model_of_several_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderRefusedError, match="3 outputs"):
        CrossRescorer(model(tmp_path / "three", 3)).rescore("a", ["b"])


def test_folders_that_are_no_cross_encoder_are_refused(cross: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError):
        CrossRescorer(tmp_path).rescore("a", ["b"])
    pickled = tmp_path / "pickled"
    shutil.copytree(cross, pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with pytest.raises(EncoderMissingError):
        CrossRescorer(pickled).rescore("a", ["b"])
    broken = tmp_path / "broken"
    shutil.copytree(cross, broken)
    (broken / "model.safetensors").write_bytes(b"none")
    with pytest.raises(EncoderRefusedError, match="broken"):
        CrossRescorer(broken).rescore("a", ["b"])

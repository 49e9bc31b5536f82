"""Candidate passages are scored again by a cross-encoder: a tiny one, made here."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.errors import CrossEncoderMissingError, CrossEncoderRefusedError
from index.model_folder import packaged
from index.reranker import CrossRescorer
from tests.cross_encoder import model

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["a valve with a seal", "a pump", "a seal for a valve of steel " * 90, ""]


@pytest.fixture(scope="module")
def cross(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model(tmp_path_factory.mktemp("cross"), 1)


def test_a_cross_encoder_scores_pairs_alone_and_remembers_them(cross: Path, tmp_path: Path) -> None:
    plain = CrossRescorer(cross).rescore("a valve", TEXTS)
    assert plain.shape == (4,)
    assert len({*plain.tolist()}) == 4
    assert ((plain > 0) & (plain < 1)).all()
    assert np.array_equal(CrossRescorer(cross, threads=1).rescore("a valve", TEXTS[::-1])[::-1], plain)
    kept = CrossRescorer(cross, cache=tmp_path / "pairs")
    assert np.array_equal(kept.rescore("a valve", TEXTS[:2]), plain[:2])
    again = CrossRescorer(cross, cache=tmp_path / "pairs")
    assert np.array_equal(again.rescore("a valve", TEXTS[1::-1]), plain[1::-1])
    assert again._model is None, "what is kept needs no model"
    assert not np.array_equal(again.rescore("a pump", TEXTS), plain)


def test_a_model_of_several_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CrossEncoderRefusedError, match="3 outputs"):
        CrossRescorer(model(tmp_path / "three", 3)).rescore("a", ["b"])


def test_what_a_model_says_of_its_activation_does_not_matter(cross: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(cross, bare)
    settings = json.loads((bare / "config.json").read_text())
    settings["sentence_transformers"] = {"activation_fn": "torch.nn.modules.linear.Identity"}
    (bare / "config.json").write_text(json.dumps(settings))
    assert np.array_equal(CrossRescorer(bare).rescore("a", TEXTS), CrossRescorer(cross).rescore("a", TEXTS))


def test_folders_that_are_no_cross_encoder_are_refused(cross: Path, tmp_path: Path) -> None:
    with pytest.raises(CrossEncoderMissingError, match=r"search\.cross_encoder"):
        CrossRescorer(tmp_path).rescore("a", ["b"])
    pickled = tmp_path / "pickled"
    shutil.copytree(cross, pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with pytest.raises(CrossEncoderMissingError):
        CrossRescorer(pickled).rescore("a", ["b"])
    broken = tmp_path / "broken"
    shutil.copytree(cross, broken)
    (broken / "model.safetensors").write_bytes(b"none")
    with pytest.raises(CrossEncoderRefusedError, match="broken"):
        CrossRescorer(broken).rescore("a", ["b"])


def test_a_sentence_encoder_is_no_cross_encoder() -> None:
    with pytest.raises(CrossEncoderRefusedError, match=r"no sequence classifier.*search\.cross_encoder"):
        CrossRescorer(packaged()).rescore("a", ["b"])


def test_a_classifier_whose_last_layer_is_missing_is_refused(cross: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    headless = tmp_path / "headless"
    shutil.copytree(cross, headless)
    weights = load_file(headless / "model.safetensors")
    rest = {name: rows for name, rows in weights.items() if not name.startswith("classifier")}
    save_file(rest, headless / "model.safetensors", {"format": "pt"})
    with pytest.raises(CrossEncoderRefusedError, match="lack classifier"):
        CrossRescorer(headless).rescore("a", ["b"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"architectures": 3}', '{"architectures": [7]}', "{}"])
def test_a_config_that_says_nothing_is_refused(cross: Path, tmp_path: Path, text: str) -> None:
    odd = tmp_path / "odd"
    shutil.copytree(cross, odd)
    (odd / "config.json").write_text(text)
    with pytest.raises(CrossEncoderRefusedError):
        CrossRescorer(odd).rescore("a", ["b"])

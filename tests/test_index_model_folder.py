"""A model's folder: what is refused before it is loaded, and what makes its identity."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from index import model_folder
from index.encoder import SentenceEncoder
from index.encoders import Encoders
from index.errors import EncoderDimensionError, EncoderMissingError, EncoderRefusedError
from index.hybrid import HybridIndex
from index.model_folder import SHA256, packaged
from tests.hash_encoder import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(packaged(), tmp_path / "my-model")


def test_a_copy_of_the_packaged_model_is_the_packaged_model(copy: Path) -> None:
    (copy / "README.md").write_text("another card")
    assert model_folder.identity(copy) == SHA256


@pytest.mark.parametrize(
    "file",
    [
        "tokenizer.json",
        "1_Pooling/config.json",
        "sentence_bert_config.json",
        "modules.json",
        "config.json",
        "new.json",
    ],
)
def test_every_file_that_can_change_a_vector_changes_the_identity(copy: Path, file: str) -> None:
    with (copy / file).open("a") as end:
        end.write(" ")
    assert model_folder.identity(copy) != SHA256


def test_a_file_that_moved_changes_the_identity(copy: Path) -> None:
    (copy / "1_Pooling").rename(copy / "2_Pooling")
    assert model_folder.identity(copy) != SHA256


def test_code_of_its_own_is_refused(copy: Path) -> None:
    modules = json.loads((copy / "modules.json").read_text())
    modules[2]["type"] = "custom_code.Evil"
    (copy / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(EncoderRefusedError, match="custom_code"):
        SentenceEncoder(copy, backend="torch").encode(["pump"])


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": 1}', "[" * 100_000])
def test_a_list_of_modules_that_is_none_is_refused(copy: Path, text: str) -> None:
    (copy / "modules.json").write_text(text)
    with pytest.raises(EncoderRefusedError, match="not a list of modules"):
        model_folder.check(copy)


def test_pickled_weights_of_one_module_are_refused(copy: Path) -> None:
    (copy / "2_Dense").mkdir()
    (copy / "2_Dense" / "pytorch_model.bin").write_bytes(b"cos\nsystem\n")
    with pytest.raises(EncoderRefusedError, match=r"2_Dense/pytorch_model\.bin is pickled"):
        model_folder.check(copy)


def test_broken_weights_are_refused_by_name(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(EncoderRefusedError, match="my-model"):
        SentenceEncoder(copy, precision="float32", backend="torch").encode(["pump"])


def test_a_name_is_found_where_the_hub_client_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    there = tmp_path / "models--sentence-transformers--tiny"
    (there / "refs").mkdir(parents=True)
    (there / "refs" / "main").write_text("a" * 40)
    assert model_folder.find("tiny") == there / "snapshots" / ("a" * 40)
    assert model_folder.find("sentence-transformers/tiny") == there / "snapshots" / ("a" * 40)
    (there / "refs" / "main").write_text("../../../etc")
    with pytest.raises(EncoderMissingError, match="tiny"):
        SentenceEncoder("tiny").encode(["pump"])


def test_a_model_of_another_length_is_told_by_its_folder(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    small = HashEncoder()
    HybridIndex.open(folder, Encoders(documents=small, passages=small), write=True).close()
    with pytest.raises(
        EncoderDimensionError, match=r"my-model makes vectors of 384 .* have 64; set .*rebuild"
    ):
        HybridIndex.open(folder, Encoders(documents=SentenceEncoder(copy), passages=small))

"""The manifest: what it refuses, and that it is whole or absent."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import manifest
from index.errors import IndexMissingError, ManifestCorruptError, ManifestMismatchError
from index.manifest import Manifest, SegmentEntry
from index.text import TEXT_FORMAT
from tests.hash_encoder import HashEncoder, PassageEncoder, hashed

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = Manifest(
    generation=7,
    model=HashEncoder.name,
    model_sha256=HashEncoder.sha256,
    precision=HashEncoder.precision,
    dim=HashEncoder.dim,
    passage_model=PassageEncoder.name,
    passage_sha256=PassageEncoder.sha256,
    passage_dim=PassageEncoder.dim,
    passages_format=1,
    text_format=TEXT_FORMAT,
    items=2,
    vectors=3,
    documents=2,
    pieces=3,
    segments=(SegmentEntry(number=14, items=2, vectors=3, size=900, digest="ab"),),
    dead=6,
)


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    manifest.write(tmp_path, EXAMPLE)
    assert manifest.read(tmp_path) == EXAMPLE
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_a_folder_without_a_manifest_holds_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="holds no index"):
        manifest.read(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 300))
def test_a_cut_manifest_is_corrupt_and_says_what_to_do(tmp_path: Path, cut: int) -> None:
    manifest.write(tmp_path, EXAMPLE)
    path = tmp_path / "manifest.json"
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ManifestCorruptError, match="corpus rebuild"):
        manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("generation", "7"),
        ("generation", -1),
        ("items", True),
        ("model", 3),
        ("segments", {}),
        ("segments", [[]]),
        ("segments", [{"number": 1}]),
        (
            "segments",
            [{**asdict(EXAMPLE.segments[0]), "passages": {"lists": 1, "probes": 1, "recall": "all"}}],
        ),
        (
            "segments",
            [{**asdict(EXAMPLE.segments[0]), "passages": {"lists": 1, "probes": 1, "recall": -0.1}}],
        ),
        ("unheard", 1),
    ],
)
def test_a_manifest_with_a_wrong_value_is_corrupt(tmp_path: Path, name: str, value: object) -> None:
    manifest.write(tmp_path, EXAMPLE)
    path = tmp_path / "manifest.json"
    changed = {**json.loads(path.read_text()), name: value}
    changed.pop("check")
    path.write_text(json.dumps({**changed, "check": manifest._check(changed)}))
    with pytest.raises(ManifestCorruptError):
        manifest.read(tmp_path)


def test_one_changed_digit_in_a_manifest_is_noticed(tmp_path: Path) -> None:
    manifest.write(tmp_path, EXAMPLE)
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace('"items": 2', '"items": 3', 1))
    with pytest.raises(ManifestCorruptError, match="not what was written"):
        manifest.read(tmp_path)


@pytest.mark.parametrize("data", [b"[]", b"null", b"{}", b"\xff\xfe", b"[" * 100_000, b" " * (1 << 21)])
def test_what_is_not_a_manifest_is_corrupt(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(data)
    with pytest.raises(ManifestCorruptError):
        manifest.read(tmp_path)


def test_another_format_of_files_is_a_mismatch_not_corruption(tmp_path: Path) -> None:
    manifest.write(tmp_path, replace(EXAMPLE, format=manifest.FORMAT + 1))
    with pytest.raises(ManifestMismatchError, match=f"format {manifest.FORMAT + 1} but"):
        manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(EXAMPLE, model="MiniLM"), "the model 'MiniLM' but is opened with 'hashed-words-64'"),
        (replace(EXAMPLE, model_sha256="00ff"), "model weights '00ff'"),
        (replace(EXAMPLE, dim=384), "makes vectors of 64 numbers, but those of the index have 384"),
        (replace(EXAMPLE, passage_model="other"), "the passage model 'other'"),
        (replace(EXAMPLE, passage_sha256="11ff"), "passage model weights '11ff'"),
        (replace(EXAMPLE, passage_dim=64), "passage vectors of length 64 but is opened with 48"),
        (replace(EXAMPLE, passages_format=2), "passage format 2 but is opened with 1"),
    ],
)
def test_a_mismatch_names_both_values_and_the_way_out(other: Manifest, words: str) -> None:
    with pytest.raises(ManifestMismatchError, match=words) as caught:
        other.check(hashed(), 1)
    assert "antedate corpus rebuild" in str(caught.value)


def test_the_same_encoder_and_format_are_no_mismatch() -> None:
    EXAMPLE.check(hashed(), 1)
    assert EXAMPLE.generation == 7

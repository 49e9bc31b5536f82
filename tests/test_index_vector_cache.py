"""An encoder with a cache gives what the encoder gives, and asks it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import SentenceEncoder
from index.errors import EncoderOutputError
from index.vector_cache import CachedEncoder
from tests.hash_encoder import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SENTENCE = SentenceEncoder()
PARTS = (
    "pump",
    "é",
    "e",
    "\u0301",
    "漢",
    "-",
    "[SEP]",
    "\u2028",
    "\u200b",
    *" \n\t\r\x0b\x0c\x1c\x85\xa0\x00",
)


class Counting(HashEncoder):
    """Counts what it is asked; queries get another vector than documents."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        self.asked.extend(texts)
        return super().encode([f"{text} query" if query else text for text in texts])


def test_a_text_is_encoded_once_and_comes_back_bit_by_bit(tmp_path: Path) -> None:
    texts = ["a valve", "a pump", "a valve", "a seal of rubber"]
    inner = Counting()
    cached = CachedEncoder(inner, tmp_path)
    first = cached.encode(texts)
    assert np.array_equal(first, HashEncoder().encode(texts))
    assert sorted(inner.asked) == sorted({*texts})
    again = Counting()
    other = CachedEncoder(again, tmp_path)
    assert other.encode(texts).tobytes() == first.tobytes()
    assert again.asked == []
    assert (other.hits, other.misses) == (4, 0)
    assert (cached.hits, cached.misses) == (1, 3)


def test_an_open_cache_sees_what_another_process_encoded_since(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    early = CachedEncoder(first, tmp_path)
    early.encode(["a pump"])
    CachedEncoder(second, tmp_path).encode(["a valve"])
    early.encode(["a valve"])
    assert first.asked == ["a pump"]


def test_queries_and_documents_do_not_mix(tmp_path: Path) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    as_text, as_query = cached.encode(["pump"]), cached.encode(["pump"], query=True)
    assert not np.array_equal(as_text, as_query)
    assert np.array_equal(cached.encode(["pump"], query=True), as_query)


def test_queries_can_be_kept_out_of_a_shared_folder(tmp_path: Path) -> None:
    cached = CachedEncoder(Counting(), tmp_path / "shared", queries=tmp_path / "own")
    cached.encode(["a secret invention"], query=True)
    assert not (tmp_path / "shared").exists()
    assert (tmp_path / "own").is_dir()
    cached.encode(["a known pump"])
    assert (tmp_path / "shared").is_dir()
    inner = Counting()
    CachedEncoder(inner, tmp_path / "shared").encode(["a secret invention"], query=True)
    assert inner.asked == ["a secret invention"]


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"precision": "int8"}, {"dim": 63}])
def test_another_model_has_other_keys(tmp_path: Path, change: dict[str, object]) -> None:
    other = HashEncoder()
    for name, value in change.items():
        setattr(other, name, value)
    keys = CachedEncoder(HashEncoder(), tmp_path).keys(["pump"])
    assert CachedEncoder(other, tmp_path).keys(["pump"]) != keys


def test_a_vector_that_is_known_can_be_kept(tmp_path: Path) -> None:
    inner = Counting()
    cached = CachedEncoder(inner, tmp_path)
    cached.keep(["pump"], HashEncoder().encode(["pump"]))
    cached.encode(["pump"])
    assert inner.asked == []


def test_nothing_asked_makes_nothing(tmp_path: Path) -> None:
    cached = CachedEncoder(Counting(), tmp_path / "cache")
    assert cached.encode([]).shape == (0, 64)
    assert not (tmp_path / "cache").exists()


class Broken(HashEncoder):
    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return super().encode(texts[:1], query=query)[:, :3]


def test_an_encoder_that_breaks_its_promise_is_told(tmp_path: Path) -> None:
    cached = CachedEncoder(Broken(), tmp_path)
    with pytest.raises(EncoderOutputError, match=r"\(1, 3\)"):
        cached.encode(["pump"])


def test_a_broken_disk_costs_speed_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cached = CachedEncoder(Counting(), tmp_path / "file")
    assert np.array_equal(cached.encode(["pump"]), HashEncoder().encode(["pump"]))
    assert "file" in cached.trouble


def test_surrogates_have_keys_too(tmp_path: Path) -> None:
    keys = CachedEncoder(HashEncoder(), tmp_path).keys(["\ud800", "\udfff"])
    assert len({*keys}) == 2


def test_the_key_is_blind_to_what_the_tokenizer_is_blind_to() -> None:
    same = {
        SENTENCE.key_text(text)
        for text in ("title\n\ntext of  it", " title text of it\n", "title\ttext of it")
    }
    assert same == {"title text of it"}


@given(st.lists(st.sampled_from([*PARTS]), max_size=12))
def test_texts_of_one_key_are_one_to_the_tokenizer(parts: list[str]) -> None:
    text = "".join(parts)
    tokenizer = SENTENCE._loaded().tokenizer
    assert tokenizer(text)["input_ids"] == tokenizer(SENTENCE.key_text(text))["input_ids"]


def test_what_is_past_the_cut_is_past_the_key() -> None:
    assert SENTENCE.key_text("a" * 30_000) == SENTENCE.key_text("a" * 20_001)
    assert SENTENCE.key_text("a" * 20_000) != SENTENCE.key_text("a" * 19_999)


def test_the_real_model_hits_across_ways_of_writing_blanks(tmp_path: Path) -> None:
    cached = CachedEncoder(SENTENCE, tmp_path)
    made = cached.encode(["Rotary valve\nA valve with a ceramic seal."])
    again = cached.encode(["Rotary valve\n\nA valve with a ceramic seal. "])
    assert cached.misses == 1
    assert np.array_equal(made, again)
    assert np.array_equal(again, SENTENCE.encode(["Rotary valve\n\nA valve with a ceramic seal. "]))

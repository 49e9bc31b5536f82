"""Word pieces of a text by a model's `tokenizer.json`, read by `tokenizers`, with a memory of what was seen.

Decisions
---------
* With BERT's normaliser and its cutting at blanks and punctuation the pieces of what stands between two
  blanks do not depend on what stands around it: such runs ("valve," is seen again and again) are numbered and
  remembered, and only unseen ones are looked at again.
* An unseen run of ASCII is cut here: lower case, letters and digits or one sign, then the longest piece from
  the left. That is all that BERT's way comes to there, and takes a fifth of the time. What is not ASCII
  reaches the tokenizer, all of a batch in one call; any other sort of tokenizer is given whole texts.
* The seven control characters that Python splits at and the tokenizer leaves out without a trace are left out
  first; every other blank is a blank for both (tests compare the two on hostile text).
* The memory is emptied when it holds `_KEPT` runs or `_KEPT_CHARACTERS` of them.
* Nothing is padded or cut: `truncation` and `padding` of the file are switched off.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from index.runs import runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

Kind = TypeVar("Kind", bound=np.generic)

_KEPT = 1 << 18
_KEPT_CHARACTERS = 1 << 23
_ASCII_WORD = re.compile(r"[a-z0-9]+|[^a-z0-9]")
_VANISHING = "\x0b\x0c\x1c\x1d\x1e\x1f\x85"


class Pieces:
    """Numbers of the pieces of texts, as `tokenizers` gives them without special tokens; for one thread."""

    def __init__(self, path: Path) -> None:
        """Read a `tokenizer.json`. Raises OSError, ValueError (what is no tokenizer)."""
        from tokenizers import Tokenizer  # noqa: PLC0415 - compiled code that --help must not load

        text = path.read_text(encoding="utf-8")
        try:
            self._tokenizer: Tokenizer = Tokenizer.from_str(text)
        except Exception as error:
            raise ValueError(str(error)) from error  # the library raises bare Exception
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        described = json.loads(text)
        self._words = _Words(described["model"]) if _cuts_like_bert(described) else None
        self._runs = _Runs()
        self._known = _Ragged()

    @property
    def count(self) -> int:
        """How many pieces there are; numbers lie below it."""
        return int(self._tokenizer.get_vocab_size())

    def bags(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the numbers of all pieces, text after text, and how many each text has."""
        if self._words is None:
            return _joined(self._tokenized(texts))
        if len(self._runs) > _KEPT or self._known.characters > _KEPT_CHARACTERS:
            self._runs, self._known = _Runs(), _Ragged()
        cut = runs([_without_vanishing(text).encode("utf-8", "replace") for text in texts])
        told = np.fromiter(map(self._runs.__getitem__, cut.distinct), np.int64, len(cut.distinct))
        if new := self._runs.taken():
            self._known.extend(*_joined(self._of_new(new, self._words)), sum(map(len, new)))
        ids, sizes = self._known.rows(told[cut.numbers])
        ends = np.concatenate([[0], np.cumsum(sizes)])
        return ids, np.diff(ends[cut.starts])

    def _of_new(self, new: Sequence[str], words: _Words) -> list[list[int]]:
        plain = [run.isascii() and run.isprintable() for run in new]
        others = iter(
            self._tokenized([run for run, is_plain in zip(new, plain, strict=True) if not is_plain])
        )
        return [
            words.pieces(run) if is_plain else next(others) for run, is_plain in zip(new, plain, strict=True)
        ]

    def _tokenized(self, texts: Sequence[str]) -> list[list[int]]:
        sound = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates are no text
        return [one.ids for one in self._tokenizer.encode_batch_fast(sound, add_special_tokens=False)]


class _Words:
    """WordPiece for ASCII, as a `tokenizer.json` describes it."""

    def __init__(self, model: dict[str, Any]) -> None:
        self._vocabulary: dict[str, int] = model["vocab"]
        self._unknown = self._vocabulary[model["unk_token"]]
        self._mark: str = model["continuing_subword_prefix"]
        self._longest: int = model["max_input_chars_per_word"]

    def pieces(self, run: str) -> list[int]:
        """Return the pieces of a run of printable ASCII."""
        found: list[int] = []
        for word in _ASCII_WORD.findall(run.lower()):
            number = self._vocabulary.get(word)
            if number is not None and len(word) <= self._longest:
                found.append(number)
            else:
                found.extend(self._parts(word))
        return found

    def _parts(self, word: str) -> list[int]:
        if len(word) > self._longest:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            mark = self._mark if start else ""
            for end in range(len(word), start, -1):
                number = self._vocabulary.get(mark + word[start:end])
                if number is not None:
                    break
            else:
                return [self._unknown]
            found.append(number)
            start = end
        return found


class _Runs(dict[str, int]):
    """Numbers of runs; one that is asked for the first time gets the next number and waits in a list."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[str] = []

    def __missing__(self, run: str) -> int:
        number = self[run] = len(self)
        self._waiting.append(run)
        return number

    def taken(self) -> list[str]:
        """Return the runs that nobody took yet, in the order of their numbers."""
        taken, self._waiting = self._waiting, []
        return taken


class _Ragged:
    """Rows of numbers of different lengths in one array that grows."""

    def __init__(self) -> None:
        self._flat = np.zeros(1 << 12, dtype=np.int32)
        self._bounds = np.zeros(1 << 12, dtype=np.int64)
        self._count = 0
        self.characters = 0

    def extend(self, flat: NDArray[np.int32], sizes: NDArray[np.int64], characters: int) -> None:
        start, end = self._bounds[self._count], self._count + len(sizes)
        self._bounds = _grown(self._bounds, end + 1)
        self._flat = _grown(self._flat, int(start) + len(flat))
        self._flat[start : start + len(flat)] = flat
        self._bounds[self._count + 1 : end + 1] = start + np.cumsum(sizes)
        self._count = end
        self.characters += characters

    def rows(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return some rows one after another, and their sizes."""
        starts = self._bounds[numbers]
        sizes = self._bounds[numbers + 1] - starts
        before = np.cumsum(sizes) - sizes
        return self._flat[np.repeat(starts - before, sizes) + np.arange(sizes.sum())], sizes


def _grown(values: NDArray[Kind], size: int) -> NDArray[Kind]:
    if size <= len(values):
        return values
    return np.concatenate([values, np.zeros(size, dtype=values.dtype)])


def _without_vanishing(text: str) -> str:
    for character in _VANISHING:
        if character in text:
            text = text.replace(character, "")
    return text


def _joined(lists: list[list[int]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    return np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=int(sizes.sum())), sizes


def _cuts_like_bert(described: dict[str, Any]) -> bool:
    """Return whether a tokenizer treats what stands between blanks by itself, in lower case."""
    names = ("normalizer", "pre_tokenizer", "model")
    parts = [part if isinstance(part := described.get(name), dict) else {} for name in names]
    kinds = [part.get("type") for part in parts]
    bert = kinds == ["BertNormalizer", "BertPreTokenizer", "WordPiece"]
    cleans = parts[0].get("clean_text") is True and parts[0].get("lowercase") is True
    return bert and cleans and not described.get("added_tokens")

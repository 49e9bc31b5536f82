"""Word pieces of a text by a model's `tokenizer.json`, read by `tokenizers`, with a memory of what was seen.

Decisions
---------
* With BERT's normaliser and its cutting at blanks and punctuation the pieces of what stands between two
  blanks do not depend on what stands around it: such runs ("valve," is seen again and again) are remembered,
  and only unseen ones reach the tokenizer, all of a batch in one call. Other tokenizers get whole texts.
* The seven control characters that Python splits at and the tokenizer leaves out without a trace are left out
  first; every other blank is a blank for both (tests compare the two on hostile text).
* Nothing is padded or cut: `truncation` and `padding` of the file are switched off.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

_KEPT = 1 << 17
"""Runs that are remembered."""
_LONGEST = 64
"""Characters from which a run is not worth remembering (sequences, base64)."""
_VANISHING = "\x0b\x0c\x1c\x1d\x1e\x1f\x85"


class Pieces:
    """Numbers of the pieces of texts, as `tokenizers` gives them without special tokens."""

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
        self._by_runs = _cuts_at_blanks(json.loads(text))
        self._seen: dict[str, bytes] = {}

    @property
    def count(self) -> int:
        """How many pieces there are; numbers lie below it."""
        return int(self._tokenizer.get_vocab_size())

    def bags(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the numbers of all pieces, text after text, and how many each text has."""
        parts = self._of_runs(texts) if self._by_runs else self._of_texts(texts)
        sizes = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)) // 4
        return np.frombuffer(b"".join(parts), dtype=np.int32), sizes

    def _of_texts(self, texts: Sequence[str]) -> list[bytes]:
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(one.ids, dtype=np.int32).tobytes() for one in found]

    def _of_runs(self, texts: Sequence[str]) -> list[bytes]:
        cut = [_without_vanishing(text).split() for text in texts]
        runs: set[str] = set().union(*cut)
        seen = self._seen
        if len(seen) + len(runs) > _KEPT:
            seen.clear()
        new = list(runs - seen.keys())
        seen.update(zip(new, self._of_texts(new), strict=True))
        made = [b"".join(map(seen.__getitem__, one)) for one in cut]
        self._forget(run for run in new if len(run) >= _LONGEST)
        return made

    def _forget(self, runs: Iterable[str]) -> None:
        for run in runs:
            del self._seen[run]


def _without_vanishing(text: str) -> str:
    for character in _VANISHING:
        if character in text:
            text = text.replace(character, "")
    return text


def _cuts_at_blanks(described: dict[str, object]) -> bool:
    """Return whether a tokenizer treats what stands between blanks by itself."""
    parts = {name: described.get(name) for name in ("normalizer", "pre_tokenizer", "model")}
    kinds = {name: part.get("type") if isinstance(part, dict) else None for name, part in parts.items()}
    cleans = isinstance(parts["normalizer"], dict) and parts["normalizer"].get("clean_text") is True
    return cleans and not described.get("added_tokens") and kinds == {
        "normalizer": "BertNormalizer", "pre_tokenizer": "BertPreTokenizer", "model": "WordPiece"
    }  # fmt: skip

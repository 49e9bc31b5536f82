"""The word pieces: a WordPiece vocabulary of frequent words and of the parts that the other words share.

Decisions
---------
* BERT's normaliser without case and without accents (a user's `é` meets `e`), cutting at blanks and
  punctuation: what `index.pieces` can remember by runs between blanks.
* No special tokens: what is unknown is piece 0, `[UNK]`, whose vector stays zero, and a text that spells
  "[UNK]" out is three ordinary pieces.
* The trainer of `tokenizers` is not used: three runs over the same texts gave three vocabularies.
  Here everything is counted, and ties are broken by spelling. `_WHOLE` of the pieces are the most frequent
  words; the rest are found in `_ROUNDS` rounds, each of which cuts the other words into what is known so far
  and takes the most frequent neighbours together as new pieces.
* Pieces are numbered from the most frequent down: the encoder treats frequent ones apart.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNKNOWN = "[UNK]"
LONGEST = 64
"""Characters of a word from which it is unknown."""
_ALPHABET = 300
"""Characters that are pieces; rarer ones (of scripts that the data hardly hold) are unknown."""
_WHOLE = 0.8
_ROUNDS = 8
_LEAST_COUNT = 3
_LONGEST_CUT = 32


def learn(texts: Iterable[str], size: int) -> str:
    """Return a `tokenizer.json` of at most `size` pieces learned from `texts`, which are read once."""
    counts = count_words(texts)
    return described(numbered(counts, chosen(counts, size)))


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Count words, cut and normalised as the tokenizer will."""
    from tokenizers import Tokenizer  # noqa: PLC0415 - compiled code that an import must not load

    tokenizer = Tokenizer.from_str(described({UNKNOWN: 0}))
    normalizer, cutter = tokenizer.normalizer, tokenizer.pre_tokenizer
    assert normalizer is not None
    assert cutter is not None
    runs: Counter[str] = Counter()
    for text in texts:
        runs.update(text.split())
    words: Counter[str] = Counter()
    for run, count in runs.items():
        for word, _ in cutter.pre_tokenize_str(normalizer.normalize_str(run)):
            if len(word) < LONGEST:
                words[word] += count
    return words


def chosen(counts: Mapping[str, int], size: int) -> set[str]:
    """Choose the pieces: characters, frequent words, then shared parts of the other words."""
    letters: Counter[str] = Counter()
    for word, count in counts.items():
        for letter in word:
            letters[letter] += count
    alphabet = {letter for letter, _ in _heaviest(letters)[:_ALPHABET]}
    pieces = alphabet | {f"##{letter}" for letter in alphabet if letter.isalnum()}
    usable = {
        word: count for word, count in counts.items() if count >= _LEAST_COUNT and alphabet.issuperset(word)
    }
    ranked = [word for word, _ in _heaviest(usable) if word not in pieces]
    whole = max(int(size * _WHOLE) - len(pieces), 0)
    pieces.update(ranked[:whole])
    rest = [(word, usable[word]) for word in ranked[whole:] if len(word) <= _LONGEST_CUT]
    for left in range(_ROUNDS, 0, -1):
        joined: Counter[str] = Counter()
        for word, count in rest:
            parts = cut(word, pieces)
            for first, second in pairwise(parts):
                joined[first + second.removeprefix("##")] += count
        fresh = [piece for piece, _ in _heaviest(joined) if piece not in pieces]
        pieces.update(fresh[: max((size - 1 - len(pieces)) // left, 0)])
    return pieces


def cut(word: str, pieces: set[str]) -> list[str]:
    """Cut a word as WordPiece does: the longest known piece from the left, again and again."""
    found: list[str] = []
    start = 0
    while start < len(word):
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            if (piece := mark + word[start:end]) in pieces:
                break
        else:
            return []
        found.append(piece)
        start = end
    return found


def numbered(counts: Mapping[str, int], pieces: set[str]) -> dict[str, int]:
    """Return the numbers of the pieces, the most frequent in the counted words first; 0 is the unknown."""
    seen: Counter[str] = Counter(dict.fromkeys(pieces, 0))
    for word, count in counts.items():
        for piece in (word,) if word in pieces else cut(word, pieces):
            seen[piece] += count
    return {UNKNOWN: 0} | {piece: number for number, (piece, _) in enumerate(_heaviest(seen), start=1)}


def described(vocabulary: Mapping[str, int]) -> str:
    """Return the `tokenizer.json` of a vocabulary."""
    made: dict[str, object] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": True,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": UNKNOWN,
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": LONGEST,
            "vocab": dict(vocabulary),
        },
    }
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def spelled(tokenizer: str) -> list[str]:
    """Return the letters of all pieces of a `tokenizer.json`, in the order of their numbers."""
    numbers: dict[str, int] = json.loads(tokenizer)["model"]["vocab"]
    return [piece.removeprefix("##") or piece for piece in sorted(numbers, key=numbers.__getitem__)]


def _heaviest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))

"""Near-duplicates: texts that say almost the same, linked and never dropped (MinHash by `rensa`).

A text's shingles are its runs of `WORDS` words in lower case (a character of a script without blanks counts
as a word). Of the hashed shingles `rensa` makes `SLOTS` minima: the share of equal minima of two texts
estimates the share of their shingles that both have (Jaccard; standard error 0.06 at 0.8). `BANDS` groups of
minima are what candidates are looked up by: two texts of Jaccard 0.8 share a group with probability 0.999.

Shingles are hashed here, all of a text at once: a polynomial over its bytes modulo 2^64, whose value for any
run is a difference of prefix sums (Karp and Rabin, 1987). It depends on nothing but the bytes, unlike
Python's own hash, and costs a tenth of joining the words.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WORDS = 3
SLOTS = 64
BANDS = 16
ALIKE = 0.8
"""Estimated Jaccard from which two texts count as near-duplicates."""
FEWEST = 40
"""Shingles a text needs: a title says too little to be told from another."""
_MOST = 1 << 20
"""Characters of a text that are looked at."""
_SEED = 20_260
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_BLANK = 32
_CJK_LEAD = 0xE3
"""First UTF-8 byte of kana, Han and Hangul; what follows of a character is below it."""
_LAST_LEAD = 0xED


def signature(text: str) -> bytes:
    """Return `SLOTS` minima as little-endian 32-bit numbers; empty for a text that says too little."""
    from rensa import RMinHash

    shingles = _shingles(text)
    if shingles.size < FEWEST:
        return b""
    whole = np.array([0, shingles.size], np.uint64)
    made = RMinHash.digest_matrix_from_flat_token_hashes(shingles, whole, SLOTS, _SEED)
    return np.asarray(made.to_rows()[0], dtype="<u4").tobytes()


def bands(made: bytes) -> Iterator[int]:
    """Yield the numbers that candidates are looked up by, one a band: signed 64 bits, for a database."""
    width = len(made) // BANDS
    for number in range(BANDS if made else 0):
        group = hashlib.blake2b(
            made[number * width : (number + 1) * width], digest_size=8, key=bytes([number])
        )
        yield int.from_bytes(group.digest(), "big", signed=True)


def likeness(one: bytes, other: bytes) -> float:
    """Return the estimated Jaccard of two texts' shingles, 0 where one has no signature."""
    if not one or not other:
        return 0.0
    same = np.frombuffer(one, dtype="<u4") == np.frombuffer(other, dtype="<u4")
    return float(np.count_nonzero(same)) / SLOTS


def _shingles(text: str) -> NDArray[np.uint64]:
    """Return the hashes of a text's shingles, in their order."""
    raw = np.frombuffer(f" {' '.join(text[:_MOST].lower().split())} ".encode(), dtype=np.uint8)
    blank = raw == _BLANK
    cjk = (raw >= _CJK_LEAD) & (raw <= _LAST_LEAD)
    starts = np.flatnonzero(~blank[1:] & (blank[:-1] | cjk[1:])) + 1
    if starts.size < WORDS:
        return np.zeros(0, np.uint64)
    ends = np.append(starts[1:], raw.size - 1)
    ends -= blank[ends - 1]  # without the blank before the next word
    powers, inverse = _powers(raw.size.bit_length())
    sums = np.zeros(raw.size + 1, np.uint64)
    np.cumsum(raw * powers[: raw.size], out=sums[1:])
    first, last = starts[: starts.size - WORDS + 1], ends[WORDS - 1 :]
    found: NDArray[np.uint64] = (sums[last] - sums[first]) * inverse[first]
    return found ^ (found >> np.uint64(29))


@lru_cache(maxsize=2)
def _powers(bits: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the powers of the base and of its inverse, for texts of fewer than 2^bits bytes."""
    return (
        np.full(1 << bits, _BASE, np.uint64).cumprod(dtype=np.uint64),
        np.full(1 << bits, _INVERSE, np.uint64).cumprod(dtype=np.uint64),
    )

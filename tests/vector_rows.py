"""Keys and rows of numbers for the tests of `index.vector_files`, the same in every process."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from index.vector_files import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH = 8


def keys_of(numbers: Sequence[int]) -> list[bytes]:
    return [hashlib.blake2b(str(n).encode(), digest_size=KEY_BYTES).digest() for n in numbers]


def rows_of(numbers: Sequence[int]) -> NDArray[np.float32]:
    return np.stack([np.random.default_rng(n).standard_normal(WIDTH, dtype=np.float32) for n in numbers])

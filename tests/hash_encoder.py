"""Tiny, deterministic encoders: hashed bags of words. Real vectors, no weights, no torch."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np

from index.encoders import Encoders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class HashEncoder:
    """Implements `index.encoder.Encoder` with 64 dimensions."""

    name = "hashed-words-64"
    sha256 = hashlib.sha256(b"hashed-words-64").hexdigest()
    precision = "float32"
    dim = 64

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:  # noqa: ARG002 - protocol
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                slot = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
                vectors[row, slot % self.dim] += 1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        norms[norms == 0] = 1.0
        result: NDArray[np.float32] = (vectors / norms).astype(np.float32)
        return result


class PassageEncoder(HashEncoder):
    """Another one, of another length: vectors of the two cannot be mixed up unnoticed."""

    name = "hashed-words-48"
    sha256 = hashlib.sha256(b"hashed-words-48").hexdigest()
    dim = 48


def hashed() -> Encoders:
    """Return a pair for an index."""
    return Encoders(documents=HashEncoder(), passages=PassageEncoder())

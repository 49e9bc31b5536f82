"""`CachedEncoder`: an encoder that never encodes the same text twice, in this process or another.

Decisions
---------
* A vector is found by what made it: a BLAKE2b hash of the weights' identity, the precision, the dimension,
  the window, whether it is a query's, and the text as the encoder gets it (`KeyedEncoder.key_text`: after its
  cut, with runs of blanks as one where its tokenizer makes nothing of them). Another model has other keys.
* What comes back is the very row that the encoder made, bit by bit.
* The cache holds vectors of unpublished disclosures. Queries may be given a folder of their own, so that
  documents' vectors can be shared between workspaces without them. Whoever has a text can tell from either
  folder whether it was encoded here: both belong to their owner alone (`index.vector_files`).
* Missing texts are encoded in blocks, each stored at once: a killed run has lost one block.
* A disk that fails costs speed, never a result: see `trouble`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from index.errors import EncoderOutputError
from index.vector_files import KEY_BYTES, LIMIT, VectorFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.encoder import Encoder

_BLOCK = 1024
_VERSION = "antedate vector 1"


@runtime_checkable
class KeyedEncoder(Protocol):
    """An encoder that knows what of a text decides on its vector."""

    @property
    def window(self) -> int:
        """Word pieces of a text that are read."""

    def key_text(self, text: str) -> str:
        """Return the same string for texts that must have the same vector."""


class CachedEncoder:
    """Implements `index.encoder.Encoder` by another encoder and a folder of vectors."""

    def __init__(
        self, encoder: Encoder, folder: Path, *, queries: Path | None = None, limit: int = LIMIT
    ) -> None:
        """Hold both. `queries`: another folder for queries' vectors. `limit`: bytes of each folder, about.

        No folder is made and no model loaded before a text is encoded.
        """
        self.encoder = encoder
        self._folder = folder
        self._query_folder = queries or folder
        self._limit = limit
        self._open: dict[Path, VectorFiles] = {}
        self.hits = 0
        self.misses = 0

    @property
    def name(self) -> str:
        return self.encoder.name

    @property
    def sha256(self) -> str:
        return self.encoder.sha256

    @property
    def precision(self) -> str:
        return self.encoder.precision

    @property
    def dim(self) -> int:
        return self.encoder.dim

    @property
    def place(self) -> str:
        """The model for messages."""
        return str(getattr(self.encoder, "place", repr(self.name)))

    @property
    def trouble(self) -> str:
        """Why vectors are not being kept; empty if they are."""
        return "; ".join(files.trouble for files in self._open.values() if files.trouble)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return one row a text, as the encoder made it now or before. Raises what the encoder raises."""
        files = self._files(query=query)
        keys = self.keys(texts, query=query)
        held, rows = files.get(keys)
        if not held.all():
            files.refresh()
            held, rows = files.get(keys)
        first = {keys[at]: at for at in np.flatnonzero(~held)[::-1].tolist()}
        self.misses += len(first)
        self.hits += len(texts) - len(first)
        todo = sorted(first.values(), key=lambda at: len(texts[at]))  # blocks of like length: little padding
        for start in range(0, len(todo), _BLOCK):
            part = todo[start : start + _BLOCK]
            made = self.encoder.encode([texts[at] for at in part], query=query)
            if made.shape != (len(part), self.dim):
                raise EncoderOutputError(self.name, f"shape {made.shape}", f"{(len(part), self.dim)}")
            rows[part] = made
            files.put([keys[at] for at in part], made)
        for at in np.flatnonzero(~held).tolist():
            rows[at] = rows[first[keys[at]]]
        return rows

    def keep(self, texts: Sequence[str], rows: NDArray[np.float32], *, query: bool = False) -> None:
        """Store vectors that this encoder is known to make of these texts."""
        self._files(query=query).put(self.keys(texts, query=query), rows)

    def keys(self, texts: Sequence[str], *, query: bool = False) -> list[bytes]:
        """Return the key of each text."""
        inner = self.encoder
        keyed = inner if isinstance(inner, KeyedEncoder) else None
        window = keyed.window if keyed else 0
        made_by = (_VERSION, inner.sha256, inner.precision, inner.dim, window, "query" if query else "text")
        start = hashlib.blake2b("\0".join(map(str, made_by)).encode() + b"\0", digest_size=KEY_BYTES)
        keys = []
        for text in texts:
            made = start.copy()
            made.update((keyed.key_text(text) if keyed else text).encode("utf-8", "surrogatepass"))
            keys.append(made.digest())
        return keys

    def close(self) -> None:
        """Close the files."""
        while self._open:
            self._open.popitem()[1].close()

    def _files(self, *, query: bool) -> VectorFiles:
        folder = self._query_folder if query else self._folder
        if folder not in self._open:
            self._open[folder] = VectorFiles(folder, self.dim, limit=self._limit)
        return self._open[folder]

"""`StaticEncoder`: passages to vectors without a network: the mean of trained vectors of their word pieces.

Decisions
---------
* The model is a sentence-transformers folder (`StaticEmbedding`, `Normalize`) and gives what
  `SentenceTransformer(folder).float().encode` gives (a test holds the two side by side), but is read with
  `tokenizers` and `safetensors` alone: importing sentence-transformers takes seconds, this half of one.
* The packaged model was trained by `index.training` (see `passage_model/README.md`); the SHA-256 of its
  weights is pinned: vectors from other weights cannot be compared. Another folder can be given.
* A vector depends on its text alone, to the last bit. The packaged weights are whole multiples of one power
  of two, at most 511 of them, so that a sum of up to 32,767 pieces is exact in float32 in any order (a text
  is cut at `_TEXT_LIMIT` characters, which are at most so many pieces). Other weights are rounded to such
  a grid in float64, finer than float32 knows.
* Rows are added by SciPy's product of a sparse matrix (a text's pieces) with the table: a third of the time
  that NumPy's gathering, or counting the frequent pieces and multiplying at once, takes.
* A text without any known piece (empty, or in a script that the vocabulary lacks) gets a row of zeros: it is
  near to nothing.
"""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from index.errors import EncoderOutputError, PassageModelChecksumError, PassageModelMissingError
from index.pieces import Pieces
from index.runs import batches

Real = TypeVar("Real", bound=np.floating[Any])

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Table = NDArray[np.float32] | NDArray[np.float64]

PASSAGE_MODEL = Path(__file__).with_name("passage_model")
NAME = "antedate-passages"
SHA256 = "c0f3d121006308333da15e087213f366dad3eaab0a0a8ff6f1eebaee55703d12"
TOKENIZER_SHA256 = "8da75e513b2d8ecf075fa612da3b68b0eca0ed90d1ffa39050dfb74282857037"
DIM = 256
_TEXT_LIMIT = 20_000
_MOST = 511
"""Largest multiple on the grid: 511 * 32,767 pieces < 2**24, the integers that float32 adds exactly."""
_FINE = 2**36
"""The same for float64: 2**36 * 2**15 pieces < 2**53."""


class StaticEncoder:
    """Implements `index.encoder.Encoder` by a table of vectors of word pieces."""

    precision = "float32"

    def __init__(self, model: str | Path | None = None) -> None:
        """Take the packaged model, or the one in a folder. The folder is looked at when needed."""
        self._given = None if model is None else Path(model)
        self._lock = threading.Lock()
        self._pieces: Pieces | None = None
        self._table: Table | None = None
        self._sha256 = SHA256 if model is None else ""

    @property
    def name(self) -> str:
        return NAME if self._given is None else self._given.name

    @property
    def sha256(self) -> str:
        """Of the weights. The packaged model's is known; its file is checked before it is first used."""
        if not self._sha256:
            self._sha256 = hashlib.sha256(_weights(self._folder()).read_bytes()).hexdigest()
        return self._sha256

    @property
    def dim(self) -> int:
        return DIM if self._given is None else int(self._loaded()[1].shape[1])

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:  # noqa: ARG002 - protocol
        """Return one normalised row a text; zeros for a text without any known piece.

        Raises PassageModelMissingError, PassageModelChecksumError, EncoderOutputError.
        """
        pieces, table = self._loaded()
        made = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
        at = 0
        for batch in batches(text[:_TEXT_LIMIT] for text in texts):
            with self._lock:
                ids, sizes = pieces.bags(batch)
            made[at : at + len(batch)] = _directions(_sums(ids, sizes, table))
            at += len(batch)
        return made

    def _folder(self) -> Path:
        folder = PASSAGE_MODEL if self._given is None else self._given
        if not (folder / "modules.json").is_file():
            raise PassageModelMissingError(folder, "it has no modules.json")
        return folder

    def _loaded(self) -> tuple[Pieces, Table]:
        with self._lock:
            if self._pieces is None or self._table is None:
                self._pieces, self._table = self._load()
            return self._pieces, self._table

    def _load(self) -> tuple[Pieces, Table]:
        folder = self._folder()
        data = _weights(folder).read_bytes()
        pieces = _pieces(folder)
        if self._given is None:
            _check(folder / "model.safetensors", data, SHA256)
            _check(folder / "tokenizer.json", (folder / "tokenizer.json").read_bytes(), TOKENIZER_SHA256)
        table = _table(data, self.name)
        if pieces.count > len(table):
            expected = f"one for each of {pieces.count} pieces"
            raise EncoderOutputError(self.name, f"{len(table)} rows", expected)
        return pieces, table


def _check(path: Path, data: bytes, expected: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise PassageModelChecksumError(path, found, expected)


def _weights(folder: Path) -> Path:
    """Return the file of weights. Raises PassageModelMissingError, also for other sorts of models."""
    path = folder / "model.safetensors"
    try:
        kinds = [str(module["type"]) for module in json.loads((folder / "modules.json").read_bytes())]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise PassageModelMissingError(folder, f"modules.json says {error!r}") from error
    static = bool(kinds) and kinds[0].endswith("StaticEmbedding")
    if not static or not path.is_file() or not all(kind.endswith("Normalize") for kind in kinds[1:]):
        raise PassageModelMissingError(folder, "it holds another sort of model, or no model.safetensors")
    return path


def _pieces(folder: Path) -> Pieces:
    try:
        return Pieces(folder / "tokenizer.json")
    except (OSError, ValueError) as error:
        raise PassageModelMissingError(folder, f"tokenizer.json cannot be read ({error})") from error


def _table(data: bytes, name: str) -> Table:
    """Return the vectors as whole multiples of their grid. Raises EncoderOutputError."""
    from safetensors import SafetensorError  # noqa: PLC0415 - compiled code that --help must not load
    from safetensors.numpy import load  # noqa: PLC0415 - the same

    try:
        weights = load(data).get("embedding.weight", np.zeros(0))
    except (SafetensorError, KeyError, ValueError) as error:
        raise EncoderOutputError(name, f"weights that cannot be read ({error})", "safetensors") from error
    table = weights.astype(np.float64)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():  # noqa: PLR2004 - rows and columns
        raise EncoderOutputError(name, f"weights of shape {table.shape}", "a finite table embedding.weight")
    units = table * 512
    if np.abs(units).max() <= _MOST and np.array_equal(units, np.rint(units)):
        return units.astype(np.float32)
    return np.rint(table * (_FINE / (np.abs(table).max() or 1.0)))


def _sums(ids: NDArray[np.int32], sizes: NDArray[np.int64], table: NDArray[Real]) -> NDArray[Real]:
    """Return the sum of the rows `ids` of each text; exact, so that the order does not matter."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - compiled code that --help must not load

    ends = np.concatenate([[0], np.cumsum(sizes)])
    counts = csr_array((np.ones(len(ids), table.dtype), ids, ends), shape=(len(sizes), len(table)))
    sums: NDArray[Real] = counts @ table
    return sums


def _directions(sums: NDArray[Real]) -> NDArray[np.float32]:
    exact = sums.astype(np.float64)
    norms = np.sqrt((exact * exact).sum(axis=1, keepdims=True))
    made: NDArray[np.float32] = (exact / np.where(norms > 0, norms, 1.0)).astype(np.float32)
    return made

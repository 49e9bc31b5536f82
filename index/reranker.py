"""Re-scoring the candidate passages of a query by something stronger than what found them.

`Rescorer` compares the query's vector with each passage's, by a bi-encoder (with `CachedEncoder` a passage is
encoded once for all queries). `CrossRescorer` lets a cross-encoder read query and passage together: stronger,
and nothing of it can be computed beforehand, so that only pairs are kept.

Decisions
---------
* A cross-encoder is a sequence classifier with one output, from a folder or a name that is on this machine:
  safetensors, no code of its own, no hub (`index.model_folder`). None comes with this program.
* Scores of one rescorer are comparable with each other only. Higher is better.
* A pair is computed alone, without padding: its score depends on nothing else.
* Kept pairs are vectors of one number under the hash of model, query and passage. A query may be secret: the
  folder belongs to its owner alone, and to one workspace (`index.vector_files`).
"""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index import model_folder
from index.encoder import offline
from index.errors import EncoderMissingError, EncoderOutputError, EncoderRefusedError
from index.vector_files import KEY_BYTES, VectorFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder

    from index.encoder import Encoder

_TEXT_LIMIT = 20_000
_PAIR_LIMIT = 256 << 20


class PassageScorer(Protocol):
    """Scores passages for a query."""

    def rescore(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one finite score a text (shape `(len(texts),)`), higher for a better match."""


class Rescorer:
    """Scores by the cosine of a bi-encoder's vectors, between -1 and 1."""

    def __init__(self, encoder: Encoder) -> None:
        """Hold an encoder; give a `CachedEncoder` for passages that come up again."""
        self._encoder = encoder

    def rescore(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one cosine a text. Raises what the encoder raises."""
        if not texts:
            return np.zeros(0, np.float32)
        asked = self._encoder.encode([query], query=True)[0]
        scores: NDArray[np.float32] = self._encoder.encode(texts) @ asked
        return scores


class CrossRescorer:
    """Scores by a cross-encoder."""

    def __init__(self, model: str | Path, *, cache: Path | None = None, threads: int = 0) -> None:
        """`model`: a folder, or a name that the hub's client fetched before. Loaded with the first pair.

        `cache`: a folder for scores. `threads` pairs are computed at a time (0: one a core).
        """
        self._folder = model_folder.find(model)
        self._cache = cache
        self._threads = threads or cpu_count() or 1
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None
        self._kept: VectorFiles | None = None
        self._start = b""

    @property
    def sha256(self) -> str:
        """Identity of the model. Raises EncoderMissingError, EncoderRefusedError."""
        self._check()
        return model_folder.identity(self._folder)

    def rescore(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one score a text.

        Raises EncoderMissingError, EncoderRefusedError, EncoderOutputError.
        """
        pairs = [(query[:_TEXT_LIMIT], text[:_TEXT_LIMIT]) for text in texts]
        if self._cache is None:
            return self._computed(pairs)
        with self._lock:
            if self._kept is None:
                self._start = f"antedate pair 1\0{self.sha256}\0".encode()
                self._kept = VectorFiles(self._cache, 1, limit=_PAIR_LIMIT)
        keys = [self._key(*pair) for pair in pairs]
        held, rows = self._kept.get(keys)
        missing = np.flatnonzero(~held).tolist()
        if missing:
            rows[missing, 0] = self._computed([pairs[at] for at in missing])
            self._kept.put([keys[at] for at in missing], rows[missing])
        scores: NDArray[np.float32] = rows[:, 0]
        return scores

    def close(self) -> None:
        """Close the cache's files."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _key(self, query: str, text: str) -> bytes:
        made = hashlib.blake2b(self._start, digest_size=KEY_BYTES)
        for part in (query, text):
            data = part.encode("utf-8", "surrogatepass")
            made.update(len(data).to_bytes(8, "big") + data)
        return made.digest()

    def _computed(self, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        if not pairs:
            return np.zeros(0, np.float32)
        model = self._loaded()

        def one(pair: tuple[str, str]) -> NDArray[np.float32]:
            made = model.predict([pair], show_progress_bar=False, convert_to_numpy=True)
            return np.asarray(made, np.float32).reshape(-1)

        with ThreadPoolExecutor(max_workers=self._threads) as pool:
            scores = np.concatenate(list(pool.map(one, pairs)))
        if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
            raise EncoderOutputError(
                self._folder.name, f"shape {scores.shape}", f"{len(pairs)} finite scores"
            )
        return scores

    def _check(self) -> None:
        if not (self._folder / "config.json").is_file():
            raise EncoderMissingError(str(self._folder))
        model_folder.check_weights(self._folder)
        if (self._folder / "modules.json").is_file():
            model_folder.check(self._folder)

    def _loaded(self) -> CrossEncoder:
        with self._lock:
            if self._model is None:
                self._check()
                self._model = _load(self._folder)
            return self._model


def _load(folder: Path) -> CrossEncoder:
    """Load a checked folder. Raises EncoderRefusedError."""
    offline()
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 - seconds that words alone must not pay

    try:
        model: CrossEncoder = CrossEncoder(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        outputs = model.num_labels
    except Exception as error:  # whatever a broken folder makes transformers raise
        raise EncoderRefusedError(folder, f"{type(error).__name__}: {str(error)[:200]}") from error
    if outputs != 1:
        raise EncoderRefusedError(folder, f"it has {outputs} outputs where a cross-encoder has one")
    model.eval()
    return model

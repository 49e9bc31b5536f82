"""The folder of a model, as sentence-transformers reads it: `StaticEmbedding`, then `Normalize`.

Weights are rounded to a grid: whole multiples of a power of two, at most `MOST` of them. Then any sum of up
to 32,767 pieces is exact in float32, whatever the order of the additions, and float16 holds each weight.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST = 511
_MODULES = (
    ("0", "", "sentence_transformers.models.StaticEmbedding"),
    ("1", "1_Normalize", "sentence_transformers.models.Normalize"),
)


def on_grid(table: NDArray[np.float32]) -> NDArray[np.float16]:
    """Scale a table (lengths do not matter to cosines) and round it to whole numbers, over 2**9."""
    largest = float(np.abs(table).max()) or 1.0
    units = np.rint(table * (MOST / largest))
    made: NDArray[np.float16] = (units / 512).astype(np.float16)
    return made


def save(folder: Path, table: NDArray[np.float32], tokenizer: str) -> None:
    """Write the folder; `table` has one row a piece."""
    from safetensors.numpy import save_file  # noqa: PLC0415 - compiled code that an import must not load

    (folder / "1_Normalize").mkdir(parents=True, exist_ok=True)
    save_file({"embedding.weight": on_grid(table)}, folder / "model.safetensors")
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    modules = [
        {"idx": number, "name": name, "path": path, "type": kind}
        for number, (name, path, kind) in enumerate(_MODULES)
    ]
    _write(folder / "modules.json", modules)
    _write(folder / "1_Normalize" / "config.json", {})
    _write(
        folder / "config_sentence_transformers.json",
        {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")

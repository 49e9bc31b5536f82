"""A tiny cross-encoder with weights drawn by chance, and the packaged model's words."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from index.model_folder import packaged

if TYPE_CHECKING:
    from pathlib import Path


def model(folder: Path, outputs: int) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config.num_labels = outputs
    BertForSequenceClassification(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(packaged() / name, folder / name)
    return folder

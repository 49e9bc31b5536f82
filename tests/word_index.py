"""A word index of a few items, made for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.lexical import Lexical
from index.lexical_files import write_generation
from index.manifest import Manifest
from index.records import Item, Piece
from index.text import TEXT_FORMAT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def item(number: int, text: str, title: str = "", names: tuple[tuple[str, str], ...] = ()) -> Item:
    piece = Piece(ordinal=0, field="abstract", text=text)
    return Item(id=number, day=None, tags=(), title=title, pieces=(piece,), names=names)


def opened(folder: Path, items: Sequence[Item]) -> Lexical:
    write_generation(None, folder, items, ())
    return reopened(folder, items)


def reopened(folder: Path, items: Sequence[Item]) -> Lexical:
    several = sum(len(each.pieces) for each in items if len(each.pieces) > 1)
    return Lexical(folder, manifest(len(items), several))


def manifest(documents: int, pieces: int) -> Manifest:
    return Manifest(
        generation=1,
        model="none",
        model_sha256="",
        dim=1,
        precision="float32",
        passage_model="none",
        passage_sha256="",
        passage_dim=1,
        passages_format=1,
        text_format=TEXT_FORMAT,
        documents=documents,
        pieces=pieces,
    )

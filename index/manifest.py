"""`Manifest`: the one file that says which files are the index.

Everything else under the folder is written first and is immutable; renaming a new manifest into place is what
makes a generation exist. A file that no manifest names does not belong to the index, whoever left it there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

from index.encoder import Precision
from index.errors import (
    EncoderDimensionError,
    IndexingError,
    IndexMissingError,
    ManifestCorruptError,
    ManifestMismatchError,
)
from index.files import write_whole
from index.text import TEXT_FORMAT

if TYPE_CHECKING:
    from pathlib import Path

    from index.encoders import Encoders

NAME = "manifest.json"
FORMAT = 5
"""Raised when the files change their shape."""
_LIMIT = 1 << 20
_WORDS = frozenset(
    {
        "model",
        "model_sha256",
        "precision",
        "passage_model",
        "passage_sha256",
        "lexical",
        "digest",
        "dead_digest",
    }
)
_SHARES = frozenset({"recall"})
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """How a segment's vectors are searched (`index.clusters`)."""

    lists: int = 0
    """0: rows are scanned one and all, and the ranking is exact."""
    probes: int = 0
    """Lists that a search scans."""
    recall: float = 1.0
    """Share of the true 100 best that these held, measured when the lists were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEntry:
    """A dense segment on disk."""

    number: int
    """Names the folder and never comes back."""
    items: int
    vectors: int
    size: int
    """Bytes of all its files together."""
    digest: str
    """Hash of the list of its files (`index.inventory`)."""
    documents: TableEntry = TableEntry()
    passages: TableEntry = TableEntry()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an index holds at one generation."""

    generation: int
    """Grows by one with every batch that changed something; 0 is an empty index."""
    model: str
    model_sha256: str
    precision: str
    """`float32` or `bfloat16`: what the vectors were computed in. Two precisions never mix."""
    dim: int
    passage_model: str
    """The encoder of pieces."""
    passage_sha256: str
    passage_dim: int
    passages_format: int
    """Version of the caller's way of cutting items into pieces."""
    text_format: int
    """Version of how text becomes words (`index.text`)."""
    items: int = 0
    vectors: int = 0
    documents: int = 0
    """Entries of the index of documents by words; equals `items`."""
    pieces: int = 0
    """Entries of the index of pieces by words."""
    lexical: str = ""
    """Hash of the list of the word indexes' files (`index.inventory`)."""
    words: int = 0
    """Generation whose word indexes apply: a merge of vectors alone makes no new ones."""
    segments: tuple[SegmentEntry, ...] = ()
    dead: int = 0
    """Generation whose tombstone file applies; 0 where nothing was ever replaced or removed."""
    dead_digest: str = ""
    format: int = FORMAT

    def check(self, encoders: Encoders, passages_format: int) -> None:
        """Raise EncoderDimensionError or ManifestMismatchError unless the index was made with these."""
        documents, pieces = encoders.documents, encoders.passages
        if documents.dim != self.dim:
            place = getattr(documents, "place", repr(documents.name))
            raise EncoderDimensionError(place, documents.dim, self.dim)
        pairs = (
            ("index format", self.format, FORMAT),
            ("passage format", self.passages_format, passages_format),
            ("text format", self.text_format, TEXT_FORMAT),
            ("the model", self.model, documents.name),
            ("model weights", self.model_sha256, documents.sha256),
            ("vectors computed in", self.precision, documents.precision),
            ("the passage model", self.passage_model, pieces.name),
            ("passage model weights", self.passage_sha256, pieces.sha256),
            ("passage vectors of length", self.passage_dim, pieces.dim),
        )
        for what, stored, given in pairs:
            if stored != given:
                raise ManifestMismatchError(what, stored, given)


def exists(folder: Path) -> bool:
    """Return whether a folder holds an index."""
    return (folder / NAME).is_file()


def write(folder: Path, manifest: Manifest) -> None:
    """Make a manifest the current one."""
    value = asdict(manifest)
    data = json.dumps({**value, "check": _check(value)}, indent=1, sort_keys=True)
    write_whole(folder / NAME, data.encode())


def read(folder: Path) -> Manifest:
    """Read the current manifest. Raises IndexMissingError, ManifestCorruptError, ManifestMismatchError."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except FileNotFoundError:
        raise IndexMissingError(folder) from None
    if len(data) > _LIMIT:
        raise ManifestCorruptError(path, f"longer than {_LIMIT} bytes")
    try:
        return _parse(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ManifestCorruptError(path, str(error) or type(error).__name__) from None


def precision(folder: Path) -> Precision | None:
    """Return what the vectors of an index were computed in; None where no index can be read."""
    try:
        held = read(folder).precision
    except IndexingError:
        return None
    return next((known for known in get_args(Precision) if known == held), "float32")


def _parse(value: object) -> Manifest:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    if value["format"] != FORMAT:
        raise ManifestMismatchError("index format", value["format"], FORMAT)
    if value.pop("check") != _check(value):
        raise ValueError("its content is not what was written")
    entries = value.pop("segments")
    if not isinstance(entries, list):
        raise TypeError("segments is not a list")
    _check_kinds(value)
    return Manifest(**value, segments=tuple(_entry(entry) for entry in entries))


def _entry(value: dict[str, Any]) -> SegmentEntry:
    documents, passages = value.pop("documents"), value.pop("passages")
    for fields in (value, documents, passages):
        _check_kinds(fields)
    return SegmentEntry(**value, documents=TableEntry(**documents), passages=TableEntry(**passages))


def _check_kinds(fields: dict[str, Any]) -> None:
    for name, field in fields.items():
        wanted = str if name in _WORDS else float if name in _SHARES else int
        if type(field) is not wanted or (not isinstance(field, str) and field < 0):
            raise ValueError(f"{name} is {field!r}")


def _check(value: dict[str, Any]) -> str:
    data = json.dumps(value, sort_keys=True).encode()
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()

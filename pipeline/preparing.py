"""A record made ready for the store: everything that follows from it alone, worked out once and anywhere."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.documents import Document, dump_with_digest, load
from ingest.passages import Passage, passages
from pipeline import near_duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEVEL = 3
"""Of zlib: a third of the size for a tenth of the reading time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document with its passages, its digest, its compressed body, and its near-duplicate signature."""

    document: Document
    cut: tuple[Passage, ...]
    digest: str
    body: bytes
    signature: bytes


def prepare(document: Document) -> Prepared:
    """Work out what is stored of a document."""
    dumped, digest = dump_with_digest(document)
    return Prepared(
        document=document,
        cut=passages(document),
        digest=digest,
        body=zlib.compress(dumped, _LEVEL),
        signature=near_duplicates.signature(document.text),
    )


def unpacked(body: bytes) -> Document:
    """Return the document of a compressed body."""
    return load(zlib.decompress(body))


Packed = tuple[bytes, str, bytes, "Sequence[tuple[str, str, int, int]]"]


def packed(ready: Prepared) -> Packed:
    """Return what another process needs to have the same: body, digest, signature, passages."""
    cut = [(one.anchor, one.field, one.start, one.end) for one in ready.cut]
    return ready.body, ready.digest, ready.signature, cut


def restored(found: Packed) -> Prepared:
    """Read what `packed` wrote."""
    body, digest, signature, cut = found
    return Prepared(
        document=unpacked(body),
        cut=tuple(
            Passage(anchor=anchor, field=field, start=start, end=end)  # type: ignore[arg-type]
            for anchor, field, start, end in cut
        ),
        digest=digest,
        body=body,
        signature=signature,
    )

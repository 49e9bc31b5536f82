"""Documents that a person puts into an assessment, as the library has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ingest.documents import Document
from pipeline import dating
from pipeline.errors import UsageError
from pipeline.novelty import LeftOut

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pipeline.library import Library

PARAMETER: Final = "added by a person"
"""What a report's parameters call such a document's key."""
GONE: Final = "a person added it to the chart, and the corpus holds it no longer"
ADDED: Final = "a person added it to the chart; "


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """What was asked for: documents that may be charted, and why the others cannot."""

    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...]


def read_included(keys: Sequence[str], library: Library, critical: dt.date) -> Included:
    """Look documents up in the order of their keys.

    One that was certainly not public before the date cannot count, whoever added it: it is named with the
    reason, and so is one that was removed since.
    """
    documents, left_out = [], []
    for key in keys:
        try:
            document = library.document(key)
        except UsageError:  # of an unknown key; a busy corpus is no lost document
            left_out.append(LeftOut(key=key, title="", published="", reason=GONE))
            continue
        late = dating.left_out(document, critical, library.versions(document))
        if late is None:
            documents.append(document)
        else:
            left_out.append(replace(late, reason=f"{ADDED}{late.reason}"))
    return Included(documents=tuple(documents), left_out=tuple(left_out))

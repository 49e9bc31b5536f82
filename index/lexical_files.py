"""The two word indexes as tantivy sees them: fields, words, and how a generation of them is made.

Decisions
---------
* A generation is a folder of its own. The next one starts as hard links to the files of the last (tantivy's
  segment files are immutable, its small state files are replaced, never changed in place), is changed there,
  and counts once the manifest names it. So a killed writer leaves nothing but an unnamed folder, no stale
  lock can matter, both indexes and the vectors advance together, and readers keep what they opened.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from index import inventory
from index.files import link_or_copy, sync_folder
from index.records import ORDINAL_BITS
from index.syntax import TEXT_FIELDS
from index.text import LONGEST

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from index.records import Item

ITEMS, PIECES = "documents", "pieces"
"""Folders of a generation."""
ANALYZER = "words_en"
_HEAP = 64_000_000


def write_generation(
    previous: Path | None, folder: Path, add: Sequence[Item], remove: Collection[int]
) -> tuple[int, int, str]:
    """Make a generation from the one before; returns items, pieces, the hash of its list of files.

    Raises OSError.
    """
    folder.mkdir(parents=True)
    counts = []
    for name, schema in ((ITEMS, _item_schema), (PIECES, _piece_schema)):
        target = folder / name
        target.mkdir()
        if previous is not None:
            _clone(previous / name, target)
            index = tantivy().Index.open(str(target))
        else:
            index = tantivy().Index(schema(), str(target))
        index.register_tokenizer(ANALYZER, analyzer())
        index.config_reader(reload_policy="manual")
        try:
            counts.append(_change(index, name, add, remove))
        except ValueError as error:  # how the engine's binding words a failed write
            raise OSError(str(error)) from error
        sync_folder(target)
    listed = inventory.write(folder, previous)
    sync_folder(folder)
    return counts[0], counts[1], listed


def analyzer() -> Any:  # noqa: ANN401 - tantivy has no types
    """Return the engine's form of `index.text.tokens`."""
    engine = tantivy()
    words = engine.Tokenizer.regex(r"\d+(?:[.,]\d+)+|[\p{L}\p{N}]+")
    builder = engine.TextAnalyzerBuilder(words)
    for step in (
        engine.Filter.remove_long(LONGEST),
        engine.Filter.lowercase(),
        engine.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _change(index: Any, name: str, add: Sequence[Item], remove: Collection[int]) -> int:  # noqa: ANN401
    engine = tantivy()
    schema = index.schema
    writer = index.writer(_HEAP, 1)
    if remove:  # by query: deletion by term takes the number for a signed one and silently finds nothing
        field = "id" if name == ITEMS else "item"
        writer.delete_documents_by_query(engine.Query.term_set_query(schema, field, sorted(remove)))
    for item in add:
        for entry in [_item_entry(item)] if name == ITEMS else _piece_entries(item):
            writer.add_document(engine.Document.from_dict(entry, schema))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    count: int = index.searcher().num_docs
    return count


def _item_entry(item: Item) -> dict[str, object]:
    texts: dict[str, list[str]] = {name: [] for name in TEXT_FIELDS}
    pieces = sorted(item.pieces, key=lambda piece: piece.ordinal)
    for piece in pieces:
        texts[piece.field].append(piece.text)
    texts["title"].append(item.title)
    # The caller's first piece may open with the title; its words count once.
    opens = bool(pieces) and pieces[0].text.startswith(item.title)
    entry: dict[str, object] = {
        "id": item.id,
        "tags": sorted(set(item.tags)),
        "text": [*([] if opens else [item.title]), *(piece.text for piece in pieces)],
        **texts,
    }
    if item.day is not None:
        entry["day"] = item.day
    return entry


def _piece_entries(item: Item) -> list[dict[str, object]]:
    return [
        {"id": item.id << ORDINAL_BITS | piece.ordinal, "item": item.id, "text": piece.text}
        for piece in sorted(item.pieces, key=lambda piece: piece.ordinal)
    ]


def _item_schema() -> Any:  # noqa: ANN401 - tantivy has no types
    builder = tantivy().SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    return builder.build()


def _piece_schema() -> Any:  # noqa: ANN401 - tantivy has no types
    builder = tantivy().SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("item", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


def _clone(source: Path, target: Path) -> None:
    """Link the files of the segments that are in use; copy the state, leave out the locks."""
    state = (source / "meta.json").read_bytes()
    used = {segment["segment_id"].replace("-", "") for segment in json.loads(state)["segments"]}
    for path in source.iterdir():
        if path.name.partition(".")[0] in used:
            link_or_copy(path, target / path.name)
    (target / "meta.json").write_bytes(state)
    kept = sorted(path.name for path in target.iterdir())
    (target / ".managed.json").write_text(json.dumps(kept))


def tantivy() -> Any:  # noqa: ANN401 - tantivy has no types
    """Return the engine's module, loaded when first needed."""
    import tantivy  # noqa: PLC0415 - compiled code that --help must not load

    return tantivy

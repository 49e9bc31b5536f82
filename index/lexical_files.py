"""The two word indexes as tantivy sees them: fields, words, and how a generation of them is made.

Decisions
---------
* A generation is a folder of its own. The next one starts as hard links to the files of the last (tantivy's
  segment files are immutable, its small state files are replaced, never changed in place), is changed there,
  and counts once the manifest names it. So a killed writer leaves nothing but an unnamed folder, no stale
  lock can matter, both indexes and the vectors advance together, and readers keep what they opened.
* A title counts twice in what prose is ranked on: against once, with training queries, SciFact +.004 and RFC
  citations +.005 nDCG@10, patent citations +.011 recall@100. Three times gave no more.
* The index of pieces is there to tell pieces of one item apart: an item with a single piece is not in it.
  It knows whether a piece has a word, not how often, and
  is a third smaller for it (110 bytes a piece of 180 words instead of 157).
* The engine is handed stems (`index.text.words`), made once for the item and its piece. Both indexes are
  filled side by side and committed in a thread each: the engine works outside Python's lock.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from index import inventory
from index.files import link_or_copy, sync_folder
from index.names import name_words, number_words
from index.nodes import NAME_FIELDS, TEXT_FIELDS
from index.records import ORDINAL_BITS
from index.text import LONGEST, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from index.records import Item, Piece

ITEMS, PIECES = "documents", "pieces"
"""Folders of a generation."""
ANALYZER = "words_en"
_HEAP = 128_000_000


def write_generation(
    previous: Path | None, folder: Path, add: Sequence[Item], remove: Collection[int]
) -> tuple[int, int, str]:
    """Make a generation from the one before; returns items, pieces, the hash of its list of files.

    Raises OSError.
    """
    folder.mkdir(parents=True)
    items = _opened(previous, folder, ITEMS, _item_schema)
    pieces = _opened(previous, folder, PIECES, _piece_schema)
    try:
        counts = _filled(items, pieces, add, remove)
    except ValueError as error:  # how the engine's binding words a failed write
        raise OSError(str(error)) from error
    for name in (ITEMS, PIECES):
        sync_folder(folder / name)
    listed = inventory.write(folder, previous)
    sync_folder(folder)
    return counts[0], counts[1], listed


def analyzer() -> Any:  # noqa: ANN401 - tantivy has no types
    """Return what reads `index.text.words`: stems between blanks, without those that are no words."""
    engine = tantivy()
    builder = engine.TextAnalyzerBuilder(engine.Tokenizer.whitespace())
    return builder.filter(engine.Filter.remove_long(LONGEST)).build()


def _opened(previous: Path | None, folder: Path, name: str, schema: Callable[[], Any]) -> Any:  # noqa: ANN401
    target = folder / name
    target.mkdir()
    if previous is not None:
        _clone(previous / name, target)
        index = tantivy().Index.open(str(target))
    else:
        index = tantivy().Index(schema(), str(target))
    index.register_tokenizer(ANALYZER, analyzer())
    index.config_reader(reload_policy="manual")
    return index


def _filled(items: Any, pieces: Any, add: Sequence[Item], remove: Collection[int]) -> list[int]:  # noqa: ANN401
    """Change both indexes; returns how many entries each holds."""
    engine = tantivy()
    both = [(index, index.writer(_HEAP, 1)) for index in (items, pieces)]
    if remove:  # by query: deletion by term takes the number for a signed one and silently finds nothing
        for (index, writer), field in zip(both, ("id", "item"), strict=True):
            gone = engine.Query.term_set_query(index.schema, field, sorted(remove))
            writer.delete_documents_by_query(gone)
    made = words(text for item in add for text in (item.title, *(piece.text for piece in item.pieces)))
    for item in add:
        title = next(made)
        stems = sorted(zip(item.pieces, made, strict=False), key=lambda pair: pair[0].ordinal)
        both[0][1].add_document(engine.Document.from_dict(_item_entry(item, title, stems), items.schema))
        for entry in _piece_entries(item, stems):
            both[1][1].add_document(engine.Document.from_dict(entry, pieces.schema))
    with ThreadPoolExecutor(len(both)) as pool:
        return list(pool.map(_committed, *zip(*both, strict=True)))


def _committed(index: Any, writer: Any) -> int:  # noqa: ANN401 - tantivy has no types
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    count: int = index.searcher().num_docs
    return count


def _item_entry(item: Item, title: str, stems: Sequence[tuple[Piece, str]]) -> dict[str, object]:
    texts: dict[str, list[str]] = {name: [] for name in TEXT_FIELDS}
    for piece, made in stems:
        texts[piece.field].append(made)
    texts["title"].append(title)
    # A title's words count twice; the caller's first piece may open with it.
    opens = bool(stems) and stems[0][0].text.startswith(item.title)
    entry: dict[str, object] = {
        "id": item.id,
        "tags": sorted(set(item.tags)),
        "text": [title, *([] if opens else [title]), *(made for _, made in stems)],
        **texts,
        **_names(item),
    }
    if item.day is not None:
        entry["day"] = item.day
    return entry


def _names(item: Item) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {name: [] for name in NAME_FIELDS}
    for field, text in item.names:
        names[field].append((number_words if field == "number" else name_words)(text))
    return names


def _piece_entries(item: Item, stems: Sequence[tuple[Piece, str]]) -> list[dict[str, object]]:
    if len(stems) < 2:  # noqa: PLR2004 - nothing to tell apart
        return []
    return [
        {"id": item.id << ORDINAL_BITS | piece.ordinal, "item": item.id, "text": made}
        for piece, made in stems
    ]


def _item_schema() -> Any:  # noqa: ANN401 - tantivy has no types
    builder = tantivy().SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    for name in NAME_FIELDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    return builder.build()


def _piece_schema() -> Any:  # noqa: ANN401 - tantivy has no types
    builder = tantivy().SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("item", indexed=True)
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="basic")
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

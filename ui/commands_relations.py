"""Commands that follow what leads from one document to others, and the classes of a scheme."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ui.common import Context, options
from ui.console import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.relations import Citing, Relations, Relative
    from pipeline.workspace import Workspace

_SHOWN = 40


class SeveralDocumentsError(click.UsageError):
    """A number without its kind means several documents."""

    def __init__(self, name: str, keys: Iterable[str]) -> None:
        super().__init__(f"{name!r} means several documents; name one of: {', '.join(keys)}")


def key_of(workspace: Workspace, name: str) -> str:
    """Return the key of the document that a name means. Raises UnknownDocumentError and its neighbour."""
    from pipeline.corpus import UnknownDocumentError
    from pipeline.relations import named

    found = named(workspace.store, name)
    if not found:
        raise UnknownDocumentError(name)
    if len(found) > 1:
        raise SeveralDocumentsError(name, [row.key for row in found])
    return found[0].key


@click.command("relations")
@click.argument("key")
@options
@click.pass_obj
def relations(context: Context, key: str) -> None:
    """Show the family, versions, near-duplicates and citations (both ways) of the document KEY.

    KEY is a document's key, another of its names, or its number in any written form.
    """
    from pipeline.relations import relations as look

    with context.open() as workspace:
        document = workspace.corpus.document(key_of(workspace, key))
        found = look(workspace.store, document)
    context.console.result(_as_json(document.key, found), list(_lines(document.key, found)))


def _as_json(key: str, found: Relations) -> dict[str, Any]:
    return {
        "key": key,
        "family": {
            "first": asdict(found.family.first) if found.family.first else None,
            "simple": [asdict(member) for member in found.family.simple],
            "extended": [asdict(member) for member in found.family.extended],
        },
        "versions": [asdict(version) for version in found.versions],
        "near_duplicates": [asdict(other) for other in found.near],
        "cites": [asdict(citation) for citation in found.cites],
        "cited_by": [asdict(other) for other in found.cited_by],
    }


def _lines(key: str, found: Relations) -> Iterable[str]:
    yield key
    if found.family.first is not None:
        yield f"the family was public first with {found.family.first.key}, {found.family.first.published}"
    yield from _group("simple family", [m for m in found.family.simple if m.key != key])
    yield from _group("extended family, beyond that", found.family.extended)
    yield from _group("other versions", found.versions)
    yield from _group("near-duplicates", found.near)
    yield from _cited(found.cites)
    yield from _group("cited by", found.cited_by)


def _group(name: str, members: Iterable[Relative]) -> Iterable[str]:
    rows = list(members)
    yield f"{name}: {len(rows) or 'none here'}"
    for row in rows[:_SHOWN]:
        yield f"  {row.key}  public {row.published or 'on an unknown day'}  {printable(row.title)}"
    if len(rows) > _SHOWN:
        yield f"  … and {len(rows) - _SHOWN} more (--json lists all)"


def _cited(cites: tuple[Citing, ...]) -> Iterable[str]:
    here = sum(citation.held is not None for citation in cites)
    yield f"cites: {len(cites) or 'nothing recorded'}" + (f", {here} of them here" if cites else "")
    for citation in cites[:_SHOWN]:
        name = citation.held.key if citation.held else citation.key or "–"
        marks = ", ".join(mark for mark in (citation.category, citation.phase) if mark)
        yield printable(f"  {name}  {citation.text[:100]}{f'  ({marks})' if marks else ''}")
    if len(cites) > _SHOWN:
        yield f"  … and {len(cites) - _SHOWN} more (--json lists all)"


@click.command("classes")
@click.argument("prefix", default="")
@options
@click.pass_obj
def classes(context: Context, prefix: str) -> None:
    """Count documents by class: subclasses of CPC and IPC, or every symbol below PREFIX (H04L 9/)."""
    from pipeline.classification import below

    with context.open() as workspace:
        found = below(workspace.store, prefix)
    rows = [{"symbol": c.symbol, "documents": c.documents, "title": c.title} for c in found.counts]
    context.console.result(
        {"prefix": found.prefix, "above": [asdict(level) for level in found.above], "classes": rows},
        [
            *(printable(f"{level.symbol}  {level.title}") for level in found.above),
            *(printable(f"{c.documents:>8}  {c.symbol:14} {c.title}") for c in found.counts),
        ]
        or ["no document here has a class of that kind"],
    )


COMMANDS: dict[str, click.Command] = {
    "relations": relations,
    "classes": classes,
}

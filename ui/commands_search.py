"""Commands that look into the corpus: search it, show one of its documents."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from ui.commands_relations import key_of
from ui.common import Context, Day, options
from ui.console import coloured, marked, printable

if TYPE_CHECKING:
    from datetime import date

    from pipeline.library import Reach, Understood
    from pipeline.relations import Relative
    from pipeline.results import Result

_KIN = 5
"""Relatives named below a hit."""
KINDS = ("patent", "application", "paper", "standard", "disclosure", "report")
"""Values of `ingest.documents.DocumentKind`, which `--help` must not import."""


class _Country(click.ParamType[str]):
    """A two-letter office or country code, in either case."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the code in capitals, as documents carry it."""
        if not re.fullmatch(r"[A-Za-z]{2}", str(value)):
            self.fail(f"{value!r} is not a two-letter code such as US", param, ctx)
        return str(value).upper()


class _Class(click.ParamType[str]):
    """The beginning of a class symbol; IPC and CPC in capitals whatever was typed, arXiv's as they are."""

    name = "prefix"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the prefix without blanks, as documents carry it."""
        from pipeline.classification import prefix_of

        symbol = prefix_of(str(value))
        if not symbol:
            self.fail("the class is empty; write the beginning of a symbol such as G06F16", param, ctx)
        return symbol


@click.command("show")
@click.argument("key")
@options
@click.pass_obj
def show(context: Context, key: str) -> None:
    """Print the document KEY (its key, another name of it, its number as written) as interchange JSON."""
    from ingest.jsonl import write_line

    with context.open() as workspace:
        document = workspace.corpus.document(key_of(workspace, key))
    line = write_line(document).decode().rstrip("\n")
    context.console.result(json.loads(line), [line])


@click.command("search")
@click.argument("query")
@click.option("--mode", type=click.Choice(["fused", "words", "meaning"]), default="fused", show_default=True)
@click.option("--before", type=Day(), help="Only what may have been public strictly before this day.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="May be given several times.")
@click.option("--country", "countries", multiple=True, type=_Country(), help="Two-letter code, e.g. US")
@click.option("--class", "classes", multiple=True, type=_Class(), help="Class-symbol prefix, e.g. G06F16")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--like", help="Not there yet.")
@click.option("--unlike", help="Not there yet.")
@options
@click.pass_obj
def search(
    context: Context,
    query: str,
    mode: str,
    before: date | None,
    kinds: tuple[str, ...],
    countries: tuple[str, ...],
    classes: tuple[str, ...],
    limit: int,
    like: str | None,
    unlike: str | None,
) -> None:
    """Search the corpus. Fields title:, abstract:, claims:, description:; AND OR NOT, "phrases", "near"~3."""
    from pipeline.library import SearchFilter
    from pipeline.results import search as grouped

    if not query.strip():
        raise click.UsageError("the query is empty; say what to look for")
    if like or unlike:
        raise click.UsageError("--like and --unlike are not there yet")
    filters = SearchFilter(before=before, kinds=kinds, countries=countries, classes=classes)
    with context.open() as workspace:
        found = grouped(workspace.corpus, query, mode=mode, limit=limit, filters=filters)  # type: ignore[arg-type]
        total = workspace.corpus.count(SearchFilter())
        reach = workspace.corpus.reach(filters)
        reading = workspace.corpus.understood(query)
    understood = {
        "query": query,
        "reading": reading.reading,
        "text": reading.text,
        "words_left_out": reading.left_out,
        "shortened_for_meaning": reading.shortened and mode != "words",
        "mode": mode,
        "before": before.isoformat() if before else None,
        "kinds": list(kinds),
        "countries": list(countries),
        "classes": list(classes),
        "searched": reach.certain,
        "date_uncertain": reach.uncertain,
        "undated_left_out": reach.undated,
        "not_indexed_yet": reach.waiting,
        "documents": total,
    }
    context.console.result(
        {"understood": understood, "hits": [_hit(hit) for hit in found]},
        [
            *_read_lines(reading, meant=mode != "words"),
            *_reach_lines(reach, before, total),
            *_hit_lines(found, before),
        ],
    )


def _read_lines(reading: Understood, *, meant: bool) -> list[str]:
    text = printable(reading.text)
    shown = text if len(text) <= 400 else f"{text[:399]}…"  # noqa: PLR2004 - a few lines of a terminal
    left = f" ({reading.left_out} lighter words or claim boilerplate left out)" if reading.left_out else ""
    lines = [f"read as {reading.reading}: {shown or 'no word that says anything'}{left}"]
    if reading.shortened and meant:
        lines.append("the query is long: by meaning, only about its first 190 words were asked for")
    return lines


def _reach_lines(reach: Reach, before: date | None, total: int) -> list[str]:
    public = f" public before {before}" if before else ""
    lines = [f"searched {reach.certain}{public} of {total} documents in this workspace, and nothing else"]
    if reach.uncertain:
        lines.append(
            f"{reach.uncertain} more may have been public before or after {before}: "
            "searched, not counted, marked 'date uncertain'"
        )
    if before and reach.undated:
        lines.append(f"{reach.undated} without any public date were left out")
    if reach.waiting:
        lines.append(f"{reach.waiting} changes are not in the index yet (a command is still writing it)")
    return lines


def _hit(result: Result) -> dict[str, Any]:
    hit = result.found
    return {
        "key": hit.key,
        "title": hit.title,
        "kind": hit.kind,
        "score": hit.score,
        "words_rank": hit.words_rank,
        "meaning_rank": hit.meaning_rank,
        "published": hit.published,
        "date_uncertain": hit.date_uncertain,
        "passages": [
            {
                "anchor": p.anchor,
                "start": p.start,
                "end": p.end,
                "quote": p.quote,
                "terms": [list(span) for span in p.terms],
            }
            for p in hit.passages
        ],
        "near_duplicates": [_member(other) for other in result.near],
        "family": [_member(other) for other in result.family],
        "family_first": _member(result.first) if result.first else None,
    }


def _member(relative: Relative) -> dict[str, str]:
    return {"key": relative.key, "published": relative.published}


def _hit_lines(found: tuple[Result, ...], before: date | None) -> list[str]:
    lines: list[str] = []
    for number, result in enumerate(found, 1):
        hit = result.found
        ranks = f"words {hit.words_rank or '–'}, meaning {hit.meaning_rank or '–'}"
        lines += ["", f"{number}. {hit.key}  {printable(hit.title)}"]
        doubt = f" – date uncertain, may not be before {before}" if hit.date_uncertain else ""
        lines.append(f"   {hit.kind}, public {hit.published or 'on an unknown day'}{doubt}  ({ranks})")
        lines += _kin_lines(result)
        for passage in hit.passages:
            quote = marked(passage.quote, passage.terms, colour=coloured())
            shown = " ".join(quote.split())
            lines.append(f"   [{passage.anchor}] {shown[:400]}{'…' if len(shown) > 400 else ''}")  # noqa: PLR2004
    return lines


def _kin_lines(result: Result) -> list[str]:
    from pipeline.results import listed

    lines = []
    if result.near:
        lines.append(f"   near-duplicates: {listed(result.near, _KIN)}")
    if result.family and result.first is not None:
        first = f"; public first with {result.first.key}" if result.first.key != result.found.key else ""
        lines.append(f"   same family: {listed(result.family, _KIN)}{first}")
    return lines


COMMANDS: dict[str, click.Command] = {
    "show": show,
    "search": search,
}

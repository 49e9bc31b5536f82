"""Commands that look into the corpus: search it, show one of its documents."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from ui.commands_relations import key_of
from ui.common import Context, Day, options

if TYPE_CHECKING:
    from datetime import date

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
@click.option("--after", type=Day(), help="Only what was public on this day or later.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="May be given several times.")
@click.option("--country", "countries", multiple=True, type=_Country(), help="Two-letter code, e.g. US")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Name of a reader, e.g. uspto_xml")
@click.option("--class", "classes", multiple=True, type=_Class(), help="Class-symbol prefix, e.g. G06F16")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option(
    "--like", multiple=True, metavar="KEY", help="More like this document. Several times: all of them."
)
@click.option("--unlike", multiple=True, metavar="KEY", help="Less like this document; may be repeated.")
@click.option(
    "--facets", "counted", is_flag=True, help="Count what is found by kind, country, source, class, year."
)
@options
@click.pass_obj
def search(
    context: Context,
    query: str,
    mode: str,
    before: date | None,
    after: date | None,
    kinds: tuple[str, ...],
    countries: tuple[str, ...],
    sources: tuple[str, ...],
    classes: tuple[str, ...],
    limit: int,
    like: tuple[str, ...],
    unlike: tuple[str, ...],
    counted: bool,
) -> None:
    """Search the corpus: words, a sentence, or an expression with AND OR NOT, "phrases", NEAR/n, fields:."""
    from pipeline.explanation import told
    from pipeline.facets import facets
    from pipeline.library import SearchFilter
    from pipeline.results import search as grouped
    from ui import search_lines as lines

    if not query.strip() and not like:
        raise click.UsageError("the query is empty; say what to look for, or give --like KEY")
    filters = SearchFilter(
        before=before, after=after, kinds=kinds, countries=countries, sources=sources, classes=classes
    )
    meant = mode != "words"
    with context.open() as workspace:
        corpus = workspace.corpus
        wanted: dict[str, Any] = {
            "mode": mode,
            "like": tuple(key_of(workspace, key) for key in like),
            "unlike": tuple(key_of(workspace, key) for key in unlike),
        }
        found = grouped(corpus, query, limit=limit, filters=filters, **wanted)
        total = corpus.count(SearchFilter())
        reach = corpus.reach(filters)
        reading = corpus.understood(query)
        counts = facets(corpus, query, filters, **wanted) if counted else None
    understood = {
        "query": query,
        "reading": reading.reading,
        "text": reading.text,
        "explanation": told(query, reading, meant=meant),
        "words_left_out": reading.left_out,
        "words_unknown": list(reading.unknown),
        "shortened_for_meaning": reading.shortened and meant,
        "mode": mode,
        "before": before.isoformat() if before else None,
        "after": after.isoformat() if after else None,
        "kinds": list(kinds),
        "countries": list(countries),
        "sources": list(sources),
        "classes": list(classes),
        "like": list(wanted["like"]),
        "unlike": list(wanted["unlike"]),
        "searched": reach.certain,
        "date_uncertain": reach.uncertain,
        "undated_left_out": reach.undated,
        "not_indexed_yet": reach.waiting,
        "damage": list(reach.damage),
        "documents": total,
    }
    answer: dict[str, Any] = {
        "understood": understood,
        "hits": [lines.hit_json(hit) for hit in found],
    }
    if counts is not None:
        answer["facets"] = lines.facets_json(counts)
    context.console.result(
        answer,
        [
            *lines.read_lines(query, reading, meant=meant),
            *lines.reach_lines(reach, before, total, dated=before is not None or after is not None),
            *lines.hit_lines(found, query, before),
            *(lines.facet_lines(counts) if counts is not None else ()),
        ],
    )


COMMANDS: dict[str, click.Command] = {
    "show": show,
    "search": search,
}

"""The plain-text twin: wrapped lines that any machine can show in twenty years, and the Markdown source."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from publications.document import HEADINGS
from publications.nodes import Node, rows_of, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publications.content import Page
    from publications.document import DefensivePublication
    from publications.release import Release

WIDTH = 78
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")


def page_text(page: Page, release: Release) -> str:
    """Return a page as wrapped plain text with the ISO date of publication at its top."""
    out = [f"{release.identifier}, version {release.version}, published {release.instant} (UTC)", ""]
    out += [*_wrap(page.title), "=" * min(WIDTH, len(page.title)), ""]
    out += _wrap("; ".join(page.authors))
    for label, values in (("Keywords", page.keywords), ("Classes (CPC)", page.classes)):
        if values:
            out += ["", *_wrap(f"{label}: {', '.join(values)}")]
    for part in (page.abstract, *page.parts):
        if part.nodes:
            out += ["", "", *_wrap(part.heading), "-" * len(part.heading), "", *_blocks(part.nodes, WIDTH)]
    if page.references:
        out += ["", "", "References", "----------", ""]
        for number, reference in enumerate(page.references, 1):
            out += _wrap(reference, first=f"[{number}] ", rest="    ")
    out += ["", "", "About this publication", "----------------------", ""]
    for label, value in page.legal:
        out += _wrap(f"{label}: {value}", rest="  ")
    for statement in page.statements:
        out += ["", *_wrap(statement)]
    return "\n".join(text.rstrip() for text in out) + "\n"


def source_markdown(publication: DefensivePublication) -> str:
    """Return the content as one Markdown file: the reviewed source for human editors."""
    out = [f"# {_escaped(publication.title)}", ""]
    rows = (
        ("Authors", publication.authors),
        ("Keywords", publication.keywords),
        ("Classes (CPC)", publication.classes),
        ("Language", (publication.language,)),
        ("Licence", (publication.licence,)),
        ("Contact", (publication.contact,)),
        ("Use of artificial intelligence", (publication.ai_use,)),
    )
    for label, values in rows:
        if any(values):
            out.append(f"- {label}: {_escaped('; '.join(values))}")
    out += ["", "## Abstract", "", publication.abstract.strip(), ""]
    for section in publication.sections:
        out += [f"## {HEADINGS[section.name]}", "", section.text.strip(), ""]
    if publication.references:
        out += ["## References", ""]
        for number, item in enumerate(publication.references, 1):
            pieces = (item.key, item.title, item.published, ", ".join(item.places))
            out.append(f"{number}. {_escaped('; '.join(piece for piece in pieces if piece))}")
        out.append("")
    return "\n".join(out)


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _wrap(text: str, width: int = WIDTH, first: str = "", rest: str = "") -> list[str]:
    lines: list[str] = []
    for piece in text.split("\n"):
        lines += textwrap.wrap(
            " ".join(piece.split()),
            width,
            initial_indent=rest if lines else first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines or [first.rstrip()]


def _blocks(nodes: Iterable[Node], width: int) -> list[str]:
    out: list[str] = []
    for is_block, group in runs(nodes):
        if out:
            out.append("")
        out += list(_block(group[0], width)) if is_block else _wrap(_inline(group), width)
    return out


def _block(node: Node, width: int) -> Iterator[str]:
    if node.tag == "pre":
        yield from ("    " + code for code in node.content.removesuffix("\n").split("\n"))
    elif node.tag == "hr":
        yield "*  *  *"
    elif node.tag in ("ul", "ol"):
        yield from _list(node, width)
    elif node.tag == "blockquote":
        yield from (f"> {text}" for text in _blocks(node.children, width - 2))
    elif node.tag == "table":
        yield from _table(node, width)
    elif node.tag.startswith("h"):
        yield from _wrap(_inline(node.children), width)
    else:
        yield from _wrap(_inline(node.children), width)


def _list(node: Node, width: int) -> Iterator[str]:
    items = [child for child in node.children if child.tag == "li"]
    for index, item in enumerate(items):
        mark = f"{node.start + index}. " if node.tag == "ol" else "- "
        lines = _blocks(item.children, max(20, width - len(mark))) or [""]
        yield mark + lines[0]
        yield from (" " * len(mark) + text if text else "" for text in lines[1:])


def _table(node: Node, width: int) -> Iterator[str]:
    rows = [
        [" ".join(_inline(cell.children).split()) for cell in row.children if cell.tag in ("th", "td")]
        for row in rows_of(node)
    ]
    columns = max(map(len, rows), default=0)
    rows = [row + [""] * (columns - len(row)) for row in rows if row]
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(columns)]
    if sum(widths) + 3 * (columns - 1) <= width:
        for index, row in enumerate(rows):
            yield " | ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
            if index == 0:
                yield "-+-".join("-" * size for size in widths)
        return
    head, *body = rows
    for row in body:
        for name, cell in zip(head, row, strict=True):
            yield from _wrap(f"{name}: {cell}", width, rest="  ")
        yield ""


def _inline(nodes: Iterable[Node]) -> str:
    return "".join(_words(node) for node in nodes)


def _words(node: Node) -> str:
    inside = _inline(node.children)
    if node.tag == "a" and node.href and node.href not in (inside, f"mailto:{inside}"):
        return f"{inside} <{node.href}>"
    if node.tag == "br":
        return "\n"
    return {"sub": f"_{inside}", "sup": f"^{inside}", "del": f"[deleted: {inside}]"}.get(
        node.tag, inside or node.text
    )

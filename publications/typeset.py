"""The PDF of a release: PDF/A-3u by typst, its content passed as data and never as markup.

Decisions
---------
* Only the fonts inside the typesetter are used, so that any machine makes the same bytes. A character that
  none of them has is printed as `[U+4E2D]`, and the legal block says so; page, text and embedded source have
  it as it is. The typesetter itself names these characters, since PDF/A forbids empty boxes.
* A word longer than its line gets places where it may break (zero-width spaces), in the PDF alone. Addresses
  and hashes get none where they fit, so that they can be copied.
* The canonical source travels inside (`disclosure.json`, relationship Source): the file alone is enough.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from publications.document import canonical
from publications.errors import PdfRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from publications.content import Page
    from publications.document import DefensivePublication
    from publications.release import Release

_TEMPLATE = Path(__file__).with_name("templates") / "publication.typ"
_UNPRINTABLE = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_RUN = re.compile(r"[^\s\u200b/-]+")
"""A run in which a line never breaks by itself."""
_HASH = re.compile(r"[0-9a-f]{1,72}")
_LINE = 40
"""Letters of a word, however wide, that fit on a line of the body."""
_CODE_LINE = 80
_ATTEMPTS = 5
_NOTE = (
    "Characters printed here as [U+…] are missing from the fonts of this file; the page, the plain text and "
    "the source embedded in this file have them."
)


Standard: TypeAlias = Literal["a-3u", "ua-1"]
"""Standards that name a character which no font has: PDF/A-3u demands a day, PDF/UA-1 does without."""


def page_pdf(page: Page, publication: DefensivePublication, release: Release) -> bytes:
    """Return the PDF of a page. Raises PdfRefusedError when the typesetter finds no way."""
    fixed = {
        "name": release.name,
        "author": list(page.authors),
        "keywords": [*page.keywords, *page.classes],
        "language": page.language,
        "time": list(release.published.timetuple()[:6]),
        "source": canonical(publication).decode(),
    }
    return typeset(_TEMPLATE, _shown(page, release), fixed, release.name)


def typeset(
    template: Path,
    shown: dict[str, Any],
    fixed: dict[str, Any],
    name: str,
    *,
    standard: Standard = "a-3u",
    note: str = _NOTE,
) -> bytes:
    """Return a template's PDF of content that it reads from `sys.inputs.data`, as JSON.

    In `shown` a character that the fonts lack becomes its number; `fixed` stays as it is. The template gets
    both, and `notes`, which holds `note` where a character was replaced. Raises PdfRefusedError for `name`.
    """
    missing: set[str] = set()
    for _ in range(_ATTEMPTS):
        data = _mapped(shown, partial(_printable, missing=missing))
        notes = [note] if missing else []
        result = _compile(template, standard, {**data, **fixed, "notes": notes})
        if isinstance(result, bytes):
            return result
        found = _unprintable(result)
        if not found - missing:
            raise PdfRefusedError(name, result.strip().split("\n")[0][:200])
        missing |= found
    raise PdfRefusedError(name, f"{len(missing)} kinds of characters are missing from the fonts")


def _shown(page: Page, release: Release) -> dict[str, Any]:
    parts = [part for part in (page.abstract, *page.parts) if part.nodes]
    return {
        "title": breakable(page.title),
        "authors": breakable(", ".join(page.authors)),
        "running": f"{release.identifier} v{release.version} · published {release.instant} (UTC)",
        "kind": f"Defensive publication {release.identifier}, version {release.version}",
        "published": f"Published {release.instant} (UTC)",
        "terms": [
            [label, breakable(", ".join(values))]
            for label, values in (("Keywords", page.keywords), ("Classes (CPC)", page.classes))
            if values
        ],
        "parts": [
            {
                "heading": part.heading,
                "abstract": part.anchor == "abstract",
                "nodes": [_broken(node.data()) for node in part.nodes],
            }
            for part in parts
        ],
        "references": [breakable(reference) for reference in page.references],
        "legal": [[label, breakable(value)] for label, value in page.legal],
        "statements": list(page.statements),
    }


def _compile(template: Path, standard: Standard, data: dict[str, Any]) -> bytes | str:
    """Return the PDF, or what the typesetter had against it."""
    import typst  # noqa: PLC0415 - a compiled typesetter that --help must not load

    try:
        made = typst.compile(
            template.read_bytes(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=[standard],
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    except typst.TypstError as error:
        return str(error.diagnostic or error)
    assert isinstance(made, bytes)
    return made


def picture(svg: str, width: int, height: int, pixels: int) -> bytes:
    """Return a drawing of our own, `width` × `height` units of 1/96 inch, as PNG of `pixels` per inch."""
    import typst  # noqa: PLC0415 - a compiled typesetter that --help must not load

    page = (
        "#let data = json(bytes(sys.inputs.data))\n"
        "#set page(width: data.width * 0.75pt, height: data.height * 0.75pt, margin: 0pt)\n"
        '#image(bytes(data.svg), format: "svg", width: 100%)'
    )
    given = json.dumps({"svg": svg, "width": width, "height": height})
    made = typst.compile(
        page.encode(), ignore_system_fonts=True, format="png", ppi=pixels, sys_inputs={"data": given}
    )
    assert isinstance(made, bytes)
    return made


def _unprintable(diagnostic: str) -> set[str]:
    texts = (
        _ESCAPE.sub(lambda match: chr(int(match[1], 16)), found[1])
        for found in _UNPRINTABLE.finditer(diagnostic)
    )
    return {character for text in texts for character in text if not character.isascii()}


def _printable(text: str, missing: set[str]) -> str:
    if not missing:
        return text
    return "".join(f"[U+{ord(one):04X}]" if one in missing else one for one in text)


def breakable(text: str, limit: int = _LINE) -> str:
    """Return a text whose words of more than `limit` letters have places where they may break."""

    def spaced(match: re.Match[str]) -> str:
        word, every = match[0], max(4, limit // 2)
        if len(word) <= limit or (limit >= _LINE and _HASH.fullmatch(word)):
            return word
        return "\u200b".join(word[at : at + every] for at in range(0, len(word), every))

    return _RUN.sub(spaced, text)


def _broken(node: Any, limit: int = _LINE) -> Any:  # noqa: ANN401 - a JSON value
    """Let the words shown break; addresses of links stay whole."""
    if isinstance(node, str):
        return breakable(node, limit)
    if node["tag"] == "table":
        limit = max(4, 50 // _columns(node))
    found = {**node, "children": [_broken(child, limit) for child in node["children"]]}
    if "text" in node:
        found["text"] = breakable(node["text"], _CODE_LINE if node["tag"] == "pre" else limit)
    return found


def _columns(node: Any) -> int:  # noqa: ANN401 - a JSON value
    """Return the number of cells in the widest row."""
    if isinstance(node, str):
        return 1
    if node["tag"] == "tr":
        return max(1, sum(not isinstance(child, str) for child in node["children"]))
    return max(map(_columns, node["children"]), default=1)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {
            key: item if key in ("tag", "href", "align") else _mapped(item, change)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return value

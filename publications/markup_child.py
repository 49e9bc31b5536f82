"""The child that turns Markdown into safe HTML: a JSON list of texts on standard input, of HTML on output.

It runs as a script, isolated (`python -I`), and imports nothing of this project, so that whatever a text
does to the parser ends with this process. Images are never loaded: each becomes its description in words.
HTML in a text is text, because "a<b and c>d" must not vanish; only bare marks such as `<sub>` act as marks.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import markdown
import nh3
from markdown.inlinepatterns import HtmlInlineProcessor
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

_NAMES = (
    "p br h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong s sub sup hr "
    "table thead tbody tr th td a ins del mark"
)
TAGS = frozenset(_NAMES.split())
ATTRIBUTES = {"a": {"href"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}}
MARKS = r"(</?(?:sub|sup|ins|del|s|mark|em|strong)>|<br ?/?>)"
SCHEMES = frozenset({"http", "https", "mailto"})
OUTPUT_LIMIT = 4 * 1024 * 1024
MEMORY_LIMIT = 1024 * 1024 * 1024
CPU_SECONDS = 6


class _Described(Treeprocessor):
    """`![words](address)` becomes the words; nothing is fetched to show a publication."""

    def run(self, root: ET.Element) -> None:
        for image in root.iter("img"):
            words = image.get("alt", "")
            image.attrib.clear()
            image.tag, image.text = "em", f"[image: {words}]"


def render(text: str) -> str:
    """Return the sanitised HTML of one Markdown text."""
    parser = markdown.Markdown(
        extensions=["tables", "fenced_code", "sane_lists"],
        extension_configs={"tables": {"use_align_attribute": True}},
        output_format="html",
    )
    parser.preprocessors.deregister("html_block")
    parser.inlinePatterns.deregister("html")
    parser.inlinePatterns.register(HtmlInlineProcessor(MARKS, parser), "html", 90)
    parser.treeprocessors.register(_Described(parser), "described_images", 5)
    return nh3.clean(
        parser.convert(text),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        url_relative="deny",
        link_rel="noopener nofollow",
        strip_comments=True,
    )


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 - absent where there are no such limits
    except ImportError:
        return
    limits = ((resource.RLIMIT_AS, MEMORY_LIMIT), (resource.RLIMIT_CPU, CPU_SECONDS))
    for kind, value in limits:
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def main() -> int:
    """Render what comes in; exit 1 when the result is larger than anyone would read."""
    _limit()
    texts = json.loads(sys.stdin.buffer.read())
    out = json.dumps([render(text) for text in texts]).encode()
    if len(out) > OUTPUT_LIMIT:
        return 1
    sys.stdout.buffer.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

r"""Text of a disclosure to plain Markdown: paragraphs, lists, headings, tables and code, nothing else.

What inventors and cited documents wrote is data. A character that Markdown would read as markup is escaped,
and only where it would be: `a_b` and `2 * 3` stay as they are, because people edit the draft afterwards. The
law, kept by a test on the one renderer: what is shown are the words that went in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Shape(Enum):
    """What a block of text is."""

    PARAGRAPH = auto()
    BULLETS = auto()
    NUMBERED = auto()
    TABLE = auto()
    CODE = auto()
    HEADING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block and its lines: one of a paragraph, one per item, per row, or per line of code."""

    shape: Shape
    lines: tuple[str, ...]
    first: int = 1
    """The number of the first item of a numbered list."""


_ITEM: Final = re.compile(r"[ \t]*(?:[-*•–·+]|\(?(?P<number>\d{1,3})[.)])[ \t]+(?=\S)")
_FENCE: Final = re.compile(r"[ \t]*(`{3,}|~{3,})")
_HEADING: Final = re.compile(r"#{1,6}[ \t]+(.+?)[ \t#]*")
_RULE: Final = re.compile(r"[ \t]*(?:[-=_*][ \t]*){3,}")
_CELLS: Final = re.compile(r"\s+\|\s+|\t+")
_TABLE_RULE: Final = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?")
_CODE_LINE: Final = re.compile(r"(?:[ ]{2,}|\t)\S.*")
_CODE_SIGNS: Final = re.compile(r"[=(){};\[\]]|:\s*$", re.MULTILINE)
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SENTENCE: Final = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)[)\"”’]?\s+(?=[A-Z0-9“\"(])")
_ABBREVIATED: Final = re.compile(
    r"(?:\b(?:approx|ca|cf|figs?|nos?|vs|etc|resp|al|eq|dr|prof)|(?<![\d°] )\b[A-Z])\.$", re.IGNORECASE
)
_WORD_BEFORE: Final = 12
_CODE_SPAN: Final = re.compile(r"(`[^`\n]+`)")
_ESCAPABLE: Final = frozenset("\\`*_{}[]()>#+-.!|")
_LINKED: Final = re.compile(r"\][(\[:]|\]\s+[(\[]")


def visible(text: str) -> str:
    """Return the text without characters that no reader sees and no page can show; line ends are LF."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return visible text with every run of white space as one blank."""
    return " ".join(visible(text).split())


def sentences(line: str) -> list[str]:
    """Split a line into sentences; joined, they are the line."""
    found: list[str] = []
    begin = 0
    for match in _SENTENCE.finditer(line):
        if not _ABBREVIATED.search(line[max(begin, match.start() - _WORD_BEFORE) : match.start()]):
            found.append(line[begin : match.end()])
            begin = match.end()
    return [*found, line[begin:]] if line[begin:] else found


def clip(text: str, words: int) -> str:
    """Return at most that many words, with an ellipsis where something was cut."""
    found = text.split()
    return " ".join(found) if len(found) <= words else " ".join(found[:words]).rstrip(",;:") + " …"


def blocks(text: str) -> tuple[Block, ...]:
    """Read the blocks of a text as `intake` left it, or as somebody typed it in Markdown."""
    found: list[Block] = []
    lines = visible(text).split("\n")
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if not lines[at].strip():
            at += 1
        elif fence is not None:
            end = _fence_end(lines, at, fence[1])
            found.append(Block(shape=Shape.CODE, lines=tuple(lines[at + 1 : end])))
            at = end + 1
        else:
            end = next((n for n in range(at, len(lines)) if _breaks(lines, n, at)), len(lines))
            found.extend(_chunk(lines[at:end]))
            at = end
    return tuple(_joined_lists(block for block in found if any(line.strip() for line in block.lines)))


def markdown(found: Iterable[Block]) -> str:
    """Return blocks as Markdown."""
    return "\n\n".join(_block(block) for block in found)


def escape(text: str, *, foreign: bool = False) -> str:
    r"""Return a line whose characters all show as themselves.

    Paired backticks (`` `code` ``) stay code unless the text is `foreign`; then bare `<` is escaped as well.
    """
    line = one_line(text)
    pieces = [line] if foreign else _CODE_SPAN.split(line)
    linked = _LINKED.search(line) is not None
    out = "".join(
        piece
        if number % 2
        else _escape_inline(piece, "`" * (number + 1 < len(pieces)), linked=linked, foreign=foreign)
        for number, piece in enumerate(pieces)
    )
    return _escape_start(out)


def _breaks(lines: Sequence[str], at: int, begin: int) -> bool:
    line = lines[at]
    if not line.strip() or (at > begin and _FENCE.match(line) is not None):
        return True
    headed = _HEADING.fullmatch(line) is not None
    return at > begin and (headed or _HEADING.fullmatch(lines[begin]) is not None)


def _fence_end(lines: Sequence[str], at: int, mark: str) -> int:
    closed = (n for n in range(at + 1, len(lines)) if lines[n].strip().startswith(mark))
    return next(closed, len(lines))


def _chunk(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the blocks of lines that no blank line parts."""
    heading = _HEADING.fullmatch(lines[0])
    if heading is not None:
        yield Block(shape=Shape.HEADING, lines=(heading[1],))
    elif (rows := _rows(lines)) is not None:
        yield Block(shape=Shape.TABLE, lines=rows)
    elif _is_code(lines):
        yield Block(shape=Shape.CODE, lines=tuple(lines))
    else:
        yield from _prose_and_lists([line for line in lines if _RULE.fullmatch(line) is None])


def _prose_and_lists(lines: Sequence[str]) -> Iterator[Block]:
    prose: list[str] = []
    items: list[str] = []
    numbers: list[int | None] = []
    for line in lines:
        item = _ITEM.match(line)
        if item is not None:
            items.append(line[item.end() :].strip())
            numbers.append(int(item["number"]) if item["number"] else None)
        elif items:
            items[-1] += f" {line.strip()}"
        else:
            prose.append(line.strip())
    if prose:
        yield Block(shape=Shape.PARAGRAPH, lines=(" ".join(prose),))
    if items:
        counted = [number for number in numbers if number is not None]
        ordered = len(counted) == len(items) and counted == list(range(counted[0], counted[0] + len(items)))
        shape = Shape.NUMBERED if ordered else Shape.BULLETS
        yield Block(shape=shape, lines=tuple(items), first=counted[0] if ordered else 1)


def _rows(lines: Sequence[str]) -> tuple[str, ...] | None:
    """Return the rows of a table, cells parted by tabs, or None."""
    rows = [line for line in lines if _TABLE_RULE.fullmatch(line.strip()) is None or "-" not in line]
    cells = [_CELLS.split(row.strip().strip("|").strip()) for row in rows]
    widths = {len(row) for row in cells}
    if len(rows) < 2 or len(widths) != 1 or widths == {1}:  # noqa: PLR2004 - a heading and a row
        return None
    return tuple("\t".join(row) for row in cells)


def _is_code(lines: Sequence[str]) -> bool:
    if len(lines) < 2 or any(_ITEM.match(line) for line in lines):  # noqa: PLR2004 - a head and a body
        return False
    return any(_CODE_LINE.fullmatch(line) for line in lines) and bool(_CODE_SIGNS.search("\n".join(lines)))


def _joined_lists(found: Iterable[Block]) -> Iterator[Block]:
    """Join lists that only blank lines part: one list with loose items."""
    held: Block | None = None
    for block in found:
        if held is not None and _continues(held, block):
            held = Block(shape=held.shape, lines=(*held.lines, *block.lines), first=held.first)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _continues(one: Block, other: Block) -> bool:
    if one.shape is not other.shape or one.shape not in (Shape.BULLETS, Shape.NUMBERED):
        return False
    return one.shape is Shape.BULLETS or other.first == one.first + len(one.lines)


def _block(block: Block) -> str:
    match block.shape:
        case Shape.BULLETS:
            return "\n".join(f"- {escape(line)}" for line in block.lines)
        case Shape.NUMBERED:
            return "\n".join(f"{n}. {escape(line)}" for n, line in enumerate(block.lines, block.first))
        case Shape.TABLE:
            return _table(block.lines)
        case Shape.CODE:
            longest = max((len(run) for line in block.lines for run in re.findall("`+", line)), default=0)
            fence = "`" * max(3, longest + 1)
            return "\n".join((fence, *block.lines, fence))
        case Shape.HEADING:
            return f"### {escape(block.lines[0])}"
        case _:
            return escape(" ".join(block.lines))


def _table(rows: Sequence[str]) -> str:
    cells = [[escape(cell).replace("|", "&#124;") for cell in row.split("\t")] for row in rows]
    head, *body = (f"| {' | '.join(row)} |" for row in cells)
    return "\n".join((head, f"|{'---|' * len(cells[0])}", *body))


def _escape_inline(text: str, following: str, *, linked: bool, foreign: bool) -> str:
    def spelled(match: re.Match[str]) -> str:
        sign, before = match[0], text[max(0, match.start() - 1) : match.start()]
        after = text[match.end() : match.end() + 1] or following
        loose = before in ("", " ") and after in ("", " ")
        if sign == "&":
            return "&amp;" if re.match(r"#?\w+;", text[match.end() : match.end() + 40]) else sign
        if sign == "<":
            return "&lt;" if foreign else sign
        harmless = {
            "\\": after not in _ESCAPABLE,
            "*": loose,
            "_": loose or (before.isalnum() and after.isalnum()),
            "[": not linked,
        }.get(sign, False)
        return sign if harmless else f"\\{sign}"

    return re.sub(r"[\\`*_\[&<]", spelled, text)


def _escape_start(line: str) -> str:
    line = re.sub(r"\A(?=[#>]|[-+*](?:\s|$)|--[-\s]*$)", r"\\", line)
    line = re.sub(r"\A~(?=~~)", "&#126;", line)
    return re.sub(r"\A(\d+)(?=\.(?:\s|$))", r"\1\\", line)

"""Intake: a file or the answers of the form become one `Disclosure`.

Decisions
---------
* The disclosure's text is what a reader of the file saw, headings included, paragraphs parted by blank lines
  and list items marked by "- "; parts are spans of it, so features can point into it.
* A heading below another one that says nothing of its own ("Settings" under "How it works") belongs to the
  part above it.
* Front matter is data: known keys are checked by type, others are named in `warnings`, nothing is evaluated.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ingest.documents import clean
from pipeline.disclosure import Disclosure, Part, Topic
from pipeline.errors import UsageError
from pipeline.topics import topic_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ingest.office_files import FileText

LIMIT: Final = 400_000
"""Characters of one disclosure; some 150 printed pages."""
_TITLE_LIMIT: Final = 300
_LIST_LIMIT: Final = 200
_KNOWN_KEYS: Final = frozenset(
    {"title", "inventors", "critical_date", "shown_to_anyone", "shown", "keywords", "classes", "field"}
)
_BLANKS: Final = re.compile(r"[^\S\n]{5,}|\n{3,}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class FrontMatterError(UsageError):
    """A value in the front matter of a disclosure cannot be used."""

    def __init__(self, file: str, key: str, value: object, wanted: str) -> None:
        shown = repr(value)[:80]
        super().__init__(f"{file}: '{key}' is {shown}; write {wanted}, or leave the line out")


class EmptyDisclosureError(UsageError):
    """A file or form holds no text."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}: no text found; describe the invention under headings such as 'What it is', 'Problem', "
            "'How it works' and 'Claim'"
        )


class DisclosureTooLongError(UsageError):
    """A file holds more than one disclosure's worth of text."""

    def __init__(self, name: str, length: int) -> None:
        super().__init__(
            f"{name}: {length:,} characters; a disclosure may have {LIMIT:,}. Split it, "
            "or leave out appendices"
        )


@dataclass(slots=True)
class _Writer:
    """Puts a text together and remembers where its parts lie."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    parts: list[Part] = field(default_factory=list)
    _open: tuple[Topic, str] = (Topic.OTHER, "")
    _start: int = -1
    _item: bool = False

    def heading(self, text: str, topic: Topic) -> None:
        self.close()
        self._add(text, "\n\n")
        self._open = (topic, text)

    def block(self, text: str, *, item: bool) -> None:
        text = _calm(text)
        if not text:
            return
        start = self._add(f"- {text}" if item else text, "\n" if item and self._item else "\n\n")
        self._item = item
        self._start = start if self._start < 0 else self._start

    def close(self) -> None:
        if self._start >= 0:
            topic, heading = self._open
            self.parts.append(Part(topic=topic, heading=heading, start=self._start, end=self.length))
        self._start, self._item = -1, False

    def _add(self, text: str, gap: str) -> int:
        if self.pieces:
            self.pieces.append(gap)
            self.length += len(gap)
        start = self.length
        self.pieces.append(text)
        self.length += len(text)
        return start


def _calm(text: str) -> str:
    """Shorten long runs of blanks: they say nothing, and every later search would pay for them squared."""
    return _BLANKS.sub(lambda run: "\n\n" if "\n" in run[0] else "    ", clean(text).strip())


def read_disclosure(path: Path) -> Disclosure:
    """Read a disclosure from md, txt, html, docx or pdf.

    Raises ingest's UnreadableFileError, FrontMatterError, EmptyDisclosureError or DisclosureTooLongError.
    """
    from ingest.office_files import read_text_file

    return from_file_text(read_text_file(path), path.name)


def from_file_text(read: FileText, name: str) -> Disclosure:
    """Build a disclosure from a file's blocks and front matter; `name` is what messages call the file."""
    front = read.front_matter
    title = _text(front, "title", name) or read.title
    writer = _Writer()
    level, topic = 0, Topic.OTHER
    for block in read.blocks:
        text = _calm(block.text)
        if block.kind != "heading":
            writer.block(text, item=block.kind == "item")
        elif text and not (_same(text, title) and not writer.pieces):
            own = topic_of(text)
            if own is Topic.OTHER and block.level > level and topic is not Topic.OTHER:
                own = topic
            else:
                level = block.level
            topic = own
            writer.heading(text, topic)
    writer.close()
    disclosure = Disclosure(
        title=_title(title, writer, name),
        text="".join(writer.pieces),
        parts=tuple(writer.parts),
        inventors=_list(front, "inventors", name, r"[;,\n]"),
        critical_date=_day(front, "critical_date", name),
        shown=_shown(front, name),
        keywords=_keywords(front, name),
        classes=_list(front, "classes", name, r"[;,\s]+"),
        source_file=name,
        warnings=(*read.warnings, *_unused(front)),
    )
    return _checked(disclosure, name)


def from_answers(
    title: str,
    answers: Mapping[Topic, str],
    *,
    inventors: Sequence[str] = (),
    critical_date: dt.date | None = None,
    keywords: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> Disclosure:
    """Build a disclosure from the form's answers, headed by their topics. Raises like `read_disclosure`."""
    writer = _Writer()
    for topic in Topic:
        answer = _calm(answers.get(topic, ""))
        if answer:
            writer.heading(topic.value.capitalize(), topic)
            for paragraph in re.split(r"\n\s*\n", answer):
                writer.block(paragraph, item=False)
    writer.close()
    disclosure = Disclosure(
        title=_title(title, writer, "the form"),
        text="".join(writer.pieces),
        parts=tuple(writer.parts),
        inventors=_tidy(inventors),
        critical_date=critical_date,
        shown=clean(answers.get(Topic.SHOWN, "")).strip(),
        keywords=_tidy(keywords),
        classes=_tidy(classes),
    )
    return _checked(disclosure, "the form")


def _checked(disclosure: Disclosure, name: str) -> Disclosure:
    if len(disclosure.text) > LIMIT:
        raise DisclosureTooLongError(name, len(disclosure.text))
    return disclosure


def _title(title: str, writer: _Writer, name: str) -> str:
    if not writer.parts:
        raise EmptyDisclosureError(name)
    title = " ".join(clean(title).split())
    first = "".join(writer.pieces)[writer.parts[0].start :].split("\n", 1)[0]
    return (title or first)[:_TITLE_LIMIT]


def _same(a: str, b: str) -> bool:
    return " ".join(a.split()).casefold() == " ".join(b.split()).casefold()


def _text(front: Mapping[str, object], key: str, name: str) -> str:
    value = front.get(key)
    if value is None:
        return ""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return " ".join(clean(str(value)).split())
    raise FrontMatterError(name, key, value, "a line of text")


def _list(front: Mapping[str, object], key: str, name: str, separator: str) -> tuple[str, ...]:
    value = front.get(key)
    if value is None:
        return ()
    if isinstance(value, str):
        return _tidy(re.split(separator, value))
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, int, float)) for item in value):
        return _tidy(str(item) for item in value)
    raise FrontMatterError(name, key, value, "a list such as [one, two]")


def _tidy(values: Iterable[str]) -> tuple[str, ...]:
    cleaned = (" ".join(clean(value).split())[:_TITLE_LIMIT] for value in values)
    return tuple(dict.fromkeys(value for value in cleaned if value))[:_LIST_LIMIT]


def _day(front: Mapping[str, object], key: str, name: str) -> dt.date | None:
    value = front.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise FrontMatterError(name, key, value, "a day as YYYY-MM-DD")


def _shown(front: Mapping[str, object], name: str) -> str:
    key = "shown_to_anyone" if "shown_to_anyone" in front else "shown"
    value = front.get(key)
    if isinstance(value, bool):  # YAML reads a bare yes or no as a truth value
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    return _text(front, key, name)


def _keywords(front: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return the keywords; a `field` (of technology) is one of them."""
    return _tidy((*_list(front, "keywords", name, r"[;,\n]"), _text(front, "field", name)))


def _unused(front: Mapping[str, object]) -> tuple[str, ...]:
    extra = sorted(str(key)[:40] for key in front if key not in _KNOWN_KEYS)
    return (f"front matter not used: {', '.join(extra[:20])}",) if extra else ()

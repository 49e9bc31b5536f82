"""Text files of people: Markdown, text, HTML, PDF, docx, pptx, ipynb; the same for corpus and disclosures.

Decisions
---------
* PDF, docx and pptx are parsed in a child process with limits (`office_child`); the last two are zips, so
  their directory and their real expansion are looked at before any parser opens them.
* A text is UTF-8, UTF-16 with its mark, what an HTML page says it is, or Windows-1252 if that gives text that
  looks like text. Anything else is refused: a wrong guess would put false words into a dated record.
* The time stamp of a file says nothing about publication and is not looked at.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest import front_matter, markup, notebook_text, page_meta
from ingest.documents import clean
from ingest.errors import UnreadableFileError
from ingest.markup import Block
from ingest.record_stream import display

TEXT_LIMIT = 16 << 20
"""Bytes a text file may have."""
OFFICE_LIMIT = 200 << 20
"""Bytes a PDF, docx or pptx file may have."""
DOCX_EXPANSION = 100 << 20
"""Bytes a docx or pptx file may unpack to."""
NOTEBOOK_LIMIT = 64 << 20
"""Bytes a notebook may have; most of a long one is pictures."""
DOCX_PART = 32 << 20
"""Bytes an XML part of such a file may unpack to; its tree takes twenty times as much."""
DOCX_ENTRIES = 5000
DOCX_RATIO = 200
"""Times its packed size that such a file may unpack to, once past a tenth of `DOCX_EXPANSION`."""
SECONDS = 30

MARKDOWN = frozenset({".md", ".markdown"})
HTML = frozenset({".html", ".htm", ".xhtml"})
OFFICE = frozenset({".pdf", ".docx", ".pptx"})
NOTEBOOKS = frozenset({".ipynb"})
SUFFIXES = MARKDOWN | HTML | OFFICE | NOTEBOOKS | {".txt"}

_ZIPPED = frozenset({".docx", ".pptx"})
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_ESCAPED = re.compile(r"\x1b(?:\$[@AB(]|\([BIJ])")
"""The escape sequences of ISO-2022: in ASCII letters stands another alphabet."""
_ENCODING_ADVICE = "encoding: neither UTF-8 nor another encoding that is recognised; save it as UTF-8"
_LETTERS = 0.6
"""Share of letters, digits and blanks that text has at least."""
_HIGH = 0.4
"""Share of characters beyond ASCII from which Windows-1252 is more likely another alphabet misread."""
_TITLE_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeText:
    """What a PDF, docx or pptx file says. `warnings` name what was not read."""

    title: str
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """What a text file says. `front_matter` holds JSON values only; dates in it are ISO text."""

    title: str
    blocks: tuple[Block, ...]
    front_matter: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def read_text_file(path: Path) -> FileText:
    """Read a file with one of `SUFFIXES`. Raises UnreadableFileError."""
    suffix = path.suffix.lower()
    if suffix in OFFICE:
        office = read_office(path)
        title = office.title or _first_line(office.blocks)
        return FileText(title=title, blocks=office.blocks, warnings=office.warnings)
    if suffix not in SUFFIXES:
        raise UnreadableFileError(
            display(path), f"{suffix or 'no'} suffix: use one of {', '.join(sorted(SUFFIXES))}"
        )
    if suffix in NOTEBOOKS:
        return _notebook(path)
    text = clean(decode(path, _bytes(path, TEXT_LIMIT)))
    if suffix in HTML:
        return _page(path, text)
    fields, body, warning = front_matter.split(text)
    raw = markup.markdown_blocks(body) if suffix in MARKDOWN else markup.plain_blocks(body)
    blocks = markup.anchored(raw)
    if not blocks:
        raise UnreadableFileError(display(path), "has no text")
    stated = fields.get("title")
    marked = (block.text for block in blocks if block.kind == "heading" and suffix in MARKDOWN)
    heading = next(marked, "")  # a heading of plain text is a guess, no title
    title = stated if isinstance(stated, str) and stated.strip() else heading or _first_line(blocks)
    return FileText(
        title=_title(title),
        blocks=blocks,
        front_matter=fields,
        warnings=(warning,) if warning else (),
    )


def read_office(path: Path) -> OfficeText:
    """Read a PDF, docx or pptx file in a child process with limits. Raises UnreadableFileError."""
    name = display(path)
    suffix = path.suffix.lower()
    size = _size(path)
    if size > OFFICE_LIMIT:
        raise UnreadableFileError(name, f"is larger than {OFFICE_LIMIT >> 20} MiB; split it")
    if not size:
        raise UnreadableFileError(name, "is empty")
    if suffix in _ZIPPED:
        _check_zip(path, suffix.removeprefix("."))
    found = _asked(path, suffix.removeprefix("."))
    if "refused" in found:
        raise UnreadableFileError(name, str(found["refused"]))
    blocks = tuple(
        Block(kind=block["kind"], level=block["level"], text=clean(block["text"]), anchor=block["anchor"])
        for block in found["blocks"]
    )
    return OfficeText(title=_title(clean(found["title"])), blocks=blocks, warnings=tuple(found["warnings"]))


def decode(path: Path, data: bytes) -> str:
    """Return a text file's text. Raises UnreadableFileError when its encoding cannot be told."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(path, data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _CHARSET.search(data, 0, 4096) if path.suffix.lower() in HTML else None
        guess = _decoded(path, data, declared[1].decode() if declared else "cp1252")
        if not declared and sum(char > "\x7f" for char in guess) > len(guess) * _HIGH:
            raise UnreadableFileError(display(path), _ENCODING_ADVICE) from None
        return guess
    if _ESCAPED.search(text) and path.suffix.lower() in HTML and (declared := _CHARSET.search(data, 0, 4096)):
        return _decoded(path, data, declared[1].decode())
    if "\0" in text or _ESCAPED.search(text):
        raise UnreadableFileError(display(path), _ENCODING_ADVICE)
    return text


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        text = "\0"
    if not isinstance(text, str) or not _looks_like_text(text):
        raise UnreadableFileError(display(path), _ENCODING_ADVICE)
    return text


def _looks_like_text(text: str) -> bool:
    """Tell text from bytes that happen to decode: no controls, and mostly letters, digits and blanks."""
    sample = text[:100_000]
    if any(char < " " and char not in "\t\n\r\f" for char in sample):
        return False
    plain = sum(char.isalnum() or char.isspace() for char in sample)
    return plain >= len(sample) * _LETTERS


def _page(path: Path, text: str) -> FileText:
    try:
        title, raw = markup.html_blocks(text)
    except (markup.NestingError, ValueError) as error:
        raise UnreadableFileError(display(path), f"{error}; save it as plain text") from None
    blocks = markup.anchored(raw)
    if not blocks:
        raise UnreadableFileError(display(path), "has no text")
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    meta = page_meta.stated(text)
    named = str(meta.get("title", "")) or title or heading or _first_line(blocks)
    return FileText(title=_title(named), blocks=blocks, front_matter=meta)


def _notebook(path: Path) -> FileText:
    try:
        found = notebook_text.notebook(_bytes(path, NOTEBOOK_LIMIT))
    except notebook_text.NotebookError as error:
        raise UnreadableFileError(display(path), str(error)) from None
    blocks = tuple(found.blocks)
    if not blocks:
        raise UnreadableFileError(display(path), "has no text")
    title = _title(found.title or _first_line(blocks))
    return FileText(title=title, blocks=blocks, front_matter=found.front_matter, warnings=found.warnings)


def _first_line(blocks: tuple[Block, ...]) -> str:
    return _title(blocks[0].text.split("\n")[0]) if blocks else ""


def _title(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TITLE_LIMIT else text[:_TITLE_LIMIT].rsplit(" ", 1)[0] + " …"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
        raise UnreadableFileError(display(path), reason, passing=True) from None


def _bytes(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
        raise UnreadableFileError(display(path), reason, passing=True) from None
    if len(data) > limit:
        raise UnreadableFileError(display(path), f"is larger than {limit >> 20} MiB; split it")
    if not data.strip():
        raise UnreadableFileError(display(path), "is empty")
    return data


def _check_zip(path: Path, kind: str) -> None:
    """Look at the zip directory and the real expansion before a parser does. Raises UnreadableFileError."""
    name = display(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            declared = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
            if len(entries) > DOCX_ENTRIES or declared > DOCX_EXPANSION:
                raise UnreadableFileError(
                    name, f"unpacks to {declared} bytes in {len(entries)} parts; refused"
                )
            if declared > DOCX_EXPANSION // 10 and declared // packed > DOCX_RATIO:
                raise UnreadableFileError(name, f"unpacks to {declared // packed} times its size; refused")
            for entry in entries:
                if entry.file_size > DOCX_PART and entry.filename.lower().endswith((".xml", ".rels")):
                    raise UnreadableFileError(name, f"has a part of {entry.file_size} bytes; split it")
                with archive.open(entry) as part:
                    left = entry.file_size
                    while chunk := part.read(1 << 20):
                        left -= len(chunk)
                if left:
                    raise UnreadableFileError(name, "is damaged: a part is shorter than it says")
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
        reason = f"is not a {kind} file, or is encrypted; save it again without password"
        raise UnreadableFileError(name, f"{reason} ({str(error)[:100]})") from None


def _asked(path: Path, kind: str) -> dict[str, Any]:
    """Run the child process and return its answer. Raises UnreadableFileError when it did not survive."""
    name = display(path)
    root = str(Path(__file__).resolve().parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", "-m", "ingest.office_child", kind, str(path.resolve())]
    try:
        child = subprocess.run(
            command,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS + 10,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFileError(
            name, f"takes longer than {SECONDS} s to read; simplify or split it"
        ) from None
    try:
        answer = json.loads(child.stdout)
    except ValueError:
        reason = "needs more time or memory to read than is allowed; simplify or split it"
        raise UnreadableFileError(name, f"{reason} (child ended with {child.returncode})") from None
    assert isinstance(answer, dict)
    return answer

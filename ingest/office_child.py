"""The child process that parses PDF, docx and pptx: `python -m ingest.office_child pdf FILE`, JSON on stdout.

A prepared file of a megabyte can make a parser ask for gigabytes or run for hours. Here it meets the limits
of this process, set before the file is opened, and the process that asked is told a reason.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

MEMORY = 1536 << 20
"""Bytes of address space."""
SECONDS = 30
"""Of processor time; the waiting process allows as much by the clock, and a little more."""
TEXT_LIMIT = 20_000_000
"""Characters a file may yield."""
PAGES = 5000


class RefusedError(Exception):
    """The file is not read; the message is the reason and what to do."""


def main(arguments: list[str]) -> int:
    """Parse the file named by `arguments` (kind, path) and print what was found."""
    _limit()
    logging.disable(logging.CRITICAL)
    kind, path = arguments
    try:
        found = (
            _pdf(Path(path)) if kind == "pdf" else _pptx(Path(path)) if kind == "pptx" else _docx(Path(path))
        )
    except MemoryError:
        found = {"refused": f"needs more than {MEMORY >> 20} MiB of memory to be read; simplify or split it"}
    except RefusedError as error:
        found = {"refused": str(error)}
    except Exception as error:  # noqa: BLE001 - parsers of hostile files raise whatever they meet
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        found = {"refused": f"is damaged or not a {kind} file ({reason}); export it again"}
    sys.stdout.buffer.write(json.dumps(found).encode())
    return 0


def _limit() -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _pdf(path: Path) -> dict[str, Any]:
    from pypdf import PasswordType, PdfReader  # noqa: PLC0415 - only here, and slow

    from ingest.pdf_text import paragraphs  # noqa: PLC0415 - beside its caller

    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise RefusedError("is encrypted; save a copy without password")
    count = len(reader.pages)
    if count > PAGES:
        raise RefusedError(f"has {count} pages, more than {PAGES}; split it")
    pages = [_page(reader, number) for number in range(count)]
    if sum(len(text or "") for text in pages) > TEXT_LIMIT:
        raise RefusedError(f"yields more than {TEXT_LIMIT} characters; split it")
    blocks: list[dict[str, Any]] = []
    for number, text in enumerate(pages, start=1):
        for index, paragraph in enumerate(paragraphs(text or ""), start=1):
            anchor = f"p. {number} ¶{index}"
            blocks.append({"kind": "paragraph", "level": 0, "text": paragraph, "anchor": anchor})
    if not blocks:
        raise RefusedError("has no text layer; run OCR first")
    first_line = next(text.strip() for text in pages if text and text.strip()).partition("\n")[0]
    return {"title": _pdf_title(reader) or first_line, "blocks": blocks, "warnings": _missing(pages)}


def _page(reader: Any, number: int) -> str | None:  # noqa: ANN401 - pypdf's reader, imported in the caller
    """Return a page's text, or None where the page is damaged: one bad page must not cost the rest."""
    try:
        return str(reader.pages[number].extract_text())
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - see above
        return None


def _missing(pages: list[str | None]) -> list[str]:
    damaged = [str(number) for number, text in enumerate(pages, start=1) if text is None]
    empty = [
        str(number) for number, text in enumerate(pages, start=1) if text is not None and not text.strip()
    ]
    return [
        f"{len(numbers)} page(s) {words}: {', '.join(numbers[:10])}{' …' if len(numbers) > 10 else ''}"  # noqa: PLR2004 - enough to look them up
        for numbers, words in ((damaged, "could not be read"), (empty, "have no text layer, run OCR"))
        if numbers
    ]


def _pdf_title(reader: Any) -> str:  # noqa: ANN401 - pypdf's reader, imported in the caller
    try:
        return " ".join(str(reader.metadata.title or "").split()) if reader.metadata else ""
    except Exception:  # noqa: BLE001 - a damaged title is no title
        return ""


def _docx(path: Path) -> dict[str, Any]:
    from ingest.docx_text import read  # noqa: PLC0415 - loads python-docx

    return _checked(read(path))


def _pptx(path: Path) -> dict[str, Any]:
    from ingest.pptx_text import read  # noqa: PLC0415 - loads python-pptx

    return _checked(read(path))


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    if sum(len(block["text"]) for block in found["blocks"]) > TEXT_LIMIT:
        raise RefusedError(f"yields more than {TEXT_LIMIT} characters; split it")
    if not found["blocks"]:
        raise RefusedError("has no text; if its pages are pictures, run OCR first")
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

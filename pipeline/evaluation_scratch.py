"""Scratch workspaces for evaluations: a benchmark's documents indexed by the code that users run.

Decisions
---------
* A BEIR document is written as a line of plain JSON (`id`, `title`, `text`, `date`) and *ingested* by the
  reader of such lines: passages, database and index come about exactly as a user's do.
* Its identifier in the workspace is a running number. Readers tidy identifiers and read meaning into some
  (`US7640598B2` is a patent); a number is neither changed nor understood, so the way back to the `_id` is
  exact whatever characters it has.
* A kept scratch workspace (`--keep`) is used again only for the same documents, by a hash over all of them,
  and the same way of encoding; for anything else the folder is refused, not overwritten.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from index import beir
from index.errors import ManifestMismatchError
from index.files import write_whole
from ingest.documents import DayInterval
from ingest.errors import DateFormError
from pipeline import settings as settings_
from pipeline.errors import PipelineError, UsageError
from pipeline.evaluation_records import Step
from pipeline.ingestion import ingest
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pipeline.ingestion import IngestSummary
    from pipeline.settings import Settings

_NO_MATTER: Final = {"threads", "cache", "cache_mb"}
"""Settings of the index that never change what is indexed."""
_MARK: Final = "evaluation.json"
_FOLDER: Final = "workspace"
_LINES: Final = "documents.jsonl"


class KeptOtherError(UsageError):
    """The folder to keep the index in holds that of something else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} keeps the index of other documents or another model; name another folder with --keep, "
            "or remove it yourself"
        )


class NoRoomError(PipelineError):
    """The scratch folder cannot be written."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"{folder}: no room for the index of the evaluation ({error.strerror or error}); "
            "name another folder with --keep"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a BEIR corpus holds, without its texts."""

    ids: tuple[str, ...]
    """Identifiers in the order of the file: document n of the workspace is `ids[n]`."""
    dated: int
    skipped: tuple[tuple[str, int, str], ...]
    """(file, line, reason)."""
    digest: str
    """SHA-256 over all documents in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A workspace whose corpus is complete."""

    workspace: Workspace
    seconds: float
    reused: bool
    refused: int
    """Records that ingestion could not read."""


@contextmanager
def room(keep: Path | None) -> Iterator[Path]:
    """Yield the folder to work in: `keep`, else one that is removed afterwards. Raises NoRoomError."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="antedate-evaluate-", ignore_cleanup_errors=True) as made:
            yield Path(made)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise NoRoomError(keep, error) from error
    yield keep


def opened(folder: Path, chosen: Settings | None) -> Workspace:
    """Open the workspace in a folder, making it where there is none, to index and search as `chosen` says."""
    exists = (folder / settings_.FILE).is_file()
    workspace = Workspace.open(folder) if exists else Workspace.init(folder)
    if chosen is not None:
        workspace.settings = workspace.settings.model_copy(
            update={"index": chosen.index, "search": chosen.search}
        )
    return workspace


def survey(folder: Path) -> Survey:
    """Read a BEIR corpus once. Raises BeirMissingError."""
    ids: list[str] = []
    skipped: list[tuple[str, int, str]] = []
    digest = hashlib.sha256()
    dated = 0
    name = beir.corpus_file(folder).name
    for record in beir.documents(folder):
        if isinstance(record, beir.BadLine):
            skipped.append((record.file, record.line, record.reason))
        elif not (record.title.strip() or record.text.strip()):
            skipped.append((name, record.line, f"{record.id[:80]!r} has neither title nor text"))
        else:
            ids.append(record.id)
            dated += bool(day(record.date))
            digest.update(json.dumps([record.id, record.title, record.text, record.date]).encode())
    return Survey(ids=tuple(ids), dated=dated, skipped=tuple(skipped), digest=digest.hexdigest())


def day(text: str) -> DayInterval | None:
    """Read a date of a benchmark; None where it is none."""
    try:
        return DayInterval.parse(text) if text else None
    except DateFormError:
        return None


def key_of(number: int) -> str:
    """Return the key in the workspace of document `number`."""
    return f"d{number}"


def number_of(key: str) -> int:
    """Return what `key_of` was given."""
    return int(key[1:])


def beir_index(
    source: Path, found: Survey, folder: Path, chosen: Settings | None
) -> Generator[Step, None, Indexed]:
    """Index a BEIR corpus below `folder`, or take what is kept there.

    Raises KeptOtherError, NoRoomError, and what ingestion raises.
    """
    lines = folder / _LINES

    def write() -> list[Path]:
        with lines.open("w", encoding="ascii") as file:
            file.writelines(_lines(source))
        return [lines]

    try:
        return (yield from _index(folder, chosen, found.digest, "jsonl", write))
    finally:
        lines.unlink(missing_ok=True)


def _lines(source: Path) -> Iterator[str]:
    number = 0
    for record in beir.documents(source):
        if isinstance(record, beir.BadLine) or not (record.title.strip() or record.text.strip()):
            continue
        line = {"id": key_of(number), "title": record.title, "text": record.text}
        if day(record.date):
            line["date"] = record.date
        yield json.dumps(line) + "\n"
        number += 1


def files_index(source: Path, folder: Path, chosen: Settings | None) -> Generator[Step, None, Indexed]:
    """Index files of any format that `antedate ingest auto` reads, or take what is kept in `folder`."""
    digest = hashlib.sha256()
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        digest.update(
            f"{path.relative_to(source)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
        )
    return (yield from _index(folder, chosen, digest.hexdigest(), "auto", lambda: [source]))


def _index(
    folder: Path,
    chosen: Settings | None,
    digest: str,
    reader: str,
    write: Any,  # noqa: ANN401
) -> Generator[Step, None, Indexed]:
    started = time.monotonic()
    try:
        reused = _reusable(folder, digest, chosen)
        workspace = opened(folder / _FOLDER, chosen)
        try:
            refused = 0
            if not reused:
                _note(folder, digest, chosen, whole=False)
                summary = yield from _ingested(workspace, reader, write())
                refused = summary.skipped_total
                _note(folder, digest, chosen, whole=True)
            workspace.corpus.reader()
        except ManifestMismatchError:
            workspace.close()
            raise KeptOtherError(folder) from None
        except BaseException:
            workspace.close()
            raise
    except OSError as error:
        raise NoRoomError(folder, error) from error
    seconds = 0.0 if reused else round(time.monotonic() - started, 2)
    return Indexed(workspace=workspace, seconds=seconds, reused=reused, refused=refused)


def _ingested(workspace: Workspace, reader: str, paths: list[Path]) -> Generator[Step, None, IngestSummary]:
    work = ingest(workspace.corpus, reader, paths, clock=workspace.clock)
    try:
        while True:
            step = next(work)
            yield Step(words=f"indexing, {step.taken} documents", done=step.done, total=step.total)
    except StopIteration as end:
        summary: IngestSummary = end.value
        return summary
    finally:
        work.close()


def _reusable(folder: Path, digest: str, chosen: Settings | None) -> bool:
    """Tell whether a folder keeps this index whole. Raises KeptOtherError where it keeps another."""
    path = folder / _MARK
    if not path.exists():
        return False
    try:
        noted = json.loads(path.read_bytes())
    except ValueError:
        noted = None
    if not isinstance(noted, dict) or {**noted, "whole": True} != _noted(digest, chosen, whole=True):
        raise KeptOtherError(folder)
    return noted.get("whole") is True


def _note(folder: Path, digest: str, chosen: Settings | None, *, whole: bool) -> None:
    write_whole(folder / _MARK, json.dumps(_noted(digest, chosen, whole=whole)).encode())


def _noted(digest: str, chosen: Settings | None, *, whole: bool) -> dict[str, Any]:
    settings = {} if chosen is None else chosen.index.model_dump(exclude=_NO_MATTER)
    return {"made by": "antedate evaluate", "documents": digest, "settings": settings, "whole": whole}

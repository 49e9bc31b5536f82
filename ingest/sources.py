"""The readers by name, and which files they are for.

A reader never raises for what is in a file: bad input is an `Unreadable`, and the file goes on. Adding a
source is a module with a `Reader` and one line in `SOURCES`.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from ingest import arxiv, arxiv_snapshot, crossref, openalex, semanticscholar, uspto_pap, uspto_st32
from ingest.acl_anthology import AclAnthology
from ingest.bibliography import Bibliography
from ingest.bigquery import BigQuery
from ingest.cpc_scheme import CpcScheme
from ingest.docdb import DOCDB
from ingest.documents import Unreadable
from ingest.epo_fulltext import EPO_FULLTEXT
from ingest.epo_ops import EPO_OPS
from ingest.errors import MissingPathError, UndetectedSourceError, UnknownSourceError
from ingest.europepmc import EuropePmc
from ingest.files import Files
from ingest.git_repository import GitRepository
from ingest.google_patents import GooglePatents
from ingest.ipc_titles import IpcTitles
from ingest.jats import Jats
from ingest.jsonl import JsonLines
from ingest.number_list import NumberList
from ingest.oai_dc import OAI_DC
from ingest.office_files import SUFFIXES
from ingest.patentsview import PatentsView
from ingest.patentsview_api import PATENTSVIEW_API
from ingest.pubmed import PUBMED
from ingest.raw_files import is_companion
from ingest.record_stream import display
from ingest.rfc import Rfc
from ingest.rfc_index import RFC_INDEX
from ingest.tdcommons import TdCommons
from ingest.uspto_aps import UsptoAps
from ingest.uspto_xml import UsptoXml
from ingest.wipo_st36 import WIPO_ST36
from ingest.wipo_st96 import WIPO_ST96

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ingest.items import Item


class Reader(Protocol):
    """Turns files of one family of formats into documents."""

    @property
    def name(self) -> str:
        """What the command line and `Origin.source` call it, e.g. `uspto-xml`."""

    def recognises(self, path: Path) -> bool:
        """Tell from the suffix and the first bytes whether this reader is the one for a file."""

    def measure(self, path: Path) -> int:
        """Return the uncompressed bytes of a file, the unit of offsets; an estimate where it is damaged."""

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        """Yield the records whose offset is larger than `after`; offsets increase strictly within a file."""


_READERS: tuple[Reader, ...] = (
    DOCDB,
    EPO_OPS,
    EPO_FULLTEXT,
    WIPO_ST36,
    WIPO_ST96,
    BigQuery(),
    GooglePatents(),
    arxiv_snapshot.READER,
    openalex.READER,
    crossref.READER,
    semanticscholar.READER,
    UsptoXml(),
    UsptoXml(uspto_st32.NAME),
    UsptoXml(uspto_pap.NAME),
    UsptoAps(),
    PatentsView(),
    PATENTSVIEW_API,
    CpcScheme(),
    IpcTitles(),
    PUBMED,
    EuropePmc(),
    Jats(),
    AclAnthology(),
    RFC_INDEX,
    Rfc(),
    TdCommons(),
    OAI_DC,
    arxiv.READER,
    Bibliography(),
    JsonLines(),
    NumberList(),
    Files(),
    GitRepository(),
)
"""In the order in which they are asked: those that know a file by a mark in it come first."""
SOURCES: Mapping[str, Reader] = MappingProxyType({source.name: source for source in _READERS})
_SUFFIXES = frozenset({".xml", ".zip", ".jsonl", ".gz", ".ndjson", ".json", ".csv", ".tsv"})
"""Beside what a reader recognises: a file with one of these in a folder is meant, so it is reported."""
_TEXTS = frozenset({".doc", ".docm", ".odt", ".rtf", ".epub", ".tex", ".ps", ".djvu", ".mht", ".mhtml"})
_SLIDES = frozenset({".ppt", ".pptm", ".odp"})
_ARCHIVES = frozenset({".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz"})
_ADVICE = {
    **dict.fromkeys(_TEXTS | _SLIDES, "save it as docx, pdf, html, md or txt"),
    **dict.fromkeys(_ARCHIVES, "unpack it and name the folder"),
}
"""Documents of formats that are not read: left out without a word they would be missed art."""
_REPORTED = _SUFFIXES | _ADVICE.keys()
_KNOWN = _REPORTED | SUFFIXES
_FOLDER_LINK = "is a link to a folder and was not followed; name that folder to read it"


def reader(name: str) -> Reader:
    """Return the reader of that name. Raises UnknownSourceError."""
    if name not in SOURCES:
        raise UnknownSourceError(name, tuple(SOURCES))
    return SOURCES[name]


def detect(path: Path) -> Reader:
    """Return the reader that recognises a file. Raises UndetectedSourceError."""
    for source in _READERS:
        if source.recognises(path):
            return source
    raise UndetectedSourceError(display(path), _ADVICE.get(path.suffix.lower(), ""))


def expand(paths: Iterable[Path], reader: Reader | None) -> tuple[list[Path], list[Unreadable]]:
    """Return the files behind paths, each once, and what was found there that cannot be opened as one.

    Folders are walked in order (by the reader of repositories: searched for them), hidden entries left out,
    links to folders reported and not followed. A file named by the user is always kept. In a folder, `reader`
    (or, if None, any reader) chooses; files with a suffix of ours or of a known text format that nobody
    recognises are kept as well, so that they are reported, not ignored. Pipes and devices are never opened:
    reading one may wait for ever.
    Raises MissingPathError.
    """
    found: list[Path] = []
    lost: list[Unreadable] = []
    for path in paths:
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise MissingPathError(display(path)) from None
        except OSError as error:
            lost.append(_unopened(path, error))
            continue
        if stat.S_ISDIR(mode):
            walk = _repositories if isinstance(reader, GitRepository) else _walk
            found += walk(path, reader, lost)
        elif stat.S_ISREG(mode):
            found.append(path)
        else:
            lost.append(_lost(path, "is no regular file; copy what it gives into one"))
    return list(dict.fromkeys(found)), lost


def state(path: Path, reader: Reader) -> tuple[int, int]:
    """Return two numbers that change when what is read there does: a file's size and time of change.

    Raises OSError.
    """
    if isinstance(reader, GitRepository):
        return reader.state(path)
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _repositories(folder: Path, reader: Reader | None, lost: list[Unreadable]) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        lost.append(_unopened(Path(os.fsdecode(error.filename)), error))

    for place, folders, _ in os.walk(folder, onerror=failed):
        if reader is not None and reader.recognises(Path(place)):
            folders.clear()
            yield Path(place)
        folders[:] = sorted(name for name in folders if not name.startswith("."))


def _walk(folder: Path, reader: Reader | None, lost: list[Unreadable]) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        lost.append(_unopened(Path(os.fsdecode(error.filename)), error))

    for place, folders, files in os.walk(folder, onerror=failed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = (Path(place, name) for name in folders)
        lost += (_lost(link, _FOLDER_LINK) for link in links if link.is_symlink())
        for name in sorted(files):
            file = Path(place, name)
            if name.startswith(".") or is_companion(file):
                continue
            if file.is_file():
                if _is_meant(file, reader):
                    yield file
            elif file.suffix.lower() in _KNOWN:
                lost.append(_lost(file, "is no regular file, or a link to none"))


def _lost(path: Path, reason: str) -> Unreadable:
    return Unreadable(file=display(path), offset=0, reason=reason, passing=True)


def _unopened(path: Path, error: OSError) -> Unreadable:
    return _lost(path, f"cannot be opened: {error.strerror or error}")


def _is_meant(file: Path, reader: Reader | None) -> bool:
    if reader is not None:
        return reader.recognises(file)
    return file.suffix.lower() in _REPORTED or any(source.recognises(file) for source in SOURCES.values())

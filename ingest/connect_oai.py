"""Any OAI-PMH 2.0 repository: harvested by dates and sets, without a word of a query.

Decisions
---------
* A resumption token that has expired never ends a harvest. If datestamps came in order, it begins again from
  the last one harvested; else from the beginning. Where the repository says how many records there are, and
  the two parts do not add up, it begins from the beginning as well. Records that come twice are read once.
* `from` and `until` are of the same granularity, which the protocol demands: an end in days is completed to
  the last second when datestamps are in seconds.

Source: "The Open Archives Initiative Protocol for Metadata Harvesting", 2.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from ingest.errors import XmlRefusedError
from ingest.fetch_errors import AnswerUnreadableError, RequestRefusedError
from ingest.fetching import Connector, Job, Request
from ingest.http_rules import Ask, number_of, origin_of
from ingest.limiter import Limits
from ingest.listing import Thing, Turn, each, text_of, walk
from ingest.raw_files import safe_name
from ingest.xml_safety import local, named, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

    from ingest.raw_files import Fetched

DEFAULT_PREFIX = "oai_dc"
_NOTHING = "noRecordsMatch"
_EXPIRED = "badResumptionToken"
_UNKNOWN = "idDoesNotExist"
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?")
_DAY = len("2026-01-01")
_SHOWN = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Oai(Connector):
    """Harvests the repository whose address the request gives."""

    name: ClassVar[str] = "oai"
    hosts: ClassVar[tuple[str, ...]] = ("the repository that the request names",)
    limits: ClassVar[Limits] = Limits(interval=2.0, alone=True)
    terms: ClassVar[str] = "Each repository has its own terms; most give metadata for harvesting."
    sends: ClassVar[str] = "dates, a set, and identifiers of records"
    understands: ClassVar[str] = (
        "address (base URL), format (metadataPrefix), set (setSpec), since and until (datestamps), ids"
    )

    def check(self, request: Request) -> str:
        if not request.address:
            return "give the address of a repository, its OAI-PMH base URL"
        origin_of(request.address)
        if "?" in request.address or "#" in request.address:
            return "the address of a repository has no query in it"
        return ""

    def files(self, job: Job) -> Iterator[Fetched]:
        base, prefix = job.request.address, job.request.format or DEFAULT_PREFIX

        def ask(url: str) -> Ask:
            return Ask(url=url, wants="xml", limits=self.limits)

        if job.request.ids:
            return each(job, iter(records(job, base, prefix, ask)))
        return harvest(job, base, prefix, ask)


def records(job: Job, base: str, prefix: str, ask: Callable[[str], Ask]) -> list[Thing]:
    """Return the single records of a request by identifier."""

    def one(identifier: str) -> Thing:
        values = {"verb": "GetRecord", "metadataPrefix": prefix, "identifier": identifier}
        file = safe_name(f"{job.connector.name}-{prefix}-{identifier}.xml")
        return Thing(id=identifier, file=file, ask=lambda: ask(f"{base}?{urlencode(values)}"), empty=unknown)

    def unknown(data: bytes, url: str) -> bool:
        return _error(job, _parsed(data, url)) == _UNKNOWN

    return [one(identifier) for identifier in job.request.ids]


def harvest(job: Job, base: str, prefix: str, ask: Callable[[str], Ask]) -> Iterator[Fetched]:
    """Harvest a list of records by the request's dates and set."""

    def ask_of(token: str) -> Ask:
        values = {"verb": "ListRecords"}
        values |= {"resumptionToken": token} if token else _first(job, prefix)
        return ask(f"{base}?{urlencode(values)}")

    def turn_of(data: bytes, token: str) -> Turn:
        return _turn(job, data, token, ask_of(token).kept)

    return walk(job, "xml", ask_of, turn_of)


def _first(job: Job, prefix: str) -> dict[str, str]:
    request, values = job.request, {"metadataPrefix": prefix}
    start = job.progress.start or (request.since.isoformat() if request.since else "")
    if start:
        values["from"] = start
    if request.until:
        end = request.until.isoformat()
        values["until"] = f"{end}T23:59:59Z" if len(start) > _DAY else end
    if request.set:
        values["set"] = request.set
    return values


def _turn(job: Job, data: bytes, token: str, url: str) -> Turn:
    root = _parsed(data, url)
    code = _error(job, root, expired=bool(token))
    if code:
        return Turn(keep=False, expired=code == _EXPIRED)
    listed = next(named(root, "ListRecords"), None)
    if listed is None:
        raise AnswerUnreadableError(url, "it is no list of records")
    count = 0
    for record in named(listed, "record"):
        count += 1
        _note(job, record)
    found = next(named(listed, "resumptionToken"), None)
    text = "" if found is None else text_of(found)
    if not token and _falls_short(job, found, count):
        job.progress.ordered = False
        return Turn(expired=True)
    return Turn(next=text, records=count)


def _error(job: Job, root: _Element, *, expired: bool = False) -> str:
    """Return the code of an error that is an answer, empty if there is none. Raises RequestRefusedError."""
    for error in named(root, "error"):
        code = error.get("code", "")
        if code in (_NOTHING, _UNKNOWN) or (expired and code == _EXPIRED):
            return code
        said = " ".join(text_of(error).split())[:_SHOWN]
        raise RequestRefusedError(job.connector.name, f"the repository says {code[:40]!r}: {said!r}")
    return ""


def _falls_short(job: Job, found: _Element | None, count: int) -> bool:
    """Note the size of a list just begun; tell whether it and what came before it are less than the whole."""
    said = "" if found is None else found.get("completeListSize", "")
    progress = job.progress
    progress.size = number_of(said)
    known = progress.size if progress.size >= 0 or found is not None else count
    return progress.expected >= 0 and known >= 0 and progress.before + known < progress.expected


def _parsed(data: bytes, url: str) -> _Element:
    try:
        root = parse(data)
    except XmlRefusedError as error:
        raise AnswerUnreadableError(url, error.reason) from None
    if local(root) != "OAI-PMH":
        raise AnswerUnreadableError(url, f"its root is {local(root)[:40]!r}, not OAI-PMH")
    return root


def _note(job: Job, record: _Element) -> None:
    """Remember the datestamp, and whether they come in order."""
    progress = job.progress
    for header in named(record, "header"):
        stamp = "".join(text_of(one) for one in named(header, "datestamp"))
        if not _STAMP.fullmatch(stamp) or (
            progress.mark and (stamp < progress.mark or len(stamp) != len(progress.mark))
        ):
            progress.ordered = False
        else:
            progress.mark = stamp

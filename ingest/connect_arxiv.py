"""arXiv: OAI-PMH in the form `arXivRaw` (which dates every version), and the query API for numbers or words.

Decisions
---------
* Dates and sets go through OAI; its datestamps are days of change, so an old paper with a new version comes
  again. Numbers go to the query API in lists; what it does not give back is noted as missing.
* The query API is known to answer with an empty page in the middle of a list. That is no end of the list: the
  page is asked for again, and then said to be unusable.

Sources: info.arxiv.org "OAI-PMH" and "API User's Manual"; one request every three seconds, one connection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from ingest.connect_oai import harvest
from ingest.errors import XmlRefusedError
from ingest.fetch_errors import AnswerUnreadableError
from ingest.fetching import Connector, Job, Request
from ingest.http_rules import Ask, number_of
from ingest.limiter import Limits
from ingest.listing import Turn, text_of, walk
from ingest.xml_safety import local, named, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.raw_files import Fetched

_NUMBER = re.compile(
    r"(?:arxiv:)?([a-z-]{1,20}(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(v\d{1,3})?", re.IGNORECASE
)
_FOUND = re.compile(r"/abs/([^\s]{1,60}?)(?:v\d{1,3})?$")
_VERSION = re.compile(r"v\d{1,3}$")
_IDS = 100
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivConnector(Connector):
    """Harvests arXiv, or asks it for numbers, or with a consent for words."""

    name: ClassVar[str] = "arxiv"
    hosts: ClassVar[tuple[str, ...]] = ("oaipmh.arxiv.org", "export.arxiv.org")
    limits: ClassVar[Limits] = Limits(interval=3.0, alone=True, group="arxiv.org")
    terms: ClassVar[str] = "Metadata are CC0; papers keep their own licences."
    sends: ClassVar[str] = "dates, a set, or numbers; with a consent the words of a query"
    understands: ClassVar[str] = "since and until (days of change), set (as 'cs'), ids (arXiv numbers), query"
    sends_query_text: ClassVar[bool] = True

    oai: str = "https://oaipmh.arxiv.org/oai"
    api: str = "https://export.arxiv.org/api/query"

    def check(self, request: Request) -> str:
        wrong = next((one for one in request.ids if not _NUMBER.fullmatch(one)), None)
        if wrong is not None:
            return f"{wrong[:60]!r} is no arXiv number, as 2101.00001 or hep-th/9901001v2"
        if request.query and (request.ids or request.since or request.until or request.set):
            return "a query goes alone: name dates and sets in its own words"
        return ""

    def files(self, job: Job) -> Iterator[Fetched]:
        if job.request.ids:
            return self._numbers(job)
        if job.request.query:
            return self._query(job)
        return harvest(job, self.oai, job.request.format or "arXivRaw", self._ask)

    def _ask(self, url: str) -> Ask:
        return Ask(url=url, wants="xml", limits=self.limits)

    def _numbers(self, job: Job) -> Iterator[Fetched]:
        ids = [match[1] + (match[2] or "") for one in job.request.ids if (match := _NUMBER.fullmatch(one))]

        def some(cursor: str) -> list[str]:
            return ids[int(cursor or 0) : int(cursor or 0) + _IDS]

        def ask_of(cursor: str) -> Ask:
            values = {"id_list": ",".join(some(cursor)), "start": 0, "max_results": _IDS}
            return self._ask(f"{self.api}?{urlencode(values, safe=',/')}")

        def turn_of(data: bytes, cursor: str) -> Turn:
            entries = _entries(data, ask_of(cursor).kept)[0]
            there = {match[1].lower() for entry in entries if (match := _FOUND.search(_id(entry)))}
            lost = [one for one in some(cursor) if _VERSION.sub("", one).lower() not in there]
            job.progress.missing = [*dict.fromkeys([*job.progress.missing, *lost])]
            after = int(cursor or 0) + _IDS
            return Turn(next=str(after) if after < len(ids) else "", records=len(entries))

        return walk(job, "xml", ask_of, turn_of)

    def _query(self, job: Job) -> Iterator[Fetched]:
        size = min(_PAGE, job.request.limit or _PAGE)

        def ask_of(cursor: str) -> Ask:
            values = {"search_query": job.request.query, "start": int(cursor or 0), "max_results": size}
            return self._ask(f"{self.api}?{urlencode(values)}")

        def turn_of(data: bytes, cursor: str) -> Turn:
            entries, total = _entries(data, ask_of(cursor).kept)
            after = int(cursor or 0) + len(entries)
            if not entries and after < total:
                raise AnswerUnreadableError(
                    ask_of(cursor).kept, f"it is empty, {after} of {total} came so far"
                )
            return Turn(
                next=str(after) if after < total else "",
                records=len(entries),
                total=total,
                keep=bool(entries),
            )

        return walk(job, "xml", ask_of, turn_of)


def _entries(data: bytes, url: str) -> tuple[list[_Element], int]:
    """Return the entries of an Atom feed and how many there are in all."""
    try:
        root = parse(data)
    except XmlRefusedError as error:
        raise AnswerUnreadableError(url, error.reason) from None
    if local(root) != "feed":
        raise AnswerUnreadableError(url, f"its root is {local(root)[:40]!r}, not feed")
    entries = list(named(root, "entry"))
    said = "".join(text_of(one) for one in named(root, "totalResults"))
    return entries, number_of(said) if number_of(said) >= 0 else len(entries)


def _id(entry: _Element) -> str:
    return "".join(text_of(one) for one in named(entry, "id"))

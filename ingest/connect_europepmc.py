"""Europe PMC: records by date and source through cursors, by number, and open full texts as JATS.

Decisions
---------
* A set is one of its fields that take codes (`SRC:PPR`, several joined by `+`); all else is words.
* `resultType=core` is asked for: it has the abstract and the first publication date.
* The cursor of the last page is its own: that, or an empty page, is the end of a list.

Source: europepmc.org/RestfulWebService; open service of EMBL-EBI.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from ingest.fetch_errors import AnswerUnreadableError
from ingest.fetching import Connector, Job, Request
from ingest.http_rules import Ask
from ingest.limiter import Limits
from ingest.listing import Thing, Turn, count_of, each, list_of, object_of, part_of, walk
from ingest.raw_files import safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.raw_files import Fetched

_PAGE = 500
_PMC = re.compile(r"PMC\d{1,10}")
_PMID = re.compile(r"\d{1,10}")
_PREPRINT = re.compile(r"PPR\d{1,10}")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"\\]{1,250}")
_PLAIN = re.compile(
    r"(?:SRC|LANG|ISSN|HAS_[A-Z]{2,20}|OPEN_ACCESS|IN_EPMC|IN_PMC|PUB_YEAR|LICENSE):[A-Za-z0-9-]{1,20}"
)
_FULL_TEXT = "fullTextXML"
_FIRST = "1600-01-01"
_LAST = "3000-01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class EuropePmc(Connector):
    """Fetches records and open full texts of the life sciences."""

    name: ClassVar[str] = "europepmc"
    hosts: ClassVar[tuple[str, ...]] = ("www.ebi.ac.uk",)
    limits: ClassVar[Limits] = Limits(interval=0.5)
    terms: ClassVar[str] = "Records are free to use; full texts keep their own licences."
    sends: ClassVar[str] = "dates, sources and numbers; with a consent the words of a query"
    understands: ClassVar[str] = (
        "since and until (first publication dates), set (as 'SRC:PPR+HAS_FT:Y'), ids (PMC, PMID, PPR numbers "
        "or DOIs), format 'fullTextXML' with PMC numbers, query"
    )
    sends_query_text: ClassVar[bool] = True

    api: str = "https://www.ebi.ac.uk/europepmc/webservices/rest"

    def text_of(self, request: Request) -> str:
        words = [one for one in request.set.split("+") if one and not _PLAIN.fullmatch(one)]
        return " ".join([request.query.strip(), *words]).strip()

    def check(self, request: Request) -> str:
        if request.format not in ("", _FULL_TEXT):
            return f"it has no format {request.format!r}; use {_FULL_TEXT!r} or none"
        wrong = next((one for one in request.ids if not _clause(one)), None)
        if wrong is not None:
            return f"{wrong[:60]!r} is no PMC, PMID or PPR number and no DOI"
        if request.format and not (request.ids and all(_PMC.fullmatch(one) for one in request.ids)):
            return "full texts are named by PMC numbers"
        if not (request.ids or request.query or request.set or request.since or request.until):
            return "give dates, a set, ids or a query"
        return ""

    def files(self, job: Job) -> Iterator[Fetched]:
        if job.request.format:
            return each(job, (self._text(one) for one in job.request.ids))
        if job.request.ids:
            return each(job, (self._record(one) for one in job.request.ids))
        return self._list(job)

    def _text(self, number: str) -> Thing:
        ask = Ask(url=f"{self.api}/{number}/{_FULL_TEXT}", wants="xml", limits=self.limits)
        return Thing(id=number, file=f"{number}.xml", ask=lambda: ask)

    def _record(self, number: str) -> Thing:
        return Thing(
            id=number,
            file=safe_name(f"europepmc-{number}.json"),
            ask=lambda: self._ask(_clause(number), "", 25),
            empty=lambda data, url: not list_of(object_of(data, url), "resultList", "result"),
        )

    def _ask(self, query: str, cursor: str, size: int) -> Ask:
        values = {
            "query": query,
            "format": "json",
            "resultType": "core",
            "pageSize": size,
            "cursorMark": cursor or "*",
        }
        return Ask(url=f"{self.api}/search?{urlencode(values)}", wants="json", limits=self.limits)

    def _list(self, job: Job) -> Iterator[Fetched]:
        request = job.request
        clauses = [f"({request.query})"] if request.query else []
        clauses += [one for one in request.set.split("+") if one]
        if request.since or request.until:
            clauses.append(f"FIRST_PDATE:[{request.since or _FIRST} TO {request.until or _LAST}]")
        size = min(_PAGE, request.limit or _PAGE)

        def ask_of(cursor: str) -> Ask:
            return self._ask(" AND ".join(clauses), cursor, size)

        def turn_of(data: bytes, cursor: str) -> Turn:
            found = object_of(data, ask_of(cursor).kept)
            if not isinstance(part_of(found, "resultList", "result"), list):
                raise AnswerUnreadableError(ask_of(cursor).kept, "it has no list of results")
            records, after = list_of(found, "resultList", "result"), found.get("nextCursorMark")
            going = isinstance(after, str) and after != (cursor or "*") and bool(records)
            return Turn(
                next=str(after) if going else "",
                records=len(records),
                total=count_of(found, "hitCount"),
                keep=bool(records),
            )

        return walk(job, "json", ask_of, turn_of)


def _clause(number: str) -> str:
    """Return the search for one number, empty if it is none of theirs."""
    if _PMC.fullmatch(number):
        return f"PMCID:{number}"
    if _PREPRINT.fullmatch(number):
        return f"EXT_ID:{number} AND SRC:PPR"
    if _PMID.fullmatch(number):
        return f"EXT_ID:{number} AND SRC:MED"
    return f'DOI:"{number}"' if _DOI.fullmatch(number) else ""

"""Crossref: works by publication date and filter through cursors, or one by one by DOI.

Decisions
---------
* The polite pool: a mail address in `mailto`, from the environment, sent to Crossref and kept nowhere.
* A cursor may stay the same from page to page, and then the service counts the pages: one that got lost on
  the way does not come again. So a list with fewer works than were announced is an error.
* A filter counts as words unless it is of the named kinds that take codes, numbers and dates.

Source: api.crossref.org documentation (cursors live five minutes; metadata are facts, free to use).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, urlencode

from ingest.fetch_errors import AnswerUnreadableError
from ingest.fetching import Connector, Job, Request, Variable
from ingest.http import CONTACT_VARIABLE
from ingest.http_rules import Ask
from ingest.limiter import Limits
from ingest.listing import Thing, Turn, count_of, each, list_of, object_of, part_of, walk
from ingest.raw_files import safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.raw_files import Fetched

_PAGE = 500
_DOI = re.compile(r"10\.\d{4,9}/\S{1,250}")
_PLAIN = re.compile(
    r"(?:type|prefix|member|issn|isbn|funder|orcid|has-[a-z-]{1,30}|(?:from|until)-[a-z-]{1,20}-date)"
    r":[A-Za-z0-9./-]{1,60}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossref(Connector):
    """Fetches records of papers."""

    name: ClassVar[str] = "crossref"
    hosts: ClassVar[tuple[str, ...]] = ("api.crossref.org",)
    limits: ClassVar[Limits] = Limits(interval=0.2)
    variables: ClassVar[tuple[Variable, ...]] = (
        Variable(name=CONTACT_VARIABLE, needed=False, where="your mail address; opens the polite pool"),
    )
    terms: ClassVar[str] = "Metadata are free to use; abstracts keep their publishers' rights."
    sends: ClassVar[str] = "a mail address, dates, filters and DOIs; with a consent the words of a query"
    understands: ClassVar[str] = (
        "since and until (publication dates), set (filters, as 'type:journal-article'), ids (DOIs), query"
    )
    sends_query_text: ClassVar[bool] = True

    api: str = "https://api.crossref.org"

    def text_of(self, request: Request) -> str:
        words = [one for one in request.set.split(",") if one and not _PLAIN.fullmatch(one)]
        return " ".join([request.query.strip(), *words]).strip()

    def check(self, request: Request) -> str:
        wrong = next((one for one in request.ids if not _DOI.fullmatch(one)), None)
        if wrong is not None:
            return f"{wrong[:60]!r} is no DOI"
        if not (request.ids or request.query or request.set or request.since or request.until):
            return "give dates, a set, ids or a query; everything is in Crossref's yearly public data file"
        return ""

    def files(self, job: Job) -> Iterator[Fetched]:
        if job.request.ids:
            return each(job, (self._work(doi) for doi in job.request.ids))
        return self._works(job)

    def _ask(self, path: str, values: Mapping[str, str | int]) -> Ask:
        return Ask(
            url=f"{self.api}{path}?{urlencode(values, safe=':,*')}".removesuffix("?"),
            wants="json",
            limits=self.limits,
            keys=self.keys(CONTACT_VARIABLE, self.api, parameter="mailto"),
        )

    def _work(self, doi: str) -> Thing:
        path = f"/works/{quote(doi, safe='')}"
        return Thing(id=doi, file=safe_name(f"crossref-{doi}.json"), ask=lambda: self._ask(path, {}))

    def _works(self, job: Job) -> Iterator[Fetched]:
        request = job.request
        filters = [one for one in request.set.split(",") if one]
        if request.since:
            filters.append(f"from-pub-date:{request.since}")
        if request.until:
            filters.append(f"until-pub-date:{request.until}")
        size = min(_PAGE, request.limit or _PAGE)

        def ask_of(cursor: str) -> Ask:
            values: dict[str, str | int] = {"filter": ",".join(filters)} if filters else {}
            values |= {"query.bibliographic": request.query} if request.query else {}
            return self._ask("/works", values | {"rows": size, "cursor": cursor or "*"})

        def turn_of(data: bytes, cursor: str) -> Turn:
            found = object_of(data, ask_of(cursor).kept)
            if not isinstance(part_of(found, "message", "items"), list):
                raise AnswerUnreadableError(ask_of(cursor).kept, "it has no items")
            works, after = list_of(found, "message", "items"), part_of(found, "message", "next-cursor")
            total = count_of(found, "message", "total-results")
            came = job.progress.records + len(works)
            going = isinstance(after, str) and bool(works) and (total < 0 or came < total)
            return Turn(
                next=str(after) if going else "",
                records=len(works),
                total=total,
                keep=bool(works),
                stays=True,
            )

        return walk(job, "json", ask_of, turn_of)

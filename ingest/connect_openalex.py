"""OpenAlex: pages of works by filters, single works, and the snapshot for bulk.

Decisions
---------
* A filter that searches (`title.search` and its kin), or whose value has other characters than names and
  numbers have, counts as words.
* The snapshot is found by its manifest and comes as the service's own `.gz` files; files of a partition that
  the corpus has already are not fetched again.

Source: developers.openalex.org (keys needed since February 2026; a free key gives $1 a day, 10,000 lists or
1,000 searches; CC0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from ingest.downloads import fetch, load
from ingest.fetch_errors import AnswerUnreadableError
from ingest.fetching import Connector, Job, Request, Variable
from ingest.http_rules import Ask, number_of
from ingest.limiter import Limits
from ingest.listing import Thing, Turn, count_of, each, list_of, object_of, part_of, walk
from ingest.raw_files import safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.raw_files import Fetched

KEY = "OPENALEX_API_KEY"
_PAGE = 100
_SNAPSHOT_FILE = 16 << 30
_WORK = re.compile(r"W\d{1,15}|(?:doi:)?10\.\d{4,9}/\S{1,250}", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z_.]{1,60}:[A-Za-z0-9_.:/|!<>*-]{1,200}")
_BUCKET = "s3://openalex/"
_DATED = re.compile(r"updated_date=(\d{4}-\d{2}-\d{2})/")
_TOO_MANY = 429
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlex(Connector):
    """Fetches works by filter, by number, or all of them from the snapshot."""

    name: ClassVar[str] = "openalex"
    hosts: ClassVar[tuple[str, ...]] = ("api.openalex.org", "openalex.s3.amazonaws.com")
    limits: ClassVar[Limits] = Limits(interval=0.2, requests_a_day=10_000)
    variables: ClassVar[tuple[Variable, ...]] = (
        Variable(name=KEY, needed=True, where="free at openalex.org/settings/api"),
    )
    terms: ClassVar[str] = "CC0: free for any use."
    sends: ClassVar[str] = "a key, dates, filters and numbers; with a consent the words of a query"
    understands: ClassVar[str] = (
        "since and until (publication dates), set (filters, as 'type:article,is_oa:true'), ids (W numbers or "
        "DOIs), query, or format 'snapshot' with since as the first day of change"
    )
    sends_query_text: ClassVar[bool] = True

    api: str = "https://api.openalex.org"
    snapshot: str = "https://openalex.s3.amazonaws.com"
    manifest: str = "data/jsonl/works/manifest.json"

    def text_of(self, request: Request) -> str:
        filters = [one for one in request.set.split(",") if one]
        words = [
            one for one in filters if "search" in one.partition(":")[0].lower() or not _PLAIN.fullmatch(one)
        ]
        return " ".join([request.query.strip(), *words]).strip()

    def check(self, request: Request) -> str:
        wrong = next((one for one in request.ids if not _WORK.fullmatch(one)), None)
        if wrong is not None:
            return f"{wrong[:60]!r} is neither a W number nor a DOI"
        if request.format not in ("", "snapshot"):
            return f"it has no format {request.format!r}; use 'snapshot' or none"
        if request.format and (request.ids or request.query or request.set):
            return "a snapshot comes whole, or by days of change"
        if not (
            request.ids or request.query or request.set or request.since or request.until or request.format
        ):
            return "give dates, a set, ids or a query; for everything use format 'snapshot'"
        return ""

    def files(self, job: Job) -> Iterator[Fetched]:
        if job.request.format:
            return self._snapshot(job)
        if job.request.ids:
            return each(job, (self._work(one) for one in job.request.ids))
        return self._works(job)

    def _ask(self, path: str, values: Mapping[str, str | int]) -> Ask:
        return Ask(
            url=f"{self.api}{path}?{urlencode(values, safe=':,|*')}".removesuffix("?"),
            wants="json",
            limits=self.limits,
            keys=self.keys(KEY, self.api, parameter="api_key", needed=True),
            variable=KEY,
            heed=_rest,
        )

    def _work(self, number: str) -> Thing:
        doi = number.lower().removeprefix("doi:")
        name = f"doi:{doi}" if doi.startswith("10.") else number.upper()
        file = safe_name(f"openalex-{name}.json")
        return Thing(id=number, file=file, ask=lambda: self._ask(f"/works/{quote(name, safe=':')}", {}))

    def _works(self, job: Job) -> Iterator[Fetched]:
        request = job.request
        filters = [one for one in request.set.split(",") if one]
        if request.since:
            filters.append(f"from_publication_date:{request.since}")
        if request.until:
            filters.append(f"to_publication_date:{request.until}")

        def ask_of(cursor: str) -> Ask:
            values: dict[str, str | int] = {"filter": ",".join(filters)} if filters else {}
            values |= {"search": request.query} if request.query else {}
            size = min(_PAGE, request.limit or _PAGE)
            return self._ask("/works", values | {"per_page": size, "cursor": cursor or "*"})

        def turn_of(data: bytes, cursor: str) -> Turn:
            found = object_of(data, ask_of(cursor).kept)
            if not isinstance(found.get("results"), list):
                raise AnswerUnreadableError(ask_of(cursor).kept, "it has no results")
            works, after = list_of(found, "results"), part_of(found, "meta", "next_cursor")
            going = isinstance(after, str) and bool(works)
            return Turn(
                next=after if going else "",
                records=len(works),
                total=count_of(found, "meta", "count"),
                keep=bool(works),
            )

        return walk(job, "json", ask_of, turn_of)

    def _snapshot(self, job: Job) -> Iterator[Fetched]:
        url = f"{self.snapshot}/{self.manifest}"
        listing = job.folder / ".openalex-manifest.json"
        fetch(job.session, Ask(url=url, wants="json"), listing)
        found = object_of(load(listing, url), url)
        entries = list_of(found, "entries") or list_of(found, "files")
        if not entries:
            raise AnswerUnreadableError(url, "it lists no files")
        return each(job, (self._part(path) for path in _paths(entries, url, job.request)))

    def _part(self, path: str) -> Thing:
        url = f"{self.snapshot}/{path}"
        ask = Ask(url=url, wants="file", limit=_SNAPSHOT_FILE, deadline=6 * 3600.0)
        return Thing(id=path, file=safe_name(path.removeprefix("data/")), ask=lambda: ask)


def _paths(entries: list[dict[str, object]], url: str, request: Request) -> Iterator[str]:
    """Yield the paths in the bucket, by day of change."""
    for entry in entries:
        where = entry.get("url")
        if not isinstance(where, str):
            raise AnswerUnreadableError(url, "an entry of it names no file")
        path = where.removeprefix(_BUCKET) if where.startswith(_BUCKET) else urlsplit(where).path.lstrip("/")
        dated = _DATED.search(path)
        day = dated[1] if dated else ""
        if day and request.since and day < request.since.isoformat():
            continue
        if day and request.until and day > request.until.isoformat():
            continue
        yield quote(path, safe="/=")


def _rest(status: int, headers: Mapping[str, str]) -> float:
    """Return the seconds until the day's credit is renewed, when it is used up."""
    if status != _TOO_MANY or headers.get("Retry-After"):
        return 0.0
    return max(0.0, min(float(number_of(headers.get("X-RateLimit-Reset", ""))), _DAY))

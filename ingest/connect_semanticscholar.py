"""Semantic Scholar: papers by number in batches, data sets of a release for bulk, a search with a consent.

Decisions
---------
* A release's files are listed as addresses signed for a short time. The list is asked for at each start,
  never kept; a file is known by its release and name, not by its address.
* The graph works without a key, slowly; data sets need one.

Source: api.semanticscholar.org (Academic Graph and Datasets APIs); ODC-BY, some fields for research only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from ingest.downloads import talk
from ingest.fetch_errors import AnswerUnreadableError
from ingest.fetching import Connector, Job, Request, Variable
from ingest.http_rules import Ask, origin_of
from ingest.limiter import Limits
from ingest.listing import Thing, Turn, count_of, each, list_of, object_of, walk
from ingest.raw_files import bare_url, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.raw_files import Fetched

KEY = "SEMANTIC_SCHOLAR_API_KEY"
FIELDS = (
    "paperId,corpusId,externalIds,title,abstract,venue,year,publicationDate,publicationTypes,authors,"
    "s2FieldsOfStudy,isOpenAccess,openAccessPdf,journal"
)
_BATCH = 500
_FILE = 64 << 30
_PAPER = re.compile(
    r"[0-9a-f]{40}|(?:DOI:10\.\d{4,9}/|ARXIV:|CorpusId:|PMID:|PMCID:|MAG:|ACL:)[^\s\"]{1,250}", re.IGNORECASE
)
_DATASET = re.compile(r"[a-z0-9-]{1,40}")
_RELEASE = re.compile(r"latest|\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticScholar(Connector):
    """Fetches papers by number, or the files of a data set."""

    name: ClassVar[str] = "semanticscholar"
    hosts: ClassVar[tuple[str, ...]] = ("api.semanticscholar.org",)
    limits: ClassVar[Limits] = Limits(interval=3.0)
    variables: ClassVar[tuple[Variable, ...]] = (
        Variable(name=KEY, needed=False, where="free on request at semanticscholar.org/product/api"),
    )
    terms: ClassVar[str] = "ODC-BY with attribution; the licence of the API forbids to resell it."
    sends: ClassVar[str] = "a key, numbers, names of data sets; with a consent the words of a query"
    understands: ClassVar[str] = (
        "ids (paper ids, DOI:…, ARXIV:…, CorpusId:…), set (a data set, as 'papers') with format (a release, "
        "default 'latest'), query with since and until (publication dates)"
    )
    sends_query_text: ClassVar[bool] = True

    api: str = "https://api.semanticscholar.org"

    def check(self, request: Request) -> str:
        if sum(map(bool, (request.ids, request.set, request.query))) != 1:
            return "give ids, or a set (a data set), or a query"
        if request.set and not _DATASET.fullmatch(request.set):
            return f"{request.set[:40]!r} is no data set, as 'papers' or 'abstracts'"
        if request.set and not _RELEASE.fullmatch(request.format or "latest"):
            return f"{request.format[:40]!r} is no release, as '2026-09-29' or 'latest'"
        if (request.since or request.until) and not request.query:
            return "dates go with a query only; a data set comes whole"
        wrong = next((one for one in request.ids if not _PAPER.fullmatch(one)), None)
        return f"{wrong[:60]!r} is no paper id, as DOI:10.1000/1 or ARXIV:2101.00001" if wrong else ""

    def files(self, job: Job) -> Iterator[Fetched]:
        if job.request.set:
            return self._dataset(job)
        return self._papers(job) if job.request.ids else self._query(job)

    def _ask(
        self, path: str, values: dict[str, str], body: bytes | None = None, *, needed: bool = False
    ) -> Ask:
        return Ask(
            url=f"{self.api}{path}?{urlencode(values, safe=':,')}".removesuffix("?"),
            wants="json",
            limits=self.limits,
            keys=self.keys(KEY, self.api, header="x-api-key", needed=needed),
            variable=KEY,
            body=body,
            headers={"Content-Type": "application/json"} if body is not None else {},
        )

    def _papers(self, job: Job) -> Iterator[Fetched]:
        ids = job.request.ids

        def ask_of(cursor: str) -> Ask:
            some = ids[int(cursor or 0) : int(cursor or 0) + _BATCH]
            return self._ask("/graph/v1/paper/batch", {"fields": FIELDS}, json.dumps({"ids": some}).encode())

        def turn_of(data: bytes, cursor: str) -> Turn:
            some = ids[int(cursor or 0) : int(cursor or 0) + _BATCH]
            found = _list(data, ask_of(cursor).kept, len(some))
            lost = [one for one, paper in zip(some, found, strict=True) if not isinstance(paper, dict)]
            job.progress.missing = [*dict.fromkeys([*job.progress.missing, *lost])]
            after = int(cursor or 0) + _BATCH
            return Turn(next=str(after) if after < len(ids) else "", records=len(some) - len(lost))

        return walk(job, "json", ask_of, turn_of)

    def _query(self, job: Job) -> Iterator[Fetched]:
        request = job.request
        values = {"query": request.query, "fields": FIELDS, "sort": "paperId"}
        if request.since or request.until:
            values["publicationDateOrYear"] = f"{request.since or ''}:{request.until or ''}"

        def ask_of(cursor: str) -> Ask:
            return self._ask("/graph/v1/paper/search/bulk", values | ({"token": cursor} if cursor else {}))

        def turn_of(data: bytes, cursor: str) -> Turn:
            found = object_of(data, ask_of(cursor).kept)
            papers, after = list_of(found, "data"), found.get("token")
            going = isinstance(after, str) and bool(papers)
            return Turn(
                next=str(after) if going else "",
                records=len(papers),
                total=count_of(found, "total"),
                keep=bool(papers),
            )

        return walk(job, "json", ask_of, turn_of)

    def _dataset(self, job: Job) -> Iterator[Fetched]:
        release = job.request.format or "latest"
        path = f"/datasets/v1/release/{release}"
        if release == "latest":
            ask = self._ask(path, {}, needed=True)
            named = object_of(talk(job.session, ask), ask.kept).get("release_id")
            if not isinstance(named, str) or not _RELEASE.fullmatch(named):
                raise AnswerUnreadableError(ask.kept, "it names no release")
            release, path = named, f"/datasets/v1/release/{named}"
        ask = self._ask(f"{path}/dataset/{quote(job.request.set)}", {}, needed=True)
        files = object_of(talk(job.session, ask), ask.kept).get("files")
        if not isinstance(files, list) or not files or not all(isinstance(one, str) for one in files):
            raise AnswerUnreadableError(ask.kept, "it lists no files")
        stem = f"semanticscholar-{release}-{job.request.set}"
        return each(job, (self._file(one, stem, ask.kept) for one in files))

    def _file(self, url: str, stem: str, listing: str) -> Thing:
        if origin_of(self.api)[0] == "https" and origin_of(url)[0] != "https":
            raise AnswerUnreadableError(listing, "it names files without encryption")
        name = urlsplit(url).path.rpartition("/")[2]
        ask = Ask(
            url=url,
            shown=bare_url(url),
            foreign=True,
            wants="file",
            limit=_FILE,
            deadline=6 * 3600.0,
        )
        return Thing(id=name, file=safe_name(f"{stem}-{name}"), ask=lambda: ask)


def _list(data: bytes, url: str, wanted: int) -> list[object]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise AnswerUnreadableError(url, "it is no JSON, or only the beginning of one") from None
    if not isinstance(found, list) or len(found) != wanted:
        raise AnswerUnreadableError(url, f"it is no list of {wanted} papers")
    return found

"""USPTO Open Data Portal: files of bulk products, by product, by date, by name.

Decisions
---------
* One request at a time, sixty a minute. A file comes through a redirect to another host, signed for seconds:
  the key stays with the portal, the signature is not kept.
* The portal gives a file twenty times a year to a key. Each time it is asked for is counted and remembered
  (under a digest of the key), and the twenty-first is not asked for.
* Where a file is, is taken from the listing; who is asked for it, is always the portal.

Source: data.uspto.gov/apis/bulk-data. Products: PTGRXML and APPXML (weekly full text, grants and
applications), PVGPATTXT and its kin (PatentsView tables), and others; without a set the list of
products is given.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, unquote, urlencode, urlsplit

from ingest.downloads import fetch, load
from ingest.fetch_errors import AnswerUnreadableError, BudgetSpentError, ShortListError
from ingest.fetching import Connector, Job, Request, Variable, digest
from ingest.http_rules import Ask
from ingest.limiter import Limits
from ingest.listing import Thing, count_of, drop, each, list_of, object_of
from ingest.raw_files import safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.raw_files import Fetched

KEY = "USPTO_API_KEY"
USES = 20
"""Times a year that a key gets a file."""
_PRODUCTS = "/api/v1/datasets/products"
_PRODUCT = re.compile(r"[A-Z0-9]{2,20}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SIZE = 64 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Uspto(Connector):
    """Fetches files of bulk products."""

    name: ClassVar[str] = "uspto"
    hosts: ClassVar[tuple[str, ...]] = ("api.uspto.gov",)
    limits: ClassVar[Limits] = Limits(per_minute=60, alone=True)
    variables: ClassVar[tuple[Variable, ...]] = (
        Variable(name=KEY, needed=True, where="data.uspto.gov/myodp, with a verified account"),
    )
    terms: ClassVar[str] = "Public domain; one request at a time, a file 20 times a year."
    sends: ClassVar[str] = "a key, names of products and files, dates"
    understands: ClassVar[str] = (
        "set (a product, as PTGRXML), since and until (dates of the data), ids (file names)"
    )

    base: str = "https://api.uspto.gov"

    def check(self, request: Request) -> str:
        if request.set and not _PRODUCT.fullmatch(request.set):
            return f"{request.set[:40]!r} is no product, as PTGRXML"
        wrong = next((one for one in request.ids if not _FILE.fullmatch(one)), None)
        if wrong is not None:
            return f"{wrong[:60]!r} is no file name"
        if not request.set and (request.ids or request.since or request.until):
            return "files and dates are those of a product: give the set, as PTGRXML"
        return ""

    def files(self, job: Job) -> Iterator[Fetched]:
        request = job.request
        if not request.set:
            yield fetch(
                job.session, self._listing(f"{_PRODUCTS}/search", {}), job.folder / "uspto-products.json"
            )
            return
        values = {"includeFiles": "true"}
        values |= {"fileDataFromDate": request.since.isoformat()} if request.since else {}
        values |= {"fileDataToDate": request.until.isoformat()} if request.until else {}
        ask = self._listing(f"{_PRODUCTS}/{request.set}", values)
        listing = job.folder / f".uspto-{request.set}-{digest(request)}.listing.json"
        fetch(job.session, ask, listing)
        try:
            found = list(_listed(object_of(load(listing, ask.kept), ask.kept), ask.kept, request))
        except AnswerUnreadableError:
            drop(listing)
            raise
        yield from each(job, (self._file(job, name, path) for name, path in found))
        lost = set(request.ids) - {name for name, _ in found}
        job.progress.missing += sorted(lost)
        job.progress.save()
        _check_count(object_of(load(listing, ask.kept), ask.kept), request)

    def _listing(self, path: str, values: dict[str, str]) -> Ask:
        return Ask(
            url=f"{self.base}{path}?{urlencode(values)}".removesuffix("?"),
            wants="json",
            limits=self.limits,
            keys=self.keys(KEY, self.base, header="X-API-KEY", needed=True),
            variable=KEY,
        )

    def _file(self, job: Job, name: str, path: str) -> Thing:
        mark = hashlib.sha256(self.key(KEY).encode()).hexdigest()[:8]

        def count() -> None:
            year = job.session.clock().year
            thing = f"uspto {mark} {job.request.set} {name}"
            if job.session.limiter.count_use(thing, window=str(year), allowed=USES) < 0:
                again = datetime(year + 1, 1, 1, tzinfo=UTC)
                raise BudgetSpentError(self.hosts[0], f"the year's {USES} downloads of {name} are", again)

        def ask() -> Ask:
            return Ask(
                url=f"{self.base}{quote(path, safe='/')}",
                wants="file",
                limits=self.limits,
                keys=self.keys(KEY, self.base, header="X-API-KEY", needed=True),
                variable=KEY,
                limit=_SIZE,
                deadline=6 * 3600.0,
                before=count,
            )

        return Thing(id=name, file=safe_name(name), ask=ask)


def _listed(found: dict[str, Any], url: str, request: Request) -> Iterator[tuple[str, str]]:
    """Yield name and path of the files that the request wants."""
    products = list_of(found, "bulkDataProductBag")
    if not products:
        raise AnswerUnreadableError(url, "it lists no product")
    for file in (file for product in products for file in list_of(product, "productFileBag", "fileDataBag")):
        name, where = file.get("fileName"), file.get("fileDownloadURI")
        if not isinstance(name, str) or not isinstance(where, str) or not _FILE.fullmatch(name):
            raise AnswerUnreadableError(url, "an entry of it names no file")
        if request.ids and name not in request.ids:
            continue
        if _outside(file, request):
            continue
        yield name, unquote(urlsplit(where).path)


def _check_count(found: dict[str, Any], request: Request) -> None:
    """Say so when the whole listing of a product has fewer files than it states."""
    for product in list_of(found, "bulkDataProductBag"):
        said = count_of(product, "productFileBag", "count")
        listed = len(list_of(product, "productFileBag", "fileDataBag"))
        if listed < said and not (request.since or request.until or request.ids):
            raise ShortListError(Uspto.name, listed, said, "ask for a part by its dates")


def _outside(file: dict[str, Any], request: Request) -> bool:
    """Tell whether a file's days are stated and none of them is among those asked for."""
    first, last = str(file.get("fileDataFromDate", ""))[:10], str(file.get("fileDataToDate", ""))[:10]
    first, last = first if _DAY.fullmatch(first) else last, last if _DAY.fullmatch(last) else first
    if not _DAY.fullmatch(first):
        return False
    return bool(
        (request.since and last < request.since.isoformat())
        or (request.until and first > request.until.isoformat())
    )

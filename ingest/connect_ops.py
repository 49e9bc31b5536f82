"""EPO Open Patent Services 3.2: the parts of patent publications by number.

Decisions
---------
* One file per number and part, as the service's XML. The service has no full texts of most countries: a part
  that it does not have is noted as missing and costs nothing else.
* Its throttling is heeded from the headers of every answer: the allowed calls a minute of the service used
  (`X-Throttling-Control`), the week's quota (`X-RegisteredQuotaPerWeek-Used`), and the reason of a refusal.
* A token lives twenty minutes; it is kept in memory only.

Source: "Open Patent Services RESTful Web Services Reference Guide", 3.2. Redistribution of its records is not
allowed: they stay in the user's folder.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from ingest.downloads import talk
from ingest.fetch_errors import AnswerUnreadableError
from ingest.fetching import Connector, Job, Request, Variable
from ingest.http import Session
from ingest.http_rules import Ask, Key, number_of
from ingest.limiter import Limits
from ingest.listing import Thing, each, object_of
from ingest.raw_files import safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.raw_files import Fetched

KEY, SECRET = "OPS_KEY", "OPS_SECRET"
PARTS: dict[str, tuple[str, str]] = {
    "biblio": ("published-data/publication/{}/biblio", "retrieval"),
    "abstract": ("published-data/publication/{}/abstract", "retrieval"),
    "claims": ("published-data/publication/{}/claims", "retrieval"),
    "description": ("published-data/publication/{}/description", "retrieval"),
    "family": ("family/publication/{}/biblio", "inpadoc"),
    "register": ("register/publication/{}/biblio", "other"),
}
"""Address of each part, and the service by whose limits it goes."""
DEFAULT = "biblio,claims,description,family"
WEEK = 4_000_000_000
"""Bytes a week."""
_NUMBER = re.compile(r"([A-Z]{2})\.?([A-Z0-9]{1,20})(?:\.([A-Z]\d?))?")
_LIGHT = re.compile(r"([a-z]{1,20})=([a-z]{1,10}):(\d{1,6})")
_HOUR = 3600.0
_BLACK = 120.0
_ERROR = 400
_OWN = 1200
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ops(Connector):
    """Fetches the parts of patent publications by number."""

    name: ClassVar[str] = "ops"
    hosts: ClassVar[tuple[str, ...]] = ("ops.epo.org",)
    limits: ClassVar[Limits] = Limits(interval=0.5, per_minute=60, bytes_a_week=WEEK)
    variables: ClassVar[tuple[Variable, ...]] = (
        Variable(name=KEY, needed=True, where="free at developers.epo.org, the app's consumer key"),
        Variable(name=SECRET, needed=True, where="free at developers.epo.org, the app's consumer secret"),
    )
    terms: ClassVar[str] = "Fair use up to 4 GB a week; its records may not be passed on."
    sends: ClassVar[str] = "a key and publication numbers"
    understands: ClassVar[str] = (
        "ids (as EP.1000000.A1 or EP1000000), format (parts joined by commas: "
        "biblio, abstract, claims, description, family, register)"
    )

    base: str = "https://ops.epo.org/3.2"

    def check(self, request: Request) -> str:
        if not request.ids:
            return "give publication numbers"
        if request.since or request.until or request.set:
            return "it fetches by numbers only"
        wrong = next((one for one in request.ids if not _NUMBER.fullmatch(one)), None)
        if wrong is not None:
            return f"{wrong[:60]!r} is no publication number, as EP.1000000.A1 or EP1000000"
        unknown = [one for one in (request.format or DEFAULT).split(",") if one not in PARTS]
        return f"it has no part {unknown[0][:40]!r}; use {', '.join(PARTS)}" if unknown else ""

    def files(self, job: Job) -> Iterator[Fetched]:
        token = _Token(connector=self, session=job.session)
        token.keys()
        parts = (job.request.format or DEFAULT).split(",")
        things = (self._part(number, part, token) for number in job.request.ids for part in parts)
        return each(job, things)

    def _part(self, number: str, part: str, token: _Token) -> Thing:
        where, service = PARTS[part]
        url = f"{self.base}/rest-services/{where.format(_written(number))}"

        def ask() -> Ask:
            return Ask(
                url=url,
                wants="xml",
                limits=self.limits,
                keys=token.keys(),
                variable=f"{KEY} and {SECRET}",
                headers={"Accept": "application/xml"},
                heed=lambda status, headers: _rest(service, status, headers, token.session.clock()),
            )

        return Thing(id=f"{number} {part}", file=safe_name(f"{number}-{part}.xml"), ask=ask)


def _written(number: str) -> str:
    """Return a number as the service writes it: DOCDB with its parts apart, else epodoc."""
    match = _NUMBER.fullmatch(number)
    assert match is not None
    country, digits, kind = match.groups()
    return f"docdb/{country}.{digits}.{kind}" if kind else f"epodoc/{quote(country + digits)}"


@dataclass(slots=True, kw_only=True)
class _Token:
    """An access token, asked for when it is needed."""

    connector: Ops
    session: Session
    value: str = field(default="", repr=False)
    until: datetime = _NEVER

    def keys(self) -> tuple[Key, ...]:
        if not self.value or self.session.clock() >= self.until:
            self._new()
        return (Key(value=f"Bearer {self.value}", origin=self.connector.base, header="Authorization"),)

    def _new(self) -> None:
        pair = f"{self.connector.key(KEY, needed=True)}:{self.connector.key(SECRET, needed=True)}"
        basic = base64.b64encode(pair.encode()).decode()
        ask = Ask(
            url=f"{self.connector.base}/auth/accesstoken",
            wants="json",
            limits=self.connector.limits,
            keys=(Key(value=f"Basic {basic}", origin=self.connector.base, header="Authorization"),),
            variable=f"{KEY} and {SECRET}",
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=b"grant_type=client_credentials",
        )
        now = self.session.clock()
        found = object_of(talk(self.session, ask), ask.kept)
        value = found.get("access_token")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
            raise AnswerUnreadableError(ask.kept, "it has no access token")
        seconds = min(number_of(str(found.get("expires_in", ""))), _OWN)
        self.value = value
        self.until = now + timedelta(seconds=max(0, seconds - 60))


def _rest(service: str, status: int, headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds for which the service wants to be left alone."""
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    week = (monday - now).total_seconds()
    if number_of(headers.get("X-RegisteredQuotaPerWeek-Used", "")) >= WEEK:
        return week
    reason = headers.get("X-Rejection-Reason", "").lower()
    if status >= _ERROR and "week" in reason:
        return week
    if status >= _ERROR and "quota" in reason:
        return _HOUR
    lights = {
        name: (light, int(rate))
        for name, light, rate in _LIGHT.findall(headers.get("X-Throttling-Control", ""))
    }
    light, rate = lights.get(service, ("green", 0))
    if light == "black":
        return _BLACK
    return 60.0 / max(rate, 1) if light != "green" else 0.0

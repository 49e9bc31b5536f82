"""What the session decides, as pure functions: who sees a key, where a redirect may lead, how long to wait.

Decisions
---------
* A key belongs to one origin (scheme, host and port) and goes nowhere else, whatever redirects say. Over
  plain HTTP it goes to this machine only.
* A redirect may not leave https for http, may not carry a key in its address, and may not lead from a public
  host to a private, loopback or link-local address. Names are judged when connected (see `ingest.http`),
  numbers here as well.
* What an answer is, is told by its first bytes; the declared type only refuses.

Sources: RFC 9110 (conditional requests, ranges, Retry-After, redirects), RFC 6890 (special addresses).
"""

from __future__ import annotations

import codecs
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from ingest.fetch_errors import AddressRefusedError, NotAskedForError, RedirectRefusedError
from ingest.limiter import Limits
from ingest.raw_files import bare_url, kept_url

Wants = Literal["json", "xml", "text", "file"]
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
PAGE_LIMIT = 64 << 20
HEAD = 1024
_PORTS = {"http": 80, "https": 443}
_SECONDS = re.compile(r"[0-9]{1,9}")
_DIGITS = re.compile(r"[0-9]{1,15}")
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_UNSATISFIED = re.compile(r"bytes \*/([0-9]{1,18})")
_HTML = re.compile(rb"<(?:!doctype\s{1,9}html|html|head|body)[\s>]", re.IGNORECASE)
_BREAKS = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A secret and where it may go."""

    value: str = field(repr=False)
    origin: str
    """Any address of the only scheme, host and port that may see it."""
    header: str = ""
    """The header it is sent in, or:"""
    parameter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: what, of whom, how much at most, for how long."""

    url: str
    """Without keys."""
    wants: Wants
    limits: Limits = field(default_factory=Limits)
    keys: tuple[Key, ...] = ()
    variable: str = ""
    """The environment variable to set when the service refuses."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    """A body makes it a POST, which follows no redirect."""
    limit: int = PAGE_LIMIT
    """Bytes that the answer may have."""
    deadline: float = 120.0
    """Seconds for one try, its redirects and its body included."""
    heed: Callable[[int, Mapping[str, str]], float] | None = field(default=None, repr=False)
    """Given status and headers, returns seconds for which the host is to be left alone: a service's own way
    of throttling."""

    foreign: bool = False
    """The address came out of a service's answer: it leads to no private host, as if it were a redirect."""
    before: Callable[[], None] | None = field(default=None, repr=False)
    """Called before each try, to count it."""
    shown: str = ""
    """What to keep in place of an address that is signed for one use."""

    @property
    def kept(self) -> str:
        """The address as it may be written down."""
        return self.shown or kept_url(self.url)


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port. Raises AddressRefusedError for what is no http(s) address."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".").lower()
        port = parts.port if parts.port is not None else _PORTS.get(scheme, 0)
    except ValueError:
        raise AddressRefusedError(bare_url(url)[:200], "it is no address") from None
    if scheme not in _PORTS or not host:
        raise AddressRefusedError(bare_url(url)[:200], "it is no http or https address")
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError(bare_url(url), "it holds a password; keys come from the environment")
    if _BREAKS.search(url):
        raise AddressRefusedError(
            bare_url(url)[:200].encode("unicode_escape").decode(), "it has blanks in it"
        )
    return scheme, host, port


def with_keys(url: str, keys: tuple[Key, ...]) -> tuple[str, dict[str, str]]:
    """Return the address and headers to send: keys only where they belong. Raises AddressRefusedError."""
    place = origin_of(url)
    mine = [key for key in keys if key.value and origin_of(key.origin) == place]
    if mine and place[0] == "http" and not is_this_machine(place[1]):
        raise AddressRefusedError(kept_url(url), "a key is not sent without encryption; use https")
    headers = {key.header: key.value for key in mine if key.header}
    pairs = [(key.parameter, key.value) for key in mine if key.parameter]
    if pairs:
        parts = urlsplit(url)
        query = "&".join(filter(None, [parts.query, urlencode(pairs, quote_via=quote)]))
        url = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    return url, headers


def redirected(url: str, location: str, keys: tuple[Key, ...]) -> str:
    """Return where a redirect leads, without our keys. Raises RedirectRefusedError."""
    shown = kept_url(url)
    try:
        target = urljoin(url, location.strip())
        place = origin_of(target)
    except (ValueError, AddressRefusedError):
        raise RedirectRefusedError(shown, "no usable address", "it is no http or https address") from None
    if origin_of(url)[0] == "https" and place[0] != "https":
        raise RedirectRefusedError(shown, bare_url(target), "it leaves encryption")
    target = _without(target, keys)
    if any(_holds(target, value) for value in _values(keys)):
        raise RedirectRefusedError(shown, place[1], "its address holds our key")
    return target


def _without(url: str, keys: tuple[Key, ...]) -> str:
    parts = urlsplit(url)
    values = _values(keys)
    names = {key.parameter.lower() for key in keys if key.parameter}
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    left = [(name, value) for name, value in pairs if name.lower() not in names and value not in values]
    query = parts.query if len(left) == len(pairs) else urlencode(left)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _values(keys: tuple[Key, ...]) -> set[str]:
    """Return the secrets themselves, as a redirect might carry them: `Bearer x` is also x."""
    return {value for key in keys for value in (key.value, key.value.rpartition(" ")[2]) if value}


def _holds(text: str, secret: str) -> bool:
    return secret in text or quote(secret, safe="") in text


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine by its name or number."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """Tell whether a number (or the name of this machine) is not reachable from the public network."""
    if is_this_machine(host):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return not address.is_global or address.is_multicast


def wait_of(header: str, now: datetime) -> float | None:
    """Return the seconds of a `Retry-After` header, seconds or a date; None where it is neither."""
    text = header.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())


def number_of(text: str) -> int:
    """Return a number of up to fifteen digits, -1 where a text is none."""
    return int(text.strip()) if _DIGITS.fullmatch(text.strip()) else -1


def range_of(header: str) -> tuple[int, int | None] | None:
    """Return first byte and whole size (None if not said) of a `Content-Range`; None where it is none."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or int(match[2]) < int(match[1]):
        return None
    return int(match[1]), None if match[3] == "*" else int(match[3])


def size_beyond(header: str) -> int | None:
    """Return the whole size that a 416 answer states."""
    match = _UNSATISFIED.fullmatch(header.strip())
    return int(match[1]) if match else None


def validator_of(headers: Mapping[str, str]) -> str:
    """Return what `If-Range` may carry: a strong ETag, else a date of change; empty if there is neither."""
    etag = headers.get("ETag", "").strip()
    if etag.startswith('"') and etag.isprintable():
        return etag
    changed = headers.get("Last-Modified", "").strip()
    return changed if changed.isprintable() else ""


def check_kind(ask: Ask, declared: str, head: bytes) -> None:
    """Refuse an answer that is not what was asked for, by its first bytes. Raises NotAskedForError."""
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    kind = declared.partition(";")[0].strip().lower()
    if _HTML.match(start) or (ask.wants in ("json", "xml") and "html" in kind):
        raise NotAskedForError(ask.kept, _WORDS[ask.wants], "a page of HTML")
    if ask.wants == "json" and not start.startswith((b"{", b"[")):
        raise NotAskedForError(ask.kept, _WORDS["json"], "something else" if start else "empty")
    if ask.wants == "xml" and not start.startswith(b"<"):
        raise NotAskedForError(ask.kept, _WORDS["xml"], "something else" if start else "empty")
    if not start:
        raise NotAskedForError(ask.kept, _WORDS[ask.wants], "empty")


_WORDS = {"json": "JSON", "xml": "XML", "text": "text", "file": "a file"}

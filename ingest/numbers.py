"""Publication numbers: every written form of one number becomes one key, and is printed back.

    US 11,234,567 B2   US11234567B2   U.S. Patent No. 11,234,567 (B2)      US-11234567-B2
    US 2005/0004437 A1   US20050004437A1   US2005004437A1 (DOCDB)          US-20050004437-A1
    EP 0 123 456 B1   EP0123456B1   EP-B1-0 123 456                        EP-123456-B1
    WO 99/12345 A1   WO9912345A1   WO1999012345A1                          WO-1999012345-A1
    JP H10-123456 A   JPH10123456A   JP-A-10-123456                        JP-H10123456-A

Decisions
---------
* A key is `COUNTRY-NUMBER-KIND`, or `COUNTRY-NUMBER` where no kind is written. Years have four digits (US
  publications with seven digits of serial, WO and JP ones with six); other numbers lose the zeros that pad
  them. For the United States this is what workspaces hold already (`US-D612345-S1`, `US-RE39999-E1`).
* The whole text is one number: nothing is searched for in running text.
* A form that could be two numbers stays as it is written, punctuation out: see `ingest.number_forms`, which
  lists them. A kind is never invented, but US citations still write S, E and H, which are S1, E1 and H1.
* What no number of its office looks like is refused too, so that a slip (`US 203/0215965`) finds nothing
  rather than another document: `parse_publication(p.key).key == p.key` for all that is read.
* An application's number (`13/676,098`, `PCT/US2012/012345`, `99203729.6`) is refused: a wrong publication
  would be found. `ingest.application_numbers` reads those.
* `epodoc` numbers have no kind, except letters that tell two series apart; so a number read from one may
  lack its kind or the digit of it. `without_kind` is how such a citation finds its document.

Sources: DOCDB XML documentation; EPO, OPS FAQ "search formats" (kinds in epodoc numbers); WIPO ST.3, ST.16.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase, digits

from ingest.errors import NumberFormError
from ingest.number_forms import COUNTRIES, bare, docdb_number, key_number, number_of, plain, printed_number

_LIMIT = 80
"""Characters a written number may have."""
_NUMBER_LIMIT = 40
_NAMES = {
    "EUROPEAN": "EP",
    "INTERNATIONAL": "WO",
    "JAPANESE": "JP",
    "GERMAN": "DE",
    "FRENCH": "FR",
    "BRITISH": "GB",
    "CHINESE": "CN",
    "KOREAN": "KR",
}
_KINDS_OF_BEFORE_2001 = {"S": "S1", "E": "E1", "H": "H1"}
_WORDY = re.compile(r"[A-Z]{3}|[A-Z]\.|[^ -~]")
_ABBREVIATED = (
    (re.compile(r"^([A-Z])\. ?([A-Z])\b\.?(?: ?A\.)?"), r"\1\2 "),
    (re.compile(r"\bUNITED STATES(?: OF AMERICA)?\b|\bUSA\b"), "US "),
    (re.compile(r"\b(?:PCT|INT'?L)\.?(?= ?(?:PUB|APP|PAT|WO))"), " "),
    (re.compile(r"\bDES(?:IGN)?\b\.?"), " D "),
    (re.compile(r"\bREISSUE\b|\bRE\.(?= ?\d)"), " RE "),
    (re.compile(r"\bPLANT\b"), " PP "),
    (re.compile(r"特[開表]"), "A "),
)
_NOISE = re.compile(
    r"\b(?:PATENTS?|PAT|PUBLICATION|PUBLISHED|PUBN|PUBL?|APPLICATION|APPLN|APPL?|NUMBER|NOS?|NR|LAID[- ]OPEN"
    r"|SPECIFICATION|DOCUMENT|KOKAI|OS|PS|AS)\b[.:]?|[号號公報]"
)
_TAIL = re.compile(r"(?<=[0-9])[ _./(-]{0,4}([A-Z]) ?([0-9]?)\)?$")
_LEAD = re.compile(r"([ABCU][0-9]?)[ ./-]{1,3}(?=[A-Z]?[0-9])")
_CHECKED = re.compile(r"(?:ZL ?)?\d{8,12}\.[\dX]")
_APPLICATIONS = {"US": re.compile(r"\d\d?/\d{3} ?\d{3}"), "EP": _CHECKED, "CN": _CHECKED}
_US_SHORT = re.compile(r"20\d\d/\d{1,5}")
_RUNNING = re.compile("[A-Z]{0,4}[0-9]+")
_SHAPES = {
    **dict.fromkeys(("CA", "CN", "DE", "EP", "FR", "GB", "JP", "KR", "RU", "SU"), _RUNNING),
    "US": re.compile("[0-9]{1,8}|20[0-9]{9}|[A-Z]{1,4}[0-9]{1,7}"),
    "WO": re.compile("(?!(?:19[0-9]{2}|200[01])[1-9][0-9]{5}$)[A-Z]{0,4}[0-9]+"),
}
"""Offices whose numbers have no letters among the digits; WO had no six digits of serial before 2002."""
_KINDS = frozenset(f"{letter}{digit}" for letter in ascii_uppercase for digit in ("", *digits))
_SIMPLE = re.compile(r"([A-Z]{2})?[ -]?((?:D|RE|PP|[HIMPS])?[0-9][0-9 ,/-]{3,16}[0-9])[ -]?([A-Z][0-9]?)?")
_KEY = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,40})(?:-([A-Z]\d?))?")
_EPODOC_EVERY_LETTER = frozenset(
    ("AU", "BA", "BG", "CN", "DK", "FI", "IS", "KR", "NL", "NO", "PL", "SK", "UY", "TW", "YU")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationNumber:
    """A document of one office. `number` is the house form; `kind` may be empty."""

    country: str
    number: str
    kind: str = ""

    @property
    def key(self) -> str:
        """The one key, e.g. `US-20050004437-A1`, or `US-11234567` without a kind."""
        number = key_number(self.country, self.number)
        return f"{self.country}-{number}-{self.kind}" if self.kind else f"{self.country}-{number}"

    @property
    def docdb(self) -> str:
        """Country, number and kind with blanks, as DOCDB writes the number: `US 2005004437 A1`."""
        return f"{self.country} {docdb_number(self.country, self.number)} {self.kind}".rstrip()

    @property
    def epodoc(self) -> str:
        """`US2005004437`, `EP0123456`, `JPH10123456`, with a kind only where the EPO attaches one."""
        kept = _epodoc_kind(self.country, self.kind)
        return f"{self.country}{docdb_number(self.country, self.number)}{kept}"

    @property
    def printed(self) -> str:
        """As on the front page: `US 11,234,567 B2`, `EP 0 123 456 B1`, `WO 2020/123456 A1`."""
        return f"{self.country} {printed_number(self.country, self.number, self.kind)} {self.kind}".rstrip()


def _epodoc_kind(country: str, kind: str) -> str:
    """Return what of a kind stands in epodoc numbers: OPS FAQ "search formats", and DE and AT as recorded."""
    if country == "JP" or (country == "DE" and kind[:1] in ("D", "T")):
        return "" if kind == "A" else kind
    silent = "A" if country in _EPODOC_EVERY_LETTER else "AT" if country == "AT" else "ABC"
    return "" if kind[:1] in silent else kind[:1]


def parse_publication(text: str, country: str = "", kind: str = "") -> PublicationNumber:
    """Read one number. `country` and `kind` say what the text does not. Raises NumberFormError."""
    if len(text) > _LIMIT or len(country) > _LIMIT or len(kind) > _LIMIT:
        raise NumberFormError(text, f"it has more than {_LIMIT} characters")
    return _parsed(text, country, kind)


@lru_cache(maxsize=1 << 14)
def _parsed(text: str, country: str, kind: str) -> PublicationNumber:
    country, kind = bare(country), bare(kind)
    simple = _SIMPLE.fullmatch(text)
    if simple and (code := simple[1] or country) in COUNTRIES and country in ("", code):
        country, body, written = code, simple[2].replace(",", ""), simple[3] or ""
    else:
        country, body, written = _parts(text, country)
    _refuse(text, country, body)
    if kind and written and kind[0] != written[0]:
        raise NumberFormError(text, f"it says the kind {written}, beside it stands {kind}")
    kind = kind if len(kind) >= len(written) else written
    number = number_of(country, body, kind)
    if why := _fault(country, body, number, kind):
        raise NumberFormError(text, why)
    if country == "US":
        kind = _KINDS_OF_BEFORE_2001.get(kind, kind)
    return PublicationNumber(country=country, number=number, kind=kind)


def _fault(country: str, body: str, number: str, kind: str) -> str:
    """Say what makes a number none of its office's; most often a digit is missing or too much."""
    if not number[-1:].isdigit() or len(number) > _NUMBER_LIMIT:
        return f"it does not end in a digit, or has more than {_NUMBER_LIMIT} signs"
    if number[-2:-1].isalpha() and number[-3:-2].isdigit():
        return f"its end {number[-2:]} may be a kind or digits"
    if number.startswith(country) or (country in _SHAPES and not _SHAPES[country].fullmatch(number)):
        return f"no number of {country} has that form"
    if body != number and number_of(country, number, kind) != number:
        return "without its punctuation it is another number"
    return "" if not kind or kind in _KINDS else f"{kind!r} is no kind of document, e.g. A1"


def _parts(text: str, country: str) -> tuple[str, str, str]:
    """Return country, number with its separators, and kind, of a text that has words or separators."""
    body = " ".join(plain(text).replace(",", "").split()).strip(" .;:()-/")
    if _WORDY.search(body):
        body = _without_words(body)
    if country == "WO" and body.startswith("W0"):
        body = f"WO{body[2:]}"
    country, body = _country(text, body, country)
    return country, *_kind(body)


def _without_words(body: str) -> str:
    """Take out what stands around a number: `U.S. PATENT NO.`, `DES. PAT. NO.`."""
    for pattern, short in _ABBREVIATED:
        body = pattern.sub(short, body)
    body = _NOISE.sub(" ", body)
    for name, code in _NAMES.items():
        if body.lstrip().startswith(name):
            rest = body.lstrip()[len(name) :].lstrip()
            body = rest if rest.startswith(code) else f"{code} {rest}"
    return " ".join(body.split())


def _country(text: str, body: str, given: str) -> tuple[str, str]:
    if given and len(given) != 2:  # noqa: PLR2004 - WIPO ST.3
        raise NumberFormError(text, f"{given!r} is no code of an office")
    written = body[:2]
    while body[:2] == written and written in (COUNTRIES if not given else (given,)) and len(body) > 2:  # noqa: PLR2004
        given, body = written, body[2:].lstrip(" -/.:_")
    if not given:
        filed = body.startswith("PCT")
        why = (
            "it is the number of an application" if filed else "it is without the code of an office, e.g. US"
        )
        raise NumberFormError(text, why)
    return given, body


def _kind(body: str) -> tuple[str, str]:
    """Take the kind off a number: behind it, or before it (`EP-A1-0 123 456`)."""
    kind = ""
    if tail := _TAIL.search(body):
        kind, body = f"{tail[1]}{tail[2]}", body[: tail.start()]
    elif lead := _LEAD.match(body):
        kind, body = lead[1], body[lead.end() :]
    return body.strip(" -/_:()"), kind


def _refuse(text: str, country: str, body: str) -> None:
    """Refuse what is surely no publication: a wrong number would find a wrong document."""
    if body.isdigit() and body.isascii():
        return
    if body.startswith("PCT") or (country in _APPLICATIONS and _APPLICATIONS[country].fullmatch(body)):
        raise NumberFormError(text, "it is the number of an application")
    if country == "US" and _US_SHORT.fullmatch(body):
        raise NumberFormError(text, "a publication has a year and seven digits")
    if not body.isascii():
        raise NumberFormError(text, "it has characters that no number has")


def is_publication(key: str) -> bool:
    """Tell whether a text is a key as `PublicationNumber.key` makes it (an application's key is not)."""
    found = _KEY.fullmatch(key)
    return found is not None and found[1] in COUNTRIES and any(sign.isdigit() for sign in found[2])


def without_kind(key: str) -> str:
    """Return a key less its kind, `US-11234567` of `US-11234567-B2`; any other text as it is."""
    return key.rpartition("-")[0] if is_publication(key) and key.count("-") == 2 else key  # noqa: PLR2004


def country_of(key: str) -> str:
    """Return the office of a key of a publication or an application, else an empty string."""
    head = key[:2]
    return head if head in COUNTRIES and (is_publication(key) or key[2:8] == "-appl-") else ""

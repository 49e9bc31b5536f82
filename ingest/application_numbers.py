"""Application numbers: one key for one application, for priorities and families.

    US 13/676,098   13676098   US 201213676098 A (DOCDB)                   US-appl-13/676098
    EP 99203729.6   EP 99203729 A   EP19990203729 (epodoc)                 EP-appl-99203729
    PCT/US2012/012345   US 2012012345 W (DOCDB)   WO2012US12345 (epodoc)   PCT-appl-US2012/012345
    JP 2005-505120   JP 2005505120 A   JP20050505120 (epodoc)              JP-appl-2005505120

Decisions
---------
* **The old United States forms lack the series code.** Until series 13 (December 2010) DOCDB wrote the serial
  number and two digits of the year (`94268010`), epodoc the year and seven digits (`US20100942680`). The year
  gives the series only where one series was assigned in that year and the three after it, because a national
  stage of an international application is numbered when it enters but dated when the international one was
  filed: 09/831579 is dated 1999 and entered in 2002, 10/557868 is dated 2004 and entered in 2007. So the
  series is certain for 1935–1977, 1979–1983, 1987–1989 and 1993, for provisionals (60: 1995–2006; 61:
  2008–2012) and for designs (29: since 1993). Elsewhere the key is `US-appl-2004-023667`, and `old_form_key`
  makes that same key of `US-appl-11/023667` and a year, so that both meet where less is known.
* With a kind (A, P, F) a United States number is DOCDB's, without one the office's, unless the year of filing
  or the series says otherwise. What fits both, and old forms without a year, stay as written.
* `year` is the year of filing. Without it a form with two digits of the year stays as it is written
  (`GB-appl-0320567`), and so does one that fits in two ways: a wrong key would join two families.
* Check digits go where a full stop or hyphen, or the length, shows them (EP, CN, DE, GB, SE).
* What is numbered apart from patents begins with the letter of its kind: `KR-appl-U20040012345`.

Sources: MPEP 503 (series codes); USPTO red book, `application-number-series-code`; EPO guidelines A-II, 1.8;
PCT Administrative Instructions, section 307; WIPO ST.10/C; Espacenet help, "application number"; DPMA notice
3/2003. Series 13 and later never lose their code in either database, so the table ends there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.number_forms import COUNTRIES, bare, plain, unpadded

if TYPE_CHECKING:
    from collections.abc import Callable

_LIMIT = 80
_LAST_POOR_SERIES = 12
_POOR_PROVISIONALS = ("60", "61")
_SERIES = (
    ("02", 1935, 1947),
    ("03", 1948, 1959),
    ("04", 1960, 1969),
    ("05", 1970, 1978),
    ("06", 1979, 1986),
    ("07", 1987, 1992),
    ("08", 1993, 1996),
    ("09", 1998, 2000),
    ("10", 2002, 2003),
    ("11", 2005, 2006),
    ("12", 2008, 2009),
)
"""Series of utility, plant and reissue applications, first and last year in which no other was assigned."""
_PROVISIONAL = (("60", 1995, 2006), ("61", 2008, 2012))
_DESIGNS_SINCE = 1993
_LAST_OLD_FORM = 2010
_SERIAL = 6
_NATIONAL_STAGE_SINCE = 1978
_LATE = 3
"""Years by which the entry into the national stage may follow the date of filing."""
_KNOWN = frozenset(
    {*(f"{code:02}" for code in range(1, 20)), "29", "35", "60", "61", "62", "63", "90", "95", "96"}
)
_LETTERS = {"60": "P", "61": "P", "62": "P", "63": "P", "29": "F"}

_PCT = re.compile(r"(?:PCT|WO)[/ -]{0,2}([A-Z]{2})[/ -]{0,2}((?:\d{2}|\d{4})[/ -]\d{1,6}|\d{7,10})")
_PCT_EPODOC = re.compile(r"(?:WO)?[/ -]?((?:19|20)\d\d)([A-Z]{2})0{0,2}(\d{1,6})W?")
_PCT_BARE = re.compile(r"(US|EP|IB)((?:19|20)\d\d/\d{5,6})")
_PCT_LOCAL = re.compile(r"([A-Z]{2})?[ -]?((?:\d{2}|\d{4})[/ -]\d{1,6}|\d{7,10})W?")
_SPARE = re.compile(r", ?|[特実]願")
_PCT_SERIAL = re.compile(
    r"((?:19|20)?\d\d)[/ -](\d{1,6})|((?:19|20)\d\d)(\d{6})|(19[789]\d|200[0-3])(\d{5})"
    r"|(7[89]|[89]\d|0[0-3])(0?\d{5})"
)
_PCT_BEGAN = 78
_TAIL = re.compile(r"(?<=\d)[ -]?([A-Z])\d?$")
_US_OFFICE = re.compile(r"(\d\d?)[/-](\d{6})")
_US_NEW = re.compile(r"20\d\d([1-9]\d)(\d{6})")
_US_EPODOC = re.compile(r"((?:18|19|20)\d\d)0(\d{6})")
_US_DATED = re.compile(r"((?:18|19|20)\d\d)[ -](\d{6})")
_YEAR_6 = re.compile(r"((?:19|20)\d\d)(?:[ /-]{1,2}(\d{1,6})|0?(\d{6}))")
_YEAR_5 = re.compile(r"((?:19|20)\d\d)(?:00)?(\d{5})")
_YEAR_7 = re.compile(r"((?:19|20)\d\d)(\d{7})")
_ERA = re.compile(r"([SHR])(?:(\d\d)(\d{1,6})|[- ]?(\d\d?)[-/ ]{1,2}(\d{1,6}))")
_ERAS = {"S": 1925, "H": 1988, "R": 2018}
_ERA_BARE = re.compile(r"(\d\d?)[-/ ]?(\d{6})|(\d\d?)[-/ ](\d{1,6})")
_KR = re.compile(r"(?:([123]0)[- /]{0,2})?((?:19|20)\d\d)(?:[- /]{1,2}(\d{5,7})|(\d{7}))")
_KR_LETTERS = {"20": "U", "30": "F"}
_DE_DOCDB = re.compile(r"(1[0-2]|2[01]|[56]0)(20\d\d)(\d{6})\d?")
_DE_EPODOC = re.compile(r"(20\d\d)(1[0-2]|2[01])(\d{5,6})")
_DE_EPODOC_OLD = re.compile(r"19(\d\d)(\d\d)(\d{5})")


def application_key(country: str, number: str, kind: str = "", year: int | None = None) -> str:
    """Return the key of an application, or an empty string for a text without a number.

    `kind` is the kind that DOCDB writes with application numbers (A, P, F, U, W); leave it empty for the
    office's own form. `year` is the year of filing: it decides forms that have two digits of it.
    """
    if len(number) > _LIMIT:
        return ""
    country, kind, body = bare(country), bare(kind), _SPARE.sub("", plain(number)).strip()
    if not body.isascii():
        return ""
    if international := _international(country, body, kind):
        return f"PCT-appl-{international}"
    if not country and body[:2] in COUNTRIES:
        country = body[:2]
    if country and body.startswith(country):
        body = body[2:].lstrip(" -/.:")
    tail = _TAIL.search(body)
    if tail and not body.endswith(("X", "-X")):
        body, written = body[: tail.start()], tail[1]
        kind = kind or written
    if not country or not re.search("[0-9]", body):
        return ""
    rule = _RULES.get(country)
    return f"{country}-appl-{rule(body, kind, year) if rule else _lettered(unpadded(bare(body)), kind)}"


def old_form_key(key: str, year: int) -> str:
    """Return the key that DOCDB's and epodoc's old forms give a United States application of that year.

    `US-appl-11/023667` of 2004 is `US-appl-2004-023667`. Other keys come back as they are.
    """
    series, slash, serial = key.removeprefix("US-appl-").partition("/")
    if not key.startswith("US-appl-") or not slash or not (series + serial).isdigit():
        return key
    return f"US-appl-{_without_series(year, serial, _LETTERS.get(series, 'A'))}"


def family_key(country: str, number: str, kind: str = "", year: int | None = None) -> str:
    """Return the key under which every source can name an application: what families are joined by.

    It is `application_key`, but for United States applications of before series 13 (and provisionals of 60
    and 61) it is the poorer form that DOCDB gives for the year of filing, so that an office's `11/023667` of
    2004 and DOCDB's `02366704` are one. Without the year the office's form stays.
    """
    key = application_key(country, number, kind, year)
    series = key.removeprefix("US-appl-").partition("/")[0]
    poor = series.isdigit() and (int(series) <= _LAST_POOR_SERIES or series in _POOR_PROVISIONALS)
    return old_form_key(key, year) if year is not None and poor else key


def _lettered(number: str, kind: str) -> str:
    """Mark what is numbered apart from patents: utility models, designs, translations, provisionals."""
    return f"{kind[0]}{number}" if kind[:1] in ("U", "F", "T", "P") and number else number


def _international(country: str, body: str, kind: str) -> str:
    """Return `US2012/012345` for an international application, else an empty string."""
    found = _PCT.fullmatch(body) or _PCT_BARE.fullmatch(body)
    if found is None and country == "WO":
        found = _PCT.fullmatch(f"WO{body}")
    if epodoc := _PCT_EPODOC.fullmatch(body) if country in ("", "WO") or body.startswith("WO") else None:
        return f"{epodoc[2]}{epodoc[1]}/{epodoc[3]:0>6}"
    office, digits = (found[1], found[2]) if found else (country, "")
    if not found and kind[:1] == "W" and (local := _PCT_LOCAL.fullmatch(body)):
        office, digits = local[1] or country, local[2]
    if not digits or len(office) != 2:  # noqa: PLR2004 - WIPO ST.3
        return ""
    if not (parts := _PCT_SERIAL.fullmatch(digits)):
        return f"{office}{bare(digits)}"
    year, serial = (part for part in parts.groups() if part)
    century = "" if len(year) == 4 else "19" if int(year) >= _PCT_BEGAN else "20"  # noqa: PLR2004
    return f"{office}{century}{year}/{serial:0>6}"


def _us(body: str, kind: str, year: int | None) -> str:
    digits = bare(body)
    if full := _US_OFFICE.fullmatch(body) or _US_NEW.fullmatch(digits):
        return f"{full[1]:0>2}/{full[2]}"
    if dated := _US_EPODOC.fullmatch(digits) or _US_DATED.fullmatch(body):
        return _without_series(int(dated[1]), dated[2], kind)
    if digits.isdigit():
        docdb = year is not None and 3 <= len(digits) <= 8 and digits.endswith(f"{year % 100:02}")  # noqa: PLR2004
        office = len(digits) == 8 and digits[:2] in _KNOWN  # noqa: PLR2004 - series and serial number
        if office and (not kind or (year is not None and (not docdb or year > _LAST_OLD_FORM))):
            return f"{digits[:2]}/{digits[2:]}"
        if year is not None and docdb and (kind[:1] in ("A", "F") or (kind and len(digits) > _SERIAL)):
            return _without_series(year, digits[:-2], kind)
        if year is not None and not docdb and len(digits) <= _SERIAL:
            return _without_series(year, digits, kind)
    return _lettered(digits, kind)


def _without_series(year: int, serial: str, kind: str) -> str:
    """Return `60/331477` where the series is certain, else `2004-023667`, with P or F behind others."""
    serial = f"{serial:0>6}"
    if kind[:1] == "P":
        code = next((code for code, first, last in _PROVISIONAL if first <= year <= last), "")
    elif kind[:1] == "F":
        code = "29" if year >= _DESIGNS_SINCE else ""
    else:
        until = year + (_LATE if year >= _NATIONAL_STAGE_SINCE else 0)
        code = next((code for code, first, last in _SERIES if first <= year and until <= last), "")
    letter = kind[0] if kind[:1] in ("P", "F") else ""
    return f"{code}/{serial}" if code else f"{year}-{serial}{letter}"


def _ep(body: str, _kind: str, _year: int | None) -> str:
    digits = bare(re.sub(r"\.\d$", "", body))
    if dated := _YEAR_6.fullmatch(digits):
        return f"{dated[1][2:]}{dated[3]}"
    return digits[:8] if len(digits) == 9 and digits.isdigit() else digits  # noqa: PLR2004 - the check digit


def _jp(body: str, kind: str, year: int | None) -> str:
    digits = bare(body)
    if dated := _YEAR_6.fullmatch(body.removeprefix("P")):
        return _lettered(f"{dated[1]}{dated[2] or dated[3]:0>6}", kind)
    if era := _ERA.fullmatch(body):
        return _lettered(f"{_ERAS[era[1]] + int(era[2] or era[4])}{era[3] or era[5]:0>6}", kind)
    readings: set[str] = set()
    if year and (era := _ERA_BARE.fullmatch(body)):
        of_era, serial = int(era[1] or era[3]), era[2] or era[4]
        readings.update(f"{year}{serial:0>6}" for first in _ERAS.values() if first + of_era == year)
    if year and digits == body and digits.endswith(f"{year % 100:02}") and 3 <= len(digits) <= 8:  # noqa: PLR2004
        readings.add(f"{year}{digits[:-2]:0>6}")
    return _lettered(readings.pop() if len(readings) == 1 else unpadded(digits), kind)


def _annual(body: str, kind: str, year: int | None) -> str:
    """Five digits a year, before or behind two digits of it (FR, GB, SE): `0320567` is `200320567`."""
    checked = re.fullmatch(r"(\d{7})[.-]\d", body)
    digits = checked[1] if checked else bare(body)
    if dated := _YEAR_5.fullmatch(digits):
        return _lettered(f"{dated[1]}{dated[2]}", kind)
    if year and len(digits) == 7 and digits.isdigit():  # noqa: PLR2004 - year and serial
        short = f"{year % 100:02}"
        readings = {part for part, fits in _sides(digits, short) if fits}
        if len(readings) == 1:
            return _lettered(f"{year}{readings.pop()}", kind)
    return _lettered(digits, kind)


def _sides(digits: str, short: str) -> tuple[tuple[str, bool], ...]:
    return (digits[2:], digits.startswith(short)), (digits[:-2], digits.endswith(short))


def _running(body: str, kind: str, _year: int | None) -> str:
    """Take a running number from behind the year (CA, NL since 1995): epodoc has `NL19981010536`."""
    digits = bare(body)
    dated = _YEAR_7.fullmatch(digits)
    if dated and not dated[2].startswith("00"):
        return _lettered(dated[2], kind)
    return _lettered(f"{dated[1][2:]}{dated[2][2:]}" if dated else digits, kind)


def _au(body: str, kind: str, _year: int | None) -> str:
    dated = _YEAR_6.fullmatch(body)
    return _lettered(f"{dated[1]}{dated[2] or dated[3]:0>6}" if dated else bare(body), kind)


def _kr(body: str, kind: str, _year: int | None) -> str:
    dated = _KR.fullmatch(body)
    if not dated:
        return _lettered(bare(body), kind)
    return _lettered(f"{dated[2]}{dated[3] or dated[4]:0>7}", _KR_LETTERS.get(dated[1] or "", kind))


def _cn(body: str, _kind: str, _year: int | None) -> str:
    digits = bare(re.sub(r"\.[\dX]$", "", body).removeprefix("ZL"))
    return digits[:12] if len(digits) == 13 else digits  # noqa: PLR2004 - the check digit


def _de(body: str, _kind: str, year: int | None) -> str:
    digits = bare(re.sub(r"\.\d$", "", re.sub(r"^[PG][ .-]?(?=\d)", "", body)))
    readings: set[str] = set()
    if (docdb := _DE_DOCDB.fullmatch(digits)) and year in (None, int(docdb[2])):
        readings.add(digits[:12])
    if (epodoc := _DE_EPODOC.fullmatch(digits)) and year in (None, int(epodoc[1])):
        readings.add(f"{epodoc[2]}{epodoc[1]}{epodoc[3]:0>6}")
    old = _DE_EPODOC_OLD.fullmatch(digits)
    if old and int(old[1]) - 50 == int(old[2]):
        readings.add(f"{old[2]}{old[3]}")
    return readings.pop() if len(readings) == 1 else digits


_RULES: dict[str, Callable[[str, str, int | None], str]] = {
    "US": _us,
    "EP": _ep,
    "JP": _jp,
    "KR": _kr,
    "CN": _cn,
    "DE": _de,
    "AU": _au,
    **dict.fromkeys(("FR", "GB", "SE"), _annual),
    **dict.fromkeys(("CA", "NL"), _running),
}

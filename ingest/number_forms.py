"""One form of the number for each office that writes its numbers in several: the rules behind `numbers`.

Each rule gets what stands between country and kind, upper case with its separators (`2006-123456`,
`10 2006 012 345.9`), and the kind; it returns letters and digits only. A form that could be two numbers is
left as it is written, blanks and punctuation out, rather than made one of them.

Sources: WIPO ST.1, ST.6 and ST.10/C; PCT Administrative Instructions, section 404; Espacenet and European
Register help on WO numbers; EPO helpdesk on Japanese and Korean numbers; DPMA notice 3/2003.

What stays as written, because it could be two numbers
------------------------------------------------------
* WO, without a separator: nine digits after 2003 (a digit is missing), seven digits that begin with neither
  78–99 nor 00–02 (`2054790`, which is 02/054790 after its zero was cut).
* JP, without an era letter: `6-123456` and `63-012345` are Heisei or Showa years. Kinds A and U began in 1971
  and count western years since 2000, so there 46–64 is surely Showa and 1–11 surely Heisei, but only with a
  separator: `6012345` is Heisei 6 or Showa 60. With a letter and no separator the year has two digits, as in
  DOCDB; one that the era never had (`H6158058`) is left.
* KR: nine digits are a registration (`10-0517561`) or a publication before 1998 with a year of two digits.
  Types other than 10 (20 is a utility model) are dropped only where the kind says the same.
* A check digit is dropped after a full stop (DE) or hyphen (BR) only.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CODES = (
    "AD AE AF AG AI AL AM AN AO AP AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BX BY"
    " BZ CA CD CF CG CH CI CL CM CN CO CR CS CU CV CY CZ DD DE DJ DK DM DO DZ EA EC EE EG EM EP ER ES"
    " ET FI FJ FR GA GB GC GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU IB ID IE IL IN IQ IR IS IT JM"
    " JO JP KE KG KH KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MK ML MM MN MO"
    " MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OA OM PA PE PG PH PK PL PT PY QA RO RS RU RW SA"
    " SC SD SE SG SI SK SL SM SN SR SU SV SY SZ TD TG TH TJ TM TN TR TT TW TZ UA UG US UY UZ VC VE VN"
    " WO XH XK YU ZA ZM ZW"
)
COUNTRIES = frozenset(_CODES.split())
"""Offices of WIPO ST.3, and those of former states that published (CS, DD, SU, YU)."""
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_ERA_NAMES = (("昭和", "S"), ("昭", "S"), ("平成", "H"), ("平", "H"), ("令和", "R"), ("令", "R"))
_MARKS = re.compile("[^0-9A-Z]")
_WO_SPLIT = re.compile(r"((?:19|20)?\d\d)[-/ ]{1,3}(\d{1,6})")
_WO_PLAIN = re.compile(
    r"((?:19|20)\d\d)(\d{6})|(19[789]\d|200[0-3])(\d{5})|(7[89]|[89]\d|0[0-2])(\d{5})"
    r"|(7[89]|[89]\d|0[01])(0\d{5})|(0[23])(\d{6})"
)
_PCT_BEGAN = 78
_US_YEAR = re.compile(r"(20\d\d)[-/ ]{0,2}0?(\d{6})|(20\d\d)[-/ ]{0,2}(\d{7})")
_US_PLAIN = re.compile(r"(D|PP|RE|RD|RX|H|T|AI|X)?0*(\d+)")
_JP_WEST = re.compile(r"(?:P[ -]?)?((?:19|20)\d\d)(?:[-/ ]{1,3}(\d{1,6})|(\d{6}))")
_JP_ERA = re.compile(r"([STHR])(?:(\d\d)0*([1-9]\d{0,5})|[- ]?(\d\d?)[-/ ]{1,3}0*([1-9]\d{0,5}))")
_JP_BARE = re.compile(r"(\d\d?)[-/ ]{1,3}0*([1-9]\d{0,5})")
_JP_YEARS = {"T": 15, "S": 64, "H": 31, "R": 99}
_JP_SHOWA = range(46, 65)
_JP_HEISEI = range(1, 12)
_KR_YEAR = re.compile(r"(?:([123]0)[-/ ]{0,2})?((?:19|20)\d\d)(?:[-/ ]{1,2}(\d{5,7})|(\d{7}))")
_KR_GRANT = re.compile(r"([123]0)[-/ ]?(\d{7})(?:[-./ ]?0000)?")
_KR_DATED = re.compile(r"((?:19|20)\d\d)(\d{7})")
_KR_TYPES = {"10": "AB", "20": "UY", "30": "S"}
_DE_SERIES = re.compile(r"^(?:OS|PS|AS)[ -]{0,2}")
_DE_CHECKED = re.compile(r"[PG]?[- ]?(\d[\d -]{4,14}\d)\.\d|[PG][- .]?(\d[\d -]{4,14}\d)")
_BR_CHECKED = re.compile(r"([A-Z]{0,2}[\d ]{7,15})-\d")
_PAD = re.compile(r"([A-Z]*)0+(?=\d)")


def bare(text: str) -> str:
    """Return the letters and digits (ASCII, upper case) of a text."""
    return text.upper() if text.isalnum() and text.isascii() else _MARKS.sub("", text.upper())


def plain(text: str) -> str:
    """Return a written number in upper case, with ASCII digits, hyphens and letters for Japanese eras."""
    if not text.isascii():
        text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
        for name, letter in _ERA_NAMES:
            text = text.replace(name, letter)
    return text.upper()


def unpadded(number: str) -> str:
    """Return a number without the zeros that pad it: `D0612345` is `D612345`."""
    padded = _PAD.match(number)
    return f"{padded[1]}{number[padded.end() :]}" if padded else number


def key_number(country: str, number: str) -> str:
    """Return a number as keys have it: an office may pad it, and two spellings are one document."""
    return number if country in _RULES and country != "BR" else unpadded(number)


def number_of(country: str, body: str, kind: str) -> str:
    """Return the one form of a number, or what is written where no rule is sure."""
    rule = _RULES.get(country)
    return rule(body, kind) if rule else bare(body)


def _wo(body: str, _kind: str) -> str:
    """`WO 99/12345`, `9912345`, `02/102187`, `1999012345`: year of four digits, six of serial."""
    if split := _WO_SPLIT.fullmatch(body):
        return f"{_century(split[1])}{split[2]:0>6}"
    plain = bare(body)
    if found := _WO_PLAIN.fullmatch(plain):
        parts = [part for part in found.groups() if part]
        return f"{_century(parts[0])}{parts[1]:0>6}"
    return unpadded(plain)


def _century(year: str) -> str:
    """Return a year of four digits: the first international applications are of 1978."""
    if len(year) == 4:  # noqa: PLR2004 - complete
        return year
    return f"{'19' if int(year) >= _PCT_BEGAN else '20'}{year}"


def _us(body: str, _kind: str) -> str:
    """`2005/0004437`, `2005004437` (DOCDB), `08926509`, `RE039380`: serial of seven digits, no padding."""
    if dated := _US_YEAR.fullmatch(body):
        year, serial = dated[1] or dated[3], dated[2] or dated[4]
        return f"{year}{serial:0>7}"
    plain = bare(body)
    found = _US_PLAIN.fullmatch(plain)
    return f"{found[1] or ''}{found[2]}" if found else unpadded(plain)


def _jp(body: str, kind: str) -> str:
    """`2006-123456` is `2006123456`; `H10-123456` and `昭` years `S58-014253` are `H10123456`, `S5814253`."""
    if west := _JP_WEST.fullmatch(body):
        return f"{west[1]}{west[2] or west[3]:0>6}"
    if era := _JP_ERA.fullmatch(body):
        year, serial = int(era[2] or era[4]), era[3] or era[5]
        return f"{era[1]}{year:02}{serial}" if 0 < year <= _JP_YEARS[era[1]] else bare(body)
    if kind in ("A", "U") and (plain := _JP_BARE.fullmatch(body)):
        year = int(plain[1])
        letter = "S" if year in _JP_SHOWA else "H" if year in _JP_HEISEI else ""
        return f"{letter}{year:02}{plain[2]}" if letter else unpadded(bare(body))
    return unpadded(bare(body))


def _kr(body: str, kind: str) -> str:
    """`10-2004-0088884` is `20040088884`; `10-0517561` is `100517561`."""
    dated = _KR_YEAR.fullmatch(body)
    if dated and (dated[1] in (None, "10") or (kind and kind[0] in _KR_TYPES[dated[1]])):
        registered = dated[1] and kind[:1] in ("B", "Y") and body.endswith("0000")
        if not registered:
            return f"{dated[2]}{dated[3] or dated[4]:0>7}"
    if kind[:1] in ("B", "Y", "S") and (granted := _KR_GRANT.fullmatch(body)):
        return f"{granted[1]}{granted[2]}"
    return unpadded(bare(body))


def _de(body: str, _kind: str) -> str:
    """`10 2006 012 345`, `199 02 171`, `G 85 13 103.2`: what is no number (`OS`, `G`, a check digit) out."""
    body = _DE_SERIES.sub("", body, count=1)
    checked = _DE_CHECKED.fullmatch(body)
    return unpadded(bare((checked[1] or checked[2]) if checked else body))


def _br(body: str, _kind: str) -> str:
    """`10 2012 012345-6` and `PI 0012345-6` lose their check digit."""
    checked = _BR_CHECKED.fullmatch(body)
    return bare(checked[1] if checked else body)


def _plain(body: str, _kind: str) -> str:
    """Return a number that the office never pads."""
    return unpadded(bare(body))


_RULES: dict[str, Callable[[str, str], str]] = {
    "US": _us,
    "WO": _wo,
    "JP": _jp,
    "KR": _kr,
    "DE": _de,
    "BR": _br,
    **dict.fromkeys(("EP", "CA", "CH", "CN", "DD", "FR", "GB", "RU", "SU"), _plain),
}


def docdb_number(country: str, number: str) -> str:
    """Return the number as DOCDB has it: a US publication loses a zero, WO of before 2004 half the year.

    WO numbers have five digits of serial until June 2002 and six since; the last with five seen is 02/51083,
    the first with six 02/052150, and 52000 is taken as the border between them.
    """
    if country == "US" and len(number) == 11 and number[4] == "0" and number.isdigit():  # noqa: PLR2004 - see above
        return number[:4] + number[5:]
    if country == "EP" and number.isdigit():
        return f"{number:0>7}"
    if country == "WO" and len(number) == 10 and "1978" <= number < "2004":  # noqa: PLR2004 - see above
        return number[2:] if number >= "2002052000" else number[2:4] + number[5:]
    return number


def printed_number(country: str, number: str, kind: str) -> str:
    """Return the number as the office prints it, or as it is where no rule is known."""
    if country == "EP":
        number = docdb_number(country, number)
    if country == "KR":
        right = next((code for code, kinds in _KR_TYPES.items() if kind and kind[0] in kinds), "")
        dated = _KR_DATED.fullmatch(number)
        return f"{right}-{dated[1]}-{dated[2]}" if dated and right else number
    for pattern, replacement in _PRINTED.get(country, ()):
        if found := pattern.fullmatch(number):
            return found.expand(replacement)
    if country == "US":
        letters = number.rstrip("0123456789")
        digits = number[len(letters) :]
        return f"{letters}{int(digits):,}" if 0 < len(digits) <= 9 else number  # noqa: PLR2004 - a patent
    if country == "WO" and len(number) == 10:  # noqa: PLR2004 - year and serial
        short = docdb_number(country, number)
        return f"{short[:2]}/{short[2:]}" if len(short) < len(number) else f"{number[:4]}/{number[4:]}"
    if country == "JP" and number[1:].isdigit() and 0 < int(number[1:3]) <= _JP_YEARS.get(number[0], 0):
        return f"{number[:3]}-{number[3:]:0>6}"
    return number


_PRINTED: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "US": ((re.compile(r"(20\d\d)(\d{7})"), r"\1/\2"),),
    "EP": ((re.compile(r"(\d)(\d{3})(\d{3})"), r"\1 \2 \3"),),
    "FR": ((re.compile(r"(\d)(\d{3})(\d{3})"), r"\1 \2 \3"),),
    "JP": ((re.compile(r"((?:19|20)\d\d)(\d{6})"), r"\1-\2"),),
    "DE": (
        (re.compile(r"(\d\d)(20\d\d)(\d{3})(\d{3})"), r"\1 \2 \3 \4"),
        (re.compile(r"(\d{3})(\d\d)(\d{3})"), r"\1 \2 \3"),
        (re.compile(r"(\d\d)(\d\d)(\d{3})"), r"\1 \2 \3"),
    ),
}

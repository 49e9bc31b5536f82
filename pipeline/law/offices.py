"""Codes that a person may type for an office: those of WIPO Standard ST.3, and the packs' own.

The engine answers for any two letters; a face asks here first, because a typing error ("UP" for "US") that
got the answer of an unknown office would cost somebody a grace period.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.law.errors import OfficeCodeError
from pipeline.law.packs import UNKNOWN, normal, offices, packs

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODES = """
    AD AE AF AG AI AL AM AN AO AP AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BQ BR BS BT BV BW BX BY
    BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EA EC EE EG EH EM EP ER ES ET FI
    FJ FK FO FR GA GB GC GD GE GG GH GI GL GM GN GQ GR GS GT GW GY HK HN HR HT HU IB ID IE IL IM IN IQ IR IS
    IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MK ML MM
    MN MO MP MR MS MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OA OM PA PE PG PH PK PL PT PW PY QA QZ RO
    RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV
    TW TZ UA UG US UY UZ VA VC VE VG VN VU WO WS XN XU XV XX YE ZA ZM ZW
"""
_ST3 = frozenset(_CODES.split())


def checked(codes: Iterable[str]) -> tuple[str, ...]:
    """Return office codes in capitals, each once; `US,EP` is two. None given: every office with a pack.

    Raises OfficeCodeError for a code that no office has.
    """
    found: list[str] = []
    for code in (part.strip() for text in codes for part in text.split(",")):
        if not code:
            continue
        name = UNKNOWN if code.lower() == UNKNOWN else normal(code)
        if name not in packs() and name not in _ST3:
            raise OfficeCodeError(code, offices())
        found.append(name)
    return tuple(dict.fromkeys(found)) or offices()

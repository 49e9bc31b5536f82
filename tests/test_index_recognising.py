"""Is a query prose or an expression?"""

from __future__ import annotations

import pytest

from index.syntax import is_expression


@pytest.mark.parametrize(
    "query",
    [
        "valve AND pump",
        "valve OR (pump NOT motor)",
        '"rotating valve"',
        '"rotating valve"~3 seal',
        "title:valve",
        "day:[2001 TO 2003] pump",
        'tags:"kind:patent" pump',
        "+valve pump",
        "pump -motor",
        "pump AND",
        "NOT pump AND valve",
        "valve AND gate",
        "DNA AND rna",
        "valve NEAR/3 pump",
        "valve ADJ pump",
        "valve SAME pump",
        "valve XOR pump",
        "valve.ti.",
        "(valve or pump).clm.",
        "valve.ti,ab. and pump",
        '"5123456".pn.',
        "5123456.pn.",
        "F16K31/06.cpc.",
        "@pd<=20050101 and valve",
        "ti=valve and pa=acme",
        "ti = valve",
        'ti all "rotary valve"',
        'pd within "2001 2005"',
        "pn=EP1234567",
        "valve prox/distance<3 pump",
        "class:F16K31/06",
        "assignee:acme valve",
        "valve before:2004-01-01",
        "valve before:priority:20040101",
        "valve AND pump :: one that closes by itself",
        "a valve that closes when the pressure in the line drops, " * 3 + "before:2004-01-01",
    ],
)
def test_operators_make_an_expression(query: str) -> None:
    assert is_expression(query)


@pytest.mark.parametrize(
    "query",
    [
        "a rotating valve (12) for a pump (14)",
        "METHOD AND APPARATUS FOR PUMPING",
        "SYSTEM AND METHOD FOR PUMPING. A pump comprises a valve.",
        "A method comprising: providing a valve; and rotating it",
        'a 5" pipe and a 6" pipe',
        "poly(ethylene) with -OH and -CH2-CH2- groups",
        "at -5 °C, +3 V and 1:10 dilution",
        "it's the user's valve - or pump",
        "see https://example.org/a?b=c&d",
        "see https://example.org/class:F16K/before:2004",
        "an AND gate and an OR gate connected to the NOT gate",
        "the outputs of both gates are joined by a logical XOR operation in the last stage of the adder",
        "where ti=0.5 and in=3, ab=12 mm",
        "a 5.in. pipe joined with a 6.in. pipe",
        "at 7 a.in. the title: valves; in all cases",
        "the same valve with the same pump and near the other",
        "map :: (a -> b) -> [a] -> [b]",
        "WITH A VALVE NEAR THE PUMP",
        "AND",
        "",
        "\x00\ud7ff*?[]{}^~\\/",
        "旋转阀门和泵",
        "pd and in are measured, pn = p + n",
    ],
)
def test_prose_with_signs_stays_prose(query: str) -> None:
    assert not is_expression(query)


def test_a_sign_in_a_long_text_is_no_operator() -> None:
    assert not is_expression("a lactam such as beta -lactam " + "which is bound to the carrier " * 3)


@pytest.mark.parametrize("sign", ['a "smart" valve', "title:valve", "valve AND pump", "valve.ti."])
def test_one_sign_in_a_long_text_is_no_operator(sign: str) -> None:
    assert not is_expression(f"{sign} " + "which is bound to the carrier " * 20)

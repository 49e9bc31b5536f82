"""Expressions over real indexes: nearness, wildcards, names and numbers find what they say."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import expressions
from index.errors import QuerySyntaxError
from index.matching import marked
from index.nodes import Asked
from index.syntax import parse
from tests.word_index import item, opened

if TYPE_CHECKING:
    from pathlib import Path

    from index.lexical import Lexical

TEXTS = tuple(" ".join(text) for length in (1, 2, 3, 4) for text in product("abx", repeat=length))
WORDS = (
    *("valve", "valves", "valving", "rotate", "rotating", "rotation", "rotary", "rotor", "rota", "battery"),
    *(
        "batteries",
        "color",
        "colour",
        "colander",
        "aluminum",
        "aluminium",
        "aluminiums",
        "happiness",
        "happy",
    ),
    *("running", "runner", "controller", "controllers", "résumé", "summer"),
)
NAMED = (
    item(1, "one", names=(("assignee", "Acme Mining GmbH & Co. KG"), ("number", "US-5123456-B1"))),
    item(2, "two", names=(("assignee", "The Mine Company"), ("number", "US5123456"))),
    item(3, "three", names=(("inventor", "Élodie Müller-Smith"), ("number", "EP-5123456-A1"))),
    item(
        4, "four", names=(("inventor", "Smith, John"), ("number", "EP0123456B1"), ("number", "10.1000/xyz.9"))
    ),
    item(5, "five Acme 5123456"),
)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Lexical:
    """All texts of up to four words from three; the item is the place of its text, from 1."""
    folder = tmp_path_factory.mktemp("short") / "one"
    return opened(folder, [item(number, text) for number, text in enumerate(TEXTS, start=1)])


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Lexical:
    """One word an item."""
    folder = tmp_path_factory.mktemp("single") / "one"
    return opened(folder, [item(number, word) for number, word in enumerate(WORDS, start=1)])


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Lexical:
    return opened(tmp_path_factory.mktemp("named") / "one", NAMED)


def found(lexical: Lexical, query: str) -> list[int]:
    return [int(number) for number in lexical.matching(parse(query))]


def near(text: str, one: str, other: str, between: int, *, ordered: bool) -> bool:
    """Say what nearness means, word by word: two runs that share no word, at most so many words apart."""
    words, left, right = text.split(), one.split(), other.split()
    at = {id(run): [n for n in range(len(words)) if words[n : n + len(run)] == run] for run in (left, right)}
    forward = any(0 <= b - (a + len(left)) <= between for a in at[id(left)] for b in at[id(right)])
    backward = any(0 <= a - (b + len(right)) <= between for a in at[id(left)] for b in at[id(right)])
    return forward or (backward and not ordered)


@pytest.mark.parametrize("between", [0, 1, 2, 3])
@pytest.mark.parametrize("operator", ["NEAR", "ADJ"])
@pytest.mark.parametrize(
    ("one", "other"), [("a", "b"), ("a", "a"), ("a b", "x"), ("a", "b a"), ("a b", "b x")]
)
def test_nearness_is_what_counting_words_says(
    short: Lexical, one: str, other: str, operator: str, between: int
) -> None:
    expected = [
        number
        for number, text in enumerate(TEXTS, start=1)
        if near(text, one, other, between, ordered=operator == "ADJ")
    ]
    assert found(short, f'"{one}" {operator}/{between} "{other}"') == expected


def test_alternatives_near_each_other_are_each_pair(short: Lexical) -> None:
    expected = sorted({*found(short, "a NEAR/1 x"), *found(short, "b NEAR/1 x")})
    assert found(short, "(a OR b) NEAR/1 x") == expected


def test_a_chain_asks_for_each_pair_of_neighbours(short: Lexical) -> None:
    expected = sorted({*found(short, "a NEAR/0 b")} & {*found(short, "b NEAR/0 x")})
    assert found(short, "a NEAR/0 b NEAR/0 x") == expected


@pytest.mark.parametrize(("operator", "limit"), [("WITH", 40), ("SAME", 200), ("NEAR/40", 40), ("NEAR/2", 2)])
def test_far_nearness_counts_words_too(tmp_path: Path, operator: str, limit: int) -> None:
    gaps = (0, 1, 2, 3, 39, 40, 41, 42, 199, 200, 201, 202)
    texts = [f"valve {'y ' * gap}pump" for gap in gaps] + [f"pump {'y ' * gap}valve" for gap in gaps]
    lexical = opened(tmp_path / "one", [item(n, text) for n, text in enumerate(texts, start=1)])
    expected = [n for n, gap in enumerate(gaps * 2, start=1) if gap <= limit]
    assert found(lexical, f"valve {operator} pump") == expected


def test_a_phrase_far_from_a_word_is_found_however_it_is_approximated(short: Lexical) -> None:
    exact = {n for n, text in enumerate(TEXTS, start=1) if near(text, "a b", "x", 99, ordered=False)}
    assert exact <= set(found(short, '"a b" SAME x'))
    assert set(found(short, '"a b" SAME x')) <= set(found(short, '"a b" AND x'))


def test_what_may_be_one_word_is_not_near_itself(short: Lexical) -> None:
    with pytest.raises(QuerySyntaxError, match="a lesser number"):
        found(short, "a SAME a")
    with pytest.raises(QuerySyntaxError, match="a lesser number"):
        found(short, "valv* SAME valve")
    assert found(short, "a NEAR/3 a") == [
        n for n, text in enumerate(TEXTS, start=1) if text.split().count("a") > 1
    ]


def test_nearness_in_a_field_stays_in_it(tmp_path: Path) -> None:
    items = [
        item(1, "valve", title="pump"),
        item(2, "nothing", title="valve of a pump"),
        item(3, "valve, pump"),
    ]
    lexical = opened(tmp_path / "one", items)
    assert found(lexical, "title:(valve NEAR/3 pump)") == [2]
    assert found(lexical, "valve NEAR/3 pump") == [2, 3]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("valv*", "valve valves valving"),
        ("rotati*", "rotate rotating rotation"),
        ("rota*", "rotate rotating rotation rotary rota"),
        ("battery*", "battery batteries"),
        ("colo?r", "colour"),
        ("colo$1r", "color colour"),
        ("col*r", "color colour colander"),
        ("alumin?um", "aluminium aluminiums"),
        ("alumin$2um", "aluminum aluminium aluminiums"),
        ("alumin*ums", "aluminum aluminium aluminiums"),
        ("valv?", "valve valves valving"),
        ("happin*", "happiness"),
        ("resum*", "résumé"),
        ("run*er", "runner running"),
        ("controller*", "controller controllers"),
    ],
)
def test_a_wildcard_finds_all_that_fit_and_at_most_other_forms_of_these(
    single: Lexical, query: str, words: str
) -> None:
    hits = {WORDS[number - 1] for number in found(single, query)}
    wanted = set(words.split())
    pattern = re.sub(r"\$(\d)", r".{0,\1}", query).replace("*", ".*").replace("?", ".")
    assert {word for word in WORDS if re.fullmatch(pattern, word)} <= hits
    assert hits >= wanted - {"running"}
    assert hits - wanted <= {"happy", "running"}


def test_no_wildcard_misses_a_word_that_fits(single: Lexical) -> None:
    for word in WORDS:
        for start, end in ((2, len(word)), (3, len(word) - 1), (2, len(word) - 2), (4, len(word) - 1)):
            if start < end:
                query = f"{word[:start]}*{word[end:]}".replace("é", "e")
                assert WORDS.index(word) + 1 in found(single, query), query


def test_a_wildcard_may_stand_in_a_phrase_and_near_a_word(tmp_path: Path) -> None:
    texts = ("rotary valves", "rotating valve", "valve rotates", "rotary pump valve", "rotor x x valve")
    lexical = opened(tmp_path / "one", [item(n, text) for n, text in enumerate(texts, start=1)])
    assert found(lexical, '"rot* valve"') == [1, 2]
    assert found(lexical, "rot* NEAR/1 valv*") == [1, 2, 3, 4]
    assert found(lexical, "rot* ADJ/2 valve") == [1, 2, 4, 5]
    assert found(lexical, '"rotary valv*" WITH zeppelin') == []
    assert found(lexical, "rot* WITH valve") == [1, 2, 3, 4, 5]


def test_too_many_words_behind_a_wildcard_are_refused_with_the_column(
    single: Lexical, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expressions, "MOST_TERMS", 3)
    with pytest.raises(QuerySyntaxError, match="more letters before the wildcard") as caught:
        found(single, "summer AND ro*")
    assert caught.value.column == 12


def test_too_many_phrases_are_refused(single: Lexical) -> None:
    side = "(" + " OR ".join(f'"w{n} v{n}"' for n in range(16)) + ")"
    with pytest.raises(QuerySyntaxError, match="fewer alternatives"):
        found(single, f"{side} NEAR/20 {side}")


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("assignee:acme", [1]),
        ("assignee:mining", [1]),
        ("assignee:mine", [2]),
        ('assignee:"the mine company"', [2]),
        ("assignee:(acme OR company)", [1, 2]),
        ("assignee:min*", [1, 2]),
        ("inventor:muller", [3]),
        ("inventor:Müller AND inventor:elodie", [3]),
        ("inventor:smith", [3, 4]),
        ('inventor:"john smith"', []),
        ("inventor:john NEAR/1 inventor:smith", [4]),
        ("smith", []),
        ("acme", [5]),
        ("number:5123456", [1, 2, 3]),
        ("number:US5123456", [1, 2]),
        ('number:"US 5,123,456 B1"', [1, 2]),
        ("number:US 5,123,456 B1", [1, 2]),
        ("number:US-5123456-B1", [1, 2]),
        ("number:us5123456b2", [2]),
        ("pn=EP5123456", [3]),
        ("pn=EP 0 123 456", []),
        ('pn="EP 0 123 456"', [4]),
        ("number:EP123456", [4]),
        ("number:US512*", [1, 2]),
        ("number:10.1000/xyz.9", [4]),
        ("number:10.1000/xyz", []),
        ('"5123456".pn. AND five', []),
    ],
)
def test_names_and_numbers_are_found_in_their_fields_only(
    named: Lexical, query: str, items: list[int]
) -> None:
    assert found(named, query) == items


def test_free_text_ranks_what_the_expression_lets_through(tmp_path: Path) -> None:
    texts = ("valve", "valve pressure", "pressure drops", "valve pressure drops low")
    lexical = opened(tmp_path / "one", [item(n, text) for n, text in enumerate(texts, start=1)])
    node = parse("valve AND NOT zeppelin :: when pressure drops")
    assert isinstance(node, Asked)
    assert [number for number, _ in lexical.evaluate(node, None, 10)] == [4, 2]
    assert lexical.matching(node).tolist() == [1, 2, 4]
    assert [number for number, _ in lexical.evaluate(node, np.array([2, 3]), 10)] == [2]
    without_words = parse("valve AND NOT zeppelin :: of the")
    assert sorted(number for number, _ in lexical.evaluate(without_words, None, 10)) == [1, 2, 4]


MATCHED = (
    *("valve pump", "title:valve OR pump", "valve AND pump OR seal", "+valve pump -seal", "rot* AND valve"),
    *(
        '"rotary valve" OR pump',
        "rotary NEAR/2 valve OR seal",
        "valve :: pump seal",
        "valve AND (pump OR seal)",
    ),
)


@pytest.mark.parametrize("query", MATCHED)
def test_the_weights_of_what_matched_are_the_score(tmp_path: Path, query: str) -> None:
    texts = ("rotary valve pump", "valve valve seal", "pump seal seal", "rotary pump valve", "valve", "seal")
    items = [item(n, text, title=text.split()[0]) for n, text in enumerate(texts, start=1)]
    lexical = opened(tmp_path / "one", items)
    node = parse(query)
    scores = dict(lexical.evaluate(node, None, 10))
    assert scores
    for number, matched in lexical.matched(node, scores).items():
        assert sum(weight for _, weight in matched) == pytest.approx(scores[number], abs=0.002)
        assert list(matched) == sorted(matched, key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("rot* AND seal", ["Rotary", "rotates", "seals"]),
        ("title:valve NOT seal", ["valve", "valve"]),
        ('"the valve" NEAR/3 seal', ["valve", "valve", "seals"]),
        ("assignee:valve AND rubber", ["rubber"]),
        ("day:2001 AND valve :: made of rubber", ["valve", "valve", "made", "rubber"]),
    ],
)
def test_the_words_of_an_expression_are_marked(query: str, marks: list[str]) -> None:
    text = "Rotary valve: the valve rotates, its seals are made of rubber."
    assert [text[start:end] for start, end in marked(text, parse(query))] == marks


def test_limits_alone_list_items_in_order_and_under_a_filter(named: Lexical) -> None:
    assert named.evaluate(parse("number:5123456"), None, 2) == [(1, 0.0), (2, 0.0)]
    assert named.evaluate(parse("number:5123456"), np.array([2, 3, 4]), 9) == [(2, 0.0), (3, 0.0)]

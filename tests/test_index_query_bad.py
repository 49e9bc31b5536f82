"""Queries that nobody should have to fear: endless, empty, broken, in any script, made to explode."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from index import lexing
from index.errors import QuerySyntaxError
from index.explaining import explained
from index.recognising import LONGEST
from index.syntax import is_expression, parse, prose, shown
from index.wildcards import terms_of
from tests.word_index import item, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.lexical import Lexical

TEXTS = (
    "a valve that closes when the pressure drops below 77381.25 bar",
    "一种旋转阀门，包括阀体",
    "Größe des Ventils",
    "the of and",
)


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> Lexical:
    folder: Path = tmp_path_factory.mktemp("bad") / "one"
    return opened(folder, [item(number, text) for number, text in enumerate(TEXTS, start=1)])


def found(lexical: Lexical, query: str) -> list[int]:
    if is_expression(query):
        return sorted(number for number, _ in lexical.evaluate(parse(query), None, 10))
    return sorted(number for number, _ in lexical.rank(query, None, 10))


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("", []),
        (" \t\n", []),
        ("the of and", []),
        ("77381.25", [1]),
        ("旋转阀门", [2]),
        ("“阀门”", [2]),
        ('"旋转"', [2]),
        ('"转旋"', []),
        ("阀门 AND 旋转", [2]),
        ("GROSSE", [3]),
        ("\u200fvalve\u200e", [1]),
        ("\u202evalve\u202c AND pressure", [1]),
        ("valve\x00pressure", [1]),
        ("\x00valve AND pressure", [1]),
        ('a 5" valve', [1]),
        ("valve ((((", [1]),
        ("*", []),
        ("? ? ?", []),
        ("::", []),
        (":: valve", [1]),
        ("\ufeffvalve", [1]),
        ("𝔳𝔞𝔩𝔳𝔢", [1]),
        ("\U0001f600 valve", [1]),
    ],
)
def test_odd_queries_find_what_their_words_say(lexical: Lexical, query: str, items: list[int]) -> None:
    assert found(lexical, query) == items


@pytest.mark.parametrize(
    ("query", "column", "reason"),
    [
        ('valve AND "pressure', 11, "never closed"),
        ("(" * 1000 + "valve AND pump" + ")" * 1000, 33, "32 brackets"),
        ("(" * 1000 + " AND valve", 33, "32 brackets"),
        ("valve AND pump" + ")" * 1000, 15, "closes nothing"),
        ("valve AND va?*?*?*?*?*b", 11, "at most 4 wildcards"),
        ("valve AND va" + "$20" * 9, 11, "at most 4 wildcards"),
        ("valve AND " + "ab*" * 30, 11, "at most 4 wildcards"),
        ("valve NEAR/99999 pump", 7, "is no distance"),
        ("valve AND title:" + "(" * 40 + "a", 49, "32 brackets"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_column(query: str, column: int, reason: str) -> None:
    with pytest.raises(QuerySyntaxError, match=reason) as caught:
        parse(query)
    assert caught.value.column == column
    assert len(str(caught.value)) < 400


LONG = {
    "prose": "a valve that closes when pressure drops " * 5_000,
    "one word": "v" * 200_000,
    "brackets": "(" * 100_000 + ")" * 100_000,
    "quotes": 'valve "' * 28_000,
    "one quote": "valve " * 30_000 + '"',
    "signs": "+valve -pump " * 16_000,
    "letters without blanks": "阀" * 70_000,
    "stars": "*" * 200_000,
    "points": ".ti" * 66_000 + ".",
    "equals": "ti=" * 66_000,
    "ats": "@pd" * 66_000,
    "blanks": " " * 200_000 + "valve",
    "fields": "title:" * 33_000,
    "colons": " :: " * 50_000,
    "pairs of colons and quotes": '" :: ' * 40_000,
}


class _TooMuchWorkError(Exception):
    """The processor worked longer than a query may cost."""


@contextmanager
def bounded_work(seconds: float = 5.0) -> Iterator[None]:
    """Stop after so much processor time, however long that takes on a busy machine."""

    def stop(*_: object) -> None:
        raise _TooMuchWorkError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("name", LONG)
def test_200_kilobytes_of_prose_cost_bounded_work(lexical: Lexical, name: str) -> None:
    query = LONG[name]
    with bounded_work():
        with suppress(QuerySyntaxError):
            assert not is_expression(query) or parse(query)
        assert isinstance(lexical.rank(query, None, 5), list)


def test_200_kilobytes_of_expression_are_refused_with_the_limit() -> None:
    with pytest.raises(QuerySyntaxError, match=f"at most {LONGEST} characters; put free text behind"):
        parse("valve AND " * 20_000 + "pump")


def test_free_text_behind_an_expression_may_be_long(lexical: Lexical) -> None:
    query = "valve AND pressure :: " + "drops below " * 15_000
    assert is_expression(query)
    assert found(lexical, query) == [1]
    assert len(explained(parse(query))) < 500


@pytest.mark.parametrize(
    "query",
    [
        " OR ".join(f"w{number}*" for number in range(100, 500)),
        "(" * 32 + "valve" + " AND pump)" * 32,
        " NEAR/20 ".join(["valve"] * 200),
        "NOT " * 900 + "valve",
        "-" * 3_000 + "valve AND a",
        ("(a OR b) NEAR/3 " * 200) + "c",
        "valve" + ".ti." * 900,
        "valve.ti" + ",ti" * 900 + ".",
        "title:(" * 31 + "a" + ")" * 31,
        "(" + " OR ".join(f'"{"a " * 12}"' for _ in range(16)) + ") NEAR/3 b",
        'ti all "' + "a " * 1_900 + '"',
        '"' + "a " * 1_900 + '"',
        '"' + "a " * 1_900 + '"~3 AND b',
        "a XOR (b XOR (c XOR (d XOR e)))",
    ],
)
def test_an_expression_of_full_length_is_answered_or_refused(lexical: Lexical, query: str) -> None:
    assert len(query) <= LONGEST
    with bounded_work(), suppress(QuerySyntaxError):
        node = parse(query)
        assert len(shown(node)) < 200_000
        assert isinstance(prose(node), str)
        lexical.evaluate(node, None, 5)


def test_a_column_counts_characters_as_they_were_typed() -> None:
    query = "\u200f“rotary valve” AND (pump"
    with pytest.raises(QuerySyntaxError) as caught:
        parse(query)
    assert query[caught.value.column - 1 :].startswith("(pump")  # type: ignore[operator]
    assert len(query.translate(lexing._STRAIGHT)) == len(query)


def test_wildcards_of_full_length_make_small_patterns() -> None:
    for word in ("ab" + "?" * 30, "a" * 30 + "*" + "b" * 30, "abc$20d$20e$20f$20"):
        for term in terms_of(word):
            assert len(getattr(term, "regex", "")) < 5_000

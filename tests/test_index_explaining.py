"""What was understood is said in plain words, with every approximation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import QuerySyntaxError
from index.explaining import explained
from index.syntax import parse

STEMS = "Words are compared by their stems ('valves' is 'valve')."
FORMS = "A word with wildcards also stands for other forms of the words it fits, because only stems are kept."
COUNTED = "The index counts words, it knows neither sentences nor paragraphs."
DAYS = (
    "A document of which only the year or month is known counts from its first day; "
    "one without a day is left out."
)
LOOSE = "A phrase so far from another word is counted from its nearest end, which finds a little more."
LIMITED = (
    "documents with a word beginning 'valv' in the title and 'pressure' near 'drop' with at most 3 words "
    "between; public from 2001-01-01 to 2003-06-30; class beginning F16K31; but not 'diesel'."
)
PARAGRAPH = (
    "documents with the phrase 'rotary valve' and 'pump' "
    "(counted as one paragraph: at most 200 words between them)."
)
RANKED = (
    "documents with 'valve' in the title; among them, ranked by words and meaning: 'that closes by itself'."
)


@pytest.mark.parametrize(
    ("query", "words", "notes"),
    [
        ("valve AND pump", "documents with 'valve' and 'pump'.", [STEMS]),
        ("valve OR NOT pump", "documents with ('valve' or not 'pump').", [STEMS]),
        ("+valve pump -motor", "documents with ('valve', better also 'pump', but not 'motor').", [STEMS]),
        (
            "title:valv* AND pressure NEAR/3 drop NOT diesel day:[2001 TO 2003-06] class:F16K31",
            LIMITED,
            [STEMS, FORMS, DAYS],
        ),
        ("valve ADJ pump", "documents with 'valve' directly followed by 'pump'.", [STEMS]),
        (
            "valve ADJ2 pump",
            "documents with 'valve' followed by 'pump' with at most 1 word between.",
            [STEMS],
        ),
        ("valve NEAR/0 pump", "documents with 'valve' directly beside 'pump'.", [STEMS]),
        (
            "valve WITH pump",
            "documents with 'valve' and 'pump' (counted as one sentence: at most 40 words between them).",
            [STEMS, COUNTED],
        ),
        ('"rotary valve" SAME pump', PARAGRAPH, [STEMS, COUNTED, LOOSE]),
        ("colo?r.clm.", "documents with a word like 'colo?r' in the claims.", [STEMS, FORMS]),
        ("assignee:acme", "documents assignee 'acme'.", []),
        ("number:US512*", "documents number beginning US512.", []),
        ("pn=US 5,123,456 B1", "documents number US 5,123,456 B1.", []),
        ("before:2004", "documents public up to 2003-12-31.", [DAYS]),
        ("after:2004-01-01", "documents public from 2004-01-01 on.", [DAYS]),
        ("day:2004-01-01", "documents public on 2004-01-01.", [DAYS]),
        ("country:us AND valve", "documents with 'valve'; country US.", [STEMS]),
        ("valve AND ??", "documents with 'valve' and '??' (no word, so it is left out).", [STEMS]),
        ("title:valve :: that closes by itself", RANKED, [STEMS]),
    ],
)
def test_an_expression_is_told_in_words(query: str, words: str, notes: list[str]) -> None:
    assert explained(parse(query)) == " ".join([words, *notes])


def test_an_explanation_is_bounded() -> None:
    assert len(explained(parse(f"title:valve :: {'closes ' * 10_000}"))) < 500


@given(
    st.lists(
        st.sampled_from(
            (
                *(
                    "valve",
                    "valv*",
                    '"a b"',
                    "title:seal",
                    "AND",
                    "OR",
                    "NOT",
                    "NEAR/2",
                    "SAME",
                    "XOR",
                    "(",
                    ")",
                ),
                *(
                    "assignee:x",
                    "number:5",
                    "class:F16K",
                    "day:2001",
                    "a.ti.",
                    ":: it closes",
                    "+",
                    "tags:a:b",
                ),
            )
        ),
        max_size=12,
    ).map(" ".join)
)
def test_whatever_is_understood_is_told(query: str) -> None:
    try:
        node = parse(query)
    except QuerySyntaxError:
        return
    said = explained(node)
    assert said.startswith("documents ")
    assert said.endswith(".")

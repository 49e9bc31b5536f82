from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.near_duplicates import ALIKE, BANDS, SLOTS, bands, likeness, signature

WORDS = [f"w{number}" for number in range(400)]


def text(seed: int, length: int = 600) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def with_errors(words: str, share: float) -> str:
    chosen = random.Random(1)
    return " ".join("x" if chosen.random() < share else word for word in words.split())


def jaccard(one: str, other: str) -> float:
    a, b = (set(zip(w, w[1:], w[2:], strict=False)) for w in (one.split(), other.split()))
    return len(a & b) / len(a | b)


def test_likeness_estimates_the_share_of_common_shingles() -> None:
    for share in (0.0, 0.01, 0.05, 0.1, 0.3):
        one, other = text(1), with_errors(text(1), share)
        assert abs(likeness(signature(one), signature(other)) - jaccard(one, other)) < 0.15


def test_alike_texts_share_a_band_and_others_do_not() -> None:
    one, typos, other = signature(text(1)), signature(with_errors(text(1), 0.02)), signature(text(2))
    assert likeness(one, typos) >= ALIKE
    assert set(bands(one)) & set(bands(typos))
    assert not set(bands(one)) & set(bands(other))
    assert len(set(bands(one))) == BANDS
    assert len(one) == 4 * SLOTS


def test_case_line_ends_and_spacing_do_not_matter() -> None:
    words = text(3)
    assert signature(words) == signature(words.upper().replace(" ", "\n  "))


def test_a_short_text_is_never_anybodys_duplicate() -> None:
    assert signature("A pump and a valve") == b""
    assert list(bands(b"")) == []
    assert likeness(b"", b"") == 0.0


def test_scripts_without_blanks_have_shingles() -> None:
    chosen = random.Random(5)
    kana = "".join(chr(chosen.randrange(0x3041, 0x3090)) for _ in range(400))
    assert likeness(signature(kana), signature(kana[:200] + "漢" + kana[200:])) > ALIKE


@given(st.text(max_size=300))
def test_any_text_has_the_same_signature_twice(words: str) -> None:
    assert signature(words) == signature(words)
    assert len(signature(words)) in (0, 4 * SLOTS)

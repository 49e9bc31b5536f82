"""LaTeX of reference lists as text; what is not known stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.latex_text import plain


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\'E}tude d{\"u} caf\'e", "Étude dü café"),
        (r"G{\"{o}}del, {\L}ukasiewicz, Stra{\ss}e", "Gödel, Łukasiewicz, Straße"),
        (r"\v{C}ern\'{y} na\"{\i}ve \c{c}a \H{o} \k{a} \r{a}", "Černý naïve ça ő ą å"),
        (r"\c c and \v s", "ç and š"),
        (r"{DNA} at 10\,\% \& more~things", "DNA at 10 % & more things"),
        ("a -- b --- c ``q''", "a – b — c “q”"),
        (r"$10^{5}$ Pa, $x^{n+1} \le 3\mu$m", "10^5 Pa, x^{n+1} ≤ 3μm"),
        (r"10\textsuperscript{5}", "10^5"),
        (r"\emph{very} \textbf{bold}", "very bold"),
        (r"\foo{x} \unknown", r"\foox \unknown"),
        ("costs $5", "costs $5"),
        (r"\{set\}", "{set}"),
        ("plain", "plain"),
    ],
)
def test_latex_is_read_as_it_is_printed(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    "unit", ["{", "\\'", "\\", "$", "{\\'", "\\v{", "^{", "\\alpha", "~", "-", "\\textsuperscript{"]
)
def test_prepared_text_takes_little_time(unit: str) -> None:
    start = time.process_time()
    plain(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 5


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="\\{}$^_~'\"`-abcvuH i", max_size=60))
def test_no_text_raises_anything(text: str) -> None:
    assert isinstance(plain(text), str)

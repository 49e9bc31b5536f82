"""Formulas as one line: powers stay powers, TeX loses its frame, pictures are said."""

from __future__ import annotations

import pytest

from ingest.formula_text import readable
from ingest.xml_safety import parse

TEX = r"\documentclass{minimal}\begin{document}$$\frac{a}{b} \le 3$$\end{document}"


def line(inner: str) -> str:
    root = parse(f"<p>in {inner} out</p>".encode())
    readable(root)
    return "".join(map(str, root.itertext()))


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<math><msup><mn>10</mn><mn>5</mn></msup></math>", "10^5"),
        ("<math><msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup></math>", "(a+b)^2"),
        ("<math><msub><mi>x</mi><mi>i</mi></msub></math>", "x_i"),
        ("<math><msubsup><mo>∑</mo><mn>1</mn><mi>n</mi></msubsup></math>", "∑_1^n"),
        ("<math><mfrac><mn>1</mn><mrow><mn>2</mn><mi>k</mi></mrow></mfrac></math>", "1/2k"),
        ("<math><mfrac><mn>1</mn><mrow><mn>2</mn><mo>+</mo><mi>k</mi></mrow></mfrac></math>", "1/(2+k)"),
        ("<math><msqrt><mi>a</mi></msqrt></math>", "√(a)"),
        ("<math><mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr></mtable></math>", "1 2;"),
        ("<math><mi>x</mi><annotation>junk</annotation></math>", "x"),
        ('<math alttext="x squared"/>', "x squared"),
        (f"<tex-math>{TEX}</tex-math>", r"\frac{a}{b} \le 3"),
        (
            f"<alternatives><graphic/><math><mi>x</mi></math><tex-math>{TEX}</tex-math></alternatives>",
            r"\frac{a}{b} \le 3",
        ),
        ("<inline-formula><inline-graphic/></inline-formula>", "[formula]"),
        ("<disp-formula>\n<math><mi>x</mi></math>\n<label>(1)</label></disp-formula>", "x (1)"),
    ],
)
def test_a_formula_is_one_readable_line(formula: str, text: str) -> None:
    assert line(formula) == f"in {text} out"

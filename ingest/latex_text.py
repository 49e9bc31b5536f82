r"""LaTeX in reference lists as plain text: accents, letters, signs, Greek; what is not known stays as it is.

Decisions
---------
* Every replacement is one bounded pass over the text, so that prepared nesting costs no time.
* Braces that only protect capitals go; braces in formulas that hold more than one sign stay, since
  `x^{n+1}` without them is another formula.
* A macro that is not known stays in the text: a lost `\le` would be another limit.
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARKS: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            "`'^\"~=.uvHcdbkrt",
            "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0323\u0331\u0328\u030a\u0361",
            strict=True,
        )
    )
)
_ACCENT = re.compile(
    r"\\(?:([`'^\"~=.])\s?(?:\{\s?\\?([A-Za-z])\s?\}|\\([ij])(?![A-Za-z])|([A-Za-z]))"
    r"|([uvHcdbkrt])(?:\s?\{\s?\\?([A-Za-z])\s?\}|\s\s?\\?([A-Za-z])(?![A-Za-z])))"
)
_NAMES = {
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "l": "ł",
    "L": "Ł",
    "i": "ı",
    "j": "ȷ",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
    "S": "§",
    "times": "×",
    "pm": "±",
    "mp": "∓",
    "cdot": "·",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "neq": "≠",
    "ne": "≠",
    "approx": "≈",
    "sim": "~",
    "infty": "∞",
    "circ": "°",
    "degree": "°",
    "rightarrow": "→",
    "to": "→",
    "leftarrow": "←",
    "leftrightarrow": "↔",
    "ldots": "…",
    "dots": "…",
    "sum": "∑",
    "int": "∫",
    "partial": "∂",
    "nabla": "∇",
    "in": "∈",
    "ll": "≪",
    "gg": "≫",
    "prime": "′",
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "varepsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "varphi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
    "textmu": "μ",
    "textdegree": "°",
    "textendash": "–",
    "textemdash": "—",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "texttrademark": "™",
    "textregistered": "®",
    "copyright": "©",
    "pounds": "£",
    "euro": "€",
}
_MACRO = re.compile(r"\\([A-Za-z]{1,20})(?![A-Za-z])(\s?)(?:\{\})?")
_FONT = re.compile(
    r"\\(?:text(?:it|bf|tt|rm|sc|sf|up|sl|normal)|emph|mathrm|mathit|mathbf|mbox|url|ensuremath)(?![A-Za-z])\s?"
)
_RAISED = re.compile(r"\\textsuperscript\s?\{([^{}]{0,40})\}")
_LOWERED = re.compile(r"\\textsubscript\s?\{([^{}]{0,40})\}")
_SIGN = re.compile(r"\\([&%$#_{}\s])")
_SINGLE = re.compile(r"([\^_])\{([^{}\s]|\d{1,9})\}")
_DOLLARS = 4000
"""Dollar signs from which they are no formulas any more."""
_MATH = re.compile(r"(?<!\\)\$")


def plain(text: str) -> str:
    r"""Return LaTeX as text, in NFC.

    >>> plain(r"{\'E}tude of {L}ids \& 10\,\% at $10^{5}$")
    'Étude of Lids & 10 % at 10^5'
    """
    if not any(char in text for char in "\\{}$~`'-"):
        return text
    pieces = _MATH.split(text) if text.count("$") < _DOLLARS else [text]
    formulas = len(pieces) % 2 == 1  # an odd dollar is a dollar
    read = (
        _formula(piece) if formulas and number % 2 else _words(piece) for number, piece in enumerate(pieces)
    )
    return unicodedata.normalize("NFC", ("" if formulas else "$").join(read))


def _formula(text: str) -> str:
    text = _FONT.sub("", text).replace(r"\,", " ").replace(r"\%", "%")
    return _SINGLE.sub(r"\1\2", _MACRO.sub(_named, text))


def _words(text: str) -> str:
    text = _RAISED.sub(r"^\1", _LOWERED.sub(r"_\1", _FONT.sub("", text)))
    text = _ACCENT.sub(_accented, text)
    text = text.replace("~", " ").replace(r"\,", " ").replace("---", "—").replace("--", "–")
    text = text.replace("``", "“").replace("''", "”").replace(r"\\", " ").replace(r"\-", "")
    text = _MACRO.sub(_named, text)
    escaped = _SIGN.sub(lambda match: {"{": "\ue000", "}": "\ue001"}.get(match[1], match[1]), text)
    return escaped.replace("{", "").replace("}", "").replace("\ue000", "{").replace("\ue001", "}")


def _accented(match: re.Match[str]) -> str:
    mark = match[1] or match[5]
    letter = match[2] or match[3] or match[4] or match[6] or match[7]
    return letter + _MARKS[mark]


def _named(match: re.Match[str]) -> str:
    sign = _NAMES.get(match[1])
    return match[0] if sign is None else sign + ("" if sign.isalpha() else match[2])

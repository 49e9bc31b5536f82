"""Formulas of papers as one readable line: MathML and TeX (MathML 3, chapter 3; JATS `tex-math`).

Decisions
---------
* A power stays a power: `msup` of 10 and 5 is `10^5`, `mfrac` is `a/b`; more than one character is put in
  brackets. A construction that is not known is written in order, with blanks between.
* Of several forms of one formula (`alternatives`) TeX is taken, since it is text; then MathML; then words.
* A formula that is only a picture is `[formula]`, as in the readers of patents.
* Each element is visited once, and nesting is what the XML parser admits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.xml_safety import local

if TYPE_CHECKING:
    from lxml.etree import _Element

_FORMS = ("tex-math", "math", "textual-form", "table", "graphic", "inline-graphic")
_PICTURES = frozenset({"graphic", "inline-graphic", "media"})
_FORMULAS = frozenset({"disp-formula", "inline-formula", "chem-struct"})
_BEGIN, _END = r"\begin{document}", r"\end{document}"
_SCRIPTS = {
    "mfrac": ("/",),
    "msup": ("^",),
    "mover": ("^",),
    "msub": ("_",),
    "munder": ("_",),
    "mroot": (" root ",),
    "msubsup": ("_", "^"),
    "munderover": ("_", "^"),
}
_ENCLOSED = {
    "msqrt": ("√(", "", ")"),
    "mfenced": ("(", ", ", ")"),
    "mtr": ("", " ", "; "),
    "mlabeledtr": ("", " ", "; "),
    "mmultiscripts": ("", " ", ""),
}
_LONGEST = 5000
"""Characters that one formula's line has."""


def readable(root: _Element) -> None:
    """Replace every formula below an element by its line. The element is changed in place."""
    for element in list(root.iter("{*}alternatives")):
        _choose(element)
    for element in list(root.iter("{*}tex-math")):
        _put(element, _tex("".join(map(str, element.itertext()))))
    for element in list(root.iter("{*}math")):
        _put(element, " ".join(_line(element).split()) or str(element.get("alttext") or ""))
    for element in list(root.iter()):
        if local(element) in _FORMULAS:
            _put(element, " ".join("".join(map(str, element.itertext())).split()))


def _choose(element: _Element) -> None:
    ranked = sorted(element, key=lambda child: _rank(local(child)))
    for child in ranked[1:]:
        element.remove(child)


def _rank(name: str) -> int:
    return _FORMS.index(name) if name in _FORMS else len(_FORMS) - len(_PICTURES)


def _put(element: _Element, text: str) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.tail = "formula-line", tail
    element.text = text[:_LONGEST] or "[formula]"


def _tex(text: str) -> str:
    """Return what stands between the document's marks, without the dollars and line breaks of layout."""
    begin = text.find(_BEGIN)
    if begin >= 0:
        text = text[begin + len(_BEGIN) :]
        text = text[: text.find(_END)] if _END in text else text
    return " ".join(text.replace("$$", " ").split()).strip("$ ")


def _line(element: _Element) -> str:
    name = local(element)
    if name.startswith("annotation"):
        return ""
    parts = [_line(child) for child in element if local(child)]
    if name in _SCRIPTS and len(parts) == len(_SCRIPTS[name]) + 1:
        signs = ("", *_SCRIPTS[name])
        return "".join(f"{sign}{_grouped(part)}" for sign, part in zip(signs, parts, strict=True))
    if name in _ENCLOSED:
        before, between, after = _ENCLOSED[name]
        return f"{before}{between.join(parts)}{after}"
    return (element.text or "").strip() + "".join(parts)


def _grouped(text: str) -> str:
    text = text.strip()
    whole = len(text) <= 1 or text.isalnum() or (text[0] == "(" and text[-1] == ")")
    return text if whole else f"({text})"

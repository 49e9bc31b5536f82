"""Names and numbers of an item: how they are kept, so that what one person writes finds what another wrote.

Decisions
---------
* Names are words in lower case without accents: no stems (`Mining` is no `Mine`), no stop words.
* A number is letters, digits and perhaps a suffix (`US`, `5123456`, `B1`), whatever signs stand between and
  whatever zeros pad it. It is kept in three forms: all of it, without the suffix, the digits alone. So
  `5123456` finds it under every prefix, `US5123456` with every suffix, and `US 5,123,456 B1` finds that text
  and one whose suffix nobody stated; `EP5123456` never finds the US document.
* What has another shape (a DOI) is kept whole.
"""

from __future__ import annotations

import re

from index.text import LONGEST, folded, plain_words

_SHAPE = re.compile(r"([a-z]*)0*(\d+)([a-z]\d{0,2})?")
_SIGNS = re.compile(r"[\W_]+")
_WHOLE = "="
"""Marks the form that is all of a number."""


def name_words(text: str) -> str:
    """Return a name as words between blanks."""
    return " ".join(plain_words(text))


def number_words(text: str) -> str:
    """Return the forms under which a number is kept, between blanks."""
    letters, digits, suffix = _parts(text)
    forms = [f"{_WHOLE}{letters}{digits}{suffix}"]
    if digits:
        forms += dict.fromkeys((f"{letters}{digits}", digits))
    return " ".join(form for form in forms if 1 < len(form.encode()) < LONGEST or form.isdigit())


def number_query(text: str) -> tuple[str, ...]:
    """Return the forms of which a number that is looked for has to have one; none for no number."""
    letters, digits, suffix = _parts(text)
    if not letters + digits:
        return ()
    if not digits:
        return (_WHOLE + letters,)
    if suffix:
        return f"{_WHOLE}{letters}{digits}{suffix}", f"{_WHOLE}{letters}{digits}"
    return (f"{letters}{digits}",)


def number_prefix(text: str) -> str:
    """Return what a number that goes on begins with: `US512*`."""
    letters, digits, suffix = _parts(text.rstrip("*"))
    return letters + digits + suffix


def _parts(text: str) -> tuple[str, str, str]:
    """Return letters, digits without leading zeros, and suffix; without such a shape all, and twice ''."""
    bare = folded(_SIGNS.sub("", text))
    shape = _SHAPE.fullmatch(bare)
    if shape is None:
        return bare, "", ""
    return shape[1], shape[2], shape[3] or ""

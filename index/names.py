"""Names and numbers of an item: how they are kept, so that what one person writes finds what another wrote.

Decisions
---------
* Names are words in lower case without accents: no stems (`Mining` is no `Mine`), no stop words.
* A number is letters, digits and perhaps a suffix (`US`, `5123456`, `B1`), whatever signs stand between and
  whatever zeros pad it. It is kept in two forms: all of it, and the digits alone. So `5123456` finds it under
  every prefix, `US5123456` with every suffix, and `US 5,123,456 B1` finds that text and one whose suffix
  nobody stated; `EP5123456` never finds the US document.
* What has another shape (a DOI) is kept whole.
"""

from __future__ import annotations

import re

from index.text import LONGEST, folded, plain_words

SUFFIX = "[a-z][0-9]{0,2}"
"""What may follow a number, as a pattern."""
_SHAPE = re.compile(rf"([a-z]*)0*(\d+)({SUFFIX})?")
_SIGNS = re.compile(r"[\W_]+")


def name_words(text: str) -> str:
    """Return a name as words between blanks."""
    return " ".join(plain_words(text))


def number_words(text: str) -> str:
    """Return the forms under which a number is kept, between blanks."""
    letters, digits, suffix = _parts(text)
    forms = dict.fromkeys((letters + digits + suffix, digits))
    return " ".join(form for form in forms if 0 < len(form.encode()) < LONGEST)


def number_query(text: str) -> tuple[tuple[str, ...], str]:
    """Return the forms of which a number that is looked for has to have one, and a pattern of more."""
    letters, digits, suffix = _parts(text)
    whole = letters + digits + suffix
    if not whole:
        return (), ""
    if suffix:
        return (whole, letters + digits), ""
    return (whole,), f"{whole}{SUFFIX}" if letters and digits else ""


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

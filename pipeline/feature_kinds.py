"""Which sort of limitation a text is, by its words; and the wording of negation."""

from __future__ import annotations

import re
from typing import Final

from pipeline.disclosure import FeatureKind
from pipeline.quantities import quantities

NEGATION: Final = re.compile(
    r"\b(?:without|not|never|neither|nor|no|non(?=-)|free (?:of|from)|devoid of|lack(?:s|ing)?"
    r"|absen(?:t|ce of)|except(?:ing)?|exclud(?:es|ing)|instead of|rather than|in place of|cannot"
    r"|omit(?:s|ted|ting)?)\b|n['’]t\b",
    re.IGNORECASE,
)
_NOT_NEGATING: Final = re.compile(
    r"\b(?:not|no) (?:only|limited|necessarily|merely|shown|more|less|fewer|greater|lower|higher|later"
    r"|earlier|exceeding|longer than|smaller|larger|shorter)\b|\bwhether or not\b|\b(?:need|may) not\b"
    r"|\bwithout (?:limitation|departing|loss of generality)\b|\bno\.\s?\d|\bnot (?:yet )?illustrated\b"
    r"|\bif not\b",
    re.IGNORECASE,
)
_RESULT: Final = re.compile(
    r"\b(?:so that|such that|whereby|thereby|thus|in order to|result(?:s|ing) in|so as to"
    r"|to (?:achieve|obtain))\b",
    re.IGNORECASE,
)
_STEP: Final = re.compile(
    r"\A\W*(?:when [^,]{3,80},\s*|upon [^,]{3,60},\s*|then\s+|repeatedly\s+|continuously\s+|automatically\s+"
    r"|periodically\s+|optionally\s+)?[A-Za-z]{2,}ing\b"
    r"(?!\s+(?:is|are|has|unit|device|element|member|means)\b)",
)
_NOT_STEP: Final = re.compile(
    r"\A\W*(?:housing|bearing|ring|spring|string|casing|coating|opening|wing|winding|building|lighting)\b",
    re.IGNORECASE,
)
_METHOD: Final = re.compile(
    r"\A\W*(?:an?|the)?\s*(?:[\w-]+\s+){0,3}(?:method|process|procedure)\b", re.IGNORECASE
)
RELATIONS: Final = frozenset(
    {"above", "below", "beneath", "under", "over", "underneath", "between", "within", "inside", "outside"}
    | {"before", "after", "during", "behind", "beside", "adjacent", "opposite", "parallel", "perpendicular"}
    | {"around", "along", "across", "upstream", "downstream", "through", "against", "near", "beyond", "among"}
    | {"upper", "lower"}
)
_RELATION: Final = re.compile(
    r"\b(?:"
    + "|".join(sorted(RELATIONS))
    + r"|connected to|coupled to|attached to|mounted (?:on|to)|in contact with"
    r"|proportional to|greater than|less than|relative to|equal to|in communication with|facing"
    r"|depends? on)\b",
    re.IGNORECASE,
)


def negations(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of words that negate; "not only", "no more than" and their like do not."""
    harmless = [match.span() for match in _NOT_NEGATING.finditer(text)]
    return tuple(
        match.span()
        for match in NEGATION.finditer(text)
        if not any(start <= match.start() < end for start, end in harmless)
    )


def kind_of(text: str, *, where: bool = False) -> FeatureKind:
    """Classify a limitation. `where` says that it followed "wherein", which states a relation."""
    if negations(text):
        return FeatureKind.NEGATIVE
    amounts = quantities(text)
    if any(q.unit and any(c.isdigit() for c in text[q.start : q.end]) for q in amounts):
        return FeatureKind.NUMERIC
    if _METHOD.match(text) or (_STEP.match(text) and not _NOT_STEP.match(text)):
        return FeatureKind.STEP
    if _RESULT.search(text):
        return FeatureKind.RESULT
    if where or _RELATION.search(text):
        return FeatureKind.RELATION
    return FeatureKind.STRUCTURE

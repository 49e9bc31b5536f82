"""`decompose`: a disclosure into features, before any search.

What is preferred, in this order: the part headed as a claim; a paragraph that has the grammar of a claim; a
list of three or more technical items; technical sentences of what is new, how it works, and what it is. The
claim wins because its author has already separated what is essential from what is not. Dependent claims and
further independent claims give optional features.

Same text, same features: rules only, no model. People edit them before anything is searched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import claim_grammar, prose
from pipeline.disclosure import Feature, Part, Topic
from pipeline.errors import UsageError
from pipeline.feature_kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.disclosure import Disclosure

MOST: Final = 40
"""Features a chart can hold; optional ones beyond it are left out."""
TEXT_LIMIT: Final = 4_000
"""Characters of one feature."""
_LIST_ITEMS: Final = 3
_ENOUGH: Final = 5
_LEAST_PROSE: Final = 2
_SOURCES: Final = (Topic.NEW, Topic.HOW, Topic.WHAT, Topic.OTHER)
_WHERE: Final = re.compile(r"(?:wherein|where|whereby)\s*\Z", re.IGNORECASE)


class NoFeaturesError(UsageError):
    """A text says nothing that could be searched for as an invention."""

    def __init__(self, title: str, reason: str) -> None:
        super().__init__(
            f"no invention found in {title!r}: {reason}. Add a heading 'Claim' with one sentence such as "
            "'A device comprising: a …; a …; and a …', or describe under 'How it works' what is done, "
            "with what, in which order"
        )


class TooManyFeaturesError(UsageError):
    """More limitations than a chart can hold."""

    def __init__(self, title: str, count: int) -> None:
        super().__init__(
            f"{title!r} splits into {count} features; at most {MOST} can be compared. Shorten the claim "
            "part, or hand it in as several disclosures"
        )


class FeatureTooLongError(UsageError):
    """A feature that no quote could carry."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__(
            f"{title!r}: the feature that begins with {text[:60]!r} has {len(text):,} characters; at most "
            f"{TEXT_LIMIT:,} can be compared. Part its elements by semicolons"
        )


def decompose(disclosure: Disclosure) -> tuple[Feature, ...]:
    """Split a disclosure into features `F1`, `F2`, …; each `text` is `disclosure.text[start:end]`.

    Raises NoFeaturesError when nothing technical is said, TooManyFeaturesError beyond `MOST`,
    FeatureTooLongError beyond `TEXT_LIMIT`.
    """
    found = _found(disclosure)
    for item in found:
        if len(item.text) > TEXT_LIMIT:
            raise FeatureTooLongError(_name(disclosure), item.text)
    if len(found) > MOST:
        essential = [item for item in found if item.essential]
        if len(essential) > MOST:
            raise TooManyFeaturesError(_name(disclosure), len(essential))
        found = (*essential, *[item for item in found if not item.essential][: MOST - len(essential)])
    return tuple(
        Feature(
            id=f"F{number}",
            text=item.text,
            kind=item.kind,
            essential=item.essential,
            start=item.start,
            end=item.end,
        )
        for number, item in enumerate(found, start=1)
    )


def left_out(disclosure: Disclosure) -> str:
    """Return a sentence about the optional features that `decompose` leaves out; empty when it takes all."""
    found = _found(disclosure)
    if len(found) <= MOST:
        return ""
    first = [item for item in found if not item.essential][MOST - len(found)]
    return (
        f"{len(found) - MOST} optional features are left out, a chart holds {MOST}; the first is "
        f"{first.text[:80]!r}. Hand them in apart, or merge features and add them by hand"
    )


def _found(disclosure: Disclosure) -> tuple[Feature, ...]:
    return tuple(_from_claims(disclosure)) or tuple(_from_prose(disclosure))


def _name(disclosure: Disclosure) -> str:
    return disclosure.source_file or disclosure.title


def _from_claims(disclosure: Disclosure) -> Iterator[Feature]:
    spans = [(p.start, p.end) for p in disclosure.parts if p.topic is Topic.CLAIM] or _claim_like(disclosure)
    text = disclosure.text
    first = True
    for span in spans:
        for claim in claim_grammar.claims(text, *span):
            essential = first and not claim.dependent
            for limitation in claim.limitations:
                yield _feature(text, limitation.start, limitation.end, essential=essential)
                first = False


def _claim_like(disclosure: Disclosure) -> list[tuple[int, int]]:
    """Return the first paragraph with the grammar of a claim, with the dependent claims that follow it."""
    for part in _parts(disclosure):
        paragraphs = list(_paragraphs(disclosure.text, part))
        for start, end in paragraphs:
            if claim_grammar.looks_like_claim(disclosure.text[start:end]):
                return [(start, paragraphs[-1][1] if _numbered(disclosure.text, start) else end)]
    return []


def _numbered(text: str, start: int) -> bool:
    return re.match(r"\W*1\s*[.)]\s", text[start : start + 10]) is not None


def _from_prose(disclosure: Disclosure) -> Iterator[Feature]:
    text = disclosure.text
    parts = _parts(disclosure)
    if not any(text[p.start : p.end].strip() for p in parts):
        raise NoFeaturesError(_name(disclosure), "it has no text about what is new or how it works")
    spans = _listed(text, parts)
    for topic in _SOURCES if not spans else ():
        for part in parts:
            if part.topic is topic:
                spans.extend(prose.steps(text, part.start, part.end))
        if len(spans) >= _ENOUGH:
            break
    if len(spans) < _LEAST_PROSE:
        raise NoFeaturesError(_name(disclosure), "no sentence says what is built, measured, made or done")
    for start, end in spans[: prose.MOST]:
        yield _feature(text, start, end, essential=True)


def _listed(text: str, parts: Sequence[Part]) -> list[tuple[int, int]]:
    for part in parts:
        found = prose.items(text, part.start, part.end)
        if len(found) >= _LIST_ITEMS:
            return list(found)
    return []


def _parts(disclosure: Disclosure) -> tuple[Part, ...]:
    """Return the parts that may describe the invention, the most telling first."""
    wanted = [p for topic in _SOURCES for p in disclosure.parts if p.topic is topic]
    if not disclosure.parts:
        wanted = [Part(topic=Topic.OTHER, heading="", start=0, end=len(disclosure.text))]
    return tuple(wanted)


def _paragraphs(text: str, part: Part) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text[part.start : part.end]):
        yield part.start + match.start(), part.start + match.end()


def _feature(text: str, start: int, end: int, *, essential: bool) -> Feature:
    piece = text[start:end]
    where = _WHERE.search(text, max(0, start - 12), start) is not None
    return Feature(
        id="", text=piece, kind=kind_of(piece, where=where), essential=essential, start=start, end=end
    )

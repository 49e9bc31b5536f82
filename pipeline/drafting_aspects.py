"""Aspects: numbered statements in the form of claims, said not to be claims, in the inventor's words only.

Aspect 1 is the preamble with the essential features of the list; each "wherein" and each optional feature is
an aspect of its own that names the preceding ones, and so is each variant. Nothing is generalised here: a
broader statement is a question to the inventor, never a sentence of the draft.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from pipeline.disclosure import Feature, FeatureKind
from pipeline.drafting_text import clip, escape, one_line, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_CLAIMS: Final = (
    "The following numbered statements sum up what is described. They are not claims, and no right is sought "
    "with them."
)
MOST: Final = 60
_LONG: Final = 80
"""Words of a variant up to which it is taken whole; of a longer one, its first sentence."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_PREAMBLE: Final = re.compile(r"\A(?:An?|One or more)\s+\w", re.IGNORECASE)
_TRANSITION: Final = re.compile(
    r"\W{0,4}(?:(?:which|that)\s+)?(?:compris|consist|includ|contain|characteri[sz]ed|having\b|wherein\b"
    r"|in which\b|the (?:method|process|steps|system|device)\b)",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(
    r"\A(?:An?|One or more|The)\s+(?P<noun>[\w-]+(?:\s+[\w-]+){0,5}?)"
    r"(?=\s+(?:of|for|to|that|which|with|in|on|by|from|having|using|configured|adapted|whose|where|wherein"
    r"|comprising|including|storing|being)\b|\s*[,:;(]|\s*\Z)",
    re.IGNORECASE,
)
_WHERE: Final = re.compile(
    r"\b(?:wherein|whereby|in which|characteri[sz]ed in that|so that|such that)\W*\Z", re.IGNORECASE
)
_DEPENDENT: Final = re.compile(
    r"\A\s*(?:The|A|An)\s[^,.;]{1,100}?\bclaims?\s+\d+(?:\s*(?:,|to|or|and|[-–])\s*\d+)*\s*,?\s*",
    re.IGNORECASE,
)
_CLAIM_NUMBERS: Final = re.compile(
    r"\b(?:any (?:one )?of )?(?:the )?(?:preceding )?claims?(?:\s+\d+(?:\s*(?:,|to|or|and|[-–])\s*\d+)*)?\b",
    re.IGNORECASE,
)
_CONNECTED: Final = re.compile(
    r"\A\W*(?:and\s+)?(?:further\s+|also\s+)?(?:comprising|including|wherein|in which|that)\b\W*",
    re.IGNORECASE,
)
_GERUND: Final = re.compile(
    r"\A(?:(?:when|upon|after|before|while|if|during)\b[^,]{3,120},\s+)?(?:[\w-]+ly\s+)?[A-Za-z-]{2,}ing\b",
    re.IGNORECASE,
)
_NOUNS_IN_ING: Final = re.compile(
    r"\A(?:housing|bearing|ring|spring|string|casing|coating|opening|wing|winding)\b", re.IGNORECASE
)
_FINITE: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|does|do|can|may|must|will|lies?|comprises?|contains?|consists?|includes?"
    r"|listens|runs|opens|closes|stays|remains|exceeds|depends|rises|falls|forms|acts|serves|takes)\b"
)
_SUBORDINATE: Final = re.compile(r"\b(?:that|which|whose|when|where|while|if|to|into|until)\b")


class Form(Enum):
    """How a feature reads, which decides what joins it to a statement."""

    STEP = auto()
    THING = auto()
    CLAUSE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the statements are about."""

    preamble: Feature | None
    opening: str
    """`A method of …, comprising:`; escaped."""
    noun: str
    """`method`, `cooling plate`; what the dependent statements call it; escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspects:
    """The statements and where each feature stands in them."""

    texts: tuple[str, ...]
    labels: Mapping[str, str]
    """Feature id to `aspect 1 (b)` or `aspect 3`."""


def frame(features: Sequence[Feature], text: str) -> Frame:
    """Decide what the statements are about; `text` is the disclosure's, to see what follows a feature."""
    first = features[0] if features else None
    if first is not None and _is_preamble(first, features, text):
        words = one_line(first.text).rstrip(" ,;:.")
        words = words[0].upper() + words[1:]
        head = _HEAD.match(words)
        noun = escape(head["noun"][0].lower() + head["noun"][1:] if head else "subject-matter")
        return Frame(preamble=first, opening=f"{escape(words)}, comprising:", noun=noun)
    steps = sum(form(feature, text) is Form.STEP or feature.kind is FeatureKind.STEP for feature in features)
    noun = "method" if 2 * steps >= len(features) else "arrangement"
    return Frame(
        preamble=None, opening=f"{'An' if noun[0] in 'aeio' else 'A'} {noun} with these features:", noun=noun
    )


def form(feature: Feature, text: str) -> Form:
    """Tell how a feature reads: as a step, a thing, or a clause that needs a "wherein"."""
    before = text[max(0, feature.start - 24) : feature.start] if feature.start >= 0 else ""
    words = one_line(feature.text)
    if _WHERE.search(before):
        return Form.CLAUSE
    if _GERUND.match(words) and not _NOUNS_IN_ING.match(words):
        return Form.STEP
    main = _SUBORDINATE.split(words, maxsplit=1)[0]
    return Form.CLAUSE if _FINITE.search(main) else Form.THING


def aspects(features: Sequence[Feature], variants: Sequence[str], text: str) -> Aspects:
    """Return the Markdown of every aspect, in order; empty without features."""
    if not features:
        return Aspects(texts=(), labels={})
    about = frame(features, text)
    others = [feature for feature in features if feature is not about.preamble and _words(feature)]
    listed = [
        f for f in others if f.essential and (form(f, text) is not Form.CLAUSE or about.preamble is None)
    ]
    if not listed:
        listed = [feature for feature in others if feature.essential] or others[:1]
    rest = [feature for feature in others if feature not in listed]
    bodies = [_first(about, listed)]
    bodies += [f"{_joint(form(feature, text))} {escape(_words(feature))}." for feature in rest]
    bodies += [f"in this variant: {escape(_variant(variant))}" for variant in variants]
    labels = {feature.id: f"aspect 1 ({_letter(index)})" for index, feature in enumerate(listed)}
    labels |= {f.id: f"aspect {number}" for number, f in enumerate(rest, start=2) if number <= MOST}
    return Aspects(texts=tuple(_numbered(bodies[:MOST], about)), labels=labels)


def _numbered(bodies: Sequence[str], about: Frame) -> Iterator[str]:
    for number, body in enumerate(bodies, start=1):
        if number == 1:
            yield f"Aspect 1. {body}"
        else:
            whose = "aspect 1" if number == 2 else "any one of the preceding aspects"  # noqa: PLR2004 - the second
            yield f"Aspect {number}. The {about.noun} of {whose}, {body}"


def _first(about: Frame, listed: Sequence[Feature]) -> str:
    if not listed:
        return about.opening.removesuffix(", comprising:") + "."
    ends = [";"] * (len(listed) - 1) + ["."]
    if len(listed) > 1:
        ends[-2] = "; and"
    items = [
        f"({_letter(index)}) {escape(_words(feature))}{end}"
        for index, (feature, end) in enumerate(zip(listed, ends, strict=True))
    ]
    return "\n\n".join((about.opening, *items))


def _letter(index: int) -> str:
    lead = _LETTERS[index // len(_LETTERS) - 1] if index >= len(_LETTERS) else ""
    return lead + _LETTERS[index % len(_LETTERS)]


def _joint(kind: Form) -> str:
    return "wherein" if kind is Form.CLAUSE else "further comprising"


def _is_preamble(feature: Feature, features: Sequence[Feature], text: str) -> bool:
    words = one_line(feature.text)
    if len(features) == 1 or not _PREAMBLE.match(words):
        return False
    if feature.start >= 0:
        return _TRANSITION.match(text, feature.end) is not None
    return feature.essential and form(feature, text) is not Form.CLAUSE


def _words(feature: Feature) -> str:
    """Return a feature without the number of the claim that it hung on."""
    words = _DEPENDENT.sub("", one_line(feature.text))
    words = _CONNECTED.sub("", words)
    return (
        _CLAIM_NUMBERS.sub("the preceding aspects", words).strip(" ,;:.")
        if "claim" in words.lower()
        else words.strip(" ,;:.")
    )


def _variant(text: str) -> str:
    line = one_line(text)
    if len(line.split()) > _LONG:
        line = clip(sentences(line)[0], _LONG)
    line = line.rstrip(" .;,")
    return f"{line}."

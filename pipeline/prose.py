"""Features from lists and running text, for disclosures that hold nothing in the form of a claim.

A sentence is taken when it says what is done or what something is made of: a step ("the controller
opens …", "press the plate …", "… is measured"), a part ("has", "consists of"), or an amount with a unit.
Sentences about the trouble of today, about advantages and about people are left.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.quantities import quantities

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 15
_ITEM: Final = re.compile(r"^[ \t]*(?:[-*•–]|\(?\d{1,2}[.)]|\(?[a-z][.)])[ \t]+(?=\S)(.+)$", re.MULTILINE)
_SENTENCE: Final = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][)\"”’]))\s+(?=[A-Z0-9“\"(])|\n+")
_ABBREVIATED: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|ca|cf|fig|figs|no|vs|etc|resp|al|eq)|(?<![\d°] )(?<!°)\b[A-Z])\.\Z",
    re.IGNORECASE,
)
_JOINT: Final = re.compile(
    r";\s+|,\s+(?:and\s+)?then\s+|,\s+and\s+(?=(?:the|it|a|an|each|at)\s)"
    r"|,\s+(?=(?:wherein|whereby|so that)\s)"
)
_LEADING: Final = re.compile(
    r"\A(?:\s|[-*•–,;:]|(?:and|then|also|further|finally|next|first(?:ly)?|second(?:ly)?)\b,?)+",
    re.IGNORECASE,
)
_VERBS: Final = """
compris contain includ consist hous hold carr support connect coupl attach mount fix fasten join weld glu
press clamp measur sens detect read sampl comput calculat determin estimat predict compar multipl averag
filter classif train learn updat minimi maximi optimi weigh select choos sort assign map encod decod transmit
receiv send broadcast stor writ record log open clos switch turn start stop trigger activat heat cool dri dry
mix stir add pour inject spray coat cut drill mill print mould mold cast extrud roll bend fold stretch wind
wrap cover seal insert remov separat drain pump flow rotat mov slid lift lower rais tilt align position
adjust control regulat limit set reset repeat generat produc form deposit etch expos cur dissolv react
distribut dispens ferment grind crush load unload charg discharg appl suppl feed drive driv illuminat project
reflect focus scan captur display show schedul queue cach hash sign encrypt verif split merg group cluster
rank index replac withhold withheld readmit swap paus resum place enclos surround extend taper vibrat listen
count hang hung releas held built blow suck spin bring keep lie lies stand rest run pass enter leav reach
exceed press squeez stak stack weav knit sew spool dip soak drip sift
"""
_VERB: Final = re.compile(rf"\b(?:{'|'.join(_VERBS.split())})\w{{0,4}}\b", re.IGNORECASE)
_IMPERATIVE: Final = re.compile(
    rf"\A(?:{_VERB.pattern})\s+(?:the|a|an|each|every|all|both|its|two|\d)", re.IGNORECASE
)
_TRANSITIVE: Final = re.compile(
    rf"\b(?:the|a|an|each|both|every)\s+(?:[\w-]+\s+){{1,3}}?(?:{_VERB.pattern})\s"
    rf"|(?:{_VERB.pattern})\s+(?:the|a|an|each|its|all|both|every|from|to|into)\b",
    re.IGNORECASE,
)
_PASSIVE: Final = re.compile(r"\b(?:is|are|be|being|was|were)\s+(?:\w+ly\s+)?\w+(?:ed|en|t)\b", re.IGNORECASE)
_ACTIVE: Final = re.compile(
    r"\b(?:has|have|having|carries|consists of|made of|made from|uses?|using|by \w+ing)\b", re.IGNORECASE
)
_NOT_TECHNICAL: Final = re.compile(
    r"\b(?:I|we|our|my|you|your|please|thanks|hello|hi|dear|hope|think|believe|meeting|lunch|email"
    r"|customers?|market|revenue|problem|disadvantage|drawback|unfortunately|known|today|cheaper|expensive|nobody|somebody"
    r"|everyone)\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w+")
_FEWEST_WORDS: Final = 4
_SHORTEST_PART: Final = 5
_LONG_ITEM: Final = 45


def items(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return the spans of list items: all when most say something technical, else those that do."""
    found = (_head(text, m.start(1), m.end(1)) for m in _ITEM.finditer(text, start, end))
    spans = [span for span in found if text[slice(*span)]]
    telling = [span for span in spans if technical(text[slice(*span)]) or quantities(text[slice(*span)])]
    return tuple(spans if 2 * len(telling) > len(spans) else telling)


def _head(text: str, start: int, end: int) -> tuple[int, int]:
    """Return an item, or the first technical sentence of one that is a paragraph."""
    if len(_WORD.findall(text, start, end)) <= _LONG_ITEM:
        return _trimmed(text, start, end)
    spans = list(sentences(text, start, end))
    return next((span for span in spans if technical(text[slice(*span)])), spans[0])


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of sentences, trimmed."""
    begin = start
    for match in _SENTENCE.finditer(text, start, end):
        if _ABBREVIATED.search(text, begin, match.start()) and "\n" not in match.group():
            continue
        yield from _nonempty(text, begin, match.start())
        begin = match.end()
    yield from _nonempty(text, begin, end)


def steps(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return the spans of technical sentences, long ones cut at their joints."""
    found: list[tuple[int, int]] = []
    for sentence in sentences(text, start, end):
        if technical(text[slice(*sentence)]):
            found.extend(_parts(text, *sentence))
    return tuple(found)


def technical(sentence: str) -> bool:
    """Tell whether a sentence says what is done or what something is made of."""
    if len(_WORD.findall(sentence)) < _FEWEST_WORDS or sentence.rstrip().endswith("?"):
        return False
    if _NOT_TECHNICAL.search(sentence):
        return False
    acts = _VERB.search(sentence) is not None
    said = _PASSIVE.search(sentence) or _ACTIVE.search(sentence) or _IMPERATIVE.match(sentence)
    return acts and bool(said or _TRANSITIVE.search(sentence) or quantities(sentence))


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _JOINT.finditer(text, start, end):
        sides = (text[begin : match.start()], text[match.end() : end])
        if min(len(_WORD.findall(side)) for side in sides) >= _SHORTEST_PART:
            yield _trimmed(text, begin, match.start())
            begin = match.end()
    yield _trimmed(text, begin, end)


def _nonempty(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    start, end = _trimmed(text, start, end)
    if start < end:
        yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    head = _LEADING.match(text[start:end])
    start += 0 if head is None else head.end()
    return start, start + len(text[start:end].rstrip(" \t\n,;:.!"))

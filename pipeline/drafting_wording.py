"""Wording that a publication must not carry, or that weakens it; each finding comes with its quote.

Decisions
---------
* A publication does not argue its own novelty (publication.md). The adjective before a noun ("a novel
  valve") is dropped; any other sentence that says so is left out. Either way the inventor is asked.
* "Novel" as a term of art ("novel view synthesis") and "new" as an ordinary word ("a new skin is ordered")
  stay.
* A marking ("strictly confidential", "internal use only") is left out with its sentence. "Confidential" as
  an ordinary word ("confidential computing") stays.
* Hedges stay and are asked about: dropping them would change what the inventor said. What a skilled reader
  cannot carry out without guessing does not count as disclosed (MPEP 2121.01; EPO Guidelines G-VI 4).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.disclosure import Topic
from pipeline.drafting_questions import Gap, Question
from pipeline.drafting_text import clip, one_line, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

_TERMS: Final = (
    r"view|object|class|categor|word|item|instance|input|entit|image|domain|task|user|environment|speaker|scene"
    r"|intent|compound|protein"
)
_ADJECTIVE: Final = re.compile(
    rf"\b(?P<article>(?:an?|the|this|our|its|said)\s+|(?:such|provides?|using|of|for|with)\s+|\A)"
    rf"(?:novel|inventive|innovative|patentable|ground-?breaking|revolutionary)(?:\s+and\s+"
    rf"(?:novel|inventive|innovative|improved|patentable))?\s+(?!(?:{_TERMS}))(?=(?P<next>[a-z]))",
    re.IGNORECASE,
)
_OWN_NOVELTY: Final = re.compile(
    rf"\bnovel(?:ty|ly)?\b(?!\s+(?:{_TERMS}))|\binventive(?:ly|ness)?\b|\binventive step\b|\bpatentab\w+"
    r"|\b(?:non-?|un)obvious\w*|\bas far as (?:we|I|the inventors?) (?:know|are aware|am aware)"
    r"|\bto (?:the best of )?(?:our|my) knowledge\b|\bunprecedented\b|\bground-?breaking\b|\bworld'?s first\b"
    r"|\bfirst (?:ever|of its kind)\b|\bnever (?:been )?(?:tried|described|disclosed|published) before\b"
    r"|\b(?:is|are) (?:\w+ ){0,2}?new(?=\s*(?:[.,;:!]|as well\b|and\b|over\b|$))|\bnobody (?:else )?has\b"
    r"|\b(?:is|are) not known (?:from|in) the (?:prior art|literature|state of the art)",
    re.IGNORECASE,
)
_MARKING: Final = re.compile(
    r"\b(?:strictly|company|commercially|highly|privileged (?:and|&))\W+confidential\b"
    r"|\b(?:for )?internal use only\b|\bnot for (?:publication|distribution|release|disclosure|circulation)\b"
    r"|\bdo not (?:distribute|circulate|forward|publish|disclose)\b"
    r"(?=\W*$|\s+(?:outside|without|beyond|to third))"
    r"|\battorney[- ]client\b|\battorney work product\b|\btrade secrets?\b|\bcommercial[- ]in[- ]confidence\b"
    r"|\bproprietary (?:and confidential|information|notice)\b|\bneed[- ]to[- ]know (?:only|basis)\b"
    r"|\bunder (?:an? )?(?:NDA|non-?disclosure agreement)\b|\bdraft[-–—: ]+not for\b|\bstreng vertraulich\b",
    re.IGNORECASE,
)
_STAMPED: Final = re.compile(r"\b(?:CONFIDENTIAL|SECRET|PROPRIETARY|RESTRICTED|VERTRAULICH)\b")
_LONE_MARKING: Final = re.compile(
    r"\W*(?:\w+\W+){0,3}?(?:confidential|vertraulich)\W*(?:\w+\W*){0,3}", re.IGNORECASE
)
_TITLE_MARKING: Final = re.compile(
    r"^\W*(?:strictly |company )?(?:confidential|secret|draft)\W*[-–—:|)]\W*", re.IGNORECASE
)
_TITLE_PRAISE: Final = re.compile(r"^(?:novel|new|improved|innovative)\s+(?=[a-z])", re.IGNORECASE)
_LONE_LENGTH: Final = 60
_HEDGE: Final = re.compile(
    r"\b(?:suitabl[ey]|appropriate(?:ly)?|any known|(?:in a|by|using) (?:known|conventional|standard) "
    r"(?:way|manner|means|methods?|techniques?)|(?:well|per se)[- ]known|conventional(?:ly)?"
    r"|as (?:needed|required)|if (?:needed|necessary|required)|and so on|et cetera"
    r"|(?:or|and) the like|sufficient(?:ly)?|adequate(?:ly)?|some (?:kind|sort) of|somehow|as usual"
    r"|to be (?:determined|defined|decided)|TBD|TBC|optimi[sz]ed value|state[- ]of[- ]the[- ]art)\b"
    r"|\betc\b\.?|\?{2,}|\bX{2,}\b",
    re.IGNORECASE,
)
_ACRONYM: Final = re.compile(r"(?<![\w.&/-])([A-Z][A-Z&]{1,5}[A-Z]|[A-Z]{2})s?(?![\w&/-]|\.\w)")
_EVERYBODY_KNOWS: Final = """
AC DC LED LCD USB CPU GPU TPU RAM ROM PDF DNA RNA ID IR UV RF ISO DIN IEEE IEC ASTM UTC CPC SI PH PC TV GPS
HTTP HTTPS HTML XML JSON CSV SQL API URL IP TCP UDP NFC RFID PVC PTFE CD DVD OK US EP WO DE JP CN KR UK EU
II III IV VI VII VIII IX XI XII AND OR NOT XOR IF ELSE FOR END DO NB PI
"""
_KNOWN_ACRONYMS: Final = frozenset(_EVERYBODY_KNOWS.split())
_DRAWING: Final = re.compile(r"\b(?:figs?\.?|figures?|drawings?)\s*(?:no\.?\s*)?\d+[a-z]?\b", re.IGNORECASE)
_MOST_HEDGES: Final = 12
_MOST_ACRONYMS: Final = 12
_LOOKED_AT: Final = 60
"""Different acronyms that are searched for in the whole text; each costs a pass over it."""
_QUOTED_WORDS: Final = 40


def publishable(text: str, topic: Topic) -> tuple[str, tuple[Question, ...]]:
    """Return a part's text without self-praise and markings, and what was left out as questions."""
    questions: list[Question] = []
    lines = [_line(line, topic, questions) for line in text.split("\n")]
    return "\n".join(line for line in lines if line is not None), tuple(questions)


def plain_title(title: str) -> tuple[str, tuple[Question, ...]]:
    """Return a title in plain technical words, and questions about what it still says of itself."""
    text = _ADJECTIVE.sub(_without_adjective, _TITLE_MARKING.sub("", one_line(title)))
    text = _TITLE_PRAISE.sub("", text).rstrip(" .;,")
    text = text[:1].upper() + text[1:]
    asked: tuple[Question, ...] = ()
    if _OWN_NOVELTY.search(text):
        asked = (_own_novelty(Topic.WHAT, title, "is in the title; say in plain technical words what it is"),)
    return text, asked


def hedges(text: str, topic: Topic) -> Iterator[Question]:
    """Yield a question per sentence with a word that leaves the reader to guess."""
    count = 0
    for line in text.split("\n"):
        for sentence in sentences(line):
            found = list(dict.fromkeys(match[0].lower() for match in _HEDGE.finditer(sentence)))
            if not found or count == _MOST_HEDGES:
                continue
            count += 1
            quote = clip(one_line(sentence), _QUOTED_WORDS)
            words = " and ".join(f"“{word}”" for word in found)
            yield Question(
                topic=topic,
                gap=Gap.HEDGE,
                quote=quote,
                text=f"What does {words} mean here? Give values, materials or the rule: “{quote}”",
            )


def acronyms(text: str) -> Iterator[Question]:
    """Yield a question per acronym that the text never spells out."""
    found = dict.fromkeys(match[1] for match in _ACRONYM.finditer(_without_shouting(text)))
    unknown = [
        word
        for word in list(found)[:_LOOKED_AT]
        if word not in _KNOWN_ACRONYMS and not _spelled_out(word, text)
    ]
    for word in unknown[:_MOST_ACRONYMS]:
        yield Question(
            topic=Topic.HOW,
            gap=Gap.ACRONYM,
            quote=word,
            text=f"What does {word} stand for? Spell it out where it is used first.",
        )


def drawings(text: str) -> Iterator[Question]:
    """Yield one question when the text leans on drawings, which a draft does not hold."""
    found = list(dict.fromkeys(one_line(match[0]) for match in _DRAWING.finditer(text)))
    if found:
        yield Question(
            topic=Topic.HOW,
            gap=Gap.DRAWING,
            quote=found[0],
            text=f"The text refers to {', '.join(found[:6])}, and the draft holds no drawings. Describe in "
            "words what they show, or drop the reference.",
        )


def _line(line: str, topic: Topic, questions: list[Question]) -> str | None:
    """Return what may be published of a line; None when nothing of it is left."""
    if not line.strip():
        return line
    kept: list[str] = []
    for sentence in sentences(line):
        quote = clip(one_line(sentence), _QUOTED_WORDS)
        plain = _ADJECTIVE.sub(_without_adjective, sentence)
        if _is_marking(sentence):
            text = f"Left out, as it is marked as not public: “{quote}”. If it may be, drop the marking."
            questions.append(Question(topic=topic, gap=Gap.CONFIDENTIAL, quote=quote, text=text))
        elif _OWN_NOVELTY.search(plain):
            what = "was left out; describe what is done, without saying that it is new"
            questions.append(_own_novelty(topic, quote, what))
        else:
            if plain != sentence:
                what = "lost the word that praises it; a publication does not judge itself"
                questions.append(_own_novelty(topic, quote, what))
            kept.append(plain)
    rest = "".join(kept)
    return rest if re.search(r"\w", re.sub(r"^\W*(?:\d+[.)])?", "", rest)) else None


def _own_novelty(topic: Topic, quote: str, what: str) -> Question:
    quote = clip(one_line(quote), _QUOTED_WORDS)
    return Question(topic=topic, gap=Gap.OWN_NOVELTY, quote=quote, text=f"“{quote}” {what}.")


def _is_marking(sentence: str) -> bool:
    lone = len(sentence) <= _LONE_LENGTH and _LONE_MARKING.fullmatch(sentence.strip())
    return bool(lone or _MARKING.search(sentence) or _STAMPED.search(sentence))


def _without_adjective(match: re.Match[str]) -> str:
    article, following = match["article"], match["next"]
    if article.strip().lower() in ("a", "an"):
        fitting = "an" if following.lower() in "aeio" else "a"
        return (fitting.capitalize() if article[0].isupper() else fitting) + " "
    return article


def _without_shouting(text: str) -> str:
    """Leave out lines in capitals: their words are no acronyms."""
    return "\n".join(line for line in text.split("\n") if line.upper() != line)


def _spelled_out(word: str, text: str) -> bool:
    sign = re.escape(word)
    if re.search(
        rf"\({sign}s?[),;]|\b{sign}s?\s*\(|\b{sign}\b\s*(?:=|:|stands for|means|denotes|is the|is an?\b)",
        text,
    ):
        return True
    letters = [letter for letter in word if letter.isalpha()]
    spelled = r"\b" + r"\w*[\s-]+(?:(?:of|and|the|for|in|to)\s+)?".join(letters) + r"\w*"
    return re.search(spelled, text, re.IGNORECASE) is not None

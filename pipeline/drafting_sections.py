"""The sections of a draft as Markdown, each from the parts of a disclosure that answer it.

Parts about people, dates and showings are never published. A part whose heading says nothing known is left
out and asked about; only a text without any known heading is taken whole, which is asked about as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline.disclosure import Topic
from pipeline.drafting_aspects import NOT_CLAIMS
from pipeline.drafting_questions import Gap, Question
from pipeline.drafting_text import Block, Shape, blocks, clip, escape, markdown, one_line, sentences
from pipeline.drafting_wording import publishable
from publications.document import SectionName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.disclosure import Disclosure, Feature, Part
    from pipeline.drafting_grounding import Grounding, Unit

ABSTRACT_WORDS: Final = 250
_SHORT_ABSTRACT: Final = 120
_PRIVATE: Final = frozenset({Topic.WHO_WHEN, Topic.SHOWN, Topic.CLAIM})
_TAKEN: Final = {
    Topic.KNOWN: SectionName.KNOWN_SOLUTIONS,
    Topic.PROBLEM: SectionName.PROBLEM,
    Topic.WHAT: SectionName.SUMMARY,
    Topic.NEW: SectionName.SUMMARY,
    Topic.HOW: SectionName.DESCRIPTION,
    Topic.EXAMPLE: SectionName.EXAMPLE,
    Topic.VARIANTS: SectionName.VARIANTS,
    Topic.ADVANTAGES: SectionName.ADVANTAGES,
}
_STEP: Final = re.compile(r"\bsteps?\s+(\d{1,2})(?![\d,.]\d)", re.IGNORECASE)
_NOUN_PHRASE: Final = re.compile(r"\A(?:An?|The)\s", re.IGNORECASE)
_VERB: Final = re.compile(
    r"\b(?:is|are|was|has|have|consists?|comprises?|contains?|includes?|relates?|concerns?|describes?)\b"
)
_QUOTED_START: Final = 8
_NAMED_WORDS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A span of the disclosure's text that went into a section."""

    section: SectionName
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What of a disclosure may be published, by topic, and what was noticed while reading it."""

    texts: Mapping[Topic, tuple[Block, ...]]
    sources: tuple[Source, ...]
    questions: tuple[Question, ...]

    def of(self, topic: Topic) -> tuple[Block, ...]:
        """Return the blocks on a topic."""
        return self.texts.get(topic, ())


def take(disclosure: Disclosure) -> Taken:
    """Sort out what may be published of a disclosure."""
    found: dict[Topic, list[Block]] = {}
    sources: list[Source] = []
    questions: list[Question] = []
    known = any(part.topic in _TAKEN or part.topic is Topic.CLAIM for part in disclosure.parts)
    for part in disclosure.parts:
        topic = part.topic
        if topic is Topic.OTHER and not known:
            questions.append(_whole_text())
            topic = Topic.HOW
        if topic not in _TAKEN:
            if topic not in _PRIVATE:
                questions.append(_left_out(part))
            continue
        text, asked = publishable(disclosure.text[part.start : part.end], topic)
        questions.extend(asked)
        read = blocks(text)
        if topic in found and read and part.heading and topic not in (Topic.WHAT, Topic.NEW):
            found[topic].append(Block(shape=Shape.HEADING, lines=(one_line(part.heading)[:200],)))
        found.setdefault(topic, []).extend(read)
        sources.append(Source(section=_TAKEN[topic], start=part.start, end=part.end))
    steps = _with_numbered_steps(found.get(Topic.HOW, []), disclosure.text)
    texts = {**{topic: tuple(read) for topic, read in found.items()}, Topic.HOW: steps}
    return Taken(texts=texts, sources=tuple(sources), questions=tuple(dict.fromkeys(questions)))


def take_features(features: Sequence[Feature]) -> tuple[tuple[Feature, ...], tuple[Question, ...]]:
    """Return the features as they may be published, without those of which nothing is left."""
    found: list[Feature] = []
    questions: list[Question] = []
    for feature in features:
        text, asked = publishable(one_line(feature.text), Topic.CLAIM)
        questions += [replace(question, feature_id=feature.id) for question in asked]
        if text.strip(" ,;:."):
            found.append(replace(feature, text=text))
    return tuple(found), tuple(questions)


def field(disclosure: Disclosure, taken: Taken) -> str:
    """Return the technical field: what the inventor calls it, the classes, and what it is."""
    lines = []
    if disclosure.keywords:
        words = ", ".join(one_line(word) for word in disclosure.keywords)
        lines.append(escape(f"{words[0].upper()}{words[1:]}."))
    if disclosure.classes:
        lines.append(escape(f"Classes (CPC): {', '.join(map(one_line, disclosure.classes))}."))
    opening = plain(taken.of(Topic.WHAT) or taken.of(Topic.NEW))
    if opening:
        first = sentences(opening)[0].strip()
        article = _NOUN_PHRASE.match(first)
        if article and not _VERB.search(re.split(r"\b(?:that|which|whose|,)\b", first, maxsplit=1)[0]):
            first = f"What is described is {first[0].lower()}{first[1:]}"
        lines.append(escape(first))
    return "\n\n".join(lines)


def known_solutions(found: str, taken: Taken) -> str:
    """Return what a search found, then what the inventors name."""
    named = markdown(taken.of(Topic.KNOWN))
    if found and named:
        return f"{found}\n\n### Named by the authors\n\n{named}"
    return found or named


def summary(taken: Taken) -> str:
    """Return what it is and what is done, in the inventor's words."""
    return markdown((*taken.of(Topic.WHAT), *taken.of(Topic.NEW)))


def abstract(taken: Taken, features: Sequence[Feature]) -> str:
    """Return at most 250 words: whole sentences of the summary, then the essential features that fit."""
    chosen: list[str] = []
    count = 0
    for sentence in sentences(plain((*taken.of(Topic.WHAT), *taken.of(Topic.NEW)))):
        if count + len(sentence.split()) > ABSTRACT_WORDS:
            break
        chosen.append(sentence.strip())
        count += len(sentence.split())
    if count < _SHORT_ABSTRACT:
        wanted = [feature for feature in features if feature.essential] or list(features)
        listed = _fitting(wanted, ABSTRACT_WORDS - count - 3)
        named = "Features" if len(listed) == len(wanted) else "Features, among others"
        chosen += [f"{named}: {'; '.join(listed)}."] if listed else []
    if not chosen:
        chosen = [clip(plain(taken.of(Topic.HOW)), ABSTRACT_WORDS)]
    return escape(" ".join(chosen))


def description(taken: Taken, found: Sequence[Grounding], named: Mapping[str, str]) -> str:
    """Return how it works, then where each feature is described; `named` says which aspect a feature is."""
    read = taken.of(Topic.HOW)
    steps = {
        one_line(line): f"step {number}"
        for block in read
        if block.shape is Shape.NUMBERED
        for number, line in enumerate(block.lines, block.first)
    }
    rows = [
        f"- {_named(grounding.feature, named)}: see {_places(grounding.passages, steps)}."
        for grounding in found
        if grounding.passages
    ]
    parts = [markdown(read)]
    if rows:
        parts += ["### Where each feature is described", "\n".join(rows)]
    return "\n\n".join(part for part in parts if part)


def variant_lines(taken: Taken) -> tuple[str, ...]:
    """Return the inventor's variants, one line each; empty when they are written as a table or as code."""
    read = taken.of(Topic.VARIANTS)
    if any(block.shape in (Shape.TABLE, Shape.CODE) for block in read):
        return ()
    return tuple(one_line(line) for block in read if block.shape is not Shape.HEADING for line in block.lines)


def variants(
    taken: Taken,
    features: Sequence[Feature],
    touched: Mapping[str, Sequence[int]],
    named: Mapping[str, str],
) -> str:
    """Return the variants numbered, and which feature each of them changes."""
    lines = variant_lines(taken)
    if not lines:
        return markdown(taken.of(Topic.VARIANTS))
    parts = [markdown([Block(shape=Shape.NUMBERED, lines=lines)])]
    rows = [
        f"{_called(feature, named)}\t{', '.join(map(str, touched[feature.id]))}"
        for feature in features
        if touched.get(feature.id)
    ]
    if rows:
        table = Block(shape=Shape.TABLE, lines=("Feature\tVariants above", *rows))
        parts += ["### Variants by feature", markdown([table])]
    return "\n\n".join(parts)


def aspects(found: Sequence[str]) -> str:
    """Return the statements under the sentence that says what they are not."""
    return "\n\n".join((NOT_CLAIMS, *found)) if found else ""


def plain(read: Sequence[Block]) -> str:
    """Return the words of paragraphs and lists as one line, not escaped."""
    lines = (
        line
        for block in read
        if block.shape in (Shape.PARAGRAPH, Shape.BULLETS, Shape.NUMBERED)
        for line in block.lines
    )
    return " ".join(
        line if line.rstrip().endswith((".", "!", "?", ":", ";")) else f"{line}." for line in lines
    )


def _fitting(features: Sequence[Feature], words: int) -> list[str]:
    """Return the features that fit, in their order; where not all do, the points of novelty go first."""
    chosen = set()
    for feature in sorted(features, key=lambda one: not one.novel):
        words -= len(_shown(feature).split())
        if words < 0:
            break
        chosen.add(feature.id)
    return [_shown(feature) for feature in features if feature.id in chosen]


def _called(feature: Feature, named: Mapping[str, str]) -> str:
    """Return `Aspect 1 (b), “computing for every …”`."""
    label = named.get(feature.id, "")
    words = clip(_shown(feature), _NAMED_WORDS)
    return f"{label[0].upper()}{label[1:]}, “{words}”" if label else f"“{words}”"


def _named(feature: Feature, named: Mapping[str, str]) -> str:
    return escape(_called(feature, named))


def _shown(feature: Feature) -> str:
    return one_line(feature.text).strip(" ,;:.")


def _places(passages: Sequence[Unit], labels: Mapping[str, str]) -> str:
    found = []
    for passage in sorted(passages, key=lambda unit: unit.start):
        line = re.sub(r"\A\W*(?:\d+[.)])?\s*", "", one_line(passage.text))
        label = next((label for text, label in labels.items() if text.endswith(line)), "")
        if label:
            found.append(label)
        else:
            where = "in the worked example, " if passage.topic is Topic.EXAMPLE else ""
            found.append(f"{where}“{escape(clip(line, _QUOTED_START), foreign=True)}”")
    return " and ".join((", ".join(found[:-1]), found[-1])) if len(found) > 1 else found[0]


def _with_numbered_steps(read: Sequence[Block], text: str) -> tuple[Block, ...]:
    """Give the first list that the text refers to ("step 4") its numbers, which reading a file loses."""
    if any(block.shape is Shape.NUMBERED for block in read):
        return tuple(read)
    named = {int(match[1]) for match in _STEP.finditer(text)}
    for index, block in enumerate(read):
        if block.shape is Shape.BULLETS and any(1 <= number <= len(block.lines) for number in named):
            return (*read[:index], replace(block, shape=Shape.NUMBERED), *read[index + 1 :])
    return tuple(read)


def _left_out(part: Part) -> Question:
    heading = one_line(part.heading)[:120]
    named = f"The part headed “{heading}”" if heading else "A part without a heading"
    text = f"{named} was not taken into the draft. Does it belong there, and under which section?"
    return Question(topic=Topic.OTHER, gap=Gap.LEFT_OUT, quote=heading, text=text)


def _whole_text() -> Question:
    return Question(
        topic=Topic.OTHER,
        gap=Gap.LEFT_OUT,
        text="The text has no headings, so all of it went into the description. Take out what must not be "
        "published, and move the rest under problem, how it works, example, variants.",
    )

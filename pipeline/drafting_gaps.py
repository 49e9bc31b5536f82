"""What a draft still lacks, as questions: the deterministic half of the enablement and breadth gates.

Order: first what keeps the publication from blocking at all (nothing says how), then what narrows it (no
variants), then wording, then formalities. Amounts follow `quantities`; wording follows `drafting_wording`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import drafting_learning
from pipeline.disclosure import Topic
from pipeline.drafting_aspects import Form, form
from pipeline.drafting_questions import Gap, Question
from pipeline.drafting_sections import plain, variant_lines
from pipeline.drafting_text import Shape, clip, one_line, sentences
from pipeline.drafting_wording import acronyms, drawings, hedges
from pipeline.quantities import quantities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.disclosure import Disclosure, Feature
    from pipeline.drafting_grounding import Grounding
    from pipeline.drafting_sections import Taken

ENOUGH_VALUES: Final = 3
_ENOUGH_KEYWORDS: Final = 3
_MOST: Final = 6
_FEATURE_WORDS: Final = 25
_STRETCH: Final = 4000
_ORDER: Final = re.compile(
    r"\b(?:first(?:ly)?|then|next|subsequently|afterwards|thereafter|finally|before|after|step|once|until)\b",
    re.IGNORECASE,
)
_MEASURED: Final = re.compile(
    r"\b(?P<what>temperature|pressure|length|width|height|depth|diameter|thickness|distance|voltage|current"
    r"|frequency|speed|velocity|duration|delay|interval|mass|force|torque|power|flow rate|viscosity|density)"
    r"\s+(?:of|is|was|=|:)\s+(?:about\s+|approximately\s+)?\d+(?:\.\d+)?(?=\s*(?:[;:)]|[.,](?!\s*\d)|$))",
)


def questions(
    disclosure: Disclosure,
    features: Sequence[Feature],
    taken: Taken,
    found: Sequence[Grounding],
    touched: Mapping[str, Sequence[int]],
) -> Iterator[Question]:
    """Yield the questions about content and wording, the weightiest first."""
    yield from _description(disclosure, features, taken, found)
    yield from _example(taken)
    if drafting_learning.trains(disclosure.text):
        yield from drafting_learning.missing(disclosure.text)
    yield from _breadth(features, taken, touched)
    yield from taken.questions
    for topic in (Topic.HOW, Topic.EXAMPLE, Topic.VARIANTS):
        yield from hedges("\n".join(line for block in taken.of(topic) for line in block.lines), topic)
    yield from _hedged_features(features)
    published = "\n".join(line for read in taken.texts.values() for block in read for line in block.lines)
    yield from acronyms(published)
    yield from drawings(published)
    yield from _formalities(disclosure, taken)


def _description(
    disclosure: Disclosure, features: Sequence[Feature], taken: Taken, found: Sequence[Grounding]
) -> Iterator[Question]:
    if not taken.of(Topic.HOW):
        yield Question(
            topic=Topic.HOW,
            gap=Gap.NO_DESCRIPTION,
            text="How does it work? Describe it so that somebody of the trade could do it: components or "
            "steps, materials, values and ranges, how to make it and how to use it.",
        )
    for grounding in found:
        feature = grounding.feature
        quote = _quoted(feature)
        if not grounding.described and taken.of(Topic.HOW):
            yield Question(
                topic=Topic.HOW,
                feature_id=feature.id,
                gap=Gap.NOT_DESCRIBED,
                quote=quote,
                text=f"How is {feature.id} done? Nothing under “how it works” describes it: “{quote}”",
            )
        elif grounding.values_missing and taken.of(Topic.HOW):
            values = ", ".join(f"“{value}”" for value in grounding.values_missing[:_MOST])
            yield Question(
                topic=Topic.HOW,
                feature_id=feature.id,
                gap=Gap.VALUE_NOT_DESCRIBED,
                quote=quote,
                text=f"{feature.id} names {values}, the description does not. How is it reached, in which "
                "range?",
            )
    telling = _text(taken, Topic.HOW, Topic.EXAMPLE)
    if taken.of(Topic.HOW) and not _measured(telling, ENOUGH_VALUES):
        yield Question(
            topic=Topic.HOW,
            gap=Gap.NO_VALUES,
            text="Which values and ranges work (sizes, times, temperatures, amounts, settings)? Give them "
            "with units; the description holds hardly any.",
        )
    yield from _without_units(telling, training=drafting_learning.trains(disclosure.text))
    steps = sum(form(feature, disclosure.text) is Form.STEP for feature in features)
    listed = any(block.shape in (Shape.NUMBERED, Shape.BULLETS, Shape.CODE) for block in taken.of(Topic.HOW))
    if steps > 1 and taken.of(Topic.HOW) and not listed and not _ORDER.search(telling):
        yield Question(
            topic=Topic.HOW,
            gap=Gap.NO_STEPS,
            text="In which order are the steps carried out, and what starts and ends each? A numbered list "
            "or pseudo-code is best.",
        )


def _without_units(text: str, *, training: bool) -> Iterator[Question]:
    count = 0
    for line in text.split("\n"):
        for match in _MEASURED.finditer(line):
            if count < _MOST and not (training and match["what"].lower() == "temperature"):
                count += 1
                yield Question(
                    topic=Topic.HOW,
                    gap=Gap.NO_UNIT,
                    quote=match[0],
                    text=f"In which unit is “{match[0]}”?",
                )


def _example(taken: Taken) -> Iterator[Question]:
    example = _text(taken, Topic.EXAMPLE)
    if not taken.of(Topic.EXAMPLE):
        yield Question(
            topic=Topic.EXAMPLE,
            gap=Gap.NO_EXAMPLE,
            text="Describe one example, carried out or worked through from start to end, with all its "
            "numbers and what came out.",
        )
    elif not re.search(r"\d", example) and not _measured(example, 1):
        yield Question(
            topic=Topic.EXAMPLE,
            gap=Gap.NO_FIGURES,
            text="The worked example has no figures. Which settings were used, and what was measured?",
        )


def _breadth(
    features: Sequence[Feature], taken: Taken, touched: Mapping[str, Sequence[int]]
) -> Iterator[Question]:
    if not taken.of(Topic.VARIANTS):
        yield Question(
            topic=Topic.VARIANTS,
            gap=Gap.NO_VARIANTS,
            text="Which variants work as well: other materials, ranges, orders, parts left out, fields of "
            "use? Name them singly; a general term does not always cover the particular one.",
        )
    elif variant_lines(taken):
        for feature in features:
            if feature.essential and not touched.get(feature.id):
                yield Question(
                    topic=Topic.VARIANTS,
                    feature_id=feature.id,
                    gap=Gap.NO_ALTERNATIVE,
                    quote=_quoted(feature),
                    text=f"What could stand in for {feature.id}, or can it be left out? “{_quoted(feature)}”",
                )
    for feature in features:
        if feature.novel:
            yield Question(
                topic=Topic.VARIANTS,
                feature_id=feature.id,
                gap=Gap.ALONE,
                quote=_quoted(feature),
                text=f"Does {feature.id} also work without the other features, or with only some of them? "
                f"Say with which: “{_quoted(feature)}”",
            )


def _hedged_features(features: Sequence[Feature]) -> Iterator[Question]:
    for feature in features:
        for question in hedges(one_line(feature.text), Topic.CLAIM):
            yield Question(
                topic=question.topic,
                feature_id=feature.id,
                gap=question.gap,
                quote=question.quote,
                text=question.text,
            )


def _formalities(disclosure: Disclosure, taken: Taken) -> Iterator[Question]:
    asked = (
        (
            not plain((*taken.of(Topic.WHAT), *taken.of(Topic.NEW))),
            Topic.WHAT,
            Gap.NO_SUMMARY,
            "What is it, in three sentences that somebody of a neighbouring trade understands?",
        ),
        (
            not taken.of(Topic.PROBLEM),
            Topic.PROBLEM,
            Gap.NO_PROBLEM,
            "Which technical problem does it solve?",
        ),
        (
            not taken.of(Topic.ADVANTAGES),
            Topic.ADVANTAGES,
            Gap.NO_ADVANTAGES,
            "Which advantages were found, and by how much?",
        ),
        (
            len(disclosure.keywords) < _ENOUGH_KEYWORDS,
            Topic.OTHER,
            Gap.NO_KEYWORDS,
            "Which other words do people use for this and for its parts? An examiner searches with theirs.",
        ),
        (
            not disclosure.classes,
            Topic.OTHER,
            Gap.NO_CLASSES,
            "Which CPC classes fit? Examiners search by class.",
        ),
        (
            not disclosure.inventors,
            Topic.WHO_WHEN,
            Gap.NO_AUTHORS,
            "Who are the authors, as they want to be named? A publication names human authors.",
        ),
    )
    for missing, topic, gap, text in asked:
        if missing:
            yield Question(topic=topic, gap=gap, text=text)


def _measured(text: str, enough: int) -> bool:
    """Tell whether a text gives that many amounts with units or counted things; stops reading at enough."""
    count = 0
    for line in text.split("\n"):
        for begin in range(0, len(line), _STRETCH):
            count += sum(1 for amount in quantities(line[begin : begin + _STRETCH]) if amount.unit)
            if count >= enough:
                return True
    return False


def _text(taken: Taken, *topics: Topic) -> str:
    return "\n".join(line for topic in topics for block in taken.of(topic) for line in block.lines)


def _quoted(feature: Feature) -> str:
    return clip(sentences(one_line(feature.text))[0] if feature.text.strip() else "", _FEATURE_WORDS)

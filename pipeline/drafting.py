"""`compose`: a defensive publication from a disclosure, by rules; what is missing becomes questions.

Decisions
---------
* No language model and no invention: every sentence is the inventor's, a quoted document's, or one of the few
  fixed ones written here. The same disclosure, features and report give the same bytes.
* Claims are not printed; they come back as aspects, said not to be claims.
* Nothing about people, dates or showings is taken over, nor the critical date.
* A draft is never refused for what it lacks. It says what that is, and people decide.
* Alternatives that a machine could think of are asked for, not added: a publication that nobody understood
  and wrote is worth little as prior art.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline import drafting_aspects, drafting_gaps, drafting_known, drafting_sections
from pipeline.disclosure import Topic
from pipeline.drafting_grounding import Grounding, grounded, variants_of
from pipeline.drafting_keywords import keywords
from pipeline.drafting_questions import Gap, Question
from pipeline.drafting_sections import Source
from pipeline.drafting_text import markdown, one_line
from pipeline.drafting_wording import plain_title, publishable
from publications.document import DefensivePublication, SectionName, TextSection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.disclosure import Disclosure, Feature
    from pipeline.drafting_sections import Taken
    from pipeline.novelty import NoveltyReport

__all__ = ["Composition", "Gap", "Grounding", "Question", "Source", "compose"]

_UNDECLARED: Final = "not declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A draft, what it lacks, and where it comes from."""

    publication: DefensivePublication
    questions: tuple[Question, ...]
    """The weightiest first."""
    sources: tuple[Source, ...]
    """Spans of the disclosure's text that were taken over, by section."""
    grounding: tuple[Grounding, ...]
    """For each feature but the preamble, the passages that say how it is done."""


def compose(
    disclosure: Disclosure,
    features: Sequence[Feature],
    report: NoveltyReport | None,
    *,
    licence: str = "CC-BY-4.0",
    contact: str = "",
    ai_use: str = "",
) -> Composition:
    """Draft a publication.

    `report` supplies the known solutions; without one, only those that the inventor names are there. `ai_use`
    is what a person declares about the use of artificial intelligence; empty, it is asked.
    """
    taken = drafting_sections.take(disclosure)
    features, about_features = drafting_sections.take_features(features)
    preamble = drafting_aspects.frame(features, disclosure.text).preamble
    told = [feature for feature in features if feature is not preamble]
    found = grounded(disclosure, told)
    lines = drafting_sections.variant_lines(taken)
    touched = variants_of(told, lines)
    title, about_title = plain_title(disclosure.title)
    publication = DefensivePublication(
        title=title or "Untitled",
        abstract=drafting_sections.abstract(taken, told),
        authors=tuple(one_line(name) for name in disclosure.inventors),
        sections=_sections(disclosure, features, report, taken, found, touched),
        references=drafting_known.references(report, preamble.id if preamble else ""),
        keywords=_keywords(disclosure, features, taken),
        classes=tuple(one_line(symbol) for symbol in disclosure.classes),
        licence=licence,
        contact=one_line(contact),
        ai_use=one_line(ai_use) or _UNDECLARED,
    )
    asked = (
        *drafting_gaps.questions(disclosure, told, taken, found, touched),
        *about_features,
        *about_title,
        *(() if ai_use.strip() else (_asks_ai_use(),)),
    )
    return Composition(
        publication=publication,
        questions=tuple(dict.fromkeys(asked)),
        sources=taken.sources,
        grounding=found,
    )


def _sections(
    disclosure: Disclosure,
    features: Sequence[Feature],
    report: NoveltyReport | None,
    taken: Taken,
    found: Sequence[Grounding],
    touched: dict[str, tuple[int, ...]],
) -> tuple[TextSection, ...]:
    lines = drafting_sections.variant_lines(taken)
    stated = drafting_aspects.aspects(features, lines, disclosure.text)
    about = drafting_aspects.frame(features, disclosure.text).preamble
    preamble = about.id if about else ""
    told = [grounding.feature for grounding in found]
    texts = {
        SectionName.FIELD: drafting_sections.field(disclosure, taken),
        SectionName.KNOWN_SOLUTIONS: drafting_sections.known_solutions(
            drafting_known.known_solutions(report, preamble), taken
        ),
        SectionName.PROBLEM: markdown(taken.of(Topic.PROBLEM)),
        SectionName.SUMMARY: drafting_sections.summary(taken),
        SectionName.DESCRIPTION: drafting_sections.description(taken, found, stated.labels),
        SectionName.EXAMPLE: markdown(taken.of(Topic.EXAMPLE)),
        SectionName.VARIANTS: drafting_sections.variants(taken, told, touched, stated.labels),
        SectionName.ASPECTS: drafting_sections.aspects(stated.texts),
        SectionName.ADVANTAGES: markdown(taken.of(Topic.ADVANTAGES)),
    }
    return tuple(TextSection(name=name, text=text) for name, text in texts.items() if text)


def _keywords(disclosure: Disclosure, features: Sequence[Feature], taken: Taken) -> tuple[str, ...]:
    telling = (Topic.WHAT, Topic.NEW, Topic.HOW, Topic.EXAMPLE, Topic.VARIANTS)
    said = "\n".join(line for topic in telling for block in taken.of(topic) for line in block.lines)
    named = "\n".join((disclosure.title, *(feature.text for feature in features)))
    words = [one_line(word) for entry in disclosure.keywords for word in re.split("[,;]", entry)]
    given = [word for word in words if publishable(word, Topic.OTHER) == (word, ())]
    return keywords(given, f"{said}\n{named}", named)


def _asks_ai_use() -> Question:
    return Question(
        topic=Topic.OTHER,
        gap=Gap.AI_USE,
        text="What did artificial intelligence contribute to the invention or to this text? Declare it, or "
        "declare that it contributed nothing; the publication prints the answer.",
    )

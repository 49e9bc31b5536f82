"""`Question`: what a draft lacks, asked back to the inventor. The text of a question stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.disclosure import Topic


class Gap(StrEnum):
    """Why a question is asked; lets a gate count and a test name it."""

    NO_DESCRIPTION = "no description"
    NOT_DESCRIBED = "feature not described"
    VALUE_NOT_DESCRIBED = "value not described"
    NO_VALUES = "no values with units"
    NO_UNIT = "number without a unit"
    NO_STEPS = "no order of steps"
    NO_EXAMPLE = "no worked example"
    NO_FIGURES = "example without figures"
    NO_VARIANTS = "no variants"
    NO_ALTERNATIVE = "no alternative for a feature"
    ALONE = "point of novelty alone"
    HEDGE = "hedge"
    ACRONYM = "undefined acronym"
    DRAWING = "drawing referred to"
    OWN_NOVELTY = "argues its own novelty"
    CONFIDENTIAL = "confidential marking"
    LEFT_OUT = "part not taken over"
    NO_PROBLEM = "no problem"
    NO_SUMMARY = "no summary"
    NO_ADVANTAGES = "no advantages"
    NO_KEYWORDS = "too few keywords"
    NO_CLASSES = "no classes"
    NO_AUTHORS = "no authors"
    AI_USE = "use of artificial intelligence not declared"
    TRAINING = "training method incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question to the inventor."""

    topic: Topic
    """The part of the disclosure where the answer belongs."""
    feature_id: str | None = None
    text: str
    quote: str = ""
    """The words that caused it, as they stand in the disclosure; outside text, to be escaped."""
    gap: Gap = Gap.LEFT_OUT

"""What a reader needs to repeat a training method, and which of it a disclosure leaves out.

The list follows what reproducibility checklists of the field ask for (data, objective, optimiser and
hyper-parameters, schedule, initialisation, stopping, compute, evaluation, seeds, failure cases). Only what no
passage of the disclosure states is asked, and only of methods that train something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.disclosure import Topic
from pipeline.drafting_questions import Gap, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNS: Final = re.compile(
    r"\b(neural network|deep learning|machine[- ]learning|gradient descent|back-?propagation|loss function"
    r"|(?:label|distillation|contrastive|reconstruction|training) loss|cross[- ]entropy|learning rate"
    r"|mini-?batch(?:es)?|epochs?|fine-?tun\w+|pre-?train\w+|(?:student|teacher) (?:network|model)"
    r"|transformer|convolutional|training (?:set|examples|data|steps|samples)|optimi[sz]er|softmax"
    r"|checkpoints?|embeddings?|weights of (?:the|a) (?:model|network))\b",
    re.IGNORECASE,
)
_TRAINS: Final = re.compile(
    r"\b(?:(?:pre-?|re)?train(?:s|ed|ing)?|fine-?tun(?:e|es|ed|ing)|distill\w+)\b", re.IGNORECASE
)
_ENOUGH_SIGNS: Final = 3
_N: Final = r"\d[\d,.\u202f ]{0,15}(?:k|K|M|B|thousand|million|billion)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A point of the checklist."""

    topic: Topic
    question: str
    stated: tuple[str, ...]
    """Patterns, any of which shows that a text says it."""


_CHECKLIST: Final = (
    _Point(
        topic=Topic.EXAMPLE,
        question="Which training data: source, number of examples, preparation, split?",
        stated=(
            rf"{_N}[\w\s-]{{0,30}}\b(?:examples|samples|images|photographs|documents|sentences|tokens)\b",
            rf"{_N}[\w\s-]{{0,30}}\b(?:records|pairs|utterances|clips|episodes|rows)\b",
        ),
    ),
    _Point(
        topic=Topic.HOW,
        question="Which objective is minimised or maximised? Write the loss with its terms and weights.",
        stated=(
            r"\b(?:loss|objective|reward)\b[^.]{0,120}(?:=|\bis an?\b|\bbetween\b|\bsum of\b|\btimes\b)",
            r"\bminimi[sz]\w+\b[^.]{0,80}\bloss|\bmaximi[sz]\w+\b[^.]{0,80}\b(?:likelihood|reward)",
            r"\b(?:cross[- ]entropy|divergence|mean squared error) (?:loss|between|of|over)\b",
        ),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="Which optimiser, with which settings (momentum, betas, weight decay, clipping)?",
        stated=(
            r"\b(?:stochastic gradient descent|SGD|Adam\w*|RMS-?prop|momentum)\b",
            r"\b(?:Ada(?:grad|delta|factor)|LAMB|L-?BFGS)\b",
        ),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="Which learning rate, and over which range does the method still work?",
        stated=(rf"\blearning rate\b[^.]{{0,40}}{_N}", rf"{_N}[^.]{{0,20}}\blearning rate\b"),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="Which batch size?",
        stated=(
            rf"\b(?:mini-?)?batch(?:es)?\b[^.]{{0,40}}{_N}",
            rf"{_N}[^.]{{0,20}}\b(?:per|in (?:a|each)) (?:mini-?)?batch\b",
        ),
    ),
    _Point(
        topic=Topic.HOW,
        question="Which schedules do the learning rate and other varying settings follow (form, start, end)?",
        stated=(
            r"\b(?:cosine|linear(?:ly)?|exponential|polynomial|warm-?up|anneal\w*|schedule\w*)\b[^.]{0,80}\d",
            r"\d[^.]{0,60}\b(?:half cosine|warm-?up|anneal\w*)\b",
        ),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="How are the weights initialised (at random by which rule, or from which trained model)?",
        stated=(
            r"\binitiali[sz]\w*|\bfrom scratch\b|\brandom weights\b|\bpre-?trained\b",
            r"\bwarm start\w*|\bstart(?:s|ing)? from the weights\b",
        ),
    ),
    _Point(
        topic=Topic.HOW,
        question="When does the training end (number of steps or epochs, or which criterion)?",
        stated=(
            r"\bearly stopping\b|\bstopping criterion\b|\bstops? (?:when|after|as soon)\b",
            r"\buntil (?:the )?(?:loss|convergence|accuracy|validation)\b",
            rf"{_N}\s*(?:training )?(?:steps|epochs|iterations|updates)\b",
        ),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="Which compute did it take (devices, memory, time)?",
        stated=(
            r"\b(?:GPU|TPU|accelerator|graphics card)s?\b[^.]{0,120}\d",
            r"\d[^.]{0,80}\b(?:(?:GPU|TPU|accelerator|graphics card|FLOP)s?|(?:GPU|TPU)[- ]hours)\b",
        ),
    ),
    _Point(
        topic=Topic.HOW,
        question="Which architecture and size have the models (kind of layers, number of parameters)?",
        stated=(
            rf"{_N}\s*(?:parameters|layers|hidden units|channels|heads)\b",
            r"\b(?:layers?|hidden units|channels|heads|ResNet\w*|transformer)\b[^.]{0,40}\d",
        ),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="How was it evaluated (test set, measure, result, compared with what)?",
        stated=(
            r"\b(?:accuracy|F1|AUC|BLEU|ROUGE|perplexity|error rate|recall|precision|mAP)\b[^.]{0,100}\d",
            r"\d[^.]{0,40}\b(?:accuracy|perplexity|error rate|percentage points)\b",
        ),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="How many seeds or repetitions are behind the results, and how far do they spread?",
        stated=(r"\bseeds?\b|\brepetitions\b|\bstandard deviation\b|\bconfidence interval\b",),
    ),
    _Point(
        topic=Topic.EXAMPLE,
        question="In which cases does it fail or not help, and how is that noticed?",
        stated=(
            r"\bfail(?:s|ed|ures?)?\b|\b(?:does|did) not (?:work|help|converge|apply)\b|\bdiverge[sd]\b",
            r"\blimitations?\b|\bbreaks down\b|\bno (?:gain|benefit|improvement)\b",
        ),
    ),
)


def trains(text: str) -> bool:
    """Tell whether a disclosure is about training a model."""
    return bool(_TRAINS.search(text)) and len({m[1].lower() for m in _SIGNS.finditer(text)}) >= _ENOUGH_SIGNS


def missing(text: str) -> Iterator[Question]:
    """Yield a question per point of the checklist that the text does not state."""
    for point in _CHECKLIST:
        if not any(re.search(pattern, text, re.IGNORECASE) for pattern in point.stated):
            yield Question(topic=point.topic, gap=Gap.TRAINING, text=point.question)

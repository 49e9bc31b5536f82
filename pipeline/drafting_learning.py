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
    r"|(?:label|distillation|contrastive|reconstruction|training) loss|cross[- ]entropy|learning rate|mini-?batch(?:es)?"
    r"|epochs?|fine-?tun\w+|pre-?train\w+|student (?:network|model)|teacher (?:network|model)|transformer"
    r"|convolutional|training (?:set|examples|data|steps|samples)|optimi[sz]er|softmax|checkpoints?|embeddings?"
    r"|weights of (?:the|a) (?:model|network))\b",
    re.IGNORECASE,
)
_TRAINS: Final = re.compile(
    r"\b(?:pre-?|re)?train(?:s|ed|ing)?\b|\bfine-?tun(?:e|es|ed|ing)\b|\bdistill\w+\b", re.IGNORECASE
)
_ENOUGH_SIGNS: Final = 3
_N: Final = r"\d[\d,.\u202f ]*(?:\s*(?:k|K|M|B|thousand|million|billion))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A point of the checklist: `stated` finds it in a text."""

    stated: str
    topic: Topic
    question: str


_CHECKLIST: Final = (
    _Item(
        stated=rf"{_N}[\w\s-]{{0,30}}\b(?:examples|samples|images|photographs|documents|sentences|tokens|records"
        r"|pairs|utterances|clips|episodes|rows)\b|\b(?:trained|evaluated) on (?:the )?[A-Z][\w-]+",
        topic=Topic.EXAMPLE,
        question="Which training data: source, number of examples, preparation, split into training, validation and test?",
    ),
    _Item(
        stated=r"\b(?:loss|objective|cross[- ]entropy|divergence|likelihood|mean squared error|reward)\b[^.]{0,120}"
        r"(?:=|\bis an?\b|\bbetween\b|\bsum of\b|\btimes\b|\bminimi[sz])|\bminimi[sz]\w+\b[^.]{0,80}\bloss",
        topic=Topic.HOW,
        question="Which objective is minimised or maximised? Write the loss with all its terms and weights.",
    ),
    _Item(
        stated=r"\b(?:stochastic gradient descent|SGD|Adam\w*|RMS-?prop|Ada(?:grad|delta|factor)|LAMB|Lion|L-?BFGS"
        r"|momentum)\b",
        topic=Topic.EXAMPLE,
        question="Which optimiser, with which settings (momentum, betas, weight decay, clipping)?",
    ),
    _Item(
        stated=rf"\blearning rate\b[^.]{{0,40}}{_N}|{_N}[^.]{{0,20}}\blearning rate\b",
        topic=Topic.EXAMPLE,
        question="Which learning rate, and over which range does the method still work?",
    ),
    _Item(
        stated=rf"\b(?:mini-?)?batch(?:es)?\b[^.]{{0,40}}{_N}|{_N}[^.]{{0,20}}\b(?:per|in (?:a|each)) (?:mini-?)?batch\b",
        topic=Topic.EXAMPLE,
        question="Which batch size?",
    ),
    _Item(
        stated=r"\b(?:cosine|linear(?:ly)?|exponential|polynomial|step|warm-?up|anneal\w*|decay\w*|schedule\w*)\b[^.]{0,80}\d"
        r"|\d[^.]{0,60}\b(?:half cosine|warm-?up|anneal\w*|decay\w*)\b",
        topic=Topic.HOW,
        question="Which schedule do the learning rate and the other varying settings follow (form, start, end, length)?",
    ),
    _Item(
        stated=r"\binitiali[sz]\w*|\bfrom scratch\b|\brandom weights\b|\bpre-?trained\b|\bwarm start\w*|\bstarts? from\b",
        topic=Topic.EXAMPLE,
        question="How are the weights initialised (at random by which rule, or from which trained model)?",
    ),
    _Item(
        stated=rf"\b(?:early stopping|stopping criterion|stops? (?:when|after|as soon)|until (?:the )?(?:loss|convergence"
        rf"|accuracy|validation))|{_N}\s*(?:training )?(?:steps|epochs|iterations|updates)\b",
        topic=Topic.HOW,
        question="When does the training end (number of steps or epochs, or which criterion)?",
    ),
    _Item(
        stated=r"\b(?:GPUs?|TPUs?|accelerators?|processors?|cores|nodes|cluster|graphics cards?)\b[^.]{0,120}\d"
        r"|\d[^.]{0,80}\b(?:GPUs?|TPUs?|accelerators?|cores|hours|FLOPs?)\b",
        topic=Topic.EXAMPLE,
        question="Which compute did it take (devices, memory, time)?",
    ),
    _Item(
        stated=rf"\b(?:layers?|parameters|weights|hidden units|channels|heads|transformer|ResNet\w*|convolution\w*)\b[^.]{{0,40}}\d"
        rf"|{_N}\s*(?:parameters|weights|layers|hidden units|channels|heads)\b",
        topic=Topic.HOW,
        question="Which architecture and size have the models (kind of layers, number of parameters)?",
    ),
    _Item(
        stated=r"\b(?:accuracy|F1|AUC|BLEU|ROUGE|perplexity|error rate|word error|recall|precision|mAP|IoU|score|return)\b"
        r"[^.]{0,100}\d|\d[^.]{0,40}\b(?:accuracy|percent|points|perplexity)\b",
        topic=Topic.EXAMPLE,
        question="How was it evaluated (test set, measure, result, compared with what)?",
    ),
    _Item(
        stated=r"\bseeds?\b|\b(?:runs|repetitions|repeats) with different\b|\bstandard deviation\b|\bconfidence interval\b",
        topic=Topic.EXAMPLE,
        question="How many seeds or repetitions are behind the results, and how far do they spread?",
    ),
    _Item(
        stated=r"\bfail(?:s|ed|ure|ures)?\b|\bdoes not (?:work|help|converge|apply)|\bdid not (?:work|help|converge)"
        r"|\bdiverge[sd]\b|\blimitations?\b|\bbreaks down\b|\bno (?:gain|benefit|improvement)\b",
        topic=Topic.EXAMPLE,
        question="In which cases does it fail or not help, and how is that noticed?",
    ),
)


def trains(text: str) -> bool:
    """Tell whether a disclosure is about training a model."""
    return bool(_TRAINS.search(text)) and len({m[1].lower() for m in _SIGNS.finditer(text)}) >= _ENOUGH_SIGNS


def missing(text: str) -> Iterator[Question]:
    """Yield a question per point of the checklist that the text does not state."""
    for item in _CHECKLIST:
        if re.search(item.stated, text) is None and re.search(item.stated, text, re.IGNORECASE) is None:
            yield Question(topic=item.topic, gap=Gap.TRAINING, text=item.question)

"""A small benchmark that we write ourselves, in BEIR's layout, with identifiers that are hard on a reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.workspace import Workspace
from tests.hash_encoder import hashed

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

_TOPICS = (
    "valve soil moisture probe irrigation emitter",
    "battery coolant plate wax serpentine cell",
    "gripper finger skin slip magnet force",
    "teacher student loss temperature checkpoint bucket",
    "antenna radio window address clock slot",
    "mirror lens beam focus laser aperture",
)
ODD = (
    "US7640598",
    "US7640598B2",
    "a b/ü",
    "D1",
    "d1",
    "d01",
    "../x",
    "💧",
    " lead",
    "RFC 793",
    "0",
    "q\u00a0q",
)
"""Identifiers that a reader would tidy, understand or take for each other."""


def write(folder: Path, name: str, lines: Sequence[Any]) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def topic(number: int) -> str:
    return _TOPICS[number % len(_TOPICS)]


def documents() -> list[dict[str, Any]]:
    """Thirty-six documents of six topics; the first twelve have odd identifiers. Dated by their place."""
    made = []
    for number in range(36):
        words = topic(number).split()
        turned = words[number % 5 :] + words[: number % 5]
        made.append(
            {
                "_id": ODD[number] if number < len(ODD) else f"doc-{number}",
                "title": f"{turned[0]} {turned[1]} {number}",
                "text": f"A {' and a '.join(turned)} work together in design number {number}.",
                "metadata": {"date": f"20{10 + number % 10}-03"},
            }
        )
    return made


def benchmark(folder: Path, *, extra: Sequence[Any] = ()) -> Path:
    """Write the benchmark: twelve questions, each with the documents of its topic as gold."""
    records = documents()
    write(folder, "corpus.jsonl", [*records, *extra])
    questions = [
        {
            "_id": f"q{number}",
            "text": f"{' '.join(topic(number).split()[:4])} design {number}",
            "metadata": {"date": "2015-06"},
        }
        for number in range(12)
    ]
    write(folder, "queries.jsonl", questions)
    gold = [
        f"q{number}\t{record['_id']}\t{2 if place == number else 1}"
        for number in range(12)
        for place, record in enumerate(records)
        if place % 6 == number % 6
    ]
    write(folder, "qrels/test.tsv", ["query-id\tcorpus-id\tscore", *gold])
    return folder


def finish(work: Generator[Any, None, Any]) -> Any:  # noqa: ANN401 - whatever the work returns
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.fixture
def hashed_words(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, object]:
    """Let every workspace encode by the tests' tiny encoders."""
    monkeypatch.setattr(Workspace, "_encoders", lambda _: hashed())
    return {}

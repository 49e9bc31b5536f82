"""Workspaces for the tests of the browser face: three people, a small corpus, an invention."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pipeline.disclosure import Topic
from pipeline.intake import from_answers
from pipeline.people import Person, Role
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.disclosure import Disclosure

INES = Person(id="ines", name="Ines Marlow", roles=frozenset({Role.INVENTOR}))
MARA = Person(id="mara", name="Mara Quill", roles=frozenset({Role.MANAGER}))
REX = Person(id="rex", name="Rex Odell", roles=frozenset({Role.REVIEWER}))

TITLE = "Drip line that flushes itself when its flow falls"
CLAIM = (
    "A method of irrigating, comprising: (a) measuring a flow in a drip line every 10 minutes; "
    "(b) comparing the flow with a threshold of 2 l/h; and (c) opening a flush valve for at least 20 s when "
    "the flow is below the threshold, wherein the flush valve is at the far end of the drip line."
)
HOW = (
    "A controller measures the flow in the drip line every 10 minutes with a turbine sensor. It compares "
    "the flow with a threshold of 2 l/h. When the flow is below the threshold, the controller opens a flush "
    "valve at the far end of the drip line for 25 s, so that sediment leaves the line. A supply pressure of "
    "0.8 bar is kept meanwhile."
)
_DOCUMENTS = """
US-9900001-B2 | 2016-03-08 | Irrigation controller with flow sensing
A flow sensor measures the flow in each drip line every 10 minutes. The controller compares the measured
flow with a threshold of 2 l/h and raises an alarm when the flow is below the threshold. The alarm is shown
on a panel. The sensor is a turbine with a pulse output of 60 pulses per litre.

US-9900002-B1 | 2018-07-17 | Flush valve for irrigation laterals
A flush valve is arranged at the far end of a drip line. At the start of each irrigation cycle the flush
valve opens for at least 20 s, and sediment is carried out of the lateral before the pressure rises.

US-9900003-A1 | 2019-11-14 | Pressure-compensating emitter
An emitter holds its discharge constant between 0.5 and 3 bar by means of a silicone membrane over a
labyrinth channel. The emitter is welded into the wall of the pipe.

arXiv:2101.90001v1 | 2021-01-12 | Learning to predict clogging in micro-irrigation
We train a gradient-boosted model on flow and pressure to predict emitter clogging a week ahead. The
sampling interval is 30 minutes and the data come from four orchards.

US-9900005-B2 | 2024-05-01 | Self-flushing drip lateral
A flush valve at the far end of a drip line opens for 20 s when a measured flow is below a threshold of
2 l/h, the flow being measured every 10 minutes.
"""
"""Public on the critical date itself: the last one, which therefore never counts."""


def clock() -> datetime:
    """Return the present instant: jobs compare it with the worker's."""
    return datetime.now(UTC)


def invention(title: str = TITLE) -> Disclosure:
    """Return the disclosure that the tests use."""
    answers = {
        Topic.WHAT: "A drip line for irrigation with a valve that flushes it.",
        Topic.PROBLEM: "Drip lines clog with sediment, and nobody notices until plants die.",
        Topic.NEW: "The line flushes itself when its own flow falls.",
        Topic.HOW: HOW,
        Topic.SHOWN: "no",
        Topic.CLAIM: CLAIM,
        Topic.EXAMPLE: "In a line of 80 m the flow fell to 1.4 l/h; after one flush of 25 s it was 2.6 l/h.",
        Topic.VARIANTS: "The valve may be a pinch valve.\n\nThe flow may be inferred from a pressure drop.",
    }
    return from_answers(title, answers, inventors=(INES.name,), critical_date=date(2024, 5, 1))


def _lines() -> Iterator[str]:
    for block in _DOCUMENTS.strip().split("\n\n"):
        head, text = block.split("\n", 1)
        key, day, title = (part.strip() for part in head.split("|"))
        yield json.dumps({"id": key, "date": day, "title": title, "text": " ".join(text.split())})


def new_workspace(folder: Path, *, corpus: bool = False) -> Workspace:
    """Make a workspace with the three people and, if asked for, the small corpus."""
    workspace = Workspace.init(folder, clock=clock)
    for person in (INES, MARA, REX):
        workspace.add_person(person, by="setup")
    if corpus:
        from pipeline.ingestion import ingest

        file = folder / "documents.jsonl"
        file.write_text("\n".join(_lines()) + "\n", encoding="utf-8")
        for _ in ingest(workspace.corpus, "jsonl", [file], clock=clock):
            pass
    return workspace

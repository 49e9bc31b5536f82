"""Three people, a disclosure and a release of it: what the attacks on review and release start from."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline import store_drafts
from pipeline.errors import RefusedError
from pipeline.intake import read_disclosure
from pipeline.people import Person, Role
from pipeline.workspace import Workspace
from publications import bundle

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from pipeline.publishing import Published
    from pipeline.store_drafts import DraftCase

ADA = Person(id="ada", name="Ada Fern", roles=frozenset({Role.INVENTOR, Role.REVIEWER}))
MAX = Person(id="max", name="Max Orlov", roles=frozenset({Role.MANAGER, Role.REVIEWER}))
RHEA = Person(id="rhea", name="Rhea Tamm", roles=frozenset({Role.REVIEWER}))
EXIT_REFUSED = 4
LATER = datetime(2026, 3, 1, 13, tzinfo=UTC)
"""An hour after the clock of the `workspace` fixture begins."""

TEXT = """---
title: Valve controller
inventors: [Ada Fern, Zoë Karlsson-Brandt]
---
## How it works

A soil moisture probe is read every 10 minutes. A latching valve is opened below 22 % and closed after 90 s by
a processor, whatever the radio says.

## Claim

A controller for irrigation, comprising: a soil moisture probe; a latching valve; and a processor that closes
the valve after 90 s.
"""


def staffed(workspace: Workspace) -> Workspace:
    for person in (ADA, MAX, RHEA):
        workspace.add_person(person, by="ada")
    return workspace


def submitted(office: Workspace, folder: Path) -> DraftCase:
    path = folder / "idea.md"
    path.write_text(TEXT, encoding="utf-8")
    case = office.publishing.draft(office.cases.add(read_disclosure(path), ADA), MAX)
    return office.publishing.submit(case.id, MAX)


def approved(office: Workspace, folder: Path) -> DraftCase:
    case = submitted(office, folder)
    return office.publishing.approve(case.id, RHEA, case.publication.digest)


def released(office: Workspace, case: DraftCase) -> Published:
    work = office.publishing.publish(case.id, RHEA, case.publication.digest)
    while True:
        try:
            next(work)
        except StopIteration as end:
            published: Published = end.value
            return published


def approving(folder: Path, barrier: Barrier, number: str, digest: str) -> None:
    with Workspace.open(folder) as office:
        barrier.wait(30)
        try:
            office.publishing.approve(number, RHEA, digest)
        except RefusedError:
            os._exit(EXIT_REFUSED)
    os._exit(0)


def revising(folder: Path, barrier: Barrier, number: str, digest: str) -> None:
    with Workspace.open(folder) as office:
        text = replace(office.publishing.get(number).publication, title="Edited")
        barrier.wait(30)
        office.publishing.revise(number, text, MAX, seen=digest)
    os._exit(0)


def releasing_until(folder: Path, number: str, digest: str, name: str, count: int) -> None:
    """Release in a process that is killed at the `count`-th call of one function, before or after it."""

    module = {"rename": os, "fsync": os, "reserve": store_drafts, "update_publication": store_drafts,
              "save": store_drafts, "add_stamp": bundle, "build": bundle}[name]  # fmt: skip
    real, calls = getattr(module, name), iter(range(10**6))

    def deadly(*arguments: object, **named: object) -> object:
        call = next(calls)
        if call == count // 2 and count % 2 == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if call == count // 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, deadly)
    with Workspace.open(folder, clock=lambda: LATER) as office:
        for _ in office.publishing.publish(number, RHEA, digest):
            pass
    os._exit(0)

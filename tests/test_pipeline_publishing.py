"""Drafts, review and release through the service: what the browser and the terminal both stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline import store_events
from pipeline.cases import NoCriticalDateError, StaleFeaturesError, UnknownCaseError, UnknownReportError
from pipeline.corpus import Corpus
from pipeline.decompose import NoFeaturesError
from pipeline.errors import RefusedError
from pipeline.intake import read_disclosure
from pipeline.publishing import AlreadyPublishedError, Published, StaleDraftError, UnknownDraftError
from pipeline.review import Action, State
from pipeline.workspace import Workspace
from publications import bundle
from publications.errors import PublicationError
from publications.verify import verify
from tests.hash_encoder import hashed
from tests.openssl_authority import REPLY, OpensslAuthority, served
from tests.release_office import ADA, MAX, RHEA, staffed

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.people import Person
    from pipeline.store_drafts import DraftCase

TEXT = """---
title: Valve controller
inventors: [Ada Fern]
---
## Problem

Valves are left open when a radio link breaks.

## How it works

A soil moisture probe is read every 10 minutes. A latching valve is opened below 22 % and closed after 90 s by
a processor, whatever the radio says.

## Claim

A controller for irrigation, comprising: a soil moisture probe; a latching valve; and a processor that closes
the valve after 90 s.
"""


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    """A workspace with the small encoder and three people."""
    workspace.__dict__["corpus"] = Corpus(workspace.store, workspace.folder / "index", hashed())
    return staffed(workspace)


def _case(office: Workspace, tmp_path: Path) -> str:
    path = tmp_path / "idea.md"
    path.write_text(TEXT, encoding="utf-8")
    return office.cases.add(read_disclosure(path), ADA)


def _draft(office: Workspace, tmp_path: Path) -> DraftCase:
    return office.publishing.draft(_case(office, tmp_path), MAX)


def _publish(office: Workspace, number: str, actor: Person, digest: str) -> Published:
    work = office.publishing.publish(number, actor, digest)
    while True:
        try:
            next(work)
        except StopIteration as end:
            published: Published = end.value
            return published


def _approved(office: Workspace, tmp_path: Path) -> DraftCase:
    case = _draft(office, tmp_path)
    office.publishing.submit(case.id, MAX)
    return office.publishing.approve(case.id, RHEA, case.publication.digest)


def test_features_saved_over_somebody_elses_are_refused(office: Workspace, tmp_path: Path) -> None:
    number = _case(office, tmp_path)
    found = office.cases.features(number)
    changed = (replace(found.features[0], novel=True), *found.features[1:])
    assert office.cases.set_features(number, changed, ADA, seen=found.version) == found.version + 1
    with pytest.raises(StaleFeaturesError, match="somebody else"):
        office.cases.set_features(number, found.features, MAX, seen=found.version)
    assert office.cases.features(number).features == changed


def test_a_text_without_an_invention_stores_nothing(office: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("# Minutes\n\nWe had coffee. It was nice.\n", encoding="utf-8")
    with pytest.raises(NoFeaturesError, match="no invention found"):
        office.cases.add(read_disclosure(path), ADA)
    assert office.cases.list() == ()


def test_an_assessment_asks_for_a_date_rather_than_guess_one(office: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NoCriticalDateError, match="critical-date"):
        next(office.cases.assess(_case(office, tmp_path), ADA))


def test_unknown_numbers_are_named(office: Workspace) -> None:
    with pytest.raises(UnknownCaseError, match="D-7777"):
        office.cases.get("D-7777")
    with pytest.raises(UnknownReportError, match="D-7777"):
        office.cases.report("D-7777")
    with pytest.raises(UnknownDraftError, match="DR-7777"):
        office.publishing.get("DR-7777")


def test_neither_drafter_nor_inventor_may_approve_and_both_are_told_why(
    office: Workspace, tmp_path: Path
) -> None:
    case = _draft(office, tmp_path)
    office.publishing.submit(case.id, MAX)
    for person in (MAX, ADA):
        assert Action.APPROVE not in office.publishing.allowed(case.id, person)
        with pytest.raises(RefusedError, match=person.id):
            office.publishing.approve(case.id, person, case.publication.digest)
    assert Action.APPROVE in office.publishing.allowed(case.id, RHEA)


def test_an_edit_voids_the_approval_and_a_stale_edit_is_refused(office: Workspace, tmp_path: Path) -> None:
    case = _approved(office, tmp_path)
    assert case.draft.state is State.APPROVED
    changed = replace(case.publication, title="A valve that closes by itself")
    revised = office.publishing.revise(case.id, changed, MAX, seen=case.publication.digest)
    assert revised.draft.state is State.DRAFT
    assert revised.draft.approvals == ()
    with pytest.raises(RefusedError):
        _publish(office, case.id, RHEA, case.publication.digest)
    with pytest.raises(RefusedError):
        _publish(office, case.id, RHEA, changed.digest)
    with pytest.raises(StaleDraftError):
        office.publishing.revise(case.id, case.publication, MAX, seen=case.publication.digest)
    assert office.publishing.revision(case.id, 1) == case.publication
    assert office.publishing.revision(case.id, 2) == changed


def test_what_is_published_is_what_was_approved_once(office: Workspace, tmp_path: Path) -> None:
    case = _approved(office, tmp_path)
    published = _publish(office, case.id, RHEA, case.publication.digest)
    source = (published.folder / "data" / "source" / "disclosure.json").read_bytes()
    import hashlib

    assert hashlib.sha256(source).hexdigest() == case.publication.digest
    result = office.publishing.verify(published.folder)
    assert result.valid
    assert result.self_issued
    assert office.publishing.get(case.id).draft.state is State.PUBLISHED
    with pytest.raises(AlreadyPublishedError, match=published.identifier):
        _publish(office, case.id, RHEA, case.publication.digest)
    assert [line.complete for line in office.publishing.publications()] == [True]
    with office.store.read() as connection:
        actions = [line.action for line in store_events.of_subject(connection, case.id)]
        assert store_events.faults(connection) == ()
    assert actions == ["drafted", "submitted", "approved", "release begun", "published"]


@pytest.mark.parametrize("steps", range(1, 6))
def test_a_release_stopped_after_any_step_goes_on_to_one_publication(
    office: Workspace, tmp_path: Path, steps: int
) -> None:
    case = _approved(office, tmp_path)
    work = office.publishing.publish(case.id, RHEA, case.publication.digest)
    for _ in range(steps):
        next(work)
    work.close()
    published = _publish(office, case.id, RHEA, case.publication.digest)
    assert published.identifier.endswith("000001v1")
    assert [path.name for path in (office.folder / "published").iterdir()] == [published.identifier]
    assert verify(published.folder).valid
    assert len(office.publishing.publications()) == 1


def test_a_stamp_that_cannot_be_had_keeps_the_release_open(
    office: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _approved(office, tmp_path)
    real = bundle.add_stamp

    class FullError(PublicationError):
        pass

    def broken(*_: object) -> None:
        raise FullError("no space left")

    monkeypatch.setattr(bundle, "add_stamp", broken)
    with pytest.raises(FullError):
        _publish(office, case.id, RHEA, case.publication.digest)
    assert office.publishing.get(case.id).draft.state is State.APPROVED
    monkeypatch.setattr(bundle, "add_stamp", real)
    assert _publish(office, case.id, RHEA, case.publication.digest).complete


def test_a_required_authority_that_is_down_keeps_the_release_open_until_it_answers(tmp_path: Path) -> None:
    authority = OpensslAuthority.make(tmp_path / "ca", rsa_with_intermediate=True)
    folder = tmp_path / "workspace"
    Workspace.init(folder).close()
    (folder / "root.pem").write_bytes(authority.root_pem)

    def opened(url: str) -> Workspace:
        (folder / "antedate.toml").write_text(
            "[publication]\nrequired = 1\n[[publication.authorities]]\n"
            f'name = "outside"\nurl = "{url}"\nroot_file = "root.pem"\n',
            encoding="utf-8",
        )
        return Workspace.open(folder)

    with served(lambda query: (200, REPLY, authority.reply(query))) as gone:
        pass
    with opened(gone) as office:
        for person in (ADA, MAX, RHEA):
            office.add_person(person, by="ada")
        case = _approved(office, tmp_path)
        first = _publish(office, case.id, RHEA, case.publication.digest)
        assert not first.complete
        assert office.publishing.get(case.id).draft.state is State.APPROVED
        assert [line.complete for line in office.publishing.publications()] == [False]
    with (
        served(lambda query: (200, REPLY, authority.reply(query))) as there,
        opened(there) as office,
    ):
        second = _publish(office, case.id, RHEA, case.publication.digest)
        assert (second.identifier, second.complete) == (first.identifier, True)
        assert office.publishing.get(case.id).draft.state is State.PUBLISHED
        result = office.publishing.verify(second.folder)
    assert result.valid
    assert not result.self_issued
    assert sorted(path.name for path in (second.folder / "evidence").iterdir()) == [
        "tsa-local",
        "tsa-outside",
    ]

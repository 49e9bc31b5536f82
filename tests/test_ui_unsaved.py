"""Nothing written is lost, nothing is decided about a text that was not shown: reloads and stale tabs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pipeline.review import State
from tests.ui_pages import open_page, press, words
from tests.ui_workspace import CLAIM, INES, MARA, REX, invention

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from pipeline.store_drafts import DraftCase
    from pipeline.workspace import Workspace


def _new(person: str = "ines") -> AppTest:
    return open_page("new", **{"as": person})


def _features(person: str = "ines") -> AppTest:
    return open_page("case", id="D-0001", view="features", **{"as": person})


def _draft(person: str = "mara") -> AppTest:
    return open_page("case", id="D-0001", view="draft", **{"as": person})


def _submitted(face: Workspace) -> DraftCase:
    face.cases.add(invention(), INES)
    draft = face.publishing.draft("D-0001", MARA)
    return face.publishing.submit(draft.id, MARA)


def _revised(face: Workspace, draft: DraftCase, title: str) -> DraftCase:
    seen = draft.publication.digest
    return face.publishing.revise(draft.id, replace(draft.publication, title=title), MARA, seen=seen)


# -- a reload ---------------------------------------------------------------------------------------


def test_an_unsaved_disclosure_survives_a_reload_for_its_writer_alone_and_goes_when_saved(
    face: Workspace,
) -> None:
    page = _new()
    page.text_input(key="new-title").set_value("A drip line").run()
    page.text_area(key="new-CLAIM").set_value(CLAIM).run()
    page.date_input(key="new-date").set_value(date(2024, 5, 1)).run()
    again = _new()
    assert again.text_input(key="new-title").value == "A drip line"
    assert again.text_area(key="new-CLAIM").value == CLAIM
    assert str(again.date_input(key="new-date").value) == "2024-05-01"
    assert _new("mara").text_input(key="new-title").value == ""
    press(again, "Save and go to its features")
    assert face.cases.get("D-0001").disclosure.title == "A drip line"
    assert face.unsaved.get(INES, "new") == {}
    assert _new().text_input(key="new-title").value == ""


def test_the_form_is_emptied_for_good(face: Workspace) -> None:
    page = _new()
    page.text_input(key="new-title").set_value("A drip line").run()
    press(page, "Empty the form")
    assert page.text_input(key="new-title").value == ""
    assert _new().text_input(key="new-title").value == ""


def test_unsaved_features_survive_a_reload_and_are_not_saved_over_another_version(face: Workspace) -> None:
    face.cases.add(invention(), INES)
    page = _features()
    page.text_area[0].set_value("mine").run()
    again = _features()
    assert again.text_area[0].value == "mine"
    assert "Unsaved changes" in words(again)
    assert _features("mara").text_area[0].value != "mine"
    face.cases.set_features("D-0001", face.cases.features("D-0001").features[:3], MARA)
    later = _features()
    assert later.text_area[0].value == "mine"
    press(later, "Save features")
    assert any("changed by somebody else" in error.value for error in later.error)
    press(later, "Drop my changes")
    assert len(face.cases.features("D-0001").features) == 3
    assert _features().text_area[0].value != "mine"


def test_an_unsaved_draft_survives_a_reload_and_is_saved_from_there(face: Workspace) -> None:
    face.cases.add(invention(), INES)
    draft = face.publishing.draft("D-0001", MARA)
    page = _draft()
    page.text_input[0].set_value("Mine").run()
    again = _draft()
    assert again.text_input[0].value == "Mine"
    press(again, "Save as a new revision")
    assert face.publishing.get(draft.id).publication.title == "Mine"
    assert face.unsaved.get(MARA, "draft DR-0001") == {}
    assert "All changes are saved" in words(_draft())


def test_a_draft_restored_on_an_older_revision_is_not_saved_over_the_newer_one(face: Workspace) -> None:
    face.cases.add(invention(), INES)
    draft = face.publishing.draft("D-0001", MARA)
    _draft().text_input[0].set_value("Mine").run()
    _revised(face, draft, "Theirs")
    again = _draft()
    assert again.text_input[0].value == "Mine"
    press(again, "Save as a new revision")
    assert any("changed by somebody else" in error.value for error in again.error)
    assert face.publishing.get(draft.id).publication.title == "Theirs"
    press(again, "Drop my changes")
    assert again.text_input[0].value == "Theirs"


# -- a stale tab ------------------------------------------------------------------------------------


def test_a_click_on_a_text_that_changed_meanwhile_decides_nothing(face: Workspace) -> None:
    draft = _submitted(face)
    for button in ("Approve", "Ask for changes"):
        page = open_page("review", id=draft.id, **{"as": "rex"})
        newest = face.publishing.get(draft.id)
        _revised(face, newest, f"Text after {button}")
        face.publishing.submit(draft.id, MARA)
        press(page, button)
        assert any("nothing was done" in warning.value for warning in page.warning)
        assert not page.get("dialog")
        assert face.publishing.get(draft.id).draft.state is State.IN_REVIEW
    press(page, "Approve")
    assert not page.warning
    assert page.get("dialog")


def test_submitting_hands_over_only_the_revision_that_was_shown(face: Workspace) -> None:
    face.cases.add(invention(), INES)
    draft = face.publishing.draft("D-0001", MARA)
    page = _draft()
    _revised(face, draft, "Theirs")
    press(page, "Submit for review")
    assert any("nothing was done" in warning.value for warning in page.warning)
    assert face.publishing.get(draft.id).draft.state is State.DRAFT
    press(page, "Submit for review")
    assert face.publishing.get(draft.id).draft.state is State.IN_REVIEW


def test_nobody_approves_from_a_page_after_their_role_was_taken(face: Workspace) -> None:
    draft = _submitted(face)
    page = open_page("review", id=draft.id, **{"as": "rex"})
    face.add_person(replace(REX, roles=frozenset()), by="admin")
    page.run()
    assert not any(button.label == "Approve" for button in page.button)

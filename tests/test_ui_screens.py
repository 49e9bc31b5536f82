"""The pages' logic through Streamlit's own AppTest."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.browser import ROOT
from tests.ui_pages import open_page, press, words
from tests.ui_workspace import CLAIM, INES, MARA, REX, TITLE, invention
from ui.headers import answer_published
from ui.screens import publications
from ui.screens.worklist import worklist

if TYPE_CHECKING:
    from pipeline.store_drafts import PublishedLine
    from pipeline.workspace import Workspace

HOSTILE = '<img src=x onerror=alert(1)> :red[x] ![p](http://evil.example/p.png) $a$ "q" [l](javascript:x)'


@pytest.fixture
def workspace(face: Workspace) -> Workspace:
    return face


def published(workspace: Workspace) -> PublishedLine:
    """Take the invention to its publication, without the browser."""
    workspace.cases.add(invention(), INES)
    draft = workspace.publishing.draft("D-0001", MARA)
    digest = draft.publication.digest
    workspace.publishing.submit(draft.id, MARA)
    workspace.publishing.approve(draft.id, REX, digest)
    for _ in workspace.publishing.publish(draft.id, MARA, digest):
        pass
    (line,) = workspace.publishing.publications()
    return line


def test_the_first_page_says_what_to_do_first_and_who_is_acting(workspace: Workspace) -> None:
    page = open_page()
    said = words(page)
    assert "Nothing here yet" in said
    assert "antedate ingest" in said
    assert "no login" in said


def test_the_address_chooses_who_is_acting_and_the_face_keeps_it(workspace: Workspace) -> None:
    page = open_page(**{"as": "rex"})
    assert page.sidebar.selectbox[0].value == "rex"
    assert page.query_params["as"] == "rex"
    assert open_page(**{"as": "nobody"}).session_state["actor"] != "nobody"


def test_a_person_is_added_with_roles_and_a_bad_short_name_is_refused(workspace: Workspace) -> None:
    page = open_page()
    name, short = page.sidebar.text_input[0], page.sidebar.text_input[1]
    name.set_value("Tom Ash")
    short.set_value("../tom")
    press(page, "Add")
    assert any("short name" in error.value for error in page.error)
    page.sidebar.text_input[1].set_value("tom")
    page.sidebar.text_input[0].set_value("Tom Ash")
    press(page, "Add")
    assert workspace.person("tom").name == "Tom Ash"


def test_answers_become_a_case_with_features(workspace: Workspace) -> None:
    page = open_page("new", **{"as": "ines"})
    page.text_input(key="new-title").set_value(TITLE)
    page.text_area(key="new-CLAIM").set_value(CLAIM)
    page.text_area(key="new-inventors").set_value("Ines Marlow\n\nTom Ash")
    page.run()
    press(page, "Save and go to its features")
    case = workspace.cases.get("D-0001")
    assert case.owner == "ines"
    assert case.disclosure.inventors == ("Ines Marlow", "Tom Ash")
    assert len(workspace.cases.features("D-0001").features) >= 4


def test_a_showing_is_flagged_and_an_empty_form_is_refused_in_a_sentence(workspace: Workspace) -> None:
    page = open_page("new", **{"as": "ines"})
    page.text_area(key="new-SHOWN").set_value("poster on 2024-02-10").run()
    assert any("not legal advice" in warning.value for warning in page.warning)
    page.text_input(key="new-title").set_value("Empty").run()
    page.text_area(key="new-SHOWN").set_value("").run()
    press(page, "Save and go to its features")
    assert page.error
    assert workspace.cases.list() == ()


def test_a_hostile_title_is_shown_as_text(workspace: Workspace) -> None:
    workspace.cases.add(invention(HOSTILE), INES)
    for path, parameters in (("", {}), ("case", {}), ("case", {"id": "D-0001"})):
        page = open_page(path, **parameters, **{"as": "ines"})
        raw = "\n".join(element.body for element in page.html)
        assert "<img" not in raw
        assert html.escape(HOSTILE) in raw
        assert not any("evil" in element.value for element in page.markdown)


def test_features_are_edited_split_removed_and_saved(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    before = workspace.cases.features("D-0001").features
    page = open_page("case", id="D-0001", **{"as": "ines"})
    areas = [area for area in page.text_area if area.label.endswith(" text")]
    areas[1].set_value("measuring a flow\nin a drip line").run()
    splits = [button for button in page.button if button.label == "Split"]
    splits[1].click().run()
    removes = [button for button in page.button if button.label == "Remove"]
    removes[-1].click().run()
    press(page, "Save features")
    after = workspace.cases.features("D-0001")
    assert after.version == 2
    assert after.by == "ines"
    assert [f.text for f in after.features][1:3] == ["measuring a flow", "in a drip line"]
    assert len(after.features) == len(before)
    assert len({f.id for f in after.features}) == len(after.features)


def test_features_saved_by_somebody_else_are_not_overwritten(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    page = open_page("case", id="D-0001", **{"as": "ines"})
    page.text_area[0].set_value("mine").run()
    saved = workspace.cases.features("D-0001").features
    workspace.cases.set_features("D-0001", saved[:3], MARA)
    press(page, "Save features")
    assert any("changed by somebody else" in error.value for error in page.error)
    assert workspace.cases.features("D-0001").features == saved[:3]
    press(page, "Drop my changes")
    assert len([area for area in page.text_area if area.label.endswith(" text")]) == 3


def test_unsaved_features_are_never_compared(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    page = open_page("case", id="D-0001", **{"as": "ines"})
    page.text_area[0].set_value("mine").run()
    assert next(button for button in page.button if button.label.startswith("Compare")).disabled


def test_comparing_queues_a_job_for_the_worker(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    page = open_page("case", id="D-0001", **{"as": "ines"})
    press(page, "Compare with the corpus")
    (job,) = workspace.jobs.of("D-0001")
    assert (job.kind, job.by, job.arguments) == ("assess", "ines", {"critical_date": "2024-05-01"})
    assert (
        "waiting" in worklist(workspace, INES).others[0].why
        or "running" in worklist(workspace, INES).others[0].why
    )


def test_an_unknown_case_is_a_sentence(workspace: Workspace) -> None:
    page = open_page("case", id="D-9999")
    assert any("D\\-9999" in error.value for error in page.error)


def test_a_draft_goes_from_the_manager_to_the_reviewer_and_each_sees_it_waiting(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    page = open_page("case", id="D-0001", view="draft", **{"as": "ines"})
    assert not any(button.label == "Make the draft" for button in page.button)
    page = open_page("case", id="D-0001", view="draft", **{"as": "mara"})
    press(page, "Make the draft")
    assert [item.action for item in worklist(workspace, MARA).mine] == ["Finish it"]
    page.text_input[0].set_value("A drip line that flushes itself").run()
    assert next(b for b in page.button if b.label == "Submit for review").disabled
    press(page, "Save as a new revision")
    assert workspace.publishing.get("DR-0001").publication.title == "A drip line that flushes itself"
    press(page, "Submit for review")
    assert [item.action for item in worklist(workspace, REX).mine] == ["Review it"]
    assert [item.action for item in worklist(workspace, MARA).others] == ["Read it"]
    assert "Nothing waits" not in words(open_page("review", **{"as": "rex"}))


@pytest.mark.parametrize("person", ["ines", "mara"])
def test_who_wrote_it_has_no_buttons_and_is_told_why(workspace: Workspace, person: str) -> None:
    workspace.cases.add(invention(), INES)
    draft = workspace.publishing.draft("D-0001", MARA)
    workspace.publishing.submit(draft.id, MARA)
    page = open_page("review", id=draft.id, **{"as": person})
    assert not {"Approve", "Ask for changes", "Publish"} & {button.label for button in page.button}
    assert "may not approve" in words(page).replace("\\", "")
    page = open_page("review", id=draft.id, **{"as": "rex"})
    enabled = {button.label for button in page.button if not button.disabled}
    assert {"Approve", "Ask for changes"} <= enabled
    assert "Publish" not in enabled


def test_the_text_under_review_is_rendered_by_the_one_renderer(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    draft = workspace.publishing.draft("D-0001", MARA)
    abstract = "An *abstract* <script>alert(1)</script> ![x](http://evil.example/x.png)"
    workspace.publishing.revise(
        draft.id, replace(draft.publication, abstract=abstract), MARA, seen=draft.publication.digest
    )
    page = open_page("review", id=draft.id, **{"as": "rex"})
    body = "\n".join(element.body for element in page.html)
    assert "<em>abstract</em>" in body
    assert "<script" not in body
    assert "<img" not in body
    assert "evil.example/x.png" not in re.sub(r"<[^>]*>", "", body) or "src=" not in body


def test_a_draft_saved_by_somebody_else_is_not_overwritten(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    draft = workspace.publishing.draft("D-0001", MARA)
    page = open_page("case", id="D-0001", view="draft", **{"as": "mara"})
    page.text_input[0].set_value("Mine").run()
    theirs = replace(draft.publication, title="Theirs")
    workspace.publishing.revise(draft.id, theirs, INES, seen=draft.publication.digest)
    press(page, "Save as a new revision")
    assert any("changed by somebody else" in error.value for error in page.error)
    assert workspace.publishing.get(draft.id).publication.title == "Theirs"
    press(page, "Drop my changes")
    assert page.text_input[0].value == "Theirs"


@pytest.mark.parametrize(
    ("name", "data"),
    [("broken.pdf", b"%PDF-1.7 and no more"), ("broken.docx", b"PK no zip"), ("empty.md", b"")],
)
def test_a_file_that_cannot_be_read_is_a_sentence(workspace: Workspace, name: str, data: bytes) -> None:
    page = open_page("new", **{"as": "ines"})
    page.file_uploader[0].upload(name, data).run()
    assert len(page.error) == 1
    assert page.text_input(key="new-title").value == ""


def test_a_file_fills_the_answers_and_marks_them(workspace: Workspace) -> None:
    page = open_page("new", **{"as": "ines"})
    text = "---\ntitle: A pump\ncritical_date: 2024-05-01\n---\n## Problem\nIt leaks.\n"
    page.file_uploader[0].upload("../../etc/pump.md", text.encode()).run()
    assert page.text_input(key="new-title").value == "A pump"
    assert page.text_area(key="new-PROBLEM").value == "It leaks."
    assert page.text_area(key="new-PROBLEM").label.endswith("(from file, check)")
    assert not page.text_area(key="new-HOW").label.endswith("(from file, check)")


def test_a_failed_job_says_why_where_it_was_asked_for(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    draft = workspace.publishing.draft("D-0001", MARA)
    workspace.jobs.queue("publish", draft.id, MARA, digest=draft.publication.digest)
    assert workspace.jobs.run_next()
    page = open_page("review", id=draft.id, **{"as": "mara"})
    assert any("Publishing failed" in error.value for error in page.error)


def test_a_publication_is_verified_and_a_changed_byte_is_plainly_not_valid(workspace: Workspace) -> None:
    line = published(workspace)
    page = open_page("publications", id=publications.name(line), **{"as": "rex"})
    press(page, "Verify")
    said = words(page)
    assert "Valid: every check below holds." in said
    assert "proves nothing to a third party" in said
    (line.folder / "data" / f"{publications.name(line)}.txt").write_text("something else")
    press(page, "Verify")
    assert any("Not valid" in error.value for error in page.error)
    assert "fails" in words(page)


def test_a_published_page_is_answered_byte_for_byte_inside_a_sandbox(workspace: Workspace) -> None:
    line = published(workspace)
    name = publications.name(line)
    with TestClient(Starlette(routes=[Route("/published/{name}", answer_published)])) as client:
        answer = client.get(f"/published/{name}")
        assert answer.content == (line.folder / "data" / f"{name}.html").read_bytes()
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert client.get("/published/..%2f..%2frecord.sqlite").status_code == 404
        assert client.get("/published/DP-2026-000009v1").status_code == 404


def test_the_publications_page_says_how_to_get_there(workspace: Workspace) -> None:
    assert "Nothing is published yet" in words(open_page("publications"))
    assert any("DP" in error.value for error in open_page("publications", id="DP-1").error)


_LOADED = """
import sys
from streamlit.testing.v1 import AppTest
test = AppTest.from_file("ui/app.py", default_timeout=60).run()
for page in list(test._registered_pages):
    test._page_hash = page
    test.run()
    assert not test.exception, test.exception
print(sorted({"torch", "faiss", "tantivy", "sentence_transformers", "typst"} & set(sys.modules)))
"""


def test_no_page_loads_a_model_or_an_index(workspace: Workspace) -> None:
    workspace.cases.add(invention(), INES)
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"

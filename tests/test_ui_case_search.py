"""Search and triage of a case: what is asked, why each hit is one, and what people say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.store_triage import Mark, Verdict
from tests.ui_pages import open_page, press, words
from tests.ui_workspace import INES, MARA, invention, new_workspace
from ui.common import FOLDER_VARIABLE
from ui.screens import shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest

    from pipeline.workspace import Workspace

_FLOW = "US-9900001-B2"
_VALVE = "US-9900002-B1"
_EMITTER = "US-9900003-A1"
_PAPER = "arXiv:2101.90001v1"
_LATE = "US-9900005-B2"


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One workspace for all of these tests, and what the pages opened of it: models are loaded once."""
    folder = tmp_path_factory.mktemp("triage") / "w"
    opened = new_workspace(folder, corpus=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder))
        yield opened
    opened.close()
    for other in shell._opened.values():
        other.close()
    shell._opened.clear()


@pytest.fixture
def case(face: Workspace) -> str:
    """A case of the test's own."""
    return face.cases.add(invention(), INES)


def _open(case: str, **parameters: str | list[str]) -> AppTest:
    return open_page("case", id=case, view="search", **parameters)


def _hits(page: AppTest) -> list[str]:
    """Return the keys of the cards in their order."""
    return [
        key
        for element in page.html
        if "ad-why" in element.body
        for key in (_FLOW, _VALVE, _EMITTER, _PAPER, _LATE)
        if f">{key} · " in element.body
    ]


def test_the_whole_is_asked_first_before_the_critical_date_and_every_hit_says_why(case: str) -> None:
    page = _open(case)
    said = words(page)
    assert set(_hits(page)) == {_FLOW, _VALVE, _EMITTER, _PAPER}  # the late one never counts
    assert "certainly public before 2024-05-01" in said
    assert "Read as plain text." in said
    assert "by words 1, meaning " in said
    assert "Words it has: " in said
    assert "Score from: words " in said
    assert "█" in said
    assert "Closest passage: " in said
    assert any("<mark>" in element.body for element in page.html)


def test_each_feature_can_be_asked_for_and_words_of_ones_own_leave_the_features_alone(
    face: Workspace, case: str
) -> None:
    page = _open(case, subject="F4")
    box = page.text_area(key="words")
    assert "flush valve" in (box.value or "")
    first = _hits(page)[0]
    assert first == _VALVE
    box.set_value("silicone membrane").run()
    assert (page.query_params["subject"], page.query_params["q"]) == ("own", "silicone membrane")
    assert _hits(page)[0] == _EMITTER
    assert "silicone" not in str(face.cases.features(case).features)
    assert page.query_params["id"] == case


def test_filters_have_counts_and_stand_in_the_address(case: str) -> None:
    page = _open(case)
    kinds = page.multiselect(key="filter-kind")
    assert "report (1)" in kinds.options
    countries = page.multiselect(key="filter-country")
    assert countries.options[0].startswith("US")
    kinds.set_value(["report"]).run()
    assert page.query_params["kind"] == "report"
    assert _hits(page) == [_PAPER]
    again = _open(case, kind="report", year="2021")
    assert _hits(again) == [_PAPER]
    assert again.selectbox(key="filter-year").value == 2021
    assert _hits(_open(case, year="2016")) == [_FLOW]


def test_the_critical_date_holds_until_another_day_is_set_or_none_on_purpose(case: str) -> None:
    page = _open(case)
    page.date_input(key="filter-before").set_value(None).run()
    assert page.query_params["before"] == "any"
    assert _LATE in _hits(page)
    assert _LATE not in _hits(_open(case))
    assert _hits(_open(case, before="2017-01-01")) == [_FLOW]


def test_an_expression_is_explained_and_a_fault_has_its_column_marked(case: str) -> None:
    page = _open(case, q='title:valve AND "drip line"', subject="own")
    assert "Read as an expression: " in words(page)
    assert _hits(page) == [_VALVE]
    wrong = _open(case, q="valve AND (line", subject="own")
    said = words(wrong)
    assert "column" in said
    assert "▲ column 11" in said
    assert not _hits(wrong)


def test_a_verdict_is_saved_at_once_taken_back_by_the_same_button_and_survives_a_new_session(
    face: Workspace, case: str
) -> None:
    page = _open(case)
    first, second = _hits(page)[:2]
    page.button(key="card-1-KEPT").click().run()
    assert face.triage.get(case, first).verdict is Verdict.KEPT
    page.button(key="card-2-NOT_RELEVANT").click().run()
    assert face.triage.get(case, second).verdict is Verdict.NOT_RELEVANT
    assert _hits(page)[1] == second  # it stays where it is until something else is asked
    again = _open(case)
    assert second not in _hits(again)
    assert "kept" in words(again)
    assert _hits(_open(case, show="kept")) == [first]
    assert _hits(_open(case, show="dropped")) == [second]
    page.button(key="card-1-KEPT").click().run()
    assert face.triage.get(case, first).verdict is Verdict.UNDECIDED


def test_rating_note_and_another_look_are_apart_from_the_verdict(face: Workspace, case: str) -> None:
    page = _open(case)
    key = _hits(page)[0]
    page.text_area(key=f"note-{case}-{key}").set_value("the same threshold :red[2 l/h]").run()
    page.checkbox(key=f"again-{case}-{key}").set_value(True).run()
    page.feedback(key=f"rating-{case}-{key}").set_value(3).run()
    mark = face.triage.get(case, key)
    assert (mark.note, mark.look_again, mark.rating) == ("the same threshold :red[2 l/h]", True, 4)
    assert mark.verdict is Verdict.UNDECIDED
    said = words(_open(case, show="again"))
    assert "Note: the same threshold :red[2 l/h]" in said
    assert "rated 4 of 5" in said


def test_of_two_sessions_neither_loses_a_word(face: Workspace, case: str) -> None:
    mine, hers = _open(case), _open(case)
    key = _hits(mine)[0]
    box = f"note-{case}-{key}"
    mine.text_area(key=box).set_value("mine").run()
    hers.text_area(key=box).set_value("hers").run()
    assert face.triage.get(case, key).note == "mine"
    said = words(hers)
    assert "Somebody saved another note meanwhile" in said
    assert "Saved: mine" in said
    assert hers.text_area(key=box).value == "hers"
    hers.button(key=f"{box}-mine").click().run()
    assert face.triage.get(case, key).note == "hers"
    stale = _open(case)
    mark = face.triage.get(case, key)
    face.triage.change(case, mark, MARA, verdict=Verdict.KEPT)
    stale.button(key="card-1-NOT_RELEVANT").click().run()
    assert face.triage.get(case, key).verdict is Verdict.KEPT
    assert "was marked meanwhile by mara" in words(stale)


def test_more_and_less_like_a_document_stand_in_the_address_as_chips_that_can_be_removed(case: str) -> None:
    page = _open(case, q="valve", subject="own")
    place = _hits(page).index(_EMITTER) + 1
    page.button(key=f"like-{place}").click().run()
    assert page.query_params["like"] == _EMITTER
    assert _EMITTER not in _hits(page)
    chip = page.button(key="like-chip-0")
    assert chip.label == "More like US\\-9900003\\-A1 ✕"
    place = _hits(page).index(_PAPER) + 1
    page.button(key=f"unlike-{place}").click().run()
    assert page.query_params["unlike"] == _PAPER
    page.button(key="like-chip-0").click().run()
    assert "like" not in page.query_params
    assert _EMITTER in _hits(page)


def test_all_of_a_filter_is_decided_where_nobody_has(face: Workspace, case: str) -> None:
    face.triage.change(case, Mark(key=_VALVE), INES, verdict=Verdict.IN_CHART)
    page = _open(case, country="US")
    assert "4" not in words(page).split("undecided")[0][-3:]
    page.button(key="all-NOT_RELEVANT").click().run()
    assert face.triage.keys(case, Verdict.NOT_RELEVANT) == (_FLOW, _EMITTER)
    assert face.triage.keys(case, Verdict.IN_CHART) == (_VALVE,)
    assert "2 documents marked as not relevant" in words(page)


def test_the_bar_moves_over_the_cards_and_acts_on_the_marked_one(face: Workspace, case: str) -> None:
    page = _open(case)
    hits = _hits(page)
    assert page.button(key="bar-k").disabled
    page.button(key="bar-j").click().run()
    assert f"2. {hits[1]}" in words(page)
    page.button(key="bar-IN_CHART").click().run()
    assert face.triage.keys(case, Verdict.IN_CHART) == (hits[1],)


def test_the_chart_says_when_it_lacks_what_was_added_since(face: Workspace, case: str) -> None:
    for _ in face.cases.assess(case, INES, limit=1):
        pass
    assert "Compare again" not in words(open_page("case", id=case, view="chart"))
    face.triage.change(case, Mark(key=_EMITTER), INES, verdict=Verdict.IN_CHART)
    said = words(open_page("case", id=case, view="chart"))
    assert "What people add to the chart was changed after this comparison." in said


def test_a_document_opened_from_a_case_counts_as_seen_there(face: Workspace, case: str) -> None:
    assert not face.triage.get(case, _FLOW).seen
    page = open_page("library", key=_FLOW, case=case)
    assert "Irrigation controller" in words(page)
    assert face.triage.get(case, _FLOW).seen


def test_an_address_of_nonsense_asks_for_nothing(case: str) -> None:
    page = _open(case, kind="spoon", year="12", mode="loud", show="nobody", before="soon", subject="F99")
    assert _hits(page)
    assert page.segmented_control(key="subject").value == "whole"


def test_a_removed_example_is_said_and_can_be_taken_out(case: str) -> None:
    page = _open(case, q="valve", subject="own", like="US-404")
    assert "US-404" in "".join(error.value.replace("\\", "") for error in page.error)
    press(page, "More like US\\-404 ✕")
    assert _hits(page)

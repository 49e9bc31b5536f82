from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import drafting_sections
from pipeline.chart import DateStatus, Support
from pipeline.decompose import decompose
from pipeline.disclosure import Disclosure, Feature, Topic
from pipeline.drafting import compose
from pipeline.drafting_sections import Taken
from pipeline.drafting_text import blocks, escape, markdown, one_line, sentences
from pipeline.intake import from_answers
from publications.content import page, published_words
from publications.document import SectionName
from publications.markup_child import render
from tests.drafting_sample import (
    HOSTILE,
    KETTLE,
    RELEASE,
    cell,
    column,
    drafted,
    everything,
    feature,
    kettle,
    report,
    shown,
)


def test_known_solutions_cite_key_title_date_and_place() -> None:
    found = report(
        (column("US-1-B2"),),
        (
            cell("US-1-B2", Support.PARTLY, "A kettle hums.", "claim 1"),
            cell("US-1-B2", Support.DISCLOSED),
        ),
    )
    composition = drafted(kettle(), found)
    (cited,) = composition.publication.references
    assert (cited.key, cited.title, cited.published, cited.places) == (
        "US-1-B2", "Sounding kettle", "2019-03-12", ("¶0032", "claim 1"),
    )  # fmt: skip
    text = composition.publication.section(SectionName.KNOWN_SOLUTIONS)
    assert (
        "- US-1-B2, “Sounding kettle” (published 2019-03-12), ¶0032: “The microphone hears the water.” "
        "See also claim 1." in text
    )


def test_only_documents_that_are_surely_earlier_and_quoted_are_cited() -> None:
    found = report(
        (
            column("US-1-B2"),
            column("US-2-B2", DateStatus.UNDETERMINED),
            column("US-3-B2"),
            column("US-4-B2"),
        ),
        (
            cell("US-1-B2", Support.DISCLOSED),
            cell("US-2-B2", Support.DISCLOSED),
            cell("US-3-B2", Support.NOT_DISCLOSED),
            replace(cell("US-4-B2", Support.PARTLY), evidence=()),
        ),
    )
    assert [cited.key for cited in drafted(kettle(), found).publication.references] == ["US-1-B2"]


def test_quotes_are_short_and_shown_as_the_text_that_they_are() -> None:
    found = report(
        (column("US-1-B2", title="Kettle](x) <b>*"),), (cell("US-1-B2", Support.DISCLOSED, HOSTILE),)
    )
    composition = drafted(kettle(), found)
    text = composition.publication.section(SectionName.KNOWN_SOLUTIONS)
    rendered = render(text)
    assert not re.search(r"<(?:script|a|strong|b|code)\b", rendered)
    assert "“<script>alert(1)</script> [x](javascript:1) **bold** | `code` {} word" in shown(text)
    assert "Kettle](x) <b>*" in shown(text)
    assert rendered.count("word") <= 40
    assert page(composition.publication, RELEASE).parts


def test_noise_full_of_brackets_or_turned_letters_cannot_stop_the_renderer() -> None:
    found = report(
        (column("US-1-B2", title="\u202eelttek"), column("US-2-B2")),
        (cell("US-1-B2", Support.DISCLOSED, "[" * 5000), cell("US-2-B2", Support.DISCLOSED, "a\u2067b\x00c")),
    )
    composition = drafted(kettle(), found)
    assert page(composition.publication, RELEASE).references[0].startswith("US-1-B2")
    assert composition.publication.references[0].title == "elttek"
    assert "abc" in composition.publication.section(SectionName.KNOWN_SOLUTIONS)


def test_what_is_said_of_a_feature_is_quoted_before_what_is_said_of_the_preamble() -> None:
    preamble = replace(cell("US-1-B2", Support.DISCLOSED, "A kettle, comprising:", "claim 1"), feature="F1")
    found = report((column("US-1-B2"),), (preamble, cell("US-1-B2", Support.PARTLY)))
    text = drafted(kettle(), found).publication.section(SectionName.KNOWN_SOLUTIONS)
    assert "¶0032: “The microphone hears the water.” See also claim 1." in text


def test_the_inventors_own_known_solutions_stand_beside_what_was_found() -> None:
    found = report((column("US-1-B2"),), (cell("US-1-B2", Support.DISCLOSED),))
    disclosure = kettle({Topic.KNOWN: "Whistles on spouts."})
    text = drafted(disclosure, found).publication.section(SectionName.KNOWN_SOLUTIONS)
    assert text.index("US-1-B2") < text.index("### Named by the authors") < text.index("Whistles on spouts.")


# -- aspects --------------------------------------------------------------------------------------


def aspects(disclosure: Disclosure, features: tuple[Feature, ...] | None = None) -> str:
    chosen = features if features is not None else decompose(disclosure)
    return compose(disclosure, chosen, None).publication.section(SectionName.ASPECTS)


def test_aspects_follow_the_claim_and_say_that_they_are_none() -> None:
    text = aspects(kettle())
    assert "They are not claims" in text
    assert (
        "Aspect 1. A kettle, comprising:\n\n(a) a microphone under a base plate; and\n\n(b) a controller"
        in text
    )
    assert "Aspect 2. The kettle of aspect 1, wherein the base plate is 0.6 mm thick." in text
    assert (
        "Aspect 3. The kettle of any one of the preceding aspects, in this variant: A vibration sensor "
        "instead of the microphone." in text
    )
    assert not re.search(r"\bclaim \d", text)


def test_optional_features_of_dependent_claims_are_aspects_of_their_own() -> None:
    claims = (
        "1. A widget for jars, comprising: a base; and a lever.\n\n2. The widget of claim 1, wherein the "
        "lever is 3 mm long.\n\n3. The widget of claim 1 or 2, further comprising a spring."
    )
    text = aspects(from_answers("Widget", {Topic.CLAIM: claims}))
    assert "Aspect 1. A widget for jars, comprising:\n\n(a) a base; and\n\n(b) a lever." in text
    assert "Aspect 2. The widget of aspect 1, wherein the lever is 3 mm long." in text
    assert "Aspect 3. The widget of any one of the preceding aspects, further comprising a spring." in text


def test_features_that_a_person_typed_are_joined_by_how_they_read() -> None:
    typed = (
        feature(1, "A method of drying plums"),
        feature(2, "heating the plums to 60 °C"),
        feature(3, "a housing with a fan", essential=False),
        feature(4, "the fan is switched off after 3 h", essential=False),
        feature(5, "The method of claim 2, wherein turning the plums is done by hand", essential=False),
    )
    text = aspects(kettle({Topic.VARIANTS: ""}), typed)
    assert "Aspect 1. A method of drying plums, comprising:\n\n(a) heating the plums to 60 °C." in text
    assert "Aspect 2. The method of aspect 1, further comprising a housing with a fan." in text
    assert "preceding aspects, wherein the fan is switched off after 3 h." in text
    assert "claim 2" not in text


def test_features_from_sentences_need_no_preamble() -> None:
    how = (
        "The pump is driven at 3 Hz by a motor. The controller measures pressure and stops it at 2 bar. "
        "A valve is opened for 3 s afterwards."
    )
    text = aspects(from_answers("Pump control", {Topic.HOW: how}))
    assert re.search(
        r"Aspect 1\. An? (?:method|arrangement) with these features:\n\n\(a\) The pump is driven", text
    )


def test_a_draft_without_features_has_no_aspects() -> None:
    assert SectionName.ASPECTS not in {s.name for s in compose(kettle(), (), None).publication.sections}


def test_each_feature_points_to_the_passage_that_describes_it() -> None:
    text = drafted(kettle()).publication.section(SectionName.DESCRIPTION)
    assert "### Where each feature is described" in text
    assert (
        "- Aspect 1 (a), “a microphone under a base plate”: see “A microphone under the base plate samples"
        in text
    )


def test_steps_that_the_text_refers_to_get_their_numbers_back() -> None:
    how = "- Fill in 1 litre.\n- Heat to 60 °C.\n- Listen at 8 kHz as after step 2.\n\nSettings:\n\n- 2 kW"
    text = drafted(kettle({Topic.HOW: how})).publication.section(SectionName.DESCRIPTION)
    assert text.startswith("1. Fill in 1 litre.\n2. Heat to 60 °C.\n3. Listen at 8 kHz as after step 2.")
    assert "Settings:\n\n- 2 kW" in text


# -- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["step 3 of FIG. 3 (a) ", "- a\n", "suitable (FQZ) claim 1, 2. ", "[(`*"])
def test_a_long_hostile_text_is_drafted_in_seconds(unit: str) -> None:
    text = unit * (150_000 // len(unit))
    disclosure = from_answers("T", {Topic.HOW: text, Topic.VARIANTS: text, Topic.CLAIM: KETTLE[Topic.CLAIM]})
    begun = time.process_time()
    drafted(disclosure)
    assert time.process_time() - begun < 20


SIGNS = "ab1. *_[](){}#>-+=~|\\&lt;!:\n\"'x²"


@settings(max_examples=500, deadline=None)
@given(text=st.text(st.sampled_from(SIGNS + "`<"), max_size=25))
def test_foreign_text_is_shown_as_it_is(text: str) -> None:
    assert shown(escape(text, foreign=True)) == one_line(text)


@settings(max_examples=500, deadline=None)
@given(text=st.text(st.sampled_from(SIGNS), max_size=25))
def test_the_inventor_s_text_is_shown_as_it_is(text: str) -> None:
    assert shown(escape(text)) == one_line(text)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.text(st.sampled_from("ab1. -*>#=_\t"), max_size=8), max_size=8))
def test_no_word_is_lost_between_a_text_and_its_page(lines: list[str]) -> None:
    text = "\n".join(lines)
    words = re.findall(r"[ab]+", text)
    assert re.findall(r"[ab]+", shown(markdown(blocks(text)))) == words


@settings(max_examples=200, deadline=None)
@given(line=st.text(st.sampled_from('Ab. e.g!?)"1 '), max_size=40))
def test_sentences_make_up_their_line(line: str) -> None:
    assert "".join(sentences(line)) == line


def test_what_needs_no_escape_gets_none_and_code_stays_code() -> None:
    line = "f_max = 2 * 3 [Hz], call `read_it(*all)` for x<sub>1</sub>"
    assert escape(line) == line


def test_lists_tables_code_and_headings_keep_their_shape() -> None:
    text = (
        "### Set-up\nTwo parts:\n1. first\n2) second\n   goes on\n\n- a\n\n- b\n\nname | size\n"
        "plug | 3 mm\n\nfor i in range(3):\n    push(i)\n\n```\nx = `1`\n```\n"
    )
    assert markdown(blocks(text)) == (
        "### Set-up\n\nTwo parts:\n\n1. first\n2. second goes on\n\n- a\n- b\n\n| name | size |\n|---|---|\n"
        "| plug | 3 mm |\n\n```\nfor i in range(3):\n    push(i)\n```\n\n```\nx = `1`\n```"
    )


@settings(max_examples=80, deadline=None)
@given(
    answers=st.dictionaries(
        st.sampled_from(list(Topic)),
        st.text(st.sampled_from("aB1. \n-|#`[(<\u202e,;:"), min_size=1),
        min_size=1,
    ),
    texts=st.lists(st.text(st.sampled_from("aAn (claim1),;:. "), min_size=1, max_size=20), max_size=3),
)
def test_any_disclosure_becomes_a_draft(answers: dict[Topic, str], texts: list[str]) -> None:
    answers = {**answers, Topic.WHAT: f"{answers.get(Topic.WHAT, '')} A thing."}
    features = [feature(number, text) for number, text in enumerate(texts, start=1)]
    composition = compose(from_answers("T", answers), features, None)
    assert composition.publication.title
    assert "\u202e" not in everything(composition)
    assert all(section.text.strip() for section in composition.publication.sections)


def test_the_abstract_leaves_out_the_preamble_and_keeps_the_point_where_not_all_fits() -> None:
    long = " ".join(f"w{number}" for number in range(100))
    features = (
        feature(1, f"alpha {long}"),
        feature(2, f"beta {long}"),
        feature(3, f"gamma {long}", novel=True),
    )
    text = drafting_sections.abstract(Taken(texts={}, sources=(), questions=()), features)
    assert text.startswith("Features, among others: alpha")
    assert "gamma" in text
    assert "beta" not in text
    assert len(text.split()) <= drafting_sections.ABSTRACT_WORDS


def test_a_quote_does_not_begin_with_the_title_and_an_interval_is_told_in_words() -> None:
    for said, shown_ in (
        ("Sounding kettle The water is heard.", "“The water is heard.”"),
        ("Sounding kettle is heard.", "“Sounding kettle is heard.”"),
        ("Sounding kettles Are loud.", "“Sounding kettles Are loud.”"),
    ):
        found = report((column("US-1-B2"),), (cell("US-1-B2", Support.PARTLY, said, "abstract"),))
        assert shown_ in drafted(kettle(), found).publication.section(SectionName.KNOWN_SOLUTIONS)
    assert published_words("2020-03-18/2020-03-23") == "published between 2020-03-18 and 2020-03-23"
    assert published_words("2020-03-18") == "published 2020-03-18"
    assert published_words("") == ""

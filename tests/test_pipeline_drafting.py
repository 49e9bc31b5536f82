from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chart import Support
from pipeline.decompose import decompose
from pipeline.disclosure import Topic
from pipeline.drafting import Gap, compose
from pipeline.drafting_wording import plain_title, publishable
from pipeline.intake import from_answers, read_disclosure
from publications.content import page
from publications.document import SectionName
from tests.drafting_sample import (
    DEMO,
    KETTLE,
    RELEASE,
    cell,
    column,
    drafted,
    everything,
    feature,
    gaps,
    kettle,
    report,
)


def test_a_full_disclosure_becomes_every_section_in_the_order_of_print() -> None:
    found = report((column("US-1-B2"),), (cell("US-1-B2", Support.DISCLOSED),))
    composition = drafted(kettle(), found)
    names = [section.name for section in composition.publication.sections]
    assert names == list(SectionName)
    assert gaps(composition) == {Gap.AI_USE}
    assert composition.publication.authors == ("Ines Marlow", "Rex Odell")
    assert composition.publication.classes == ("A47J 27/56",)


def test_the_same_input_gives_the_same_bytes() -> None:
    assert drafted(kettle()) == drafted(kettle())
    assert drafted(kettle()).publication.digest == drafted(kettle()).publication.digest


@pytest.mark.parametrize("name", ["distillation-schedule", "drip-valve", "battery-plate", "gripper-skin"])
def test_the_demo_disclosures_become_publications_that_render(name: str) -> None:
    composition = drafted(read_disclosure(DEMO / f"{name}.md"))
    assert len(page(composition.publication, RELEASE).parts) >= 7
    assert not gaps(composition) & {Gap.NOT_DESCRIBED, Gap.NO_EXAMPLE, Gap.NO_VARIANTS, Gap.NO_VALUES}
    assert all(grounding.described for grounding in composition.grounding)


def test_nothing_about_people_dates_or_showings_is_published() -> None:
    text = everything(drafted(kettle(), report()))
    for private in ("building 7", "3 May", "Brundle", "2025-06-17", "Ines Marlow"):
        assert private not in text


def test_sources_are_the_spans_that_were_taken_over() -> None:
    disclosure = kettle()
    sources = drafted(disclosure).sources
    by_section = {source.section: disclosure.text[source.start : source.end] for source in sources}
    assert by_section[SectionName.EXAMPLE] == KETTLE[Topic.EXAMPLE]
    assert SectionName.ASPECTS not in by_section


FIXED = """
what is described features feature where each see and in the worked example aspect aspects any one of
preceding this variant variants by above wherein further comprising following numbered statements sum up
they are not
claims no right sought with them classes cpc
"""


def test_no_word_is_added_that_the_inventor_did_not_write() -> None:
    disclosure = kettle()

    def words(text: str) -> set[str]:
        return set(re.findall(r"[a-z]+", text.lower()))

    own = words(disclosure.text) | {word for entry in disclosure.keywords for word in words(entry)}
    labels = set("abj")  # (a) and (b) of aspect 1, and the J of the class
    assert words(everything(drafted(disclosure))) - own - words(FIXED) <= labels


def test_the_abstract_ends_before_250_words_at_a_sentence() -> None:
    long = " ".join(f"Sentence {n} says that the kettle number {n} listens to its water." for n in range(60))
    abstract = drafted(kettle({Topic.WHAT: long})).publication.abstract
    assert 230 <= len(abstract.split()) <= 250
    assert abstract.endswith("its water.")


def test_keywords_are_the_inventors_and_what_the_text_says_often() -> None:
    how = (
        KETTLE[Topic.HOW]
        + " The heating element is flat. The heating element has 2 kW. A heating element of 1 kW."
    )
    keywords = drafted(kettle({Topic.HOW: how})).publication.keywords
    assert keywords[:3] == ("kettle", "boil-over", "milk cooker")
    assert "heating element" in keywords


def test_a_file_without_headings_is_taken_whole_and_asked_about() -> None:
    text = (
        "The pump is driven at 3 Hz by a motor. The controller stops the pump when it exceeds 2 bar for 3 s."
    )
    composition = drafted(from_answers("Pump", {Topic.OTHER: text}))
    assert "driven at 3 Hz" in composition.publication.section(SectionName.DESCRIPTION)
    assert any("no headings" in question.text for question in composition.questions)


def test_a_part_under_an_unknown_heading_is_left_out_and_asked_about() -> None:
    composition = drafted(kettle({Topic.OTHER: "The budget is 40,000."}))
    assert "budget" not in everything(composition)
    (question,) = [q for q in composition.questions if q.gap is Gap.LEFT_OUT]
    assert "“Other” was not taken" in question.text


# -- what is missing ------------------------------------------------------------------------------


def test_a_vague_disclosure_gets_the_right_questions() -> None:
    vague = from_answers(
        "Kettle",
        {
            Topic.CLAIM: "A kettle comprising: a sensor for the state of the water; and a controller that "
            "switches a heating element off in time.",
            Topic.HOW: "Everything is done in a suitable way, as shown in Fig. 2. The FQZ does it.",
        },
    )
    composition = drafted(vague)
    expected = {
        Gap.NOT_DESCRIBED, Gap.NO_VALUES, Gap.NO_EXAMPLE, Gap.NO_VARIANTS, Gap.HEDGE, Gap.ACRONYM,
        Gap.DRAWING, Gap.NO_PROBLEM, Gap.NO_SUMMARY, Gap.NO_ADVANTAGES, Gap.NO_KEYWORDS, Gap.NO_CLASSES,
        Gap.NO_AUTHORS, Gap.AI_USE,
    }  # fmt: skip
    assert gaps(composition) == expected
    undescribed = [q.feature_id for q in composition.questions if q.gap is Gap.NOT_DESCRIBED]
    assert undescribed == ["F2", "F3"]
    assert composition.questions[0].gap is Gap.NOT_DESCRIBED


def test_a_claim_alone_asks_how_it_works() -> None:
    claim = KETTLE[Topic.CLAIM]
    composition = drafted(from_answers("Kettle", {Topic.CLAIM: claim}))
    assert composition.questions[0].gap is Gap.NO_DESCRIPTION
    assert composition.publication.section(SectionName.ASPECTS)
    assert "microphone" in composition.publication.abstract


def test_a_value_that_only_the_claim_names_is_asked_about() -> None:
    how = KETTLE[Topic.HOW].replace("by 30 % ", "sharply ")
    (question,) = [q for q in drafted(kettle({Topic.HOW: how})).questions if q.gap is Gap.VALUE_NOT_DESCRIBED]
    assert question.feature_id == "F3"
    assert "30 %" in question.text


@pytest.mark.parametrize(
    ("part", "text", "gap"),
    [
        (Topic.EXAMPLE, "It was tried with milk and nothing boiled over.", Gap.NO_FIGURES),
        (Topic.HOW, KETTLE[Topic.HOW] + " The water has a temperature of 96.", Gap.NO_UNIT),
        (Topic.HOW, KETTLE[Topic.HOW] + " The plate is fixed by suitable means, etc.", Gap.HEDGE),
        (Topic.HOW, KETTLE[Topic.HOW] + " The sound goes through an FQZ.", Gap.ACRONYM),
        (Topic.EXAMPLE, KETTLE[Topic.EXAMPLE] + " See figure 3a.", Gap.DRAWING),
        (Topic.VARIANTS, "- A vibration sensor instead of the microphone.", Gap.NO_ALTERNATIVE),
    ],
)
def test_one_gap_is_one_question(part: Topic, text: str, gap: Gap) -> None:
    assert gaps(drafted(kettle({part: text}))) == {gap, Gap.AI_USE}


@pytest.mark.parametrize(
    "text",
    [
        "A fast quartz zone (FQZ) filters the sound. The FQZ is 2 mm wide.",
        "The FQZ (fast quartz zone) filters the sound.",
        "FQZ stands for a filter of 2 mm.",
        "An LED of 3 V is lit over USB and an ADC-12 listens.",
    ],
)
def test_acronyms_that_are_spelled_out_or_common_are_not_asked_about(text: str) -> None:
    assert Gap.ACRONYM not in gaps(drafted(kettle({Topic.HOW: f"{KETTLE[Topic.HOW]} {text}"})))


def test_a_point_of_novelty_is_asked_for_alone() -> None:
    disclosure = kettle()
    features = [replace(f, novel=f.id == "F3") for f in decompose(disclosure)]
    questions = compose(disclosure, features, None).questions
    assert [q.feature_id for q in questions if q.gap is Gap.ALONE] == ["F3"]


def test_a_declared_use_of_ai_is_printed_and_not_asked() -> None:
    disclosure = kettle()
    composition = compose(disclosure, decompose(disclosure), None, ai_use="spelling was checked")
    assert composition.publication.ai_use == "spelling was checked"
    assert Gap.AI_USE not in gaps(composition)


TRAINING = {
    Topic.CLAIM: "A method of training a student network, comprising: computing a softmax output of a "
    "teacher network; and updating weights of the student network with a distillation loss at a rate.",
    Topic.HOW: "The softmax output of the teacher network is computed. Then weights of the student "
    "network are updated with the distillation loss at the learning rate until it is good.",
}
COMPLETE = (
    "We trained on 50,000 images with 4 layers of 64 channels, initialised at random. The loss is a cross "
    "entropy. Adam with momentum; the learning rate is 0.001 and falls along a cosine from 0.001 to 0 over "
    "20,000 steps, mini-batches of 128, on one GPU for 2 hours. Accuracy 91.2 percent, 5 seeds. It fails "
    "with noisy labels."
)


def test_a_training_method_is_asked_only_for_what_it_leaves_out() -> None:
    bare = [q for q in drafted(from_answers("Training", TRAINING)).questions if q.gap is Gap.TRAINING]
    full = drafted(from_answers("Training", {**TRAINING, Topic.EXAMPLE: COMPLETE}))
    assert len(bare) == 13
    assert Gap.TRAINING not in gaps(full)
    without = COMPLETE.replace(", 5 seeds", "").replace(" on one GPU for 2 hours", "")
    some = drafted(from_answers("Training", {**TRAINING, Topic.EXAMPLE: without}))
    asked = [q.text for q in some.questions if q.gap is Gap.TRAINING]
    assert [text.split()[1] for text in asked] == ["compute", "many"]


def test_who_trains_nothing_is_not_asked_about_training() -> None:
    assert Gap.TRAINING not in gaps(drafted(kettle({Topic.EXAMPLE: "Operators were trained for 2 hours."})))


# -- wording --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("A novel valve closes twice.", "A valve closes twice."),
        ("The housing holds an inventive pump.", "The housing holds a pump."),
        ("It is a novel and inventive electric pump.", "It is an electric pump."),
        ("Novel pumps are used.", "pumps are used."),
        ("It works. This solution is novel.", "It works. "),
        ("It works. To the best of our knowledge nobody has done it.", "It works. "),
        ("It works. We believe that it is patentable.", "It works. "),
        ("It opens. The distance rule is, as far as we know, new as well.", "It opens. "),
        ("Strictly confidential. The valve opens.", "The valve opens."),
        ("The valve opens. INTERNAL USE ONLY", "The valve opens. "),
        ("SECRET: the alloy has 4 % tin. It melts.", "It melts."),
        ("Our recipe is a trade secret. It melts.", "It melts."),
    ],
)
def test_self_praise_and_markings_are_left_out_and_asked_about(said: str, published: str) -> None:
    text, questions = publishable(said, Topic.HOW)
    assert text == published
    assert len(questions) == 1
    assert questions[0].gap in {Gap.OWN_NOVELTY, Gap.CONFIDENTIAL}
    assert questions[0].quote in said


@pytest.mark.parametrize(
    "said",
    [
        "It is used for novel view synthesis.",
        "When the share exceeds 1 percent, a new skin is ordered.",
        "The message is encrypted in confidential computing hardware.",
        "The plates do not distribute the load.",
        "The secret key is 128 bit long.",
    ],
)
def test_ordinary_words_stay(said: str) -> None:
    assert publishable(said, Topic.HOW) == (said, ())


def test_a_line_of_nothing_but_a_marking_vanishes_with_its_bullet() -> None:
    text, _ = publishable("- First.\n- CONFIDENTIAL\n- Second.", Topic.HOW)
    assert text == "- First.\n- Second."


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Novel valve that closes twice.", "Valve that closes twice"),
        ("CONFIDENTIAL - Valve", "Valve"),
        ("A new   and simple valve", "A new and simple valve"),
        ("An innovative valve", "A valve"),
        ("New valve", "Valve"),
        ("Draft horse harness", "Draft horse harness"),
    ],
)
def test_titles_are_plain_technical_words(title: str, plain: str) -> None:
    assert plain_title(title)[0] == plain


SENTENCES = st.sampled_from(
    [
        "The valve opens at 3 bar.",
        "This is a novel idea.",
        "The inventive step lies in the spring.",
        "It is non-obvious!",
        "COMPANY CONFIDENTIAL",
        "For internal use only.",
        "See the trade secret register (under NDA).",
        "A patentable spring is used",
        "- a revolutionary seal",
        "As far as we know, the seal is new.",
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    parts=st.dictionaries(
        st.sampled_from([Topic.WHAT, Topic.NEW, Topic.HOW, Topic.EXAMPLE, Topic.VARIANTS, Topic.KNOWN]),
        st.lists(st.tuples(SENTENCES, st.sampled_from([" ", "\n", "\n\n"])), min_size=1, max_size=8),
        min_size=1,
    )
)
def test_no_draft_praises_itself_or_carries_a_marking(parts: dict[Topic, list[tuple[str, str]]]) -> None:
    answers = {topic: "".join(map("".join, said)) for topic, said in parts.items()}
    disclosure = from_answers("Valve", answers)
    features = [feature(1, "a valve"), feature(2, "a patentable spring"), feature(3, "CONFIDENTIAL")]
    text = everything(compose(disclosure, features, None)).lower()
    for word in (
        "novel",
        "inventive",
        "patentable",
        "obvious",
        "confidential",
        "internal use",
        "secret",
        "as far as",
    ):
        assert word not in text


# -- known solutions ------------------------------------------------------------------------------

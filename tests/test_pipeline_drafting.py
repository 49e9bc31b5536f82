from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chart import Cell, ChartReference, DateStatus, Evidence, FeatureChart, Support
from pipeline.decompose import decompose
from pipeline.disclosure import Disclosure, Feature, FeatureKind, Topic
from pipeline.drafting import Composition, Gap, compose
from pipeline.drafting_text import blocks, escape, markdown, one_line, sentences
from pipeline.drafting_wording import plain_title, publishable
from pipeline.intake import from_answers, read_disclosure
from pipeline.novelty import Coverage, NoveltyReport, Outcome
from publications.content import page
from publications.document import SectionName
from publications.markup_child import render
from publications.release import Release

DEMO = Path(__file__).parents[1] / "pipeline" / "demo" / "disclosures"
RELEASE = Release(identifier="DP-2026-000001", version=1, published=datetime(2026, 3, 1, tzinfo=UTC))
KETTLE = {
    Topic.WHAT: "A kettle that switches off before the water boils over. It listens to the water.",
    Topic.PROBLEM: "Milk and starchy water boil over within two seconds of boiling.",
    Topic.HOW: "A microphone under the base plate samples the sound of the water at 8 kHz. A controller "
    "computes the share of sound between 1 kHz and 3 kHz every 50 ms. When the share falls by 30 % within "
    "2 s, the controller opens the relay of the heating element. The base plate is of steel, 0.6 mm thick.",
    Topic.CLAIM: "A kettle comprising: a microphone under a base plate; and a controller that opens a relay "
    "of a heating element when a share of sound between 1 kHz and 3 kHz falls by 30 % within 2 s, wherein "
    "the base plate is 0.6 mm thick.",
    Topic.EXAMPLE: "With 1 litre of milk the share fell from 0.61 to 0.40 in 1.4 s; nothing boiled over "
    "in 20 trials.",
    Topic.VARIANTS: "- A vibration sensor instead of the microphone.\n- A share that falls by 20 % for small "
    "kettles.\n- A copper plate, 1 mm thick.",
    Topic.ADVANTAGES: "No probe touches the food.",
    Topic.WHO_WHEN: "Conceived by Ines Marlow on 3 May 2025 in building 7.",
    Topic.SHOWN: "Shown to Brundle Kettles under an agreement.",
}


def kettle(changes: dict[Topic, str] | None = None, title: str = "Kettle that listens") -> Disclosure:
    return from_answers(
        title,
        {**KETTLE, **(changes or {})},
        inventors=["Ines Marlow", "Rex Odell"],
        critical_date=date(2025, 6, 17),
        keywords=["kettle", "boil-over", "milk cooker"],
        classes=["A47J 27/56"],
    )


def drafted(disclosure: Disclosure, report: NoveltyReport | None = None) -> Composition:
    return compose(disclosure, decompose(disclosure), report)


def everything(composition: Composition) -> str:
    publication = composition.publication
    return "\n".join((publication.title, publication.abstract, *(s.text for s in publication.sections)))


def gaps(composition: Composition) -> set[Gap]:
    return {question.gap for question in composition.questions}


def shown(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", render(text))).split())


def feature(number: int, text: str, *, essential: bool = True, novel: bool = False) -> Feature:
    return Feature(id=f"F{number}", text=text, kind=FeatureKind.STRUCTURE, essential=essential, novel=novel)


# -- the whole ------------------------------------------------------------------------------------


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

HOSTILE = "<script>alert(1)</script> [x](javascript:1) **bold** | `code` {} " + "word " * 60


def column(
    key: str, status: DateStatus = DateStatus.BEFORE, title: str = "Sounding kettle"
) -> ChartReference:
    return ChartReference(
        key=key,
        title=title,
        kind="patent",
        published="2019-03-12",
        date_source="register",
        status=status,
        sha256="0",
    )


def cell(
    key: str, support: Support, quote: str = "The microphone hears the water.", anchor: str = "¶0032"
) -> Cell:
    evidence = Evidence(key=key, anchor=anchor, start=0, end=1, quote=quote, source_sha256="0")
    return Cell(feature="F2", key=key, support=support, probability=0.8, evidence=(evidence,))


def report(
    references: tuple[ChartReference, ...] = (),
    cells: tuple[Cell, ...] = (),
    critical: date = date(2025, 6, 17),
) -> NoveltyReport:
    coverage = Coverage(
        snapshot="s",
        documents=1,
        passages=1,
        by_source=(),
        by_kind=(),
        by_country=(),
        languages=(),
        oldest="",
        newest="",
        eligible=1,
        undated=0,
        skipped=0,
        model="m",
        model_sha256="0",
        queries=(),
        not_searched=(),
    )
    return NoveltyReport(
        disclosure_title="t",
        disclosure_sha256="0",
        critical_date=critical,
        features=(),
        outcome=Outcome.NOT_FOUND,
        chart=FeatureChart(references=references, cells=cells),
        combinations=(),
        residual=(),
        left_out=(),
        excluded=(),
        coverage=coverage,
        run_id="r",
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
        "Aspect 1. A kettle, comprising:\n\n- (a) a microphone under a base plate; and\n- (b) a controller"
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
    assert "Aspect 1. A widget for jars, comprising:\n\n- (a) a base; and\n- (b) a lever." in text
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
    assert "Aspect 1. A method of drying plums, comprising:\n\n- (a) heating the plums to 60 °C." in text
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
        r"Aspect 1\. An? (?:method|arrangement) with these features:\n\n- \(a\) The pump is driven", text
    )


def test_a_draft_without_features_has_no_aspects() -> None:
    assert SectionName.ASPECTS not in {s.name for s in compose(kettle(), (), None).publication.sections}


def test_each_feature_points_to_the_passage_that_describes_it() -> None:
    text = drafted(kettle()).publication.section(SectionName.DESCRIPTION)
    assert "### Where each feature is described" in text
    assert (
        "- Aspect 1 (a), a microphone under a base plate: see “A microphone under the base plate samples"
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
    begun = time.perf_counter()
    drafted(disclosure)
    assert time.perf_counter() - begun < 20


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

"""A kettle: the disclosure that the tests of drafting vary, and short ways to draft, report and read it."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.chart import Cell, ChartReference, DateStatus, Evidence, FeatureChart, Support
from pipeline.decompose import decompose
from pipeline.disclosure import Disclosure, Feature, FeatureKind, Topic
from pipeline.drafting import Composition, Gap, compose
from pipeline.intake import from_answers
from pipeline.novelty import Coverage, NoveltyReport, Outcome
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

"""Reports say how well the search finds what is there, and reports older than that keep their hash."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

import pytest

from pipeline import evaluation_stored
from pipeline.novelty import NoveltyReport, Query, dump, load
from pipeline.report import render_html, render_markdown
from tests.drafting_sample import report


def _measured(words: str) -> NoveltyReport:
    made = report()
    asked = (Query(subject="whole", mode="fused", text="a pump", hits=1),)
    reach = replace(made.coverage, measured=words, queries=asked, not_searched=("Drawings.",))
    return replace(made, coverage=reach)


@pytest.mark.parametrize("render", [render_html, render_markdown])
def test_a_report_says_what_was_measured_or_that_nothing_was(render: object) -> None:
    assert callable(render)

    def said(words: str) -> str:
        plain = re.sub(r"(<[^>]*>|:|\s)+", " ", str(render(_measured(words))))
        return plain[plain.index("finds what is there") :][:80]

    assert said(evaluation_stored.NOT_MEASURED).startswith("finds what is there not measured; run")
    assert "measured recall of" in said("measured recall of this index 0.9")
    assert "not measured" in said("")


def test_a_report_older_than_the_field_keeps_its_hash() -> None:
    old = report()
    value = dump(old)
    assert "measured" not in value["coverage"]
    assert load(value) == old
    assert load(value).hash == hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def test_what_was_measured_is_part_of_the_report_and_of_its_hash() -> None:
    first, second = _measured("a"), _measured("b")
    assert load(dump(first)) == first
    assert first.hash != second.hash
    assert first.hash == _measured("a").hash

"""The classes that an invention states lift what has them in the search of its case."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.ingestion import ingest
from tests.ui_pages import open_page
from tests.ui_workspace import INES, clock, invention

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from pipeline.workspace import Workspace

_TEXTS = {
    "B65D1/02": "A flush valve opens at the far end of a drip line.",
    "A01G25/16": "A sensor measures the flow in a hose every ten minutes, and a panel shows an alarm.",
}
_LIFTED = "Also: it has classes of the examples, or asked for"


def cards(page: AppTest) -> str:
    assert not page.exception
    return "".join(element.body for element in page.html)


def test_a_hit_with_a_class_of_the_invention_says_so(face: Workspace, tmp_path: Path) -> None:
    lines = [
        {"id": f"US-{number}-A", "kind": "patent", "abstract": text, "date": "2001-02-03", "cpc": [symbol]}
        for number, (symbol, text) in enumerate(_TEXTS.items(), start=1)
    ]
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    for _ in ingest(face.corpus, "jsonl", [file], clock=clock):
        pass
    for classes, lifted in ((("A01G 25/16",), 1), ((), 0)):
        case = face.cases.add(replace(invention(), classes=classes), INES)
        shown = cards(open_page("case", id=case, view="search"))
        assert shown.count(_LIFTED) == lifted
        assert ">US-1-A · " in shown
        assert ">US-2-A · " in shown

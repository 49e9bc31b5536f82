"""The report in its forms: HTML to print and keep, Markdown, JSON, and the summary of the command line."""

from __future__ import annotations

import json
from typing import Any

from pipeline import report_view as view
from pipeline.novelty import NoveltyReport, dump
from pipeline.report_html import render_html
from pipeline.report_md import render_markdown

__all__ = ["render_html", "render_json", "render_markdown", "summary"]


def render_json(report: NoveltyReport) -> str:
    """Render everything, with the report's hash: the hash is taken over the rest with sorted keys."""
    return json.dumps({**dump(report), "hash": report.hash}, ensure_ascii=False, indent=2) + "\n"


def summary(report_id: str, report: NoveltyReport) -> dict[str, Any]:
    """Return the result of `antedate assess --json` (cli.md)."""
    return {
        "report": report_id,
        "run_id": report.run_id,
        "report_hash": report.hash,
        "outcome": report.outcome.value,
        "words": view.outcome_words(report),
        "closest": [_closest(item) for item in view.closest(report)],
        "combinations": [
            {"keys": list(c.keys), "covers": list(c.covers), "residual": list(c.residual)}
            for c in report.combinations
        ],
        "residual": list(report.residual),
        "coverage": dump(report)["coverage"],
        "notes": list(report.notes),
    }


def _closest(item: view.Closest) -> dict[str, Any]:
    evidence = item.evidence
    return {
        "feature": item.feature.id,
        "key": None if item.cell is None else item.cell.key,
        "anchor": None if evidence is None else evidence.anchor,
        "start": None if evidence is None else evidence.start,
        "end": None if evidence is None else evidence.end,
        "quote": None if evidence is None else evidence.quote,
        "support": "not disclosed" if item.cell is None else item.cell.support.value,
        "probability": 0.0 if item.cell is None else item.cell.probability,
        "date_status": None if item.reference is None else item.reference.status.value,
    }

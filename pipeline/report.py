"""The report in its forms: page, PDF, Word, workbook, Markdown, JSON; and the summary of the command line.

Same report, same bytes, in every form. None can be made of a report that does not say what was searched.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pipeline import report_view as view
from pipeline.novelty import NoveltyReport, dump
from pipeline.report_figures import category, category_of_late, score, together
from pipeline.report_html import render_html
from pipeline.report_md import render_markdown
from pipeline.report_sections import checked

if TYPE_CHECKING:
    from pipeline.report_figures import Score
    from pipeline.store_cases import StoredReport

__all__ = ["MEDIA_TYPES", "file_name", "render", "render_html", "render_json", "render_markdown", "summary"]

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Final = {
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "json": "application/json",
    "md": "text/markdown",
}
"""The forms, by the ending of their files."""


def render(report: NoveltyReport, form: str) -> bytes:
    """Render a report in a form of `MEDIA_TYPES`. Raises NoCoverageError, ReportPdfError."""
    if form == "pdf":
        from pipeline.report_pdf import render_pdf

        return render_pdf(report)
    if form == "docx":
        from pipeline.report_docx import render_docx

        return render_docx(report)
    if form == "xlsx":
        from pipeline.report_xlsx import render_xlsx

        return render_xlsx(report)
    words = {"html": render_html, "md": render_markdown, "json": render_json}[form](report)
    return words.encode("utf-8", errors="replace")


def file_name(stored: StoredReport, form: str) -> str:
    """Return a name that says what the file is and nothing of the invention."""
    day = stored.report.critical_date.isoformat()
    return f"{stored.id}-{stored.disclosure}-art-before-{day}.{form}"


def render_json(report: NoveltyReport) -> str:
    """Render the record, its `hash` (over the record with sorted keys) and what is `derived` from it.

    `derived` holds what the other forms say beyond the record: headline, answer, categories, scores. Raises
    NoCoverageError.
    """
    checked(report)
    derived = {"headline": view.headline(report), "answer": view.answer(report), **_figures(report)}
    value = {**dump(report), "hash": report.hash, "derived": derived}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _figures(report: NoveltyReport) -> dict[str, Any]:
    return {
        "references": [
            {"key": r.key, **asdict(category(report, r)), "score": _score(score(report, r.key))}
            for r in report.chart.references
        ],
        "together": _score(together(report)),
        "left_out": [
            {"key": late.key, "published": late.published, **asdict(category_of_late(report, late))}
            for late in report.left_out
        ],
    }


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
        **_figures(report),
        "coverage": dump(report)["coverage"],
        "notes": list(report.notes),
    }


def _score(found: Score) -> dict[str, int]:
    return {**asdict(found), "highest": found.highest}


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

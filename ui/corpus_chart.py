"""What a corpus holds, as lines of a terminal: counts, and bars where a reader wants to see the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui.console import printable

if TYPE_CHECKING:
    from pipeline.library import CorpusStatus

_GROUPS = (
    ("source", "by_source"),
    ("kind", "by_kind"),
    ("country", "by_country"),
    ("language", "by_language"),
)
_BARS = 12
"""Rows of a chart; the rest is one row."""
_WIDTH = 40
_NAME = 34
_FAILED = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def as_json(status: CorpusStatus) -> dict[str, Any]:
    """Return the counts as JSON values."""
    groups = ("by_source", "by_kind", "by_country", "by_year", "by_language", "by_class")
    return {
        "documents": status.documents,
        "passages": status.passages,
        "skipped": status.skipped,
        "undated": status.undated,
        **{group: dict(getattr(status, group)) for group in groups},
        "oldest": status.oldest,
        "newest": status.newest,
        "families": status.families,
        "in_families": status.in_families,
        "near_duplicate_groups": status.near_groups,
        "in_near_duplicate_groups": status.in_near_groups,
        "title_only": status.title_only,
        "numbers_wanted": status.numbers_wanted,
        "failed_files": [{"file": file, "reason": reason} for file, reason in status.failed_files],
        "snapshot": status.snapshot,
        "model": status.model,
        "model_sha256": status.model_sha256,
        "generation": status.generation,
        "waiting": status.waiting,
        "measured": status.measured,
    }


def lines(status: CorpusStatus) -> list[str]:
    """Return what `corpus status` prints."""
    titles = dict(status.class_titles)
    years = sorted(status.by_year, key=lambda pair: pair[0], reverse=True)
    named = [(f"{name} {titles.get(name, '')}".strip(), count) for name, count in status.by_class]
    return [
        (
            f"{status.documents} documents, {status.passages} passages, {status.skipped} records skipped, "
            f"{status.undated} without a public date, {status.title_only} with a title only"
        ),
        f"public    {status.oldest} to {status.newest}" if status.newest else "public    none yet",
        f"families  {status.families}, with {status.in_families} documents",
        f"near-duplicates  {status.near_groups} groups, with {status.in_near_groups} documents",
        *([f"wanted    {status.numbers_wanted} numbers of lists, no text"] if status.numbers_wanted else []),
        *([f"waiting   {status.waiting} changes are not in the index yet"] if status.waiting else []),
        *(f"damaged   {sentence}" for sentence in status.damage),
        *(line for name, group in _GROUPS for line in _chart(name, list(getattr(status, group)))),
        *_chart("year", years),
        *_chart("class", named),
        *_failed(status),
        f"snapshot  {status.snapshot}",
        f"model     {status.model}",
        *([f"measured  {status.measured}"] if status.measured else []),
    ]


def _chart(name: str, pairs: list[tuple[str, int]]) -> list[str]:
    if not pairs:
        return [f"{name}: none yet"]
    most = max(count for _, count in pairs)
    shown = [f"{name}:"]
    for value, count in pairs[:_BARS]:
        shown.append(f"  {_short(value):{_NAME}} {count:>9}  {_bar(count / most)}")
    if len(pairs) > _BARS:
        rest = sum(count for _, count in pairs[_BARS:])
        shown.append(f"  {f'… and {len(pairs) - _BARS} more':{_NAME}} {rest:>9}")
    return shown


def _short(value: str) -> str:
    text = printable(value)
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"


def _bar(share: float) -> str:
    eighths = max(1, round(share * _WIDTH * 8))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _failed(status: CorpusStatus) -> list[str]:
    if not status.failed_files:
        return []
    shown = [f"files that gave nothing: {len(status.failed_files)}"]
    shown += [printable(f"  {file}: {reason}") for file, reason in status.failed_files[:_FAILED]]
    if len(status.failed_files) > _FAILED:
        shown.append(f"  … and {len(status.failed_files) - _FAILED} more (--json lists all)")
    return shown

"""An evaluation as lines of a terminal: what was measured, the figures side by side, the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.console import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.evaluation_against import Change
    from pipeline.evaluation_records import Evaluation, System

_NAMES = {
    "ndcg@10": "nDCG@10",
    "recall@10": "recall@10",
    "recall@100": "recall@100",
    "recall@1000": "recall@1000",
    "map": "MAP",
    "mrr": "MRR",
    "mrr@10": "MRR@10",
    "pres": "PRES",
}
_SIDE_BY_SIDE = ("ndcg@10", "recall@100")
"""Differences that are printed; all of them with --json."""
_WIDTH = 24
_SHOWN = 10


def lines(found: Evaluation) -> Iterator[str]:
    """Yield what `antedate evaluate` prints."""
    counts = dict(found.task.counts)
    questions, documents = counts.pop("questions", 0), counts.pop("documents", 0)
    name = printable(found.task.name)
    yield f"{name}, judgments {printable(found.task.qrels)}: {questions} questions, {documents} documents"
    rest = [f"{name.replace('_', ' ')} {count}" for name, count in counts.items() if count]
    if rest:
        yield f"  {', '.join(rest)}"
    for file, line, reason in found.task.skipped[:_SHOWN]:
        yield printable(f"  skipped {file}, line {line}: {reason}")
    if len(found.task.skipped) > _SHOWN:
        yield f"  … and {len(found.task.skipped) - _SHOWN} more (--json lists all)"
    if not found.systems:
        yield f"{found.outcome}: {found.words}"
        return
    yield from _table(found.systems)
    yield from _pairs(found)
    for check in found.checks:
        yield f"{'ok  ' if check.ok else 'FAIL'} {check.check}: {printable(check.words)}"
    for system, path in found.runs.items():
        yield f"run of {system}: {printable(path)}"


def _table(systems: tuple[System, ...]) -> Iterator[str]:
    heads = "".join(f"{printable(system.name)[: _WIDTH - 2]:{_WIDTH}}" for system in systems)
    yield f"{'':12}{heads}".rstrip()
    for metric, name in _NAMES.items():
        cells = [
            f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]"
            for one in (system.figures[metric] for system in systems)
        ]
        yield f"{name:12}" + "".join(f"{cell:{_WIDTH}}" for cell in cells).rstrip()
    times = ["–" if s.p50 is None else f"{s.p50:.0f} / {s.p95:.0f} ms" for s in systems]
    yield f"{'p50 / p95':12}" + "".join(f"{cell:{_WIDTH}}" for cell in times).rstrip()
    for system in systems:
        if system.table.missing:
            yield f"{printable(system.name)} lacks {system.table.missing} questions, which score 0"


def _pairs(found: Evaluation) -> Iterator[str]:
    if found.paired:
        yield "side by side on the same questions, 95 % interval of the difference:"
    for pair in found.paired:
        if pair.metric in _SIDE_BY_SIDE:
            sure = "" if pair.low <= 0 <= pair.high else "  certain"
            yield (
                f"  {_NAMES[pair.metric]:12}{printable(pair.a)} less {printable(pair.b)}: "
                f"{pair.delta:+.3f} [{pair.low:+.3f}, {pair.high:+.3f}]{sure}"
            )


def change_lines(changes: tuple[Change, ...]) -> Iterator[str]:
    """Yield how the figures differ from earlier ones."""
    yield "against the earlier figures:"
    for change in changes:
        span = f" [{change.low:+.3f}, {change.high:+.3f}]" if change.paired else " (unpaired)"
        yield (
            f"  {'DROP' if change.dropped else 'ok  '} {change.system} {_NAMES[change.metric]}: "
            f"{change.then:.3f} then, {change.now:.3f} now, {change.now - change.then:+.3f}{span}"
        )


def changes_json(changes: tuple[Change, ...]) -> list[Mapping[str, object]]:
    """Return the same as JSON values."""
    return [
        {
            "system": change.system,
            "metric": change.metric,
            "then": round(change.then, 6),
            "now": round(change.now, 6),
            "low": round(change.low, 6),
            "high": round(change.high, 6),
            "paired": change.paired,
            "dropped": change.dropped,
        }
        for change in changes
    ]

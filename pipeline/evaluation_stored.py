"""Figures that are kept with an index: a file beside its manifest, replaced whole.

Decisions
---------
* What was measured is named (generation, snapshot, models, release), so that anybody can tell whether the
  figures still speak of the index they stand beside. If not, they are shown *with* that remark, never as if.
* No time of day: the sentences go into reports, and the same corpus with the same figures has to give the
  same report, hash included.
* A file that cannot be read counts as none: figures are a convenience, a search never depends on them.
"""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from index import manifest
from index.errors import IndexingError
from index.files import write_whole
from pipeline import store_corpus
from pipeline.evaluation_records import CROSS, INSUFFICIENT, OWN, Estimate
from pipeline.records import from_json, to_json

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.evaluation_records import Evaluation
    from pipeline.store import Store

NAME: Final = "evaluation.json"
NOT_MEASURED: Final = "not measured; run 'antedate evaluate --own'"
_FORMAT: Final = 1
_LIMIT: Final = 1 << 20
_PREFERRED: Final = ("fused", "words", "meaning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one evaluation found, without the values per query."""

    outcome: str
    why: str
    """Why there are no figures; empty where there are."""
    questions: int
    documents: int
    systems: dict[str, dict[str, Estimate]]
    """Mode to measure to mean and interval."""
    generation: int
    """Of the user's index at the time."""
    snapshot: str
    """Of the user's corpus at the time."""
    models: dict[str, str]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvaluation:
    """What is kept with an index, and what the index is now."""

    own: Figures | None
    """Measured by the corpus's own citations."""
    built_in: Figures | None
    """Measured on the built-in benchmark with the same models."""
    generation: int
    """Of the index as it is now."""
    models: frozenset[str]
    """SHA-256 of the models of the index as it is now."""

    def words(self, snapshot: str = "") -> str:
        """Return the figures in a sentence or two. `snapshot`: of the corpus now, where it is known."""
        said = []
        if self.own is not None:
            said.append(_own_words(self.own) + self._remark(self.own, snapshot, of_corpus=True))
        if self.built_in is not None:
            said.append(_built_in_words(self.built_in) + self._remark(self.built_in, "", of_corpus=False))
        return ". ".join(said) if said else NOT_MEASURED

    def _remark(self, figures: Figures, snapshot: str, *, of_corpus: bool) -> str:
        """Return what has changed since, or nothing."""
        changed = []
        same = figures.snapshot == snapshot if snapshot else figures.generation == self.generation
        if of_corpus and not same:
            changed.append("the corpus")
        if not self.models <= frozenset(figures.models.values()):
            changed.append("the model")
        if figures.version != importlib.metadata.version("antedate"):
            changed.append("antedate itself")
        command = "--own" if of_corpus else "--builtin"
        if not changed:
            return ""
        return f" (measured before {' and '.join(changed)} changed; run 'antedate evaluate {command}' again)"


def stored(folder: Path) -> StoredEvaluation | None:
    """Return what is kept with the index in `folder`; None where nothing was measured."""
    try:
        with (folder / NAME).open("rb") as file:
            value = json.loads(file.read(_LIMIT))
        if value["format"] != _FORMAT:
            return None
        parts = {
            part: None if value[part] is None else from_json(Figures, value[part])
            for part in ("own", "built_in")
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    generation, models = _now(folder)
    return StoredEvaluation(**parts, generation=generation, models=models)


def words(folder: Path, snapshot: str = "") -> str:
    """Return what is known of how well the index in `folder` finds things."""
    found = stored(folder)
    return NOT_MEASURED if found is None else found.words(snapshot)


def _now(folder: Path) -> tuple[int, frozenset[str]]:
    try:
        now = manifest.read(folder)
    except (IndexingError, OSError):
        return 0, frozenset()
    return now.generation, frozenset({now.model_sha256, now.passage_sha256})


def keep(held: Store, folder: Path, evaluation: Evaluation) -> Path | None:
    """Keep an evaluation with the index in `folder`; returns the file, None where there is no index.

    `held` is the store of that index. The built-in benchmark has a corpus of its own, so what is noted for it
    is the index that its figures stand beside. Raises OSError.
    """
    if not manifest.exists(folder):
        return None
    before = stored(folder)
    own = evaluation.task.name == OWN
    generation, snapshot = evaluation.index.generation, evaluation.index.snapshot
    if not own:
        generation, _ = _now(folder)
        with held.read() as connection:
            snapshot = store_corpus.snapshot(connection)
    figures = Figures(
        outcome=evaluation.outcome,
        why=evaluation.words,
        questions=len(evaluation.task.questions),
        documents=len(evaluation.task.names),
        systems={system.name: dict(system.figures) for system in evaluation.systems},
        generation=generation,
        snapshot=snapshot,
        models=dict(evaluation.index.models),
        version=evaluation.index.version,
    )
    kept = {
        "own": figures if own else before and before.own,
        "built_in": before and before.built_in if own else figures,
    }
    value = {"format": _FORMAT, **{name: one and to_json(Figures, one) for name, one in kept.items()}}
    write_whole(folder / NAME, json.dumps(value, indent=1, sort_keys=True).encode())
    return folder / NAME


def _own_words(figures: Figures) -> str:
    if figures.outcome == INSUFFICIENT:
        return f"recall of this index could not be measured (insufficient evidence: {figures.why})"
    return (
        f"measured recall of this index: {_recall(figures)} of what {figures.questions} documents of this "
        "corpus cite here and what is no relative of theirs"
    )


def _built_in_words(figures: Figures) -> str:
    if figures.outcome == INSUFFICIENT:
        return f"the built-in benchmark could not be measured (insufficient evidence: {figures.why})"
    return (
        f"built-in benchmark ({figures.questions} questions, {figures.documents} documents): "
        f"{_recall(figures)} of what is relevant"
    )


def _recall(figures: Figures) -> str:
    """Return e.g. `.86 [.81, .90] within the first 10 and .97 [.95, .99] within the first 100 (fused)`."""
    mode = next((mode for mode in _PREFERRED if mode in figures.systems), None)
    if mode is None:
        return "nothing"
    found = figures.systems[mode]
    parts = [
        f"{one.mean:.2f} [{one.low:.2f}, {one.high:.2f}] within the first {depth}"
        for depth in (10, 100)
        if (one := found.get(f"recall@{depth}")) is not None
    ]
    again = "".join(f", scored again by the {name}" for name in figures.models if name.startswith(CROSS))
    return f"{' and '.join(parts)} ({mode}{again})"

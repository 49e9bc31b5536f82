"""The bundled corpus and disclosures: all of it invented, in true source formats (see tests/demo_source)."""

from __future__ import annotations

from pathlib import Path

from pipeline.people import Person, Role

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus"
DISCLOSURES = FOLDER / "disclosures"
BENCHMARK = FOLDER / "benchmark"
"""Questions and judgments over the corpus (`antedate evaluate --builtin`)."""
SHOWN = ("drip-valve.md", "battery-plate.md", "gripper-skin.md", "distillation-schedule.md")
"""In the order of the story: in one document, in combination, not found, and the training method."""
PUBLISHED_FROM = "distillation-schedule.md"
"""The disclosure from which the demo drafts its publication."""

INVENTOR = Person(id="ines", name="Ines Marlow", roles=frozenset({Role.INVENTOR}))
MANAGER = Person(id="max", name="Max Orlov", roles=frozenset({Role.MANAGER}))
REVIEWER = Person(id="rhea", name="Rhea Tamm", roles=frozenset({Role.REVIEWER}))

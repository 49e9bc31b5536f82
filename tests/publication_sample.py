"""A publication and a release to test with; every word is ours."""

from __future__ import annotations

from datetime import UTC, datetime

from publications.document import DefensivePublication, Reference, SectionName, TextSection
from publications.release import Release

PUBLISHED = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)

DESCRIPTION = """\
# Components

The scheduler holds a **reorder window** of 8 to 64 tiles. If a<b and c>d, tile *a* goes first.

1. A queue `window[i]` of tiles.
2. A comparator of predicted stall times.
    - one for reads
    - one for writes

| Parameter | Value | Unit |
|:----------|------:|:----:|
| window | 8 to 64 | tiles |
| threshold | 12.5 | microseconds |

```python
def order(tiles):
    return sorted(tiles, key=lambda tile: tile.stall)
```

> Heat rises by 3 K over H<sub>2</sub>O cooling.
"""


def section(name: SectionName, text: str) -> TextSection:
    return TextSection(name=name, text=text)


def publication(
    *,
    title: str = "Ordering of tiles in a sparse matrix engine by predicted stall time",
    text: str = DESCRIPTION,
) -> DefensivePublication:
    return DefensivePublication(
        title=title,
        abstract="Tiles wait in a bounded window and leave it by *predicted* stall time.",
        authors=("Ada Example", "Bo Muster"),
        sections=(
            section(SectionName.FIELD, "Accelerators for sparse linear algebra."),
            section(SectionName.DESCRIPTION, text),
            section(
                SectionName.EXAMPLE, "With a window of 16 tiles, 4096 tiles take 3.1 ms instead of 4.4 ms."
            ),
            section(SectionName.ASPECTS, "Aspect 1. A method of ordering tiles by predicted stall time."),
        ),
        references=(
            Reference(
                key="US-99999999-B2", title="Tile queues", published="2019-04-02", places=("claim 1", "¶0032")
            ),
        ),
        keywords=("tile", "reorder window"),
        classes=("G06F9/48",),
        contact="disclosures@example.org",
    )


def release(*, version: int = 1, published: datetime = PUBLISHED, url: str = "") -> Release:
    return Release(identifier="DP-2026-000001", version=version, published=published, url=url)

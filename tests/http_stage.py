"""What the tests of the session share: a body, a secret, and how something is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ingest.http_rules import Ask

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.http_rules import Wants
    from tests.playing_server import Play

BODY = json.dumps({"items": [f"record {n}" for n in range(400)]}).encode()
SECRET = "s3cret/key+of=ours"


def ask(play: Play, path: str = "/list", *, wants: Wants = "json", **more: object) -> Ask:
    return Ask(url=f"{play.url}{path}", wants=wants, **more)  # type: ignore[arg-type]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}

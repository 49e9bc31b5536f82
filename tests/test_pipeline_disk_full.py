"""A disk that refuses to grow: the command ends in a sentence, and the same command goes on later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipeline.checks import corpus_faults
from tests.small_corpus import open_corpus, picture, run, write_lines

CHILD = Path(__file__).with_name("ingest_child.py")


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", range(60))
    calm = open_corpus(tmp_path / "calm")
    run(calm, source)
    folder = tmp_path / "full"
    open_corpus(folder).store.close()
    done = subprocess.run(
        [sys.executable, str(CHILD), str(folder), str(source)],
        env={**os.environ, "LARGEST_FILE": "300000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "run the same command again" in done.stderr
    opened = open_corpus(folder)
    assert corpus_faults(opened) == ()
    run(opened, source)
    assert picture(opened) == picture(calm)
    for corpus in (opened, calm):
        corpus.close()
        corpus.store.close()

"""Reading USPTO volumes: our reader against bare lxml on the same bytes, in the same run.

The peer (`lxml.etree.fromstring` over every document, nothing extracted) is the floor that no reader in
Python can go below. Ours begins at the zip and ends at documents. Both sides run three times in turn, so that
a busy moment of the machine meets both, and the best of each counts; processor time, one thread. Uses
`../shared/data` when it is there, else the bundled demo volume.
"""

from __future__ import annotations

import resource
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from ingest.documents import Document
from ingest.sources import detect

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "fixtures" / "uspto_xml_bulk" / "ipg100105.half.zip"
DEMO = ROOT / "pipeline" / "demo" / "corpus" / "ipg_demo.zip"
ROUNDS = 3


def seconds(work: Callable[[], int]) -> tuple[float, int]:
    """Return the processor seconds that the work took, and what it counted."""
    started = time.process_time()
    count = work()
    return time.process_time() - started, count


def main() -> None:
    """Print documents and megabytes a second, and the ratio to the peer."""
    path = REAL if REAL.is_file() else DEMO
    with zipfile.ZipFile(path) as archive:
        data = archive.read(archive.namelist()[0])
    pieces = [b"<?xml" + piece for piece in data.split(b"<?xml")[1:]]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    reader = detect(path)

    def bare() -> int:
        return sum(etree.fromstring(piece, parser) is not None for piece in pieces)

    def ours() -> int:
        return sum(isinstance(record, Document) for record in reader.read(path))

    runs = [(seconds(bare), seconds(ours)) for _ in range(ROUNDS)]
    (peer, parsed), (own, read) = min(run[0] for run in runs), min(run[1] for run in runs)
    megabytes = len(data) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{path.name}: {read} documents, {megabytes:.1f} MB, best of {ROUNDS}")
    print(f"  antedate   {read / own:8.1f} documents/s {megabytes / own:7.1f} MB/s")
    print(f"  bare lxml  {parsed / peer:8.1f} documents/s {megabytes / peer:7.1f} MB/s")
    print(f"  ratio {own / peer:.2f} times the bare parse; peak memory of this process {memory:.0f} MB")


main()

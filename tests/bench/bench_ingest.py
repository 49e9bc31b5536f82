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
from tests.bench import tables

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
    rows = [
        [name, f"{count / spent:,.0f}", f"{megabytes / spent:.1f}"]
        for name, count, spent in (("antedate", read, own), ("bare lxml", parsed, peer))
    ]
    rows.append(["antedate / lxml", "", f"×{peer / own:.2f}"])
    note = (
        f"{path.name}: {read} documents, {megabytes:.1f} MB, best of {ROUNDS}, processor time; peak memory "
        f"{memory:.0f} MB"
    )
    table = tables.markdown(("", "documents a second", "MB a second"), rows)
    figures = {"seconds": own, "lxml_seconds": peer, "documents": read, "megabytes": megabytes}
    tables.show("ingest", f"{note}\n\n{table}", figures)


main()

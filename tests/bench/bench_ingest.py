"""Reading USPTO volumes: our reader against bare lxml on the same bytes, in the same run.

The peer (`lxml.etree.fromstring` over every document, nothing extracted) is the floor that no reader in
Python can go below. Uses `../shared/data` when it is there, else the bundled demo volume.
"""

from __future__ import annotations

import resource
import time
import zipfile
from pathlib import Path

from lxml import etree

from ingest.documents import Document
from ingest.sources import detect

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "fixtures" / "uspto_xml_bulk" / "ipg100105.half.zip"
DEMO = ROOT / "pipeline" / "demo" / "corpus" / "ipg_demo.zip"


def main() -> None:
    """Print documents and megabytes a second, and the ratio to the peer."""
    path = REAL if REAL.is_file() else DEMO
    with zipfile.ZipFile(path) as archive:
        data = archive.read(archive.namelist()[0])
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    started = time.perf_counter()
    pieces = [b"<?xml" + piece for piece in data.split(b"<?xml")[1:]]
    for piece in pieces:
        etree.fromstring(piece, parser)
    peer = time.perf_counter() - started
    started = time.perf_counter()
    count = sum(isinstance(record, Document) for record in detect(path).read(path))
    ours = time.perf_counter() - started
    megabytes = len(data) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{path.name}: {count} documents, {megabytes:.1f} MB")
    print(f"  antedate   {count / ours:8.1f} documents/s {megabytes / ours:7.1f} MB/s")
    print(f"  bare lxml  {len(pieces) / peer:8.1f} documents/s {megabytes / peer:7.1f} MB/s")
    print(f"  ratio {ours / peer:.2f} times the bare parse; peak memory of this process {memory:.0f} MB")


main()

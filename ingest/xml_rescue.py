"""The whole records in a document that is broken somewhere: cut off, or with one bad record among good ones.

A record is taken from its opening tag to the next closing tag of that name and put into a root element of its
own. The prefixes it uses are declared there with names that mean nothing: whoever asks for a rescue reads
local names only. What lies inside a record that is taken is not taken again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.xml_safety import prolog

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = 20
"""Different tag names that are followed; real answers have four."""
_PREFIX = re.compile(rb"xmlns:([A-Za-z_][A-Za-z0-9_.-]{0,20})\s{0,5}=")


def rescued(data: bytes, opening: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield a document for each record; `opening` matches an opening tag and has its name as group 1."""
    first = prolog(data)
    root = first.root.rpartition(":")[2]
    if not root:
        return
    prefixes = sorted({found[1].decode() for found in _PREFIX.finditer(data)} - {"xml", "xmlns"})
    spaces = "".join(f' xmlns:{prefix}="urn:x-rescued:{prefix}"' for prefix in prefixes[:50])
    head = f'<?xml version="1.0" encoding="{first.encoding}"?><{root}{spaces}>'.encode()
    at = first.start
    ends: dict[
        bytes, int
    ] = {}  # where the next closing tag of a name stands: looked for once, not at every tag
    while (found := opening.search(data, at)) is not None:
        at, name = found.end(), found[1]
        close = b"</" + name + b">"
        if name not in ends and len(ends) >= _NAMES:
            continue
        if 0 <= ends.get(name, 0) < at:
            ends[name] = data.find(close, at)
        if ends[name] < 0:
            continue
        following = opening.search(data, at, ends[name])
        if following is not None and following[1] == name:
            at = following.start()  # its own end is missing: the end found is the next one's
            continue
        at = ends[name] + len(close)
        yield head + data[found.start() : at] + f"</{root}>".encode()

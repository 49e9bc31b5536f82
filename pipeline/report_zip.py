"""Office files with the same bytes each time: members in order, one fixed day, no clock in their properties.

The libraries that write docx and xlsx put the time of writing into every member and into the core
properties (ECMA-376 part 2, 11). Both are replaced: the properties name the report by its hash, which says
more than a clock does.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from pipeline.report_blocks import Paper

_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The first day that a zip can hold."""
_PROPERTIES: Final = "docProps/core.xml"
_CORE: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Antedate</dc:creator><dc:identifier>{hash}'
    "</dc:identifier><dc:title>{title}</dc:title></cp:coreProperties>"
)


def settled(made: bytes, paper: Paper) -> bytes:
    """Return an office file with every trace of the time of writing replaced."""
    properties = _CORE.format(hash=paper.report_hash, title=escape(clean(paper.title)))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for name in _ordered(old.namelist()):
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
            content = properties.encode() if name == _PROPERTIES else old.read(name)
            new.writestr(info, content)
    return out.getvalue()


def _ordered(names: list[str]) -> list[str]:
    """Put the list of types first, as readers expect, the rest by name."""
    return sorted(names, key=lambda name: (name != "[Content_Types].xml", name))


def clean(text: str) -> str:
    """Return text without what XML 1.0 cannot hold (section 2.2): each such character becomes U+FFFD."""
    return "".join(c if _allowed(ord(c)) else "\ufffd" for c in text)


def _allowed(code: int) -> bool:
    return (
        code in {0x9, 0xA, 0xD}
        or 0x20 <= code <= 0xD7FF  # noqa: PLR2004 - the ranges of the standard
        or 0xE000 <= code <= 0xFFFD  # noqa: PLR2004
        or code >= 0x10000  # noqa: PLR2004
    )

"""The block of fields at the head of a text file: YAML between `---` lines, TOML between `+++` lines.

Decisions
---------
* Dates stay text (`2024-13-45` is reported by whoever needs a date, and does not cost the other fields).
* YAML aliases are refused: nine lines of them can stand for gigabytes. So is deep nesting, event by event:
  the time that the scanner takes grows with the square of the depth.
* Fields that cannot be read are a warning, and the block then counts as text: nothing is dropped in silence.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 64 << 10
"""Characters a block may have."""
_DEPTH = 20
_YAML = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def split(text: str) -> tuple[Mapping[str, object], str, str]:
    """Return the fields, the text after them, and a warning (empty when all is well)."""
    head = text[: LIMIT + 20]
    for pattern, read, name in ((_YAML, _yaml, "YAML"), (_TOML, _toml, "TOML")):
        match = pattern.match(head)
        if match is None:
            continue
        try:
            return read(match[1]), text[match.end() :], ""
        except (ValueError, RecursionError) as error:
            reason = " ".join(str(error).split())[:160]
            return {}, text, f"the {name} front matter was not understood and counts as text: {reason}"
    return {}, text, ""


def _yaml(text: str) -> Mapping[str, object]:
    import yaml  # noqa: PLC0415 - only files with front matter need it

    class Loader(yaml.SafeLoader):
        """Reads dates as text."""

    kept = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.yaml_implicit_resolvers = kept
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > _DEPTH:
                raise ValueError("aliases and deep nesting are refused")
        value = yaml.load(text, Loader=Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    return _mapping(value)


def _toml(text: str) -> Mapping[str, object]:
    import tomllib  # noqa: PLC0415 - the same

    return _mapping(tomllib.loads(text))


def _mapping(value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("it is not a list of fields")  # noqa: TRY004 - both loaders report by ValueError
    return {str(key): _plain(item, _DEPTH) for key, item in value.items()}


def _plain(value: object, depth: int) -> object:
    """Reduce to what JSON can say; dates become ISO text."""
    if depth == 0:
        raise ValueError("it is nested too deeply")
    if isinstance(value, dict):
        return {str(key): _plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item, depth - 1) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)

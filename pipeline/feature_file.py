"""Features as a Markdown file that a person edits: `antedate features ID --edit` and `--set FILE`.

One line a feature, so that reordering, splitting and merging are moves of lines:

    - F1 [structure, essential] A device for watering plants <0:31>
    - F2 [numeric, essential, novel] a probe between 5 and 10 cm long <40:72>

Ids are given anew from top to bottom. The span in angle brackets may be dropped; a feature whose words no
longer stand at its span in the disclosure loses the span and counts as written by a person. Lines that do not
begin with "-" are remarks. Long features are one line too.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ingest.documents import clean
from pipeline.decompose import TEXT_LIMIT
from pipeline.disclosure import Feature, FeatureKind
from pipeline.errors import UsageError
from pipeline.feature_kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIMIT: Final = 200
"""Features a file may hold."""
_MARKS: Final = 200
"""Characters that number, marks and span of a line may take."""
_SIZE_LIMIT: Final = 1_000_000
_LINE: Final = re.compile(r"[-*]\s+(?:F\d+\s*[:.]?\s*)?(?:\[(?P<tags>[^\]]*)\]\s*)?(?P<text>.*?)\s*")
_SPAN: Final = re.compile(r"\s*<(\d{1,9}):(\d{1,9})>\Z")
_HEAD: Final = """# Features

One line a feature: `- F1 [kind, essential] text`. Kinds: {kinds}.
Write `optional` for `essential` when the invention works without it, and add `novel` where the point of
novelty lies. Move, split, merge or delete lines; the numbers are given anew.

"""


class FeatureFileError(UsageError):
    """A line of a feature file cannot be read."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"feature file, line {line}: {problem}")


class NoFeatureLinesError(UsageError):
    """A feature file without a feature."""

    def __init__(self) -> None:
        super().__init__(
            "feature file: no feature found; write one line each, such as '- [step] heating the plate'"
        )


def dumps(features: Sequence[Feature]) -> str:
    """Write features as Markdown; `loads` gives them back."""
    lines = "".join(f"{_line(feature)}\n" for feature in features)
    return _HEAD.format(kinds=", ".join(kind.value for kind in FeatureKind)) + lines


def loads(text: str, disclosure_text: str = "") -> tuple[Feature, ...]:
    """Read features; spans are kept only where `disclosure_text` holds the feature's words.

    Raises FeatureFileError with the line's number, NoFeatureLinesError.
    """
    if len(text) > _SIZE_LIMIT:
        raise FeatureFileError(1, f"the file has {len(text):,} characters; {_SIZE_LIMIT:,} are read at most")
    found = tuple(_features(text, disclosure_text))
    if not found:
        raise NoFeatureLinesError
    return tuple(replace(feature, id=f"F{number}") for number, feature in enumerate(found, start=1))


def _line(feature: Feature) -> str:
    tags = [feature.kind.value, "essential" if feature.essential else "optional"]
    if feature.novel:
        tags.append("novel")
    words = re.sub(r"\s*\n\s*", " ", feature.text.strip())
    span = f" <{feature.start}:{feature.end}>" if feature.start >= 0 else ""
    return f"- {feature.id} [{', '.join(tags)}] {words}{span}"


def _features(text: str, source: str) -> Iterator[Feature]:
    count = 0
    for number, line in enumerate(clean(text).split("\n"), start=1):
        if not line.startswith(("- ", "* ", "-\t", "*\t")):
            continue
        count += 1
        if count > LIMIT:
            raise FeatureFileError(number, f"more than {LIMIT} features; delete or merge some")
        yield _feature(line, number, source)


def _feature(line: str, number: int, source: str) -> Feature:
    if len(line) > TEXT_LIMIT + _MARKS:
        raise FeatureFileError(number, _too_long(len(line)))
    match = _LINE.fullmatch(re.sub(r"[^\S\n]{2,}", " ", line))
    words = "" if match is None else match["text"]
    span = _SPAN.search(words)
    words = words if span is None else words[: span.start()]
    if match is None or not words:
        raise FeatureFileError(number, "no text after the '-'; write what the feature is, or delete the line")
    if len(words) > TEXT_LIMIT:
        raise FeatureFileError(number, _too_long(len(words)))
    kind, essential, novel = _tags(match["tags"], number)
    start, end = (-1, -1) if span is None else (int(span[1]), int(span[2]))
    slice_ = source[start:end] if start >= 0 else ""
    if start < 0 or re.sub(r"\s*\n\s*", " ", slice_.strip()) != words:
        slice_, start, end = words, -1, -1
    return Feature(
        id="",
        text=slice_,
        kind=kind or kind_of(words),
        essential=essential,
        novel=novel,
        start=start,
        end=end,
    )


def _too_long(length: int) -> str:
    return f"{length:,} characters; a feature may have {TEXT_LIMIT:,}, split it"


def _tags(tags: str | None, number: int) -> tuple[FeatureKind | None, bool, bool]:
    kind: FeatureKind | None = None
    essential, novel = True, False
    for tag in (tag.strip().lower() for tag in (tags or "").split(",")):
        if tag in ("essential", "optional"):
            essential = tag == "essential"
        elif tag == "novel":
            novel = True
        elif tag in (known.value for known in FeatureKind):
            kind = FeatureKind(tag)
        elif tag:
            known = ", ".join([kind.value for kind in FeatureKind] + ["essential", "optional", "novel"])
            raise FeatureFileError(number, f"[{tag[:40]}] is no mark of a feature; use one of: {known}")
    return kind, essential, novel

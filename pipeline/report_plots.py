"""Two pictures, as SVG of our own: features per reference, and publication days against the critical date.

Decisions
---------
* No word from outside stands in a picture: references are R1, R2 … and L1, L2 …, as in the tables. So a
  picture can be put into a page and into the typesetter as it is.
* Colour is never alone: full, hatched, empty and dashed boxes differ in black and white as well. Attributes
  give the colours of paper; classes (`plot-…`) let a page's style sheet give those of a dark screen.
* What is known as an interval is drawn as one, what has no date is listed as that, and `words` says all of
  it in sentences.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from ingest.documents import OPEN, DayInterval
from ingest.errors import DateFormError
from pipeline.chart import DateStatus
from pipeline.report_blocks import Plot
from pipeline.report_figures import Score, score, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.novelty import NoveltyReport

_INK: Final = "#1a1f26"
_SOFT: Final = "#566170"
_WIDTH: Final = 680
_LEFT: Final = 84
_RIGHT: Final = 596
_ROW: Final = 22
_TOP: Final = 34
SHOWN: Final = 40
"""Rows of a picture; the sentences below it name the rest as well."""
_PATTERN: Final = (
    '<defs><pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="plot-part-bg" width="6" height="6" fill="#fdf0cf"/>'
    '<rect class="plot-part" width="2.4" height="6" fill="#7a5600"/></pattern></defs>'
)


def coverage_plot(report: NoveltyReport) -> Plot:
    """Draw how many essential features each reference shows."""
    rows = [
        (f"R{n}{'' if r.status is DateStatus.BEFORE else ' ?'}", score(report, r.key))
        for n, r in enumerate(report.chart.references, start=1)
    ]
    drawn = [*rows[:SHOWN], ("together", together(report))]
    height = _TOP + _ROW * (len(drawn) + (len(rows) > SHOWN)) + 10
    title = "Essential features shown by each reference"
    body = [_PATTERN.format(id="partly"), *_legend()]
    for index, (name, found) in enumerate(drawn):
        body += _bar(_TOP + _ROW * index, name, found)
    body += _rest(len(rows), _TOP + _ROW * len(drawn))
    words = [
        _bar_words(name, found) for name, found in (*rows, ("All that count together", together(report)))
    ]
    return _plot(title, body, words, height)


def _legend() -> list[str]:
    parts = []
    for at, (kind, words) in zip((84, 190, 272, 396), _KINDS, strict=True):
        parts += [_box(at, 10, 14, kind), _text(at + 20, 21, words, soft=True)]
    return parts


_KINDS: Final = (("yes", "disclosed"), ("part", "partly"), ("no", "not disclosed"), ("none", "not evaluated"))


def _box(x: float, y: float, width: float, kind: str) -> str:
    style = {
        "yes": 'class="plot-yes" fill="#9c2f1f" stroke="#9c2f1f"',
        "part": 'class="plot-hatched" fill="url(#partly)" stroke="#7a5600"',
        "no": 'class="plot-no" fill="#ffffff" stroke="#39506b"',
        "none": 'class="plot-none" fill="none" stroke="#566170" stroke-dasharray="3 2"',
    }[kind]
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="14" {style}/>'


def _bar(top: float, name: str, found: Score) -> list[str]:
    counts = (
        found.disclosed,
        found.partly,
        found.evaluated - found.disclosed - found.partly,
        found.essential - found.evaluated,
    )
    step = (_RIGHT - _LEFT) / max(found.essential, 1)
    parts, at = [_text(_LEFT - 8, top + 12, name, anchor="end")], float(_LEFT)
    for (kind, _), count in zip(_KINDS, counts, strict=True):
        for _ in range(count):
            parts.append(_box(at + 1, top, max(step - 3, 1), kind))
            at += step
    return [*parts, _text(_RIGHT + 8, top + 12, f"{found.disclosed} of {found.essential}")]


def _bar_words(name: str, found: Score) -> str:
    unknown = found.essential - found.evaluated
    rest = found.evaluated - found.disclosed - found.partly
    return (
        f"{name.replace(' ?', ' (date open)')}: {found.disclosed} of {found.essential} disclosed, "
        f"{found.partly} partly, {rest} not disclosed, {unknown} not evaluated."
    )


def time_line(report: NoveltyReport) -> Plot:
    """Draw when each document became public, against the critical date."""
    rows = [
        (f"R{n}{'' if r.status is DateStatus.BEFORE else ' ?'}", _days(r.published))
        for n, r in enumerate(report.chart.references, start=1)
    ]
    rows += [(f"L{n}", _days(late.published)) for n, late in enumerate(report.left_out, start=1)]
    critical = report.critical_date
    drawn = rows[:SHOWN]
    first, last = _span([when for _, when in drawn if when is not None], critical)
    scale = (_RIGHT - _LEFT - 12) / max((last - first).days, 1)

    def place(day: dt.date) -> float:
        return _LEFT + 6 + max((day - first).days, 0) * scale

    bottom = _TOP + _ROW * len(drawn)
    body = [*_axis(first, last, place(critical), bottom, scale)]
    for index, (name, when) in enumerate(drawn):
        top = _TOP + _ROW * index
        body.append(_text(_LEFT - 8, top + 12, name, anchor="end"))
        body += [_text(_LEFT + 6, top + 12, "no public date", soft=True)] if when is None else []
        if when is not None:
            body += _span_mark(place(max(when.earliest, first)), place(when.latest), top, when)
    line = place(critical)
    body.append(
        f'<line class="plot-critical" x1="{line:.1f}" y1="24" x2="{line:.1f}" y2="{bottom}" '
        'stroke="#0b5cad" stroke-width="1.6" stroke-dasharray="5 3"/>'
    )
    body += _rest(len(rows), bottom + 22)
    words = [_day_words(name, when, critical) for name, when in rows]
    return _plot(
        "Publication days against the critical date", body, words, bottom + 26 + _ROW * (len(rows) > SHOWN)
    )


def _rest(rows: int, top: float) -> list[str]:
    """Say below the last row drawn how many there are beyond it."""
    left = rows - SHOWN
    return [_text(_LEFT, top + 12, f"and {left} more, in the words below", soft=True)] if left > 0 else []


def _days(text: str) -> DayInterval | None:
    try:
        return DayInterval.parse(text) if text else None
    except DateFormError:
        return None


def _span(intervals: Sequence[DayInterval], critical: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the picture; an open beginning is not drawn to scale."""
    firsts = [w.earliest if w.earliest != OPEN else w.latest for w in intervals]
    first, last = min([*firsts, critical]), max([*(w.latest for w in intervals), critical])
    margin = max((last - first).days // 30, 20)
    begin = first - dt.timedelta(days=margin) if first > dt.date.min + dt.timedelta(days=margin) else first
    end = last + dt.timedelta(days=margin) if last < dt.date.max - dt.timedelta(days=margin) else last
    return begin, end


def _axis(first: dt.date, last: dt.date, critical: float, bottom: int, scale: float) -> list[str]:
    parts = [
        f'<line class="plot-soft" x1="{_LEFT}" y1="{bottom}" x2="{_RIGHT}" y2="{bottom}" stroke="{_SOFT}"/>',
        _text(min(max(critical, _LEFT + 44), _RIGHT - 44), 18, "critical date", anchor="middle"),
    ]
    years = range(first.year + 1, last.year + 1)
    step = max(1, -(-len(years) // 10))
    for year in years[::step]:
        x = _LEFT + 6 + (dt.date(year, 1, 1) - first).days * scale
        parts += [
            (
                f'<line class="plot-soft" x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}" '
                f'stroke="{_SOFT}"/>'
            ),
            _text(x, bottom + 18, f"{year:04d}", anchor="middle", soft=True),
        ]
    return parts


def _span_mark(start: float, end: float, top: float, when: DayInterval) -> list[str]:
    if when.earliest == when.latest:
        return [f'<circle class="plot-ink" cx="{end:.1f}" cy="{top + 7}" r="4.5" fill="{_INK}"/>']
    width = max(end - start, 12)
    dash = ' stroke-dasharray="3 2"' if when.earliest == OPEN else ""
    return [
        (
            f'<rect class="plot-span" x="{start:.1f}" y="{top + 2}" width="{width:.1f}" height="10" rx="5" '
            f'fill="#e6ecf4" stroke="{_INK}" stroke-width="1.4"{dash}/>'
        )
    ]


def _day_words(name: str, when: DayInterval | None, critical: dt.date) -> str:
    label = name.replace(" ?", " (date open)")
    if when is None:
        return f"{label}: no public date."
    if when.earliest == when.latest:
        known = f"public on {when.latest}"
    elif when.earliest == OPEN:
        known = f"public on or before {when.latest}"
    else:
        known = f"public between {when.earliest} and {when.latest}"
    if when.latest < critical:
        return f"{label}: {known}, before the critical date {critical}."
    after = "not before" if when.earliest >= critical else "perhaps before"
    return f"{label}: {known}, {after} the critical date {critical}."


def _text(x: float, y: float, words: str, *, anchor: str = "start", soft: bool = False) -> str:
    kind, fill = ("plot-soft-text", _SOFT) if soft else ("plot-text", _INK)
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{words}</text>'


def _plot(title: str, body: Iterable[str], words: Sequence[str], height: int) -> Plot:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-family="system-ui, \'Libertinus Serif\', sans-serif" '
        f'font-size="13"><title>{title}</title>\n' + "\n".join(body) + "\n</svg>"
    )
    return Plot(title=title, svg=svg, words=tuple(words), width=_WIDTH, height=height)

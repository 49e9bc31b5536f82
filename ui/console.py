"""What the terminal sees: results on stdout, progress and messages on stderr; `--json` gives one object."""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

S = TypeVar("S")
R = TypeVar("R")

_TERMINAL_INTERVAL = 0.1
_PIPE_INTERVAL = 5.0


@dataclass(slots=True)
class Console:
    """How to speak: `as_json` gives exactly one object on stdout; `quiet` drops everything on stderr."""

    as_json: bool = False
    quiet: bool = False
    _last: float = field(default=0.0)
    _width: int = field(default=0)

    def result(self, value: dict[str, Any], lines: Iterable[str]) -> None:
        """Print the outcome: the object with `--json`, the lines otherwise."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False))
            return
        for line in lines:
            click.echo(line)

    def note(self, text: str) -> None:
        """Say something that is not the result."""
        if not self.quiet:
            self._clear()
            click.echo(text, err=True)

    def pull(
        self, work: Generator[S, None, R], describe: Callable[[S], str], units: Callable[[S], tuple[int, int]]
    ) -> R:
        """Run work to its end, showing progress with a rate and the time left; returns its result."""
        started = time.monotonic()
        first: tuple[float, int] | None = None
        while True:
            try:
                step = next(work)
            except StopIteration as end:
                self._clear()
                result: R = end.value
                return result
            first = first or (time.monotonic(), units(step)[0])
            self._progress(started, first, describe, units, step)

    def _progress(
        self,
        started: float,
        first: tuple[float, int],
        describe: Callable[[S], str],
        units: Callable[[S], tuple[int, int]],
        step: S,
    ) -> None:
        terminal = sys.stderr.isatty()
        now = time.monotonic()
        due = _TERMINAL_INTERVAL if terminal else _PIPE_INTERVAL
        if self.quiet or now - max(self._last, started) < due:
            return
        self._last = now
        done, total = units(step)
        share = done / total if total else 0.0
        # from where this run began: what an earlier run had read says nothing about the pace of this one
        begun, already = first
        left = (now - begun) * (total - done) / (done - already) if done > already else None
        words = f"{share:4.0%}  {describe(step)}  {_clock(now - started)}"
        words += f", about {_clock(left)} left" if left is not None else ""
        if terminal:
            words = words[: shutil.get_terminal_size().columns - 1]
            click.echo("\r" + words.ljust(self._width), err=True, nl=False)
            self._width = len(words)
        else:
            click.echo(words, err=True)

    def _clear(self) -> None:
        if self._width:
            click.echo("\r" + " " * self._width + "\r", err=True, nl=False)
            self._width = 0


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def printable(text: str) -> str:
    """Return outside text without control characters, so that it cannot drive a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)


def marked(quote: str, spans: Iterable[tuple[int, int]], *, colour: bool) -> str:
    """Return a quote with its spans emphasised: bold on a terminal, [brackets] elsewhere."""
    pieces, at = [], 0
    for start, end in spans:
        word = printable(quote[start:end])
        pieces += [printable(quote[at:start]), click.style(word, bold=True) if colour else f"[{word}]"]
        at = end
    return "".join([*pieces, printable(quote[at:])])

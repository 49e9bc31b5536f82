r"""What the terminal sees: results on stdout, progress and messages on stderr; `--json` gives one object.

Decisions
---------
* With `--json` a failure is an object as well, `{"error": {"code", "kind", "message"}}`: a script reads one
  object whatever happened. The sentence stands on stderr too.
* A reader that closes the pipe (`| head -1`) has seen enough: what is left is not shown, the work goes on and
  the exit code says how it ended.
* A terminal that cannot show a character gets its code instead (`\u201c`); JSON is then plain ASCII.
"""

from __future__ import annotations

import json
import os
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
    _answered: bool = field(default=False)

    def result(self, value: dict[str, Any], lines: Iterable[str]) -> None:
        """Print the outcome: the object with `--json`, the lines otherwise."""
        if self.as_json:
            self._answered = True
            _put(json.dumps(value, ensure_ascii=not _speaks_unicode()))
            return
        for line in lines:
            _put(line)

    def say(self, text: str) -> bool:
        """Tell a part of a longer story: on stdout, or on stderr with `--json`; False if nobody listens."""
        if not self.as_json:
            return _put(text)
        self.note(text)
        return True

    def note(self, text: str) -> None:
        """Say something that is not the result."""
        if not self.quiet:
            self._clear()
            _put(text, err=True)

    def failed(self, code: int, kind: str, message: str) -> None:
        """Say why there is no result: a sentence on stderr, and with `--json` the object on stdout."""
        self._clear()
        _put(f"antedate: {printable(message)}", err=True)
        if self.as_json and not self._answered:
            self.result({"error": {"code": code, "kind": kind, "message": message}}, ())

    def pull(
        self, work: Generator[S, None, R], describe: Callable[[S], str], units: Callable[[S], tuple[int, int]]
    ) -> R:
        """Run work to its end, showing progress with a rate and the time left; returns its result."""
        started = time.monotonic()
        first: int | None = None
        try:
            while True:
                try:
                    step = next(work)
                except StopIteration as end:
                    self._clear()
                    result: R = end.value
                    return result
                done, total = units(step)
                first = done if first is None else first
                self._progress(started, describe, step, (first, done, total))
        finally:
            work.close()  # an interruption between two steps must end the work before its workspace closes

    def _progress(
        self, started: float, describe: Callable[[S], str], step: S, at: tuple[int, int, int]
    ) -> None:
        """Show where the work is. `at`: units done when it began (resumed work), done now, in all."""
        terminal = sys.stderr.isatty()
        now = time.monotonic()
        due = _TERMINAL_INTERVAL if terminal else _PIPE_INTERVAL
        if self.quiet or now - max(self._last, started) < due:
            return
        self._last = now
        first, done, total = at
        words = f"{done / total if total else 0:4.0%}  {printable(describe(step))}  {_clock(now - started)}"
        if done > first:
            words += f", about {_clock((now - started) * max(total - done, 0) / (done - first))} left"
        if terminal:
            words = words[: shutil.get_terminal_size().columns - 1]
            _put("\r" + words.ljust(self._width), err=True, end="")
            self._width = len(words)
        else:
            _put(words, err=True)

    def _clear(self) -> None:
        if self._width:
            _put("\r" + " " * self._width + "\r", err=True, end="")
            self._width = 0


def prepare_streams() -> None:
    """Let both streams show what their encoding lacks as codes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").replace("-", "").lower() == "utf8"


def _put(text: str, *, err: bool = False, end: str = "\n") -> bool:
    """Write text; False when whoever read the stream has closed it, which then swallows the rest."""
    try:
        click.echo(text + end, err=err, nl=False)
    except BrokenPipeError:
        void = os.open(os.devnull, os.O_WRONLY)
        os.dup2(void, (sys.stderr if err else sys.stdout).fileno())
        os.close(void)
        return False
    return True


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def printable(text: str) -> str:
    """Return outside text without control characters, so that it cannot drive a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)


def coloured() -> bool:
    """Tell whether stdout is a terminal that wants emphasis (https://no-color.org, TERM=dumb)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def marked(quote: str, spans: Iterable[tuple[int, int]], *, colour: bool) -> str:
    """Return a quote with its spans emphasised: bold on a terminal, [brackets] elsewhere."""
    pieces, at = [], 0
    for start, end in spans:
        word = printable(quote[start:end])
        pieces += [printable(quote[at:start]), click.style(word, bold=True) if colour else f"[{word}]"]
        at = end
    return "".join([*pieces, printable(quote[at:])])

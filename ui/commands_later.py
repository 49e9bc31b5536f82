"""Commands of the contract that later releases bring: they say so, exit 2, and do nothing."""

from __future__ import annotations

import click

from ui.common import options


class NotYetError(click.ClickException):
    """The command is part of the contract and not there yet."""

    exit_code = 2

    def __init__(self, name: str) -> None:
        super().__init__(f"'antedate {name}' is not there yet; a later release brings it")


def _later(name: str) -> click.Command:
    @click.command(name, context_settings={"ignore_unknown_options": True})
    @click.argument("anything", nargs=-1, type=click.UNPROCESSED)
    @options
    def command(anything: tuple[str, ...]) -> None:  # noqa: ARG001 - whatever was given, the answer is the same
        raise NotYetError(name)

    command.help = "Not there yet."
    return command


COMMANDS = {name: _later(name) for name in ("decide", "gate", "comment", "schedule", "renew", "watch")}

"""`antedate`: the command line as a contract (cli.md). Exit codes: 0 done, 1 the answer is no, 2 usage,
3 environment, 4 refused by policy, 5 partly done, resume.

Commands live in `ui.commands_*`, loaded when named, so that `--help` stays fast.
"""  # noqa: D205 - one sentence that needs two lines

from __future__ import annotations

import sys
import traceback
from importlib import import_module

import click

from ui.common import Context, exit_code, failures, options
from ui.console import prepare_streams

_COMMANDS = {
    "init": ("corpus", "Make a workspace."),
    "ingest": ("corpus", "Read documents from files into the corpus; resumable."),
    "fetch": ("fetch", "Fetch raw files from a service, politely; resumable."),
    "sources": ("fetch", "List what can be read, and which services can be asked."),
    "corpus": ("corpus", "Look after the corpus: status, verify, export, remove, wanted, rebuild."),
    "show": ("search", "Print a document as interchange JSON."),
    "search": ("search", "Search the corpus by words and by meaning."),
    "relations": ("relations", "Show a document's family, versions, near-duplicates and citations."),
    "classes": ("relations", "Count documents by class, with the classes' titles."),
    "evaluate": ("evaluate", "Measure the ranking: a BEIR folder, the built-in benchmark, this corpus."),
    "disclose": ("case", "Take in an invention disclosure."),
    "features": ("case", "Print or change the features of a disclosure."),
    "assess": ("case", "Compare a disclosure with the corpus, feature by feature."),
    "report": ("report", "Write a report, or say what changed between two."),
    "status": ("law", "What a document counts for, per office."),
    "calendar": ("law", "Which rights a publication would end, per office."),
    "decide": ("later", "Record a decision: patent, publish, secret, hold, split."),
    "draft": ("publish", "Draft a defensive publication from a disclosure."),
    "gate": ("later", "Run the gates over a draft."),
    "submit": ("publish", "Submit a draft for review."),
    "comment": ("later", "Comment on a paragraph of a draft."),
    "return": ("publish", "Send a draft back with a reason."),
    "approve": ("publish", "Approve the exact bytes of a draft."),
    "schedule": ("later", "Schedule a release."),
    "publish": ("publish", "Build and stamp an approved draft as a bundle."),
    "verify": ("publish", "Verify a published bundle."),
    "audit": ("admin", "Check or export the event log."),
    "renew": ("later", "List and renew stamps that are due."),
    "watch": ("later", "Look for newer applications that a publication covers."),
    "person": ("admin", "List or add the people of a workspace."),
    "doctor": ("admin", "Check everything a support person would ask."),
    "config": ("admin", "Show the settings."),
    "ui": ("admin", "Open the review interface in a browser."),
    "worker": ("admin", "Carry out the jobs that the interface asks for."),
    "demo": ("demo", "Run the whole mission once on the bundled corpus."),
}


class _Lazy(click.Group):
    """A group that knows its commands' names and loads the module of the one that is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"ui.commands_{_COMMANDS[cmd_name][0]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in _COMMANDS.items()])


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Flags and asks; never says 'novel', never gives legal advice.",
)
@click.version_option(package_name="antedate")
@options
@click.pass_context
def antedate(ctx: click.Context) -> None:
    """Prior art before, defensive publication after. Offline unless you ask for more."""
    ctx.ensure_object(Context)


def main() -> None:
    """Run the command line; every failure ends in a sentence and its exit code, never in exit code 1."""
    prepare_streams()
    context = Context()
    context.console.as_json = asks_json(sys.argv[1:])
    sys.exit(_run(context))


def asks_json(words: list[str]) -> bool:
    """Tell whether a call asks for JSON, before anything is parsed: a wrong option is answered in it too."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


def _run(context: Context) -> int:
    try:
        code = antedate.main(obj=context, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except Exception as error:  # noqa: BLE001 - Python's own 1 would tell a script "the answer is no"
        code, message = _explain(error)
        context.console.failed(code, type(error).__name__, message)
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> tuple[int, str]:
    """Return the exit code and the sentence for whatever ended a command."""
    if isinstance(error, click.Abort):
        return 5, "stopped; run the same command again to go on"
    if isinstance(error, click.ClickException):
        where = getattr(error, "ctx", None)
        hint = f"; 'antedate {_path(where)}--help' explains it" if where else ""
        return error.exit_code if where is None else 2, error.format_message().rstrip(".") + hint
    if isinstance(error, failures()):
        return exit_code(error), str(error)
    if isinstance(error, UnicodeEncodeError) and not _sound(sys.argv):
        return 2, "a word of the command line is not valid UTF-8; type it again, or rename the file"
    if isinstance(error, OSError):
        return 3, f"{error.filename or 'this machine'}: {error.strerror or error}"
    traceback.print_exception(error)
    return 3, "a fault in antedate itself; please report it with the lines above"


def _sound(words: list[str]) -> bool:
    return not any("\ud800" <= character <= "\udfff" for word in words for character in word)


def _path(context: click.Context) -> str:
    """Return a command as it is typed, without the program's name."""
    return "".join(f"{word} " for word in context.command_path.split()[1:])


if __name__ == "__main__":
    main()

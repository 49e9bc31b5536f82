"""Commands on a disclosure: take it in, look at its features, assess it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.common import Context, Day, as_person, changes, options
from ui.console import printable

if TYPE_CHECKING:
    from datetime import date

    from pipeline.disclosure import Feature
    from pipeline.store_cases import StoredReport
    from pipeline.workspace import Workspace

_NUMBER = re.compile(r"D-\d+")
_FEATURE = 110
"""Characters shown of a feature, in a report in brief."""
_QUOTE = 160
"""Characters shown of a quote; the report has all of it."""
_SHORT = 3
"""Words of so many letters say nothing about where a quote answers a feature."""


def _feature(feature: Feature) -> dict[str, Any]:
    return {
        "id": feature.id,
        "text": feature.text,
        "kind": feature.kind.value,
        "essential": feature.essential,
        "novel": feature.novel,
        "start": feature.start,
        "end": feature.end,
    }


def _line(feature: Feature) -> str:
    return printable(" ".join(feature.text.split()))


def _feature_lines(features: tuple[Feature, ...]) -> list[str]:
    return [
        f"{f.id:4} {'' if f.essential else '(optional) '}{'* ' * f.novel}{_line(f)}  [{f.kind.value}]"
        for f in features
    ]


@click.command("disclose")
@click.argument("file", type=click.Path(path_type=Path))
@as_person
@options
@click.pass_obj
def disclose(context: Context, file: Path, person: str | None) -> None:
    """Take in the disclosure FILE (md, docx, pdf, html, txt) and split it into features."""
    with context.open(rehearses=True) as workspace:
        number = _disclose(context, workspace, file, person)
        found = workspace.cases.features(number).features
    context.console.result(
        {"disclosure": number, "features": [_feature(f) for f in found]},
        [
            (
                f"disclosure {number}; its features, to be checked before any search "
                f"('antedate features {number} --edit'):"
            ),
            *_feature_lines(found),
        ],
    )


def _disclose(context: Context, workspace: Workspace, file: Path, person: str | None) -> str:
    from pipeline.intake import read_disclosure

    disclosure = read_disclosure(file)
    for warning in disclosure.warnings:
        context.console.note(f"{file}: {warning}")
    number = workspace.cases.add(disclosure, workspace.user(person))
    for warning in workspace.cases.get(number).disclosure.warnings[len(disclosure.warnings) :]:
        context.console.note(f"{file}: {warning}")
    return number


@click.command("features")
@click.argument("number")
@click.option("--edit", is_flag=True, help="Open the features in $EDITOR.")
@click.option(
    "--set", "file", type=click.Path(path_type=Path, exists=True), help="Save the features of FILE."
)
@as_person
@options
@click.pass_obj
def features(context: Context, number: str, edit: bool, file: Path | None, person: str | None) -> None:
    """Print the features of disclosure NUMBER, or change them."""
    from pipeline import feature_file

    if edit and file is not None:
        raise click.UsageError("--edit and --set exclude each other; give one of them")
    with context.open(rehearses=True) as workspace:
        current = workspace.cases.features(number)
        written = feature_file.dumps(current.features)
        if file is not None:
            changed: str | None = _read(file)
        else:
            changed = _edited(written) if edit else None
        if changed is not None:
            source = workspace.cases.get(number).disclosure.text
            workspace.cases.set_features(
                number, feature_file.loads(changed, source), workspace.user(person), seen=current.version
            )
        found = workspace.cases.features(number)
    context.console.result(
        {"disclosure": number, "version": found.version, "features": [_feature(f) for f in found.features]},
        _feature_lines(found.features),
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(
            f"{file}: cannot be read as UTF-8 text ({error})", param_hint="--set"
        ) from error


class EditorError(click.ClickException):
    """The editor could not be run, or failed."""

    exit_code = 3

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; nothing was changed. Set $EDITOR, or use --set FILE")


def _edited(written: str) -> str | None:
    """Return the text after $VISUAL or $EDITOR, or None when nothing was saved there."""
    try:
        return click.edit(written, extension=".md", require_save=True)
    except click.ClickException as error:
        raise EditorError(error.format_message()) from error


@click.command("assess")
@click.argument("target")
@click.option("--critical-date", type=Day(), help="Art counts only if public strictly before this day.")
@click.option(
    "--filed",
    type=Day(),
    help="The day of filing, where the critical date is a priority day: tells E from P.",
)
@click.option("--office", multiple=True, help="Not there yet: per-office rules come with the status engine.")
@click.option("--exclude", multiple=True, metavar="KEY", help="Leave this document out.")
@click.option(
    "--limit", type=click.IntRange(1, 50), default=10, show_default=True, help="References charted."
)
@as_person
@options
@click.pass_obj
@changes
def assess(
    context: Context,
    target: str,
    critical_date: date | None,
    filed: date | None,
    office: tuple[str, ...],
    exclude: tuple[str, ...],
    limit: int,
    person: str | None,
) -> None:
    """Compare a disclosure (its number, or a file to take in first) with the corpus."""
    from pipeline.report import summary

    if office:
        raise click.UsageError("--office is not there yet: one critical date, strictly before, for all")
    with context.open() as workspace:
        number = target
        if not _NUMBER.fullmatch(target):
            number = _disclose(context, workspace, Path(target), person)
            context.console.note(f"taken in as {number}")
        stored = context.console.pull(
            workspace.cases.assess(
                number,
                workspace.user(person),
                critical_date=critical_date,
                exclude=exclude,
                limit=limit,
                filing_date=filed,
            ),
            lambda step: step.words,
            lambda step: (step.done, step.total),
        )
    context.console.result(
        {"disclosure": number, **summary(stored.id, stored.report)}, report_lines(number, stored)
    )


def report_lines(number: str, stored: StoredReport, title: str = "") -> list[str]:
    """Return a report in brief: outcome, closest art per feature, combination, what was not searched."""
    from pipeline.report import summary

    brief = summary(stored.id, stored.report)
    report = stored.report
    texts = {f.id: " ".join(f.text.split()) for f in report.features}
    day = report.critical_date.isoformat()
    lines = [
        f"{number}{f' “{printable(title)}”' if title else ''}, critical date {day}",
        f"{stored.id}: {report.outcome.value}",
    ]
    for closest in brief["closest"]:
        words = texts[closest["feature"]]
        lines.append(f"  {closest['feature']:4} {printable(shortened(words, _FEATURE))}")
        if closest["key"]:
            quote = printable(excerpt(closest["quote"], words, _QUOTE))
            lines.append(f"       {closest['support']}: {closest['key']} [{closest['anchor']}] “{quote}”")
        else:
            lines.append("       nothing close was found in what was searched")
    lines += [_together(c["keys"], c["covers"]) for c in brief["combinations"][:1]]
    if report.residual:
        lines.append(f"  not found in what was searched: {', '.join(report.residual)}")
    lines.append(
        f"  searched: {report.coverage.eligible} of {report.coverage.documents} documents were certainly or "
        f"possibly public before {day}, {report.coverage.undated} have no date"
    )
    lines.append(f"  'antedate report {stored.id}' says what was not searched. Not legal advice.")
    return lines


def _together(keys: list[str], covers: list[str]) -> str:
    shown = ", ".join(covers)
    return (
        f"  {keys[0]} alone shows {shown}"
        if len(keys) == 1
        else f"  together: {' + '.join(keys)} show {shown}"
    )


def shortened(text: str, width: int) -> str:
    """Return a text on one line, cut at a blank where it is longer than `width`."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + " …"


def excerpt(quote: str, feature: str, width: int) -> str:
    """Return the stretch of a quote that has the most of a feature's words, marked where it was cut."""
    words = quote.split()
    wanted = {word.strip(".,;:()").lower() for word in feature.split() if len(word) > _SHORT}
    best, chosen = -1, (0, len(words))
    end, length, hits = 0, 0, 0
    for start in range(len(words)):
        while end < len(words) and length + len(words[end]) + 1 <= width:
            length += len(words[end]) + 1
            hits += words[end].strip(".,;:()").lower() in wanted
            end += 1
        if hits > best:
            best, chosen = hits, (start, max(end, start + 1))
        if end == len(words):
            break
        length -= len(words[start]) + 1
        hits -= words[start].strip(".,;:()").lower() in wanted
    first, last = chosen
    return f"{'… ' if first else ''}{' '.join(words[first:last])}{' …' if last < len(words) else ''}"


COMMANDS: dict[str, click.Command] = {
    "disclose": disclose,
    "features": features,
    "assess": assess,
}

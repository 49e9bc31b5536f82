"""Commands that read the law of the offices: what a document counts for, and what a publication would end.

A bare day is taken as the office's own calendar day, and the answer says so; a moment with its zone is
exact. A document of the corpus brings its own dates. What lies in the future cannot have been public.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.common import Context, Day, options

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.law.facts import CriticalDate, Filing, PublicFact, SecretFact
    from pipeline.law.status import Status
    from pipeline.law.when import When

TYPES = ("publication", "application", "use", "sale", "oral", "gazette", "created")
WHOSE = (
    "third-party",
    "own",
    "derived",
    "abuse",
    "exhibition",
    "meeting",
    "emergency",
    "office-error",
    "unknown",
)
"""Values of `pipeline.law.facts.By`, which `--help` must not import."""
_AHEAD = timedelta(hours=14)
"""Where days begin first it is that much later than in UTC."""
_ANSWERS = {"yes": True, "no": False, "unknown": None}

_offices = click.option(
    "--office",
    "--offices",
    "codes",
    multiple=True,
    metavar="CODE",
    help="Several times, or US,EP,JP. Default: every office with a rule pack.",
)


def _yes_no(name: str, default: str, words: str) -> Callable[[Any], Any]:
    return click.option(
        name, type=click.Choice(list(_ANSWERS)), default=default, show_default=True, help=words
    )


@click.command("status")
@click.argument("key", required=False)
@_offices
@click.option("--critical-date", type=Day(), help="Effective filing day (a valid priority included).")
@click.option("--filing-date", type=Day(), help="Actual filing at the office or under the PCT, if later.")
@click.option("--accorded-by", metavar="CODE", help="Office of the critical date. Default: each its own.")
@click.option("--published", metavar="DAY|INSTANT|A/B", help="When it became public; ../B: then or before.")
@click.option("--zone", default="", metavar="ZONE", help="Time zone of --published, e.g. Europe/Berlin.")
@click.option("--filed", type=Day(), help="Filing day of the earlier application.")
@click.option("--priority", type=Day(), help="Its priority, taken as valid.")
@click.option("--type", "kind", type=click.Choice(TYPES), default="publication", show_default=True)
@click.option("--of-office", "members", multiple=True, metavar="CODE", help="Where it has effect.")
@click.option("--by", type=click.Choice(WHOSE), default="third-party", show_default=True, help="Whose act.")
@click.option("--same-applicant", is_flag=True, help="The earlier application is the applicant's own.")
@_yes_no("--same-inventors", "no", "Whether the earlier application names exactly the same inventors.")
@_yes_no("--confidential", "no", "Whether everybody who saw it was bound to keep it secret.")
@_yes_no("--same-subject", "unknown", "Whether it shows just what --own-disclosure showed.")
@_yes_no("--reproducible", "unknown", "Of a product: whether it could be analysed and reproduced.")
@_yes_no("--recognised", "unknown", "Of an exhibition or meeting: whether the law recognises it.")
@_yes_no("--statement-made", "unknown", "Whether the statement that an exception needs was made.")
@click.option("--own-disclosure", "own", multiple=True, metavar="DAY", help="When the inventor had.")
@options
@click.pass_obj
def status(context: Context, /, key: str | None, codes: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401
    """Say what a document counts for, per office, against a critical date.

    KEY is a document of the corpus; without it, describe one by --published and its neighbours.
    """
    from pipeline.law.offices import checked
    from pipeline.law.status import status as status_of
    from ui.law_lines import status_json, status_lines

    today = _today()
    names = checked(codes)
    if given["critical_date"] is None:
        raise click.UsageError("--critical-date is missing; say before which day it would have to be public")
    fact = _document(context, key, given) if key else _described(given, today)
    rows: list[Status] = [status_of(name, fact, _critical(name, given), today=today.date()) for name in names]
    rows = [replace(row, assumptions=(*row.assumptions, *_taken(fact))) for row in rows]
    context.console.result(status_json(rows), status_lines(rows, key or ""))


def _taken(fact: PublicFact | SecretFact) -> tuple[str, ...]:
    """Say what an application was taken for, where nobody said otherwise."""
    if (
        getattr(fact, "same_applicant", None) is not False
        or getattr(fact, "same_inventors", None) is not False
    ):
        return ()
    return ("another applicant's, with another inventor; say --same-applicant or --same-inventors if not",)


def _today() -> datetime:
    return datetime.now(UTC)


def _critical(name: str, given: dict[str, Any]) -> CriticalDate:
    """Return the filing that the office holds art against."""
    from pipeline.law.facts import CriticalDate, Filing, Priority
    from pipeline.law.offices import checked
    from pipeline.law.when import AT_OFFICE, When

    day, actual = given["critical_date"], given["filing_date"] or given["critical_date"]
    accorded = checked((given["accorded_by"],))[0] if given["accorded_by"] else ""
    own = tuple(When.parse(text, zone=AT_OFFICE) for text in given["own"])
    if actual == day:
        claimed: tuple[Priority, ...] = ()
        filed = Filing(day=day, office=accorded or name)
    else:
        claimed = (Priority(filing=Filing(day=day, office=accorded), supported=True),)
        filed = Filing(day=actual, office=name)
    return CriticalDate(
        filed=filed,
        priorities=claimed,
        own_disclosures=own,
        statement_made=_ANSWERS[given["statement_made"]],
    )


def _described(given: dict[str, Any], today: datetime) -> PublicFact | SecretFact:
    """Return the fact that the options describe."""
    from pipeline.law.facts import By, PublicFact, PublicKind

    when = _when(given["published"], given["zone"], today) if given["published"] else None
    if given["kind"] == "application":
        return _application(given, when, today)
    for name, option in (("filed", "--filed"), ("priority", "--priority")):
        if given[name] is not None:
            raise click.UsageError(f"{option} is the day of an application; give --type application with it")
    if given["members"] or given["same_applicant"]:
        raise click.UsageError("--of-office and --same-applicant need --type application")
    if when is None:
        raise click.UsageError("no date is given; say with --published when it became public, or name a KEY")
    kind = PublicKind.ONLINE if given["kind"] == "publication" else PublicKind(given["kind"])
    return PublicFact(
        when=when,
        kind=kind,
        by=None if given["by"] == "unknown" else By(given["by"]),
        confidential=_ANSWERS[given["confidential"]],
        same_subject=_ANSWERS[given["same_subject"]],
        reproducible=_ANSWERS[given["reproducible"]],
        recognised=_ANSWERS[given["recognised"]],
    )


def _application(given: dict[str, Any], when: When | None, today: datetime) -> SecretFact:
    from ingest.documents import DayInterval
    from pipeline.law.errors import FactError
    from pipeline.law.facts import SecretFact
    from pipeline.law.offices import checked

    filed, priority = given["filed"], given["priority"]
    days = [day for day in (filed, priority) if day is not None]
    if not days:
        raise click.UsageError("an application needs --filed, or --priority; say when it was filed")
    for day in days:
        _not_future(day, today)
    if filed and priority and filed < priority:
        raise FactError(f"the application was filed ({filed}) before its priority ({priority})")
    members = checked(given["members"]) if given["members"] else ()
    return SecretFact(
        effectively_filed=DayInterval(earliest=min(days), latest=min(days)),
        published=when,
        family=frozenset(members),
        family_complete=bool(members) and "PCT" not in members,
        same_applicant=given["same_applicant"] or given["by"] == "own",
        same_inventors=_ANSWERS[given["same_inventors"]],
        derived=given["by"] in ("derived", "abuse"),
        same_subject=_ANSWERS[given["same_subject"]],
    )


def _document(context: Context, key: str, given: dict[str, Any]) -> PublicFact | SecretFact:
    """Return a document of the corpus as a fact."""
    from pipeline.law.documents import fact_of
    from pipeline.law.facts import By
    from ui.commands_relations import key_of

    for name in ("published", "filed", "priority"):
        if given[name] is not None:
            raise click.UsageError(
                f"--{name} and a document exclude each other; the document has its own dates"
            )
    with context.open() as workspace:
        document = workspace.corpus.document(key_of(workspace, key))
    by = None if given["by"] == "unknown" else By(given["by"])
    if given["same_applicant"]:
        by = By.OWN
    return fact_of(document, by=by, same_inventors=_ANSWERS[given["same_inventors"]])


def _when(text: str, zone: str, today: datetime | None) -> When:
    """Return a point in time; a bare day is the office's own unless a zone is given."""
    from pipeline.law.when import AT_OFFICE, When

    when = When.parse(text, zone=zone or AT_OFFICE)
    if today is not None:
        start = when.last - timedelta(days=1) if when.bound else when.first
        if (start.replace(tzinfo=UTC) if when.nominal else start) > today + _AHEAD:
            raise _future(text)
    return when


def _not_future(day: date, today: datetime) -> None:
    if day > (today + _AHEAD).date():
        raise _future(day.isoformat())


def _future(text: str) -> click.UsageError:
    return click.UsageError(
        f"{text} is in the future; what is not public yet is no art. 'antedate calendar' says what would be"
    )


@click.command("calendar")
@_offices
@click.option(
    "--published-at", "--published", "published", metavar="INSTANT", help="What if it is public then?"
)
@click.option("--shown-at", metavar="INSTANT", help="It was already shown then.")
@click.option("--to", "whom", default="", metavar="WHOM", help="To whom it was shown.")
@click.option("--under", default="", metavar="WHAT", help="Under what: an agreement, an open meeting …")
@_yes_no("--duty", "unknown", "Whether everybody who saw it was bound to keep it secret.")
@click.option(
    "--kind", type=click.Choice(TYPES[:1] + TYPES[2:6]), help="Default: publication; oral if shown."
)
@click.option("--by", type=click.Choice(WHOSE[:-1]), help="Who made it public. Default: own.")
@_yes_no("--recognised", "unknown", "Of an exhibition or meeting: whether the law recognises it.")
@click.option("--zone", default="", metavar="ZONE", help="Time zone of a bare day, e.g. Europe/Berlin.")
@click.option("--filing", "filings", multiple=True, metavar="CODE:DAY", help="Filed already: US:2026-01-05.")
@click.option("--ics", type=click.Path(path_type=Path, dir_okay=False), help="Calendar file to write.")
@options
@click.pass_obj
def calendar(context: Context, /, codes: tuple[str, ...], ics: Path | None, **given: Any) -> None:  # noqa: ANN401
    """Say which rights a publication ends, per office, and until when a filing is safe.

    Give --published-at for what is planned, or --shown-at for what has happened. The earliest right about to
    die comes first.
    """
    from pipeline.law.consequences import consequences
    from pipeline.law.ics import render
    from pipeline.law.offices import checked
    from ui.law_lines import calendar_json, calendar_lines

    now = _today()
    names = checked(codes)
    shown, words = _shown(given, now)
    filings = tuple(_filing(text) for text in given["filings"])
    rows = consequences(shown, filings, names, today=now.date())
    if ics is not None:
        context.write(ics, render(rows, shown=words, stamp=now, today=now.date()))
    path = str(ics) if ics else None
    context.console.result(calendar_json(rows, words, path), calendar_lines(rows, words, path))


def _shown(given: dict[str, Any], now: datetime) -> tuple[PublicFact, str]:
    """Return what was or would be made public, and how a calendar names it."""
    from pipeline.law.facts import By, Incident, PublicFact, PublicKind

    planned, past = given["published"], given["shown_at"]
    if bool(planned) == bool(past):
        raise click.UsageError("give one of --published-at (what if) and --shown-at (it has happened)")
    kind = PublicKind(given["kind"]) if given["kind"] not in (None, "publication") else PublicKind.ONLINE
    recognised = _ANSWERS[given["recognised"]]
    by = By(given["by"] or "own")
    if planned:
        if given["whom"] or given["under"] or given["duty"] != "unknown":
            raise click.UsageError("--to, --under and --duty go with --shown-at")
        when = _when(planned, given["zone"], None)
        return PublicFact(when=when, kind=kind, by=by, recognised=recognised), f"published at {when.words}"
    if not given["whom"]:
        raise click.UsageError("say with --to to whom it was shown")
    when = _when(past, given["zone"], now)
    incident = Incident(
        when=when,
        to=given["whom"],
        under=given["under"],
        duty=_ANSWERS[given["duty"]],
        kind=kind if given["kind"] else PublicKind.ORAL,
    )
    under = f" under {incident.under}" if incident.under else ""
    fact = replace(incident.fact, by=by, recognised=recognised)
    return fact, f"shown at {when.words} to {incident.to}{under}"


def _filing(text: str) -> Filing:
    from pipeline.law.facts import Filing
    from pipeline.law.offices import checked

    code, _, day = text.partition(":")
    try:
        return Filing(day=date.fromisoformat(day.strip()), office=checked((code,))[0])
    except ValueError:
        raise click.UsageError(f"--filing {text!r} is not CODE:DAY, such as US:2026-01-05") from None


COMMANDS: dict[str, click.Command] = {"status": status, "calendar": calendar}

"""Fetching from services into a workspace: what leaves this machine is said, consented to and logged first.

Raw files are kept as they came under `raw/CONNECTOR/`, each beside its origin; `ingestion` reads them into
the corpus. The limiter's folder is the user's, not the workspace's: a service counts machines, not folders.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.connectors import Connector, Consent, Request, Session, open_session
from pipeline import store_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.connectors import Fetched
    from pipeline.workspace import Workspace

FETCHED = "fetched from a service"
CONSENTED = "consented to tell a service the words of a search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A request to a connector on somebody's account; `case` is whose words it carries, if any."""

    connector: Connector
    request: Request
    who: str
    case: str = ""


def folder_of(workspace: Workspace, connector: Connector) -> Path:
    """Return where a connector's raw files are kept."""
    return workspace.folder / "raw" / connector.name


def session(environ: Mapping[str, str] = os.environ) -> Session:
    """Return the polite session of this user. Raises ContactMissingError."""
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "antedate" / "limits"
    return open_session(cache, environ)


def told(fetch: Fetch) -> str:
    """Return the words that a fetch would tell the service; empty when it tells none."""
    return fetch.connector.text_of(fetch.request)


def consent_for(workspace: Workspace, fetch: Fetch) -> Consent | None:
    """Return the consent that a fetch needs, None where it tells no words.

    Raises QueryTextRefusedError without a case, UnknownCaseError for one that is not here, and
    RequestRefusedError: what would be refused later is refused before anybody is asked for anything.
    """
    consent = None
    if told(fetch) and fetch.case:
        workspace.cases.get(fetch.case)
        consent = Consent(case_id=fetch.case, who=fetch.who, at=workspace.clock())
    fetch.connector.allow(fetch.request, consent)
    return consent


def run(workspace: Workspace, fetch: Fetch, polite: Session, folder: Path | None = None) -> Iterator[Fetched]:
    """Fetch; yields the raw files, those that are there first. Stopped anywhere, it goes on later.

    Words are told only for a case that exists; the consent is logged before they leave, as a digest, and so
    is what was asked for. Raises UnknownCaseError, QueryTextRefusedError and other FetchErrors.
    """
    consent = consent_for(workspace, fetch)
    folder = folder or folder_of(workspace, fetch.connector)
    found = fetch.connector.fetch(fetch.request, folder, polite, consent=consent)  # refuses at once
    _log(workspace, fetch, told(fetch))
    yield from found


def _log(workspace: Workspace, fetch: Fetch, words: str) -> None:
    about = fetch.connector.describe()
    request = fetch.request
    detail: dict[str, object] = {
        "connector": about.name,
        "hosts": list(fetch.connector.told()),
        "ids": len(request.ids),
        "since": str(request.since or ""),
        "until": str(request.until or ""),
        "set": request.set,
        "format": request.format,
        "address": request.address,
    }
    at = workspace.clock().isoformat()
    with workspace.store.begin() as connection:
        if words:
            mark = hashlib.sha256(words.encode()).hexdigest()
            said = {"connector": about.name, "hosts": list(fetch.connector.told()), "query_sha256": mark}
            store_events.append(
                connection, at=at, actor=fetch.who, action=CONSENTED, subject=fetch.case, detail=said
            )
        store_events.append(
            connection, at=at, actor=fetch.who, action=FETCHED, subject=about.name, detail=detail
        )

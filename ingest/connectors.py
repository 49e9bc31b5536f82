"""The connectors by name. Each turns a `Request` into raw files in a folder, politely and resumably.

Adding a service is a module with a `Connector` and one line in `CONNECTORS`. A connector asks the real
service; `dataclasses.replace` gives one that asks another address.
"""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from ingest.connect_arxiv import ArxivConnector
from ingest.connect_crossref import Crossref
from ingest.connect_europepmc import EuropePmc
from ingest.connect_oai import Oai
from ingest.connect_openalex import OpenAlex
from ingest.connect_ops import Ops
from ingest.connect_rfc import Rfc
from ingest.connect_semanticscholar import SemanticScholar
from ingest.connect_uspto import Uspto
from ingest.fetch_errors import FolderUnusableError, UnknownConnectorError
from ingest.fetching import Connector, Consent, Description, Request, Variable
from ingest.http import Session, agent
from ingest.limiter import Limiter
from ingest.listing import missing
from ingest.raw_files import Fetched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONNECTORS: Mapping[str, Connector] = MappingProxyType(
    {
        one.name: one
        for one in (
            Uspto(), Ops(), ArxivConnector(), OpenAlex(), Crossref(), EuropePmc(), SemanticScholar(),
            Rfc(), Oai(),
        )
    }
)  # fmt: skip


def connector(name: str) -> Connector:
    """Return the connector of that name. Raises UnknownConnectorError."""
    if name not in CONNECTORS:
        raise UnknownConnectorError(name, tuple(CONNECTORS))
    return CONNECTORS[name]


def open_session(cache: Path, environ: Mapping[str, str] = os.environ) -> Session:
    """Return a session whose limiter counts in `cache`, which all processes of a user should share.

    Raises ContactMissingError when the environment does not say whom services may write to.
    """
    name = agent(environ)
    try:
        return Session(Limiter(cache), agent=name)
    except OSError as error:
        raise FolderUnusableError(str(cache), error.strerror or type(error).__name__) from None


__all__ = [
    "CONNECTORS",
    "Connector",
    "Consent",
    "Description",
    "Fetched",
    "Limiter",
    "Request",
    "Session",
    "Variable",
    "agent",
    "connector",
    "missing",
    "open_session",
]

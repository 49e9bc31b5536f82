"""`Person` and `Role`: who acts, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may be in a workspace; one person can have several roles."""

    INVENTOR = "inventor"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who acts in a workspace."""

    id: str
    """Short, unique, e.g. `ada`."""
    name: str
    """As printed."""
    roles: frozenset[Role]

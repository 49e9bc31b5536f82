"""`Person` and `Role`: who acts. Roles say what somebody may do at all; `review` says what they may do now.

Two ids, or two names, that differ only in case, width or spacing are one human being to these rules: the law
that nobody approves their own text must not hang on a capital letter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_ID: Final = 64
LONGEST_NAME: Final = 200
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)


class Role(StrEnum):
    """What a person is in a workspace; one person may be several."""

    INVENTOR = "inventor"
    MANAGER = "manager"
    """The IP manager: drafts, edits, submits, publishes what others approved."""
    REVIEWER = "reviewer"
    ADMIN = "admin"
    """Keeps people and settings; has no say in any text."""


class PersonFormError(UsageError):
    """An id or a name of a person cannot be printed in a log line."""

    def __init__(self, what: str, value: str, wanted: str) -> None:
        super().__init__(f"{value[:80]!r} cannot be a person's {what}; use {wanted}")


class UnknownRoleError(UsageError):
    """A word is no role."""

    def __init__(self, word: str) -> None:
        known = ", ".join(role.value for role in Role)
        super().__init__(f"{word[:80]!r} is not a role; roles are {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who acts in a workspace. Raises PersonFormError when it cannot be told apart in a log."""

    id: str
    """Short and stable: what the log and the approvals hold. No spaces, at most 64 characters."""
    name: str
    roles: frozenset[Role]
    """Empty for somebody who left: their past acts stay, new ones are refused."""

    def __post_init__(self) -> None:
        if not self.id or len(self.id) > LONGEST_ID or _UNPRINTABLE.search(self.id) or _spaced(self.id):
            raise PersonFormError("id", self.id, f"1 to {LONGEST_ID} printable characters without spaces")
        if not self.name.strip() or len(self.name) > LONGEST_NAME or _UNPRINTABLE.search(self.name):
            raise PersonFormError("name", self.name, f"1 to {LONGEST_NAME} printable characters")

    def has(self, *roles: Role) -> bool:
        """Tell whether the person holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


def identity(text: str) -> str:
    """Return the form in which two spellings of one id or one name are equal."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def among(person: Person, ids: Iterable[str], names: Iterable[str] = ()) -> bool:
    """Tell whether a person is one of `ids`, or goes by one of `names`."""
    known = {identity(one) for one in ids}
    called = {identity(name) for name in names if name.strip()}
    return identity(person.id) in known or identity(person.name) in called


def roles(words: Iterable[str]) -> frozenset[Role]:
    """Read roles from words. Raises UnknownRoleError."""
    found = set()
    for word in words:
        try:
            found.add(Role(word.strip().lower()))
        except ValueError:
            raise UnknownRoleError(word) from None
    return frozenset(found)


def _spaced(text: str) -> bool:
    return any(character.isspace() for character in text)

"""`Person` and `Role`: who acts. Roles say what somebody may do at all; `review` says what they may do now.

Two ids that differ only in case, width, spacing or invisible signs are one human being to these rules, and
so are two names that differ only in these, in accents, punctuation, order ("Hollis, Max"), a title or a
middle name: the law that nobody approves their own text must not hang on a capital letter. Namesakes pay for
it: they review other drafts.
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
_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
"""Unicode categories of what nobody sees on a page."""
_SELECTORS: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Further code points that Unicode calls ignorable by default: fillers, joiners, variation selectors."""


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
        if not self.id or len(self.id) > LONGEST_ID or _unprintable(self.id) or _spaced(self.id):
            raise PersonFormError("id", self.id, f"1 to {LONGEST_ID} printable characters without spaces")
        if not self.name.strip() or len(self.name) > LONGEST_NAME or _unprintable(self.name):
            raise PersonFormError("name", self.name, f"1 to {LONGEST_NAME} printable characters")

    def has(self, *roles: Role) -> bool:
        """Tell whether the person holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


def identity(text: str) -> str:
    """Return the form in which two spellings of one id are equal."""
    seen = "".join(one for one in text if one.isspace() or not _hidden(one))
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are spellings of one; a title or a middle name more makes no other person."""
    first, second = _parts(one), _parts(other)
    fewer, more = sorted((first, second), key=len)
    return bool(fewer) and (first == second or (len(fewer) > 1 and fewer <= more))


def among(person: Person, ids: Iterable[str], names: Iterable[str] = ()) -> bool:
    """Tell whether a person is one of `ids`, or goes by one of `names`."""
    known = {identity(one) for one in ids}
    return identity(person.id) in known or any(same_name(person.name, name) for name in names)


def roles(words: Iterable[str]) -> frozenset[Role]:
    """Read roles from words. Raises UnknownRoleError."""
    found = set()
    for word in words:
        try:
            found.add(Role(word.strip().lower()))
        except ValueError:
            raise UnknownRoleError(word) from None
    return frozenset(found)


def _parts(name: str) -> frozenset[str]:
    apart = unicodedata.normalize("NFKD", identity(name))
    return frozenset(re.findall(r"\w+", "".join(one for one in apart if not unicodedata.combining(one))))


def _unprintable(text: str) -> bool:
    return any(map(_hidden, text))


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN or _SELECTORS.match(character) is not None


def _spaced(text: str) -> bool:
    return any(character.isspace() for character in text)

"""Rule packs: one dated TOML file per office, read strictly.

Decisions
---------
* Law is data. A pack names its rules once (`[[rules]]`: id, citation, confidence, a plain sentence) and
  refers to them by id; a reference to no rule, an unknown key, a missing key or a wrong type is a
  `RulePackError` that names the file, the key and what is expected. Nothing is answered from a pack that is
  not whole.
* A rule of low confidence says "unverified" in its sentence, so that no screen can leave it out.
* A pack past its `review_by` still answers, with a warning: silence would be worse, an error no better.
* Any two letters without a pack get the pack `unknown`: absolute novelty, no grace (law.md, section 4).
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from pipeline.law.errors import FactError, OfficeCodeError, RulePackError
from pipeline.law.facts import By, Confidence, PublicKind  # noqa: TC001 - pydantic reads them at run time
from pipeline.law.when import named_zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

FOLDER = Path(__file__).with_name("packs")
UNKNOWN = "unknown"
_CODE = re.compile(r"[A-Z]{2}")
_ALIASES = {"WO": "PCT", "DE-UM": "DE-GM", "DE-U": "DE-GM"}
_Text = Annotated[StrictStr, Field(min_length=1)]
_Day = Annotated[date, Strict()]
_Id = Annotated[StrictStr, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """One rule of law: `words` is a plain sentence, and says "unverified" when confidence is low."""

    id: _Id
    citation: _Text
    confidence: Confidence
    words: _Text

    @model_validator(mode="after")
    def _says_so(self) -> Self:
        if self.confidence == "low" and "unverified" not in self.words.lower():
            raise ValueError(f"rule {self.id} has low confidence, so its words must say 'unverified'")
        return self


class PublicRules(_Strict):
    """What counts as public before the date; every value that ends in `rule` is a rule's id."""

    rule: _Id
    undated_rule: _Id
    bound_rule: _Id
    created_rule: _Id
    confidential_rule: _Id
    use_rule: _Id
    same_day: Literal["not_before", "time_of_day", "unknown"]
    """Whether the same calendar day can be before: never, by the hour, or not known of this office."""
    same_day_rule: _Id
    zones: Literal["accorded", "unsettled"]
    """Whose midnight counts: of the office that accorded the day, or not settled between it and this one."""
    zone_rule: _Id
    confidential_sale: Literal["counts", "does_not_count"]
    unreproducible_product: Literal["counts", "unknown"]
    non_written: Literal["counts", "needs_writing"]


class SecretRules(_Strict):
    """What an application filed before and published on or after the date counts for."""

    model: Literal["none", "novelty", "novelty_and_inventive", "unknown"]
    """WIPO's three models, and "this pack does not know"."""
    rule: _Id
    families: tuple[StrictStr, ...]
    """Codes of members that give it effect here."""
    unpublished_rule: _Id
    also_published_before: StrictBool
    """Whether it counts as well where it was published before the date (35 USC 102(a)(2))."""
    own: Literal["included", "excluded", "excepted", "unknown"]
    own_rule: _Id
    same_inventors: Literal["included", "excluded", "unknown"]
    derived_rule: _Id | None = None
    earlier_own_rule: _Id | None = None


class GraceRule(_Strict):
    """One exception for what was made public within `months` before the anchor."""

    rule: _Id
    months: Annotated[StrictInt, Field(ge=1, le=36)]
    anchor: Literal["effective_filing", "filing", "complete"]
    """Counted back from the effective filing (priority included), the actual filing at the office or the
    international one, or the complete application."""
    anchor_confidence: Confidence
    covers: tuple[By, ...]
    unsettled: tuple[By, ...] = ()
    """Circumstances of which the pack does not know whether they are covered."""
    excludes: tuple[PublicKind, ...] = ()
    excludes_rule: _Id | None = None
    needs_recognition: StrictBool = False
    needs_earlier_own_disclosure: StrictBool = False
    act: StrictStr
    act_when: Literal["none", "at_filing", "later", "on_objection"]
    act_irrevocable: StrictBool
    proof_days: Annotated[StrictInt, Field(ge=0, le=400)] = 0
    proof_months: Annotated[StrictInt, Field(ge=0, le=36)] = 0

    @property
    def anchor_words(self) -> str:
        """The anchor as a reader says it."""
        return {
            "effective_filing": "the effective filing day, a valid priority included",
            "filing": "the actual filing day at the office or under the PCT; a priority does not move it",
            "complete": "the filing day of the complete application or under the PCT, not of a provisional",
        }[self.anchor]


class Pack(_Strict):
    """The law of one office as of a version."""

    office: StrictStr
    name: _Text
    version: Annotated[StrictStr, Field(pattern=r"^\d{4}\.\d+$")]
    effective_from: _Day
    """Filings before this day were under other law, which the pack does not have."""
    reviewed_by: _Text
    reviewed_on: _Day
    review_by: _Day
    time_zone: StrictStr
    """IANA name of the office's own zone; empty only for `unknown`."""
    note: StrictStr = ""
    """What every answer of this pack has to say with it."""
    sources: Annotated[tuple[_Text, ...], Field(min_length=1)]
    public: PublicRules
    secret: SecretRules
    grace: tuple[GraceRule, ...] = ()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [rule.id for rule in self.rules]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"rules.id: {', '.join(twice)} is given twice; ids are unique")
        lost = sorted({name for name in self._named() if name not in ids})
        if lost:
            raise ValueError(f"{', '.join(lost)} is referred to and is no id of [[rules]]")
        idle = sorted(set(ids).difference(self._named()))
        if idle:
            raise ValueError(f"rules.id: {', '.join(idle)} is a rule that nothing refers to")
        if self.office != UNKNOWN:
            _checked_zone(self.time_zone)
        if self.review_by < self.reviewed_on:
            raise ValueError("review_by: a day on or after reviewed_on is expected")
        if self.office == UNKNOWN and self.grace:
            raise ValueError("grace: an unknown office never gets grace")
        return self

    def _named(self) -> Iterator[str]:
        for part in (self.public, self.secret, *self.grace):
            for field, value in part:
                if (field == "rule" or field.endswith("_rule")) and value:
                    yield value

    def rule(self, name: str) -> Rule:
        """Return a rule by its id."""
        return next(rule for rule in self.rules if rule.id == name)

    def stale(self, today: date) -> str:
        """Return the warning of a pack that should have been reviewed again, else an empty string."""
        if today <= self.review_by:
            return ""
        return (
            f"the rule pack {self.office} {self.version} should have been reviewed by {self.review_by}: "
            "ask whether the law changed"
        )


def _checked_zone(name: str) -> None:
    try:
        named_zone(name)
    except FactError:
        raise ValueError(f"time_zone: {name!r} is no IANA time zone such as Asia/Tokyo") from None


def read_pack(path: Path) -> Pack:
    """Read one pack. Raises RulePackError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulePackError(path.name, f"cannot be read ({error.strerror or error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulePackError(path.name, f"is not TOML ({error})") from error
    try:
        pack = Pack.model_validate(values)
    except ValidationError as error:
        raise RulePackError(path.name, "; ".join(_problem(item) for item in error.errors())) from error
    if pack.office.lower() != path.stem:
        raise RulePackError(path.name, f"office: {pack.office!r} belongs in {pack.office.lower()}.toml")
    return pack


@cache
def packs(folder: Path = FOLDER) -> Mapping[str, Pack]:
    """Read every pack of a folder, by office code. Raises RulePackError."""
    found = [read_pack(path) for path in sorted(folder.glob("*.toml"))]
    if UNKNOWN not in [pack.office for pack in found]:
        raise RulePackError(folder.name, f"{UNKNOWN}.toml is missing: it answers for every other office")
    return {pack.office: pack for pack in found}


def offices(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the codes that have a pack of their own."""
    return tuple(code for code in packs(folder) if code != UNKNOWN)


def normal(code: str) -> str:
    """Return an office code as packs have it: `us` is US, `WO` is PCT."""
    upper = code.strip().upper()
    return _ALIASES.get(upper, upper)


def pack_for(code: str, folder: Path = FOLDER) -> Pack:
    """Return an office's pack, or `unknown` for one without. Raises OfficeCodeError, RulePackError."""
    known = packs(folder)
    name = normal(code)
    if name == UNKNOWN.upper():
        return known[UNKNOWN]
    if name not in known and not _CODE.fullmatch(name):
        raise OfficeCodeError(code, offices(folder))
    return known.get(name, known[UNKNOWN])


def _problem(item: ErrorDetails) -> str:
    """Return the key that is wrong, and what is expected there."""
    key = ".".join(str(step) for step in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"{key} is no key of a rule pack; there are: {', '.join(_fields(item['loc'][:-1]))}"
    if item["type"] == "missing":
        return f"{key} is missing"
    message = item["msg"].removeprefix("Value error, ")
    given = "" if item["type"] == "value_error" else f", not {str(item['input'])[:60]!r}"
    return f"{key}: {message}{given}" if key else message


def _fields(steps: Sequence[str | int]) -> list[str]:
    groups: dict[str, type[BaseModel]] = {
        "public": PublicRules,
        "secret": SecretRules,
        "grace": GraceRule,
        "rules": Rule,
    }
    return list((groups[str(steps[0])] if steps else Pack).model_fields)

"""Records to JSON values and back, checked: the one place where `pipeline` meets pydantic."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    value: TypeAdapter[Any] = TypeAdapter(cast("type[Any]", kind))
    return value


def to_json(kind: Any, record: object) -> Any:  # noqa: ANN401 - JSON values are Any
    """Return a record of type `kind` as JSON values (dates as ISO 8601 strings)."""
    return _adapter(kind).dump_python(record, mode="json")


def from_json(kind: type[T], value: object) -> T:
    """Build a record of type `kind` from JSON values. Raises pydantic.ValidationError, a ValueError."""
    return cast("T", _adapter(cast("Hashable", kind)).validate_python(value))

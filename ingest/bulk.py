"""Many frozen records at once.

A frozen dataclass writes each field through `object.__setattr__`, one Python call a field: a microsecond a
record, and a document has hundreds of paragraphs and citations. Here each field is written for all records
in one pass of C, through the slot that the dataclass itself has. The records are as frozen as any other.
"""

from __future__ import annotations

from collections import deque
from dataclasses import MISSING, fields
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Setter = Callable[[object, object], None]

T = TypeVar("T")


def records(kind: type[T], count: int, **columns: Sequence[object]) -> Sequence[T]:
    """Return `count` records of a frozen, slotted dataclass, field by field; a missing column is its default.

    For classes without `__post_init__`, which is not called. Raises TypeError for an unknown column, one
    that is not `count` long, and one that is missing and has no default.
    """
    slots = _slots(cast("Any", kind))
    if unknown := columns.keys() - slots.keys():
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
    made = list(map(object.__new__, repeat(kind, count)))
    for name, (write, default) in slots.items():
        column = columns.get(name)
        if (column is None and default is MISSING) or (column is not None and len(column) != count):
            raise TypeError(f"{kind.__name__} needs a column {name} of {count}")
        deque(map(write, made, repeat(default) if column is None else column), maxlen=0)
    return made


@cache
def _slots(kind: Any) -> dict[str, tuple[Setter, object]]:  # noqa: ANN401 - a class, which mypy does not hash
    if hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind.__name__} checks its fields; make it one by one")
    return {item.name: (getattr(kind, item.name).__set__, item.default) for item in fields(kind)}

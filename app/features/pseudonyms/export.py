"""A report with stand-ins in the place of names and numbers, whatever it is a report of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, Protocol, Self, runtime_checkable

from app.services.asking.replacing import SomeReport

_NOT_SHOWN = ("sha256", "read")
"""The names of fields that are not shown: digests, and what the words of a cell were made of."""


@runtime_checkable
class Placed(Protocol):
    """A report that has the places of files."""

    def without_paths(self) -> Self:
        """Return the report without the places of files."""


@runtime_checkable
class Worded(Protocol):
    """A part of a report whose `words` were made of something that is not shown."""

    @property
    def words(self) -> str: ...

    def without_source(self) -> Self:
        """Return the part without what the words were made of, which would say all that they say."""


def texts_of(report: object) -> list[str]:
    """Return all texts of a report, in their order; places of files are left out, as they are in `with_stand_ins`."""
    return list(_texts(_without_paths(report)))


def with_stand_ins(report: SomeReport, replaced: Callable[[str], str]) -> SomeReport:
    """Return the report with `replaced` called on all texts. The places of files go, since their names may say
    anything."""
    made: SomeReport = _mapped(_without_paths(report), replaced)
    return made


def _without_paths(report: Any) -> Any:
    return report.without_paths() if isinstance(report, Placed) else report


def _texts(value: Any) -> Iterator[str]:
    if type(value) is str:
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in _NOT_SHOWN:
                yield from _texts(getattr(value, field.name))


def _mapped(value: Any, replaced: Callable[[str], str]) -> Any:
    if type(value) is str:
        return replaced(value)
    if isinstance(value, tuple | list):
        return type(value)(_mapped(each, replaced) for each in value)
    if isinstance(value, Mapping):
        return {key: _mapped(each, replaced) for key, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type | Enum):
        if isinstance(value, Worded) and replaced(value.words) != value.words:
            value = value.without_source()
        names = (field.name for field in dataclasses.fields(value) if field.name not in _NOT_SHOWN)
        return dataclasses.replace(value, **{name: _mapped(getattr(value, name), replaced) for name in names})
    return value

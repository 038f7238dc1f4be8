"""Parts that are made when they are asked for first: whoever needs few of them waits for no others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Part = TypeVar("Part")

_MAKING = threading.RLock()
"""Held while a part is made, so that two threads never make two of it. Making one may ask for others."""


class once(Generic[Part]):  # noqa: N801 - used as `property` is
    """A property that is made when it is asked for first, and stays."""

    def __init__(self, make: Callable[[Any], Part]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type) -> once[Part]: ...
    @overload
    def __get__(self, owner: object, kind: type | None = None) -> Part: ...
    def __get__(self, owner: object | None, kind: type | None = None) -> once[Part] | Part:
        if owner is None:
            return self
        with _MAKING:
            made = vars(owner)
            if self._name not in made:
                made[self._name] = self._make(owner)  # found there from now on, before this is asked
            part: Part = made[self._name]
            return part


def make_all(owner: object) -> None:
    """Make all parts of `owner` that are not there yet, on this thread. Raises what making one raises."""
    for name, each in vars(type(owner)).items():
        if isinstance(each, once):
            getattr(owner, name)


def is_made(owner: object, name: str) -> bool:
    """Return whether the part of that name has been asked for."""
    return name in vars(owner)

"""Several works under way at once, on one thread: while one waits for something from elsewhere, another goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.work import Progress, Result, Waiting, Work

Key = TypeVar("Key")

_LOOK_S = 1.0
"""Between two looks whether a work can go on, should nothing ring meanwhile."""


@dataclass(frozen=True)
class Ended(Generic[Result]):
    """In the place of progress: the result of a work that ended."""

    result: Result


class Together(Generic[Key, Progress, Result]):
    """Works by their keys, the one that was begun first at the front. Whoever has one closes it in the end."""

    def __init__(self, around: Callable[[Key], AbstractContextManager[None]]) -> None:
        """`around`: what a work is gone on with within."""
        self._works: dict[Key, Work[Progress, Result]] = {}
        self._around = around

    def __len__(self) -> int:
        return len(self._works)

    @property
    def first(self) -> Key | None:
        return next(iter(self._works), None)

    def begin(self, key: Key, work: Work[Progress, Result]) -> None:
        self._works[key] = work

    def step(self) -> Iterator[tuple[Key, Progress | Ended[Result]]]:
        """One piece of progress, or the end, of each work that has any; where none has, wait until something comes.
        Raises what a work raises."""
        bells: list[threading.Event] = []
        for key, work in list(self._works.items()):
            try:
                with self._around(key):
                    progress = next(work)
            except StopIteration as end:
                del self._works[key]
                yield key, Ended(end.value)
                continue
            if isinstance(progress, Waiting):
                bells.append(progress.bell)
            else:
                yield key, progress
        if self._works and len(bells) == len(self._works):
            bells[-1].wait(_LOOK_S)
            bells[-1].clear()

    def close(self) -> None:
        """End all of them where they are."""
        works, self._works = self._works, {}
        for work in works.values():
            work.close()

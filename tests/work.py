"""Long work run to its end, with all that it told meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.conversations.conversation import Answer, Ending
from app.core.documents.document import Book
from app.core.errors import AppError, Problem
from app.core.work import Cancel, Progress, Result, Stopped, Work, finish
from app.engine.protocol import Engine
from app.services.services import Services


def run(work: Work[Progress, Result], then: Callable[[Progress], object] = id) -> tuple[list[Progress], Result]:
    """Its progress and its result. `then`: what is done at each progress."""
    told: list[Progress] = []
    return told, finish(work, _both(told, then))


def fail(work: Work[Progress, Result], then: Callable[[Progress], object] = id) -> tuple[list[Progress], Problem]:
    """Its progress and why it failed, as it has to."""
    told: list[Progress] = []
    with pytest.raises(AppError) as raised:
        finish(work, _both(told, then))
    return told, raised.value.problem


def problem_of(work: Work[Progress, Result]) -> Problem:
    return fail(work)[1]


def stop(work: Work[Progress, Result], then: Callable[[Progress], object] = id) -> list[Progress]:
    """Its progress until it was stopped, as it has to be."""
    told: list[Progress] = []
    with pytest.raises(Stopped):
        finish(work, _both(told, then))
    return told


def added(desk: Services, path: Path) -> Book:
    """The book of a file that is put on the shelf, as it has to be."""
    (ended,) = finish(desk.documents.adding.add((path,), Cancel())).ended
    assert ended.book is not None
    return ended.book


def answered(work: Work[Progress, Answer]) -> Answer:
    """An answer that ended by itself, or at its limit."""
    answer = finish(work)
    assert answer.ending in (Ending.COMPLETE, Ending.LENGTH), answer
    assert answer.problem is None
    return answer


def unanswered(work: Work[Progress, Answer]) -> Problem:
    """Why an answer failed, as it has to."""
    answer = finish(work)
    assert answer.ending is Ending.FAILED
    assert answer.problem is not None
    return answer.problem


def at(kind: type, do: Callable[[], object]) -> Callable[[object], None]:
    """Does this at each progress of a kind."""

    def then(progress: object) -> None:
        if isinstance(progress, kind):
            do()

    return then


def _both(told: list[Progress], then: Callable[[Progress], object]) -> Callable[[Progress], None]:
    def take(progress: Progress) -> None:
        told.append(progress)
        then(progress)

    return take


def instead(engine: Engine, kind: type[object], reply: Callable[[], object]) -> Callable[..., Work[object, object]]:
    """`engine.run`, but for orders of one kind, to which `reply` replies."""
    run_order = engine.run

    def run(order: Any, cancel: Cancel | None = None) -> Work[object, object]:
        if isinstance(order, kind):
            return reply()
        return (yield from run_order(order, cancel))

    return run

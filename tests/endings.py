"""Work as the window gets it: its progress, then one ending."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from app.core.errors import AppError
from app.core.work import Stopped, Work
from app.ui.kit.jobs import Cancelled, Done, Failed

Progress = TypeVar("Progress")
Result = TypeVar("Result")


def as_events(work: Work[Progress, Result]) -> Generator[Progress | Done[Result] | Cancelled | Failed]:
    """Turn the outcome of work into an event: what it returns becomes Done, Stopped Cancelled, an AppError Failed;
    closing it closes the work."""
    try:
        result = yield from work
    except Stopped:
        yield Cancelled()
    except AppError as error:
        yield Failed(error.problem)
    else:
        yield Done(result)

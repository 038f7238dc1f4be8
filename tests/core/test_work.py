"""Long work that is finished on one thread."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from app.core.work import finish


def test_work_ends_at_once_where_its_progress_cannot_be_shown() -> None:
    """A pipe that nobody reads any more, say: what the work keeps must be kept before its desk is closed."""
    ended = []

    def work() -> Generator[int]:
        try:
            yield 1
        finally:
            ended.append(True)

    def show(_progress: int) -> None:
        raise BrokenPipeError

    begun = work()
    with pytest.raises(BrokenPipeError):
        finish(begun, show)
    assert ended

"""Parts that are made when they are asked for first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from app.core.once import is_made, make_all, once


class _Desk:
    def __init__(self) -> None:
        self.made: list[str] = []
        self.barrier = threading.Barrier(4)

    @once
    def lamp(self) -> str:
        self.made.append("lamp")
        return "a lamp"

    @once
    def table(self) -> str:
        self.made.append("table")
        return f"a table with {self.lamp}"


def test_a_part_is_made_when_it_is_asked_for_and_once() -> None:
    desk = _Desk()
    assert not is_made(desk, "lamp")
    assert desk.table == desk.table == "a table with a lamp"
    assert desk.made == ["table", "lamp"]
    assert is_made(desk, "lamp")


def test_threads_that_ask_at_a_time_get_the_same() -> None:
    desk = _Desk()

    def ask(_number: int) -> int:
        desk.barrier.wait()
        return id(desk.table)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1
    assert desk.made == ["table", "lamp"]


def test_all_parts_can_be_made_at_once() -> None:
    desk = _Desk()
    make_all(desk)
    assert sorted(desk.made) == ["lamp", "table"]

"""Which cells are asked next: rows side by side, each in its order, and again after an outage."""

from __future__ import annotations

import msgspec
import pytest

from app.core.conversations.cell import Cell
from app.core.conversations.conversation import StoredQuestion
from app.core.errors import Code, Problem
from app.engine.protocol import ModelInfo
from app.services.asking.cell_scheduler import MOST_AT_ONCE, PATIENCE_S, CellScheduler, CellTurn, Concurrency
from tests.ui.fakes import SCOUT

SERVED = msgspec.structs.replace(SCOUT, host="models.example.org", slots=3)
BUSY = Problem(Code.REMOTE_BUSY, {"host": "models.example.org", "wait_s": 0})
CUT = Problem(Code.REMOTE_CUT, {"host": "models.example.org"})


class _Placed(Cell, frozen=True):
    """A cell that knows its column, too."""

    column: int = 1


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


def _cells(rows: int, columns: int) -> list[tuple[int, _Placed]]:
    places = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    return [
        (number, _Placed(StoredQuestion(f"q{number}", "c", None, "Who?", (), 0.0), row=row, column=column))
        for number, (row, column) in enumerate(places, 1)
    ]


def _turns(clock: _Clock, rows: int, columns: int, model: ModelInfo = SERVED) -> CellScheduler[_Placed]:
    return CellScheduler(_cells(rows, columns), Concurrency(), lambda: model, clock)


def _all(turns: CellScheduler[_Placed]) -> list[CellTurn[_Placed]]:
    taken = []
    while (turn := turns.take()) is not None:
        taken.append(turn)
    return taken


def test_documents_go_side_by_side_and_the_questions_of_each_one_after_the_other(clock: _Clock) -> None:
    turns = _turns(clock, rows=4, columns=2)
    first = _all(turns)
    assert [(turn.cell.row, turn.cell.column, turn.lane) for turn in first] == [(1, 1, 0), (2, 1, 1), (3, 1, 2)]
    turns.ended(first[1], first[1].cell, None)
    (next_one,) = _all(turns)
    assert (next_one.cell.row, next_one.cell.column, next_one.lane) == (2, 2, 1), "on the lane that has its document"


def test_a_server_with_one_cache_gets_the_other_questions_of_a_document_once_the_first_was_answered(
    clock: _Clock,
) -> None:
    turns = _turns(clock, 1, 4, msgspec.structs.replace(SERVED, one_cache=True))
    (first,) = _all(turns)
    turns.ended(first, first.cell, None)
    assert [turn.cell.column for turn in _all(turns)] == [2, 3, 4]


def test_a_lane_keeps_to_its_documents_while_others_wait(clock: _Clock) -> None:
    turns = _turns(clock, 6, 3, msgspec.structs.replace(SERVED, one_cache=True))
    first, second, third = _all(turns)
    for ended, row in ((first, 1), (second, 2), (third, 3)):
        turns.ended(ended, ended.cell, None)
        (taken,) = _all(turns)
        assert (taken.cell.row, taken.lane) == (row, row - 1), "no other lane has its texts as tokens"


def test_a_model_of_this_machine_gets_one_at_a_time(clock: _Clock) -> None:
    assert len(_all(_turns(clock, 3, 1, SCOUT))) == 1


def test_what_an_outage_cut_is_asked_again_in_its_place_after_a_while_and_nothing_else_twice(clock: _Clock) -> None:
    turns = _turns(clock, rows=6, columns=1)
    first = _all(turns)
    assert all(turns.ended(turn, turn.cell, CUT) for turn in first)
    assert turns.take() is None
    assert 0.9 < turns.rest_s <= 1.0, "three that fail together are one outage"
    clock.now += turns.rest_s
    again = _all(turns)
    assert [(turn.number, turn.again) for turn in again] == [(1, True), (2, True), (3, True)]
    assert all(turns.ended(turn, turn.cell, None) is False for turn in again)
    rest = _all(turns)
    assert [(turn.number, turn.again) for turn in rest] == [(4, False), (5, False), (6, False)]
    for turn in rest:
        turns.ended(turn, turn.cell, None)
    assert turns.are_done


def test_a_server_that_says_how_long_is_given_that_long_and_half_as_much(clock: _Clock) -> None:
    turns = _turns(clock, 9, 1, msgspec.structs.replace(SERVED, slots=8))
    first = _all(turns)
    assert len(first) == 8
    turns.ended(first[0], first[0].cell, Problem(Code.REMOTE_BUSY, {"host": "h", "wait_s": 20}))
    assert turns.rest_s == pytest.approx(20)
    for turn in first[1:]:
        turns.ended(turn, turn.cell, None)
    clock.now += 20
    assert len(_all(turns)) == 2, "all that are left"


def test_a_question_that_ends_each_connection_fails_at_last_and_a_dead_server_is_given_up(clock: _Clock) -> None:
    turns = _turns(clock, 1, 1)
    tries = 0
    while (turn := turns.take()) is not None and turns.ended(turn, turn.cell, CUT):
        tries += 1
        clock.now += turns.rest_s
    assert tries == 3
    assert turns.are_done
    assert not turns.gave_up
    turns = _turns(clock, 1, 1)
    begun = clock.now
    while (turn := turns.take()) is not None and turns.ended(turn, turn.cell, BUSY):
        clock.now += turns.rest_s
    assert turns.gave_up
    assert clock.now - begun > PATIENCE_S


def test_a_server_that_does_not_say_gets_more_as_long_as_that_brings_something() -> None:
    model = msgspec.structs.replace(SERVED, slots=0)
    pace, widths = Concurrency(), []
    for _ in range(200):
        width = pace.width(model)
        widths.append(width)
        pace.answered(max(1.0, width / 6), model)  # it does six at a time
    assert widths[0] == 4
    assert widths[-1] == 8
    assert max(widths) == 16
    assert widths.index(16) == 4 + 8, "one round at each width tells what it brings"


def test_a_refusal_halves_and_answers_bring_it_back_up_to_the_limit_of_a_person() -> None:
    model = msgspec.structs.replace(SERVED, slots=64)
    assert Concurrency().width(model) == MOST_AT_ONCE
    pace = Concurrency(8)
    assert pace.width(model) == 8
    pace.refused(model)
    assert pace.width(model) == 4
    for _ in range(60):
        pace.answered(1.0, model)
    assert pace.width(model) == 8


TWO = msgspec.structs.replace(SERVED, slots=2, servers=2, one_cache=True)
"""A server with two addresses, of two slots each."""


def _servers(turns: list[CellTurn[_Placed]]) -> list[int]:
    return [turn.lane % 2 for turn in turns]


def test_a_document_stays_with_the_address_that_has_read_it(clock: _Clock) -> None:
    turns = _turns(clock, rows=8, columns=4, model=TWO)
    under_way, places = _all(turns), dict[int, set[int]]()
    assert sorted(_servers(under_way)) == [0, 0, 1, 1]
    while under_way:
        turn = under_way.pop(0)
        places.setdefault(turn.cell.row, set()).add(turn.lane % 2)
        turns.ended(turn, turn.cell, None)
        under_way += _all(turns)
    assert turns.are_done
    assert sum(len(place) == 1 for place in places.values()) >= 7, "but where one would have to wait at the end"


def test_an_address_that_is_gone_gets_nothing_and_costs_nothing(clock: _Clock) -> None:
    turns = _turns(clock, rows=10, columns=1, model=TWO)
    asked: list[int] = []
    under_way = _all(turns)
    while under_way:
        turn = under_way.pop(0)
        gone = turn.lane % 2 == 1
        again = turns.ended(turn, turn.cell, Problem(Code.REMOTE_UNREACHABLE, {"host": "b"}) if gone else None)
        assert again == gone
        if not gone:
            asked.append(turn.number)
        clock.now += 0.1
        assert turns.rest_s == 0, "the other one answers"
        under_way += _all(turns)
    assert turns.are_done
    assert sorted(asked) == list(range(1, 11)), "all of them, none twice"


def test_a_slow_address_gets_fewer_documents(clock: _Clock) -> None:
    turns = _turns(clock, rows=40, columns=1, model=TWO)
    ends = [(clock.now + (9 if turn.lane % 2 else 1), turn) for turn in _all(turns)]
    shares = [0, 0]
    while ends:
        clock.now, turn = min(ends, key=lambda end: (end[0], end[1].number))
        ends.remove((clock.now, turn))
        shares[turn.lane % 2] += 1
        turns.ended(turn, turn.cell, None)
        ends += [(clock.now + (9 if each.lane % 2 else 1), each) for each in _all(turns)]
    assert sum(shares) == 40
    assert shares[0] > 3 * shares[1]


def test_all_addresses_are_used_where_a_person_allows_one_question_at_a_time(clock: _Clock) -> None:
    turns = CellScheduler(_cells(2, 1), Concurrency(1), lambda: TWO, clock)
    (first,) = _all(turns)
    turns.ended(first, first.cell, Problem(Code.REMOTE_UNREACHABLE, {"host": "a"}))
    (again,) = _all(turns)
    assert again.lane % 2 != first.lane % 2

"""Decides which cells are asked next, how many side by side, and what is asked again after an outage."""

from __future__ import annotations

import time
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Generic

import msgspec

from app.core.conversations.cell import Cell, CellKind
from app.core.errors import OUTAGES, Code, Problem
from app.engine.protocol import ModelInfo

MOST_AT_ONCE = 16
"""Each has a process of its own, of about 50 MB."""

PATIENCE_S = 900.0
"""So long a server is asked again that answers nothing, before the rest is left to the next time."""

_FIRST, _WORTH = 4, 1.1
_FEWEST_ANSWERS = 2
_SHORTEST_S, _LONGEST_S = 1.0, 60.0
_MOST_TRIES = 4

_IN_THE_MIDDLE = frozenset({Code.REMOTE_CUT, Code.REMOTE_STALLED})
"""The problems in the middle of an answer, which the question itself may be the reason of."""


class Concurrency:
    """The number of questions that a server is asked at the same time: as many as it says that it has slots; else four,
    and twice as many as long as that brings at least a tenth more answers in the same time (a slow start, as RFC 5681
    has it for TCP), in one of two rounds, since a round is short and may be unlucky. It is halved when the server
    refuses a question, and then grows by one after each round (additive increase, multiplicative decrease, as there).
    """

    def __init__(self, most: int = 0) -> None:
        """Take the number that a person allows; 0 means as many as the server bears."""
        self._most = min(most or MOST_AT_ONCE, MOST_AT_ONCE)
        self._tried, self._settled, self._doubted = _FIRST, False, False
        self._borne = self._most
        self._round: list[float] = []
        self._before: tuple[int, float] | None = None  # a width, and answers a second with it

    def width(self, model: ModelInfo | None) -> int:
        """Return the number for the loaded model; before one is known, one question has it loaded."""
        if model is None or not model.host:
            return 1
        return max(1, min(model.slots * model.servers or self._tried, self._most, self._borne))

    def answered(self, seconds: float, model: ModelInfo | None) -> None:
        """Note that a question was answered in so many seconds."""
        width = self.width(model)
        self._round.append(seconds)
        if len(self._round) < max(_FEWEST_ANSWERS, width):
            return
        rate, self._round = width * len(self._round) / max(1e-6, sum(self._round)), []
        if self._borne < self._most:
            self._borne += 1
        elif model is not None and not model.slots and not self._settled:
            self._grow(width, rate)

    def refused(self, model: ModelInfo | None) -> None:
        self._borne, self._settled, self._round = max(1, self.width(model) // 2), True, []

    def _grow(self, width: int, rate: float) -> None:
        if self._before is not None and rate < self._before[1] * _WORTH:
            if self._doubted:
                self._tried, self._settled = self._before[0], True
            self._doubted = True
            return
        self._before, self._doubted = (width, rate), False
        self._tried = width * 2


class CellTurn(msgspec.Struct, Generic[CellKind], frozen=True):
    """A cell that is asked now. `number` is its own, from 1; `lane` is the way by which it is asked; if it is asked
    `again`, its cell has what came of that before."""

    number: int
    cell: CellKind
    lane: int = 0
    again: bool = False


class _Server:
    """One address of a server: until when nothing is asked there, by the clock, and how long it rests the next time."""

    until, delay_s = 0.0, 0.0

    def fail(self, now: float, wanted_s: float) -> None:
        """Have it rest, longer each time, or as long as it wants."""
        if now >= self.until:  # what failed together with that before need not wait longer
            self.delay_s = min(_LONGEST_S, max(_SHORTEST_S, self.delay_s * 2))
            self.until = now + max(self.delay_s, min(_LONGEST_S, wanted_s))


class CellScheduler(Generic[CellKind]):
    """The cells that are left, in the order of their numbers. Cells of one row follow each other on one lane, so that
    its books are read once, and made tokens once. Where all lanes find what one has read, lanes that would rest help
    with a row once its first cell is answered.

    Where a server has several addresses, lanes go to them in turn, and a row stays with the address that has read its
    books, as long as that answers. So a slow one gets fewer rows, and one that is gone none.
    """

    def __init__(
        self,
        cells: Iterable[tuple[int, CellKind]],
        breadth: Concurrency,
        model: Callable[[], ModelInfo | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left = [CellTurn(number, cell) for number, cell in cells]
        self._breadth, self._model, self._clock = breadth, model, clock
        self._under_way: dict[int, tuple[CellTurn[CellKind], float]] = {}  # by the number of the cell
        self._read: set[int] = set()
        self._lanes: dict[int, int] = {}  # of rows
        self._tries: Counter[int] = Counter()
        self._servers: defaultdict[int, _Server] = defaultdict(_Server)
        self._since = 0.0
        self._connected = False
        self.gave_up = False
        """Nothing was answered for too long, or there was no connection from the beginning."""

    @property
    def are_done(self) -> bool:
        return not self._left and not self._under_way

    @property
    def rest_s(self) -> float:
        """Seconds in which nothing is asked."""
        now, model = self._clock(), self._model()
        return max(0.0, min(self._servers[number].until - now for number in range(model.servers if model else 1)))

    def take(self) -> CellTurn[CellKind] | None:
        """Take the next cell that may be asked now."""
        model = self._model()
        servers = model.servers if model is not None else 1
        width = self._breadth.width(model)
        if len(self._under_way) >= width:
            return None
        used = {turn.lane for turn, _begun in self._under_way.values()}
        lanes = [lane for lane in range(max(width, servers)) if lane not in used and self._is_awake(lane % servers)]
        if not lanes:
            return None
        under_way = {turn.cell.row for turn, _begun in self._under_way.values()}
        shared = self._read if model is not None and model.one_cache else ()
        help_with = elsewhere = None
        for index, turn in enumerate(self._left):
            row = turn.cell.row
            if row in under_way and row not in shared:
                continue
            lane = self._home(row, lanes, servers)
            if lane is None:
                elsewhere = index if elsewhere is None else elsewhere
            elif lane == self._lanes.setdefault(row, lane):
                return self._taken(index, lane)
            elif help_with is None:
                help_with = index, lane
        if help_with is not None:
            return self._taken(*help_with)
        # To read books again, at another address, is better than to have it wait.
        return None if elsewhere is None else self._taken(elsewhere, self._freest(lanes, servers))

    def _taken(self, index: int, lane: int) -> CellTurn[CellKind]:
        turn = msgspec.structs.replace(self._left.pop(index), lane=lane)
        self._lanes[turn.cell.row] = lane
        self._under_way[turn.number] = turn, self._clock()
        return turn

    def drop(self, turn: CellTurn[CellKind]) -> None:
        """Drop a cell that need not be asked."""
        del self._under_way[turn.number]

    def ended(self, turn: CellTurn[CellKind], cell: CellKind, problem: Problem | None) -> bool:
        """End a cell's turn and return whether it will be asked again. `cell` has what came of it."""
        _turn, begun = self._under_way.pop(turn.number)
        model = self._model()
        server = self._servers[turn.lane % (model.servers if model is not None else 1)]
        if problem is None or problem.code not in OUTAGES:
            server.delay_s = self._since = 0.0
            self._read.add(turn.cell.row)
            self._breadth.answered(_seconds(cell) or self._clock() - begun, model)
            return False
        now = self._clock()
        self._connected = self._connected or model is not None
        self._since = self._since or now
        self._tries[turn.number] += problem.code in _IN_THE_MIDDLE
        if problem.code is Code.REMOTE_BUSY:
            self._breadth.refused(model)
        self.gave_up = not self._connected or now - self._since > PATIENCE_S
        if self.gave_up or self._tries[turn.number] >= _MOST_TRIES:
            return False
        server.fail(now, float(problem.params.get("wait_s", 0)))
        insort(self._left, CellTurn(turn.number, cell, again=True), key=lambda left: left.number)
        return True

    def _is_awake(self, server: int) -> bool:
        return self._servers[server].until <= self._clock()

    def _home(self, row: int, lanes: Sequence[int], servers: int) -> int | None:
        """Return the lane for a row, of those that are free: the one that it had before, or another to the same server;
        None if that has none free."""
        before = self._lanes.get(row)
        if before is None or not self._is_awake(before % servers):
            return self._freest(lanes, servers)
        if before in lanes:
            return before
        return next((lane for lane in lanes if lane % servers == before % servers), None)

    def _freest(self, lanes: Sequence[int], servers: int) -> int:
        """Return a free lane to the server that has the fewest questions."""
        load = Counter(turn.lane % servers for turn, _begun in self._under_way.values())
        return min(lanes, key=lambda lane: (load[lane % servers], lane))


def _seconds(cell: Cell) -> float:
    """Return how long the server took to answer; 0 if it did not answer. What is done here, such as the first
    connection of a lane, does not count: it says nothing of what the server bears."""
    return 0.0 if cell.answer is None else cell.answer.timings.first_token_s + cell.answer.timings.generate_s

"""Cells asked, several side by side where a server bears it; each answer kept, none lost or asked twice."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Generic

import msgspec

from app.core.conversations.cell import Cell, CellBegun, CellEnded, CellKind, CellProgress
from app.core.conversations.conversation import AnotherAnswer, Answer, Asked, LongerAnswer
from app.core.conversations.events import AnswerProgress, Checked, Looking, Notice, Stored, Token, Weighing
from app.core.conversations.values import ValueKind
from app.core.errors import OUTAGES, AppError, Blame, Code, Problem, blame
from app.core.work import Cancel, Stopped, Work, finish, relay
from app.services.asking.ask import Ask
from app.services.asking.cell_scheduler import MOST_AT_ONCE, CellScheduler, CellTurn, Concurrency
from app.services.asking.weighing import SentenceWeighing, WeighingProgress

_FOR_ALL = frozenset({Code.NO_MODEL, Code.ENGINE_GAVE_UP, Code.CONTEXT_INVALID})
_OF_BOOKS = frozenset({Code.FILE_MISSING, Code.PAGES_INVALID})

_Outcome = tuple[Answer | None, Problem | None]


class CellRun(Generic[CellKind]):
    """One run over cells. `run` belongs to the engine's one executor; each cell is asked on a thread of its
    own, which may be ahead of what was taken of its progress."""

    def __init__(
        self,
        ask: Ask,
        cells: Sequence[CellKind],
        is_there: Callable[[str], bool],
        cancel: Cancel,
        *,
        weighing: SentenceWeighing | None = None,
        excerpts: bool = False,
        notes: bool = False,
        no_more: threading.Event | None = None,
    ) -> None:
        """Take the cells. `cells` are all that belong together, asked already or not; `is_there` returns whether one
        still is, by the id of its question. `weighing`, if it is given, weighs the answers before the next question.
        With `excerpts` the model sees passages, not the books; with `notes` what is asked for is notes. Once `no_more`
        is set, those that are under way end, and no other one is begun."""
        self._no_more = no_more or threading.Event()
        self._ask, self._is_there, self._weighing = ask, is_there, weighing
        self._total, self._cancel = len(cells), Cancel()
        cancel.on_request(lambda: self._cancel.request(leaving=cancel.leaving))
        self._excerpts, self._notes = excerpts, notes
        self._same_books = len({cell.row for cell in cells}) == 1
        self._problem: Problem | None = None  # that all others would have
        self._stopped = self._waits = False
        self._asked: dict[int, CellTurn[CellKind]] = {}  # by the numbers of the cells that are under way
        self._told: queue.SimpleQueue[tuple[int, CellProgress[CellKind] | Future[_Outcome]]] = queue.SimpleQueue()
        self._texts: dict[int, list[str]] = {}
        self._shown: int | None = None

    def run(self, cells: Iterable[tuple[int, CellKind]]) -> Work[CellProgress[CellKind], None]:
        """Ask these, by their numbers. What follows a `CellBegun` is about the question that was begun first and has
        not ended. Raises AppError for what would make all others fail in the same way; Stopped."""
        breadth = Concurrency(self._ask.settings().remote.at_once)
        turns = CellScheduler(cells, breadth, self._ask.models.loaded)
        threads = ThreadPoolExecutor(MOST_AT_ONCE, "cell")
        try:
            while not (turns.are_done or (self._begins_none and not self._asked)):
                yield from self._begin(turns, threads)
                if self._asked:
                    yield from self._step(turns)
                elif self._cancel.wait(turns.rest_s):
                    break
        finally:
            self._cancel.request()
            threads.shutdown()
            self._ask.engine.close_lanes()
        if self._problem is not None:
            raise AppError.of(self._problem)
        if self._stopped or not turns.are_done:
            raise Stopped

    @property
    def _ends(self) -> bool:
        return self._stopped or self._problem is not None or self._cancel.requested

    @property
    def _begins_none(self) -> bool:
        return self._ends or self._no_more.is_set()

    def _begin(self, turns: CellScheduler[CellKind], threads: ThreadPoolExecutor) -> Iterator[CellProgress[CellKind]]:
        """Begin as many questions as may be asked now."""
        while not self._begins_none and (turn := turns.take()) is not None:
            if not (self._same_books or self._is_there(turn.cell.question.id)):
                turns.drop(turn)  # its document was removed meanwhile
                continue
            if not turn.again:
                yield CellBegun(turn.number, self._total, turn.cell.question.id)
            self._asked[turn.number], self._texts[turn.number] = turn, []
            threads.submit(self._follow, turn).add_done_callback(partial(self._tell, turn.number))

    def _follow(self, turn: CellTurn[CellKind]) -> _Outcome:
        with self._ask.engine.on_lane(turn.lane):
            return finish(self._cell(turn), partial(self._tell, turn.number))

    def _tell(self, number: int, event: CellProgress[CellKind] | Future[_Outcome]) -> None:
        self._told.put((number, event))

    def _step(self, turns: CellScheduler[CellKind]) -> Iterator[CellProgress[CellKind]]:
        """Yield the next event of the questions under way; for one of them, its answer as it is written."""
        number, event = self._told.get()
        if isinstance(event, Future):
            yield from self._ended(turns, self._asked.pop(number), event.result())
            return
        if isinstance(event, Token):
            self._texts[number].append(event.text)
        if number == self._shown or isinstance(event, Notice):
            yield event
        elif number == next(iter(self._asked)):
            self._shown = number
            yield Token("".join(self._texts[number])) if self._texts[number] else event

    def _ended(
        self, turns: CellScheduler[CellKind], turn: CellTurn[CellKind], outcome: _Outcome
    ) -> Iterator[CellProgress[CellKind]]:
        answer, problem = outcome
        cell = msgspec.structs.replace(turn.cell, answer=answer)
        if turns.ended(turn, cell, problem) and problem is not None and not self._ends:
            if not self._waits:
                yield Notice(Problem(Code.REMOTE_ASKED_AGAIN, {"host": problem.params.get("host", "")}))
            self._waits = True
            return
        self._waits = self._waits and problem is not None
        yield CellEnded(turn.number, self._total, cell)
        if answer is not None and answer.was_stopped:
            self._stopped = True
        elif problem is not None and self._concerns_all(problem, turns):
            self._problem = self._problem or problem

    def _concerns_all(self, problem: Problem, turns: CellScheduler[CellKind]) -> bool:
        if problem.code in OUTAGES:
            return turns.gave_up
        return _concerns_all(problem, same_books=self._same_books)

    def _cell(self, turn: CellTurn[CellKind]) -> Work[CellProgress[CellKind], _Outcome]:
        answer, problem = yield from self._answer(turn)
        if answer is not None and self._weighing is not None and _can_be_weighed(turn.cell, answer, problem):
            answer = yield from self._weighed(self._weighing, answer)
        return answer, problem

    def _answer(self, turn: CellTurn[CellKind]) -> Work[CellProgress[CellKind], _Outcome]:
        """Return the answer, or that of before if not even one could be begun, and what went wrong. One that an outage
        cut off goes on, but for a value, which is written as a whole."""
        cell, before = turn.cell, turn.cell.answer
        asked: Asked = AnotherAnswer(cell.question.id)
        if turn.again and before is not None and not (before.text and cell.question.form.is_held):
            asked = LongerAnswer(before.id)
        work = self._ask.ask(asked, self._cancel, excerpts=self._excerpts, notes=self._notes)
        try:
            answer = yield from relay(work, _of_cell)
        except AppError as error:
            return cell.answer, error.problem
        return answer, answer.problem

    def _weighed(self, weighing: SentenceWeighing, answer: Answer) -> Work[CellProgress[CellKind], Answer]:
        """Return the answer with its sentences weighed, as far as they are. What goes wrong is said, and costs the
        answer nothing; one that is stopped meanwhile is whole. If none will be weighed, the reason is said once."""
        off = None
        try:
            if weighing.is_wanted(answer):
                weighed = yield from relay(weighing.weigh(answer, self._cancel), _of_cell)
                answer, off = weighed.answer, weighed.off
        except Stopped:
            return answer
        except AppError as error:
            off = error.problem
        if off is not None:
            says, self._weighing = self._weighing is not None, None
            if says and not answer.from_search:
                yield Notice(off)
        return answer


def _of_cell(progress: AnswerProgress | WeighingProgress) -> Iterator[CellProgress[CellKind]]:
    """Yield the progress that a cell shows. `CellBegun` and `CellEnded` report the rest; cells have no images."""
    if not isinstance(progress, Stored | Checked | Looking | Weighing):
        yield progress


def _can_be_weighed(cell: Cell, answer: Answer, problem: Problem | None) -> bool:
    """Return whether a model can judge what the program cannot: the sentences of prose, and whether quoted words mean
    yes, no or one of several. Dates, amounts and numbers are compared."""
    judged = cell.question.form.kind in (ValueKind.PROSE, ValueKind.YES_NO, ValueKind.CHOICE)
    return problem is None and not answer.was_stopped and judged


def _concerns_all(problem: Problem, *, same_books: bool) -> bool:
    """Return whether the next question would meet the same problem, whatever it asks."""
    code, params = problem.code, problem.params
    if code is Code.DOES_NOT_FIT:
        if not same_books:
            return False
        taken = int(params["documents_tokens"]) + int(params["reserve_tokens"])
        return taken >= int(params["context_tokens"])
    if code in _OF_BOOKS:
        return same_books
    return code in _FOR_ALL or code.startswith("model_") or blame(code) is Blame.MACHINE

"""Two questions of a grid under way at once: in which order they are told, and how each way of ending reaches both."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from app.core.conversations.cell import CellBegun, CellEnded, CellState
from app.core.conversations.conversation import Ending
from app.core.conversations.events import AnswerProgress, Notice, Token
from app.core.errors import OUTAGES, Code
from app.core.work import Cancel, Stopped, finish
from app.engine.client import EngineClient
from app.features.tables.data import Sheet, SheetProgress
from app.features.tables.service import sheets_of
from app.services.asking import cell_scheduler
from app.services.asking.ask import Ask, OpenAnswer
from tests.engine.remote.toy_server import WAIT_S, Handler, ToyServer, complete, detokenize
from tests.features.tables.test_side_by_side import fake, kept, make, server
from tests.ui.fakes import FakeDesk
from tests.work import fail, run

__all__ = ["fake", "server"]

near = pytest.mark.usefixtures("near_engines")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert left == []


def _begin(handler: Handler, *words: str) -> None:
    handler.begin_stream()
    for word in words:
        _say(handler, word)


def _say(handler: Handler, word: str) -> None:
    handler.send_event({"choices": [{"text": word, "finish_reason": None}]})


def _ends(handler: Handler) -> None:
    handler.send_event({"choices": [{"text": "", "finish_reason": "stop"}]})
    handler.send_event("[DONE]")


def _of_first(handler: Handler) -> bool:
    return "Berth 0" in detokenize(handler.body["prompt"])


def _asked(fake: FakeDesk, server: ToyServer, rows: int = 2) -> Sheet:
    """A grid of these rows, of which a server takes two at once."""
    server.slots = 2
    finish(fake.desk.models.load(None, Cancel()))
    return make(fake, rows, "When does it end?")


def _when_both_wait(server: ToyServer, do: Callable[[], None], *words: str) -> threading.Barrier:
    """Both questions are held by the server, which says these words to each once both are there; then this is done.
    Whoever waits at what is given waits until both requests were hung up."""
    both, said, gone = threading.Barrier(2), threading.Barrier(2, do), threading.Barrier(3)

    def route(handler: Handler) -> None:
        both.wait(WAIT_S)
        if words:
            _begin(handler, *words)
        said.wait(WAIT_S)
        handler.wait_for_hang_up()
        gone.wait(WAIT_S)

    server.routes["/v1/completions"] = route
    return gone


def _endings(grid: Sheet) -> list[tuple[str, Ending]]:
    return [(cell.answer.text, cell.answer.ending) for cell in grid.cells if cell.answer is not None]


@near
def test_what_was_begun_first_is_told_and_the_other_from_its_beginning(fake: FakeDesk, server: ToyServer) -> None:
    second_speaks, first_ended = threading.Event(), threading.Event()

    def route(handler: Handler) -> None:
        if _of_first(handler):
            _begin(handler, "First ")
            assert second_speaks.wait(WAIT_S)
            _say(handler, "answer.")
            _ends(handler)
        else:
            _begin(handler, "The ", "other ")
            second_speaks.set()
            assert first_ended.wait(WAIT_S)
            _say(handler, "one.")
            _ends(handler)

    def then(event: SheetProgress) -> None:
        if isinstance(event, CellEnded) and event.number == 1:
            first_ended.set()

    grid = _asked(fake, server)
    server.routes["/v1/completions"] = route
    events, done = run(sheets_of(fake.desk).run(grid.id, Cancel()), then)
    assert done.finished
    assert [event.number for event in events if isinstance(event, CellBegun)] == [1, 2]
    assert [event.number for event in events if isinstance(event, CellEnded)] == [1, 2]
    end = next(place for place, event in enumerate(events) if isinstance(event, CellEnded))
    texts = ["".join(event.text for event in part if isinstance(event, Token)) for part in (events[:end], events[end:])]
    assert texts == ["First answer.", "The other one."]


@near
def test_what_ends_before_the_first_says_nothing_but_that(fake: FakeDesk, server: ToyServer) -> None:
    second_ended = threading.Event()

    def route(handler: Handler) -> None:
        if _of_first(handler):
            _begin(handler, "First ")
            assert second_ended.wait(WAIT_S)
            _say(handler, "answer.")
            _ends(handler)
        else:
            complete(handler)

    def then(event: SheetProgress) -> None:
        if isinstance(event, CellEnded) and event.number == 2:
            second_ended.set()

    grid = _asked(fake, server)
    server.routes["/v1/completions"] = route
    events, done = run(sheets_of(fake.desk).run(grid.id, Cancel()), then)
    assert [text for text, _ending in _endings(done)] == ["First answer.", "The tenant pays."]
    assert [event.number for event in events if isinstance(event, CellEnded)] == [2, 1]
    assert "".join(event.text for event in events if isinstance(event, Token)) == "First answer."


@near
def test_what_lanes_share_is_used_by_one_at_a_time(
    fake: FakeDesk, server: ToyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an answer is checked and kept, no other one is: what they use was made for one thread."""
    alone, met, add = threading.Lock(), [], OpenAnswer.add

    def slow(self: OpenAnswer, progress: Token) -> Iterator[AnswerProgress]:
        met.append(not alone.acquire(blocking=False))
        time.sleep(0.005)
        if not met[-1]:
            alone.release()
        return add(self, progress)

    grid = _asked(fake, server)
    monkeypatch.setattr(OpenAnswer, "add", slow)
    both = threading.Barrier(2)

    def route(handler: Handler) -> None:
        both.wait(WAIT_S)
        complete(handler)

    server.routes["/v1/completions"] = route
    assert finish(sheets_of(fake.desk).run(grid.id, Cancel())).finished
    assert len(met) > 4
    assert not any(met)


@near
@pytest.mark.parametrize("words", [(), ("The ",)], ids=["before a word", "in the middle"])
def test_stopped_while_both_wait(fake: FakeDesk, server: ToyServer, words: tuple[str, ...]) -> None:
    cancel = Cancel()
    grid = _asked(fake, server, rows=3)
    gone = _when_both_wait(server, partial(cancel.request, leaving=True), *words)
    with pytest.raises(Stopped):
        finish(sheets_of(fake.desk).run(grid.id, cancel))
    gone.wait(WAIT_S)
    assert _endings(kept(fake, grid)) == [("".join(words), Ending.CLOSED)] * 2, "and no third was begun"


@near
def test_left_while_both_wait(fake: FakeDesk, server: ToyServer) -> None:
    """Whoever wants no more of it ends both, and what was written is kept."""
    grid = _asked(fake, server, rows=3)
    gone = _when_both_wait(server, lambda: None, "The ")
    work = sheets_of(fake.desk).run(grid.id, Cancel())
    assert any(isinstance(event, Token) for event in work)
    work.close()
    gone.wait(WAIT_S)
    endings = _endings(kept(fake, grid))
    assert [ending for _text, ending in endings] == [Ending.CANCELLED] * 2
    assert "The " in [text for text, _ending in endings]


@near
def test_where_one_fails_the_other_is_answered(fake: FakeDesk, server: ToyServer) -> None:
    refused = threading.Event()

    def route(handler: Handler) -> None:
        if _of_first(handler):
            handler.send_json({"error": {"message": "no"}}, 400)
            refused.set()
        else:
            assert refused.wait(WAIT_S)
            complete(handler)

    grid = _asked(fake, server)
    server.routes["/v1/completions"] = route
    done = finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert _endings(done) == [("", Ending.FAILED), ("The tenant pays.", Ending.COMPLETE)]


@near
def test_a_fault_of_ours_in_one_ends_the_other(
    fake: FakeDesk, server: ToyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, ask = threading.Event(), Ask._write

    def route(handler: Handler) -> None:
        _begin(handler, "The ")
        held.set()
        handler.wait_for_hang_up()

    def write(self: Ask, *arguments: object) -> object:
        if "Berth 1" in self.books.book(arguments[0].books[0].book_id).title:  # type: ignore[attr-defined]
            held.wait(WAIT_S)
            raise ZeroDivisionError
        return (yield from ask(self, *arguments))  # type: ignore[arg-type]

    grid = _asked(fake, server)
    server.routes["/v1/completions"] = route
    monkeypatch.setattr(Ask, "_write", write)
    with pytest.raises(ZeroDivisionError):
        finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert server.hung_up.wait(WAIT_S)
    assert [ending for _text, ending in _endings(kept(fake, grid))] == [Ending.CANCELLED] * 2


@near
def test_a_server_that_dies_in_the_middle_is_asked_again_and_given_up(
    fake: FakeDesk, server: ToyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_scheduler, "PATIENCE_S", 0.05)
    both = threading.Barrier(2)

    def route(handler: Handler) -> None:
        if server.hung_up.is_set():
            handler.close_connection = True  # nobody is there any more
            return
        _begin(handler, "The ")
        both.wait(WAIT_S)
        server.hung_up.set()

    grid = _asked(fake, server, rows=4)
    server.routes["/v1/completions"] = route
    events, problem = fail(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert problem.code in OUTAGES
    again = [event for event in events if isinstance(event, Notice) and event.problem.code is Code.REMOTE_ASKED_AGAIN]
    assert len(again) == 1
    assert [event.number for event in events if isinstance(event, CellBegun)] == [1, 2]
    texts = [text for text, _ending in _endings(kept(fake, grid))]
    assert texts == ["The "] * 2, "what was written is kept"
    server.routes["/v1/completions"] = complete
    assert finish(sheets_of(fake.desk).run(grid.id, Cancel())).finished


def test_a_process_that_is_killed_costs_its_question_alone(fake: FakeDesk, server: ToyServer) -> None:
    engine = fake.engine
    assert isinstance(engine, EngineClient)
    both, killed = threading.Barrier(2), threading.Event()

    def route(handler: Handler) -> None:
        is_first = _of_first(handler)
        _begin(handler, "The ")
        both.wait(WAIT_S)
        if is_first:
            assert killed.wait(WAIT_S)
            _ends(handler)
        else:
            (child,) = engine._lanes.each()
            os.kill(child.pid, signal.SIGKILL)
            handler.wait_for_hang_up()
            killed.set()

    grid = _asked(fake, server)
    server.routes["/v1/completions"] = route
    done = finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    (text, first), (_text, second) = _endings(done)
    assert (text, first, second) == ("The ", Ending.COMPLETE, Ending.FAILED)
    answer = done.cells[1].answer
    assert answer is not None
    assert answer.problem is not None
    assert answer.problem.code is Code.ENGINE_CRASHED
    assert done.cells[1].state is not CellState.ANSWERED


def test_an_engine_that_is_closed_while_both_wait_ends_both(fake: FakeDesk, server: ToyServer) -> None:
    engine = fake.engine
    assert isinstance(engine, EngineClient)
    closing = threading.Thread(target=engine.close, name="closing")
    grid = _asked(fake, server)
    gone = _when_both_wait(server, closing.start, "The ")
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    closing.join(WAIT_S)
    gone.wait(WAIT_S)
    assert [ending for _text, ending in _endings(kept(fake, grid))] == [Ending.FAILED] * 2

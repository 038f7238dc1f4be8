"""A grid on a server with several slots: what is under way at once, what an outage does, and what each request is."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.cell import CellBegun, CellEnded, CellState
from app.core.conversations.conversation import BookRef, Ending
from app.core.conversations.events import Notice
from app.core.documents.document import Document, Format, Page
from app.core.errors import Code
from app.core.settings import RemoteSettings, RemoteTexts
from app.core.work import Cancel, Stopped, finish
from app.engine.client import EngineClient
from app.features.tables.columns import columns_of
from app.features.tables.data import Sheet
from app.features.tables.service import sheets_of
from app.services.asking import cell_scheduler
from tests.engine.remote.toy_server import WAIT_S, Handler, ToyServer, complete
from tests.ui.fakes import FakeDesk, open_desk
from tests.work import fail, run

pytestmark = pytest.mark.usefixtures("near_engines")


@pytest.fixture
def server() -> Iterator[ToyServer]:
    made = ToyServer("llama-server")
    made.slots = 3
    yield made
    made.close()


@pytest.fixture
def fake(tmp_path: Path, server: ToyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDesk]:
    monkeypatch.setattr(cell_scheduler, "_SHORTEST_S", 0.01)
    engine = EngineClient()
    engine.weighs = False  # type: ignore[attr-defined]
    made = open_desk(tmp_path / "desk", engine)  # type: ignore[arg-type]
    remote = RemoteSettings(server.address, texts=RemoteTexts.AS_IS)
    made.desk.settings.save(msgspec.structs.replace(made.desk.settings.load(), remote=remote))
    yield made
    made.desk.close()


def make(fake: FakeDesk, rows: int, *questions: str) -> Sheet:
    books = []
    for number in range(rows):
        title = f"Berth {number}"
        page = Page(1, "1", f"{title}. The lease of Anna Meyer ends in May.")
        document = Document(title, Format.TEXT, title.encode().hex().ljust(64, "0"), (page,))
        books.append((BookRef(fake.books.add(document, Path(f"/{title}.txt")).id),))
    return sheets_of(fake.desk).create(columns_of(questions), books, title="Leases")


def kept(fake: FakeDesk, grid: Sheet) -> Sheet:
    found = sheets_of(fake.desk).get(grid.id)
    assert found is not None
    return found


def asked(server: ToyServer) -> list[str]:
    return [bytes(token for token in prompt if token < 256).decode() for prompt in server.prompts()]


def test_as_many_documents_as_there_are_slots_are_under_way_at_once(fake: FakeDesk, server: ToyServer) -> None:
    together = threading.Barrier(3)

    def route(handler: Handler) -> None:
        together.wait(WAIT_S)  # passed only when three requests are here
        complete(handler)

    server.routes["/v1/completions"] = route
    grid = make(fake, 3, "When does it end?", "Who pays?")
    events, done = run(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert done.finished
    assert set(Counter(asked(server)).values()) == {1}, "and nothing twice"
    assert len(server.prompts()) == 6
    begun = [event.question_id for event in events if isinstance(event, CellBegun)]
    ended = [event.cell.question.id for event in events if isinstance(event, CellEnded)]
    assert sorted(begun) == sorted(ended) == sorted(cell.question.id for cell in done.cells)
    assert len(set(begun)) == 6


def test_books_come_first_and_equal_to_the_byte_in_every_request(fake: FakeDesk, server: ToyServer) -> None:
    grid = make(fake, 2, "When does it end?", "Who pays?", "[date] When?")
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    for number in range(2):
        of_book = [text for text in asked(server) if f"Berth {number}" in text]
        heads = {text[: text.index("ends in May.")] for text in of_book}
        assert len(of_book) == 3
        assert len(heads) == 1, "rules and books do not depend on the question"


def test_an_outage_costs_nothing_but_time(fake: FakeDesk, server: ToyServer) -> None:
    """The server refuses, breaks off before and in the middle of an answer, and loads its model again."""
    count = iter(range(1000))

    def route(handler: Handler) -> None:
        match next(count):
            case 2 | 3:
                handler.send_json({"error": {"message": "Loading model"}}, 503, Retry_After="0")
            case 4:
                handler.begin_stream()
            case 6:
                handler.begin_stream()
                handler.send_event({"choices": [{"text": "The ", "finish_reason": None}]})
            case _:
                complete(handler)

    server.routes["/v1/completions"] = route
    grid = make(fake, 4, "When does it end?", "Who pays?", "Who insures?")
    events, done = run(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert done.finished
    answers = [cell.answer for cell in done.cells]
    assert all(answer is not None and answer.ending is Ending.COMPLETE for answer in answers)
    assert len([event for event in events if isinstance(event, CellEnded)]) == 12
    assert len(server.prompts()) == 12 + 4, "what was answered is asked once, what was not once more"
    notices = [event.problem.code for event in events if isinstance(event, Notice)]
    assert Code.REMOTE_ASKED_AGAIN in notices


def test_a_server_that_cannot_be_reached_at_all_is_said_at_once(fake: FakeDesk, server: ToyServer) -> None:
    server.routes["/v1/models"] = lambda handler: handler.send_json({"error": "loading"}, 503)
    grid = make(fake, 4, "When does it end?")
    events, problem = fail(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert problem.code is Code.REMOTE_BUSY
    assert len([event for event in events if isinstance(event, CellEnded)]) == 1
    assert len(server.asked) == 1


def test_stopped_it_ends_all_that_is_under_way_and_goes_on_with_what_is_left(fake: FakeDesk, server: ToyServer) -> None:
    cancel, held = Cancel(), threading.Event()

    def route(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_event({"choices": [{"text": "The ", "finish_reason": None}]})
        if len(server.prompts()) >= 3:
            held.set()
            cancel.request()
        handler.wait_for_hang_up()

    finish(fake.desk.models.load(None, Cancel()))
    server.routes["/v1/completions"] = route
    grid = make(fake, 4, "When does it end?")
    with pytest.raises(Stopped):
        finish(sheets_of(fake.desk).run(grid.id, cancel))
    assert held.is_set()
    server.routes["/v1/completions"] = complete
    _events, done = run(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert done.finished


def test_a_sheet_gives_way_with_nothing_lost_or_asked_twice(fake: FakeDesk, server: ToyServer) -> None:
    way = threading.Event()

    def route(handler: Handler) -> None:
        if len(server.prompts()) >= 2:
            way.set()
        complete(handler)

    server.routes["/v1/completions"] = route
    grid = make(fake, 4, "When does it end?", "Who pays?")
    with pytest.raises(Stopped):
        finish(sheets_of(fake.desk).run(grid.id, Cancel(), no_more=way))
    before = kept(fake, grid)
    assert 2 <= len(server.prompts()) < 8
    assert sum(cell.state is CellState.ANSWERED for cell in before.cells) == len(server.prompts()), "none broke off"
    done = finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert done.finished
    assert set(Counter(asked(server)).values()) == {1}


def test_a_server_is_tried_once_for_all_lanes_of_a_grid(tmp_path: Path) -> None:
    server = ToyServer("vllm")
    server.holds, server.answer = "structured_outputs", ["Not in this ", "document"]
    engine = EngineClient()
    engine.weighs = False  # type: ignore[attr-defined]
    made = open_desk(tmp_path / "desk", engine)  # type: ignore[arg-type]
    try:
        remote = RemoteSettings(server.address, texts=RemoteTexts.AS_IS)
        made.desk.settings.save(msgspec.structs.replace(made.desk.settings.load(), remote=remote))
        for title in ("Leases", "Leases of another day"):
            grid = make(made, 8, "[date] When does it end?")
            assert finish(sheets_of(made.desk).run(grid.id, Cancel())).finished, title
        streamed = [body for path, body, _headers in server.asked if "completions" in path and body.get("stream")]
        tried = [body for path, body, _headers in server.asked if "completions" in path and not body.get("stream")]
        assert len(streamed) == 16
        assert len([body for body in tried if "structured_outputs" in body]) == 1
        assert len(tried) <= 4, "a form, a short message, one with an image, and an engine that is not there"
    finally:
        made.desk.close()
        server.close()


@pytest.mark.parametrize("gone", [0, 1], ids=["the first", "the second"])
def test_one_of_two_addresses_is_lost_in_the_middle_and_nothing_else(tmp_path: Path, gone: int) -> None:
    servers = [ToyServer("vllm"), ToyServer("vllm")]
    answered: list[str] = []
    down, asked_of = threading.Event(), [threading.Event(), threading.Event()]
    of_gone = 0

    def answer(handler: Handler) -> None:
        nonlocal of_gone
        asked_of[handler.server is servers[1]].set()
        assert all(each.wait(WAIT_S) for each in asked_of), "both are asked"
        if down.is_set() and handler.server is servers[gone]:
            handler.close_connection = True
            return
        complete(handler)
        answered.append(bytes(token for token in handler.body["prompt"] if token < 256).decode())
        of_gone += handler.server is servers[gone]
        if of_gone == 3:
            down.set()
            threading.Thread(target=servers[gone].close).start()  # which waits for this very answer

    engine = EngineClient()
    engine.weighs = False  # type: ignore[attr-defined]
    made = open_desk(tmp_path / "desk", engine)  # type: ignore[arg-type]
    try:
        for server in servers:
            server.routes["/v1/completions"] = answer
        remote = RemoteSettings(" ".join(server.address for server in servers), texts=RemoteTexts.AS_IS)
        made.desk.settings.save(msgspec.structs.replace(made.desk.settings.load(), remote=remote))
        grid = make(made, 12, "When does it end?", "Who pays?")
        assert finish(sheets_of(made.desk).run(grid.id, Cancel())).finished
        assert len(servers[gone].prompts()) >= 3
        assert len(answered) == len(set(answered)) == 24
        cells = kept(made, grid).cells
        hosts = ", ".join(server.address.removeprefix("http://") for server in servers)
        assert {cell.answer.sent.host for cell in cells if cell.answer and cell.answer.sent} == {hosts}
    finally:
        made.desk.close()
        for server in servers:
            server.close()

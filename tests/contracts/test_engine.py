"""The contract that every engine keeps to: the process on this machine, one on a real server, and the scripted one of
the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Loading, Reading, Token
from app.core.errors import AppError, Code
from app.core.settings import KvType, Sampling
from app.core.work import Cancel, finish
from app.engine import client
from app.engine.client import EngineClient
from app.engine.protocol import (
    AnswerTo,
    ContextOptions,
    DocumentText,
    Engine,
    EngineState,
    LoadSpec,
    Measure,
    Message,
    PageText,
    Prompt,
    ReadBooks,
    RemoteSpec,
)
from tests.engine.near import NearEngine
from tests.remote_servers import LLAMA_SERVER, PYTHON_CONTEXT, llama_server
from tests.ui.fakes import ScriptedEngine
from tests.work import run

BOOK = DocumentText("A book", (PageText("1", "Some words."), PageText("2", "Other words.")))
ASKED = Prompt("The rules.", (BOOK,), (Message("user", "What does it say?"),))


_NO_LLAMA_SERVER = pytest.mark.skipif(LLAMA_SERVER is None, reason="no llama-server on this machine")
_KINDS = ["here", "python server", pytest.param("llama-server", marks=_NO_LLAMA_SERVER), "scripted"]


@pytest.fixture(params=_KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The two servers stand for engines on another machine."""
    return str(request.param)


@pytest.fixture
def engine(kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Without a process of its own: `tests/engine` has those."""
    monkeypatch.setattr(client, "Child", NearEngine)
    made: Engine = EngineClient()
    if kind == "scripted":
        made = ScriptedEngine(answers=[tuple("A scripted answer. " * 20)])
    yield made
    made.close()


@pytest.fixture(scope="module")
def llama_address(tiny_scout: Path) -> Iterator[str]:
    with llama_server(tiny_scout) as address:
        yield address


@pytest.fixture
def spec(kind: str, tiny_scout: Path, request: pytest.FixtureRequest) -> LoadSpec:
    match kind:
        case "python server":  # it does not tell its context
            address = request.getfixturevalue("python_address")
            return LoadSpec("", context_tokens=PYTHON_CONTEXT, remote=RemoteSpec(address))
        case "llama-server":
            return LoadSpec("", remote=RemoteSpec(request.getfixturevalue("llama_address")))
        case _:
            return LoadSpec(str(tiny_scout), context_tokens=2048)


@pytest.fixture
def loaded(engine: Engine, spec: LoadSpec) -> Engine:
    finish(engine.load(spec, Cancel()))
    return engine


def test_loading_ends_with_what_was_loaded(engine: Engine, spec: LoadSpec) -> None:
    assert engine.state() is EngineState.EMPTY
    before, loaded = run(engine.load(spec, Cancel()))
    assert all(isinstance(event, Loading) for event in before)
    assert engine.model() == loaded
    assert engine.state() is EngineState.READY
    assert finish(engine.revive(Cancel())) == loaded


def test_measuring_before_loading_is_refused(engine: Engine) -> None:
    with pytest.raises(AppError) as caught:
        finish(engine.run(Measure(ASKED)))
    assert caught.value.code is Code.NO_MODEL


def test_the_parts_of_a_prompt_add_up(loaded: Engine) -> None:
    size = finish(loaded.run(Measure(ASKED)))
    assert size.total == size.frame + sum(size.documents) + sum(size.messages)
    assert len(size.documents) == len(size.messages) == 1


def test_what_was_read_need_not_be_read_again(loaded: Engine) -> None:
    assert finish(loaded.run(Measure(ASKED))).to_read <= finish(loaded.run(Measure(ASKED))).total
    finish(loaded.run(AnswerTo(ASKED, Sampling(), 3), Cancel()))
    size = finish(loaded.run(Measure(ASKED)))
    assert size.to_read <= 64
    assert size.held == size.documents


def test_of_what_does_not_fit_nothing_is_held(loaded: Engine) -> None:
    model = loaded.model()
    assert model is not None
    page = PageText("1", "Some words. " * model.context_tokens)
    size = finish(loaded.run(Measure(Prompt("The rules.", (DocumentText("Too long", (page,)),), ASKED.messages))))
    assert size.total > model.context_tokens
    assert (size.to_read, size.held) == (0, (0,))


def test_books_are_read_ahead_of_a_question(loaded: Engine) -> None:
    before, _usage = run(loaded.run(ReadBooks(ASKED), Cancel()))
    assert all(isinstance(event, Reading) for event in before)
    size = finish(loaded.run(Measure(ASKED)))
    assert size.held == size.documents
    assert loaded.state() is EngineState.READY


def test_pausing_an_idle_engine_stops_nothing_that_comes_later(loaded: Engine) -> None:
    loaded.pause()
    finish(loaded.run(ReadBooks(ASKED), Cancel()))
    loaded.resume()


def test_rooms_are_told_for_every_kv_type_of_this_machine(loaded: Engine) -> None:
    """Elsewhere there is nothing to choose: the context is what the server was started with."""
    model = loaded.model()
    assert model is not None
    assert [room.kv_type for room in finish(loaded.run(ContextOptions()))] == ([] if model.host else list(KvType))


def test_an_answer_streams_and_ends(loaded: Engine) -> None:
    before, ending = run(loaded.run(AnswerTo(ASKED, Sampling(), 30), Cancel()))
    assert ending.ending is not Ending.CANCELLED
    assert all(isinstance(event, Reading | Token) for event in before)
    assert any(isinstance(event, Token) and event.text for event in before)
    assert loaded.state() is EngineState.READY


def test_an_answer_can_be_gone_on_with(kind: str, loaded: Engine) -> None:
    """Where the last message is an answer, only what follows it comes."""
    begun = "The book says: “Some words."
    going_on = Prompt(ASKED.rules, ASKED.documents, (*ASKED.messages, Message("assistant", begun)))
    assert finish(loaded.run(Measure(going_on))).total > finish(loaded.run(Measure(ASKED))).total
    before, ending = run(loaded.run(AnswerTo(going_on, Sampling(temperature=0), 8), Cancel()))
    assert ending.usage.generated_tokens <= 8 or kind == "scripted"
    assert begun not in "".join(event.text for event in before if isinstance(event, Token))
    if kind != "scripted":
        assert ending.usage.prompt_tokens == finish(loaded.run(Measure(going_on))).total


def test_stopping_ends_an_answer_as_cancelled(loaded: Engine) -> None:
    cancel = Cancel()

    def stop(event: object) -> None:
        if isinstance(event, Token):
            assert loaded.state() is EngineState.BUSY
            cancel.request()

    ending = finish(loaded.run(AnswerTo(ASKED, Sampling(), 1500), cancel), stop).ending
    assert ending is Ending.CANCELLED
    assert cancel.requested
    assert loaded.state() is EngineState.READY


def test_closing_empties_it(loaded: Engine) -> None:
    loaded.close()
    assert loaded.state() is EngineState.EMPTY

"""The contract that every engine keeps to where a model thinks: thoughts are reported, and are no part of the
answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.events import Thinking, Token
from app.core.errors import Code
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, Engine, LoadSpec, Message, Prompt, RemoteSpec
from tests.models.reciter import write_reciter
from tests.remote_servers import PYTHON_CONTEXT, python_server
from tests.work import fail, run

ASKED = Prompt("The rules.", (), (Message("user", "What came?"),))
GREEDY = Sampling(temperature=0.0, repeat_penalty=1.0)


@pytest.fixture(scope="module")
def thinker(models_folder: Path) -> Path:
    """Its marks are ordinary tokens: servers leave control tokens out of what they stream."""
    words = ("<thinking>", "Ġthe", "Ġhouse", "</thinking>", "Ċ", "Ġthe", "Ġletter", "Ġcame")
    return write_reciter(models_folder / "thinker.gguf", words, "</thinking>")


@pytest.fixture(scope="module")
def address(thinker: Path) -> Iterator[str]:
    with python_server(thinker) as address:
        yield address


@pytest.fixture(params=["process", "python server"])
def engine(request: pytest.FixtureRequest, thinker: Path) -> Iterator[Engine]:
    spec = LoadSpec(str(thinker), context_tokens=PYTHON_CONTEXT)
    if request.param != "process":
        remote = RemoteSpec(request.getfixturevalue("address"))
        spec = LoadSpec("", context_tokens=PYTHON_CONTEXT, remote=remote)
    made = EngineClient()
    finish(made.load(spec, Cancel()))
    yield made
    made.close()


def test_a_thought_is_told_of_and_left_out(engine: Engine) -> None:
    events, _generated = run(engine.run(AnswerTo(ASKED, GREEDY, 40), Cancel()))
    reported = [event for event in events if isinstance(event, Thinking | Token)]
    assert reported[0] == Thinking()
    assert reported.count(Thinking()) == 1
    assert "".join(event.text for event in reported if isinstance(event, Token)) == "the letter came"


def test_a_thought_without_an_answer_says_so(engine: Engine) -> None:
    events, problem = fail(engine.run(AnswerTo(ASKED, GREEDY, 3), Cancel()))
    assert not any(isinstance(event, Token) for event in events)
    assert problem.code is Code.ANSWER_ALL_THOUGHT

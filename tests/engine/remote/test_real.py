"""Real servers with the tiny Scout: they count as the engine of this machine does, and keep what they have read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Reading, Token
from app.core.conversations.values import AnswerForm, ValueKind, ValueState, held_form, value_of
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import (
    AnswerTo,
    CountImageTokens,
    DocumentText,
    GiveImage,
    Measure,
    Message,
    MissingImages,
    PageText,
    Prompt,
    PromptSize,
    ReadBooks,
    ShownImage,
    Weigh,
)
from tests.engine.conftest import load
from tests.engine.remote.conftest import connect
from tests.models.projector import write_projector
from tests.remote_servers import LLAMA_SERVER, PYTHON_CONTEXT, llama_server
from tests.ui.direct_images import png_of
from tests.work import run

_PAGES = tuple(PageText(str(n), f"The ferry left at {n}.\n\n  船は港を出る。 x[{n}] <- 4") for n in range(1, 20))
_BOOK = DocumentText("A log, kept", _PAGES, "log")
_TALK = (Message("user", "When?"), Message("assistant", "At 4."), Message("user", "Why?"))
_ASKED = Prompt("The rules.", (_BOOK,), _TALK)
_AFTER = msgspec.structs.replace(_ASKED, messages=(Message("user", "Who wrote it?"),))


@pytest.fixture(scope="module")
def llama_address(tiny_scout: Path) -> Iterator[str]:
    if LLAMA_SERVER is None:
        pytest.skip("no llama-server on this machine")
    with llama_server(tiny_scout) as address:
        yield address


@pytest.fixture(scope="module")
def here(tiny_scout: Path) -> Iterator[PromptSize]:
    """How the engine of this machine counts the same."""
    engine = EngineClient()
    load(engine, tiny_scout, context_tokens=2048)
    yield finish(engine.run(Measure(_ASKED)))
    engine.close()


def test_llama_server_counts_exactly_as_the_engine_here(
    engine: EngineClient, llama_address: str, here: PromptSize
) -> None:
    connect(engine, llama_address)
    assert finish(engine.run(Measure(_ASKED))) == here
    ending = finish(engine.run(AnswerTo(_ASKED, Sampling(), 3), Cancel()))
    assert ending.usage.prompt_tokens == here.total, "and so does the server that evaluated it"


def test_llama_server_keeps_what_it_has_read_and_tells_how_far_it_is(engine: EngineClient, llama_address: str) -> None:
    connect(engine, llama_address)
    before, read = run(engine.run(ReadBooks(_ASKED), Cancel()))
    readings = [event for event in before if isinstance(event, Reading)]
    assert readings[-1].done == readings[-1].total == read.prompt_tokens
    ending = finish(engine.run(AnswerTo(_AFTER, Sampling(), 3), Cancel()))
    (book,) = finish(engine.run(Measure(_AFTER))).documents
    assert ending.usage.reused_tokens >= book
    assert ending.usage.reused_tokens + ending.usage.evaluated_tokens == ending.usage.prompt_tokens


def test_the_python_server_counts_pages_as_the_engine_here(
    engine: EngineClient, python_address: str, here: PromptSize
) -> None:
    connect(engine, python_address, context_tokens=PYTHON_CONTEXT)
    size = finish(engine.run(Measure(_ASKED)))
    assert (size.documents, size.messages, size.page_ends) == (here.documents, here.messages, here.page_ends)
    assert size.total == size.frame + sum(size.documents) + sum(size.messages)
    assert here.total - len(_PAGES) - 4 <= size.total <= here.total, "where parts meet, tokens may join"


def test_the_python_server_answers_the_same_twice(engine: EngineClient, python_address: str) -> None:
    connect(engine, python_address, context_tokens=PYTHON_CONTEXT)
    said = []
    for _ in range(2):
        events, ending = run(engine.run(AnswerTo(_ASKED, Sampling(temperature=0), 12), Cancel()))
        said.append("".join(event.text for event in events if isinstance(event, Token)))
        assert ending.usage.generated_tokens > 0
    assert said[0] == said[1] != ""


def test_llama_server_is_held_to_a_value_and_a_quotation_of_the_page(engine: EngineClient, llama_address: str) -> None:
    """Random weights would write anything."""
    connect(engine, llama_address)
    form = AnswerForm(ValueKind.DATE)
    held = held_form(form, "When?")
    events, ending = run(engine.run(AnswerTo(_AFTER, Sampling(temperature=0), 200, held), Cancel()))
    said = "".join(event.text for event in events if isinstance(event, Token))
    assert ending.ending is Ending.COMPLETE
    if not said.startswith(held.absent if held else ""):
        value, quotation = said.split("\n")
        assert value_of(value, form).state is ValueState.HAS
        page = quotation.rpartition("[p. ")[2].rstrip("]")
        assert quotation.split('"')[1] in _PAGES[int(page) - 1].untrusted_text


def test_llama_server_says_how_sure_it_is(engine: EngineClient, llama_address: str) -> None:
    connect(engine, llama_address)
    order = Weigh(Prompt("", (), ()), ("Does it say so?", "Really?"), ("yes", "no"))
    weighed = finish(engine.run(order, Cancel()))
    assert len(weighed.logs) == 2
    assert all(log < 0 for logs in weighed.logs if logs is not None for log in logs)


@pytest.fixture(scope="module")
def seeing_address(tiny_scout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if LLAMA_SERVER is None:
        pytest.skip("no llama-server on this machine")
    projector = write_projector(tmp_path_factory.mktemp("seeing") / "mmproj.gguf")
    with llama_server(tiny_scout, projector, context_tokens=4096) as address:
        yield address


def test_llama_server_sees_an_image_and_keeps_it_with_the_books(engine: EngineClient, seeing_address: str) -> None:
    assert connect(engine, seeing_address).vision is not None
    image = ShownImage("aa" * 32, 400, 300, "[image 1: map.png]")
    shown = msgspec.structs.replace(_ASKED, messages=(Message("user", "Which berth?", (image,)),))
    size = finish(engine.run(Measure(shown)))
    (alone,) = finish(engine.run(CountImageTokens(((400, 300),))))
    assert alone > 100
    for wanted in finish(engine.run(MissingImages(shown), Cancel())):
        finish(engine.run(GiveImage(wanted.sha256, png_of(400, 300)), Cancel()))
    events, first = run(engine.run(AnswerTo(shown, Sampling(temperature=0), 3), Cancel()))
    assert 0.9 * size.total < first.usage.prompt_tokens <= size.total, "where parts meet, tokens may join"
    said = "".join(event.text for event in events if isinstance(event, Token))
    later = (*shown.messages, Message("assistant", said), Message("user", "Why?"))
    again = finish(engine.run(AnswerTo(msgspec.structs.replace(shown, messages=later), Sampling(), 3), Cancel()))
    assert again.usage.reused_tokens >= 0.9 * first.usage.prompt_tokens

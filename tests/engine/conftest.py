"""Engines for the tests, on tiny models: real processes, or none where a process makes no difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.core.work import Cancel, finish
from app.engine import client
from app.engine.client import EngineClient
from app.engine.protocol import (
    BookSpan,
    DocumentText,
    EncodedPrompt,
    EncodePrompt,
    ImageSpan,
    LoadSpec,
    Message,
    PageText,
    Probe,
    Probed,
    Prompt,
)
from tests.engine.near import NearEngine

NewEngine = Callable[..., EngineClient]


@pytest.fixture
def new_engine() -> Iterator[NewEngine]:
    """Make engines that are ended with the test, whatever happened."""
    made: list[EngineClient] = []

    def make(**limits: Any) -> EngineClient:
        made.append(EngineClient(**limits))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def near_engine(new_engine: NewEngine, monkeypatch: pytest.MonkeyPatch) -> NewEngine:
    """Give engines as `new_engine` does, for tests that are not about the engine's process: they have none."""
    monkeypatch.setattr(client, "Child", NearEngine)
    return new_engine


def load(engine: EngineClient, path: Path, **how: Any) -> None:
    """Load a model and insist that it worked."""
    finish(engine.load(LoadSpec(str(path), **how), Cancel()))


def lay_out(engine: EngineClient, prompt: Prompt) -> EncodedPrompt:
    """The prompt's token ids, to look at."""
    return finish(engine.run(EncodePrompt(prompt)))


def probe(
    engine: EngineClient, tokens: Sequence[int], books: tuple[BookSpan, ...] = (), images: tuple[ImageSpan, ...] = ()
) -> Probed:
    """Read `tokens`, as `lay_out` gave them, and give the next one's logits."""
    return finish(engine.run(Probe(tuple(tokens), books, images)))


def prompt(question: str, *history: str, text: str = "A page of a book.", pages: int = 1) -> Prompt:
    """A prompt over a small book; `history` alternates question, answer."""
    roles = ("user", "assistant")
    messages = [Message(roles[i % 2], said) for i, said in enumerate((*history, question))]  # type: ignore[arg-type]
    book = DocumentText("A book", tuple(PageText(str(n), text) for n in range(1, pages + 1)))
    return Prompt("The rules.", (book,), tuple(messages))

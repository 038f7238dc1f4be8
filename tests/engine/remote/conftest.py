"""Engines on servers that a test makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.core.errors import Problem
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import DocumentText, LoadSpec, ModelInfo, PageText, Prompt, RemoteSpec, RemoteTimeouts
from app.engine.protocol import Message as Said
from tests.engine.conftest import NewEngine
from tests.engine.remote.toy_server import ToyServer
from tests.work import problem_of

BOOK = DocumentText("A lease", (PageText("1", "The tenant pays."), PageText("2", "In May.")), "lease")
ASKED = Prompt("The rules.", (BOOK,), (Said("user", "Who pays?"),))
NewServer = Callable[..., ToyServer]


@pytest.fixture
def new_server() -> Iterator[NewServer]:
    made: list[ToyServer] = []

    def make(kind: str = "llama-server", **how: object) -> ToyServer:
        made.append(ToyServer(kind, **how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def engine(near_engine: NewEngine) -> EngineClient:
    """Without a process: what is said to a server, and made of what it says, does not depend on one."""
    return near_engine()


@pytest.fixture
def process(new_engine: NewEngine) -> EngineClient:
    return new_engine()


def spec_of(address: str, **how: object) -> LoadSpec:
    """`how`: of the RemoteSpec, or `context_tokens`."""
    context = how.pop("context_tokens", 0)
    return LoadSpec("", context_tokens=context, remote=RemoteSpec(address, **how))  # type: ignore[arg-type]


def connect(engine: EngineClient, address: str, **how: object) -> ModelInfo:
    """Load, as `spec_of` says."""
    return finish(engine.load(spec_of(address, **how), Cancel()))


def refusal(engine: EngineClient, address: str, **how: object) -> Problem:
    """Why loading fails."""
    return problem_of(engine.load(spec_of(address, **how), Cancel()))


HASTY = RemoteTimeouts(connect_s=5.0, answer_s=0.2, first_s=0.2, between_s=0.2)
"""For servers that never answer."""

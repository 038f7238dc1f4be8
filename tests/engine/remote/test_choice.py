"""The engine of this machine and one elsewhere take turns: a load chooses, and the other one's process ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.core.errors import AppError, Code
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, Count, DryRun, EngineState, Inspect, LoadSpec, RemoteSpec
from tests.engine.conftest import NewEngine
from tests.engine.remote.conftest import ASKED, NewServer
from tests.work import problem_of


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    made = EngineClient()
    yield made
    made.close()


def test_a_load_chooses_who_answers(engine: EngineClient, new_server: NewServer, tiny_scout: Path) -> None:
    server = new_server()
    here = LoadSpec(str(tiny_scout), context_tokens=512)
    pids: list[int] = []
    for spec, host in ((here, ""), (LoadSpec("", remote=RemoteSpec(server.address)), server.address[7:]), (here, "")):
        finish(engine.load(spec, Cancel()))
        model = engine.model()
        assert model is not None
        assert model.host == host
        finish(engine.run(AnswerTo(ASKED, Sampling(), 3), Cancel()))
        assert not any(pid in psutil.pids() for pid in pids), "the other's process ended"
        assert engine.pid is not None
        pids.append(engine.pid)


def test_a_server_that_fails_does_not_bring_the_model_here_back(
    engine: EngineClient, new_server: NewServer, tiny_scout: Path
) -> None:
    """Who answers is the person's choice."""
    finish(engine.load(LoadSpec(str(tiny_scout), context_tokens=512), Cancel()))
    problem = problem_of(engine.load(LoadSpec("", remote=RemoteSpec(new_server("bare").address)), Cancel()))
    assert problem.code is Code.REMOTE_NO_TOKENIZER
    assert engine.model() is None
    assert engine.state() is EngineState.EMPTY


def test_what_only_this_machine_can_do_is_done_while_another_answers(
    engine: EngineClient, new_server: NewServer, tiny_scout: Path
) -> None:
    finish(engine.load(LoadSpec("", remote=RemoteSpec(new_server().address)), Cancel()))
    server_pid = engine.pid
    assert finish(engine.run(Inspect())).devices
    assert finish(engine.run(DryRun(LoadSpec(str(tiny_scout), 512)))) != ()
    assert finish(engine.run(Count(str(tiny_scout), ("Some words.",))))[0] > 0
    model = engine.model()
    assert model is not None
    assert model.host
    assert (engine.state(), engine.pid) == (EngineState.READY, server_pid)
    finish(engine.run(AnswerTo(ASKED, Sampling(), 3), Cancel()))


def test_a_model_here_takes_the_process_that_did_so(
    engine: EngineClient, new_server: NewServer, tiny_scout: Path
) -> None:
    """It has loaded nothing yet, and takes a while to start."""
    finish(engine.load(LoadSpec("", remote=RemoteSpec(new_server().address)), Cancel()))
    before = {child.pid for child in psutil.Process().children()}
    finish(engine.run(Inspect()))
    (started,) = {child.pid for child in psutil.Process().children()} - before
    finish(engine.load(LoadSpec(str(tiny_scout), context_tokens=512), Cancel()))
    assert engine.pid == started


def test_what_hangs_beside_a_server_leaves_it_alone(
    new_engine: NewEngine, new_server: NewServer, tiny_scout: Path
) -> None:
    engine = new_engine(silence_limit_s=3.0)
    finish(engine.load(LoadSpec("", remote=RemoteSpec(new_server().address)), Cancel()))
    before = {child.pid for child in psutil.Process().children()}
    finish(engine.run(Inspect()))
    (started,) = {child.pid for child in psutil.Process().children()} - before
    os.kill(started, signal.SIGSTOP)
    with pytest.raises(AppError) as raised:
        finish(engine.run(Inspect()))
    assert raised.value.code is Code.ENGINE_HUNG
    assert engine.state() is EngineState.READY
    finish(engine.run(AnswerTo(ASKED, Sampling(), 3), Cancel()))
    assert finish(engine.run(Count(str(tiny_scout), ("Some words.",))))[0] > 0

"""The engine of this machine and one elsewhere take turns; the one that does not answer has no process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.core.cancel import Cancel
from app.core.errors import Code
from app.core.events import Done, Failed
from app.core.settings import Sampling
from app.engine.client import EngineClient
from app.engine.protocol import EngineState, Generated, LoadSpec, RemoteSpec
from app.engine.switch import EngineSwitch
from tests.engine.remote.conftest import ASKED, NewServer


@pytest.fixture
def engine() -> Iterator[EngineSwitch]:
    made = EngineSwitch(EngineClient())
    yield made
    made.close()


def test_a_load_chooses_who_answers(engine: EngineSwitch, new_server: NewServer, tiny_scout: Path) -> None:
    server = new_server()
    here = LoadSpec(str(tiny_scout), context_tokens=512)
    pids = []
    for spec, host in ((here, ""), (LoadSpec("", remote=RemoteSpec(server.address)), server.address[7:]), (here, "")):
        assert isinstance(list(engine.load(spec, Cancel()))[-1], Done)
        model = engine.model()
        assert model is not None
        assert model.host == host
        assert isinstance(list(engine.answer(ASKED, Sampling(), 3, Cancel()))[-1], Generated)
        assert not any(pid in psutil.pids() for pid in pids), "the other's process ended"
        assert engine.pid is not None
        pids.append(engine.pid)


def test_a_server_that_fails_does_not_bring_the_model_here_back(
    engine: EngineSwitch, new_server: NewServer, tiny_scout: Path
) -> None:
    """Who answers is the person's choice."""
    list(engine.load(LoadSpec(str(tiny_scout), context_tokens=512), Cancel()))
    *_before, ending = engine.load(LoadSpec("", remote=RemoteSpec(new_server("bare").address)), Cancel())
    assert isinstance(ending, Failed)
    assert ending.problem.code is Code.REMOTE_NO_TOKENIZER
    assert engine.model() is None
    assert engine.state() is EngineState.EMPTY


def test_what_only_this_machine_can_do_is_done_while_another_answers(
    engine: EngineSwitch, new_server: NewServer, tiny_scout: Path
) -> None:
    list(engine.load(LoadSpec("", remote=RemoteSpec(new_server().address)), Cancel()))
    assert engine.local.inspect().devices
    assert engine.count(str(tiny_scout), ("Some words.",))[0] > 0
    model = engine.model()
    assert model is not None
    assert model.host

"""An engine that dies three times in a row is not started for ever: a sentence says so, and another load forgives."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.engine.client import MAX_DEATHS, EngineClient
from app.engine.protocol import LoadSpec, Measure
from app.wording.errors import sentence
from tests.engine.conftest import prompt

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(600), pytest.mark.usefixtures("checkout")]


def _kill(before: set[int]) -> None:
    """Whatever this process has started since."""
    for child in psutil.Process().children(recursive=True):
        if child.pid not in before:
            with contextlib.suppress(psutil.Error):
                child.kill()


def test_three_crashes(tiny_scout_fast: Path, figure: Callable[[str], None]) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    said, spec = [], LoadSpec(str(tiny_scout_fast), context_tokens=1024)
    with contextlib.closing(EngineClient()) as engine:
        finish(engine.load(spec, Cancel()))
        for _death in range(MAX_DEATHS):
            _kill(before)
            with pytest.raises(AppError) as caught:
                finish(engine.run(Measure(prompt("What?"))))
            said.append(caught.value.code)
            with contextlib.suppress(AppError):
                finish(engine.revive(Cancel()))
        with pytest.raises(AppError) as caught:
            finish(engine.revive(Cancel()))
        assert caught.value.code is Code.ENGINE_GAVE_UP
        finish(engine.load(spec, Cancel()))
        finish(engine.run(Measure(prompt("What?"))))
    assert said == [Code.ENGINE_CRASHED] * MAX_DEATHS
    figure(f"{MAX_DEATHS} crashes in a row, each with a sentence, then: {sentence(caught.value.problem)}")

"""A screen reader hears the real window over AT-SPI's bus, by the rules of the walk within the process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui import screen_reader
from tests.ui.heard import EDITABLE, LINK, Heard, faults
from tests.ui.screen_reader import ScreenReader
from tests.ui.spoken_states import STATES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(screen_reader.missing()), reason=f"there is no {screen_reader.missing()}"),
]


class _Stage:
    """The process that shows the states."""

    def __init__(self, process: subprocess.Popen[str], reader: ScreenReader) -> None:
        self._process, self.reader = process, reader

    def show(self, state: str) -> list[Heard]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(state, file=self._process.stdin, flush=True)
        assert self._process.stdout.readline() == f"{state}\n"
        return self.reader.windows()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Stage]:
    with screen_reader.session(tmp_path_factory.mktemp("stage")) as (environment, reader):
        command = [sys.executable, "-m", "tests.ui.spoken_states"]
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield _Stage(process, reader)
            process.communicate(timeout=60)


@pytest.mark.parametrize("state", STATES)
def test_everything_has_a_name_and_a_role_and_comes_as_it_is_seen(stage: _Stage, state: str) -> None:
    windows = stage.show(state)
    assert sum(1 for window in windows for _each in window.all()) > (10 if state == "locked" else 30)
    assert "\n".join(faults(windows)) == ""


def test_a_mark_that_is_pressed_over_the_bus_opens_its_page(stage: _Stage) -> None:
    windows = stage.show("answered")
    marks = [each for each in _all(windows) if each.role == LINK and each.name.endswith("p. 203 · compare")]
    stage.reader.press(marks[0])
    stage.reader.wait(lambda found: any(each.name.startswith("p. 203 of ") for each in _all(found)))


def test_the_program_itself_is_heard_from_its_first_start(tmp_path: Path) -> None:
    with screen_reader.session(tmp_path) as (environment, reader):
        home = tmp_path / "home"
        home.mkdir()
        command = [sys.executable, "-P", "-m", "app"]
        process = subprocess.Popen(command, env={**environment, "HOME": str(home)})
        try:
            windows = reader.wait(lambda found: any(each.name == "What is Octavo?" for each in _all(found)))
            assert [window.role for window in windows] == ["Window"]
            assert "Question" in [each.name for each in _all(windows) if each.role == EDITABLE]
            assert "\n".join(faults(windows)) == ""
        finally:
            process.terminate()
            process.wait(30)


def _all(windows: list[Heard]) -> Iterator[Heard]:
    for window in windows:
        yield from window.all()

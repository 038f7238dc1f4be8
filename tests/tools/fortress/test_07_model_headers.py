"""Check 7: 2,000 changed headers of models and projectors, read while the window is open and keeps moving; listed in
the terminal; shown in the program's window, which answers meanwhile."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QObject, QTimer, Slot

from app.core.conversations.events import Opening
from app.core.errors import Code
from app.core.model import ModelHeader
from app.models.gguf.reader import HeaderReader
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.models import family_projectors, forge, projector
from tests.models.family_projectors import FAMILIES
from tests.models.gguf.test_container import FINDINGS, accepts, found, mutate
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.killing import Running
from tests.tools.fortress.program import Program
from tests.ui.room import Room

pytestmark = [
    pytest.mark.fortress,
    pytest.mark.timeout(0),
    pytest.mark.qt_log_ignore("propagateSizeHints"),  # Qt's offscreen screen has none
]

HEADERS = 2_000
_REACH = 12_000  # of a projector, how much is header
_TICK_MS, _LONGEST_S = 20, 3.0
_SOUND = FINDINGS | {Code.READER_OUT_OF_MEMORY}
_AT_ONCE = 100
"""Headers that one command lists."""

_IN_WINDOW, _PATIENCE_S = 200, 1200.0


def seeds(folder: Path) -> list[tuple[bytes, int]]:
    """Files, and how much of each is header."""
    forged = forge.forge()
    gemma = partial(family_projectors.write_projector, family=FAMILIES["gemma3"])
    written: list[Callable[[Path], Path]] = [projector.write_projector, projector.write_llava_projector, gemma]
    files = [write(folder / f"{number}.gguf").read_bytes() for number, write in enumerate(written)]
    return [(forged.content(), forged.boundaries[-1]), *((content, _REACH) for content in files)]


class Readings(QObject):
    """Has one header after the other read on the bridge's thread, and counts how they ended."""

    def __init__(self, room: Room, folder: Path, count: int) -> None:
        super().__init__()
        self._room = room
        self._path = folder / "mutant.gguf"
        self._reader = HeaderReader()
        self._left = count
        self._luck = random.Random(7)
        self._seeds = seeds(folder)
        self.endings: Counter[str] = Counter()
        self.faults: list[str] = []
        self.go_on()

    @property
    def over(self) -> bool:
        return self._left < 0

    def go_on(self) -> None:
        self._left -= 1
        if self._left < 0:
            return
        content, header_bytes = self._seeds[self._left % len(self._seeds)]
        self._path.write_bytes(mutate(content, header_bytes, self._luck))
        self._room.bridge.stream(Executor.MODELS, partial(self._reader.read, self._path), self.note)

    @Slot(object)
    def note(self, event: Opening | Done[ModelHeader] | Cancelled | Failed) -> None:
        if isinstance(event, Done):
            self.endings["read"] += 1
        elif isinstance(event, Failed):
            self.endings[event.problem.code.value] += 1
            if event.problem.code not in _SOUND:
                self.faults.append(str(event.problem))
        else:
            return
        self.go_on()


class Pulse(QObject):
    """Beats as long as the window's thread is free; knows the longest pause between two beats."""

    def __init__(self) -> None:
        super().__init__()
        self.beats, self.longest_s = 0, 0.0
        self._last = time.monotonic()
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        now = time.monotonic()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now
        self.beats += 1


@pytest.fixture
def room(qapp: object, tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "desk")
    yield made
    made.close()


@pytest.mark.usefixtures("checkout")
def test_every_changed_header_is_one_or_a_sentence_and_the_window_lives(
    room: Room, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    room.open()
    room.window.show()
    pulse = Pulse()
    readings = Readings(room, tmp_path, times(HEADERS))
    while not readings.over:
        room.application.processEvents()
        time.sleep(0.001)
    assert readings.faults == []
    assert pulse.beats > readings.endings.total()
    assert pulse.longest_s < _LONGEST_S
    figure(
        f"{readings.endings.total()} headers: {readings.endings['read']} read,"
        f" {readings.endings.total() - readings.endings['read']} a sentence of {len(readings.endings) - 1} kinds; the"
        f" window's timer beat {pulse.beats} times, its longest pause was {pulse.longest_s * 1000:.0f} ms"
    )


def _models(program: Program) -> Path:
    """The program's folder of models, in a data folder that it has made."""
    program.run("models", "list")
    folder = program.data / "models"
    folder.mkdir(exist_ok=True)
    return folder


def test_every_changed_header_is_listed(
    program: Program, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    """Each header is listed as a model, which llama.cpp's own parser takes too, or with a sentence."""
    folder, known, luck = _models(program), seeds(tmp_path), random.Random(17)
    count, endings, commands = times(HEADERS), Counter[str](), 0
    for first in range(0, count, _AT_ONCE):
        files = [folder / f"{number:04}.gguf" for number in range(first, min(first + _AT_ONCE, count))]
        for number, file in enumerate(files):
            content, header_bytes = known[number % len(known)]
            file.write_bytes(mutate(content, header_bytes, luck))
        done = program.run("models", "list", "--json")
        commands += 1
        listed = {Path(each["path"]): each for each in json.loads(done.out)["models"]}
        assert set(files) <= set(listed), "none is lost"
        assert "Traceback" not in done.err
        for file in files:
            endings[_how_listed(file, listed[file])] += 1
        if not first:
            said = program.run("models", "list").out.splitlines()
            assert all(any(line.startswith(f"{file.stem} ") for line in said) for file in files)
        for file in files:
            file.unlink()
    sentences = sum(endings.values()) - endings["read"]
    figure(
        f"{sum(endings.values())} headers listed by {commands} commands: {endings['read']} read, {sentences} a sentence"
        f" of {len(endings) - 1} kinds, none lost, no traceback, exit status 0 each time"
    )
    assert sum(endings.values()) == count


def _how_listed(file: Path, listed: dict[str, object]) -> str:
    """The code of what is wrong with it, or “read”."""
    if "code" not in listed:
        assert {"kind", "architecture", "size_bytes", "parameters"} <= set(listed)
        assert accepts(file)
        return "read"
    assert listed["code"] in _SOUND, listed
    assert str(listed["message"]).endswith((".", ".”")), listed
    assert "{" not in str(listed["message"]).replace(str(file), ""), listed
    return str(listed["code"])


def _spread(folder: Path, known: list[tuple[bytes, int]], count: int) -> int:
    """So many changed files, each in a folder of its own: models, and projectors beside a sound one. How many of them
    are damaged, as a reader in this process finds."""
    luck, damaged, sound = random.Random(27), 0, known[0][0]
    for number in range(count):
        content, header_bytes = known[number % len(known)]
        mutant = mutate(content, header_bytes, luck)
        damaged += found(mutant) is not None
        place = folder / f"{number:04}"
        place.mkdir()
        is_projector = number % 2 > 0
        (place / ("mmproj.gguf" if is_projector else "model.gguf")).write_bytes(mutant)
        if is_projector:
            (place / "model.gguf").write_bytes(sound)
    return damaged


def test_the_window_of_the_program_lives(
    program: Program, display: dict[str, str], tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    """The models in its list are changed, and so are the projectors beside sound ones: while it reads them, each
    further start gives way to it, which takes a window that answers."""
    count = max(8, times(_IN_WINDOW))
    damaged = _spread(_models(program), seeds(tmp_path), count)
    shown = replace(program, before=("env", *(f"{name}={value}" for name, value in display.items())))
    window = Running(shown)
    seen = 0
    try:
        _open_models(display)
        slowest_s, starts, end = 0.0, 0, time.monotonic() + _PATIENCE_S
        while seen < damaged and time.monotonic() < end:
            began = time.monotonic()
            shown.run()
            slowest_s, starts = max(slowest_s, time.monotonic() - began), starts + 1
            seen = (program.data / "logs" / "octavo.log").read_text("utf-8").count("header not read: model_")
        assert not window.over, window.errors
    finally:
        family = psutil.Process(window.process.pid).children(recursive=True) if not window.over else []
        window.process.terminate()
        code = window.end()
    _gone, left = psutil.wait_procs(family, timeout=30)
    figure(
        f"window: {count} changed models and projectors, {damaged} damaged, {seen} times found; meanwhile {starts}"
        f" starts gave way to it, the slowest after {slowest_s:.1f} s; it ended with {code}, {len(left)} processes left"
    )
    assert seen >= damaged > 0  # more where the list was read again
    assert "Traceback" not in "".join(window.errors)
    assert (code, left) == (0, [])


def _open_models(display: dict[str, str]) -> None:
    """By the keyboard, which a window that is still being opened does not hear."""
    end = time.monotonic() + _PATIENCE_S
    while _xdotool(display, "search", "--onlyvisible", "--name", "^Models") != 0:
        assert time.monotonic() < end, "no list of models"
        keys = ("windowactivate", "--sync", "key", "--clearmodifiers", "ctrl+shift+m")
        _xdotool(display, "search", "--onlyvisible", "--name", "Octavo", *keys)
        time.sleep(2)


def _xdotool(display: dict[str, str], *words: str) -> int:
    done = subprocess.run(
        ("xdotool", *words), env={**os.environ, **display}, check=False, capture_output=True, timeout=_PATIENCE_S
    )
    return done.returncode

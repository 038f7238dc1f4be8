"""Check 7: 2,000 changed headers of models and projectors, read while the window is open and keeps moving."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer, Slot

from app.core.errors import Code
from app.core.model import ModelHeader
from app.models.gguf.reader import HeaderReader
from app.ui.bridge import Executor
from app.ui.jobs import Cancelled, Done, Failed
from tests.fortress.conftest import Figure
from tests.models import family_projectors, forge, projector
from tests.models.family_projectors import FAMILIES
from tests.models.gguf.test_container import FINDINGS, mutate
from tests.ui.room import Room

pytestmark = [
    pytest.mark.fortress,
    pytest.mark.usefixtures("checkout"),
    pytest.mark.timeout(0),
    pytest.mark.qt_log_ignore("propagateSizeHints"),  # Qt's offscreen screen has none
]

HEADERS = 2_000
_REACH = 12_000  # of a projector, how much is header
_TICK_MS, _LONGEST_S = 20, 3.0
_SOUND = FINDINGS | {Code.READER_OUT_OF_MEMORY}


def seeds(folder: Path) -> list[tuple[bytes, int]]:
    """Files, and how much of each is header."""
    forged = forge.forge()
    gemma = partial(family_projectors.write_projector, family=FAMILIES["gemma3"])
    written = [projector.write_projector, projector.write_llava_projector, gemma]
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
        self._room.bridge.stream(Executor.MODELS, lambda cancel: self._reader.read(self._path, cancel), self.note)

    @Slot(object)
    def note(self, event: Done[ModelHeader] | Cancelled | Failed) -> None:
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

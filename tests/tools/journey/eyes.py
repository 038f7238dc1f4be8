"""Sees what is on the screen: the windows of this process as a screen reader knows them, asked from another thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtWidgets import QApplication

Result = TypeVar("Result")

_BEAT_MS = 10


@dataclass(frozen=True)
class Seen:
    """A thing on the screen that has a name, or a text. `place`: in the screen's px."""

    name: str
    role: str
    place: QRect
    enabled: bool
    text: str = ""


@dataclass(frozen=True)
class Pause:
    """The window did not answer for so long, in ms, and its thread computed for so long of that: where the second is
    much less, other programs had the processor."""

    wall_ms: float
    processor_ms: float


class Eyes(QObject):
    """Belongs to the GUI thread; its methods are called from any other.

    A timer beats there. Between two beats the window answers nobody: the longest such time of a step is its `Pause`,
    less what these eyes took for themselves.
    """

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._beat = QTimer(self, interval=_BEAT_MS)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._on_beat)
        self._last = self._moment()
        self._own = (0.0, 0.0)
        self._longest = Pause(0, 0)
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _answer(self, ask: Callable[[], None]) -> None:
        before = self._moment()
        ask()
        self._own = _sum(self._own, _between(before, self._moment()))

    @Slot()
    def _on_beat(self) -> None:
        now = self._moment()
        wall, processor = _between(_sum(self._last, self._own), now)
        self._last, self._own = now, (0.0, 0.0)
        if wall * 1000 - _BEAT_MS > self._longest.wall_ms:
            self._longest = Pause(wall * 1000 - _BEAT_MS, max(0.0, processor * 1000))

    @staticmethod
    def _moment() -> tuple[float, float]:
        return time.perf_counter(), time.thread_time()

    def begin(self) -> None:
        """Begin to count pauses. On the thread of the GUI, where the bridge to a screen reader has to be made."""
        QAccessible.setActive(True)  # as with a screen reader: lists keep what they say of their rows up to date
        self._last = self._moment()
        self._beat.start()
        app = QApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self._beat.stop)

    def take_pause(self) -> Pause:
        """The longest one since the last call."""

        def take() -> Pause:
            longest, self._longest = self._longest, Pause(0, 0)
            return longest

        return self.ask(take)

    def ask(self, question: Callable[[], Result], patience_s: float = 30) -> Result:
        """The result of `question` on the GUI thread. Raises TimeoutError, and what it raises."""
        answer: Future[Result] = Future()

        def give() -> None:
            try:
                answer.set_result(question())
            except BaseException as error:
                answer.set_exception(error)

        self._asked.emit(give)
        return answer.result(patience_s)

    def look(self) -> list[Seen]:
        """All that is visible, what is nearest to the person first."""
        return self.ask(lambda: list(_visible()))

    def picture(self, path: Path) -> None:
        """The whole screen. Raises OSError."""
        if not self.ask(lambda: QGuiApplication.primaryScreen().grabWindow(0).save(str(path))):
            raise OSError(f"{path} could not be written")

    def colours(self, place: QRect) -> set[int]:
        """The colours of the pixels in this place of the screen, as QRgb."""

        def grab() -> set[int]:
            seen = (
                QGuiApplication.primaryScreen()
                .grabWindow(0, place.x(), place.y(), place.width(), place.height())
                .toImage()
            )
            return {seen.pixel(x, y) for x in range(seen.width()) for y in range(seen.height())}

        return self.ask(grab)


def _sum(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    return first[0] + second[0], first[1] + second[1]


def _between(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    return second[0] - first[0], second[1] - first[1]


def _visible() -> Iterator[Seen]:
    windows = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    windows.sort(key=lambda widget: (widget is QApplication.activePopupWidget(), widget.isModal()), reverse=True)
    for widget in windows:
        yield from _within(QAccessible.queryAccessibleInterface(widget), 0)


def _within(found: QAccessibleInterface | None, depth: int) -> Iterator[Seen]:
    if found is None or not found.isValid() or depth > 40 or found.state().invisible:
        return
    name, place = found.text(QAccessible.Text.Name), found.rect()
    if name and place.isValid():
        yield Seen(name, found.role().name, place, not found.state().disabled, found.text(QAccessible.Text.Value))
    for number in range(found.childCount()):
        yield from _within(found.child(number), depth + 1)

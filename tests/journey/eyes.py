"""Sees what is on the screen: the windows of this process as a screen reader knows them, asked from another thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtWidgets import QApplication

Result = TypeVar("Result")


@dataclass(frozen=True)
class Seen:
    """A thing on the screen that has a name, or a text. `place`: in the screen's px."""

    name: str
    role: str
    place: QRect
    enabled: bool
    text: str = ""


class Eyes(QObject):
    """Belongs to the GUI thread; its methods are called from any other."""

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        QAccessible.setActive(True)  # as with a screen reader: lists keep what they say of their rows up to date
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _answer(self, ask: Callable[[], None]) -> None:
        ask()

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

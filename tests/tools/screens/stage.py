"""The stage of a picture: a room whose window is saved with the dialogs and menus over it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QDialog, QWidget

from app.core.conversations.conversation import Usage
from app.core.conversations.image import Raster
from app.wording.i18n import use_language
from tests.tools.screens import drawings
from tests.ui import shelf_of_books
from tests.ui.room import Room


@contextlib.contextmanager
def japanese() -> Iterator[None]:
    """Have all that is made meanwhile speak Japanese."""
    use_language("ja")
    try:
        yield
    finally:
        use_language("en")


class Stage(Room):
    quiet_ms = 150

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.engine.usage = Usage(279_641, 279_592, 49, 62)
        self.reader.draw = _draw
        self.alone: QWidget | None = None  # a window of its own that the picture is of, in place of the main one

    def save(self, path: Path) -> None:
        """Raises OSError."""
        picture = (self.alone or self.window).grab()
        painter = QPainter(picture)
        for widget in self.application.topLevelWidgets():
            if widget not in (self.window, self.alone) and widget.isVisible():
                painter.drawPixmap(self._place(widget), _with_edge(widget))
        painter.end()
        if not picture.save(str(path)):
            raise OSError(f"{path} could not be written")

    def _place(self, widget: QWidget) -> QPoint:
        if widget.isModal():
            size, whole = widget.size(), (self.alone or self.window).size()
            return QPoint((whole.width() - size.width()) // 2, (whole.height() - size.height()) // 3)
        return (self.alone or self.window).mapFromGlobal(widget.mapToGlobal(QPoint()))


def _draw(page: int, width: int) -> Raster:
    return drawings.letter(shelf_of_books.letters().pages[page - 1].text, width)


def _with_edge(widget: QWidget) -> QPixmap:
    """A dialog as a window system shows it, with a line around it."""
    picture = widget.grab()
    if isinstance(widget, QDialog):
        painter = QPainter(picture)
        painter.setPen(widget.palette().mid().color())
        painter.drawRect(0, 0, widget.width() - 1, widget.height() - 1)
        painter.end()
    return picture

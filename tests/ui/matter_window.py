"""The program in one process, over a desk with two matters; and all that its window shows, as words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QWidget,
)

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Document, Format, Page
from app.core.machine.paths import Paths
from app.services.services import Services
from app.store.books import Books
from app.ui.window.application import WindowStart
from app.ui.window.window import WindowPresenter
from tests.ui.fakes import ScriptedEngine, open_desk
from tests.ui.room import application, wait
from tests.whole import EXTENSIONS


def furnish(desk: Services, word: str, byte: str) -> None:
    """With a book and a conversation that have this word in their titles."""
    pages = (Page(1, "1", f"The {word} wharf."),)
    book = Books(desk.database).add(Document(f"{word} lease", Format.PDF, byte * 32, pages), Path(f"/{word}.pdf"))
    desk.conversations.create(f"{word} talk", (BookRef(book.id),))


class Window:
    """`words`: one for the library, and for each of the two matters, which `fill` furnishes with it."""

    def __init__(
        self,
        folder: Path,
        words: tuple[str, str, str] = ("Atlas", "Marlow", "Tern"),
        fill: Callable[[Services, str, str], None] = furnish,
    ) -> None:
        self.engine = ScriptedEngine()
        library = open_desk(folder).desk
        fill(library, words[0], "aa")
        self.marlow, self.tern = (library.shared.matters.create(name).id for name in ("Client One", "Client Two"))
        for id, word, byte in ((self.marlow, words[1], "bb"), (self.tern, words[2], "cc")):
            matter = library.shared.turn_to(id)
            fill(matter, word, byte)
            matter.database.close()
        library.close()
        paths = Paths(folder)
        paths.window.mkdir(exist_ok=True)
        self.start = WindowStart(application(), paths, self.open_desk, folder / "handbook.md", (), EXTENSIONS)
        self.start.begin()
        self.settle()

    def open_desk(self, paths: Paths, _passphrase: str | None) -> Services:
        return open_desk(paths.data, self.engine).desk

    @property
    def presenter(self) -> WindowPresenter:
        assert self.start.presenter is not None
        return self.start.presenter

    @property
    def desk(self) -> Services:
        assert self.start._desk is not None
        return self.start._desk

    def settle(self) -> None:
        start = self.start
        wait(lambda: start.presenter is not None and start.presenter.shown.conversation is not None)
        wait(lambda: start._bridge.idle)

    def open(self, id: str) -> None:
        before = self.presenter
        before.shelf_area.matters.open(id)
        wait(lambda: self.start.presenter not in (None, before))
        self.settle()

    def titles(self) -> list[str]:
        return [conversation.title for conversation in self.presenter.shelf_area.shelf.conversations]

    def words(self) -> str:
        """All that any widget shows or says, and all that its lists have."""
        found = [self.start.window.windowTitle(), *self.titles()]
        for widget in (self.start.window, *self.start.window.findChildren(QWidget)):
            found += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle()]
            match widget:
                case QLabel() | QPushButton() | QLineEdit():
                    found.append(widget.text())
                case QTextEdit() | QPlainTextEdit():
                    found.append(widget.toPlainText())
                case QAbstractItemView():
                    found += _in_list(widget)
        found += [action.text() for action in self.start.window.findChildren(QAction)]
        found += [book.title for book in self.presenter.shown.shelf.values()]
        found += [message.plain_text() for message in self.start.window.talk.view.messages()]
        return "\n".join(found)

    def dialog(self, kind: type[QDialog]) -> QDialog:
        """Return the dialog of this kind that is open, once there is one."""
        wait(lambda: bool(self._dialogs(kind)))
        return self._dialogs(kind)[0]

    def _dialogs(self, kind: type[QDialog]) -> list[QDialog]:
        found = self.start.window.findChildren(QDialog)
        return [each for each in found if isinstance(each, kind) and each.isVisible()]

    def end(self) -> None:
        self.start.close()
        for widget in QApplication.topLevelWidgets():
            widget.close()
            widget.deleteLater()
        self.start.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


def _in_list(view: QAbstractItemView) -> list[str]:
    model = view.model()
    if model is None:
        return []
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    places = [model.index(row, column) for row in range(model.rowCount()) for column in range(columns)]
    return [str(place.data(role) or "") for place in places for role in roles]

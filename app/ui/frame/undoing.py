"""Lets a person have back for a moment what was just deleted: it is announced, with “Undo”."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.core.conversations.bin import BinEntry, BinKind
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.presenter import Presenter
from app.ui.widgets.notice import NoticeAction
from app.wording.bin import title_words
from app.wording.i18n import _

UNDO_MS = 10_000


class UndoKey(QObject):
    """Takes back by Ctrl+Z while something is `offered`; in a field in which something is written, the key takes that
    back instead."""

    pressed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._passing = QTimer(self, singleShot=True, interval=UNDO_MS)
        self._passing.timeout.connect(self.withdraw)

    def offer(self) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)
        self._passing.start()

    @Slot()
    def withdraw(self) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._passing.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if not event.matches(QKeySequence.StandardKey.Undo) or _takes_back(watched):
            return False
        self.withdraw()
        self.pressed.emit()
        return True


def _takes_back(widget: QWidget) -> bool:
    """Return whether something is written in a widget; an empty editor has steps to undo, too."""
    match widget:
        case QTextEdit() | QPlainTextEdit():
            return bool(widget.toPlainText())
        case QLineEdit():
            return bool(widget.text())
        case _:
            return False


class Undoing(Presenter):
    """Takes deletions back. `restored` carries the BinEntry of what is back where it was."""

    restored = Signal(object)

    def __init__(self, context: FrameContext) -> None:
        super().__init__(context.parent)
        self._removal = context.desk.documents.removal
        self._bridge = context.bridge
        self._window = context.window
        self._offered: BinEntry | None = None
        self._key = UndoKey(self)
        self._key.pressed.connect(self.undo)

    @Slot(object)
    def offer(self, entry: BinEntry) -> None:
        """Say what was deleted, and let it be undone."""
        self._offered = entry
        words = (
            _("“{title}” was removed from the shelf.") if entry.kind is BinKind.BOOK else _("“{title}” was deleted.")
        )
        actions = (NoticeAction(_("Undo"), self.undo),)
        self._window.offer(words.format(title=title_words(entry)), actions, passes_ms=UNDO_MS)
        self._key.offer()

    @Slot()
    def undo(self) -> None:
        """Take back what was deleted last."""
        self._key.withdraw()
        entry, self._offered = self._offered, None
        if entry is not None:
            self._window.hide_notice()
            work = partial(self._removal.restore, entry.id)
            self._call(work, self._restored)

    @Slot(object)
    def _restored(self, entry: BinEntry | None) -> None:
        if entry is not None:
            self.restored.emit(entry)

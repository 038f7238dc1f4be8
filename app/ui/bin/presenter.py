"""What was just deleted can be undone for a moment; what is in the bin is restored, or deleted for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.core.bin import BinEntry, BinKind
from app.services.services import Services
from app.ui.bridge import Bridge, Executor
from app.ui.main_window import MainWindow
from app.ui.presenter import Presenter
from app.ui.widgets.dialogs import Confirmation
from app.ui.widgets.notice import NoticeAction
from app.wording.bin import title_words
from app.wording.i18n import _
from app.wording.units import count

if TYPE_CHECKING:
    from app.ui.bin.dialog import BinDialog

UNDO_MS = 10_000


class UndoKey(QObject):
    """Ctrl+Z, while it is `offered`; where something is written, it takes that back."""

    pressed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
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
    """Whether something is written there; an empty editor has steps to undo, too."""
    match widget:
        case QTextEdit() | QPlainTextEdit():
            return bool(widget.toPlainText())
        case QLineEdit():
            return bool(widget.text())
        case _:
            return False


class BinPresenter(Presenter):
    """`restored` carries the BinEntry of what is back where it was."""

    restored = Signal(object)

    def __init__(
        self,
        desk: Services,
        bridge: Bridge,
        window: MainWindow,
        now: Callable[[], datetime],
        parent: QObject | None = None,
    ) -> None:
        """`now` gives the local time, aware of its zone."""
        super().__init__(parent)
        self._removal = desk.removal
        self._bridge = bridge
        self._window = window
        self._now = now
        self._offered: BinEntry | None = None
        self._dialog: BinDialog | None = None
        self._key = UndoKey(self)
        self._key.pressed.connect(self.undo)

    # ---- undoing

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
            self._restore((entry,))

    # ---- the bin

    @Slot()
    def open(self) -> None:
        self._bridge.call(Executor.STORE, self._list, self._show, self._on_problem)

    def _list(self) -> tuple[BinEntry, ...]:
        self._removal.expire(self._now().timestamp())
        return self._removal.kept.all()

    @Slot(object)
    def _show(self, entries: tuple[BinEntry, ...]) -> None:
        if self._dialog is not None:
            self._dialog.show_entries(entries, self._now())
            return
        from app.ui.bin.dialog import BinDialog  # when it is opened

        dialog = self._dialog = BinDialog(entries, self._now(), self._removal.bin_days, self._window)
        dialog.restore_wanted.connect(self._restore)
        dialog.purge_wanted.connect(self._ask_purge)
        dialog.finished.connect(self._closed)
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        self._dialog = None

    @Slot(object)
    def _restore(self, entries: tuple[BinEntry, ...]) -> None:
        for entry in entries:
            work = partial(self._removal.restore, entry.id)
            self._bridge.call(Executor.STORE, work, self._restored, self._on_problem)

    @Slot(object)
    def _restored(self, entry: BinEntry | None) -> None:
        if entry is not None:
            self.restored.emit(entry)
        if self._dialog is not None:
            self.open()

    @Slot(object)
    def _ask_purge(self, entries: tuple[BinEntry, ...]) -> None:
        one = _("“{title}” will be deleted permanently. You cannot have it back.")
        several = _("{n} items will be deleted permanently. You cannot have them back.")
        words = (
            one.format(title=title_words(entries[0])) if len(entries) == 1 else several.format(n=count(len(entries)))
        )
        dialog = Confirmation(_("Delete permanently?"), words, _("Delete permanently"), "", self._dialog)
        dialog.confirmed.connect(partial(self._purge, entries))
        dialog.open()

    def _purge(self, entries: tuple[BinEntry, ...], key: str) -> None:  # noqa: ARG002 - of the confirmation
        for entry in entries:
            work = partial(self._removal.purge, entry)
            self._bridge.call(Executor.STORE, work, partial(self._purged, entry), self._on_problem)

    def _purged(self, entry: BinEntry, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        book_id = entry.item_id if entry.kind is BinKind.BOOK else ""
        self._bridge.call(Executor.ENGINE, partial(self._removal.release, book_id), self._ignore, self._on_problem)
        if self._dialog is not None:
            self.open()

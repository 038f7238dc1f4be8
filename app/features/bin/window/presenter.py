"""The list of what is in the bin: things are restored from it, or deleted for good."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.core.conversations.bin import BinEntry, BinKind
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.widgets.dialogs import Confirmation
from app.wording.bin import title_words
from app.wording.i18n import _
from app.wording.units import count

if TYPE_CHECKING:
    from app.features.bin.window.dialog import BinDialog


class BinPresenter(Presenter):
    """The presenter of the bin. `restored` carries the BinEntry of what is back where it was."""

    restored = Signal(object)

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._removal = context.desk.documents.removal
        self._bridge = context.bridge
        self._window = context.window
        self._now = context.now
        self._dialog: BinDialog | None = None

    @Slot()
    def open(self) -> None:
        self._call(self._list, self._show)

    def _list(self) -> tuple[BinEntry, ...]:
        self._removal.expire(self._now().timestamp())
        return self._removal.kept.all()

    @Slot(object)
    def _show(self, entries: tuple[BinEntry, ...]) -> None:
        if self._dialog is not None:
            self._dialog.show_entries(entries, self._now())
            return
        from app.features.bin.window.dialog import BinDialog  # when it is opened

        dialog = self._dialog = BinDialog(entries, self._now(), self._removal.bin_days, self._window)
        dialog.restore_wanted.connect(self._restore)
        dialog.purge_wanted.connect(self._ask_purge)
        dialog.finished.connect(self._closed)
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        self._dialog = None

    @Slot()
    def renew(self) -> None:
        """List anew what is in the bin, if that is shown."""
        if self._dialog is not None:
            self.open()

    @Slot(object)
    def _restore(self, entries: tuple[BinEntry, ...]) -> None:
        for entry in entries:
            work = partial(self._removal.restore, entry.id)
            self._call(work, self._restored)

    @Slot(object)
    def _restored(self, entry: BinEntry | None) -> None:
        if entry is not None:
            self.restored.emit(entry)
        else:
            self.renew()

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
            self._do(work, partial(self._purged, entry))

    def _purged(self, entry: BinEntry) -> None:
        book_id = entry.item_id if entry.kind is BinKind.BOOK else ""
        self._do(partial(self._removal.release, book_id), executor=Executor.ENGINE)
        self.renew()

"""The menu of a folder that was added: it opens at the folder's group on the shelf."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from app.ui.shelf.rows import BookList, GroupRow
from app.wording.i18n import _
from app.wording.units import counted


class FolderMenu(QObject):
    """The menu. Its signals carry the id of a folder that was added; `watch_wanted` also whether to watch it.
    `ask_wanted` carries a function that returns the ids of the books that are in a folder by then: the shown
    conversation is to ask these."""

    ask_wanted = Signal(object)
    scan_wanted = Signal(int)
    watch_wanted = Signal(int, bool)
    forget_wanted = Signal(int)
    files_wanted = Signal(int)

    def __init__(self, books: BookList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._books = books

    def fill(self, menu: QMenu, row: GroupRow) -> QMenu:
        menu.addAction(_("Unfold") if row.folded else _("Fold"), partial(self._books.fold, row))
        inside = self._books.inside(row)
        asking = counted(len(inside), _("Ask this document"), _("Ask these {n} documents"))
        menu.addAction(asking, partial(self.ask_wanted.emit, partial(self._books.inside, row)))
        menu.addSeparator()
        menu.addAction(_("Show its files…"), partial(self.files_wanted.emit, row.source_id))
        menu.addAction(_("Scan again"), partial(self.scan_wanted.emit, row.source_id))
        watching = partial(self.watch_wanted.emit, row.source_id, not row.watched)
        watch = menu.addAction(_("Watch for new files"), watching)
        watch.setCheckable(True)
        watch.setChecked(row.watched)
        menu.addSeparator()
        menu.addAction(_("Forget the folder, keep its documents"), partial(self.forget_wanted.emit, row.source_id))
        return menu

"""The menu of what can be asked: all documents, a book that is not on the desk, or one that is added."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.kit.shown import Shown
from app.wording.i18n import _
from app.wording.units import count


class BookMenu(QMenu):
    """The menu. `book_wanted` carries a book's id."""

    all_wanted = Signal()
    book_wanted = Signal(str)
    file_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, shown: Shown, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(shown.shelf) > 1 and shown.conversation is not None:
            everything = self.addAction(
                _("All documents ({n})").format(n=count(len(shown.shelf))), self.all_wanted.emit
            )
            everything.setCheckable(True)
            everything.setChecked(shown.conversation.scope is not None)
            self.addSeparator()
        on_desk = {ref.book_id for ref in shown.books}
        for book in shown.shelf.values():
            if book.id not in on_desk:
                self.addAction(book.title.replace("&", "&&"), partial(self.book_wanted.emit, book.id))
        self.addSeparator()
        self.addAction(_("Add a file…") + "\tCtrl+O", self.file_wanted.emit)
        self.addAction(_("Add a folder…"), self.folder_wanted.emit)

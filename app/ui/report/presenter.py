"""The report on a book: gathers it, has its tokens counted and its pages drawn, and opens those that are chosen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.core.conversations.image import Raster
from app.core.documents.document import Book
from app.core.documents.ingestion import IngestionReport
from app.core.errors import Problem
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext

if TYPE_CHECKING:
    from app.ui.report.dialog import ReportDialog


class ReportPresenter(Presenter):
    """The presenter of the report. `page_wanted` carries a book's id and a page's number, `book_changed` the Book as
    the model reads it now, `reread_wanted` the id of a book whose file is to be read again."""

    page_wanted = Signal(str, int)
    book_changed = Signal(object)
    reread_wanted = Signal(str)

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._icons = context.icons
        self._window = context.window
        self._report: IngestionReport | None = None
        self.dialog: ReportDialog | None = None

    def open(self, book: Book) -> None:
        """Show the report on `book`, in place of one that is open."""
        if self.dialog is not None:
            self.dialog.close()
        self._report = None
        from app.ui.report.dialog import ReportDialog  # when it is opened

        dialog = self.dialog = ReportDialog(self._icons, book, self._window)
        dialog.page_wanted.connect(self.page_wanted)
        dialog.thumbnails.wanted.connect(partial(self._draw, book.id))
        dialog.hidden_chosen.connect(partial(self._set_hidden_read, book.id))
        dialog.reread_wanted.connect(self.reread_wanted)
        dialog.finished.connect(partial(self._forget, dialog))
        work = partial(self._library.report, book.id)
        self._call(work, partial(self._show, book.id))
        dialog.show()

    @Slot(object)
    def renew(self, book: Book) -> None:
        """Open the report on `book` anew, if it is open: the file was read again."""
        if self.dialog is not None and self.dialog.book.id == book.id:
            self.open(book)

    @Slot(str)
    def close(self, book_id: str) -> None:
        """Close the report on a book that is gone."""
        if self.dialog is not None and self.dialog.book.id == book_id:
            self.dialog.close()

    def _forget(self, dialog: ReportDialog, result: int) -> None:  # noqa: ARG002 - there is nothing to accept
        if self.dialog is dialog:
            self.dialog = None

    def _show(self, book_id: str, report: IngestionReport) -> None:
        if self.dialog is None or self.dialog.book.id != book_id:
            return
        self._report = report
        self.dialog.show_report(report)
        self._count(book_id)

    def _count(self, book_id: str) -> None:
        work = partial(self._library.page_tokens, book_id)
        self._call(work, partial(self._show_tokens, book_id), self._ignore, executor=Executor.ENGINE)

    def _show_tokens(self, book_id: str, tokens: tuple[int, ...] | None) -> None:
        """Show the tokens of the pages; None while no model is loaded, and the report is without them."""
        shown = self.dialog is not None and self.dialog.book.id == book_id
        if tokens is not None and shown and self.dialog is not None and self._report is not None:
            self.dialog.show_report(self._report.counted(tokens))

    def _set_hidden_read(self, book_id: str, hidden_read: bool) -> None:
        work = partial(self._library.set_hidden_read, book_id, hidden_read)
        self._call(work, self._take_book)

    @Slot(object)
    def _take_book(self, book: Book) -> None:
        self.book_changed.emit(book)
        self._count(book.id)

    def _draw(self, book_id: str, number: int) -> None:
        from app.ui.report.rows import THUMBNAIL  # the dialog, which is open, has imported it

        width = round(THUMBNAIL.width() * self._window.devicePixelRatioF())
        work = partial(self._library.page_image, book_id, number, width)
        self._call(
            work,
            partial(self._show_drawing, book_id, number),
            partial(self._on_undrawn, book_id),
            executor=Executor.READER,
        )

    def _show_drawing(self, book_id: str, number: int, image: Raster) -> None:
        if self.dialog is not None and self.dialog.book.id == book_id:
            self.dialog.thumbnails.put(number, image)

    def _on_undrawn(self, book_id: str, problem: Problem) -> None:  # noqa: ARG002 - the report goes without pictures
        if self.dialog is not None and self.dialog.book.id == book_id:
            self.dialog.thumbnails.give_up()

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        super()._on_problem(problem)
        if self.dialog is not None:
            self.dialog.close()

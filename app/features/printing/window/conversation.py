"""Prints the shown conversation, as it is exported."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from app.core.conversations.conversation import Conversation
from app.features.printing.window.presenter import PrintingPresenter, refusal_of
from app.ui.kit.bridge import Executor
from app.ui.pdf import pdf
from app.ui.shelf.rows import title_of
from app.ui.workspace import Workspace

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter


class ConversationPrinting(PrintingPresenter):
    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._desk = workspace.desk
        self._shown, self._exporting = workspace.shown, workspace.exporting

    @Slot()
    def print(self) -> None:
        """Let the person choose a printer for the shown conversation."""
        conversation = self._shown.conversation
        if conversation is None or not self._exporting.has_words():
            return
        printer = self._printer(title_of(conversation))
        dialog = self._dialog(printer)
        dialog.finished.connect(partial(self._on_chosen, conversation, printer))
        QDialog.open(dialog)  # its own `open` takes a slot by its name

    def _on_chosen(self, conversation: Conversation, printer: QPrinter, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            self.print_on(conversation, printer)

    def print_on(self, conversation: Conversation, printer: QPrinter) -> None:
        work = partial(self._print, conversation, printer)
        self._do(work, partial(self._printed, printer), executor=Executor.IMAGES)

    def _print(self, conversation: Conversation, printer: QPrinter) -> None:
        """Print a conversation, off the GUI thread. Raises AppError PRINT_FAILED."""
        pages = (printer.fromPage(), printer.toPage()) if printer.fromPage() else None
        report = self._exporting.report(conversation)
        if not pdf.print_report(report, self._desk.documents.images.raster, printer, pages):
            raise refusal_of(printer)
        books = (ref.book_id for ref in conversation.books)
        self._desk.record.exported("conversation", Path("paper.print"), item=conversation.id, books=books)

    def _printed(self, printer: QPrinter) -> None:
        self._tell_printed(printer)

"""Exporting: the shown conversation, or one answer of it, as a file of the person's choice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import Signal, Slot

from app.core.conversations.conversation import Conversation
from app.export import files
from app.export.report import Report, compose
from app.export.table import Rows, write_table
from app.ui.chat.presenter import ConversationPresenter
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.pdf import pdf
from app.ui.shelf.rows import title_of
from app.ui.widgets.dialogs import SaveDialog
from app.wording.i18n import _

ReportChange: TypeAlias = Callable[[Conversation, Report], Report]
"""Changes the report on a conversation before it is written. It is called off the GUI thread."""


class Exporting(Presenter):
    """Writes files. `saved` carries the one that was written."""

    saved = Signal(str)

    def __init__(self, context: WindowContext, talk: ConversationPresenter) -> None:
        super().__init__(context.parent)
        self._conversations = context.desk.conversations
        self._library, self._images = context.desk.documents.library, context.desk.documents.images
        self._talk = talk
        self._shown = context.shown
        self._bridge = context.bridge
        self._window = context.window
        self._conversation: Conversation | None = None
        self._answer_id = ""
        self._change: ReportChange | None = None
        self._thoughts = False

    def has_words(self) -> bool:
        """Return whether something was asked in the shown conversation."""
        return self._shown.conversation is not None and not self._talk.empty

    @Slot()
    def export(self) -> None:
        """Write the shown conversation into a file."""
        if self._shown.conversation is not None and self.has_words():
            self.choose(self._shown.conversation)

    @Slot(str)
    def export_answer(self, answer_id: str) -> None:
        """Write one answer of the shown conversation, with its question and references, into a file."""
        if self._shown.conversation is not None:
            self.choose(self._shown.conversation, answer_id)

    @Slot(object)
    def save_table(self, rows: Rows) -> None:
        """Write a table of an answer into a spreadsheet."""
        shown = self._shown.conversation
        title = title_of(shown) if shown is not None else _("Table")
        dialog = SaveDialog(self._window, _("Save the table"), title, (_("Spreadsheet (*.xlsx)"),))
        dialog.fileSelected.connect(partial(self.write_table, rows, shown.id if shown is not None else ""))
        dialog.open()

    def write_table(self, rows: Rows, conversation_id: str, name: str) -> None:
        """Write this table of a conversation into this file."""
        work = partial(self._write_table, rows, conversation_id, Path(name))
        self._do(work, partial(self._written, name), executor=Executor.IMAGES)

    def choose(
        self, conversation: Conversation, answer_id: str = "", *, name: str = "", change: ReportChange | None = None
    ) -> None:
        """Let the person choose a file and its kind for the conversation, or for this answer with its question. `name`
        is the file's, if it is not the title; `change` makes of the report what is written."""
        self._conversation, self._answer_id, self._change = conversation, answer_id, change
        self._thoughts = False
        filters = _("Word document (*.docx)"), _("PDF (*.pdf)"), _("Web page (*.html)"), _("Markdown (*.md)")
        title = _("Export the answer") if answer_id else _("Export the conversation")
        turns = self._conversations.turns(conversation.id)
        thought = any(turn.answer and turn.answer.thought and answer_id in ("", turn.answer.id) for turn in turns)
        option = _("Also write what the model thought") if thought else ""
        dialog = SaveDialog(self._window, title, name or title_of(conversation), filters, option)
        dialog.option.toggled.connect(self._want_thoughts)
        dialog.fileSelected.connect(self.write)
        dialog.open()

    @Slot(bool)
    def _want_thoughts(self, wanted: bool) -> None:
        self._thoughts = wanted

    @Slot(str)
    def write(self, name: str) -> None:
        """Write what was chosen into this file."""
        if self._conversation is not None:
            chosen = self._conversation, self._answer_id, Path(name), self._change, self._thoughts
            work = partial(self._export, *chosen)
            self._do(work, partial(self._written, name), executor=Executor.IMAGES)

    def _written(self, name: str) -> None:
        self.saved.emit(name)

    def _export(
        self, conversation: Conversation, answer_id: str, path: Path, change: ReportChange | None, thoughts: bool
    ) -> None:
        """Write a file, off the GUI thread."""
        report = self.report(conversation, answer_id, thoughts=thoughts)
        if change is not None:
            report = change(conversation, report)
        if path.suffix.lower() == pdf.ENDING:
            files.write_bytes(pdf.write(report, self._images.raster), path)
        else:
            files.write(report, path, self._images.png_within)
        self._note("answer" if answer_id else "conversation", path, conversation)

    def _note(self, what: str, path: Path, conversation: Conversation) -> None:
        books = (ref.book_id for ref in conversation.books)
        self._library.audit_log.exported(what, path, item=conversation.id, books=books)

    def _write_table(self, rows: Rows, conversation_id: str, path: Path) -> None:
        """Write a table into a spreadsheet, off the GUI thread."""
        files.write_bytes(write_table(rows), path)
        self._library.audit_log.exported("table", path, item=conversation_id)

    def report(self, conversation: Conversation, answer_id: str = "", *, thoughts: bool = False) -> Report:
        """Make the report on a conversation or on one answer of it. It may be called off the GUI thread."""
        books = {book.id: book for book in self._library.books()}
        turns = self._conversations.turns(conversation.id)
        return compose(title_of(conversation), turns, books, answer_id, thoughts=thoughts)

"""Exporting: the shown conversation, or one answer of it, as a file of the person's choice."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.conversation import Conversation
from app.export import files
from app.export.pictures import safe_name
from app.export.report import compose
from app.messages import _
from app.services.images import Images
from app.services.library import Library
from app.store.conversations import Conversations
from app.ui import pdf
from app.ui.bridge import Bridge, Executor
from app.ui.chat.presenter import ConversationPresenter
from app.ui.presenter import Presenter
from app.ui.shelf.conversations import title_of
from app.ui.shown import Shown

PDF = ".pdf"
_NAME_CHARACTERS = 80


class Exporting(Presenter):
    """`done` and `failed` carry a sentence."""

    done = Signal(str)

    def __init__(
        self,
        conversations: Conversations,
        library: Library,
        images: Images,
        bridge: Bridge,
        talk: ConversationPresenter,
        shown: Shown,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._library = library
        self._images = images
        self._talk = talk
        self._shown = shown
        self._bridge = bridge
        self._window = window
        self._conversation: Conversation | None = None
        self._answer_id = ""

    @Slot()
    def export(self) -> None:
        """Write the shown conversation into a file."""
        if self._shown.conversation is not None and not self._talk.empty:
            self._choose(self._shown.conversation)

    @Slot(str)
    def export_answer(self, answer_id: str) -> None:
        """Write one answer of it, with its question and references, into a file."""
        if self._shown.conversation is not None:
            self._choose(self._shown.conversation, answer_id)

    def _choose(self, conversation: Conversation, answer_id: str = "") -> None:
        """Let the person say where the conversation, or this answer with its question, is written, and as what."""
        self._conversation, self._answer_id = conversation, answer_id
        names = {
            ".docx": _("Word document (*.docx)"),
            PDF: _("PDF (*.pdf)"),
            ".html": _("Web page (*.html)"),
            ".md": _("Markdown (*.md)"),
        }
        title = _("Export the answer") if answer_id else _("Export the conversation")
        dialog = QFileDialog(self._window, title, "", ";;".join(names.values()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("docx")
        dialog.filterSelected.connect(partial(follow_filter, dialog))
        dialog.selectFile(file_name(title_of(conversation)))
        dialog.fileSelected.connect(self.write)
        dialog.open()

    @Slot(str)
    def write(self, name: str) -> None:
        """Write what was chosen into this file."""
        if self._conversation is not None:
            work = partial(self._export, self._conversation, self._answer_id, Path(name))
            self._bridge.call(Executor.IMAGES, work, partial(self._written, name), self._on_problem)

    def _written(self, name: str, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        answer, conversation = _("Answer saved as “{path}”."), _("Conversation saved as “{path}”.")
        self.done.emit((answer if self._answer_id else conversation).format(path=name))

    def _export(self, conversation: Conversation, answer_id: str, path: Path) -> None:
        """Off the GUI thread."""
        books = {book.id: book for book in self._library.books()}
        report = compose(title_of(conversation), self._conversations.turns(conversation.id), books, answer_id)
        if path.suffix.lower() == PDF:
            files.write_bytes(pdf.write(report, self._images.raster), path)
        else:
            files.write(report, path, self._images.png_within)


def file_name(title: str) -> str:
    """A name for a file that every file system takes, without its ending."""
    return safe_name(title, _NAME_CHARACTERS)


def follow_filter(dialog: QFileDialog, chosen: str) -> None:
    """The ending that a name gets which is typed without one."""
    dialog.setDefaultSuffix(chosen.rpartition("*.")[2].rstrip(")"))

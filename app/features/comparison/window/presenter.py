"""Compares two books, and opens both at what was chosen of their changes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.core.conversations.conversation import Conversation
from app.core.documents.document import Book
from app.features.comparison import export
from app.features.comparison.data import ComparedBooks, ComparedParagraph, ComparedPassage, Comparing
from app.features.comparison.service import comparisons_of
from app.features.comparison.window.tinting import tints_of
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.shown import Shown
from app.ui.page.panel import PagePanel
from app.ui.page.presenter import PagePresenter
from app.ui.page.tints import PageTints
from app.ui.widgets.dialogs import SaveDialog
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.comparison.window.dialog import CompareDialog


class ComparePresenter(Presenter):
    """The presenter of a comparison. `saved` carries the file that was written, `conversation_wanted` the id of one in
    which the changes are about to be asked about; `ask_wanted` and `image_taken` are the signals of the pages, as
    `PagePresenter` has them."""

    saved = Signal(str)
    conversation_wanted = Signal(str)
    ask_wanted = Signal(str)
    image_taken = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._comparisons = comparisons_of(workspace.desk)
        self._library = workspace.desk.documents.library
        self._bridge = workspace.bridge
        self._workspace = workspace
        self._job: Job | None = None
        self._compared: ComparedBooks | None = None
        self._sides: tuple[PagePresenter, ...] = ()
        self.dialog: CompareDialog | None = None

    def compare(self, first: Book, second: Book) -> None:
        """Show what differs in the second book, in place of a comparison that is open."""
        if self.dialog is not None:
            self.dialog.close()
        from app.features.comparison.window.dialog import CompareDialog  # when it is opened

        dialog = self.dialog = CompareDialog(self._workspace.icons, (first.title, second.title), self._workspace.window)
        self._compared = None
        self._sides = tuple(map(self._side, (dialog.first, dialog.second)))
        dialog.change_wanted.connect(self._open)
        dialog.swap_wanted.connect(self._swap)
        dialog.ask_wanted.connect(self._ask)
        dialog.export_wanted.connect(self._choose_file)
        dialog.finished.connect(partial(self._forget, dialog))
        work = partial(self._comparisons.compare, first.id, second.id)
        self._job = self._bridge.stream(Executor.COMPARING, work, partial(self._on_event, dialog))
        dialog.show()

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """Close the comparison with a book that was removed."""
        compared = self._compared
        if compared is not None and book_id in (compared.first.id, compared.second.id) and self.dialog is not None:
            self.dialog.close()

    def _side(self, panel: PagePanel) -> PagePresenter:
        side = PagePresenter(self._workspace, panel, Shown())
        side.failed.connect(self.failed)
        side.ask_wanted.connect(self.ask_wanted)
        side.image_taken.connect(self.image_taken)
        return side

    def _forget(self, dialog: CompareDialog, result: int) -> None:  # noqa: ARG002 - there is nothing to accept
        if self.dialog is dialog:
            if self._job is not None:
                self._job.cancel()
            self.dialog, self._compared, self._sides = None, None, ()

    def _on_event(self, dialog: CompareDialog, event: Comparing | Done[ComparedBooks] | Cancelled | Failed) -> None:
        if self.dialog is not dialog:
            return
        match event:
            case Comparing(done, total):
                dialog.show_progress(done, total)
            case Done(compared):
                self._compared = compared
                for side, book in zip(self._sides, (compared.first, compared.second), strict=True):
                    side.open_page(book.id, 1)
                dialog.show_found(compared)
                self._call(partial(self._tints, compared), partial(self._tint, dialog))
            case Failed(problem):
                dialog.show_failure(sentence(problem))
            case Cancelled():
                dialog.close()

    def _tints(self, compared: ComparedBooks) -> tuple[PageTints, PageTints]:
        """Return the passages of all changes in both books, off the GUI thread."""
        first, second = (self._library.pages(book.id) for book in (compared.first, compared.second))
        return tints_of(compared.found, first, second)

    def _tint(self, dialog: CompareDialog, tints: tuple[PageTints, PageTints]) -> None:
        if self.dialog is dialog and self._compared is not None:
            for panel, book, of_book in zip(
                (dialog.first, dialog.second), (self._compared.first, self._compared.second), tints, strict=True
            ):
                panel.set_tints({book.id: of_book})

    # ---- a change

    @Slot(object)
    def _open(self, change: ComparedParagraph) -> None:
        """Open both pages, the passages highlighted; for a book that does not have it, the page where it would be."""
        if self._compared is None:
            return
        for side, book, passage, beside in zip(
            self._sides,
            (self._compared.first, self._compared.second),
            (change.before, change.after),
            self._beside(change),
            strict=True,
        ):
            if passage is not None:
                span = passage.words[0] if passage.words else passage.spans[0]
                whole = next(each for each in passage.spans if each.page == span.page)
                side.open_passage(book.id, whole)
            elif beside is not None:
                side.open_page(book.id, beside.spans[-1].page, remark=_("This passage is not in this document."))

    def _beside(self, change: ComparedParagraph) -> tuple[ComparedPassage | None, ComparedPassage | None]:
        """Return the nearest passages before a change that each book has, or, if it is at the beginning, after it."""
        assert self._compared is not None
        paragraphs = self._compared.found.paragraphs
        at = next((index for index, each in enumerate(paragraphs) if each is change), 0)
        near = (*reversed(paragraphs[:at]), *paragraphs[at + 1 :])
        kept = [each for each in near if each.before is not None and each.after is not None]
        return (kept[0].before, kept[0].after) if kept else (None, None)

    @Slot()
    def _swap(self) -> None:
        if self._compared is not None:
            self.compare(self._compared.second, self._compared.first)

    # ---- all of them

    @Slot()
    def _ask(self) -> None:
        """Begin a conversation about the changes: its question is written, and waits to be completed and sent."""
        if self._compared is not None:
            work = partial(self._comparisons.begin, self._compared, _("What do these changes mean?"))
            self._call(work, self._begun)

    @Slot(object)
    def _begun(self, conversation: Conversation) -> None:
        self.conversation_wanted.emit(conversation.id)

    @Slot()
    def _choose_file(self) -> None:
        if self._compared is not None and self.dialog is not None:
            name = f"{self._compared.first.title} – {self._compared.second.title}"
            dialog = SaveDialog(self.dialog, _("Export the changes"), name, (_("Word document (*.docx)"),))
            dialog.fileSelected.connect(self.write)
            dialog.open()

    @Slot(str)
    def write(self, name: str) -> None:
        """Write the changes into this file."""
        if self._compared is not None:
            work = partial(self._write, self._compared, Path(name))
            self._do(work, partial(self._written, name), executor=Executor.COMPARING)

    def _write(self, compared: ComparedBooks, path: Path) -> None:
        """Write the changes into a file, off the GUI thread."""
        export.write(compared, path)
        books = (compared.first.id, compared.second.id)
        self._library.audit_log.exported("comparison", path, books=books)

    def _written(self, name: str) -> None:
        self.saved.emit(name)

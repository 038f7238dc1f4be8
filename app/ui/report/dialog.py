"""The report on a book: how many pages are in which state, and every page with what is odd about it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QStackedLayout, QWidget

from app.core.documents.document import Book, Flag
from app.core.documents.ingestion import IngestionReport, PageReport, PageState
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from app.ui.report.pages import PageRole, ReportPages
from app.ui.report.rows import PageDelegate, StatesBar
from app.ui.shelf.lists import ShelfListView
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.ui.widgets.pictures import Thumbnails
from app.wording.facts import facts_line
from app.wording.i18n import _
from app.wording.page_flags import look_words, outdated_sentence, pages_words, report_sentence, size_words

_WIDTH, _HEIGHT = 680, 600
_CHOICE_WIDTH = 180
_ALL, _LOOK = "all", "look"
_KEPT, _READ = "kept", "read"


class PagesView(ShelfListView):
    """A list of as many pages as a book may have: its height is not that of all its rows."""

    def __init__(self) -> None:
        super().__init__(_("Pages"))
        self.setUniformItemSizes(True)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HEIGHT)


class _Outdated(QWidget):
    """Says that the book's pages are of an older reading, and offers to read its file again."""

    def __init__(self) -> None:
        super().__init__()
        words = PlainLabel(outdated_sentence(), role="soft", wraps=True)
        self.reread = TextButton(_("Read the file again"))
        shown = ((words, 1), (self.reread, Qt.AlignmentFlag.AlignTop))
        row(*shown, of=self, margins=(0, SPACE_S, 0, SPACE_S), spacing=SPACE_L)


class ReportDialog(QDialog):
    """The report. It is not modal, so that the pages can be read beside it. `page_wanted` carries a book's id and a
    page's number, `hidden_chosen` whether the model shall read the hidden text and the comments of this book,
    `reread_wanted` the book's id."""

    page_wanted = Signal(str, int)
    hidden_chosen = Signal(bool)
    reread_wanted = Signal(str)

    def __init__(self, icons: Icons, book: Book, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import report"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_WIDTH, _HEIGHT)
        self.book = book
        self.thumbnails = Thumbnails(self)
        self.pages = ReportPages(book.page_names, self)
        self.thumbnails.drawn.connect(self.pages.redraw)
        self._sentence = PlainLabel(_("Checking the pages…"), wraps=True)
        self._size = PlainLabel(role="small")
        self.bar = StatesBar(icons)
        self.filter = ChoiceButton(((_ALL, _("All pages")), (_LOOK, _("Pages to check"))), _ALL)
        self.filter.setFixedWidth(_CHOICE_WIDTH)
        self.filter.setAccessibleName(_("Choose the pages to list"))
        self.filter.chosen.connect(self._narrow)
        self.view = PagesView()
        self.view.setModel(self.pages)
        thumbnails = self.thumbnails if book.format.is_drawn else None
        self.view.setItemDelegate(PageDelegate(icons, thumbnails, book.format, self.view))
        self.view.opened.connect(self._open)
        self.pages.show_hidden_read(book.hidden_read)
        self.hidden = ChoiceButton(_hidden_words(hidden=True, comments=False)[1], _READ if book.hidden_read else _KEPT)
        self.hidden.chosen.connect(self._choose_hidden)
        self.hidden.hide()
        self.outdated = _Outdated()
        self.outdated.reread.clicked.connect(self._reread)
        self.outdated.setVisible(book.is_outdated)
        self._nothing = PlainLabel(_("No page needs checking."), role="soft")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.view.setFocus()

    def show_report(self, report: IngestionReport) -> None:
        """Show a report, also once more when its tokens are counted."""
        look, pages = look_words(len(report.to_look_at)), len(report.pages)
        whole = report_sentence(report) if report.states[PageState.TEXT] == pages else pages_words(pages)
        self._sentence.setText(f"{whole} · {look}" if look else whole)
        self._size.setText(size_words(report))
        self.bar.show_report(report)
        self.filter.setEnabled(bool(report.to_look_at))
        self._show_hidden(report)
        self.pages.show_report(report)
        self._show_list()

    def sentence(self) -> str:
        return self._sentence.text()

    def size_text(self) -> str:
        return self._size.text()

    def _lay_out(self) -> None:
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._nothing)
        close = TextButton(_("Close"))
        close.clicked.connect(self.reject)
        facts = facts_line(self.book.facts)
        column(
            ElidedLabel(self.book.title, role="heading"),
            *((PlainLabel(facts, role="soft", wraps=True),) if facts else ()),
            self._sentence,
            self.outdated,
            SPACE_XS,
            self.bar,
            SPACE_XS,
            row((self._size, 1), self.filter, spacing=SPACE_S),
            (body, 1),
            row(self.hidden, STRETCH, close, margins=(0, SPACE_M, 0, 0), spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_S,
        )

    def _show_hidden(self, report: IngestionReport) -> None:
        """Show the choice whether hidden text is read, in words for what there is to choose about."""
        pages = [page for page in report.pages if page.hidden]
        comments = any(Flag.COMMENTS in page.flags for page in pages)
        hidden = any(Flag.COMMENTS not in page.flags or Flag.HIDDEN_TEXT in page.flags for page in pages)
        name, values = _hidden_words(hidden, comments)
        self.hidden.setAccessibleName(name)
        self.hidden.rename(values)
        self.hidden.setVisible(bool(pages))

    def _show_list(self) -> None:
        self._stack.setCurrentWidget(self.view if self.pages.rowCount() else self._nothing)

    @Slot(str)
    def _narrow(self, which: str) -> None:
        self.pages.narrow(which == _LOOK)
        self._show_list()

    @Slot(str)
    def _choose_hidden(self, which: str) -> None:
        self.pages.show_hidden_read(which == _READ)
        self.hidden_chosen.emit(which == _READ)

    @Slot()
    def _reread(self) -> None:
        """Ask for the file to be read again, once: there is a new report when it was read."""
        self.outdated.reread.setEnabled(False)
        self.reread_wanted.emit(self.book.id)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        page: PageReport = index.data(PageRole)
        self.page_wanted.emit(self.book.id, page.number)


def _hidden_words(hidden: bool, comments: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what the choice is about, and for each thing that can be chosen its value and its words."""
    if not comments:
        name = _("Show the hidden text of this document to the model or not")
        return name, ((_KEPT, _("Hidden text: not shown to the model")), (_READ, _("Hidden text: shown to the model")))
    if not hidden:
        name = _("Show the comments of this document to the model or not")
        return name, ((_KEPT, _("Comments: not shown to the model")), (_READ, _("Comments: shown to the model")))
    name = _("Show the hidden text and the comments of this document to the model or not")
    kept, read = (
        _("Hidden text and comments: not shown to the model"),
        _("Hidden text and comments: shown to the model"),
    )
    return name, ((_KEPT, kept), (_READ, read))

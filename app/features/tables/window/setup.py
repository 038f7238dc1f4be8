"""The start of a question sheet: its questions, from a template, a file or typed; and the saved sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QMenu, QPlainTextEdit, QWidget

from app.features.tables.columns import split_questions
from app.features.tables.data import SheetEntry
from app.features.tables.service import SheetTemplate
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import column, row
from app.wording.i18n import _
from app.wording.units import count, printable

_EntryRole = int(Qt.ItemDataRole.UserRole)
_NO_TEMPLATE = ""
_TOGETHER, _EACH = "together", "each"
_LIST_HEIGHT = 150
_EDITOR_SMALLEST = 110
_NAMED = 6
"""So many documents are named."""


class SheetSetup(QWidget):
    """Ids are those of sheets. `start_wanted` carries the questions and the title of the template they came from,
    `hold_cancelled`: what waits is not to be asked yet."""

    template_chosen = Signal(str)
    file_wanted = Signal()
    documents_wanted = Signal()
    start_wanted = Signal(object, str)
    opened = Signal(str)
    delete_wanted = Signal(str)
    hold_answered = Signal()
    hold_cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._titles: dict[str, str] = {}
        self._template = _NO_TEMPLATE
        self._titles_of_books: tuple[str, ...] = ()
        self._opening: tuple[str, ...] = ()
        self._hold_words = ""
        self._locked = False
        self._busy = False
        self.books = PlainLabel(role="soft", wraps=True)
        self.chosen: dict[str, str] = {}  # ids and titles of documents that are asked instead of those on the desk
        self._make_documents()
        self.template = ChoiceButton(((_NO_TEMPLATE, _("No template")),), _NO_TEMPLATE)
        self.file_button = TextButton(_("From a file…"))
        self.file_button.clicked.connect(self.file_wanted)
        self._make_editor()
        self.count = PlainLabel(role="small")
        self.start = TextButton(_("Ask all"), role="primary")
        self.start.clicked.connect(self._start)
        self.without = TextButton("")
        self.without.clicked.connect(self.hold_answered)
        self.without.hide()
        self.kept_title = PlainLabel(_("Saved tables"), role="book")
        self.kept = QListWidget()
        self.kept.setAccessibleName(_("Saved tables"))
        self.kept.setProperty("role", "framed")
        self.kept.setFixedHeight(_LIST_HEIGHT)
        self.kept.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.kept.customContextMenuRequested.connect(self._open_menu)
        self.kept.itemActivated.connect(self._open)
        self.kept.itemClicked.connect(self._open)
        self._lay_out()
        self._recount()

    def _make_documents(self) -> None:
        self.documents_button = TextButton(_("Choose documents…"))
        self.documents_button.clicked.connect(self.documents_wanted)
        together = (_TOGETHER, _("All documents together"))
        self.mode = ChoiceButton((together, (_EACH, _("Every document by itself, as a table"))), _TOGETHER)
        self.mode.setAccessibleName(_("What is asked"))

    def _make_editor(self) -> None:
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName(_("Questions"))
        self.editor.setPlaceholderText(
            _(
                "One question per line. Lines that start with # are ignored. A line can begin with what its answers"
                " are, as in “[date] End of term: When does the lease end?”: text, yes/no, date, amount, or"
                " choice: tenant, landlord."
            )
        )
        self.editor.setTabChangesFocus(True)
        self.editor.setProperty("role", "framed")
        self.editor.setMinimumHeight(_EDITOR_SMALLEST)
        self.editor.textChanged.connect(self._recount)

    def show_templates(self, templates: Sequence[SheetTemplate]) -> None:
        self._titles = {template.name: template.title for template in templates}
        values = ((_NO_TEMPLATE, _("No template")), *self._titles.items())
        new = ChoiceButton(values, self.template.value(), self.template.parentWidget())
        new.setAccessibleName(_("Template"))
        for action, template in zip(new.menu_of_values.actions()[1:], templates, strict=True):
            action.setToolTip(template.description)
        new.menu_of_values.setToolTipsVisible(True)
        new.chosen.connect(self._choose)
        new.setEnabled(not self._locked)
        self._choices.replaceWidget(self.template, new)
        new.stackUnder(self.file_button)  # it is spoken where the other one was
        self.template.deleteLater()
        self.template = new

    def show_books(self, titles: Sequence[str]) -> None:
        """The books that will be asked."""
        self._titles_of_books = tuple(titles)
        self._show_all_books()

    def show_opening(self, titles: Sequence[str]) -> None:
        """The titles of what is being opened and will be asked, too."""
        self._opening = tuple(titles)
        self._show_all_books()

    @property
    def asks_each(self) -> bool:
        """Whether every document is asked by itself."""
        return self.mode.value() == _EACH

    def set_asks_each(self, each: bool) -> None:
        self.mode.set_value(_EACH if each else _TOGETHER)

    def choose_documents(self, chosen: Mapping[str, str]) -> None:
        """Ask these documents, by their ids and titles, instead of those on the desk; none: those on the desk."""
        self.chosen = dict(chosen)
        if len(chosen) > 1:
            self.set_asks_each(True)
        self._show_all_books()

    def forget_document(self, book_id: str) -> None:
        """Ask this document no longer, if it was chosen: it was removed."""
        if self.chosen.pop(book_id, None) is not None:
            self._show_all_books()

    def take_back(self) -> bool:
        """Take back the questions that wait; whether there are any."""
        waited = self._locked
        if waited:
            self.hold_cancelled.emit()
        return waited

    def show_hold(self, words: str, action: str, *, locked: bool) -> None:
        """Why the questions were not asked, and a button that emits `hold_answered`; no words hide both.

        `locked` ones wait: they cannot be written on, and the button takes them back instead of asking them.
        """
        self._hold_words, self._locked = words, locked
        self.without.setText(action)
        self.without.setVisible(bool(action))
        self.start.setText(_("Cancel") if locked else _("Ask all"))
        self.editor.setReadOnly(locked)
        self.file_button.setEnabled(not locked)
        self.template.setEnabled(not locked)
        self.documents_button.setEnabled(not locked)
        self.mode.setEnabled(not locked)
        self._recount()

    def show_busy(self, busy: bool) -> None:
        """Whether another sheet or an answer is under way."""
        self._busy = busy
        self._recount()

    def show_questions(self, questions: Sequence[str], template: str = _NO_TEMPLATE) -> None:
        """Replace what was written; `template` is the name of the one they came from."""
        self._template = template
        self.template.set_value(template)
        self.editor.setPlainText("\n".join(questions))

    def show_kept(self, sheets: Sequence[SheetEntry]) -> None:
        self.kept.clear()
        for sheet in sheets:
            day = datetime.fromtimestamp(sheet.created_at).astimezone().strftime("%Y-%m-%d %H:%M")
            words = _("{answered} of {total} answered").format(
                answered=count(sheet.answered), total=count(sheet.questions)
            )
            item = QListWidgetItem(f"{printable(sheet.title)}  ·  {words}  ·  {day}")
            item.setData(_EntryRole, sheet.id)
            self.kept.addItem(item)
        for part in (self.kept, self.kept_title):
            part.setVisible(bool(sheets))

    def questions(self) -> tuple[str, ...]:
        return split_questions(self.editor.toPlainText())

    def menu_of(self, sheet_id: str) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Open"), partial(self.opened.emit, sheet_id))
        menu.addSeparator()
        menu.addAction(_("Delete"), partial(self.delete_wanted.emit, sheet_id))
        return menu

    def _lay_out(self) -> None:
        words = _("Each question is asked separately, with the documents but without the other questions and answers.")
        self._choices = row((self.template, 1), self.file_button, spacing=SPACE_S)
        column(
            PlainLabel(words, role="soft", wraps=True),
            row((self.books, 1), self.documents_button, spacing=SPACE_S),
            self.mode,
            SPACE_S,
            self._choices,
            (self.editor, 1),
            row((self.count, 1), self.without, self.start, spacing=SPACE_S),
            SPACE_M,
            self.kept_title,
            self.kept,
            of=self,
            margins=(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L),
            spacing=SPACE_S,
        )
        self.kept.setFrameShape(QFrame.Shape.NoFrame)

    @Slot()
    def _recount(self) -> None:
        n = len(self.questions())
        words = _("1 question") if n == 1 else _("{n} questions").format(n=count(n))
        words = _("Another question is being answered. Wait for it, or stop it.") if self._busy else words
        self.count.setText(self._hold_words or words)
        has_books = bool(self.chosen or self._titles_of_books or self._opening)
        self.start.setEnabled(self._locked or (bool(n) and has_books and not self._busy))

    def _show_all_books(self) -> None:
        opening = [_("{title} (importing)").format(title=printable(title)) for title in self._opening]
        titles = [*map(printable, self.chosen.values())] or [*map(printable, self._titles_of_books), *opening]
        books = "; ".join(titles[:_NAMED])
        if len(titles) > _NAMED:
            books = _("{names} and {n} more").format(names=books, n=count(len(titles) - _NAMED))
        words = _("Documents: {books}").format(books=books)
        self.books.setText(words if books else _("No document on the desk. Put one there first."))
        self._recount()

    @Slot(str)
    def _choose(self, name: str) -> None:
        self._template = name
        if name:
            self.template_chosen.emit(name)

    @Slot()
    def _start(self) -> None:
        if not self.take_back():
            self.start_wanted.emit(self.questions(), self._titles.get(self._template, ""))

    @Slot(QListWidgetItem)
    def _open(self, item: QListWidgetItem) -> None:
        self.opened.emit(item.data(_EntryRole))

    @Slot(QPoint)
    def _open_menu(self, point: QPoint) -> None:
        item = self.kept.itemAt(point) or self.kept.currentItem()
        if item is not None:
            self.menu_of(item.data(_EntryRole)).popup(self.kept.viewport().mapToGlobal(point))

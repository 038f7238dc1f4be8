"""A new table before it is asked: its name, its questions in rows, how they are asked, and its documents."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QRadioButton, QScrollArea, QSizePolicy, QWidget

from app.features.tables.rows import TableDraft
from app.features.tables.service import SheetTemplate
from app.features.tables.window.document_chooser import DocumentChooser
from app.features.tables.window.question_list import QuestionList
from app.services.asking.ask import title_of
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS
from app.ui.widgets.buttons import ChoiceButton, TextButton
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row, scroll_down
from app.wording.i18n import _
from app.wording.units import count

_NO_TEMPLATE = ""
_SIDE_BY_SIDE = 880  # px: as wide at least, documents stand beside the questions
_DOCUMENTS_WIDTH, _DOCUMENTS_HEIGHT = 320, 300
_NAME_WIDTH = 420


class SheetSetup(QWidget):
    """The setup of a table. `changed` tells that something else is written or ticked; `template_chosen` carries the
    name of one; `hold_cancelled` tells that what waits is not to be asked yet; `hold_answered` is emitted by those that
    wait for documents, which a table never does."""

    changed = Signal()
    template_chosen = Signal(str)
    file_wanted = Signal()
    start_wanted = Signal()
    hold_answered = Signal()
    hold_cancelled = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._titles: dict[str, str] = {}  # of templates, by their names
        self._template = _NO_TEMPLATE
        self._hold_words = ""
        self._locked = False
        self._busy = False
        self.name = QLineEdit()
        self.name.setAccessibleName(_("Name of the table"))
        self.name.setMaximumWidth(_NAME_WIDTH)
        self.template = ChoiceButton(((_NO_TEMPLATE, _("No template")),), _NO_TEMPLATE)
        self.file_button = TextButton(_("From a file…"))
        self.questions = QuestionList(icons)
        self.each = QRadioButton(_("One row per document"))
        self.together = QRadioButton(_("One answer from all documents"))
        self.each.setChecked(True)
        self.about = PlainLabel(role="soft", wraps=True)
        self.count = PlainLabel(role="soft", wraps=True)
        self.start = TextButton("", role="primary")
        self.documents = DocumentChooser(icons)
        self._lay_out()
        self._connect()
        self._look()

    def _connect(self) -> None:
        self.file_button.clicked.connect(self.file_wanted)
        self.start.clicked.connect(self._start)
        self.name.textEdited.connect(self._on_changed)
        self.questions.changed.connect(self._on_changed)
        self.questions.shown_wanted.connect(self._show_widget)
        self.each.toggled.connect(self._on_changed)
        self.documents.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        self._head = row(
            PlainLabel(_("Questions"), role="title"), STRETCH, self.template, self.file_button, spacing=SPACE_S
        )
        asked = column(
            PlainLabel(_("Name"), role="title"),
            self.name,
            SPACE_M,
            self._head,
            self.questions,
            SPACE_M,
            PlainLabel(_("How"), role="title"),
            row(self.each, SPACE_M, self.together, STRETCH, spacing=SPACE_S),
            self.about,
            self.count,
            STRETCH,
            margins=(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L),
            spacing=SPACE_S,
        )
        self._asked = boxed(asked)
        self._area = scroll_down(self._asked, _("Questions"), QScrollArea())
        self._area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        beside = column(
            PlainLabel(_("Documents"), role="title"),
            (self.documents, 1),
            margins=(SPACE_L, SPACE_L, SPACE_L, 0),
            spacing=SPACE_S,
        )
        self._beside = boxed(beside)
        self._line = Separator()
        self._box = row((self._area, 1), self._line, self._beside, of=self)

    # ---- what is written

    @property
    def draft(self) -> TableDraft:
        return TableDraft(
            self.name.text(), self.questions.written, self.documents.chosen, self.each.isChecked(), self._template
        )

    def show_draft(self, draft: TableDraft) -> None:
        """Show this draft in the place of whatever is written."""
        self._template = draft.template
        self.template.set_value(draft.template)
        self.name.setText(draft.title)
        (self.each if draft.each else self.together).setChecked(True)
        self.documents.choose(draft.books)
        self.questions.show_rows(draft.rows)

    @property
    def title(self) -> str:
        """The name that is written, or else the first words of the first question."""
        written = self.questions.written
        return self.name.text().strip() or (title_of(written[0].question) if written else "")

    def title_of_template(self, name: str) -> str:
        return self._titles.get(name, "")

    def show_templates(self, templates: Sequence[SheetTemplate]) -> None:
        self._titles = {template.name: template.title for template in templates}
        values = ((_NO_TEMPLATE, _("No template")), *self._titles.items())
        new = ChoiceButton(values, self._template, self.template.parentWidget())
        new.setAccessibleName(_("Template"))
        for action, template in zip(new.menu_of_values.actions()[1:], templates, strict=True):
            action.setToolTip(template.description)
        new.menu_of_values.setToolTipsVisible(True)
        new.chosen.connect(self._choose)
        new.setEnabled(not self._locked)
        self._head.replaceWidget(self.template, new)
        new.stackUnder(self.file_button)  # it is spoken where the other one was
        QWidget.setTabOrder(self.name, new)
        self.template.deleteLater()
        self.template = new

    # ---- what is in the way

    def take_back(self) -> bool:
        """Take back the questions that wait, and return whether there are any."""
        waited = self._locked
        if waited:
            self.hold_cancelled.emit()
        return waited

    def show_hold(self, words: str, action: str, *, locked: bool) -> None:  # noqa: ARG002 - no document is waited for
        """Show why the table was not asked; no words hide it. A `locked` one waits: it cannot be written in, and the
        button takes it back instead of asking it."""
        self._hold_words, self._locked = words, locked
        self.questions.lock(locked=locked)
        for widget in (self.file_button, self.template, self.documents, self.each, self.together, self.name):
            widget.setEnabled(not locked)
        self._look()

    def show_busy(self, busy: bool) -> None:
        """Show whether another table or an answer is under way."""
        self._busy = busy
        self._look()

    @Slot()
    def _on_changed(self) -> None:
        self._look()
        self.changed.emit()

    @Slot()
    def _look(self) -> None:
        """Say what will be asked, or what is missing."""
        each, n = self.each.isChecked(), len(self.questions.written)
        books = len(self.documents.chosen)
        faults = sum(fault is not None for fault in self.questions.rows.faults)
        self.name.setPlaceholderText(self.title or _("The first question, shortened"))
        self.about.setText(
            _("Each document is read once, and each question is asked of it separately.")
            if each
            else _("Each question is asked separately, with all documents, without the other questions and answers.")
        )
        missing = _missing_words(n, faults, books)
        if self._busy:
            missing = _("Another question is being answered. Wait for it, or stop it.")
        self.count.setText(self._hold_words or missing or _said(n, books))
        cells = n * books if each else n
        words = _("Ask 1 cell") if cells == 1 else _("Ask {n} cells").format(n=count(cells))
        if not each:
            words = _("Ask 1 question") if n == 1 else _("Ask {n} questions").format(n=count(n))
        self.start.setText(_("Cancel") if self._locked else words if not missing else _("Ask"))
        self.start.setEnabled(self._locked or not missing)

    @Slot(str)
    def _choose(self, name: str) -> None:
        self._template = name
        self.changed.emit()
        if name:
            self.template_chosen.emit(name)

    @Slot()
    def _start(self) -> None:
        if not self.take_back():
            self.start_wanted.emit()

    # ---- places

    @Slot(object)
    def _show_widget(self, widget: QWidget) -> None:
        QTimer.singleShot(0, widget, self._show_focus)  # once the new row is laid out

    @Slot()
    def _show_focus(self) -> None:
        if (widget := self.focusWidget()) is not None and self._asked.isAncestorOf(widget):
            self._area.ensureWidgetVisible(widget, 0, SPACE_XL + SPACE_XS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _SIDE_BY_SIDE
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._line.setFixedSize(*((1, event.size().height()) if beside else (event.size().width(), 1)))
        self._beside.setFixedSize(
            _DOCUMENTS_WIDTH if beside else event.size().width(),
            event.size().height() if beside else min(_DOCUMENTS_HEIGHT, event.size().height() * 9 // 20),
        )


def _missing_words(questions: int, faults: int, books: int) -> str:
    if not questions:
        return _("Write at least one question.")
    if faults:
        return _("One row cannot be asked yet.") if faults == 1 else _("{n} rows cannot be asked yet.").format(n=faults)
    return "" if books else _("Tick the documents that are asked.")


def _said(questions: int, books: int) -> str:
    asked = _("1 question") if questions == 1 else _("{n} questions").format(n=count(questions))
    of = _("1 document") if books == 1 else _("{n} documents").format(n=count(books))
    return f"{asked} · {of}"

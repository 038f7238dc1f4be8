"""One question of a new table: its fields in a line, and below them what only some questions need."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from app.core.conversations.values import ValueKind
from app.features.tables.rows import QuestionRow, RowFault
from app.features.tables.words import fault_words, kind_choices
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_S, SPACE_XS, SPACE_XXL
from app.ui.widgets.buttons import ChoiceButton, MenuButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column, row
from app.wording.i18n import _
from app.wording.units import count

NUMBER_WIDTH, KIND_WIDTH = 24, 214
QUESTION_SHARE, NAME_SHARE = 5, 2
_HEIGHT = 34  # px, as that of a button
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_RETURNS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Field(QLineEdit):
    """A line of a row. The signals are what a person wants of the row by key."""

    next_wanted = Signal()
    stepped = Signal(int)
    moved = Signal(int)
    removed = Signal()
    emptied = Signal()
    undo_wanted = Signal()

    def __init__(self, name: str, example: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(example)
        self.setFixedHeight(_HEIGHT)

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key in _RETURNS:
            self.next_wanted.emit()
        elif key in _STEPS:
            (self.moved if alt else self.stepped).emit(_STEPS[Qt.Key(key)])
        elif key == Qt.Key.Key_Delete and alt:
            self.removed.emit()
        elif key == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable():
            self.undo_wanted.emit()
        else:
            super().keyPressEvent(event)


class QuestionRowView(QWidget):
    """A row. Its signals carry this view, and what a person wants with it: `edited` tells that something else is
    written in it; `written` that a text of several lines, or a whole question, is in its first field; `stepped` and
    `moved` carry so many rows down."""

    edited = Signal(object)
    written = Signal(object)
    next_wanted = Signal(object)
    stepped = Signal(object, int)
    moved = Signal(object, int)
    removed = Signal(object)
    undo_wanted = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._unfolded = False
        self.number = PlainLabel(role="small")
        self.number.setFixedWidth(NUMBER_WIDTH)
        self.question = _Field(_("Question"))
        self.name = _Field(_("Heading"))
        self.kind = ChoiceButton(kind_choices(), ValueKind.PROSE.value)
        self.kind.setAccessibleName(_("Kind of answer"))
        self.kind.setFixedWidth(KIND_WIDTH)
        self.choices = _Field(_("Choices"), _("tenant, landlord"))
        self.more = _Field(_("Further instructions"), _("If there are several, name the latest."))
        self.fault = PlainLabel(role="failure-small", wraps=True)
        self.menu_button = MenuButton(icons, Symbol.MORE, _("More"))
        self._menu = self._make_menu()
        self.menu_button.use(self._menu)
        self._connect()
        first = (self.number, (self.question, QUESTION_SHARE), (self.name, NAME_SHARE), self.kind, self.menu_button)
        below = column(self.choices, self.more, self.fault, spacing=SPACE_XS)
        self._below = boxed(below)
        below.setContentsMargins(NUMBER_WIDTH + SPACE_S, 0, SPACE_XXL + SPACE_S, 0)
        column(row(*first, spacing=SPACE_S), self._below, of=self, spacing=SPACE_XS)

    def _connect(self) -> None:
        for field in (self.question, self.name, self.choices, self.more):
            field.textEdited.connect(self._on_edited)
            field.editingFinished.connect(self._on_left)
            field.next_wanted.connect(partial(self.next_wanted.emit, self))
            field.stepped.connect(self._step)
            field.moved.connect(self._move)
            field.removed.connect(partial(self.removed.emit, self))
            field.emptied.connect(self._on_emptied)
            field.undo_wanted.connect(self.undo_wanted)
        self.kind.chosen.connect(self._on_edited)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        self.up = menu.addAction(_("Move up") + "\tAlt+Up", partial(self._move, -1))
        self.down = menu.addAction(_("Move down") + "\tAlt+Down", partial(self._move, 1))
        menu.addAction(_("Further instructions"), self.unfold)
        menu.addSeparator()
        menu.addAction(_("Remove") + "\tAlt+Delete", partial(self.removed.emit, self))
        return menu

    # ---- what is shown

    @property
    def row(self) -> QuestionRow:
        """The row as it is written now."""
        return QuestionRow(
            *(self.question.text(), self.name.text(), ValueKind(self.kind.value())),
            *(self.choices.text(), self.more.text()),
        )

    def show_row(self, shown: QuestionRow, number: int, *, locked: bool) -> None:
        if shown != self.row:
            self._unfolded = bool(shown.more)
        self.question.show_text(shown.question)
        self.name.show_text(shown.name)
        self.choices.show_text(shown.choices)
        self.more.show_text(shown.more)
        self.kind.set_value(shown.kind.value)
        self.number.setText(count(number))
        is_first = number == 1 and shown.is_empty
        self.question.setPlaceholderText(_("When does the lease end?") if is_first else "")
        self.name.setPlaceholderText(_("End of term") if is_first else "")
        self.menu_button.set_name(_("More about question {number}").format(number=count(number)))
        for field in (self.question, self.name, self.choices, self.more):
            field.setReadOnly(locked)
        for button in (self.kind, self.menu_button):
            button.setEnabled(not locked)

    def show_fault(self, fault: RowFault | None) -> None:
        """Say what is wrong with the row, and show the fields that it needs."""
        shown = self.row
        self.fault.setText(fault_words(fault, shown) if fault is not None else "")
        self.question.setAccessibleDescription(self.fault.text())
        is_choice, has_more = shown.kind is ValueKind.CHOICE, self._unfolded or bool(shown.more)
        self.kind.rename(kind_choices(shown.choices))
        self.choices.setVisible(is_choice)
        self.more.setVisible(has_more)
        self.fault.setVisible(fault is not None)
        self._below.setVisible(is_choice or has_more or fault is not None)

    @Slot()
    def unfold(self) -> None:
        """Show the field for further instructions, and let the person write in it."""
        self._unfolded = True
        self._below.show()
        self.more.show()
        self.more.setFocus()

    # ---- what a person does

    @Slot()
    def _on_edited(self) -> None:
        if any(end in self.question.text() for end in "\n\r\u2028"):
            self.written.emit(self)
        else:
            self.edited.emit(self)

    @Slot()
    def _on_left(self) -> None:
        if self.question.text().startswith("["):
            self.written.emit(self)

    @Slot()
    def _on_emptied(self) -> None:
        """Remove a row in which nothing is written, after Backspace."""
        if self.row.is_empty:
            self.removed.emit(self)

    @Slot(int)
    def _step(self, by: int) -> None:
        self.stepped.emit(self, by)

    @Slot(int)
    def _move(self, by: int) -> None:
        self.moved.emit(self, by)

"""The rows of the settings, each with its name, its explanation and its field; and the sections that they are in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS
from app.ui.settings.editors import Editor
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel, Separator, set_role
from app.ui.widgets.layouts import STRETCH, column, row


class SettingRow(QWidget):
    """A row. `words` are all that it is found by; `is_wanted` tells whether it applies now."""

    def __init__(self, title: str, help_text: str, field: QWidget, *, words: str = "") -> None:
        super().__init__()
        self.field = field
        self.words = " ".join((title, help_text, words)).casefold()
        self.is_wanted = True
        self.help = PlainLabel(help_text, role="small", wraps=True)
        self.problem = PlainLabel(role="failure-small", wraps=True)
        self.problem.hide()
        field.setAccessibleName(title)
        field.setAccessibleDescription(help_text)
        said = column(PlainLabel(title, role="setting"), self.help, self.problem, spacing=2)
        margins = (0, SPACE_M, 0, SPACE_M)
        if isinstance(field, Editor) and field.below:
            inner: QVBoxLayout = column(said, field, margins=margins, spacing=SPACE_S)
        else:
            place = (field, Qt.AlignmentFlag.AlignVCenter)
            inner = column(row((column(STRETCH, said, STRETCH), 1), place, spacing=SPACE_XL), margins=margins)
        column(inner, Separator(), of=self)

    def show_problem(self, words: str) -> None:
        """Show why its value was refused; an empty text means that it was taken."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def matches(self, wanted: list[str]) -> bool:
        """Return whether all of these words, in lower case, are in the row."""
        return all(word in self.words for word in wanted)


class ButtonRow(SettingRow):
    """A row for something that can be done, in the place of a value."""

    acted = Signal(str)

    def __init__(self, title: str, help_text: str, *buttons: tuple[str, str]) -> None:
        """`buttons` are pairs: a key, which `acted` carries, and the words on its button."""
        self._title = title
        self._buttons: dict[str, TextButton] = {}
        super().__init__(title, help_text, QWidget())
        self._line = row(of=self.field, spacing=SPACE_S)
        self.show_buttons(help_text, *buttons)

    def show_buttons(self, help_text: str, *buttons: tuple[str, str]) -> None:
        """Show a help text, and a button (key and words) for each thing that can be done now."""
        self.help.setText(help_text)
        for button in self._buttons.values():
            button.hide()
        for key, words in buttons:
            if key not in self._buttons:
                made = self._buttons[key] = TextButton(words)
                made.clicked.connect(partial(self._tell, key))
                self._line.addWidget(made)
            self._buttons[key].setText(words)
            self._buttons[key].setAccessibleName(f"{self._title}: {words}")
            self._buttons[key].show()

    def button(self, key: str) -> TextButton:
        return self._buttons[key]

    def _tell(self, key: str) -> None:
        self.acted.emit(key)


class SectionView(QWidget):
    """A section: a heading, a note and rows."""

    def __init__(self, title: str, note: str, rows: list[SettingRow]) -> None:
        super().__init__()
        self.title, self.rows = title, rows
        self._heading = PlainLabel(title, role="display")
        self._note = PlainLabel(note, role="small", wraps=True)
        self._note.setVisible(bool(note))
        self._has_note = bool(note)
        head = column(self._heading, self._note, margins=(0, 0, 0, SPACE_XS), spacing=SPACE_S)
        self._column = column(head, *rows, of=self)

    @property
    def is_wanted(self) -> bool:
        return any(each.is_wanted for each in self.rows)

    def show_all(self) -> None:
        """Show all rows that are wanted, as the only section in the dialog."""
        set_role(self._heading, "display")
        self._note.setVisible(self._has_note)
        self._column.setContentsMargins(0, 0, 0, 0)
        for each in self.rows:
            each.setVisible(each.is_wanted)
        self.setVisible(True)

    def show_found(self, wanted: list[str]) -> bool:
        """Show only the rows with these words, under a smaller heading; return whether there are any."""
        set_role(self._heading, "section")
        self._note.hide()
        self._column.setContentsMargins(0, 0, 0, SPACE_L)
        for each in self.rows:
            each.setVisible(each.is_wanted and each.matches(wanted))
        found = any(not each.isHidden() for each in self.rows)
        self.setVisible(found)
        return found

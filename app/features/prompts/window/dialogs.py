"""The dialogs in which saved prompts are written."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QPlainTextEdit, QWidget

from app.features.prompts.data import MOST_CHARACTERS, NAME_CHARACTERS, SavedPrompt
from app.features.prompts.service import checked
from app.ui.look.theme import SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row
from app.wording.i18n import _

_TEXT_HEIGHT = 140
_SHORTCUT_WIDTH = 100
_LIST_HEIGHT, _LIST_WIDTH = 240, 560


class PromptDialog(SmallDialog):
    """A dialog for one saved prompt, or a new one; `given` carries it."""

    given = Signal(object)  # SavedPrompt

    def __init__(self, prompt: SavedPrompt | None = None, parent: QWidget | None = None) -> None:
        known = prompt or SavedPrompt("", "", "")
        self._id = known.id
        self.name, self.shortcut = QLineEdit(known.name), QLineEdit(known.shortcut)
        self.text = QPlainTextEdit(known.text)
        self.text.setProperty("role", "framed")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(_TEXT_HEIGHT)
        self.name.setMaxLength(NAME_CHARACTERS)
        self.name.setPlaceholderText(_("Name"))
        self.name.setAccessibleName(_("Name"))
        self.shortcut.setPlaceholderText(_("Shortcut"))
        self.shortcut.setAccessibleName(_("Shortcut"))
        self.shortcut.setFixedWidth(_SHORTCUT_WIDTH)
        self.text.setPlaceholderText(_("What you want to ask"))
        self.text.setAccessibleName(_("Text"))
        body = boxed(column(row((self.name, 1), self.shortcut, spacing=SPACE_S), self.text, spacing=SPACE_S))
        sentence = _("Type / in an empty question to choose a saved prompt by its name or its shortcut.")
        super().__init__(_("Saved prompt"), sentence, _("Save"), body=body, parent=parent)
        for edited in (self.name.textChanged, self.text.textChanged):
            edited.connect(self._enable)
        self._enable()
        self.name.setFocus()

    def accept(self) -> None:
        self.given.emit(checked(self.name.text(), self.text.toPlainText(), self.shortcut.text(), self._id))
        super().accept()

    @Slot()
    def _enable(self) -> None:
        text = self.text.toPlainText().strip()
        self.action.setEnabled(bool(self.name.text().strip()) and 0 < len(text) <= MOST_CHARACTERS)


class PromptsDialog(QDialog):
    """The list of all saved prompts. `kept` carries one that is new or was changed, with the dialog in which it was
    written; `deleted` carries an id."""

    kept = Signal(object, object)  # SmallDialog, SavedPrompt
    deleted = Signal(str)
    import_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Saved prompts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._prompts: tuple[SavedPrompt, ...] = ()
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setAccessibleName(_("Saved prompts"))
        self.list.setMinimumHeight(_LIST_HEIGHT)
        self.list.itemActivated.connect(self._edit)
        self.list.currentRowChanged.connect(self._enable)
        self.new, self.edit, self.remove = TextButton(_("New…")), TextButton(_("Edit…")), TextButton(_("Delete"))
        self.taking, self.writing = TextButton(_("Import…")), TextButton(_("Export…"))
        close = TextButton(_("Close"), role="primary")
        self.new.clicked.connect(self._make)
        self.edit.clicked.connect(self._edit)
        self.remove.clicked.connect(self._delete)
        self.taking.clicked.connect(self.import_wanted)
        self.writing.clicked.connect(self.export_wanted)
        close.clicked.connect(self.accept)
        self._lay_out(close)

    def _lay_out(self, close: TextButton) -> None:
        changing = (self.new, self.edit, self.remove)
        column(
            PlainLabel(_("Saved prompts"), role="heading"),
            PlainLabel(
                _("What you ask often. Type / in an empty question to choose one. Export and import include your"
                  " instructions from the settings."),
                wraps=True,
            ),
            (self.list, 1),
            row(*changing, STRETCH, self.taking, self.writing, close, spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_S,
        )  # fmt: skip
        self.setMinimumWidth(_LIST_WIDTH)

    def show_prompts(self, prompts: tuple[SavedPrompt, ...]) -> None:
        place, self._prompts = self.list.currentRow(), prompts
        self.list.clear()
        self.list.addItems([f"{p.name}   /{p.shortcut}" if p.shortcut else p.name for p in prompts])
        self.list.setCurrentRow(min(max(0, place), len(prompts) - 1))
        self._enable()

    @Slot()
    def _enable(self) -> None:
        for button in (self.edit, self.remove):
            button.setEnabled(self._chosen() is not None)

    @Slot()
    def _make(self) -> None:
        self._open(PromptDialog(None, self))

    @Slot()
    def _edit(self) -> None:
        if (prompt := self._chosen()) is not None:
            self._open(PromptDialog(prompt, self))

    @Slot()
    def _delete(self) -> None:
        if (prompt := self._chosen()) is not None:
            self.deleted.emit(prompt.id)

    def _open(self, dialog: PromptDialog) -> None:
        dialog.given.connect(partial(self.kept.emit, dialog))
        dialog.open()

    def _chosen(self) -> SavedPrompt | None:
        place = self.list.currentRow()
        return self._prompts[place] if 0 <= place < len(self._prompts) else None

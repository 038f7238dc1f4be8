"""A dialog that shows the names and numbers a server would read, to be looked through before a question is sent
there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from app.features.pseudonyms.data import Pseudonym
from app.features.pseudonyms.window.rows import OutboundChoice, OutboundDelegate, OutboundList
from app.features.pseudonyms.words import limits_words
from app.ui.chat.writing.image_consent_dialog import images_words
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XL
from app.ui.shelf.lists import ShelfListView
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import choices
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, column, row
from app.ui.widgets.switch import Switch
from app.wording.i18n import _
from app.wording.units import count

_WIDTH, _HEIGHT = 640, 640
_AROUND = 48  # px of the window that stay in sight around it


class OutboundView(ShelfListView):
    """The list of names. Return and Space tick a row, or take the tick off."""

    ticked = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self.currentIndex().isValid():
            self.ticked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class OutboundDialog(QDialog):
    """The dialog. `decided` carries a `OutboundChoice`."""

    decided = Signal(object)

    def __init__(self, icons: Icons, host: str = "", parent: QWidget | None = None, *, shows: bool = False) -> None:
        """`host` is that of the server that the question goes to; empty for a file. `shows` tells that images go there,
        too."""
        super().__init__(parent)
        title = _("Before this goes to {host}").format(host=host) if host else _("Names in the exported file")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        room = parent.size() if parent is not None else self.screen().availableSize()
        self.resize(min(_WIDTH, room.width() - _AROUND), min(_HEIGHT, room.height() - _AROUND))
        self.entries = OutboundList(self)
        self.view = OutboundView(_("Names and numbers"))
        self.view.setModel(self.entries)
        self.view.setItemDelegate(OutboundDelegate(icons, self.view))
        self.line = PlainLabel(_("Looking for names and numbers…"), wraps=True)
        self.field = QLineEdit(placeholderText=_("Another name or word to replace"))
        self.field.setAccessibleName(_("Another name or word to replace"))
        self.add_button = TextButton(_("Add"))
        self.images = PlainLabel(images_words(host), role="small", wraps=True)
        self.images.setVisible(shows)
        self.always = Switch(icons.theme, False)
        self.always.setAccessibleName(_("From now on without asking"))
        self.cancel, self.action = choices(self, _("Replace and send") if host else _("Replace and export…"))
        self.as_is = TextButton(_("Send as it is") if host else _("Export as it is…"))
        self._host = host
        for button in (self.add_button, self.as_is, self.action):
            button.setEnabled(False)
        self._lay_out(PlainLabel(title, role="heading"))
        self.field.returnPressed.connect(self._add)
        self.field.textChanged.connect(self._on_text)
        self.add_button.clicked.connect(self._add)
        self.as_is.clicked.connect(self._send_as_is)
        self.entries.changed.connect(self._show)
        self.view.ticked.connect(self.entries.toggle)

    def _lay_out(self, heading: QWidget) -> None:
        limits = PlainLabel(limits_words(), role="small", wraps=True)
        head = column(
            heading, self.line, limits, self.images, margins=(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_S), spacing=SPACE_S
        )
        listed = row((self.view, 1), margins=(SPACE_L, 0, SPACE_L, 0))
        adding = row((self.field, 1), self.add_button, margins=(SPACE_XL, SPACE_S, SPACE_XL, SPACE_L), spacing=SPACE_S)
        margins = (SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        always = PlainLabel(_("From now on without asking"))
        always.setBuddy(self.always)
        for widget in (always, self.always):
            widget.setVisible(bool(self._host))
        sending = row(self.cancel, self.as_is, self.action, spacing=SPACE_S)
        buttons = row(self.always, always, STRETCH, sending, margins=margins, spacing=SPACE_S)
        column(head, (listed, 1), adding, Separator(), buttons, of=self)

    def show_found(self, found: Sequence[Pseudonym]) -> None:
        self.entries.show(found)
        self.as_is.setEnabled(True)
        self.action.setEnabled(True)
        self.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def accept(self) -> None:
        self.decided.emit(replace(self.entries.choice, always=self.always.isChecked()))
        super().accept()

    @Slot()
    def _send_as_is(self) -> None:
        self.decided.emit(OutboundChoice(replaces=False, always=self.always.isChecked()))
        super().accept()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.add_button.setEnabled(bool(text.strip()))

    @Slot()
    def _add(self) -> None:
        if self.field.text().strip():
            at = self.entries.add(self.field.text())
            self.field.clear()
            self.view.setCurrentIndex(at)
            self.view.scrollTo(at)

    @Slot()
    def _show(self) -> None:
        entries = self.entries.entries
        ticked = sum(map(self.entries.is_ticked, entries))
        words = _("What is ticked is replaced on the way there, and put back in the answer: {n} of {total}.")
        if not self._host:
            words = _("What is ticked is replaced in the file: {n} of {total}. Here it stays, so you can look it up.")
        if not entries:
            words = _("No names or numbers were found.")
        self.line.setText(words.format(n=count(ticked), total=count(len(entries))))

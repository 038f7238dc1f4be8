"""Dialogs that ask a person before a backup is made, and while one is restored."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QProgressBar, QWidget

from app.features.backup.data import BackupSizes
from app.features.backup.words import contents_words
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme
from app.ui.settings.passphrase import NewPassphrase, SecretLine
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column, row
from app.ui.widgets.switch import Switch
from app.wording.i18n import _
from app.wording.units import size

_STEPS = 1000


class BackupDialog(SmallDialog):
    """A dialog before a backup is made. `given` carries the passphrase, and whether saved readings shall be in it."""

    given = Signal(str, bool)

    def __init__(self, sizes: BackupSizes, theme: Theme, parent: QWidget | None = None) -> None:
        self.chosen = NewPassphrase()
        self.readings = Switch(theme, on=False)
        parts: list[object] = [self.chosen]
        if sizes.readings_bytes:
            parts.append(self._readings_row(sizes))
        body = boxed(column(*parts, margins=(0, SPACE_S, 0, 0), spacing=SPACE_L))  # type: ignore[arg-type]
        super().__init__(_("Back up everything"), contents_words(sizes), _("Choose a file…"), body=body, parent=parent)
        self.chosen.changed.connect(self._look)
        self._look()
        self.chosen.setFocus()

    def accept(self) -> None:
        if self.action.isEnabled():
            self.given.emit(self.chosen.text(), self.readings.isChecked())
            super().accept()

    def _readings_row(self, sizes: BackupSizes) -> QWidget:
        title = PlainLabel(_("With saved readings"))
        words = _("{size} more. No document has to be read again, on a computer with the same model.")
        help_ = PlainLabel(words.format(size=size(sizes.readings_bytes)), role="small", wraps=True)
        self.readings.setAccessibleName(title.text())
        self.readings.setAccessibleDescription(help_.text())
        return boxed(row((column(title, help_, spacing=SPACE_XS), 1), self.readings, spacing=SPACE_M))

    @Slot()
    def _look(self) -> None:
        self.fit_height()
        self.action.setEnabled(self.chosen.ready)


class RestoreDialog(SmallDialog):
    """A dialog for restoring. `given` carries the passphrase. The dialog stays open: it shows how far the restoring is,
    and what went wrong. `stopped` tells that it was left. After `show_done` its button says that the person is through,
    by `ended`."""

    given = Signal(str)
    stopped = Signal()
    ended = Signal()

    def __init__(self, file: str, parent: QWidget | None = None) -> None:
        """`file` is the name of the backup."""
        self.line = SecretLine(_("Passphrase"))
        self.bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self.step = PlainLabel(role="small")
        self.done_words = PlainLabel(wraps=True)
        self._is_done = False
        self._busy = boxed(column(self.bar, self.step, spacing=SPACE_XS))
        body = boxed(column(self.line, self._busy, self.done_words, spacing=SPACE_M))
        for hidden in (self._busy, self.done_words):
            hidden.hide()
        words = _("Enter the passphrase that was chosen when the backup “{file}” was made.").format(file=file)
        super().__init__(_("Restore from a backup"), words, _("Restore"), body=body, parent=parent)
        self.line.changed.connect(self._look)
        self._look()
        self.line.setFocus()

    def accept(self) -> None:
        if self._is_done:
            super().accept()
            self.ended.emit()
        elif self.action.isEnabled():
            self._show_busy(True)
            self.given.emit(self.line.text())

    def reject(self) -> None:
        self.stopped.emit()
        super().reject()

    def show_fraction(self, fraction: float) -> None:
        self.bar.setValue(round(_STEPS * fraction))
        self.step.setText(_("Restoring: {percent} %").format(percent=int(100 * fraction)))
        self.bar.setAccessibleName(self.step.text())

    def show_problem(self, words: str) -> None:
        self._show_busy(False)
        super().show_problem(words)
        self.line.line.selectAll()
        self.line.setFocus()

    def show_done(self, words: str) -> None:
        self._show_busy(False)
        self._is_done = True
        self.line.hide()
        self.cancel.hide()
        self.said.hide()
        self.done_words.setText(words)
        self.done_words.show()
        self.action.setText(_("Open it"))
        self.action.setEnabled(True)
        self.action.setFocus()
        self.setAccessibleDescription(words)
        self.fit_height()

    def _show_busy(self, busy: bool) -> None:
        self.problem.hide()
        self._busy.setVisible(busy)
        self.line.setEnabled(not busy)
        self.action.setEnabled(not busy)
        self.show_fraction(0)
        self.fit_height()

    @Slot()
    def _look(self) -> None:
        self.action.setEnabled(bool(self.line.text()))

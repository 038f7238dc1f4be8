"""The passphrase: set, changed and removed in the window, and asked for when the program starts."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from app.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel, set_role
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.passphrase import MOST_SCORE, strength

_GOOD = 3  # of the scores


class PassphraseStep(StrEnum):
    SET = "set"
    CHANGE = "change"
    REMOVE = "remove"


class SecretLine(QWidget):
    """A line for a passphrase, shown as dots, under its name."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.show_as_text(False)
        self.line.textChanged.connect(self.changed)
        column(PlainLabel(name, role="small"), self.line, of=self, spacing=SPACE_XS)
        self.setFocusProxy(self.line)

    def text(self) -> str:
        return self.line.text()

    def show_as_text(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        self.line.setInputMethodHints(hints)


class StrengthBar(QWidget):
    """How hard a passphrase is to guess: a bar, and the same in words."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar(textVisible=False, maximum=MOST_SCORE + 1)
        self.bar.setAccessibleName(_("Strength"))
        self.words = PlainLabel(role="small", wraps=True)
        column(self.bar, self.words, of=self, spacing=SPACE_XS)
        self.show_strength("")

    def show_strength(self, passphrase: str) -> None:
        found = strength(passphrase) if passphrase else None
        self.bar.setValue(found.score + 1 if found else 0)
        set_role(self.bar, "good" if found and found.score >= _GOOD else "weak")
        advice = _("Four or five unrelated words are easy to keep and hard to guess.")
        self.words.setText(found.words if found else advice)
        self.bar.setAccessibleDescription(self.words.text())


class PassphraseDialog(SmallDialog):
    """`given` carries the present passphrase and the new one, each empty where there is none. It stays open until
    `close_done`, since the present one may be wrong."""

    given = Signal(str, str)

    def __init__(self, step: PassphraseStep, parent: QWidget | None = None, reason: str = "") -> None:
        """`reason`: why one has to be set before the desk opens; then the program ends without."""
        self._step = step
        self.present = SecretLine(_("Present passphrase"))
        self.new = SecretLine(_("New passphrase") if step is PassphraseStep.CHANGE else _("Passphrase"))
        self.again = SecretLine(_("The same once more"))
        self.strength = StrengthBar()
        self.reveal = TextButton(_("Show what I type"), role="link")
        self.reveal.setCheckable(True)
        self.problem = PlainLabel(role="failure-small", wraps=True)
        self.problem.hide()
        title, sentence, action = _words(step)
        sentence, leave = (f"{reason} {sentence}", _("Quit")) if reason else (sentence, "")
        super().__init__(title, sentence, action, body=self._body(), leave=leave, parent=parent)
        self._action = action
        self.reveal.toggled.connect(self._reveal)
        for line in self._lines():
            line.changed.connect(self._look)
        self._look()
        self._lines()[0].setFocus()

    def show_problem(self, words: str) -> None:
        """Why nothing was changed."""
        self._set_busy(False)
        self.problem.setText(words)
        self.problem.show()
        self.fit_height()
        self._lines()[0].setFocus()
        self._lines()[0].line.selectAll()

    def show_wrong(self) -> None:
        """The desk did not open."""
        self.show_problem(_("This passphrase is wrong. Try again."))

    def close_done(self) -> None:
        """It is done."""
        super().accept()

    def accept(self) -> None:
        if self.action.isEnabled():
            self._set_busy(True)
            self.given.emit(self.present.text(), self.new.text())

    def _lines(self) -> list[SecretLine]:
        return {
            PassphraseStep.SET: [self.new, self.again],
            PassphraseStep.CHANGE: [self.present, self.new, self.again],
            PassphraseStep.REMOVE: [self.present],
        }[self._step]

    def _body(self) -> QWidget:
        lines: list[QWidget] = []
        for line in self._lines():
            lines.append(line)
            if line is self.new:
                lines.append(self.strength)
        foot = row(self.reveal, STRETCH, margins=(-SPACE_XS, 0, 0, 0))  # its words begin where the lines do
        return boxed(column(*lines, foot, self.problem, margins=(0, SPACE_S, 0, 0), spacing=SPACE_M))

    @Slot()
    def _look(self) -> None:
        """Whether it can be done with what is typed."""
        new, again = self.new.text(), self.again.text()
        repeats = self._step is not PassphraseStep.REMOVE
        if repeats:
            self.strength.show_strength(new)
        self.problem.setText(_("The two are different."))
        self.problem.setVisible(repeats and not new.startswith(again))
        self.fit_height()
        self.action.setEnabled(all(line.text() for line in self._lines()) and (not repeats or new == again))

    def _set_busy(self, busy: bool) -> None:
        for widget in (*self._lines(), self.action):
            widget.setEnabled(not busy)
        self.action.setText(_("Encrypting…") if busy else self._action)

    @Slot(bool)
    def _reveal(self, shown: bool) -> None:
        for line in self._lines():
            line.show_as_text(shown)


def _words(step: PassphraseStep) -> tuple[str, str, str]:
    """Title, sentence and action."""
    forgotten = _(
        "If you forget it, nobody can open your conversations and books again: not you, and not the makers of Octavo."
        " Write it down, and keep it in a safe place."
    )
    match step:
        case PassphraseStep.SET:
            sentence = _("Octavo asks for it at each start. {forgotten}").format(forgotten=forgotten)
            return _("Set a passphrase"), sentence, _("Set passphrase")
        case PassphraseStep.CHANGE:
            return _("Change the passphrase"), forgotten, _("Change")
    sentence = _(
        "Octavo then opens without a question. Your data stays encrypted. Its key is stored in the keyring of the"
        " system or, without one, in a file next to the data."
    )
    return _("Remove the passphrase"), sentence, _("Remove")


class UnlockDialog(SmallDialog):
    """Asks for the passphrase when the program starts; `given` carries it. It stays open until the desk is, or the
    person quits."""

    given = Signal(str)

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        """`sentence`: what is locked."""
        self.secret = SecretLine(_("Passphrase"))
        self.problem = PlainLabel(role="failure-small", wraps=True)
        self.problem.hide()
        body = boxed(column(self.secret, self.problem, margins=(0, SPACE_S, 0, 0), spacing=SPACE_S))
        super().__init__(_("Octavo is locked"), sentence, _("Open"), body=body, leave=_("Quit"), parent=parent)
        self.secret.changed.connect(self._look)
        self._look()
        self.secret.setFocus()

    def show_wrong(self) -> None:
        """It was not the right one."""
        self._set_busy(False)
        self.problem.setText(_("This passphrase is wrong. Try again."))
        self.problem.show()
        self.fit_height()
        self.secret.setFocus()
        self.secret.line.selectAll()

    def close_done(self) -> None:
        """The desk is open."""
        super().accept()

    def accept(self) -> None:
        if self.action.isEnabled():
            self._set_busy(True)
            self.given.emit(self.secret.text())

    def _set_busy(self, busy: bool) -> None:
        self.problem.hide()
        self.secret.setEnabled(not busy)
        self.action.setEnabled(not busy)
        self.action.setText(_("Opening…") if busy else _("Open"))

    @Slot()
    def _look(self) -> None:
        self.action.setEnabled(bool(self.secret.text()))

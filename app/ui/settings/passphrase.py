"""The passphrase: set, changed and removed in the window."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from app.ui.kit.form import FormField
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel, set_role
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.passphrase import MOST_SCORE, strength, wrong_words


class PassphraseStep(StrEnum):
    SET = "set"
    CHANGE = "change"
    REMOVE = "remove"


class PassphraseWords(NamedTuple):
    """The words of the dialog that asks for a passphrase: its title, what it says, and its button."""

    title: str
    sentence: str
    action: str


class SecretLine(FormField):
    """A line for a passphrase, shown as dots, under its name."""

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

    @property
    def ready(self) -> bool:
        """True if something was typed."""
        return bool(self.line.text())

    def show_as_text(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        self.line.setInputMethodHints(hints)


class StrengthBar(QWidget):
    """A bar that shows how hard a passphrase is to guess, and the same in words."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar(textVisible=False, maximum=MOST_SCORE + 1)
        self.bar.setAccessibleName(_("Strength"))
        self.words = PlainLabel(role="small", wraps=True)
        column(self.bar, self.words, of=self, spacing=SPACE_XS)
        self.show_strength("")

    @property
    def enough(self) -> bool:
        """True if the passphrase that was shown last is strong enough to be set."""
        return self._enough

    def show_strength(self, passphrase: str) -> None:
        found = strength(passphrase) if passphrase else None
        self._enough = found is not None and found.enough
        self.bar.setValue(found.score + 1 if found else 0)
        set_role(self.bar, "good" if self._enough else "weak")
        advice = _("Four or five unrelated words are easy to keep and hard to guess.")
        self.words.setText(found.words if found else advice)
        self.bar.setAccessibleDescription(self.words.text())


class NewPassphrase(FormField):
    """A passphrase that is to be set, typed twice, with how hard it is to guess: wherever one is chosen."""

    def __init__(self, name: str = "") -> None:
        """`name` is written above the first line."""
        super().__init__()
        self.new, self.again = SecretLine(name or _("Passphrase")), SecretLine(_("The same once more"))
        self.strength = StrengthBar()
        self.problem = PlainLabel(_("The two are different."), role="failure-small", wraps=True)
        self.problem.hide()
        column(self.new, self.strength, self.again, self.problem, of=self, spacing=SPACE_M)
        self.setFocusProxy(self.new)
        for line in (self.new, self.again):
            line.changed.connect(self._look)

    def text(self) -> str:
        """Return the passphrase that was typed in the first line; it may be used once the field is `ready`."""
        return self.new.text()

    @property
    def ready(self) -> bool:
        """True if the passphrase is strong enough, and was typed twice."""
        return self.strength.enough and self.new.text() == self.again.text()

    def show_as_text(self, shown: bool) -> None:
        for line in (self.new, self.again):
            line.show_as_text(shown)

    @Slot()
    def _look(self) -> None:
        self.strength.show_strength(self.new.text())
        self.problem.setVisible(not self.new.text().startswith(self.again.text()))
        self.changed.emit()


class PassphraseDialog(SmallDialog):
    """A dialog that sets, changes or removes the passphrase. `given` carries the present passphrase and the new one,
    each empty if there is none. It waits until it is told whether the present one was right."""

    given = Signal(str, str)

    def __init__(
        self,
        step: PassphraseStep,
        parent: QWidget | None = None,
        reason: str = "",
        *,
        words: PassphraseWords | None = None,
    ) -> None:
        """`reason` says why one has to be set before the desk opens; the program ends without one. `words` are shown in
        the place of the usual ones."""
        self._step = step
        self.present = SecretLine(_("Present passphrase"))
        self.chosen = NewPassphrase(_("New passphrase") if step is PassphraseStep.CHANGE else "")
        self.reveal = TextButton(_("Show what I type"), role="link")
        self.reveal.setCheckable(True)
        title, sentence, action = words or _words(step)
        sentence, leave = (f"{reason} {sentence}", _("Quit")) if reason else (sentence, "")
        super().__init__(title, sentence, action, body=self._body(), leave=leave, parent=parent)
        self._action = action
        self.reveal.toggled.connect(self._reveal)
        self.present.changed.connect(self._look)
        self.chosen.changed.connect(self._look)
        self._look()
        self._parts()[0].setFocus()

    def wait(self) -> None:
        super().wait()
        self.action.setText(_("Encrypting…"))

    def show_problem(self, words: str) -> None:
        super().show_problem(words)
        self.action.setText(self._action)
        first = self.chosen.new if self.present not in self._parts() else self.present
        first.setFocus()
        first.line.selectAll()

    def show_wrong(self) -> None:
        """Say that the desk did not open with the passphrase."""
        self.show_problem(wrong_words())

    def accept(self) -> None:
        if self.action.isEnabled():
            self.wait()
            self.given.emit(self.present.text(), self.chosen.text())

    def _parts(self) -> list[QWidget]:
        match self._step:
            case PassphraseStep.SET:
                return [self.chosen]
            case PassphraseStep.CHANGE:
                return [self.present, self.chosen]
        return [self.present]

    def _body(self) -> QWidget:
        foot = row(self.reveal, STRETCH, margins=(-SPACE_XS, 0, 0, 0))  # its words begin where the lines do
        return boxed(column(*self._parts(), foot, margins=(0, SPACE_S, 0, 0), spacing=SPACE_M))

    @Slot()
    def _look(self) -> None:
        """Let the person go on if it can be done with what is typed."""
        self.problem.hide()
        self.fit_height()
        known = self.present not in self._parts() or bool(self.present.text())
        self.action.setEnabled(known and (self._step is PassphraseStep.REMOVE or self.chosen.ready))

    @Slot(bool)
    def _reveal(self, shown: bool) -> None:
        self.present.show_as_text(shown)
        self.chosen.show_as_text(shown)


def forgotten_words() -> str:
    """Say what follows if the passphrase is forgotten."""
    return _(
        "If you forget it, nobody can open your conversations and documents again: not you, and not the makers of"
        " Octavo. Write it down, and keep it in a safe place."
    )


def _words(step: PassphraseStep) -> PassphraseWords:
    match step:
        case PassphraseStep.SET:
            sentence = _("Octavo asks for it at each start. {forgotten}").format(forgotten=forgotten_words())
            return PassphraseWords(_("Set a passphrase"), sentence, _("Set passphrase"))
        case PassphraseStep.CHANGE:
            return PassphraseWords(_("Change the passphrase"), forgotten_words(), _("Change"))
    sentence = _(
        "Octavo then opens without a question. Your data stays encrypted. Its key is stored in the keyring of the"
        " system or, without one, in a file next to the data."
    )
    return PassphraseWords(_("Remove the passphrase"), sentence, _("Remove"))

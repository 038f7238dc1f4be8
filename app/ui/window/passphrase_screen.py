"""The screen that asks for the passphrase: in the place of everything else in the window, until the desk is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.ui.look.emblem import draw
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from app.ui.settings.passphrase import SecretLine
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.passphrase import wrong_words

_WIDTH, _HEIGHT = 360, 400
_EMBLEM = 64


class PassphraseScreen(QWidget):
    """The screen itself. `given` carries the passphrase; the screen stays until the desk is open (`ended`), or the
    person quits (`quit_wanted`). `files_given` carries files that were dropped here."""

    given = Signal(str)
    quit_wanted = Signal()
    files_given = Signal(object)  # list[Path]
    ended = Signal()

    def __init__(self, sentence: str = "", parent: QWidget | None = None) -> None:
        """`sentence` says why, if there is more to say than that the desk is locked."""
        super().__init__(parent)
        self.setAccessibleName(_("Octavo is locked"))
        self.setAcceptDrops(True)
        words = sentence or _("Enter your passphrase to open your documents and conversations.")
        self.sentence = PlainLabel(words, role="soft", wraps=True)
        self.secret = SecretLine(_("Passphrase"))
        self.secret.line.setAcceptDrops(False)
        self.problem = PlainLabel(role="failure-small", wraps=True)
        self.action = TextButton(_("Unlock"), role="primary")
        self.leave = TextButton(_("Quit"))
        self.waiting = PlainLabel(role="small", wraps=True)
        for late in (self.problem, self.waiting):
            late.hide()
        self._lay_out()
        self.secret.changed.connect(self._look)
        self.secret.line.returnPressed.connect(self.accept)
        self.action.clicked.connect(self.accept)
        self.leave.clicked.connect(self.quit_wanted)
        self.setFocusProxy(self.secret)
        self._look()

    def _more_actions(self) -> tuple[QWidget, ...]:
        """Return the widgets that stand beside the button that unlocks."""
        return ()

    def _remarks(self) -> tuple[PlainLabel, ...]:
        """Return the sentences at the foot, in their order."""
        return (self.waiting,)

    def _lay_out(self) -> None:
        emblem = QLabel()
        side = round(_EMBLEM * self.devicePixelRatioF())
        picture = QPixmap.fromImage(draw(side))
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        emblem.setPixmap(picture)
        foot = row(self.leave, STRETCH, *self._more_actions(), self.action, spacing=SPACE_S)
        body = boxed(
            column(
                (emblem, Qt.AlignmentFlag.AlignHCenter),
                SPACE_M,
                (PlainLabel(_("Octavo is locked"), role="display"), Qt.AlignmentFlag.AlignHCenter),
                SPACE_S,
                self.sentence,
                SPACE_L,
                self.secret,
                self.problem,
                SPACE_M,
                foot,
                SPACE_L,
                *self._remarks(),
                STRETCH,
                spacing=SPACE_S,
            )
        )
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for below in self._remarks():
            below.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        body.setFixedWidth(_WIDTH)
        body.setMinimumHeight(_HEIGHT)  # so that nothing moves when there is more to say
        column(
            (QFrame(), 2),
            (body, Qt.AlignmentFlag.AlignHCenter),
            (QFrame(), 3),
            of=self,
            margins=(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL),
        )

    # ---- what it says

    def show_wrong(self) -> None:
        """Say that the passphrase was not the right one."""
        self.show_problem(wrong_words())

    def show_problem(self, words: str) -> None:
        """Say why the desk did not open."""
        self._set_busy(False)
        self.problem.setText(words)
        self.problem.show()
        self.secret.setFocus()
        self.secret.line.selectAll()

    def show_files(self, count: int) -> None:
        """Say that so many files wait for the desk."""
        if count == 1:
            words = _("A file is waiting. Octavo opens it when it is unlocked.")
        else:
            words = _("{count} files are waiting. Octavo opens them when it is unlocked.").format(count=count)
        self.waiting.setText(words)
        self.waiting.setVisible(count > 0)

    @Slot()
    def accept(self) -> None:
        if self.action.isEnabled() and self.action.isVisible():
            self._set_busy(True)
            self.given.emit(self.secret.text())

    def _set_busy(self, busy: bool) -> None:
        self.problem.hide()
        self.secret.setEnabled(not busy)
        self.action.setEnabled(not busy)
        self.action.setText(_("Opening…") if busy else _("Unlock"))

    @Slot()
    def _look(self) -> None:
        self.action.setEnabled(bool(self.secret.text()))

    # ---- files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.files_given.emit(files)

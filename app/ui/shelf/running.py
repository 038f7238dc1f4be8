"""A card at the foot of the shelf for work that runs for a while: its title, how far it is, and a way to stop it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QProgressBar, QSizePolicy

from app.core.documents.untrusted import disarm
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import CORNER, SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.layouts import column, row
from app.wording.i18n import _

_STEPS = 1000
_STOP_ICON = 14
_ROOM = SPACE_S
"""The room above and below a card, in px, if one is shown."""


@dataclass(frozen=True)
class RunProgress:
    """The progress of something that runs. `words` say how far it is; `fraction` is from 0 to 1, None if nobody knows;
    `paused` is None if it cannot be paused."""

    title: str
    words: str
    fraction: float | None
    paused: bool | None = None


class RunningCard(QAbstractButton):
    """A card, hidden while nothing runs. A click opens what runs (`clicked`), if that can be opened."""

    stop_wanted = Signal()
    pause_wanted = Signal(bool)

    def __init__(self, icons: Icons, stop: str) -> None:
        """`stop` is the name of the button that stops it."""
        super().__init__()
        self._theme = icons.theme
        self._shown: RunProgress | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.title, self.words = ElidedLabel(), ElidedLabel(role="small")
        self.bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self.stop = IconButton(icons, Symbol.CLOSE, stop, size=_STOP_ICON)
        self.stop.clicked.connect(self.stop_wanted)
        self.pause = IconButton(icons, Symbol.PAUSE, _("Pause"), size=_STOP_ICON)
        self.pause.clicked.connect(self._pause)
        for part in (self.title, self.words, self.bar):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        said = column(self.title, self.words, SPACE_XS, self.bar, spacing=2)
        margins = (SPACE_S, SPACE_S + _ROOM, SPACE_S, SPACE_S + _ROOM)
        top = Qt.AlignmentFlag.AlignTop
        row((said, 1), (self.pause, top), (self.stop, top), of=self, margins=margins)
        icons.theme.repaint_on_change(self)
        self.hide()

    @property
    def shown(self) -> RunProgress | None:
        return self._shown

    @Slot(object)
    def show_run(self, run: RunProgress | None) -> None:
        """Show how far the run is; None if it has ended."""
        if run == self._shown:
            return
        self._shown = run
        if run is not None:
            title = disarm(run.title)
            self.title.setText(title)
            self.words.setText(run.words)
            self.setAccessibleName(title)
            self.setAccessibleDescription(run.words)
            self.bar.setAccessibleName(title)
            self.bar.setMaximum(_STEPS if run.fraction is not None else 0)
            self.bar.setValue(round(_STEPS * (run.fraction or 0.0)))
            self.pause.setVisible(run.paused is not None)
            self.pause.set_symbol(
                Symbol.GO_ON if run.paused else Symbol.PAUSE, _("Go on") if run.paused else _("Pause")
            )
        self.setVisible(run is not None)

    @Slot()
    def _pause(self) -> None:
        self.pause_wanted.emit(self._shown is not None and not self._shown.paused)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(SPACE_M, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if self.hasFocus() else 1.0
        painter.setPen(QPen(QColor(palette.accent if self.hasFocus() else palette.line), width))
        over = palette.wash if self.isDown() else palette.line
        painter.setBrush(QColor(over if self.underMouse() else palette.surface))
        inset = width / 2
        frame = QRectF(self.rect()).adjusted(inset, inset + _ROOM, -inset, -inset - _ROOM)
        painter.drawRoundedRect(frame, CORNER, CORNER)

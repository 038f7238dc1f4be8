"""The model chip: which model is at work, on what, how far its loading is; opens the choice of models."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.ui.look.theme import CORNER, SPACE_M, SPACE_S, Theme
from app.ui.widgets.labels import plain_tip, set_tip
from app.ui.widgets.popups import ChoiceMenu
from app.wording.i18n import _

_HEIGHT = 32
_DOT = 8
_LONGEST = 440


class ChipDot(StrEnum):
    """The states of the model that the chip's dot shows; the words say them too."""

    READY = "ready"
    WORKING = "working"
    DEAD = "dead"
    EMPTY = "empty"


@dataclass(frozen=True)
class ChipState:
    """The state of the chip. `fraction` from 0 to 1 draws progress along the lower edge; `tooltip` has the details."""

    mark: ChipDot
    name: str
    detail: str = ""
    fraction: float | None = None
    tooltip: str = ""


@dataclass(frozen=True)
class ModelEntry:
    """A line of the menu; an empty `path` is the starter."""

    path: str
    name: str
    detail: str
    current: bool


class ModelChip(QAbstractButton):
    model_chosen = Signal(str)
    file_wanted = Signal()
    reload_wanted = Signal()
    models_wanted = Signal()
    placement_wanted = Signal()
    menu_opening = Signal()
    larger_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state = ChipState(ChipDot.EMPTY, _("No model"))
        self._entries: tuple[ModelEntry, ...] = ()
        self._lead = self._remark = ""
        self.menu = ChoiceMenu(self)
        self.menu.setToolTipsVisible(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self.open_menu)
        theme.changed.connect(self._repaint)
        self.show_state(self._state)

    @property
    def state(self) -> ChipState:
        return self._state

    def show_state(self, state: ChipState) -> None:
        if state == self._state and self.accessibleName():
            return
        self._state = state
        spoken = f"{state.name}, {state.detail}" if state.detail else state.name
        self.setAccessibleName(_("Model: {model}").format(model=spoken))
        set_tip(self, state.tooltip or spoken)
        self.updateGeometry()
        self.update()

    def show_models(self, entries: tuple[ModelEntry, ...], *, lead: str = "", remark: str = "") -> None:
        """Show these models in the menu. `lead` are the words that come first in it, and lead to a larger model;
        `remark` are words at its head that lead nowhere."""
        self._entries, self._lead, self._remark = entries, lead, remark

    @Slot()
    def open_menu(self) -> None:
        self.menu_opening.emit()
        self.menu.clear()
        if self._remark:
            self.menu.addAction(self._remark).setEnabled(False)
            self.menu.addSeparator()
        if self._lead:
            self.menu.addAction(self._lead).triggered.connect(self.larger_wanted)
            self.menu.addSeparator()
        group = QActionGroup(self.menu)
        for entry in self._entries:
            action = QAction(f"{entry.name}   {entry.detail}".rstrip(), self.menu, checkable=True)
            action.setChecked(entry.current)
            action.setData(entry.path)
            action.setToolTip(plain_tip(entry.path))
            group.addAction(action)
            self.menu.addAction(action)
        group.triggered.connect(self._choose)
        self.menu.addSeparator()
        self.menu.addAction(_("Open a GGUF file…")).triggered.connect(self.file_wanted)
        self.menu.addAction(_("Load again")).triggered.connect(self.reload_wanted)
        self.menu.addSeparator()
        self.menu.addAction(_("Models…")).triggered.connect(self.models_wanted)
        self.menu.addAction(_("Advanced…")).triggered.connect(self.placement_wanted)
        self.menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.model_chosen.emit(action.data())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = 3 * SPACE_M + _DOT + metrics.horizontalAdvance(self._state.name)
        if self._state.detail:
            width += SPACE_S + metrics.horizontalAdvance(self._state.detail)
        return QSize(min(width + 2, _LONGEST), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * SPACE_M + _DOT + 80, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.hasFocus()
        edge = palette.accent if ring else palette.handle if self.underMouse() else palette.line
        inset = 1.0 if ring else 0.5
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.setPen(QPen(QColor(edge), 2 * inset))
        painter.setBrush(QColor(palette.wash if self.isDown() else palette.surface))
        painter.drawRoundedRect(frame, CORNER, CORNER)
        self._paint_progress(painter, frame)
        colour = {
            ChipDot.READY: palette.verified,
            ChipDot.WORKING: palette.near,
            ChipDot.DEAD: palette.not_found,
            ChipDot.EMPTY: palette.soft_ink,
        }[self._state.mark]
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(QRectF(SPACE_M, middle - _DOT / 2, _DOT, _DOT))
        self._paint_text(painter)

    def _paint_progress(self, painter: QPainter, frame: QRectF) -> None:
        if self._state.fraction is None:
            return
        clip = QPainterPath()
        clip.addRoundedRect(frame, CORNER, CORNER)
        painter.save()
        painter.setClipPath(clip)
        done = QRectF(frame.left(), frame.bottom() - 2, frame.width() * self._state.fraction, 2)
        painter.fillRect(done, QColor(self._theme.palette.working))
        painter.restore()

    def _paint_text(self, painter: QPainter) -> None:
        palette = self._theme.palette
        metrics = self.fontMetrics()
        left = 2 * SPACE_M + _DOT - 4
        room = self.width() - SPACE_M - left
        name = metrics.elidedText(self._state.name, Qt.TextElideMode.ElideRight, room)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(palette.ink))
        painter.drawText(QRectF(left, 0, room, self.height()), flags, name)
        used = metrics.horizontalAdvance(name) + SPACE_S
        if room - used > 3 * SPACE_M and self._state.detail:
            detail = metrics.elidedText(self._state.detail, Qt.TextElideMode.ElideRight, room - used)
            painter.setPen(QColor(palette.soft_ink))
            painter.drawText(QRectF(left + used, 0, room - used, self.height()), flags, detail)

    @Slot()
    def _repaint(self) -> None:
        self.update()

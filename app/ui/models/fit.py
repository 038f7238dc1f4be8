"""Shows how much memory a model takes of each device: a bar, its numbers, and a legend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XS, Palette, Theme
from app.ui.widgets.labels import ElidedLabel, PlainLabel, set_role
from app.ui.widgets.spine import SpineBar, SpinePart
from app.wording.i18n import _
from app.wording.units import size

_SWATCH = 10
_LINE = 20


class Share(StrEnum):
    """A purpose for which a part of the memory is taken."""

    WEIGHTS = "weights"
    PROJECTOR = "projector"
    CONTEXT = "context"
    WORKING = "working"
    KEPT = "kept"  # what other programs have, and what a plan leaves alone


@dataclass(frozen=True)
class FitSegment:
    """A part of a bar, with its `name` and `number` as the legend has them."""

    share: Share
    name: str
    number: str
    bytes: int


@dataclass(frozen=True)
class DeviceFit:
    """The memory of one device. `detail` is the sum, in words. `over` tells that it does not fit, since only
    `room_bytes` of all may be used."""

    name: str
    detail: str
    segments: tuple[FitSegment, ...]
    total_bytes: int
    room_bytes: int = 0
    over: bool = False


def colour_of(share: Share, palette: Palette) -> str:
    return {
        Share.WEIGHTS: palette.accent,
        Share.PROJECTOR: palette.projector,
        Share.CONTEXT: palette.context,
        Share.WORKING: palette.working,
        Share.KEPT: palette.handle,
    }[share]


class FitView(QWidget):
    """The bars of the devices, one below the other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.devices: list[DeviceView] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)

    def show_fit(self, devices: tuple[DeviceFit, ...]) -> None:
        while len(self.devices) < len(devices):
            view = DeviceView(self._theme)
            self.devices.append(view)
            self._column.addWidget(view)
        for view, device in zip(self.devices, devices, strict=False):
            view.show_fit(device)
        for number, view in enumerate(self.devices):
            view.setVisible(number < len(devices))
        self.setVisible(bool(devices))


class DeviceView(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._fit: DeviceFit | None = None
        self.name = PlainLabel(role="small")
        self.detail = ElidedLabel(role="small")
        self.detail.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.bar = SpineBar(theme)
        self.legend = Legend(theme)
        head = QHBoxLayout()
        head.setContentsMargins(3, 0, 3, 0)  # the bar keeps room for its focus ring
        head.setSpacing(SPACE_S)
        head.addWidget(self.name)
        head.addWidget(self.detail, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.legend)
        theme.changed.connect(self._recolour)

    def show_fit(self, fit: DeviceFit) -> None:
        self._fit = fit
        self.name.setText(fit.name)
        self.detail.setText(fit.detail)
        set_role(self.detail, "failure-small" if fit.over else "small")
        self.bar.setAccessibleName(_("{device}: {numbers}").format(device=fit.name, numbers=fit.detail))
        self.legend.show_segments(tuple(segment for segment in fit.segments if segment.share is not Share.KEPT))
        self._recolour()

    @Slot()
    def _recolour(self) -> None:
        if self._fit is None:
            return
        palette, fit = self._theme.palette, self._fit
        taken = [segment for segment in fit.segments if segment.share is not Share.KEPT]
        kept = [segment for segment in fit.segments if segment.share is Share.KEPT]
        free = fit.total_bytes - sum(segment.bytes for segment in fit.segments)
        parts = [_part(segment, palette) for segment in taken]
        if free > 0:
            parts.append(SpinePart(_("free · {size}").format(size=size(free)), free))
        parts += [_part(segment, palette) for segment in kept]
        self.bar.show_parts(tuple(parts), fit.room_bytes if fit.over else fit.total_bytes)


class Legend(QWidget):
    """The legend of the bars: swatches and numbers, in as many lines as they need."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._segments: tuple[FitSegment, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._repaint)

    def show_segments(self, segments: tuple[FitSegment, ...]) -> None:
        self._segments = segments
        self.setAccessibleName(", ".join(_words(segment) for segment in segments))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return len(self._lines(width)) * _LINE

    def sizeHint(self) -> QSize:
        return QSize(240, _LINE)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        for number, line in enumerate(self._lines(self.width())):
            for left, segment in line:
                top = number * _LINE + (_LINE - _SWATCH) / 2
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colour_of(segment.share, palette)))
                painter.drawRoundedRect(QRectF(left, top, _SWATCH, _SWATCH), 2, 2)
                painter.setPen(QColor(palette.soft_ink))
                area = QRectF(left + _SWATCH + SPACE_XS, number * _LINE, self.width(), _LINE)
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, _words(segment))

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(12)
        return font

    def _lines(self, width: int) -> list[list[tuple[int, FitSegment]]]:
        """Return the segments of each line with their left edges in px."""
        metrics = self.fontMetrics()
        lines: list[list[tuple[int, FitSegment]]] = []
        left = width + 1
        for segment in self._segments:
            wide = _SWATCH + SPACE_XS + metrics.horizontalAdvance(_words(segment))
            if not lines or left + wide > width:
                lines.append([])
                left = 3
            lines[-1].append((left, segment))
            left += wide + SPACE_L
        return lines

    @Slot()
    def _repaint(self) -> None:
        self.update()


def _words(segment: FitSegment) -> str:
    return f"{segment.name} {segment.number}"


def _part(segment: FitSegment, palette: Palette) -> SpinePart:
    return SpinePart(f"{segment.name} · {size(segment.bytes)}", segment.bytes, colour_of(segment.share, palette))

"""Octavo's own icon, drawn from its SVG: for the window, and for the packages that put it into menus."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.core.machine.paths import resources

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""The sides of icons in px that menus, panels and switchers ask for, by the freedesktop.org icon theme."""

_SMALL = 24
"""The side in px up to which a drawing with fewer leaves is used, which is drawn on whole pixels at 16."""


def draw(side: int) -> QImage:
    """Draw the icon, `side` pixels high and wide, on nothing."""
    name = "octavo-small.svg" if side <= _SMALL else "octavo.svg"
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(resources() / "icons" / name)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image


def icon() -> QIcon:
    """Make the icon in all sizes. Needs a QGuiApplication."""
    made = QIcon()
    for side in SIZES:
        made.addPixmap(QPixmap.fromImage(draw(side)))
    return made

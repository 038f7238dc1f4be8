"""Pictures that a person might show: a chart, a plan, a photograph of a kind, a timetable, a receipt; as PNG bytes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen, QPolygonF, QRadialGradient

from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import CLOTH

_INK = QColor("#222222")


def _png(width: int, height: int, draw: Callable[[QPainter], None], ground: str = "#FFFFFF") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def chart(title: str = "Berths let, in metres of quay") -> bytes:
    """1,640 x 980."""

    def draw(painter: QPainter) -> None:
        painter.setPen(_INK)
        painter.setFont(text_font(52))
        painter.drawText(QPointF(110, 110), title)
        painter.setFont(ui_font(30))
        for line in range(6):
            y = 850 - line * 130
            painter.setPen(QPen(QColor("#DDDDDD"), 2))
            painter.drawLine(QLineF(110, y, 1560, y))
            painter.setPen(_INK)
            painter.drawText(QRectF(10, y - 24, 85, 48), Qt.AlignmentFlag.AlignVCenter, str(line * 100))
        for number, value in enumerate((212, 248, 305, 290, 341, 402, 388, 455)):
            painter.fillRect(QRectF(150 + number * 175, 850 - value * 1.3, 110, value * 1.3), QColor(CLOTH[number]))
            painter.drawText(QRectF(150 + number * 175, 865, 110, 50), Qt.AlignmentFlag.AlignCenter, str(2018 + number))

    return _png(1640, 980, draw)


def plan() -> bytes:
    """1,200 x 1,500: rooms of a harbour office."""

    def draw(painter: QPainter) -> None:
        painter.setFont(ui_font(34))
        painter.setPen(QPen(_INK, 10))
        rooms = (
            (100, 100, 600, 500, "Harbour Master"),
            (700, 100, 400, 500, "Archive"),
            (100, 600, 350, 420, "Post"),
            (450, 600, 650, 420, "Counter hall"),
            (100, 1020, 1000, 380, "Quay 3"),
        )
        for x, y, width, height, name in rooms:
            painter.drawRect(QRectF(x, y, width, height))
            painter.drawText(QRectF(x, y, width, height), Qt.AlignmentFlag.AlignCenter, name)
        painter.setPen(QPen(QColor("white"), 12))
        for x, y in ((340, 600), (820, 600), (560, 1020)):
            painter.drawLine(QLineF(x, y, x + 90, y))
        painter.setPen(QPen(_INK, 3))
        painter.drawLine(QLineF(100, 1450, 1100, 1450))
        painter.drawText(QRectF(100, 1452, 1000, 46), Qt.AlignmentFlag.AlignCenter, "24.0 m")

    return _png(1200, 1500, draw)


def photograph() -> bytes:
    """2,400 x 1,600: a harbour in the evening."""

    def draw(painter: QPainter) -> None:
        sky = QLinearGradient(0, 0, 0, 950)
        for place, colour in ((0.0, "#26324E"), (0.55, "#A7667A"), (0.85, "#E9A15B"), (1.0, "#F6D58E")):
            sky.setColorAt(place, QColor(colour))
        painter.fillRect(QRectF(0, 0, 2400, 950), sky)
        sun = QRadialGradient(1650, 900, 420)
        sun.setColorAt(0, QColor(255, 244, 205, 255))
        sun.setColorAt(1, QColor(255, 210, 130, 0))
        painter.fillRect(QRectF(0, 0, 2400, 950), sun)
        sea = QLinearGradient(0, 950, 0, 1600)
        sea.setColorAt(0, QColor("#D99762"))
        sea.setColorAt(0.25, QColor("#6E5068"))
        sea.setColorAt(1, QColor("#1C2337"))
        painter.fillRect(QRectF(0, 950, 2400, 650), sea)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#1A1B25"))
        for x, height in ((150, 210), (420, 330), (560, 260), (900, 180), (1980, 300), (2200, 380)):
            painter.drawRect(QRectF(x, 950 - height, 170, height))
        painter.drawPolygon(
            QPolygonF([QPointF(1100, 1010), QPointF(1900, 1010), QPointF(1790, 1110), QPointF(1170, 1110)])
        )
        painter.setPen(QPen(QColor("#1A1B25"), 12))
        painter.drawLine(QLineF(1480, 1010, 1480, 640))
        painter.drawLine(QLineF(1480, 700, 1730, 1000))

    return _png(2400, 1600, draw)


def timetable() -> bytes:
    """8,000 x 200: tides through a year."""

    def draw(painter: QPainter) -> None:
        painter.setFont(ui_font(44))
        for month in range(12):
            painter.setPen(_INK)
            painter.drawText(QPointF(month * 660 + 60, 60), f"2025-{month + 1:02}")
            painter.setPen(QPen(QColor(CLOTH[month % len(CLOTH)]), 8))
            for day in range(30):
                high = 60 + 55 * abs(((day * 7 + month * 3) % 29) / 14.5 - 1)
                painter.drawLine(QLineF(month * 660 + 60 + day * 20, 190, month * 660 + 60 + day * 20, 190 - high))

    return _png(8000, 200, draw)


def receipt() -> bytes:
    """420 x 6,000: a very long one."""

    def draw(painter: QPainter) -> None:
        painter.setPen(_INK)
        painter.setFont(ui_font(40))
        painter.drawText(QPointF(60, 90), "Harbour dues")
        painter.setFont(ui_font(26))
        for row in range(140):
            y = 180 + row * 40
            painter.drawText(QPointF(40, y), f"Berth {row % 12 + 1}, day {row + 1}")
            painter.drawText(QRectF(280, y - 28, 110, 36), Qt.AlignmentFlag.AlignRight, f"{18 + row * 7 % 40}.50")

    return _png(420, 6000, draw)

"""A drawn page, as the reader would make of a PDF."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.core.conversations.image import Raster
from app.ui.look.fonts import text_font

_WIDTH, _HEIGHT = 1240, 1754


def letter(body: str, width: int) -> Raster:
    """A letter on A4, `width` pixels wide."""
    height = round(width * _HEIGHT / _WIDTH)
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(width / _WIDTH, width / _WIDTH)
    painter.setPen(QColor("#222222"))
    painter.setFont(text_font(46))
    painter.drawText(QRectF(150, 150, 900, 80), "Harbour Office")
    painter.setFont(text_font(28))
    painter.drawText(QRectF(150, 220, 900, 120), "Quay 3\nto the Tenant of Berths 1 to 12")
    painter.drawLine(150, 330, _WIDTH - 150, 330)
    words = (
        f"{body}\n\nAll other terms of the consolidated lease stand as they are. In particular, this letter grants "
        "no right with regard to the dry dock.\n\nThe record of handing over is signed by both parties on the quay; "
        "until then rent continues at the daily rate.\n\nFor the Landlord,\nthe Harbour Master"
    )
    painter.setFont(text_font(30))
    painter.drawText(QRectF(150, 400, _WIDTH - 300, 900), int(Qt.TextFlag.TextWordWrap), words)
    painter.end()
    return Raster(width, height, _rows(image))


def _rows(image: QImage) -> bytes:
    line = image.bytesPerLine()
    data = bytes(image.constBits())
    return b"".join(data[row * line : row * line + 3 * image.width()] for row in range(image.height()))

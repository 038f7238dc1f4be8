"""A film that a person might ask about: a walk through a harbour, in a few shots, some of which pan slowly."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache

import av
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen

from app.ui.look.fonts import text_font
from tests.tools.screens import pictures

SIZE = (1920, 1080)
_SHOTS = (("title", 14), ("evening", 41), ("cranes", 52), ("plan", 33), ("shed", 38), ("chart", 26), ("close", 18))
"""Seconds of each: 3:42 in all."""


@cache
def harbour_film(size: tuple[int, int] = SIZE) -> bytes:
    """An MP4 of one frame a second."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=1)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 8_000_000
        for image in _frames(size):
            frame = av.VideoFrame(*size, "rgb24")
            frame.planes[0].update(_rows(image, frame.planes[0].line_size))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frames(size: tuple[int, int]) -> Iterator[QImage]:
    drawn = {
        "evening": QImage.fromData(pictures.photograph()),
        "plan": QImage.fromData(pictures.plan()),
        "chart": QImage.fromData(pictures.chart()),
    }
    for shot, seconds in _SHOTS:
        for second in range(seconds):
            image = QImage(*SIZE, QImage.Format.Format_RGB888)
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            share = second / seconds
            if shot in drawn:
                _pan(painter, drawn[shot], share if shot == "evening" else 0.4, 0.0 if shot == "chart" else 0.5)
            else:
                {"title": _title, "cranes": _cranes, "shed": _shed, "close": _end}[shot](painter, share)
            painter.end()
            yield image.scaled(*size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _pan(painter: QPainter, image: QImage, share: float, down: float) -> None:
    """Over a band of an image, `down` of it from the top, from left to right."""
    painter.fillRect(painter.viewport(), QColor("#F4F1EA"))
    width = image.width() * 0.86
    height = min(image.height(), width * SIZE[1] / SIZE[0])
    left = (image.width() - width) * share
    top = (image.height() - height) * down
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(0, 0, *SIZE), image, QRectF(left, top, width, height))


def _title(painter: QPainter, share: float) -> None:
    painter.fillRect(painter.viewport(), QColor("#1B2634"))
    painter.setPen(QColor("#F1E7D3"))
    painter.setFont(text_font(120))
    painter.drawText(QRectF(0, 380, 1920, 180), Qt.AlignmentFlag.AlignCenter, "The outer harbour")
    painter.setFont(text_font(54))
    painter.setPen(QColor(241, 231, 211, round(60 + 190 * share)))
    painter.drawText(QRectF(0, 580, 1920, 100), Qt.AlignmentFlag.AlignCenter, "Survey of 17 May 2024")


def _end(painter: QPainter, share: float) -> None:
    painter.fillRect(painter.viewport(), QColor("#14181F"))
    painter.setFont(text_font(64))
    painter.setPen(QColor(220, 220, 220, round(255 * (1 - share / 2))))
    painter.drawText(QRectF(0, 0, *SIZE), Qt.AlignmentFlag.AlignCenter, "Harbour Office")


def _cranes(painter: QPainter, share: float) -> None:
    sky = QLinearGradient(0, 0, 0, 700)
    sky.setColorAt(0, QColor("#8FB4CF"))
    sky.setColorAt(1, QColor("#E6EDF0"))
    painter.fillRect(QRectF(0, 0, 1920, 700), sky)
    painter.fillRect(QRectF(0, 690, 1920, 90), QColor("#8C857A"))
    painter.fillRect(QRectF(0, 780, 1920, 300), QColor("#3F6377"))
    for number in range(4):
        foot = 200 + number * 480 - 260 * share
        painter.setPen(QPen(QColor("#B4552F"), 26))
        painter.drawLine(round(foot), 700, round(foot), 250)
        painter.drawLine(round(foot + 130), 700, round(foot + 130), 250)
        painter.drawLine(round(foot - 210), 250, round(foot + 300), 210)
        painter.setPen(QPen(QColor("#333333"), 5))
        painter.drawLine(round(foot - 160), 250, round(foot - 160), round(400 + 220 * share))
        painter.fillRect(QRectF(foot - 220, 400 + 220 * share, 120, 70), QColor("#2F625E"))


def _shed(painter: QPainter, share: float) -> None:
    painter.fillRect(painter.viewport(), QColor("#D8D2C6"))
    painter.fillRect(QRectF(0, 820, 1920, 260), QColor("#A79F90"))
    for number in range(5):
        left = 60 + number * 440 - 300 * share
        painter.fillRect(QRectF(left, 330, 380, 500), QColor("#6E4A33"))
        painter.fillRect(QRectF(left + 60, 470, 260, 360), QColor("#4B3122"))
        painter.setPen(QColor("#F1E7D3"))
        painter.setFont(text_font(90))
        painter.drawText(QRectF(left, 340, 380, 120), Qt.AlignmentFlag.AlignCenter, f"{number + 4}")


def _rows(image: QImage, wide: int) -> bytes:
    """Rows of so many bytes."""
    line, data = image.bytesPerLine(), bytes(image.constBits())
    return b"".join(data[row * line : (row + 1) * line][:wide].ljust(wide, b"\0") for row in range(image.height()))

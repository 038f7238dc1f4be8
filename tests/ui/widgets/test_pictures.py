"""Pixels between Qt and the rest."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage

from app.ui.widgets.pictures import to_image, to_raster


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_pixels_go_there_and_back_whatever_padding_rows_have(width: int) -> None:
    image = QImage(width, 2, QImage.Format.Format_ARGB32)
    colours = [QColor(10 * x, 20 * y, 30 + x) for y in range(2) for x in range(width)]
    for place, colour in enumerate(colours):
        image.setPixelColor(place % width, place // width, colour)
    image.setDevicePixelRatio(2.0)
    raster = to_raster(image)
    assert (raster.width, raster.height) == (width, 2)
    assert raster.rgb == bytes(part for colour in colours for part in (colour.red(), colour.green(), colour.blue()))
    assert to_raster(to_image(raster)) == raster


def test_what_is_transparent_becomes_white() -> None:
    image = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    assert to_raster(image).rgb == b"\xff\xff\xff"
    image.fill(QColor(0, 0, 0, 128))
    assert set(to_raster(image).rgb) <= {126, 127, 128}

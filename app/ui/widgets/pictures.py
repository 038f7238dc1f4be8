"""Raw pixels as Qt draws them."""

from __future__ import annotations

from PySide6.QtGui import QImage

from app.core.image import Raster


def to_image(raster: Raster) -> QImage:
    """Needs no GUI thread. Copies: the bytes of `raster` need not outlive it."""
    return QImage(raster.rgb, raster.width, raster.height, 3 * raster.width, QImage.Format.Format_RGB888).copy()

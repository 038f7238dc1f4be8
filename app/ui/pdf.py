"""A report as PDF: its HTML, which asks for nothing from outside, set for paper by Qt's rich text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QUrl
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from app.core.image import ImageRef, Raster
from app.export.pictures import PICTURE_SIDE, Picture
from app.export.report import Report
from app.ui.theme import PAPER, TEXT_FAMILY

LoadRaster: TypeAlias = Callable[[ImageRef, int], Raster]
"""Gives the pixels of an image, reduced if a side is longer than so many. Raises AppError."""

_TEXT_PT, _SMALL_PT = 11.0, 9.5
# Qt's printing adds 20 mm on each side, and puts the page's number into those below. So lines have 13 cm, about 75
# characters.
_MARGINS_MM = QMarginsF(20, 5, 20, 8)
_INDENT = 24
# Qt knows few lengths: sizes of letters are in points, all else in pixels of which an inch has 96.
_STYLE = (
    f"body{{color:{PAPER.ink};line-height:120%}}"
    "p,ul,ol,pre{margin:0 0 9px 0}li{margin:0 0 3px 0}"
    "h1{font-size:19pt;font-weight:600;margin:0 0 16px 0;line-height:110%}"
    "h2{font-size:14pt;font-weight:600;margin:22px 0 8px 0}h3{font-size:12pt;font-weight:600;margin:16px 0 6px 0}"
    f"h4,h5,h6{{font-size:{_TEXT_PT:g}pt;font-weight:600;margin:12px 0 6px 0}}"
    f"blockquote{{margin:6px 24px 9px 24px}}.question{{margin:28px 0 12px 0;font-weight:600}}"
    f"a{{color:{PAPER.accent}}}sup a{{text-decoration:none}}"
    f"pre,code{{font-family:monospace;font-size:{_SMALL_PT:g}pt}}"
    f"table{{border-collapse:collapse;margin:4px 0 12px 0}}td,th{{border:1px solid {PAPER.line};padding:3px 8px}}"
    f".references li{{font-size:{_SMALL_PT:g}pt}}.note,.caption{{font-size:{_SMALL_PT:g}pt;color:{PAPER.soft_ink}}}"
    ".image{margin:26px 0 4px 0;line-height:100%}"
)


def write(report: Report, load: LoadRaster) -> bytes:
    """Of A4, in faces and sizes of its own, whatever the application's font is. What `load` raises as AppError is said
    in the image's place. Needs a QGuiApplication, and not its thread."""
    document = QTextDocument()
    font = QFont(TEXT_FAMILY)
    font.setPointSizeF(_TEXT_PT)
    document.setDefaultFont(font)
    document.setIndentWidth(_INDENT)

    def put(picture: Picture) -> str:
        raster = load(picture.ref, PICTURE_SIDE)
        pixels = QImage(raster.rgb, raster.width, raster.height, 3 * raster.width, QImage.Format.Format_RGB888)
        name = f"image:{picture.ref.sha256}"
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), pixels.copy())
        return name

    from app.export import html  # when a file is written

    document.setHtml(html.write(report, put, _STYLE))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(_MARGINS_MM, QPageLayout.Unit.Millimeter)
    writer.setTitle(report.title)
    writer.setCreator("Octavo")
    document.print_(writer)
    return bytes(buffer.data().data())

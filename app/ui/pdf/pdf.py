"""A report as a PDF: set for paper, with the window's own typefaces in it, and the number of every page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QFontMetricsF,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLayout,
    QTextTable,
)

from app.core.conversations.image import ImageRef, Raster
from app.export.formulas import FormulaText
from app.export.report import PICTURE_SIDE, Picture, Report
from app.export.title_block import foot_words
from app.ui.look.theme import PAPER, TEXT_FAMILY, UI_FAMILY
from app.ui.pdf.pdf_formulas import PaperFormulas
from app.ui.pdf.pdf_text import PaintedText, line_of, painted_text

ENDING = ".pdf"

LoadRaster: TypeAlias = Callable[[ImageRef, int], Raster]
"""Returns the pixels of an image, reduced if a side is longer than so many. Raises AppError."""

_TEXT_PT, _SMALL_PT, _FOOT_PT = 11.0, 9.0, 8.5
# Lines are 14 cm long, about 75 characters.
_MARGINS_MM = QMarginsF(35, 27, 35, 27)
_ACROSS_MARGINS_MM = QMarginsF(18, 18, 18, 20)
_FOOT_MM = 12
"""The distance in mm from the lower edge of the paper to the line of the number."""
_INDENT = 24
_MM_PER_INCH, _PIXELS_PER_INCH = 25.4, 96
_MOST_KEPT_ROWS = 300
"""The most rows of a table whose rows are kept whole: each that is moved lays all of them out again."""

# Qt knows few lengths: sizes of letters are in points, all else in pixels of which an inch has 96.
_STYLE = (
    f"body{{color:{PAPER.ink};line-height:125%}}"
    "p,ul,ol,pre{margin:0 0 8px 0}li{margin:0 0 3px 0}"
    "h1{font-size:23pt;font-weight:400;margin:0 0 14px 0;line-height:110%}"
    "h2{font-size:15pt;font-weight:600;margin:30px 0 10px 0}h3{font-size:12pt;font-weight:600;margin:16px 0 6px 0}"
    f"h4,h5,h6{{font-size:{_TEXT_PT:g}pt;font-weight:600;margin:12px 0 6px 0}}"
    f"blockquote{{margin:6px 24px 9px 24px;font-style:italic}}"
    f".question{{margin:0 0 10px 0;font-size:12pt;font-weight:600}}"
    f".label{{font-family:'{UI_FAMILY}';font-size:{_FOOT_PT}pt;color:{PAPER.accent};margin:30px 0 3px 0}}"
    f"a{{color:{PAPER.accent};text-decoration:none}}"
    f"pre,code{{font-family:monospace;font-size:{_SMALL_PT:g}pt}}"
    f"table{{border-collapse:collapse;margin:4px 0 12px 0;font-family:'{UI_FAMILY}';font-size:{_SMALL_PT:g}pt}}"
    f"td,th{{border:0;border-bottom:1px solid {PAPER.line};padding:3px 10px 3px 0;text-align:left;vertical-align:top}}"
    f".facts th{{font-weight:400;color:{PAPER.soft_ink}}}"
    f".digest{{font-family:monospace;font-size:6.5pt;color:{PAPER.soft_ink}}}"
    f".note,.caption{{font-family:'{UI_FAMILY}';font-size:{_SMALL_PT:g}pt;color:{PAPER.soft_ink}}}"
    f".finding{{color:{PAPER.soft_ink}}}.Named{{font-weight:600}}.Verified{{font-weight:600;color:{PAPER.verified}}}"
    f".Near{{font-weight:600;color:{PAPER.near}}}.NotFound{{font-weight:600;color:{PAPER.not_found}}}"
    f".formula{{text-align:center}}.footnotes p{{font-size:{_SMALL_PT:g}pt;margin:0 0 3px 0}}"
    ".image{margin:26px 0 4px 0;line-height:100%}"
)


def write(report: Report, load: LoadRaster) -> bytes:
    """Return a report as a PDF on A4. If `load` raises AppError, the reason is written in the image's place. Needs a
    QGuiApplication; may run on any thread."""
    return _bytes_of(_set(report, load), report.title, _MARGINS_MM)


def print_report(report: Report, load: LoadRaster, device: QPagedPaintDevice, pages: tuple[int, int] | None) -> bool:
    """Print a report on a printer's paper, all pages or those from the first to the last of `pages`, which count from
    1. Return False if the printer took none."""
    device.setPageMargins(_MARGINS_MM, QPageLayout.Unit.Millimeter)
    painted = painted_text(device)
    if not _print(_set(report, load), report.title, device, painted, pages):
        return False
    if painted is not None:
        painted.tell_file()
    return True


@dataclass(frozen=True)
class _Pages:
    """The pages of a PDF before they are written: a document that has the images, what it will say, and the formulas in
    that."""

    document: QTextDocument
    html: str
    formulas: PaperFormulas


def _set(report: Report, load: LoadRaster) -> _Pages:
    document, formulas = QTextDocument(), PaperFormulas()

    def put(picture: Picture) -> str:
        raster = load(picture.ref, PICTURE_SIDE)
        pixels = QImage(raster.rgb, raster.width, raster.height, 3 * raster.width, QImage.Format.Format_RGB888)
        name = f"image:{picture.ref.sha256}"
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), pixels.copy())
        return name

    from app.export import html  # when a file is written

    return _Pages(document, html.write(report, put, _STYLE, formulas.put), formulas)


def write_across(title: str, page: Callable[[str, Callable[[FormulaText], str]], str]) -> bytes:
    """Return a page of HTML as a PDF on A4 across. `page` writes it, with a style and with what writes a formula, as
    `html.write` takes them."""
    formulas = PaperFormulas()
    pages = _Pages(QTextDocument(), page(_STYLE, formulas.put), formulas)
    return _bytes_of(pages, title, _ACROSS_MARGINS_MM, QPageLayout.Orientation.Landscape)


def _bytes_of(
    pages: _Pages,
    title: str,
    margins: QMarginsF,
    orientation: QPageLayout.Orientation = QPageLayout.Orientation.Portrait,
) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), orientation, margins, QPageLayout.Unit.Millimeter)
    )
    writer.setTitle(title)
    writer.setCreator("Octavo")
    painted = PaintedText()
    _print(pages, title, writer, painted)
    return painted.tell(bytes(buffer.data().data()))


def _print(
    made: _Pages,
    title: str,
    device: QPagedPaintDevice,
    painted: PaintedText | None,
    wanted: tuple[int, int] | None = None,
) -> bool:
    painter = QPainter()
    if not painter.begin(device):
        return False
    document = made.document
    _dispatcher = QEventLoop()  # a long document starts timers as it is laid out, which this thread must know of
    _lay_out(made, device)
    pages = _count_pages(document)
    first, last = wanted or (1, pages)
    numbers = range(max(1, first), min(last, pages) + 1)
    for number in numbers:
        if number > numbers.start:
            device.newPage()
        _paint_page(painter, document, number - 1)
        foot = _foot(document, device, foot_words(str(number), str(pages)), title)
        painter.setPen(PAPER.soft_ink)
        for line in foot:
            line.draw(painter, QPointF())
        if painted is not None:
            painted.begin_page()
            painted.add_page(document, number - 1, painter.combinedTransform())
            for line in foot:
                painted.add_layout(line, painter.combinedTransform())
    return painter.end()


def _font(family: str, points: float) -> QFont:
    font = QFont(family)
    font.setPointSizeF(points)
    return font


def _lay_out(made: _Pages, device: QPagedPaintDevice) -> None:
    document = made.document
    font = _font(TEXT_FAMILY, _TEXT_PT)
    document.setDefaultFont(font)
    document.setIndentWidth(_INDENT)
    document.setDocumentMargin(0)
    document.setHtml(made.html)
    _begin_where_read(document)
    made.formulas.place(document, device.logicalDpiY(), _TEXT_PT)
    document.documentLayout().setPaintDevice(device)
    document.setPageSize(QSizeF(device.width(), device.height()))
    _keep_together(document)


def _begin_where_read(document: QTextDocument) -> None:
    """Let a paragraph whose first letter is read from the right begin on the right. Qt's reader of HTML says of all
    that is in a body that it begins on the left."""
    cursor, look = QTextCursor(document), QTextBlockFormat()
    look.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.mergeBlockFormat(look)


def _keep_together(document: QTextDocument) -> None:
    """Keep a heading on the page of what follows it, and do not cut a row of less than half a page."""
    document.pageCount()  # lays all of it out: what is not laid out when a block changes may never be
    block = document.begin()
    while block.isValid():
        following = block.next()
        is_heading = block.blockFormat().headingLevel() > 0 and following.isValid()
        if is_heading and _page_of(document, block) != _page_of(document, following):
            _begin_page(block)
        block = following
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable) and frame.rows() <= _MOST_KEPT_ROWS:
            for row in range(1, frame.rows()):
                _keep_row(document, frame, row)


def _keep_row(document: QTextDocument, table: QTextTable, row: int) -> None:
    layout, height = document.documentLayout(), document.pageSize().height()
    cells = [table.cellAt(row, column) for column in range(table.columns())]
    top = min(layout.blockBoundingRect(cell.firstCursorPosition().block()).top() for cell in cells)
    bottom = max(layout.blockBoundingRect(cell.lastCursorPosition().block()).bottom() for cell in cells)
    if bottom - top >= height / 2 or top // height == (bottom - 1) // height:
        return
    if row == 1:
        _begin_page(table.firstCursorPosition().block().previous())
        return
    left = (height - top % height) * _PIXELS_PER_INCH / layout.paintDevice().logicalDpiY()
    for column in range(table.columns()):  # a page break would be one in each cell
        cell = table.cellAt(row - 1, column)
        look = cell.format().toTableCellFormat()
        look.setBottomPadding(left)
        cell.setFormat(look)


def _begin_page(block: QTextBlock) -> None:
    look = block.blockFormat()
    look.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
    QTextCursor(block).setBlockFormat(look)


def _page_of(document: QTextDocument, block: QTextBlock) -> int:
    return int(document.documentLayout().blockBoundingRect(block).top() // document.pageSize().height())


def _count_pages(document: QTextDocument) -> int:
    """Count the pages, without the last one if nothing but the end of a table is on it."""
    block = document.lastBlock()
    while not block.text() and block.previous().isValid():
        block = block.previous()
    bottom = document.documentLayout().blockBoundingRect(block).bottom()
    return max(1, math.ceil(bottom / document.pageSize().height()))


def _paint_page(painter: QPainter, document: QTextDocument, number: int) -> None:
    size = document.pageSize()
    top = number * size.height()
    painter.save()
    painter.translate(0, -top)
    shown = QAbstractTextDocumentLayout.PaintContext()
    shown.clip = QRectF(0, top, size.width(), size.height())
    shown.palette.setColor(shown.palette.ColorRole.Text, PAPER.ink)
    painter.setClipRect(shown.clip)
    document.documentLayout().draw(painter, shown)
    painter.restore()


def _foot(document: QTextDocument, device: QPagedPaintDevice, words: str, title: str) -> tuple[QTextLayout, ...]:
    """Set the foot of a page: its number is on the right, and on the left as much of the title as there is room for."""
    font = _font(UI_FAMILY, _FOOT_PT)
    metrics = QFontMetricsF(font, device)
    width = document.pageSize().width()
    shortened = metrics.elidedText(title, Qt.TextElideMode.ElideRight, width - 2 * metrics.horizontalAdvance(words))
    below = device.logicalDpiY() * (_MARGINS_MM.bottom() - _FOOT_MM) / _MM_PER_INCH
    top = document.pageSize().height() + below - metrics.height()
    number, name = (line_of(text, font, device) for text in (words, shortened))
    number.setPosition(QPointF(width - number.lineAt(0).naturalTextWidth(), top))
    name.setPosition(QPointF(0, top))
    return number, name

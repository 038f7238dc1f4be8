"""Prints pages of the open book: those of a PDF as they are drawn, flowing text set for paper."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QPointF, QRectF, QSizeF, Qt, Slot
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QImage, QPainter, QPalette, QTextDocument, QTransform
from PySide6.QtWidgets import QDialog

from app.core.conversations.conversation import PageRange
from app.core.documents.document import Book, Page
from app.core.documents.untrusted import disarm
from app.core.work import Cancel, Stopped, Work
from app.features.printing.window.presenter import PrintingPresenter, refusal_of
from app.services.library.library import Library
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.ui.look.fonts import ui_font
from app.ui.look.theme import PAPER, SIZE_SMALL, SIZE_TEXT
from app.ui.page.page_layout import FlowLayout
from app.ui.page.typeset import typeset
from app.ui.pdf.pdf_text import PaintedText, line_of, painted_text
from app.ui.widgets.pictures import to_image
from app.ui.workspace import Workspace
from app.wording.page_names import place_words

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

_DRAWN_DPI = 300
_PIXELS_PER_INCH = 96  # of the window's type
_FOOT = 32  # such pixels, for the line below a page


class BookPrinting(PrintingPresenter):
    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._library = workspace.desk.documents.library
        self._pages = workspace.pages

    @Slot()
    def print(self) -> None:
        """Let the person choose a printer and pages of the open book."""
        shown = self._pages.active.shown
        if shown.book is None or shown.page is None:
            return
        from PySide6.QtPrintSupport import QPrintDialog  # when something is printed

        printer = self._printer(" ".join(disarm(shown.book.title).split()))
        dialog = self._dialog(printer)
        dialog.setMinMax(1, shown.book.page_count)
        dialog.setFromTo(shown.page.number, shown.page.number)
        dialog.setPrintRange(QPrintDialog.PrintRange.PageRange)
        dialog.finished.connect(partial(self._on_chosen, shown.book, printer))
        QDialog.open(dialog)  # its own `open` takes a slot by its name

    def _on_chosen(self, book: Book, printer: QPrinter, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            first, last = printer.fromPage() or 1, printer.toPage() or book.page_count
            self.print_on(book, printer, PageRange(first, min(last, book.page_count)))

    def print_on(self, book: Book, printer: QPrinter, pages: PageRange) -> None:
        work = partial(_print, self._library, book, printer, pages)
        self._bridge.stream(Executor.PRINTING, work, partial(self._on_event, printer))

    def _on_event(self, printer: QPrinter, event: int | Done[None] | Cancelled | Failed) -> None:
        match event:
            case Done():
                self._tell_printed(printer)
            case Failed(problem):
                self._on_problem(problem)


def _print(library: Library, book: Book, printer: QPrinter, pages: PageRange, cancel: Cancel) -> Work[int, None]:
    """Print pages, off the GUI thread. Yields how many pages of the book are printed. Raises AppError PRINT_FAILED, and
    as `Library.page_image` does; Stopped."""
    _timers = QEventLoop()  # with one, the thread has the timers that the layout of a long text starts
    painter, painted = QPainter(), painted_text(printer)
    refused = refusal_of(printer)
    if not painter.begin(printer):
        raise refused
    try:
        for number in range(pages.first, pages.last + 1):
            if cancel.requested:
                printer.abort()
                raise Stopped
            if number > pages.first and not printer.newPage():
                raise refused
            if book.format.is_drawn:
                _print_drawing(library, book, number, painter, printer)
                if painted is not None:
                    painted.begin_page()
            else:
                (page,) = library.pages(book.id, PageRange(number, number))
                _print_text(book, page, painter, printer, painted)
            yield number - pages.first + 1
    finally:
        painter.end()
    if painted is not None:
        painted.tell_file()
    library.audit_log.exported("document", Path("paper.print"), item=book.id, books=(book.id,))


def _area(printer: QPrinter) -> QRectF:
    """Return the area that can be printed on, in dots."""
    from PySide6.QtPrintSupport import QPrinter

    return QRectF(QPointF(), printer.pageRect(QPrinter.Unit.DevicePixel).size())


def _print_drawing(library: Library, book: Book, number: int, painter: QPainter, printer: QPrinter) -> None:
    """Print a page's drawing as large as the paper; one that is wider than high is turned, if the paper is not so
    too."""
    area = _area(printer)
    longest = max(area.width(), area.height()) * _DRAWN_DPI / printer.resolution()
    drawn: QImage = to_image(library.page_image(book.id, number, round(longest)))
    if (drawn.width() > drawn.height()) != (area.width() > area.height()):
        drawn = drawn.transformed(QTransform().rotate(90))
    place = QRectF(QPointF(), QSizeF(drawn.size()).scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
    place.moveCenter(area.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, drawn)


def _print_text(book: Book, page: Page, painter: QPainter, printer: QPrinter, painted: PaintedText | None) -> None:
    """Print a page's text on as many sheets as it takes, each with the book's title and the page below."""
    area, scale = _area(printer), printer.resolution() / _PIXELS_PER_INCH
    width, height = area.width() / scale, area.height() / scale - _FOOT
    headings = [section.title for section in book.outline if section.page == page.number]
    document = QTextDocument()
    layout = FlowLayout(document)
    typeset(layout, disarm(page.text), headings, SIZE_TEXT, format=book.format, justify=True)
    document.setDocumentMargin(0)
    document.setPageSize(QSizeF(width, height))
    look = QAbstractTextDocumentLayout.PaintContext()
    look.palette.setColor(QPalette.ColorRole.Text, QColor(PAPER.ink))  # by night too
    foot = f"{' '.join(disarm(book.title).split())} · {place_words(book.page_names.of(page.number))}"
    line = line_of(foot, ui_font(SIZE_SMALL))
    room = width - line.lineAt(0).naturalTextWidth(), height + _FOOT - line.boundingRect().height()
    line.setPosition(QPointF(room[0] / 2, room[1]))
    for sheet in range(document.pageCount()):
        if sheet:
            printer.newPage()
        painter.save()
        painter.scale(scale, scale)
        painter.setPen(QColor(PAPER.soft_ink))
        line.draw(painter, QPointF())
        if painted is not None:
            painted.begin_page()
            painted.add_page(document, sheet, painter.combinedTransform())
            painted.add_layout(line, painter.combinedTransform())
        painter.translate(0, -sheet * height)
        look.clip = QRectF(0, sheet * height, width, height)
        painter.setClipRect(look.clip)
        layout.draw(painter, look)
        painter.restore()

"""The pages of a book as flowing text, each on its own sheet of paper; only those near the view are set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShowEvent

from app.core.documents.document import Book, Format, Page
from app.core.documents.page_names import PageNames
from app.ui.look.fonts import ui_font
from app.ui.look.theme import (
    LINE_HEIGHT,
    MEASURE_CHARACTERS,
    SIZE_SMALL,
    SIZE_TEXT,
    SPACE_L,
    SPACE_XL,
    SPACE_XS,
    SPACE_XXL,
    Theme,
)
from app.ui.page.note_look import NoteSpan
from app.ui.page.page_column import PageColumn
from app.ui.page.text_page import TextPage, measure
from app.ui.page.tints import PageTints
from app.ui.widgets.accessibility import speak_in_order
from app.wording.page_names import name_words, place_words

_NEAR = 0.75  # of the view's height, beyond which no page is set
_MOST_SHEETS = 24
_GUESSED_CHARACTERS = 1_500


class TextPages(PageColumn):
    """The pages of a book as text in one scrolled column. `wanted` carries the pages whose text is needed, nearest
    first; `selected` tells that another text is selected; `clicked` carries a page, and the number of the character in
    its text that was clicked."""

    wanted = Signal(list)
    selected = Signal()
    clicked = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._names = PageNames()
        self._format = Format.TEXT
        self._headings: dict[int, list[str]] = {}
        self._characters = _GUESSED_CHARACTERS
        self._size = SIZE_TEXT
        self._width = self._sides = 0
        self._sheets: dict[int, TextPage] = {}
        self._heights: dict[int, int] = {}
        self._asked: set[int] = set()
        self._waiting: dict[int, Page] = {}
        self._set_next = QTimer(self, singleShot=True, interval=0)
        self._set_next.timeout.connect(self._set_one)
        self._lit: tuple[int, tuple[int, int]] | None = None
        self._words, self._hit = "", (0, 0)
        self._notes: Mapping[int, Sequence[NoteSpan]] = {}
        self._tints: PageTints = {}

    def show_book(self, book: Book) -> None:
        """Show the pages of a book, of which nothing is known yet."""
        self._names = book.page_names
        self._format = book.format
        self._characters = book.characters // max(1, book.page_count)
        self._headings = {}
        for section in book.outline:
            self._headings.setdefault(section.page, []).append(section.title)
        self._lit = None
        self._notes, self._tints = {}, {}
        self._drop(list(self._sheets))
        self._heights.clear()
        self._asked.clear()
        self._waiting.clear()
        self.begin(book.page_count)

    def show_texts(self, pages: Collection[Page]) -> None:
        """Take the texts of pages that were asked for, and begin to set them."""
        self._waiting |= {page.number: page for page in pages}
        self._asked.difference_update(self._waiting)
        self._set_one()

    @Slot()
    def _set_one(self) -> None:
        """Set one page after the other, so that many do not keep the window from what else there is to do; a page
        that is out of reach by now is left."""
        near = self.seen(_NEAR)
        self._waiting = {number: page for number, page in self._waiting.items() if number in near}
        if not self._waiting:
            return
        page = self._waiting.pop(min(self._waiting, key=self._distance))
        if page.number not in self._sheets:
            self._sheets[page.number] = self._make_sheet(page)
            speak_in_order(self._sheets[number] for number in sorted(self._sheets))
            self._mark(page.number)
            self.lay_out()
            self.arrive_lit(page.number)
        if self._waiting:
            self._set_next.start()

    def _distance(self, page: int) -> tuple[bool, int]:
        """Return how far a page is from what is looked at, to be compared: pages in sight come first, then the
        nearest."""
        return page not in self.seen(), abs(page - self.current)

    def sheet(self, page: int = 0) -> TextPage | None:
        """Return the sheet of a page, or of the current one for 0; None until its text is there."""
        return self._sheets.get(page or self.current)

    def page_text(self) -> str:
        """Return the text of the current page; empty until it is there."""
        sheet = self.sheet()
        return sheet.page_text() if sheet is not None else ""

    def light(self, page: int, place: tuple[int, int]) -> None:
        """Highlight these characters of a page's text."""
        self._lit = (page, place)
        self._mark_all()

    def unlight(self) -> None:
        """Highlight no quotation any more."""
        self._lit = None
        self._mark_all()

    @property
    def is_lit(self) -> bool:
        """True if a quotation is highlighted on some page."""
        return self._lit is not None

    def lit_words(self) -> str:
        """Return the words of the highlighted quotation; empty without one, or until its page is there."""
        sheet = self._sheets.get(self._lit[0]) if self._lit is not None else None
        return sheet.lit_words() if sheet is not None else ""

    def show_notes(self, notes: Mapping[int, Sequence[NoteSpan]]) -> None:
        """Show a person's highlights on each page."""
        self._notes = notes
        self._mark_all()

    def show_tints(self, tints: PageTints) -> None:
        """Set passages of each page on a coloured ground, below all highlights."""
        self._tints = tints
        self._mark_all()

    def find_words(self, words: str, page: int, nth: int) -> None:
        """Mark every place of `words`; the one of number `nth`, from 0, on `page` is the one that one looks at."""
        self._words, self._hit = words, (page, nth)
        self._mark_all()

    def set_type_size(self, size: int) -> None:
        """Set the size of the type, in px; what one reads stays where it is."""
        if size == self._size:
            return
        self._size = size
        self._heights.clear()
        for sheet in self._sheets.values():
            sheet.set_type_size(size)
        self.lay_out(self.viewport().height() / 3)

    def select_all(self) -> None:
        """Select all of the current page."""
        if (sheet := self.sheet()) is not None:
            sheet.selectAll()

    def selected_text(self) -> str:
        return next((words for sheet in self._sheets.values() if (words := sheet.selected_text())), "")

    def selection(self) -> tuple[int, tuple[int, int]] | None:
        """Return the page on which characters are selected, and their range in its text; None if nothing is
        selected."""
        selected = ((page, sheet.selection()) for page, sheet in self._sheets.items())
        return next(((page, span) for page, span in selected if span[1] > span[0]), None)

    def unselect(self) -> None:
        """Select nothing any more."""
        for sheet in self._sheets.values():
            cursor = sheet.textCursor()
            cursor.clearSelection()
            sheet.setTextCursor(cursor)

    def selection_rect(self) -> QRectF | None:
        """Return where the selection ends, in the viewport; None if nothing is selected."""
        for sheet in self._sheets.values():
            if (rect := sheet.selection_rect()) is not None:
                return rect.translated(QPointF(sheet.pos()))
        return None

    # ---- how large they are

    def measure_pages(self, room: QSize) -> Sequence[tuple[int, int]]:
        widest = measure(self._size)
        self._sides = min(SPACE_XXL + SPACE_XS, max(SPACE_L, room.width() // 12))
        width = min(room.width(), widest + 2 * self._sides)
        if width != self._width:
            self._width = width
            self._heights.clear()
        for sheet in self._sheets.values():
            self._fit(sheet)
        self._measure_sheets()
        around = SPACE_XL + SPACE_XXL
        lines = self._characters * widest / MEASURE_CHARACTERS / max(1, width - 2 * self._sides) + 1
        guess = around + round(lines * self._size * LINE_HEIGHT)
        if self._heights:
            guess = round(sum(self._heights.values()) / len(self._heights))
        sizes = [(width, guess)] * self.pages
        for page, height in self._heights.items():
            sizes[page - 1] = (width, height)
        return sizes

    def _fit(self, sheet: TextPage) -> None:
        if sheet.width() != self._width:
            sheet.resize(self._width, sheet.height())
        sheet.set_padding(self._sides, SPACE_XL, SPACE_XXL)

    def _measure_sheets(self) -> None:
        for number, sheet in self._sheets.items():
            self._heights[number] = sheet.height_needed()

    def lit_area(self, page: int) -> QRectF | None:
        sheet = self._sheets.get(page)
        return sheet.lit_area() if sheet is not None else None

    # ---- which are there

    def show_seen(self) -> None:
        near, seen = self.seen(_NEAR), self.seen()
        there = self._sheets.keys() | self._asked | self._waiting.keys()
        missing = sorted((page for page in near if page not in there), key=self._distance)[:_MOST_SHEETS]
        self._drop(
            [page for page, sheet in self._sheets.items() if page not in near and not sheet.textCursor().hasSelection()]
        )
        for page, sheet in self._sheets.items():
            place = self.place_of(page)
            if sheet.geometry() != place:
                sheet.setGeometry(place)
            sheet.setVisible(page in seen)
        if missing and self.isVisible():
            self._asked.update(missing)
            self.wanted.emit(missing)

    def repaint_lit(self) -> None:
        if self._lit is not None and (sheet := self._sheets.get(self._lit[0])) is not None:
            sheet.light(self._lit[1], self.pulse)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self.theme.palette
        painter = QPainter(self.viewport())
        painter.setFont(ui_font(SIZE_SMALL))
        for page in self.seen():
            paper = self.place_of(page)
            paper.setHeight(self._strip.row_height(page))
            painter.setPen(QColor(palette.line))
            painter.setBrush(QColor(palette.surface))
            painter.drawRect(paper.adjusted(0, 0, -1, -1))
            painter.setPen(QColor(palette.soft_ink))
            foot = paper.adjusted(0, paper.height() - SPACE_XXL, 0, 0)
            painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, name_words(self._names.of(page)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_seen()

    def _make_sheet(self, page: Page) -> TextPage:
        sheet = TextPage(self.theme, self.viewport())
        sheet.setAccessibleName(place_words(self._names.of(page.number)))
        sheet.set_type_size(self._size)
        sheet.resize(self._width, 100)
        self._fit(sheet)
        sheet.show_page(page.text, self._headings.get(page.number, ()), format=self._format)
        sheet.pressed.connect(partial(self.take, page.number))
        sheet.clicked.connect(partial(self.clicked.emit, page.number))
        sheet.selectionChanged.connect(partial(self._select, page.number))
        sheet.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        return sheet

    def _drop(self, pages: Collection[int]) -> None:
        for page in pages:
            sheet = self._sheets.pop(page)
            sheet.hide()
            sheet.deleteLater()

    def _mark_all(self) -> None:
        for page in self._sheets:
            self._mark(page)

    def _mark(self, page: int) -> None:
        sheet = self._sheets[page]
        sheet.light(self._lit[1] if self._lit is not None and self._lit[0] == page else None, self.pulse)
        sheet.show_tints(self._tints.get(page, ()))
        sheet.show_notes(self._notes.get(page, ()))
        on_page = self._lit is None and self._hit[0] == page
        sheet.find_words(self._words, self._hit[1] if on_page else -1)

    @Slot(int)
    def _select(self, page: int) -> None:
        """Drop the selection on all other pages: words are selected on one page at a time."""
        if self._sheets[page].textCursor().hasSelection():
            for other, sheet in self._sheets.items():
                if other != page and sheet.textCursor().hasSelection():
                    cursor = sheet.textCursor()
                    cursor.clearSelection()
                    sheet.setTextCursor(cursor)
        self.selected.emit()

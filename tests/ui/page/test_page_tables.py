"""Tables of flowing pages have columns, and every word of them is lit, found, selected and copied where it stands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.documents.document import Format
from app.core.documents.note import Marker
from app.documents import worker
from app.documents.formats.contract import Content
from app.ui.look.theme import LAMP, PAPER, Theme
from app.ui.page.note_look import NoteSpan
from app.ui.page.text_page import TextPage
from tests.documents.epub_writer import page as epub_page
from tests.documents.epub_writer import write_epub
from tests.documents.office_writer import paragraph, word_heading, write_docx
from tests.documents.workbook_writer import sheet, write_workbook

_ROWS = (
    ("Quarter", "Due", "EUR"),
    ("First", "2 January 2026 😀", "12,500.00"),
    ("Second", "1 April 2026, or on the day on which berth 第七岸壁 is handed over, whichever is later", "980.00"),
)
_MARKDOWN = (
    "## Payments\n\nAs **agreed**:\n\n| Quarter | Due | EUR |\n|:---|---|--:|\n"
    + "\n".join(f"| {' | '.join(row)} |" for row in _ROWS[1:])
    + "\n\nThe end."
)


def _docx() -> bytes:
    rows = "".join(f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in _ROWS)
    return write_docx(
        f"{word_heading('Payments')}{paragraph('As agreed:')}<w:tbl>{rows}</w:tbl>{paragraph('The end.')}"
    )


def _html() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in _ROWS)
    return f"<html><body><h1>Payments</h1><p>As agreed:</p><table>{rows}</table><p>The end.</p></body></html>".encode()


_FILES = {"lease.docx": _docx(), "lease.html": _html(), "lease.md": _MARKDOWN.encode()}


@pytest.fixture(params=_FILES)
def page(request: pytest.FixtureRequest, qtbot: QtBot) -> TextPage:
    """Shows the first page of a file as the reader makes it."""
    document = worker.parse(Content(request.param, _FILES[request.param], ""), lambda done, total: None)
    return _show(qtbot, document.pages[0].text, document.format, headings=[each.title for each in document.outline])


def _show(
    qtbot: QtBot, text: str, format: Format, *, width: int = 460, size: int = 15, headings: list[str] | None = None
) -> TextPage:
    made = TextPage(Theme())
    qtbot.addWidget(made)
    made.resize(width, 100)
    made.set_type_size(size)
    made.show_page(text, headings or [], format=format)
    made.resize(width, made.height_needed())
    with qtbot.waitExposed(made):
        made.show()
    return made


def _place(page: TextPage, words: str) -> tuple[int, int]:
    start = page.page_text().index(words)
    return start, start + len(words)


def _left(page: TextPage, words: str) -> int:
    """The pixel at which the first of these words begins."""
    page.light(_place(page, words))
    area = page.lit_area()
    assert area is not None
    return round(min(area.left(), area.right()))


def _top(page: TextPage, words: str) -> int:
    page.light(_place(page, words))
    area = page.lit_area()
    assert area is not None
    return round(area.top())


def _at(page: TextPage, words: str, *, end: bool = False) -> QPoint:
    """A pixel of the viewport in the middle of the line at these words' first or last character."""
    cursor = QTextCursor(page.document())
    place = _place(page, words)
    cursor.setPosition(len(page.page_text()[: place[1] if end else place[0]].encode("utf-16-le")) // 2)
    area = page.cursorRect(cursor)
    return area.center()


def test_cells_stand_in_columns_and_bars_are_gone(page: TextPage) -> None:
    assert "|" not in page.toPlainText()
    assert "---" not in page.toPlainText()
    assert abs(_left(page, "Due") - _left(page, "2 January")) <= 1
    assert abs(_left(page, "Due") - _left(page, "1 April")) <= 1
    assert _left(page, "Quarter") < _left(page, "Due") < _left(page, "980.00")
    assert _top(page, "Second") == _top(page, "1 April") == _top(page, "980.00")
    ends = {_at(page, amount, end=True).x() for amount in ("EUR", "12,500.00", "980.00")}
    assert max(ends) - min(ends) <= 1, "amounts are one below the other"
    assert _top(page, "whichever") > _top(page, "1 April"), "a long cell goes on in its column"
    assert _left(page, "whichever is") >= _left(page, "Due") - 1
    assert _top(page, "The end.") > _top(page, "later")
    assert page.document().size().width() <= page.width()


def test_the_header_is_heavier(page: TextPage) -> None:
    def weight(words: str) -> int:
        cursor = QTextCursor(page.document())
        cursor.setPosition(len(page.page_text()[: _place(page, words)[0] + 1].encode("utf-16-le")) // 2)
        return cursor.charFormat().fontWeight()

    assert weight("Due") > weight("2 January")


def test_every_character_keeps_its_place(page: TextPage) -> None:
    text = page.page_text()
    units = len(text.encode("utf-16-le")) // 2
    assert page.document().characterCount() == units + 1
    for words in ("First", "2 January 2026 😀", "12,500.00", "berth 第七岸壁", "The end."):
        start, end = _place(page, words)
        page.light((start, end))
        (lit,) = page.extraSelections()
        assert lit.cursor.selectedText() == words
        assert page.lit_words() == words


def test_what_is_found_and_noted_in_cells_is_marked_there(page: TextPage) -> None:
    assert page.find_words("2026") == 2
    assert [each.cursor.selectedText() for each in page.extraSelections()] == ["2026", "2026"]
    start, end = _place(page, "980.00")
    page.show_notes([NoteSpan(start, end, Marker.YELLOW, "Ask")])
    assert page.extraSelections()[0].cursor.selectedText() == "980.00"


def test_a_click_in_a_cell_is_a_click_on_its_words(page: TextPage, qtbot: QtBot) -> None:
    for words in ("980.00", "First", "whichever"):
        with qtbot.waitSignal(page.clicked) as caught:
            QTest.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=_at(page, words) + QPoint(2, 0))
        assert abs(caught.args[0] - _place(page, words)[0]) <= 1


def test_beside_a_short_cell_and_below_it_one_is_in_its_column(page: TextPage) -> None:
    below = QPointF(_at(page, "Second").x() + 3, _at(page, "later").y())
    index = page.document().documentLayout().hitTest(below, Qt.HitTestAccuracy.FuzzyHit)
    cursor = QTextCursor(page.document())
    cursor.setPosition(index)
    cursor.setPosition(cursor.block().position(), QTextCursor.MoveMode.KeepAnchor)
    assert len(cursor.selectedText().strip("\u200b")) <= len("Second")
    behind = QPointF(page.width() - 1, _at(page, "First").y())
    index = page.document().documentLayout().hitTest(behind, Qt.HitTestAccuracy.FuzzyHit)
    assert page.document().characterAt(index - 1) == "0"


def test_words_selected_across_cells_are_copied_as_the_page_has_them(page: TextPage) -> None:
    QTest.mousePress(page.viewport(), Qt.MouseButton.LeftButton, pos=_at(page, "First"))
    QTest.mouseMove(page.viewport(), _at(page, "12,500.00", end=True))
    QTest.mouseRelease(page.viewport(), Qt.MouseButton.LeftButton, pos=_at(page, "12,500.00", end=True))
    page.copy()
    assert QGuiApplication.clipboard().text() == "First | 2 January 2026 😀 | 12,500.00"


def test_the_heading_has_no_sign_and_is_larger(page: TextPage) -> None:
    first = page.document().firstBlock()
    pieces, text = first.textFormats(), first.text()
    sizes = [piece.format.font().pixelSize() for piece in pieces]
    words = [text[piece.start : piece.start + piece.length] for piece in pieces]
    assert sizes[words.index("Payments")] > page.document().defaultFont().pixelSize()
    assert all(size == 1 for size, word in zip(sizes, words, strict=True) if "#" in word)


def test_a_sheet_wider_than_the_page_shows_each_row_below_the_other(qtbot: QtBot) -> None:
    head = [f"Measure {number}" for number in range(1, 13)]
    file = write_workbook({"Tides": sheet([head, [f"{number * 1234.5:.2f}" for number in range(1, 13)]])})
    document = worker.parse(Content("tides.xlsx", file, ""), lambda done, total: None)
    page = _show(qtbot, document.pages[0].text, document.format)
    lefts = {_left(page, f"{number * 1234.5:.2f}") for number in range(1, 13)}
    tops = [_top(page, f"{number * 1234.5:.2f}") for number in range(1, 13)]
    assert len(lefts) == 1
    assert tops == sorted(set(tops))
    assert min(lefts) > _left(page, "Measure 1"), "the name of its column stands before each"
    assert all(_at(page, name, end=True).x() <= page.width() for name in head)


@pytest.mark.parametrize("size", [15, 30])
@pytest.mark.parametrize("width", [180, 320, 900])
def test_nothing_is_cut_off_at_any_width_and_size(qtbot: QtBot, width: int, size: int) -> None:
    text = "\n".join(" | ".join(row) for row in _ROWS) + "\n\n" + "a | b\n" + f"https://example.org/{'x' * 80} | 第" * 2
    page = _show(qtbot, text, Format.CSV, width=width, size=size)
    block = page.document().begin()
    while block.isValid():
        layout = block.layout()
        left = page.document().documentLayout().blockBoundingRect(block).left()
        for number in range(layout.lineCount()):
            area = layout.lineAt(number).naturalTextRect().translated(left, 0)
            assert area.left() >= -1
            assert area.right() <= width + 1
        block = block.next()


def test_hairlines_have_the_colour_of_the_theme(qtbot: QtBot) -> None:
    theme = Theme()
    made = TextPage(theme)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show_page("a | b | c\n1 | 2 | 3", format=Format.CSV)
    for palette in (PAPER, LAMP):
        theme.use(palette)
        image = made.grab().toImage()
        column = [image.pixelColor(2, y).name().upper() for y in range(image.height())]
        assert column.count(palette.line) == 1


def test_a_page_that_is_not_shown_yet_knows_its_height(qtbot: QtBot) -> None:
    made = TextPage(Theme())
    qtbot.addWidget(made)
    made.resize(460, 100)
    made.show_page(" ".join(["Words of a paragraph."] * 40))
    before = made.height_needed()
    with qtbot.waitExposed(made):
        made.show()
    assert made.height_needed() == before


def test_a_book_with_a_table_is_shown(qtbot: QtBot) -> None:
    chapter = _html().decode().removeprefix("<html><body>").removesuffix("</body></html>")
    document = worker.parse(Content("lease.epub", write_epub([epub_page(chapter)]), ""), lambda done, total: None)
    page = _show(qtbot, document.pages[0].text, document.format)
    assert abs(_left(page, "Due") - _left(page, "2 January")) <= 1

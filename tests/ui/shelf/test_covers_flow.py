"""Covers in the window: made once in the background, kept, painted, and gone with their books."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.core.conversations.events import Reading
from app.core.conversations.image import Raster
from app.core.documents.document import Book, Format
from app.services.library.covers import COVER_WIDTH, NO_COVER
from app.ui.kit.bridge import Executor
from app.ui.look.theme import LAMP, PAPER, Palette, cloth
from app.ui.shelf.covers import BookCovers, paint_cover, typeset
from tests.ui.direct_images import png_of
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, wait

_BLUE = QColor("#1030F0")


def _blue(_page: int, width: int) -> Raster:
    height = width * 3 // 2
    return Raster(width, height, bytes((_BLUE.red(), _BLUE.green(), _BLUE.blue())) * (width * height))


@pytest.fixture
def drawn(room: Room) -> Room:
    """PDFs are blue there, and one of them lies on the desk."""
    room.reader.draw = _blue
    room.add_books()
    room.add_conversation("A", [room.books[LETTERS]])
    return room


def _colour(room: Room, book: Book) -> QColor:
    """In the middle of its cover."""
    view = room.window.shelf.book_view
    place = view.visualRect(view.model().index_of(book.id))  # type: ignore[attr-defined]
    return QColor(view.viewport().grab().toImage().pixel(place.left() + 24, place.top() + 20))


def test_the_first_page_is_the_cover_and_is_drawn_once(drawn: Room) -> None:
    drawn.open()
    letters, survey = drawn.books[LETTERS], drawn.books[SURVEY]
    assert (letters.format, survey.format) == (Format.PDF, Format.PDF)
    assert _colour(drawn, letters) == _colour(drawn, survey) == _BLUE
    assert drawn.desk.documents.covers.known(letters.id) is not None
    made = list(drawn.reader.widths)
    drawn.presenter.shelf_area.covers.forget(letters.id)  # as in another window, which knows nothing
    drawn.window.shelf.book_view.viewport().grab()
    drawn.settle()
    assert _colour(drawn, letters) == _BLUE
    assert drawn.reader.widths == made, "what is kept is not drawn again"


def test_a_book_that_cannot_be_drawn_keeps_its_cloth(room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LETTERS]])
    room.open()
    letters = room.books[LETTERS]
    assert room.presenter.shelf_area.covers.image(letters) is None
    assert room.desk.documents.covers.known(letters.id) is None
    assert not room.window.talk.notice.isVisible()
    room.reader.draw = _blue  # its file was put back, and added again
    room.presenter.shelf_area.openings.opened.emit(letters, (), letters.title)
    room.window.shelf.book_view.viewport().grab()
    room.settle()
    assert _colour(room, letters) == _BLUE


def test_a_book_without_drawn_pages_has_its_words_on_the_cover(drawn: Room) -> None:
    drawn.open()
    lease = drawn.books[LEASE]
    assert lease.format is Format.EPUB
    image = drawn.presenter.shelf_area.covers.image(lease)
    assert image is not None
    assert QColor(image.pixel(2, 2)) == QColor(PAPER.surface)
    assert drawn.desk.documents.covers.known(lease.id) is None


def test_a_book_with_a_cover_of_its_own_shows_that_and_keeps_it(drawn: Room) -> None:
    drawn.reader.cover = png_of(300, 450, "#1030F0")
    drawn.open()
    lease = drawn.books[LEASE]
    assert _colour(drawn, lease) == _BLUE
    kept = drawn.desk.documents.covers.known(lease.id)
    assert kept is not None
    assert (kept.width, kept.height) == (213, 320)
    drawn.presenter.shelf_area.covers.forget(lease.id)  # as in another window
    drawn.window.shelf.book_view.viewport().grab()
    drawn.settle()
    assert (_colour(drawn, lease), drawn.reader.covers_asked) == (_BLUE, 1)


@pytest.mark.parametrize("picture", [b"", b"no image"])
def test_a_book_without_a_picture_is_asked_once_and_has_its_words(drawn: Room, picture: bytes) -> None:
    drawn.reader.cover = picture
    drawn.open()
    lease = drawn.books[LEASE]
    for _window in range(2):
        image = drawn.presenter.shelf_area.covers.image(lease)
        assert image is not None
        assert QColor(image.pixel(2, 2)) == QColor(PAPER.surface)
        drawn.presenter.shelf_area.covers.forget(lease.id)
        drawn.window.shelf.book_view.viewport().grab()
        drawn.settle()
    assert drawn.reader.covers_asked == 1
    assert drawn.desk.documents.covers.known(lease.id) == NO_COVER


def test_covers_wait_while_the_engine_is_busy(drawn: Room) -> None:
    gate = Gate()
    drawn.engine.answers = [(Reading(1, 2, 0), gate, "An answer.")]
    drawn.presenter.shelf_area.covers.image = lambda book: None  # type: ignore[method-assign]  # nothing is in sight yet
    drawn.open()
    del drawn.presenter.shelf_area.covers.image
    drawn.ask("When?", settle=False)
    wait(gate.reached.is_set)
    drawn.window.shelf.book_view.viewport().grab()
    drawn.presenter.shelf_area.covers.image(drawn.books[LETTERS])
    drawn.hold(Executor.STORE).open()
    before = list(drawn.reader.widths)
    assert drawn.desk.documents.covers.known(drawn.books[LETTERS].id) is None
    gate.open()
    drawn.settle()
    assert len(drawn.reader.widths) > len(before)
    assert drawn.desk.documents.covers.known(drawn.books[LETTERS].id) is not None


def test_no_more_covers_are_held_than_are_in_sight(drawn: Room) -> None:
    drawn.open()
    books = [drawn.books[title] for title in (LETTERS, LEASE, SURVEY)]
    presenter = drawn.presenter
    covers = BookCovers(presenter.context, kept=2)

    def shown(book: Book) -> bool:
        covers.image(book)
        drawn.settle()
        return covers.image(book) is not None

    assert all(map(shown, books))
    assert [book.id in covers._images for book in books] == [False, True, True]
    made = list(drawn.reader.widths)
    assert shown(books[1])
    assert shown(books[0])
    assert [book.id in covers._images for book in books] == [True, True, False], "the one that was seen first goes"
    assert drawn.reader.widths == made, "what is kept is not drawn again"


def test_a_cover_takes_no_more_memory_than_is_shown_of_it(drawn: Room) -> None:
    drawn.reader.cover = png_of(300, 450, "#1030F0")
    drawn.open()
    image = drawn.presenter.shelf_area.covers.image(drawn.books[LEASE])
    assert image is not None
    assert image.width() == COVER_WIDTH


def test_a_book_takes_its_cover_along(drawn: Room) -> None:
    drawn.open()
    letters = drawn.books[LETTERS]
    drawn.presenter.shelf_area.shelf._remove(letters.id)
    drawn.settle()
    assert letters.id not in drawn.presenter.shelf_area.covers._images
    for entry in drawn.desk.documents.removal.kept.all():
        drawn.desk.documents.removal.purge(entry)
    assert drawn.desk.documents.covers.known(letters.id) is None


@pytest.mark.parametrize("palette", [PAPER, LAMP], ids=["paper", "lamp"])
def test_every_cover_says_its_format_in_the_colour_of_the_book(palette: Palette, qapp: object) -> None:
    book = Book("1", "A & B", Format.MARKDOWN, "", "", 0.0, 1, 1)
    for image in (None, typeset(book.title, "Some words")):
        canvas = QImage(40, 50, QImage.Format.Format_RGB32)
        painter = QPainter(canvas)
        paint_cover(painter, QRectF(0, 0, 32, 44), book, image, palette)
        painter.end()
        colour = QColor(cloth(book.id)).darker(125) if image is None else QColor(cloth(book.id, dark=palette.dark))
        assert QColor(canvas.pixel(1, 38)).name() == colour.name()

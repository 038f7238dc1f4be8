"""A page of a book as an image, and a part of one: drawn as large as the model can see it, cut out to the pixel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.core.conversations.image import Image, Raster
from app.core.documents.document import Book, Document, Format, Page
from app.core.errors import AppError, Code
from app.documents import worker
from app.documents.formats.contract import Content
from app.documents.protocol import MAX_DRAWN_WIDTH
from app.services.library.images import WHOLE, Area, drawn_size
from tests.documents.pdf_writer import write_pdf
from tests.ui.fakes import FakeDesk, ScriptedReader, open_desk

_A4 = 2**0.5
_TILE = 336


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk", reader=ScriptedReader())
    yield made
    made.desk.close()


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    pages = (Page(1, "xii", "A figure."), Page(2, "", "Another."))
    return fake.books.add(Document("Tides", Format.PDF, "00" * 32, pages), Path("/tides.pdf"))


def _coordinates(page: int, width: int) -> Raster:
    """A square page on which every pixel tells its column and row, in 4,096ths."""
    rows, columns = np.indices((width, width), np.int32)
    packed = columns * 4096 + rows
    rgb = np.stack((packed >> 16, packed >> 8 & 255, packed & 255), axis=-1).astype(np.uint8)
    return Raster(width, width, rgb.tobytes())


def _pixels(fake: FakeDesk, image: Image) -> np.ndarray:
    whole = fake.desk.documents.images.raster(image, max(image.ref.width, image.ref.height))
    assert (whole.width, whole.height) == (image.ref.width, image.ref.height)
    return np.frombuffer(whole.rgb, np.uint8).reshape(whole.height, whole.width, 3)


def _places(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    packed = pixels.astype(np.int64) @ np.array([65_536, 256, 1])
    return packed // 4096, packed % 4096


def test_a_part_holds_exactly_the_pixels_of_its_area(fake: FakeDesk, book: Book) -> None:
    fake.reader.draw = _coordinates
    image = fake.desk.documents.images.from_page(book.id, 1, Area(0.25, 0.5, 0.75, 0.75))
    width = fake.reader.widths[-1]
    columns, rows = _places(_pixels(fake, image))
    assert columns[0].tolist() == list(range(round(0.25 * width), round(0.25 * width) + columns.shape[1]))
    assert rows[:, 0].tolist() == list(range(round(0.5 * width), round(0.5 * width) + rows.shape[0]))
    assert (columns == columns[0]).all()
    assert (rows == rows[:, :1]).all()
    assert columns.shape[1] == round(width / 2)
    assert rows.shape[0] == round(width / 4)


def test_an_image_of_a_page_says_where_it_comes_from(fake: FakeDesk, book: Book) -> None:
    fake.reader.draw = _coordinates
    whole = fake.desk.documents.images.from_page(book.id, 1)
    part = fake.desk.documents.images.from_page(book.id, 2, Area(0.0, 0.0, 0.5, 0.5))
    assert (whole.ref.untrusted_name, whole.ref.book_id) == ("Tides, p. xii", book.id)
    assert (part.ref.untrusted_name, part.ref.book_id) == ("Tides, p. 2, part", book.id)
    assert (whole.ref.width, whole.ref.height) == (fake.reader.widths[1],) * 2


def test_an_area_at_the_edge_has_a_pixel_at_least(fake: FakeDesk, book: Book) -> None:
    fake.reader.draw = _coordinates
    image = fake.desk.documents.images.from_page(book.id, 1, Area(1.0, 1.0, 1.0, 1.0))
    columns, rows = _places(_pixels(fake, image))
    assert columns.tolist() == rows.tolist() == [[fake.reader.widths[-1] - 1]]


@pytest.mark.parametrize("proportions", [_A4, 1 / _A4, 1.0, 792 / 612, 9 / 16, 4.0, 0.05])
@pytest.mark.parametrize(
    "area", [WHOLE, Area(0.0, 0.0, 1.0, 0.5), Area(0.1, 0.2, 0.6, 0.4), Area(0.05, 0.5, 0.95, 0.55), Area(0, 0, 0.4, 1)]
)
def test_an_area_fills_the_canvas_that_suits_it_and_never_more(proportions: float, area: Area) -> None:
    width, height = drawn_size(proportions, area)
    shapes = [(columns, 16 // columns) for columns in range(1, 17)]
    assert any(width <= columns * _TILE and height <= rows * _TILE for columns, rows in shapes)
    page_width = width / (area.right - area.left)
    if page_width < MAX_DRAWN_WIDTH - 10 and page_width**2 * proportions < 31_000_000:
        larger = width * 1.01, height * 1.01
        assert not any(larger[0] <= columns * _TILE and larger[1] <= rows * _TILE for columns, rows in shapes)


def test_a_small_part_is_drawn_as_large_as_the_reader_draws_at_all() -> None:
    assert drawn_size(_A4, Area(0.4, 0.4, 0.5, 0.42)) == (400, 113)
    assert drawn_size(_A4) == (1_007, 1_424), "three tiles by five"
    assert drawn_size(_A4, Area(0.1, 0.1, 0.9, 0.6)) == (1_342, 1_186), "four by four"


def test_a_page_of_a_real_pdf_is_cut_where_its_figure_lies(fake: FakeDesk, book: Book) -> None:
    figure = "1 0 0 rg 153 198 306 396 re f\n"  # the middle half of each side of 612 x 792 points
    content = Content("tides.pdf", write_pdf([figure]), "")
    fake.reader.draw = lambda page, width: worker.page_image(content, page, width)
    whole = fake.desk.documents.images.from_page(book.id, 1)
    part = fake.desk.documents.images.from_page(book.id, 1, Area(0.25, 0.25, 0.75, 0.75))
    for image, (left, top, right, bottom) in ((whole, (0.25, 0.25, 0.75, 0.75)), (part, (0.0, 0.0, 1.0, 1.0))):
        red = (_pixels(fake, image) == (255, 0, 0)).all(axis=-1)
        rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
        assert columns[[0, -1]] == pytest.approx([left * image.ref.width, right * image.ref.width], abs=2)
        assert rows[[0, -1]] == pytest.approx([top * image.ref.height, bottom * image.ref.height], abs=2)
        assert any(image.ref.width <= c * _TILE and image.ref.height <= 16 // c * _TILE for c in range(1, 17))
    assert part.ref.width > 1.9 * whole.ref.width / 2, "a part is drawn anew, not taken from the whole"


def test_a_page_that_cannot_be_drawn_says_so(fake: FakeDesk, book: Book) -> None:
    with pytest.raises(AppError) as raised:
        fake.desk.documents.images.from_page(book.id, 1)
    assert raised.value.problem.code is Code.PAGE_UNAVAILABLE

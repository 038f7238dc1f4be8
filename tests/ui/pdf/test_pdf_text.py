"""A PDF says the text that was painted, whatever characters a font's table has for its glyphs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pypdfium2
import pytest
import ziamath
from PySide6.QtCore import QBuffer, QIODevice, QPointF
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QPageSize, QPainter, QPdfWriter, QTextLayout

from app.ui.look.fonts import load_fonts
from app.ui.look.theme import TEXT_FAMILY
from app.ui.pdf.pdf_text import PaintedText

_SIZE_PT = 11.0


@pytest.fixture(autouse=True, scope="module")
def fonts(qapp: QGuiApplication) -> None:
    load_fonts()


@pytest.fixture
def symbols() -> QFont:
    """It has letters beyond U+FFFF, and no bold ones."""
    (folder,) = ziamath.__path__
    number = QFontDatabase.addApplicationFont(f"{folder}/fonts/STIXTwoMath-Regular.ttf")
    return font(QFontDatabase.applicationFontFamilies(number)[0])


def font(family: str = TEXT_FAMILY) -> QFont:
    made = QFont(family)
    made.setPointSizeF(_SIZE_PT)
    return made


def painted(texts: Sequence[str], font: QFont, unseen: str = "", scale: float = 1.0) -> tuple[bytes, bytes]:
    """Paint a line for each text: as Qt writes it, and as it is told. `unseen` is not painted."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    painter, noted = QPainter(writer), PaintedText()
    painter.scale(scale, scale)
    noted.begin_page()
    for number, text in enumerate(texts):
        layout = QTextLayout(text, font, writer)
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        layout.setPosition(QPointF(300, 400 * number))
        if text != unseen:
            layout.draw(painter, QPointF())
        noted.add_layout(layout, painter.combinedTransform())
    painter.end()
    written = bytes(buffer.data().data())
    return written, noted.tell(written)


def read(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        lines = document[0].get_textpage().get_text_bounded().splitlines()
    return [unicodedata.normalize("NFC", line.strip()) for line in lines]


@pytest.mark.parametrize(
    "text",
    ["the fjord’s left, ʼ and ’", "Ω and Ω, µm and μία", "after craft Thorn"],
    ids=["apostrophes", "units", "joined"],
)
def test_characters_that_share_a_glyph_are_told_apart(text: str) -> None:
    written, told = painted([text], font())
    assert read(written) != [text], "the font's table says something else"
    assert read(told) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "office fluffy",
        "x̂ and y̆ here",
        "5 m² at ½, 10⁻³",
        "non‑breaking and non-breaking a\u00a0space",
        "Ё Й é ǭ",
        "ｶﾀｶﾅ ①",
        "人と⼈、神と神",
        "𠮟る",
    ],
)
def test_what_is_painted_is_said(text: str) -> None:
    """It does not matter which faces stand in here, or whether any do."""
    _written, told = painted(["before", text, "after"], font())
    assert read(told) == ["before", unicodedata.normalize("NFC", text.replace("\u00a0", " ")), "after"]


@pytest.mark.parametrize("text", ["هذا لا إله", "שָׁלוֹם עולם", "می‌خواهم"])
def test_what_is_read_from_the_right_is_said_in_its_order(text: str) -> None:
    _written, told = painted([text], font())
    letters = "".join("".join(read(told)).split())  # where no face has them, their boxes are no words
    assert letters == "".join(unicodedata.normalize("NFC", text).split())


def test_letters_beyond_the_first_plane_are_said(symbols: QFont) -> None:
    written, told = painted(["so 𝒜 or 𝐀𝐁"], symbols)
    assert read(written) != ["so 𝒜 or 𝐀𝐁"]
    assert read(told) == ["so 𝒜 or 𝐀𝐁"]


def test_letters_that_are_made_bold_are_there_once(symbols: QFont) -> None:
    symbols.setBold(True)
    written, told = painted(["bold"], symbols)

    def shown(pdf: bytes) -> int:
        with pypdfium2.PdfDocument(pdf) as document:
            return len(list(document[0].get_objects((pypdfium2.raw.FPDF_PAGEOBJ_TEXT,))))

    assert (shown(written), shown(told)) == (8, 4)
    assert read(told) == ["bold"]


def test_what_is_drawn_as_a_picture_is_said_unseen() -> None:
    _written, told = painted(["before", "smile 😀"], font(), unseen="smile 😀")
    assert read(told) == ["before", "smile 😀"]


def test_text_that_is_painted_larger_is_found(symbols: QFont) -> None:
    _written, told = painted(["the fjord’s left", "ʼ"], font(), scale=2.5)
    assert read(told) == ["the fjord’s left", "ʼ"]


def test_the_same_text_is_written_as_it_was() -> None:
    """Nothing else changes: fonts are named as before, and words are no larger."""
    written, told = painted(["plain"], font())
    for pdf in (written, told):
        with pypdfium2.PdfDocument(pdf) as document:
            (first, *_others) = document[0].get_objects((pypdfium2.raw.FPDF_PAGEOBJ_TEXT,))
            assert "SourceSerif" in first.get_font().get_base_name()
            assert document.get_version() == 14

"""Scans for tests: text drawn on a picture, and pictures bound into a PDF as a scanner does."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

DPI = 200
FONTS = Path("/usr/share/fonts")
PORT = (
    "The harbour keeper wrote down every ves-",
    "sel that came in before the storm of May,",
    "and at night the lamp on the pier burned",
    "until the last of them lay at the quay.",
)
BOATS = (
    "Nobody counted the boats that stayed out,",
    "although the owners asked each morning.",
    "The log of that year has forty entries",
    "and ends with a line that is torn away.",
)
JAPANESE = ("港の記録は嵐の夜に失われた。", "翌朝、船は静かに戻ってきた。", "灯台の光は消えなかった。")


def gothic(size: int) -> ImageFont.FreeTypeFont:
    """Latin and Japanese letters, `size` pixels high; without the font the test is skipped. Set-up installs it."""
    found = next(FONTS.glob("*/*/ipag.*"), None)
    if found is None:
        pytest.skip("the font IPA Gothic (fonts-ipafont-gothic), which scans are written in, is not installed")
    return ImageFont.truetype(found, size)


def paper(width: int = 1_200, height: int = 500) -> Image.Image:
    """Pixels; at 200 dpi an A4 page has 1,654 x 2,339, which takes longer to read than a test should."""
    return Image.new("RGB", (width, height), (250, 248, 240))


def write(page: Image.Image, lines: Sequence[str], x: int = 100, y: int = 60, size: int = 28) -> Image.Image:
    """`size` in pixels; 28 is 10 points at 200 dpi."""
    draw, font = ImageDraw.Draw(page), gothic(size)
    for index, line in enumerate(lines):
        draw.text((x, y + index * size * 1.6), line, font=font, fill=(30, 28, 26))
    return page


def write_downwards(page: Image.Image, lines: Sequence[str], size: int = 34) -> Image.Image:
    """Japanese as in a book: columns from right to left."""
    draw, font = ImageDraw.Draw(page), gothic(size)
    for column, line in enumerate(lines):
        for row, sign in enumerate(line):
            draw.text(
                (page.width - 120 - column * size * 2, 60 + row * size * 1.06), sign, font=font, fill=(30, 28, 26)
            )
    return page


def bind(*pages: Image.Image | bytes) -> bytes:
    """A PDF of pictures; bytes are a PDF whose pages are put in as they are."""
    with pypdfium2.PdfDocument.new() as bound:
        for page in pages:
            source = page if isinstance(page, bytes) else _as_pdf(page)
            with pypdfium2.PdfDocument(source) as pdf:
                bound.import_pages(pdf)
        packed = io.BytesIO()
        bound.save(packed)
    return packed.getvalue()


def _as_pdf(page: Image.Image) -> bytes:
    packed = io.BytesIO()
    page.save(packed, "PDF", resolution=DPI)
    return packed.getvalue()

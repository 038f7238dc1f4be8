"""Reads images as documents: each is a page, and so is each of a TIFF; their text is recognised as that of scans."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from PIL import Image

from app.core.conversations.image import Raster
from app.core.documents.document import Document, Flag, Format, Page, PageLayer
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content, Progress, refuse_damaged, refuse_over, to_document
from app.documents.formats.facts import make_facts
from app.documents.images import decoding
from app.documents.protocol import MAX_DRAWN_PIXELS, MAX_DRAWN_WIDTH, MAX_PAGE_SIDE, MAX_SCAN_SIDE, MIN_PAGE_SIDE
from app.documents.text.flow import Flowed

format = Format.IMAGE

MAX_FRAMES = 5_000
_LONGER_SIDE = 842.0  # points: that of A4, since few images say how large they are on paper

_T = TypeVar("_T")


def parse(content: Content, progress: Progress) -> Document:
    """Parse the pages, which have no text and are to be recognised. Animations are read as their first picture. Raises
    AppError DOCUMENT_DAMAGED if that cannot be decoded, DOCUMENT_LIMIT."""
    progress(0, 1)
    count = len(_sizes(content))
    progress(0, count)
    _decoded(content, 0)
    pages = tuple(Page(number, str(number), "", flags=(Flag.NO_TEXT,)) for number in range(1, count + 1))
    progress(count, count)
    facts = make_facts([_told(content, lambda: decoding.taken_at(bytes(content.data)))])
    return to_document(Flowed(pages, ()), content, format, facts=facts)


def page_image(content: Content, page: int, width: int) -> Raster:
    """Draw a page `width` pixels wide, within the limits of `pdf.page_image`, and with its errors."""
    picture = _page(content, page)
    scale = min(max(width, 1), MAX_DRAWN_WIDTH) / picture.width
    return _scaled(picture, min(scale, math.sqrt(MAX_DRAWN_PIXELS / (picture.width * picture.height))))


def scan_image(content: Content, page: int) -> Raster:
    """Draw a page in its own size, or smaller if a side would exceed MAX_SCAN_SIDE; raises as `page_image` does."""
    picture = _page(content, page)
    return _scaled(picture, min(1.0, MAX_SCAN_SIDE / max(picture.size)))


def page_sizes(content: Content) -> tuple[tuple[float, float], ...]:
    """Return width and height of each page in points, the longer side that of A4."""
    return tuple(
        (_side(width / max(width, height)), _side(height / max(width, height))) for width, height in _sizes(content)
    )


def page_layer(content: Content, page: int) -> PageLayer:
    """Return an empty layer: no characters have places. Raises AppError PAGE_UNAVAILABLE."""
    _refuse_missing(content, page)
    return PageLayer("", b"")


def _side(share: float) -> float:
    return min(MAX_PAGE_SIDE, max(MIN_PAGE_SIDE, share * _LONGER_SIDE))


def _page(content: Content, page: int) -> Image.Image:
    """Return the picture of a page. Raises AppError PAGE_UNAVAILABLE for a page that is not there or cannot be
    decoded."""
    _refuse_missing(content, page)
    try:
        return _decoded(content, page - 1)
    except AppError as error:
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=page) from error


def _refuse_missing(content: Content, page: int) -> None:
    if not 1 <= page <= len(_sizes(content)):
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=page)


def _sizes(content: Content) -> list[tuple[int, int]]:
    sizes = _told(content, lambda: decoding.frame_sizes(bytes(content.data), MAX_FRAMES + 1))
    refuse_over(MAX_FRAMES, len(sizes), "pages", content)
    return sizes


def _decoded(content: Content, frame: int) -> Image.Image:
    return _told(content, lambda: decoding.decode(bytes(content.data), frame))


def _told(content: Content, work: Callable[[], _T]) -> _T:
    """Return the result of `work`; an error about an image becomes the error that is reported about a document."""
    try:
        return work()
    except AppError as error:
        if error.code is Code.IMAGE_LIMIT:
            raise AppError(Code.DOCUMENT_LIMIT, **(error.params | {"path": content.name})) from error
        refuse_damaged(content, format, error)


def _scaled(picture: Image.Image, scale: float) -> Raster:
    size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
    resized = decoding.resized(picture, size)
    return Raster(resized.width, resized.height, resized.tobytes())

"""Strings that PDFium writes into a buffer, as UTF-16LE."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import pypdfium2
import pypdfium2.raw as pdfium

from app.documents.formats.base import MAX_CHARACTERS


def read_string(read: Callable[..., int], limit: int = 2 * MAX_CHARACTERS) -> str:
    """What `read` writes after telling its size in bytes, terminator included; "" for what is over `limit` bytes."""
    size = read(None, 0)
    if not 2 < size <= limit:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    read(buffer, size)
    return bytes(buffer)[:-2].decode("utf-16-le", "replace")


def text_in(textpage: pypdfium2.PdfTextPage, box: tuple[float, float, float, float]) -> str:
    """The text of the characters that meet the box: left, bottom, right and top."""
    left, bottom, right, top = box
    size = pdfium.FPDFText_GetBoundedText(textpage.raw, left, top, right, bottom, None, 0)  # without a terminator
    if size <= 0:
        return ""
    buffer = (ctypes.c_ushort * size)()
    pdfium.FPDFText_GetBoundedText(textpage.raw, left, top, right, bottom, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")

"""Reads PDF files and draws their pages, with PDFium."""

from __future__ import annotations

import ctypes
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from app.core.conversations.image import Raster
from app.core.documents.document import Document, Flag, Format, Page, Section
from app.core.documents.facts import Facts
from app.core.errors import AppError, Code
from app.documents.formats.contract import (
    MAX_LABEL_CHARACTERS,
    MAX_OUTLINE_LEVELS,
    MAX_PAGES,
    Content,
    Progress,
    refuse_damaged,
    refuse_over,
    to_document,
)
from app.documents.formats.facts import authors, make_facts
from app.documents.pdf.annotations import NOTHING_ON_TOP, has_annotations, read_on_top
from app.documents.pdf.characters import read_string
from app.documents.pdf.hyphenation import Words
from app.documents.pdf.page import PageLines, make_page, read_page
from app.documents.pdf.page_edges import Edges
from app.documents.pdf.page_labels import find_labels
from app.documents.pdf.running_heads import MAX_TITLE_CHARACTERS, Title, find_running
from app.documents.protocol import MAX_DRAWN_PIXELS, MAX_DRAWN_WIDTH, MAX_PAGE_SIDE, MAX_SCAN_SIDE, MIN_PAGE_SIDE
from app.documents.text.clean import clean_line
from app.documents.text.flow import MAX_OUTLINE_ENTRIES, Flowed

format = Format.PDF

SCAN_DPI = 200  # usual for scans; the models read lines 48 pixels high, about those of 11 points
logging.getLogger("pypdfium2").setLevel(logging.ERROR)  # it warns of each XFA form, which is left out on purpose
_LETTER = (612.0, 792.0)
MAX_STRING_BYTES = 64 << 10  # of a title, label or language tag


def parse(content: Content, progress: Progress) -> Document:
    """Parse the text and label of each page. Pages that cannot be loaded are flagged DAMAGED; the others stay.

    A document of nothing but pictures is accepted: its text may be recognised later. A page's chapter is the first
    entry of the outline that leads to it, or else the last one before.
    """
    with open_file(content) as pdf, ExitStack() as forms:
        # The file is opened a second time, with its form, only if needed: reading annotations changes pages.
        with_form = cache(lambda: forms.enter_context(open_file(content, with_form=True)))
        refuse_over(MAX_PAGES, len(pdf), "pages", content)
        outline = _outline(pdf, len(pdf))
        chapters = _chapters(outline, len(pdf))
        found: list[PageLines | None] = []
        characters = 0
        for index in range(len(pdf)):
            progress(index, len(pdf))
            found.append(_read(pdf, index, content, characters, with_form))
            characters += found[-1].characters if found[-1] else 0
        edges = [page.edges if page else Edges() for page in found]
        running = find_running(edges, lambda: _titles(found, outline))
        labels = _labels(pdf) or find_labels(edges) or map(str, range(1, len(pdf) + 1))
        words = Words([page.lines if page else () for page in found])
        pages = [
            make_page(number, label, chapter, lines, left_out, words)
            if lines
            else Page(number, label, "", chapter, (Flag.DAMAGED,))
            for number, (label, chapter, lines, left_out) in enumerate(
                zip(labels, chapters, found, running, strict=True), 1
            )
        ]
        if all(Flag.DAMAGED in page.flags for page in pages):
            refuse_damaged(content, format)
        if not characters and not any(Flag.NO_TEXT in page.flags for page in pages):
            raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=len(pages))
        progress(len(pdf), len(pdf))
        return to_document(
            Flowed(tuple(pages), outline),
            content,
            format,
            _metadata(pdf, b"Title"),
            _string(lambda *to: pdfium.FPDFCatalog_GetLanguage(pdf.raw, *to)),
            facts=_facts(pdf),
        )


def page_image(content: Content, page: int, width: int) -> Raster:
    """Return page `page`, from 1, drawn `width` pixels wide, or smaller if that would exceed the limits of an image.

    Raises AppError PAGE_UNAVAILABLE if there is no such page, or PDFium cannot draw it.
    """

    def scale(page_width: float, page_height: float) -> float:
        wanted = (min(max(width, 1), MAX_DRAWN_WIDTH) - 0.5) / max(page_width, 1.0)  # PDFium rounds up when it draws
        return min(wanted, math.sqrt(MAX_DRAWN_PIXELS / max(page_width * page_height, 1.0)))

    return _drawn(content, page, scale)


def page_sizes(content: Content) -> tuple[tuple[float, float], ...]:
    """Return width and height of each page in points, as it is drawn; for one that cannot be loaded, those of
    Letter."""
    size = pdfium.FS_SIZEF()
    sizes = []
    with open_file(content) as pdf:
        refuse_over(MAX_PAGES, len(pdf), "pages", content)
        for index in range(len(pdf)):
            loaded = pdfium.FPDF_GetPageSizeByIndexF(pdf.raw, index, ctypes.byref(size))
            sizes.append((_side(size.width), _side(size.height)) if loaded else _LETTER)
    return tuple(sizes)


def _side(points: float) -> float:
    return min(MAX_PAGE_SIDE, max(MIN_PAGE_SIDE, points))


def scan_image(content: Content, page: int) -> Raster:
    """Draw a page at SCAN_DPI, or smaller if a side would exceed MAX_SCAN_SIDE; raises as `page_image` does."""
    return _drawn(
        content, page, lambda width, height: min(SCAN_DPI / 72, (MAX_SCAN_SIDE - 0.5) / max(width, height, 1.0))
    )


def _drawn(content: Content, page: int, scale: Callable[[float, float], float]) -> Raster:
    """Draw a page; `scale` returns pixels per point for the page's width and height in points."""
    with open_page(content, page, with_form=True) as drawn_page:
        bitmap = drawn_page.render(scale=scale(*drawn_page.get_size()), rev_byteorder=True)
        pixels, row_bytes = bytes(bitmap.buffer), 3 * bitmap.width
        rows = (pixels[start : start + row_bytes] for start in range(0, bitmap.height * bitmap.stride, bitmap.stride))
        return Raster(bitmap.width, bitmap.height, b"".join(rows))


@contextmanager
def open_page(content: Content, page: int, *, with_form: bool = False) -> Iterator[pypdfium2.PdfPage]:
    """Open page `page`, from 1. Raises AppError PAGE_UNAVAILABLE if there is none, or if PDFium fails on it."""
    unavailable = AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=page)
    with open_file(content, with_form=with_form) as pdf:
        if not 1 <= page <= len(pdf):
            raise unavailable
        try:
            with closing(pdf[page - 1]) as loaded:
                yield loaded
        except pypdfium2.PdfiumError as error:
            raise unavailable from error


@contextmanager
def open_file(content: Content, *, with_form: bool = False) -> Iterator[pypdfium2.PdfDocument]:
    """Open a file; with `with_form`, form fields can be read and drawn. No script runs, as PDFium is built without.

    Either password of a PDF opens it, the user's or the owner's. Raises AppError DOCUMENT_PASSWORD_NEEDED,
    DOCUMENT_PASSWORD_WRONG, DOCUMENT_ENCRYPTED (by a scheme that PDFium does not know) or DOCUMENT_DAMAGED.
    """
    data: Any = content.data
    if isinstance(data, memoryview):  # PDFium wants an address, which Python gives of writable memory only
        data = bytes(data) if data.readonly else (ctypes.c_char * len(data)).from_buffer(data)
    try:
        pdf = pypdfium2.PdfDocument(data, password=content.password.secret if content.password else None)
        if with_form:
            pdf.init_forms()
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            code = Code.DOCUMENT_PASSWORD_WRONG if content.password else Code.DOCUMENT_PASSWORD_NEEDED
            raise AppError(code, path=content.name) from error
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name) from error
        refuse_damaged(content, format, error)
    with closing(pdf):
        yield pdf


def _read(
    pdf: pypdfium2.PdfDocument,
    index: int,
    content: Content,
    characters_before: int,
    with_form: Callable[[], pypdfium2.PdfDocument],
) -> PageLines | None:
    """Read a page; None for one that is damaged."""
    try:
        with closing(pdf[index]) as page:
            on_top = NOTHING_ON_TOP
            if has_annotations(page):
                on_top = read_on_top(lambda: with_form()[index], content, characters_before)
            return read_page(page, content, characters_before, on_top)
    except pypdfium2.PdfiumError:
        return None


def _labels(pdf: pypdfium2.PdfDocument) -> tuple[str, ...]:
    """Return the labels in the file, a number for a page without one; empty if the file has none at all."""
    given = [
        clean_line(_string(lambda *to, at=index: pdfium.FPDF_GetPageLabel(pdf.raw, at, *to)), MAX_LABEL_CHARACTERS)
        for index in range(len(pdf))
    ]
    return tuple(label or str(number) for number, label in enumerate(given, 1)) if any(given) else ()


def _titles(found: Sequence[PageLines | None], outline: Sequence[Section]) -> Iterator[Title]:
    """Yield the titles that a running head may repeat: the outline, and lines that are not at the edge of their
    page."""
    for section in outline:
        yield Title(section.title)
    for number, page in enumerate(found):
        if page:
            outer = {line for row in (*page.edges.top, *page.edges.bottom) for line in row.lines}
            yield from (
                Title(line, number)
                for index, line in enumerate(page.lines)
                if index not in outer and len(line) <= MAX_TITLE_CHARACTERS
            )


def _outline(pdf: pypdfium2.PdfDocument, pages: int) -> tuple[Section, ...]:
    """Return the entries that lead to a page; pypdfium2 stops at entries that lead back to one another."""
    sections = []
    for entry in islice(pdf.get_toc(max_depth=MAX_OUTLINE_LEVELS), MAX_OUTLINE_ENTRIES):
        destination = entry.get_dest()
        index = destination.get_index() if destination else None
        title = clean_line(_string(lambda *to, raw=entry.raw: pdfium.FPDFBookmark_GetTitle(raw, *to)))
        if title and index is not None and 0 <= index < pages:
            sections.append(Section(title, index + 1, entry.level + 1))
    return tuple(sections)


def _chapters(outline: tuple[Section, ...], pages: int) -> list[str]:
    starts: dict[int, str] = {}
    for section in outline:
        starts.setdefault(section.page, section.title)
    ends = {section.page: section.title for section in outline}
    chapters, current = [], ""
    for number in range(1, pages + 1):
        chapters.append(starts.get(number, current))
        current = ends.get(number, current)
    return chapters


def _facts(pdf: pypdfium2.PdfDocument) -> Facts:
    """Return the facts in a PDF's information dictionary (ISO 32000-1, 14.3.3); a DOI may have an entry of its own."""
    identifiers = (_metadata(pdf, key) for key in (b"doi", b"WPS-ARTICLEDOI", b"Subject", b"Title"))
    return make_facts(
        (_metadata(pdf, key) for key in (b"CreationDate", b"ModDate")),
        authors([_metadata(pdf, b"Author")]),
        untrusted_identifiers=" ".join(identifiers),
    )


def _metadata(pdf: pypdfium2.PdfDocument, key: bytes) -> str:
    return _string(lambda *to: pdfium.FPDF_GetMetaText(pdf.raw, key, *to))


def _string(read: Callable[..., int]) -> str:
    return read_string(read, MAX_STRING_BYTES)

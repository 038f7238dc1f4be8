"""Reads what is on top of a PDF page: form fields, notes, struck words, comments."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import closing
from enum import Enum, auto

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium

from app.documents.formats.contract import MAX_CHARACTERS, Content, refuse_over
from app.documents.pdf.characters import read_string, text_in
from app.documents.pdf.form_fields import Field, is_shown, read_field
from app.documents.pdf.hidden_text import RawObject, look_at, meet
from app.documents.pdf.rulings import Box
from app.documents.text import notation

MAX_ANNOTATIONS = 5_000
"""The most annotations of a page, without links. Each is looked for among all that they draw."""

_MAX_QUADS = 1_000
_MIN_SIDE = 1.0  # points
_UNSEEN_FLAGS = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_NOTES = {pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WATERMARK}
_SHAPES = {
    *(pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE, pdfium.FPDF_ANNOT_POLYGON),
    *(pdfium.FPDF_ANNOT_POLYLINE, pdfium.FPDF_ANNOT_INK),
}
_COMMENTED = _SHAPES | {
    *(pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE, pdfium.FPDF_ANNOT_SQUIGGLY),
    *(pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_CARET, pdfium.FPDF_ANNOT_STAMP),
    pdfium.FPDF_ANNOT_FILEATTACHMENT,
}
_OF_INTEREST = _NOTES | _COMMENTED | {pdfium.FPDF_ANNOT_WIDGET}


class AnnotationKind(Enum):
    FIELD = auto()
    BOX = auto()
    NOTE = auto()
    STRIKE = auto()


class OverlayMark(msgspec.Struct, frozen=True):
    """A mark that people see on top of a page, and its place; `text` is in the form of `notation`, empty for a line
    through words.

    `named` is the same with the field's name from the form, for a field without words beside it on the page.
    """

    kind: AnnotationKind
    box: Box
    text: str = ""
    named: str = ""


class OnTop(msgspec.Struct, frozen=True):
    """All that is on top of a page: the visible `marks`; `hidden` is what people do not see, `comments` what is in the
    margin, both as they are to be kept."""

    marks: tuple[OverlayMark, ...] = ()
    hidden: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


NOTHING_ON_TOP = OnTop()


class _Annotation(msgspec.Struct, frozen=True):
    subtype: int
    box: Box
    is_seen: bool
    contents: str
    field: Field | None


def has_annotations(page: pypdfium2.PdfPage) -> bool:
    """Return whether there are any annotations but links: most pages have none, and need no more work."""
    return any(subtype in _OF_INTEREST for _, subtype in _annotations(page))


def read_on_top(load: Callable[[], pypdfium2.PdfPage], content: Content, characters_before: int) -> OnTop:
    """Read the annotations. `load` opens the page in a document of its own: they are drawn into it, which shows what
    people see, whatever the form's data say.

    Raises AppError DOCUMENT_LIMIT, and pypdfium2.PdfiumError if the page cannot be read.
    """
    with closing(load()) as page:
        found = _Reader(page, content, characters_before)
        own_objects = pdfium.FPDFPage_CountObjects(page.raw)
        flattened = pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
    if not flattened:
        return found.gather(lambda _: None)
    with closing(load()) as page:
        for raw in look_at(page, content).unseen:
            pdfium.FPDFPageObj_SetIsActive(raw, False)
        for index in range(own_objects):
            pdfium.FPDFPageObj_SetIsActive(pdfium.FPDFPage_GetObject(page.raw, index), False)
        with closing(page.get_textpage()) as textpage:
            refuse_over(MAX_CHARACTERS, characters_before + textpage.count_chars(), "characters", content)
            return found.gather(lambda box: text_in(textpage, box))


class _Reader:
    def __init__(self, page: pypdfium2.PdfPage, content: Content, characters_before: int) -> None:
        count = 0
        self._annotations: list[_Annotation] = []
        self._strikes: list[OverlayMark] = []
        self._comments: list[str] = []
        self._content = content
        self._characters = characters_before
        page_box: Box = page.get_bbox()
        for raw, subtype in _annotations(page):
            if subtype not in _OF_INTEREST:
                continue
            count += 1
            refuse_over(MAX_ANNOTATIONS, count, "page_objects", content)
            box = _box_of(raw)
            flags = pdfium.FPDFAnnot_GetFlags(raw)
            is_seen = not flags & _UNSEEN_FLAGS and min(box[2] - box[0], box[3] - box[1]) >= _MIN_SIDE
            is_seen = is_seen and meet(page_box, box)
            contents = (
                "" if subtype == pdfium.FPDF_ANNOT_WIDGET else self._counted(read_string(_entry(raw, b"Contents")))
            )
            form = page.formenv.raw if page.formenv else None
            field = read_field(form, raw, self._counted) if form and subtype == pdfium.FPDF_ANNOT_WIDGET else None
            if subtype in _COMMENTED and contents.strip():
                self._comments.append(notation.comment(contents, read_string(_entry(raw, b"T"))))
            if subtype == pdfium.FPDF_ANNOT_STRIKEOUT and is_seen:
                self._strikes += (OverlayMark(AnnotationKind.STRIKE, quad) for quad in _quads(raw))
            if field is not None or subtype in _NOTES:
                self._annotations.append(_Annotation(subtype, box, is_seen, contents, field))

    def _counted(self, text: str) -> str:
        """Count the text's characters: many fields may share one long value."""
        self._characters += len(text)
        refuse_over(MAX_CHARACTERS, self._characters, "characters", self._content)
        return text

    def gather(self, shown_in: Callable[[Box], str | None]) -> OnTop:
        """Return everything that was found. `shown_in` returns the text drawn in a box, None if it is not known."""
        marks = list(self._strikes)
        hidden: list[str] = []
        for each in self._annotations:
            shown = shown_in(each.box) if each.is_seen else ""
            if each.field is not None:
                unseen = each.field.hidden_words
                if each.is_seen:
                    value, unseen = each.field.compare(shown)
                    marks.append(_mark(each.field, each.box, value))
            else:
                contents = each.contents if each.subtype != pdfium.FPDF_ANNOT_STAMP else ""  # a comment on it
                if shown is None or "".join(contents.split()) == "".join(shown.split()):
                    text, unseen = contents, ""
                else:
                    text, unseen = shown, "" if is_shown(contents, shown) else contents
                if text.strip():
                    marks.append(
                        OverlayMark(AnnotationKind.NOTE, each.box, notation.annotation(" ".join(text.split())))
                    )
            if unseen.strip():
                hidden.append(unseen)
        return OnTop(tuple(marks), tuple(hidden), tuple(self._comments))


def _mark(field: Field, box: Box, value: str) -> OverlayMark:
    kind = AnnotationKind.BOX if field.is_box else AnnotationKind.FIELD
    return OverlayMark(kind, box, field.write(value, ""), field.write(value, field.name))


def _annotations(page: pypdfium2.PdfPage) -> Iterator[tuple[RawObject, int]]:
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        if raw := pdfium.FPDFPage_GetAnnot(page.raw, index):
            try:
                yield raw, pdfium.FPDFAnnot_GetSubtype(raw)
            finally:
                pdfium.FPDFPage_CloseAnnot(raw)


def _entry(raw: RawObject, key: bytes) -> Callable[..., int]:
    return lambda *to: pdfium.FPDFAnnot_GetStringValue(raw, key, *to)


def _box_of(raw: RawObject) -> Box:
    edges = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(raw, ctypes.byref(edges))
    left, right = sorted((edges.left, edges.right))
    bottom, top = sorted((edges.bottom, edges.top))
    return left, bottom, right, top


def _quads(raw: RawObject) -> Iterator[Box]:
    points = pdfium.FS_QUADPOINTSF()
    for index in range(min(pdfium.FPDFAnnot_CountAttachmentPoints(raw), _MAX_QUADS)):
        if pdfium.FPDFAnnot_GetAttachmentPoints(raw, index, ctypes.byref(points)):
            xs = (points.x1, points.x2, points.x3, points.x4)
            ys = (points.y1, points.y2, points.y3, points.y4)
            yield min(xs), min(ys), max(xs), max(ys)

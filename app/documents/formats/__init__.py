"""One module per format, each behind the same Protocol."""

from __future__ import annotations

import codecs
import io
import zipfile

from app.core.document import Document, Format, PageImage
from app.core.errors import AppError, Code
from app.documents import language
from app.documents.formats import docx, epub, markdown, odt, pdf, rtf, rtf_tokens, text
from app.documents.formats.base import Content, FormatReader, Progress
from app.documents.formats.detect import HEAD_BYTES, identify

__all__ = ["HEAD_BYTES", "Content", "Progress", "identify", "page_image", "parse", "preload"]

_READERS: dict[Format, FormatReader] = {
    Format.PDF: pdf,
    Format.EPUB: epub,
    Format.DOCX: docx,
    Format.ODT: odt,
    Format.RTF: rtf,
    Format.MARKDOWN: markdown,
    Format.TEXT: text,
}


_EPUB_SAMPLE = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": '<container><rootfile full-path="book.opf"/></container>',
    "book.opf": (
        '<package><metadata/><manifest><item id="a" href="a.xhtml"/><item id="b" href="b.xhtml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    ),
    "a.xhtml": "<html><body><p>Well formed</p></body></html>",
    "b.xhtml": "<html><body><p>Not well formed",
}
_DOCX_SAMPLE = {
    "[Content_Types].xml": "<Types/>",
    "word/document.xml": "<document><body><p><r><t>Sample</t></r></p></body></document>",
}
_ODT_SAMPLE = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "content.xml": "<document-content><body><text><p>Sample</p></text></body></document-content>",
}


def parse(content: Content, progress: Progress) -> Document:
    """The file as pages. Raises AppError with `path=content.name`: FORMAT_UNKNOWN, FORMAT_MISMATCH, FILE_EMPTY,
    DOCUMENT_DAMAGED, DOCUMENT_ENCRYPTED, DOCUMENT_NO_TEXT or DOCUMENT_LIMIT; and whatever `progress` raises.
    """
    if not content.data:
        raise AppError(Code.FILE_EMPTY, path=content.name)
    return _READERS[_identify(content)].parse(content, progress)


def page_image(content: Content, page: int, width: int) -> PageImage:
    """Page `page`, from 1, drawn `width` pixels wide (see `pdf.page_image` for the limits).

    Raises AppError PAGE_UNAVAILABLE for a format whose pages are not drawn, and for a page that does not exist;
    otherwise as `parse`.
    """
    if _identify(content) is not Format.PDF:
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=page)
    return pdf.page_image(content, page, width)


def preload() -> None:
    """Bring everything that parsing needs into memory, since files may be out of reach afterwards: libraries, codecs,
    the language model, and what all these load only when they are first used.
    """
    language.load()
    for encoding in (*text.ENCODINGS, *rtf_tokens.ENCODINGS, "utf-8-sig"):
        codecs.lookup(encoding)
    for name, sample in _samples():
        content = Content(name, sample, "")
        parse(content, _ignore)
    page_image(content, 1, 100)


def _ignore(done: int, total: int) -> None:
    pass


def _identify(content: Content) -> Format:
    return identify(content.name, bytes(content.data[:HEAD_BYTES]))


def _samples() -> list[tuple[str, bytes]]:
    """A small file of each format, the PDF last; its font is not embedded, so that PDFium looks for the system's."""
    drawing = b"BT /F 12 Tf 20 20 Td (Sample) Tj 1 1 1 rg (Pale) Tj ET"
    document = (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
        b"/Subtype/TrueType/BaseFont/Arial>>>>>>>>endobj\n4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n" % (len(drawing), drawing)
    )
    return [
        ("sample.txt", "naïve café\n".encode("cp1252")),
        ("sample.md", b"# Sample\n\n*text*\n"),
        ("sample.epub", _pack(_EPUB_SAMPLE)),
        ("sample.docx", _pack(_DOCX_SAMPLE)),
        ("sample.odt", _pack(_ODT_SAMPLE)),
        ("sample.rtf", rb"{\rtf1\ansi Sample {\b text}\par}"),
        ("sample.pdf", document),
    ]


def _pack(members: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return packed.getvalue()

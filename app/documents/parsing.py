"""Reads documents: finds the format of a file and calls its module."""

from __future__ import annotations

import codecs
import io
import zipfile

from app.core.document import Document, Format, PageLayer
from app.core.errors import AppError, Code
from app.core.image import Raster
from app.documents import plain_text
from app.documents.formats.contract import Content, FormatReader, Progress
from app.documents.formats.detect import HEAD_BYTES, identify
from app.documents.pdf import pdf, text_layer
from app.documents.tables import csv, xlsx
from app.documents.text import language
from app.documents.web import charsets, eml, epub, html, markdown
from app.documents.word import docx, odt, rtf, rtf_tokens

_READERS: dict[Format, FormatReader] = {
    Format.PDF: pdf,
    Format.EPUB: epub,
    Format.DOCX: docx,
    Format.ODT: odt,
    Format.RTF: rtf,
    Format.MARKDOWN: markdown,
    Format.TEXT: plain_text,
    Format.HTML: html,
    Format.EML: eml,
    Format.CSV: csv,
    Format.XLSX: xlsx,
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
    DOCUMENT_DAMAGED, DOCUMENT_ENCRYPTED, DOCUMENT_PASSWORD_NEEDED, DOCUMENT_PASSWORD_WRONG, DOCUMENT_NO_TEXT or
    DOCUMENT_LIMIT; and whatever `progress` raises.
    """
    if not content.data:
        raise AppError(Code.FILE_EMPTY, path=content.name)
    return _READERS[_identify(content)].parse(content, progress)


def page_image(content: Content, page: int, width: int) -> Raster:
    """Page `page`, from 1, drawn `width` pixels wide (see `pdf.page_image` for the limits).

    Raises AppError PAGE_UNAVAILABLE for a format whose pages are not drawn, and for a page that does not exist;
    otherwise as `parse`.
    """
    _require_pdf(content, page)
    return pdf.page_image(content, page, width)


def page_layer(content: Content, page: int) -> PageLayer:
    """The characters of page `page`, from 1, and their places on its drawing. Raises AppError as `page_image`."""
    _require_pdf(content, page)
    return text_layer.page_layer(content, page)


def _require_pdf(content: Content, page: int) -> None:
    if _identify(content) is not Format.PDF:
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=page)


def scan_image(content: Content, page: int) -> Raster:
    """As `page_image`, in the size at which text is recognised best (`pdf.scan_image`)."""
    _require_pdf(content, page)
    return pdf.scan_image(content, page)


def preload() -> None:
    """Loads everything that parsing needs, since files may be out of reach afterwards: libraries, codecs, the language
    model, and what these load when they are first used.
    """
    language.load()
    for encoding in (*plain_text.ENCODINGS, *rtf_tokens.ENCODINGS, *charsets.CODECS, "utf-8-sig", "latin-1"):
        codecs.lookup(encoding)
    for name, sample in _samples():
        content = Content(name, sample, "")
        parse(content, lambda _done, _total: None)
    page_image(content, 1, 100)
    page_layer(content, 1)


def _identify(content: Content) -> Format:
    return identify(content.name, bytes(content.data[:HEAD_BYTES]))


def _samples() -> list[tuple[str, bytes]]:
    """A small file of each format, the PDF last. Its font is not embedded, so that PDFium looks for the system's."""
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
        ("sample.html", b"<!DOCTYPE html><title>Sample</title><p>Caf&eacute;"),
        ("sample.eml", _MAIL),
        ("sample.csv", b"a;b\n1;2\n"),
        ("sample.xlsx", _workbook()),
        ("sample.pdf", document),
    ]


def _pack(members: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return packed.getvalue()


_MAIL = b"""\
From: =?utf-8?q?J=C3=B6rg?= <a@example.org>
Subject: =?iso-8859-1?b?U2FtcGxl?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

Y2Fmw6k=
--b
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>caf=E9
--b
Content-Disposition: attachment; filename*=utf-8''a%20b

attached
--b--
"""


def _workbook() -> bytes:
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/a.xml"/>'
    return _pack(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships><Relationship Type="{relations}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns:r="{relations}"><sheets><sheet name="A" r:id="r1"/></sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{sheet}</Relationships>",
            "xl/worksheets/a.xml": '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
            "</worksheet>",
        }
    )

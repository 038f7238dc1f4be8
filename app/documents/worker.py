"""The reader: the process in which one untrusted document is decoded, and nothing else.

Its command line is that of `isolation.worker_main.enter`; its file is the document, opened by the desk. `_READERS` says
which module reads which format.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import mmap
import os
import sys
import time
import traceback
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.documents.document import Document, Format, PageLayer
from app.core.errors import AppError, Code, Problem
from app.documents import pictures, plain_text, zip_folder
from app.documents.files import PACKED_LIMIT_BYTES
from app.documents.formats import ole
from app.documents.formats.contract import ContainerReader, Content, DrawnReader, FormatReader, Progress
from app.documents.formats.detect import HEAD_BYTES, OLE, identify, is_folder
from app.documents.formats.members import list_members, take_member
from app.documents.images import decoding
from app.documents.mail import eml, mbox, msg
from app.documents.opendocument import odp, ods, odt
from app.documents.pdf import highlights, pdf, text_layer
from app.documents.protocol import (
    Annotate,
    Annotated,
    CoverRead,
    DrawnPage,
    DrawPage,
    DrawScan,
    Event,
    Highlight,
    LayerRead,
    ListMembers,
    MembersListed,
    MemberTaken,
    OfFile,
    Order,
    Parse,
    Parsed,
    ReadCover,
    ReadLayer,
    ReadSizes,
    SizesRead,
    TakeMember,
)
from app.documents.slides import pptx
from app.documents.tables import csv, xls, xlsx
from app.documents.text import language
from app.documents.web import epub, fb2, html, latex, markdown, mime, mobi, notebook, org, subtitles
from app.documents.word import doc, docx, rtf, rtf_controls
from app.isolation import worker_main
from app.isolation.heartbeat import Port, WireFailed

HASH_SLICE_BYTES = 16 << 20
EVENT_INTERVAL_S = 0.05
"""The least seconds between two reports of progress, so that a book of many small steps does not flood the pipe."""

_READERS: dict[Format, FormatReader] = {
    Format.PDF: pdf,
    Format.EPUB: epub,
    Format.DOCX: docx,
    Format.DOC: doc,
    Format.ODT: odt,
    Format.RTF: rtf,
    Format.MARKDOWN: markdown,
    Format.TEXT: plain_text,
    Format.HTML: html,
    Format.EML: eml,
    Format.CSV: csv,
    Format.XLSX: xlsx,
    Format.PPTX: pptx,
    Format.ODP: odp,
    Format.XLS: xls,
    Format.ODS: ods,
    Format.MSG: msg,
    Format.MBOX: mbox,
    Format.NOTEBOOK: notebook,
    Format.SUBTITLES: subtitles,
    Format.FB2: fb2,
    Format.IMAGE: pictures,
    Format.LATEX: latex,
    Format.MOBI: mobi,
    Format.ORG: org,
}


_CONTAINERS: dict[Format, ContainerReader] = {Format.EML: eml, Format.MBOX: mbox, Format.MSG: msg}
_DRAWN: dict[Format, DrawnReader] = {Format.PDF: pdf, Format.IMAGE: pictures}


class ProgressSender:
    """Sends the progress of a format to the desk; every call is a sign that the work goes on."""

    def __init__(self, port: Port[Order]) -> None:
        self._port = port
        self._sent_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        self._port.step()
        now = time.monotonic()
        if done >= total or now - self._sent_at >= EVENT_INTERVAL_S:
            self._sent_at = now
            self._port.send(Opening(done, total))


class DocumentHandler:
    """The document on which the orders are carried out."""

    def __init__(self, untrusted_bytes: memoryview | bytes) -> None:
        self._untrusted_bytes = untrusted_bytes
        self._sha256 = ""

    def carry_out(self, order: Order, progress: ProgressSender) -> Event:
        """Carry out an order, and make an event of whatever happens: AppErrors as they are, memory by its own code, the
        rest by `diagnose`."""
        format: Format | None = None
        try:
            match order:
                case ListMembers() | TakeMember():
                    return of_container(Content(order.name, self._untrusted_bytes, ""), order)
            content = Content(order.name, self._untrusted_bytes, self._hash(progress), order.password)
            format = _identify(content)
            match order:
                case Parse():
                    return Parsed(parse(content, progress))
                case DrawPage() | ReadLayer() | OfFile() if order.sha256 != content.sha256:
                    raise AppError(Code.PAGE_UNAVAILABLE, path=order.name, page=order.page)
                case DrawPage(page=page, width=width):
                    return DrawnPage(page_image(content, page, width))
                case ReadLayer(page=page):
                    return LayerRead(page_layer(content, page))
                case ReadSizes():
                    return SizesRead(page_sizes(content))
                case ReadCover():
                    return CoverRead(cover_picture(content))
                case Annotate(highlights=wanted):
                    return Annotated(annotated(content, wanted))
                case DrawScan(page=page):
                    return DrawnPage(scan_image(content, page))
        except AppError as error:
            return WireFailed(error.problem)
        except MemoryError:
            return out_of_memory(order.name)
        except Exception as error:
            traceback.print_exc()  # goes nowhere, unless OCTAVO_DEBUG connects it
            return WireFailed(diagnose(error, order.name, format))

    def _hash(self, progress: ProgressSender) -> str:
        """Return the SHA-256 of the file, in hex; it is worked out once."""
        if not self._sha256:
            digest = hashlib.sha256()
            for start in range(0, len(self._untrusted_bytes), HASH_SLICE_BYTES):
                digest.update(self._untrusted_bytes[start : start + HASH_SLICE_BYTES])
                progress(0, 0)
            self._sha256 = digest.hexdigest()
        return self._sha256


def out_of_memory(name: str) -> WireFailed:
    return WireFailed(Problem(Code.READER_OUT_OF_MEMORY, {"path": name}))


def diagnose(error: Exception, name: str, format: Format | None) -> Problem:
    """Return the problem to report for an exception that no format expected.

    Built-in exceptions that our own code raised, and everything the sandbox or a missing import causes, are our bugs.
    What a library raised, in its code or of its own type, says that the library could not make sense of the bytes.
    RecursionError is a document nested beyond reason, wherever the stack happened to end.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    ours = bool(frames) and _is_ours(frames[-1][0]) and type(error).__module__ == "builtins"
    if not isinstance(error, RecursionError) and (ours or isinstance(error, OSError | ImportError)):
        file, line = (frames[-1][0].f_code.co_filename, frames[-1][1]) if frames else ("?", 0)
        return Problem(Code.BUG, {"where": f"{Path(file).name}:{line} {type(error).__name__}"})
    return Problem(Code.DOCUMENT_DAMAGED, {"path": name, "format": format.value if format else ""})


def _is_ours(frame: FrameType) -> bool:
    """Return whether a frame is of our code, by its package, since a frozen program names no files."""
    return str(frame.f_globals.get("__package__")).partition(".")[0] == "app"


def parse(content: Content, progress: Progress) -> Document:
    """Parse the file into pages. Raises AppError with `path=content.name`: FORMAT_UNKNOWN, FORMAT_MISMATCH, FILE_EMPTY,
    DOCUMENT_DAMAGED, DOCUMENT_ENCRYPTED, DOCUMENT_PASSWORD_NEEDED, DOCUMENT_PASSWORD_WRONG, DOCUMENT_NO_TEXT or
    DOCUMENT_LIMIT; and whatever `progress` raises."""
    if not content.data:
        raise AppError(Code.FILE_EMPTY, path=content.name)
    return _READERS[_identify(content)].parse(content, progress)


def of_container(content: Content, order: ListMembers | TakeMember) -> MembersListed | MemberTaken:
    """List the documents inside a file, or take one of them out. Raises AppError as `parse` does; PAGE_UNAVAILABLE for
    a file that holds no documents, and for a place at which there is none."""
    files = _container(content).inner_files(content)
    if isinstance(order, ListMembers):
        return MembersListed(list_members(files, content))
    return MemberTaken(*take_member(files, order.number, content))


def _container(content: Content) -> ContainerReader:
    if is_folder(content.name, bytes(content.data[:HEAD_BYTES])):
        return zip_folder
    reader = _CONTAINERS.get(_identify(content))
    if reader is None:
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=1)
    return reader


def page_image(content: Content, page: int, width: int) -> Raster:
    """Return page `page`, from 1, drawn `width` pixels wide (see `pdf.page_image` for the limits).

    Raises AppError PAGE_UNAVAILABLE for a format whose pages are not drawn, and for a page that does not exist;
    otherwise as `parse` does.
    """
    return _drawn(content, page).page_image(content, page, width)


def page_layer(content: Content, page: int) -> PageLayer:
    """Return the characters of page `page`, from 1, and their places on its drawing. Raises AppError as `page_image`
    does."""
    if _drawn(content, page) is _DRAWN[Format.IMAGE]:
        return pictures.page_layer(content, page)
    return text_layer.page_layer(content, page)


def page_sizes(content: Content) -> tuple[tuple[float, float], ...]:
    """Return width and height of each page in points (see `pdf.page_sizes`). Raises AppError as `page_image` does."""
    return _drawn(content, 1).page_sizes(content)


def cover_picture(content: Content) -> bytes:
    """Return the picture that an EPUB has of its cover, as it is in the file; none for a book of another format."""
    return epub.cover_picture(content) if _identify(content) is Format.EPUB else b""


def annotated(content: Content, wanted: Sequence[Highlight]) -> bytes:
    """Return a copy of a PDF with highlights (see `highlights.annotated`). Raises AppError PAGE_UNAVAILABLE for a file
    of another format."""
    if _identify(content) is not Format.PDF:
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=1)
    return highlights.annotated(content, wanted)


def _drawn(content: Content, page: int) -> DrawnReader:
    reader = _DRAWN.get(_identify(content))
    if reader is None:
        raise AppError(Code.PAGE_UNAVAILABLE, path=content.name, page=page)
    return reader


def scan_image(content: Content, page: int) -> Raster:
    """Draw page `page`, from 1, in the best size for recognition (`pdf.scan_image`); raises as `page_image` does."""
    return _drawn(content, page).scan_image(content, page)


def preload() -> None:
    """Load everything that parsing needs, since files may be out of reach afterwards: libraries, codecs, the language
    model, and what these load when they are first used."""
    language.load()
    decoding.get_ready()
    for encoding in (*plain_text.ENCODINGS, *rtf_controls.ENCODINGS, *mime.CODECS, "utf-8-sig", "latin-1"):
        codecs.lookup(encoding)
    for name, sample in _samples():
        content = Content(name, sample, "")
        parse(content, lambda _done, _total: None)
    page_image(content, 1, 100)
    page_layer(content, 1)
    page_sizes(content)


def _identify(content: Content) -> Format:
    """Return the format of a file, by `detect.identify`; a compound file is looked into: its beginning does not tell
    it."""
    head = bytes(content.data[:HEAD_BYTES])
    return ole.identify(content) if head.startswith(OLE) else identify(content.name, head)


# ---- what `preload` reads

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
_ODS_SAMPLE = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": "<document-content><body><spreadsheet><table name='A'><table-row><table-cell><p>1</p></table-cell>"
    "</table-row></table></spreadsheet></body></document-content>",
}
_ODP_SAMPLE = {
    "mimetype": "application/vnd.oasis.opendocument.presentation",
    "content.xml": "<document-content><body><presentation><page><frame><text-box><p>Sample</p></text-box></frame>"
    "</page></presentation></body></document-content>",
}


def _samples() -> list[tuple[str, bytes]]:
    """Return a small file of each format but those in compound files, which load nothing late; the PDF last. Its font
    is not embedded, so that PDFium looks for the system's."""
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
        ("sample.mbox", b"From a Thu Mar 12 10:00:00 2026\n" + _MAIL),
        ("sample.csv", b"a;b\n1;2\n"),
        ("sample.xlsx", _workbook()),
        ("sample.pptx", _presentation()),
        ("sample.odp", _pack(_ODP_SAMPLE)),
        ("sample.ods", _pack(_ODS_SAMPLE)),
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


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _presentation() -> bytes:
    slide = f'<Relationship Id="r1" Type="{_RELATIONS}/slide" Target="slides/a.xml"/>'
    return _pack(
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": f'<presentation xmlns:r="{_RELATIONS}"><sldIdLst><sldId r:id="r1"/></sldIdLst>'
            "</presentation>",
            "ppt/_rels/presentation.xml.rels": f"<Relationships>{slide}</Relationships>",
            "ppt/slides/a.xml": "<sld><cSld><spTree><sp><txBody><p><r><t>Sample</t></r></p></txBody></sp></spTree>"
            "</cSld></sld>",
        }
    )


def _workbook() -> bytes:
    sheet = f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/a.xml"/>'
    return _pack(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships><Relationship Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns:r="{_RELATIONS}"><sheets><sheet name="A" r:id="r1"/></sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{sheet}</Relationships>",
            "xl/worksheets/a.xml": '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
            "</worksheet>",
        }
    )


def main(*arguments: str) -> None:
    port, (fd,) = worker_main.enter(
        Order, arguments, get_ready=preload, mapped_bytes=PACKED_LIMIT_BYTES, opens_fonts=True
    )
    # The mapping is a private copy on write, though nothing is written: ctypes gives PDFium the address of writable
    # memory only.
    handler = DocumentHandler(memoryview(mmap.mmap(fd, os.fstat(fd).st_size, access=mmap.ACCESS_COPY)))
    progress = ProgressSender(port)
    worker_main.serve(port, lambda order: handler.carry_out(order, progress), lambda order: out_of_memory(order.name))


if __name__ == "__main__":
    main(*sys.argv[1:])

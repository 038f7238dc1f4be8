"""Which format a file is of."""

from __future__ import annotations

import pytest

from app.core.documents.document import Format, RefusedKind
from app.core.errors import AppError, Code, Problem
from app.documents.formats import ole
from app.documents.formats.contract import Content
from app.documents.formats.detect import HEAD_BYTES, identify
from app.wording import refusals
from app.wording.errors import sentence
from tests.documents.compound_writer import write_compound
from tests.documents.epub_writer import write_epub
from tests.documents.office_writer import write_docx, write_ods, write_odt
from tests.documents.pdf_writer import write_pdf
from tests.documents.slides_writer import write_odp, write_pptx
from tests.documents.workbook_writer import write_workbook

_PDF = write_pdf([""])
_EPUB = write_epub(["<p>x</p>"])
_ZIP = write_epub(["<p>x</p>"], mimetype=False)
_DOCX = write_docx("")
_ODT = write_odt("")
_RTF = b"{\\rtf1\\ansi Text}"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_BARE_OPC = _DOCX[: _DOCX.index(b"word/")]  # what can be seen where the first member is long
_XLSX = write_workbook({"A": ""})
_PPTX = write_pptx([""])
_ODP = write_odp([""])
_ODS = write_ods({"A": ""})
_TEXT = "A naïve text.\n".encode()
_ELF = b"\x7fELF\x02\x01\x01\x00"
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@pytest.mark.parametrize(
    ("name", "head", "format"),
    [
        ("a.pdf", _PDF, Format.PDF),
        ("A.PDF", _PDF, Format.PDF),
        ("a.pdf", b"\xef\xbb\xbf\r\n" + _PDF, Format.PDF),
        ("a.pdf", b"HTTP/1.1 200 OK\r\n\r\n" + _PDF, Format.PDF),
        ("a", _PDF, Format.PDF),
        ("a.dat", _PDF, Format.PDF),
        ("a.epub", _EPUB, Format.EPUB),
        ("a.epub", _ZIP, Format.EPUB),
        ("a.zip", _EPUB, Format.EPUB),
        ("a.docx", _DOCX, Format.DOCX),
        ("a", _DOCX, Format.DOCX),
        ("a.docx", _BARE_OPC, Format.DOCX),
        ("a.docx", _OLE, Format.DOCX),  # the parser will say that it is encrypted
        ("a.odt", _ODT, Format.ODT),
        ("a", _ODT, Format.ODT),
        ("a.odt", _ZIP, Format.ODT),
        ("a.rtf", _RTF, Format.RTF),
        ("a.doc", _RTF, Format.RTF),
        ("a.md", _TEXT, Format.MARKDOWN),
        ("a.Markdown", _TEXT, Format.MARKDOWN),
        ("a.txt", _TEXT, Format.TEXT),
        ("README", _TEXT, Format.TEXT),
        ("a.py", _TEXT, Format.TEXT),
        ("a.unheard-of", _TEXT, Format.TEXT),
        ("a.txt", b"", Format.TEXT),
        ("a.txt", "日本語".encode("utf-16"), Format.TEXT),
        ("a.txt", "日本語".encode("utf-32"), Format.TEXT),
        ("a.txt", "日本語".encode("iso2022_jp"), Format.TEXT),
        ("a.txt", b"The mark of a PDF is %PDF-1.7.", Format.TEXT),
        ("a.log", b"\x1b[31mred\x1b[0m\x0c\x08", Format.TEXT),
        ("a.pdf", _ELF, Format.PDF),  # the parser will say that it is damaged
        ("a.epub", _ELF, Format.EPUB),
        *((name, _PNG, Format.IMAGE) for name in ("a.png", "a.JPG", "a")),
        ("a.tif", b"II*\0", Format.IMAGE),
        ("a.webp", _ELF, Format.IMAGE),
        (r"C:\books\a.md", _TEXT, Format.MARKDOWN),
        *((f"a.{ending}", b"Words", Format.HTML) for ending in ("html", "HTM", "xhtml", "mht", "mhtml")),
        *(
            (f"a{ending}", b"\r\n <!-- <p> --><!DocType  HTML>", Format.HTML)
            for ending in ("", ".txt", ".php", ".html")
        ),
        ("a", b"<?xml version='1.0'?>\n<!-- a --><!-- b -->\n<html xmlns='x'>", Format.HTML),
        ("a", b"\xef\xbb\xbf<HEAD>", Format.HTML),
        ("a", "<body class=a>".encode("utf-16"), Format.HTML),
        ("a.md", b"<body>\n\n# Title", Format.MARKDOWN),
        *(
            ("a.txt", text, Format.TEXT)
            for text in (b"See <html>", b"<htmlx>", b"<p>x</p>", b"<!-- <html>", b"<header>")
        ),
        *(("a.txt", text * 2_000, Format.TEXT) for text in (b"<!--", b"<!---->", b" ", b"<?xml ?>", b"a:\n ", b"a:\n")),
        ("a.eml", b"Received: from a\r\n by b\r\n", Format.EML),
        ("a.eml", b"From a@b Thu Mar 12\nX-Odd: 1\nSubject: x\n\n\x00\x01", Format.EML),
        ("a.txt", b"From: a\nTo: b\n", Format.TEXT),
        ("a", b"From: a\nTo: b\n", Format.TEXT),
        ("a.csv", b"a,b\n", Format.CSV),
        ("a.ipynb", b'{"cells": []}', Format.NOTEBOOK),
        *((f"a.{ending}", b"\\documentclass{article}", Format.LATEX) for ending in ("tex", "latex", "LTX")),
        *((f"a.{ending}", b"1\n00:00:01,000 -->", Format.SUBTITLES) for ending in ("srt", "VTT")),
        ("a.Org", b"* One\n", Format.ORG),
        ("a.fb2", b"<?xml version='1.0'?><FictionBook>", Format.FB2),
        ("a.mbox", b"From a Thu Mar 12 10:00:00 2026\nSubject: x\n", Format.MBOX),
        ("Inbox", b"From - Thu Mar 12 10:00:00 2026\r\nX-Odd: 1\r\nSubject: x\r\n", Format.MBOX),
        ("a.txt", b"From a Thu Mar 12 10:00:00 2026\nSubject: x\n", Format.TEXT),
        ("a.TSV", "a\tb".encode("utf-16"), Format.CSV),
        ("a.txt", b"a,b\n", Format.TEXT),
        ("a.xlsx", _XLSX, Format.XLSX),
        ("a", _XLSX, Format.XLSX),
        ("a.xlsx", _ZIP, Format.XLSX),  # the parser will say that it is damaged
        *((name, _PPTX, Format.PPTX) for name in ("a.pptx", "a.PPTM", "a.ppsx", "a")),
        ("a.pptx", _OLE, Format.PPTX),
        *((name, _ODS, Format.ODS) for name in ("a.ods", "a")),
        ("a.xls", _OLE, Format.XLS),
        *((name, _ODP, Format.ODP) for name in ("a.odp", "a")),
        ("a.odp", _ZIP, Format.ODP),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), Format.XLSX),
    ],
)
def test_a_format_is_known_by_its_bytes_and_then_by_its_name(name: str, head: bytes, format: Format) -> None:
    assert identify(name, head) is format
    assert identify(name, head[:HEAD_BYTES]) is format


@pytest.mark.parametrize(
    ("name", "head", "expected", "found"),
    [
        ("a.epub", _PDF, "epub", "pdf"),
        ("a.txt", _PDF, "text", "pdf"),
        ("a.md", _EPUB, "markdown", "epub"),
        ("a.pdf", _EPUB, "pdf", "epub"),
        ("a.pdf", b"<!DOCTYPE html><html>Not found</html>", "pdf", "html"),
        ("a.csv", b"<html><table>", "csv", "html"),
        ("a.eml", b"<html><table>", "eml", "html"),
        ("a.eml", b"A note: this is no mail.\n", "eml", "text"),
        ("a.html", _PDF, "html", "pdf"),
        ("a.xlsx", _EPUB, "xlsx", "epub"),
        ("a.epub", _XLSX, "epub", "xlsx"),
        ("a.xlsx", _TEXT, "xlsx", "text"),
        ("a.epub", _TEXT, "epub", "text"),
        ("a.docx", _ODT, "docx", "odt"),
        ("a.docx", _RTF, "docx", "rtf"),
        ("a.docx", _TEXT, "docx", "text"),
        ("a.docx", _PDF, "docx", "pdf"),
        ("a.odt", _DOCX, "odt", "docx"),
        ("a.odt", _ODP, "odt", "odp"),
        ("a.pdf", _PNG, "pdf", "image"),
        ("a.png", _PDF, "image", "pdf"),
        ("a.md", _PNG, "markdown", "image"),
        ("a.xls", _XLSX, "xls", "xlsx"),
        ("a.ipynb", _PDF, "ipynb", "pdf"),
        ("a.fb2", b"<html>", "fb2", "html"),
        ("a.xls", b"<html><table>", "xls", "html"),
        ("a.docx", _PPTX, "docx", "pptx"),
        ("a.rtf", _DOCX, "rtf", "docx"),
        ("a.txt", _RTF, "text", "rtf"),
    ],
)
def test_a_name_that_promises_another_format_is_told(name: str, head: bytes, expected: str, found: str) -> None:
    with pytest.raises(AppError) as raised:
        identify(name, head)
    assert raised.value.code is Code.FORMAT_MISMATCH
    assert raised.value.params == {"path": name, "expected": expected, "found": found}


@pytest.mark.parametrize(("name", "head"), [*((name, _ELF) for name in ("a", "a.txt", "a.md")), ("a.txt", b"text\x00")])
def test_anything_else_is_unknown(name: str, head: bytes) -> None:
    with pytest.raises(AppError) as raised:
        identify(name, head)
    assert (raised.value.code, raised.value.params) == (Code.FORMAT_UNKNOWN, {"path": name})


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        *((name, _ZIP, RefusedKind.ARCHIVE) for name in ("a.docx", "a.pptx", "a.pdf", "a.zip", "a")),
        *((name, _ZIP, RefusedKind.IWORK) for name in ("a.pages", "b.KEY", "c.numbers")),
        ("a.vsdx", _ZIP, RefusedKind.VISIO),
        ("mail.pst", b"!BDN\x00\x01", RefusedKind.OUTLOOK_DATA),
        ("a.pdf", b"!BDN\x00\x01", RefusedKind.OUTLOOK_DATA),
        ("a.accdb", b"\x00\x01\x00\x00Standard ACE DB\x00", RefusedKind.ACCESS),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", RefusedKind.ARCHIVE),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\x00", RefusedKind.ARCHIVE),
        ("a.tgz", b"\x1f\x8b\x08\x00", RefusedKind.ARCHIVE),
        ("a", b"name".ljust(257, b"\x00") + b"ustar", RefusedKind.ARCHIVE),
        ("a.prc", b"name".ljust(60, b"\x00") + b"TEXtREAd", RefusedKind.KINDLE),
        ("a.djvu", b"AT&TFORM\x00", RefusedKind.DJVU),
        ("winmail.dat", b"\x78\x9f\x3e\x22\x00", RefusedKind.WINMAIL),
    ],
)
def test_what_is_known_and_not_read_is_named(name: str, head: bytes, kind: RefusedKind) -> None:
    with pytest.raises(AppError) as raised:
        identify(name, head)
    assert (raised.value.code, raised.value.params) == (Code.FORMAT_REFUSED, {"path": name, "kind": kind})


@pytest.mark.parametrize(
    ("stream", "kind"),
    [
        ("PowerPoint Document", RefusedKind.POWERPOINT),
        ("Quill/QuillSub/CONTENTS", RefusedKind.PUBLISHER),
        ("VisioDocument", RefusedKind.VISIO),
    ],
)
def test_what_is_in_a_compound_file_is_named(stream: str, kind: RefusedKind) -> None:
    for name in ("a", "a.docx", "a.doc", "a.xls"):
        with pytest.raises(AppError) as raised:
            ole.identify(Content(name, write_compound({stream: b"x"}), ""))
        assert (raised.value.code, raised.value.params) == (Code.FORMAT_REFUSED, {"path": name, "kind": kind})


def test_every_kind_that_is_refused_has_words_and_a_way_out() -> None:
    for kind in RefusedKind:
        assert refusals.what(kind) != "?"
        assert refusals.way_out(kind).endswith(".")
    problem = Problem(Code.FORMAT_REFUSED, {"path": "mail.pst", "kind": "outlook_data"})
    assert sentence(problem) == (
        "“mail.pst” is an Outlook archive, which Octavo does not read. Open it in Outlook and save the messages that"
        " you need as files."
    )

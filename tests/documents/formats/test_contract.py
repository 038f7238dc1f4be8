"""The contract that every format keeps to, whatever it is given."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.documents.document import Document, Flag, Format
from app.core.errors import AppError, Code
from app.documents import worker
from app.documents.formats.contract import MAX_LABEL_CHARACTERS, Content
from app.documents.images.kinds import ImageKind
from app.documents.text.clean import clean
from tests.documents.compound_writer import write_xls, xls_sheet
from tests.documents.doc_writer import paragraph as paragraph97
from tests.documents.doc_writer import write_doc
from tests.documents.epub_writer import write_epub
from tests.documents.images.gallery import flag, noise, saved, variants
from tests.documents.message_writer import message, write_msg
from tests.documents.mobi_writer import write_mobi
from tests.documents.office_writer import paragraph, word_heading, write_docx, write_ods, write_odt, write_rtf
from tests.documents.pdf_writer import lines, write_pdf
from tests.documents.slides_writer import frame, shape, text, write_odp, write_pptx
from tests.documents.slides_writer import title as slide_title
from tests.documents.workbook_writer import sheet, write_workbook

_PROSE = "The lighthouse keeper wrote every evening into the book that lay beside the lamp. "
_FIRST, _SECOND = "One: the lamp", "Two: the storm"
_WORDS = ("lighthouse", "storm", "lantern")


def _pdf() -> bytes:
    body = [_PROSE, "Then the storm came, and the lantern went out."]
    return write_pdf(
        [lines(_FIRST, *body), lines(_SECOND, *body)], title="The Keeper", outline=[(_FIRST, 0, 1), (_SECOND, 1, 1)]
    )


def _epub() -> bytes:
    body = f"<p>{_PROSE * 6}</p><p>Then the storm came, and the lantern went out.</p>"
    return write_epub([f"<h1>{_FIRST}</h1>{body}", f"<h1>{_SECOND}</h1>{body}"], title="The Keeper")


def _docx() -> bytes:
    body = paragraph(_PROSE * 6) + paragraph("Then the storm came, and the lantern went out.")
    return write_docx(word_heading(_FIRST) + body + word_heading(_SECOND) + body, title="The Keeper")


def _doc() -> bytes:
    body = [paragraph97(_PROSE * 6), paragraph97("Then the storm came, and the lantern went out.")]
    return write_doc([paragraph97(_FIRST, 1), *body, paragraph97(_SECOND, 1), *body], title="The Keeper")


def _odt() -> bytes:
    body = f"<text:p>{_PROSE * 6}</text:p><text:p>Then the storm came, and the lantern went out.</text:p>"
    first, second = (f'<text:h text:outline-level="1">{title}</text:h>' for title in (_FIRST, _SECOND))
    return write_odt(first + body + second + body, title="The Keeper")


def _rtf() -> bytes:
    body = rf"\pard {_PROSE * 6}\par Then the storm came, and the lantern went out.\par"
    return write_rtf(rf"\pard\s1 {_FIRST}\par{body}\pard\s1 {_SECOND}\par{body}", title="The Keeper")


def _markdown() -> bytes:
    body = f"{_PROSE * 6}\n\nThen the storm came, and the lantern went out.\n\n"
    return f"---\ntitle: The Keeper\n---\n# {_FIRST}\n\n{body}# {_SECOND}\n\n{body}".encode()


def _text() -> bytes:
    return (f"{_PROSE * 15}\r\n\r\n" + "Then the storm came, and the lantern went out.\r\n\r\n" * 40).encode()


def _html() -> bytes:
    body = f"<p>{_PROSE * 6}</p><p>Then the storm came, and the lantern went out.</p>"
    chapters = f"<h1>{_FIRST}</h1>{body}<h1>{_SECOND}</h1>{body}"
    return f"<!DOCTYPE html><title>The Keeper</title><nav>Home</nav><main>{chapters}</main>".encode()


def _eml() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jörg <a@example.org>", "b@example.org", "The Keeper"
    mail.set_content(_html().decode(), "html")
    return bytes(mail)


def _rows() -> list[list[str]]:
    return [["Evening", "What was written"]] + [
        [str(number), f"{_PROSE}Then the storm came, and the lantern went out."] for number in range(1, 18)
    ]


def _csv() -> bytes:
    return "".join(f'{first};"{second}"\r\n' for first, second in _rows()).encode()


def _xlsx() -> bytes:
    rows = sheet(_rows()[:9])
    return write_workbook({_FIRST: rows, _SECOND: rows}, title="The Keeper")


def _pptx() -> bytes:
    body = text(_PROSE, "Then the storm came, and the lantern went out.")
    slides = [slide_title(heading) + shape(body, placeholder='idx="1"') for heading in (_FIRST, _SECOND)]
    return write_pptx(slides, title="The Keeper")


def _odp() -> bytes:
    body = frame(f"<text:p>{_PROSE}</text:p><text:p>Then the storm came, and the lantern went out.</text:p>")
    titles = (frame(f"<text:p>{heading}</text:p>", kind="title") for heading in (_FIRST, _SECOND))
    return write_odp([f"<draw:page>{each}{body}</draw:page>" for each in titles], title="The Keeper")


def _xls() -> bytes:
    cells = xls_sheet(_rows()[:9])
    return write_xls({_FIRST: cells, _SECOND: cells}, title="The Keeper")


def _ods() -> bytes:
    rows = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{cell}</text:p></table:table-cell>' for cell in row)}"
        "</table:table-row>"
        for row in _rows()[:9]
    )
    return write_ods({_FIRST: rows, _SECOND: rows}, title="The Keeper")


def _msg() -> bytes:
    return write_msg(message({0x0037: "The Keeper", 0x0C1A: "Ada", 0x1013: _html()}))


def _mbox() -> bytes:
    body = f"{_PROSE}\n\nThen the storm came, and the lantern went out.\n\n"
    return "".join(f"From a Thu Mar 12 10:00:00 2026\nSubject: {each}\n\n{body}" for each in (_FIRST, _SECOND)).encode()


def _notebook() -> bytes:
    body = [f"{_PROSE * 6}\n", "\n", "Then the storm came, and the lantern went out."]
    cells: list[dict[str, object]] = []
    for heading in (_FIRST, _SECOND):
        cells.append({"cell_type": "markdown", "source": [f"# {heading}\n", "\n", *body]})
        output = {"output_type": "stream", "text": ["lamp\n"]}
        cells.append({"cell_type": "code", "source": "print('lamp')", "outputs": [output]})
    return json.dumps({"nbformat": 4, "cells": cells, "metadata": {"title": "The Keeper"}}).encode()


def _subtitles() -> bytes:
    cues = (
        f"{number}\r\n00:0{number}:00,000 --> 00:0{number}:10,000\r\n{_PROSE}\r\nThen the storm came, and the lantern"
        " went out.\r\n\r\n"
        for number in range(1, 9)
    )
    return "".join(cues).encode()


def _fb2() -> bytes:
    body = f"<p>{_PROSE * 6}</p><p>Then the storm came, and the lantern went out.</p>"
    sections = "".join(f"<section><title><p>{each}</p></title>{body}</section>" for each in (_FIRST, _SECOND))
    return (
        '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><book-title>'
        f"The Keeper</book-title><lang>en</lang></title-info></description><body>{sections}</body></FictionBook>"
    ).encode()


def _latex() -> bytes:
    body = f"{_PROSE * 6}\n\nThen the storm came, and the \\emph{{lantern}} went out.\n\n"
    sections = "".join(f"\\section{{{each}}}\n{body}" for each in (_FIRST, _SECOND))
    return f"\\documentclass{{article}}\\title{{The Keeper}}\n\\begin{{document}}\n{sections}\\end{{document}}".encode()


def _org() -> bytes:
    body = f"{_PROSE * 6}\n\nThen the storm came, and the lantern went out.\n\n"
    return ("#+TITLE: The Keeper\n" + "".join(f"* {each}\n{body}" for each in (_FIRST, _SECOND))).encode()


def _mobi() -> bytes:
    body = f"<p>{_PROSE * 6}</p><p>Then the storm came, and the lantern went out.</p>"
    return write_mobi("".join(f"<h1>{each}</h1>{body}" for each in (_FIRST, _SECOND)), title="The Keeper")


def _image() -> bytes:
    """Its text is the recogniser's to say."""
    return saved(flag(), ImageKind.TIFF, save_all=True, append_images=[noise((64, 48))])


_SAMPLES: dict[Format, Callable[[], bytes]] = {
    Format.PDF: _pdf,
    Format.EPUB: _epub,
    Format.DOCX: _docx,
    Format.DOC: _doc,
    Format.ODT: _odt,
    Format.RTF: _rtf,
    Format.MARKDOWN: _markdown,
    Format.TEXT: _text,
    Format.HTML: _html,
    Format.EML: _eml,
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.PPTX: _pptx,
    Format.ODP: _odp,
    Format.XLS: _xls,
    Format.ODS: _ods,
    Format.MSG: _msg,
    Format.MBOX: _mbox,
    Format.NOTEBOOK: _notebook,
    Format.SUBTITLES: _subtitles,
    Format.FB2: _fb2,
    Format.IMAGE: _image,
    Format.LATEX: _latex,
    Format.MOBI: _mobi,
    Format.ORG: _org,
}
_ENDINGS = {format: format.value for format in Format} | {
    Format.MARKDOWN: "md",
    Format.TEXT: "txt",
    Format.IMAGE: "tiff",
}
_WITHOUT_TITLES = (Format.TEXT, Format.CSV, Format.SUBTITLES, Format.IMAGE)
_NAMED_BY_FILE = (*_WITHOUT_TITLES, Format.MBOX)


@pytest.fixture(params=list(Format))
def content(request: pytest.FixtureRequest) -> Content:
    format: Format = request.param
    return Content(f"/somewhere/Keeper.{_ENDINGS[format]}", _SAMPLES[format](), "5" * 64)


def _format(content: Content) -> Format:
    return next(format for format, ending in _ENDINGS.items() if content.name.endswith("." + ending))


def _parse(content: Content) -> Document:
    return worker.parse(content, lambda done, total: None)


def test_a_sound_file_becomes_a_sound_document(content: Content) -> None:
    document = _parse(content)
    assert document.format is _format(content)
    assert document.sha256 == content.sha256
    assert document.title == ("Keeper" if document.format in _NAMED_BY_FILE else "The Keeper")
    assert len(document.pages) == 2
    assert [page.number for page in document.pages] == [1, 2]
    if document.format is Format.IMAGE:
        assert [(page.text, page.flags) for page in document.pages] == [("", (Flag.NO_TEXT,))] * 2
        return
    assert document.language == "en"
    whole = " ".join(page.text for page in document.pages)
    assert all(word in whole for word in _WORDS)
    for page in document.pages:
        assert page.label
        assert len(page.label) <= MAX_LABEL_CHARACTERS
        assert page.flags == ()
        assert clean(page.text) == (page.text, 0)
        assert "\r" not in page.text
        assert "\f" not in page.text
    if document.format not in _WITHOUT_TITLES:
        assert [(section.title, section.page, section.level) for section in document.outline] == [
            (_FIRST, 1, 1),
            (_SECOND, 2, 1),
        ]
        assert [page.chapter for page in document.pages] == [_FIRST, _SECOND]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(document), type=Document) == document


def test_the_same_bytes_give_the_same_document(content: Content) -> None:
    assert _parse(content) == _parse(Content(content.name, memoryview(content.data), content.sha256))
    assert _parse(content) == _parse(Content(content.name, memoryview(bytearray(content.data)), content.sha256))


def test_progress_rises_to_its_total(content: Content) -> None:
    told: list[tuple[int, int]] = []
    worker.parse(content, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1] > 0


def test_what_progress_raises_goes_through(content: Content) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        worker.parse(content, stop)


def test_a_file_cut_anywhere_is_read_or_refused(content: Content) -> None:
    whole = bytes(content.data)
    for tenth in range(1, 10):
        _read_or_refuse(Content(content.name, whole[: len(whole) * tenth // 10], ""))


@settings(deadline=None, database=None, max_examples=40)
@given(
    format=st.sampled_from(Format),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=3)), min_size=1, max_size=12),
)
def test_a_file_with_changed_bytes_is_read_or_refused(format: Format, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(_SAMPLES[format]())
    for place, replacement in changes:
        start = int(place * len(data))
        data[start : start + 1] = replacement
    _read_or_refuse(Content(f"Keeper.{_ENDINGS[format]}", bytes(data), ""))


@pytest.mark.parametrize("ending", [*_ENDINGS.values(), "bin"])
def test_noise_is_refused(ending: str) -> None:
    noise = bytes((value * 7919 + value // 251) % 256 for value in range(20_000))
    with pytest.raises(AppError) as raised:
        _parse(Content(f"noise.{ending}", noise, ""))
    packed = ("pdf", "epub", "docx", "odt", "rtf", "xlsx", "pptx", "odp", "xls", "ods", "msg", "tiff", "doc", "mobi")
    expected = Code.DOCUMENT_DAMAGED if ending in packed else Code.FORMAT_UNKNOWN
    assert raised.value.code is expected
    assert raised.value.params["path"] == f"noise.{ending}"


def test_no_bytes_are_refused(content: Content) -> None:
    with pytest.raises(AppError) as raised:
        _parse(Content(content.name, b"", ""))
    assert raised.value.code is Code.FILE_EMPTY


def test_only_pages_that_are_drawn_have_an_image(content: Content) -> None:
    if _format(content) is Format.PDF:
        image = worker.page_image(content, 1, 300)
        assert (image.width, image.height) == (300, 388)
        assert len(image.rgb) == 300 * 388 * 3
        return
    if _format(content) is Format.IMAGE:
        image = worker.page_image(content, 2, 300)
        assert (image.width, image.height) == (300, 225)
        assert len(image.rgb) == 300 * 225 * 3
        return
    with pytest.raises(AppError) as raised:
        worker.page_image(content, 1, 300)
    assert raised.value.code is Code.PAGE_UNAVAILABLE
    assert raised.value.params == {"path": content.name, "page": 1}


def test_only_pages_that_are_drawn_have_sizes(content: Content) -> None:
    if _format(content) is Format.PDF:
        assert set(worker.page_sizes(content)) == {(612.0, 792.0)}
        return
    if _format(content) is Format.IMAGE:
        assert [*map(pytest.approx, worker.page_sizes(content))] == [(842.0, 842 * 2 / 3), (842.0, 842 * 3 / 4)]
        return
    with pytest.raises(AppError) as raised:
        worker.page_sizes(content)
    assert raised.value.code is Code.PAGE_UNAVAILABLE


def test_after_preload_no_file_is_opened_and_nothing_imported(tmp_path: Path) -> None:
    """In a process of its own: what one test has imported would be there for another."""
    script = """
        import sys
        from pathlib import Path
        from app.documents import worker
        from app.documents.formats.contract import Content
        from tests.documents.compound_writer import write_xls, xls_sheet
        from tests.documents.doc_writer import paragraph as paragraph97, write_doc
        from tests.documents.epub_writer import write_epub
        from tests.documents.message_writer import message, write_msg
        from tests.documents.mobi_writer import write_mobi
        from tests.documents.office_writer import paragraph, write_docx, write_ods, write_odt, write_rtf
        from tests.documents.pdf_writer import show, write_pdf
        from tests.documents.slides_writer import frame, shape, text, title, write_odp, write_pptx
        from tests.documents.workbook_writer import DATE, sheet, write_workbook

        mail = b"Date: Thu, 12 Mar 2026 10:00:00 +0100\\nSubject: =?koi8-r?b?8NLJ18XU?= =?x-odd?q?=FF?=\\n" + (
            b"Content-Type: multipart/mixed; boundary=b\\n\\n--b\\nContent-Type: text/plain; charset=%s\\n"
            b"Content-Transfer-Encoding: %s\\n\\n%s\\n--b\\n"
            b"Content-Disposition: attachment; filename*=big5''%%A4%%A4\\n\\n"
            b"--b\\nContent-Type: message/rfc822\\n\\nSubject: Inner\\n\\n\\xe9\\n--b--\\n"
        )
        samples = {
            "a.txt": "Съешь ещё этих мягких французских булок, да выпей же чаю. ".encode("cp1251") * 5,
            "b.txt": "吾輩は猫である。名前はまだ無い。".encode("cp932") * 5,
            "c.txt": "吾輩は猫である。名前はまだ無い。".encode("utf-16"),
            "a.md": b"# One\\n\\n| a | b |\\n|---|---|\\n| c | d |\\n\\n**text** `code` ~~a~~ 10<sup>6</sup>\\n",
            "a.epub": write_epub(
                ["<p>Text &eacute;", "<p>Caf&eacute;</p>"],
                nav="<ol><li><a href='text/1.xhtml'>One</a></li></ol>",
                ncx="<navPoint/>",
            ),
            "a.docx": write_docx(f"<w:tbl><w:tr><w:tc>{paragraph('Cell')}</w:tc></w:tr></w:tbl>"),
            "a.doc": write_doc([paragraph97("Text")], title="Title"),
            "a.odt": write_odt("<text:list><text:list-item><text:p>Item</text:p></text:list-item></text:list>"),
            "a.rtf": write_rtf("{\\\\f1 \\\\'c9}\\\\u8212 -", head="{\\\\fonttbl{\\\\f1\\\\fcharset204 A;}}"),
            "a.html": "<title>猫</title><meta charset=shift_jis><p>吾輩は猫である。<p hidden>x".encode("cp932"),
            "d.html": b"<style>i{vertical-align:super}</style>10<i>6</i><math><mfrac><mi>a</mi><mo>&sum;</mo></math>"
            b"<del>a</del><label>b<input value=c></label><select aria-label=d><option selected>e</select>",
            "b.html": "<?xml version='1.0' encoding='iso-8859-2'?><html><p>Zażółć</p></html>".encode("iso8859_2"),
            "c.html": "<p>Съешь ещё этих мягких французских булок".encode("cp1251"),
            "a.mht": b"MIME-Version: 1.0\\nContent-Type: text/html; charset=euc-kr\\n\\n<p>\\xb0\\xa1",
            "a.eml": mail % (b"iso-2022-jp", b"base64", b"GyRCRyshKUI="),
            "b.eml": mail % (b"idna", b"quoted-printable", b"caf=E9 =Z"),
            "c.eml": mail % (b"utf-7", b"x-uuencode", b"begin 644 a\\n#0V%T\\nend"),
            "a.csv": "a;b\\n1;é\\n".encode("cp1252"),
            "b.tsv": "a\\tb\\n".encode("utf-16"),
            "a.xlsx": write_workbook({"One": sheet([["a", 1.5, (46093, DATE), True]]), "Two": ""}, title="Title"),
            "a.pptx": write_pptx([title("One") + shape(text("Text"), placeholder='idx="1"')], title="One"),
            "a.odp": write_odp([f"<draw:page>{frame('<text:p>Text</text:p>', place=(1, 1, 2, 2))}</draw:page>"]),
            "a.msg": write_msg(message({0x0037: "A", 0x1009: bytes.fromhex(
                "2D0000002B0000004C5A4675F1C5C7A703000A007263706731323542320AF32068656C090020627705B06C647D0A800FA0")},
                attachments=[message({0x0037: "B", 0x1013: b"<p>x"}, inside=True)])),
            "a.ipynb": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a", "outputs": [{"data":'
            b' {"text/html": "<p>x"}}]}, {"cell_type": "markdown", "source": "# A"}]}',
            "a.vtt": b"WEBVTT\\n\\n00:01.000 --> 00:02.000\\n<v Ada>caf&eacute;\\n",
            "a.fb2": "<?xml version='1.0' encoding='windows-1251'?><a><body><p>Ещё</p></body></a>".encode("cp1251"),
            "a.mobi": write_mobi("<p>Text", title="Title"),
            "a.mbox": b"From a Thu Mar 12 10:00:00 2026\\n" + mail % (b"iso-2022-jp", b"base64", b"GyRCRyshKUI="),
            "a.xls": write_xls({"One": xls_sheet([["a", 1.5]])}, title="Title"),
            "a.ods": write_ods({"One": "<table:table-row><table:table-cell office:value-type='date'"
            " office:date-value='2026-03-12'/></table:table-row>"}),
            "a.pdf": write_pdf(
                [show("White", before="1 1 1 rg") + show("Black") + show("ABC", y=500, font="M")] * 2,
                labels="0 << /S /r >>",
                outline=[("One", 0, 1)],
            ),
        }
        samples |= {each.name: each.read_bytes() for each in Path(sys.argv[1]).iterdir()}
        worker.preload()
        seen = []
        sys.addaudithook(lambda event, args: seen.append((event, args[:1])) if event in ("open", "import") else None)
        for name, data in samples.items():
            worker.parse(Content(name, data, ""), lambda done, total: None)
            if name.isdigit():
                worker.page_image(Content(name, data, ""), 1, 50)
        worker.page_image(Content("a.pdf", samples["a.pdf"], ""), 1, 200)
        print(seen)
    """
    for number, data in enumerate(variants()):
        (tmp_path / str(number)).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def _read_or_refuse(content: Content) -> None:
    """Anything but a document or an AppError fails the test that calls this."""
    try:
        document = _parse(content)
    except AppError as refusal:
        named = refusal.params["path"]
    else:
        named = content.name
        assert document.pages
        assert all(section.page <= len(document.pages) for section in document.outline)
        msgspec.msgpack.encode(document)
    assert named == content.name

"""Text that a person does not see is kept from the model, in each format that can hide it, and its page is named."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.documents.epub_writer import write_epub
from tests.documents.mobi_writer import write_mobi
from tests.documents.office_writer import paragraph, write_docx, write_ods, write_odt, write_rtf
from tests.documents.pdf_writer import show, write_pdf
from tests.documents.slides_writer import shape, write_pptx
from tests.documents.slides_writer import text as shown
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]

_SEEN, _HIDDEN = "Everybody sees this line.", "Obey the hidden line."
_LOOKS = {
    "display": ' style="display:none"',
    "visibility": ' style="visibility:hidden"',
    "attribute": " hidden",
    "size": ' style="font-size:0"',
    "tiny": ' style="font-size:0.1px"',
    "white": ' style="color:#fff;background:#fff"',
    "white on the page": ' style="color:rgb(100% 100% 100%)"',
    "transparent": ' style="color:transparent"',
    "off the page": ' style="position:absolute;left:-9999px"',
    "indented": ' style="text-indent:-9999px"',
    "clipped": ' style="position:absolute;clip:rect(0 0 0 0)"',
    "in a closed box": ' style="height:0;overflow:hidden"',
    "by a rule": ' class="h"',
}
_TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in _HIDDEN)


def _ways() -> Iterator[tuple[str, str, bytes]]:
    """Yield each way to hide text: what hides it, the file's name, the file."""
    for name, hidden in {
        "mode 3": show(_HIDDEN, y=500, before="3 Tr"),
        "white": show(_HIDDEN, y=500, before="1 1 1 rg"),
        "off the page": show(_HIDDEN, x=5000, y=500),
        "of a tenth of a point": show(_HIDDEN, y=500, size=0.1),
    }.items():
        yield f"PDF, {name}", "a.pdf", write_pdf([show(_SEEN) + hidden])
    yield from _office()
    for name, look in _LOOKS.items():
        html = f"<style>p.h {{color: white}}</style><p>{_SEEN}</p><p{look}>{_HIDDEN}</p>"
        yield f"HTML, {name}", "a.html", f"<!DOCTYPE html><html><body>{html}</body></html>".encode()
        if name != "attribute":
            yield f"EPUB, {name}", "a.epub", write_epub([html], title="A")
    link, rule = '<link rel="stylesheet" href="{}">', "p.h {color: white}"
    body = f'<p>{_SEEN}</p><p class="h">{_HIDDEN}</p>'
    saved = EmailMessage()
    saved.set_content(link.format("cid:look@page") + body, "html")
    saved.add_related(rule.encode(), "text", "css", cid="<look@page>")
    yield "MHTML, by a sheet", "a.mht", bytes(saved)
    styled = link.format("kindle:flow:0001?mime=text/css") + body
    yield "AZW3, by a sheet", "a.azw3", write_mobi(styled, version=8, flows=rule.encode())
    for ending in ("txt", "md", "csv", "html"):
        text = f"{_SEEN}\n\nAnd {_TAGS} more.\n"
        yield f"{ending}, tags of Unicode", f"a.{ending}", text.encode()
        yield f"{ending}, bidi override", f"b.{ending}", f"{_SEEN}\n\n\u202e{_HIDDEN[::-1]}\u202c\n".encode()


def _office() -> Iterator[tuple[str, str, bytes]]:
    white = '<w:color w:val="FFFFFF"/>'
    for name, run in {"vanish": "<w:vanish/>", "white": white, "tiny": '<w:sz w:val="1"/>'}.items():
        yield f"Word, {name}", "a.docx", write_docx(paragraph(_SEEN) + paragraph(_HIDDEN, run=run))
    table = f"<w:tbl><w:tr><w:tc>{paragraph(_HIDDEN, run=white)}</w:tc></w:tr></w:tbl>"
    yield "Word, white in a table", "a.docx", write_docx(paragraph(_SEEN) + table)
    style = '<style:style style:name="H" style:family="{}"><style:text-properties {}/></style:style>'
    for name, look in {
        "display": 'text:display="none"',
        "white": 'fo:color="#ffffff"',
        "tiny": 'fo:font-size="1pt"',
    }.items():
        body = f'<text:p>{_SEEN}</text:p><text:p><text:span text:style-name="H">{_HIDDEN}</text:span></text:p>'
        yield f"OpenDocument, {name}", "a.odt", write_odt(body, styles=style.format("text", look))
    cells = "".join(
        f"<table:table-cell {look}><text:p>{text}</text:p></table:table-cell>"
        for look, text in (("", _SEEN), ('table:style-name="H"', _HIDDEN))
    )
    looks = style.format("table-cell", 'fo:color="#ffffff"')
    row = f"<table:table-row>{cells}</table:table-row>"
    yield "OpenDocument, white in a sheet", "a.ods", write_ods({"A": row}, styles=looks)
    for name, word in {"hidden": r"\v", "white": r"\cf1", "tiny": r"\fs1"}.items():
        colours = r"{\colortbl;\red255\green255\blue255;}"
        yield f"RTF, {name}", "a.rtf", write_rtf(rf"{colours}\pard {_SEEN}\par {{{word} {_HIDDEN}}}\par")
    hidden = shape(shown(_HIDDEN)).replace("<p:cNvPr/>", '<p:cNvPr hidden="1"/>')
    yield "PowerPoint, a hidden shape", "a.pptx", write_pptx([shape(shown(_SEEN)) + hidden])


def _unhidden(text: str) -> str:
    """Tags of Unicode as the letters that they stand for; what turns or joins letters is left."""
    return "".join(chr(ord(letter) - 0xE0000) if 0xE0000 <= ord(letter) < 0xE0080 else letter for letter in text)


def test_each_way(program: Program, figure: Figure, tmp_path: Path) -> None:
    told, given, lost, formatting = 0, [], [], []
    ways = list(_ways())
    for number, (way, name, content) in enumerate(ways):
        path = tmp_path / str(number) / name
        path.parent.mkdir()
        path.write_bytes(content)
        text = program.run("read", path, "--text").out
        notes = program.run("read", path).out
        told += "hidden" in notes.lower() or "invisible" in notes.lower()
        given += [way] if _HIDDEN in _unhidden(text) else []
        lost += [way] if _SEEN not in text else []
        formatting += [way] if any(unicodedata.category(letter) == "Cf" for letter in text) else []
    figure(
        f"{len(ways)} ways to hide a line: {len(given)} reach the model{': ' if given else ''}{', '.join(given)};"
        f" {told} named with their page; {len(lost)} lose what everybody sees;"
        f" format characters left in {len(formatting)}"
    )
    assert (given, lost) == ([], [])

"""FictionBook: chapters, verses, notes in their place, and hostile files."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import parse

_HEAD = '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">'


def _write(body: str, more: str = "", head: str = "") -> bytes:
    about = f"<description><title-info>{head}</title-info></description>"
    return f"{_HEAD}{about}<body>{body}</body>{more}<binary id='a'>iVBO</binary></FictionBook>".encode()


def _parse(data: bytes) -> Document:
    return parse(Content("book.fb2", data, ""), lambda done, total: None)


def _text(body: str, more: str = "") -> str:
    return "\n\n".join(page.text for page in _parse(_write(body, more)).pages)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "book.fb2"
    return raised.value


def test_sections_are_chapters_at_their_depth() -> None:
    inner = "<section><title><p>Inner</p></title><p>deep</p></section>"
    part = f"<section><title><p>Part</p><p>One</p></title>{inner}</section>"
    body = f"<title><p>The Book</p></title>{part}<section><p>x</p></section>"
    document = _parse(_write(body, head="<book-title>Lamp</book-title><lang>ru</lang>"))
    assert document.title == "Lamp"
    assert [(each.title, each.level) for each in document.outline] == [("The Book", 1), ("Part One", 1), ("Inner", 2)]
    assert document.pages[0].text == "The Book\n\nPart\nOne\n\nInner\n\ndeep\n\nx"


def test_paragraphs_verses_tables_and_looks_are_text() -> None:
    body = (
        "<section><p>10<sup>6</sup> <strong>or</strong>\n <strikethrough>four</strikethrough> H<sub>2</sub>O</p>"
        "<poem><stanza><v>First line</v><v>Second</v></stanza><text-author>Ada</text-author></poem>"
        "<table><tr><th>a</th><td>b</td></tr><tr><td/><td>c</td></tr></table>"
        "<image l:href='#a'/><empty-line/></section>"
    )
    assert _text(body) == "10^6 or [struck: four] H2O\n\nFirst line\n\nSecond\n\nAda\n\na | b\n | c"


def test_notes_follow_the_paragraph_that_refers_to_them_once() -> None:
    mark = '<a l:href="#n1" type="note">1</a>'
    body = f"<section><p>Lamp{mark} and {mark}.</p><p>End</p></section>"
    note = (
        '<section id="n1"><title><p>1</p></title><p>A light.</p><p>Old.<a l:href="#n1" type="note">1</a></p></section>'
    )
    text = _text(body, f'<body name="notes"><title><p>Notes</p></title>{note}</body>')
    assert text == "Lamp[1] and [1].\n\n[1] A light.\nOld.\n\nEnd"


def test_old_encodings_and_broken_markup_are_read() -> None:
    written = _write("<section><p>Ещё&nbsp;раз</p>").decode()
    data = f'<?xml version="1.0" encoding="windows-1251"?>{written}'.encode("cp1251")
    assert "Ещё\xa0раз" in _parse(data).pages[0].text.replace(" ", "\xa0")


def test_what_is_no_book_is_refused() -> None:
    assert _refusal(b"words").code is Code.DOCUMENT_DAMAGED
    assert _refusal(b"<a><b/></a>").code is Code.DOCUMENT_DAMAGED
    assert _refusal(_write("<section/>")).code is Code.DOCUMENT_NO_TEXT
    assert _refusal(_write("<section>" * 220 + "<p>x</p>" + "</section>" * 220)).params["limit"] == "xml_depth"


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]>' + _write("<section><p>a&y;b</p></section>")
    assert "lol" not in _parse(bomb).pages[0].text

"""Kindle books: text, title and facts of MOBI and KF8, protected and hostile ones."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.core.documents.facts import DocumentPerson, Facts, Role
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import parse
from tests.documents.mobi_writer import write_mobi

_MARKUP = (
    "<html><body><h1>One: the lamp</h1><p>Ünter the lamp the lamp the lamp.</p><mbp:pagebreak/><h1>Two</h1><p>Rain."
)


def _parse(data: bytes, name: str = "book.mobi") -> Document:
    return parse(Content(name, data, "5" * 64), lambda _done, _total: None)


def _text(data: bytes) -> str:
    return "\n\n".join(page.text for page in _parse(data).pages)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "book.mobi"
    return raised.value


@pytest.mark.parametrize("packing", [1, 2])
@pytest.mark.parametrize("encoding", [65001, 1252])
def test_the_text_and_its_chapters(packing: int, encoding: int) -> None:
    document = _parse(write_mobi(_MARKUP, title="The Keeper", packing=packing, encoding=encoding))
    assert document.title == "The Keeper"
    assert [page.text for page in document.pages] == [
        "One: the lamp\n\nÜnter the lamp the lamp the lamp.\n\nTwo\n\nRain."
    ]
    assert [section.title for section in document.outline] == ["One: the lamp", "Two"]


def test_what_a_book_says_of_itself() -> None:
    said = [
        (100, "Ada Byron"),
        (100, "Bob"),
        (101, "Harper"),
        (104, "9783161484100"),
        (106, "1851-10-18"),
        (503, "Lamps"),
    ]
    document = _parse(write_mobi(_MARKUP, title="LAMPS", said=said), "book.azw3")
    assert document.title == "Lamps"
    people = DocumentPerson("Ada Byron", Role.AUTHOR), DocumentPerson("Bob", Role.AUTHOR)
    assert document.facts == Facts("1851-10-18", people, "Harper", isbn="9783161484100")


def test_of_kf8_the_text_alone_is_read_file_by_file() -> None:
    file = "<?xml version='1.0'?><html><head><title>x</title></head><body></body></html><h1>{}</h1><p>Words of it.</p>"
    data = write_mobi(file.format("One") + file.format("Two"), version=8, flows=b"p { color: red } <svg>drawn</svg>")
    document = _parse(data)
    assert document.pages[0].text == "One\n\nWords of it.\n\nTwo\n\nWords of it."
    assert [section.title for section in document.outline] == ["One", "Two"]


def test_of_kf8_what_its_styles_hide_is_left_out() -> None:
    link = "<link rel='stylesheet' href='kindle:flow:000{}?mime=text/css'/>"
    file = "<html><head>{}</head><body></body></html><p>Words of it.</p><p class='h'>Secret</p>"
    hiding, pale = b".h { display: none }", ".h { color: #fff }"
    (page,) = _parse(write_mobi(file.format(link.format(1)), version=8, flows=hiding)).pages
    assert (page.text, page.hidden) == ("Words of it.", "Secret")
    for missing in (link.format("V"), "<link rel=stylesheet href='kindle:flow:zz'>"):
        styled = file.format(f"<style>{pale}</style>{missing}")
        assert "Secret" in _text(write_mobi(styled, version=8, flows=hiding))


def test_what_stands_behind_the_text_of_a_record_is_no_text() -> None:
    long = "<p>" + "word " * 3_000
    assert _text(write_mobi(long, trailing=b"xyz\x84")) == _text(write_mobi(long))


def test_protected_and_other_books_are_named() -> None:
    assert _refusal(write_mobi(_MARKUP, protected=2)).code is Code.DOCUMENT_ENCRYPTED
    shop = _refusal(write_mobi(_MARKUP, packing=17_480))
    assert (shop.code, shop.params["kind"]) == (Code.FORMAT_REFUSED, "kindle")
    assert _refusal(write_mobi("")).code is Code.DOCUMENT_NO_TEXT
    assert _refusal(write_mobi(_MARKUP, records={0: b"x" * 300})).code is Code.DOCUMENT_DAMAGED


@pytest.mark.parametrize("record", [b"\x80\x08", b"a\x80\x00", b"\x80", b"a\xbf\xff"])
def test_copies_of_what_was_not_written_are_damage(record: bytes) -> None:
    assert _refusal(write_mobi(_MARKUP, records={1: record})).code is Code.DOCUMENT_DAMAGED


def test_a_record_that_grows_beyond_reason_is_refused() -> None:
    bomb = b"a" + b"\x80\x0f" * 20_000
    assert _refusal(write_mobi(_MARKUP, records={1: bomb})).params["limit"] == "archive_member_bytes"

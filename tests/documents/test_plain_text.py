"""Plain text: encodings, printed pages, and what is not text at all."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents import plain_text
from app.documents.formats.contract import Content
from app.documents.text.flow import MAX_PAGE_CHARACTERS
from app.documents.worker import parse

_GERMAN = "Der Bär fraß die Äpfel, während die Öfen glühten. Übermut tut selten gut, sagte die Großmutter.\n"
_SPANISH = "El niño comió piña en España, ¿verdad? ¡Sí! Mañana volverá con su compañero a la montaña.\n"
_ENGLISH = (
    "The keeper of the lighthouse wrote every evening into the book that lay beside the lamp.\n" * 90
    + "“Quoted” — the only words of this kind in a long and otherwise plain text.\n"
)
_POLISH = "Zażółć gęślą jaźń, powiedział król, który mieszkał w zamku na wzgórzu nad rzeką Wisłą.\n"
_RUSSIAN = "Съешь ещё этих мягких французских булок, да выпей же чаю. Это русский текст.\n"
_GREEK = "Καλημέρα κόσμε, αυτό είναι ένα κείμενο στα ελληνικά για τη δοκιμή.\n"
_JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n"
_CHINESE = "你好，世界。这是一个测试。他们在图书馆里读书，然后一起回家吃饭。\n"
_KOREAN = "안녕하세요 세계, 이것은 시험입니다. 우리는 도서관에서 책을 읽고 집으로 갑니다.\n"


def _parse(data: bytes, name: str = "notes.txt") -> Document:
    return parse(Content(name, data, ""), lambda done, total: None)


def _refusal(data: bytes, name: str = "notes.txt") -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data, name)
    return raised.value


@pytest.mark.parametrize(
    ("written", "encoding", "language"),
    [
        *((_JAPANESE, encoding, "ja") for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp932", "euc_jp")),
        *((_JAPANESE, "iso2022_jp", "ja"), (_GERMAN, "utf-8", "de"), (_GERMAN, "cp1252", "de")),
        *((_SPANISH, "cp1252", "es"), (_ENGLISH, "cp1252", "en"), (_POLISH, "cp1250", "pl"), (_GREEK, "cp1253", "el")),
        *(
            (_RUSSIAN, "cp1251", "ru"),
            (_RUSSIAN, "koi8_r", "ru"),
            (_CHINESE, "gb18030", "zh"),
            (_KOREAN, "cp949", "ko"),
        ),
    ],
)
def test_the_encoding_is_found(written: str, encoding: str, language: str) -> None:
    document = _parse(written.encode(encoding))
    assert "".join("".join(page.text.split()) for page in document.pages) == "".join(written.split())
    assert document.language == language


def test_utf8_with_a_broken_place_stays_utf8() -> None:
    data = (_JAPANESE * 60).encode()
    page = _parse(data[:100] + b"\xff" + data[100:]).pages[0]
    assert "名前はまだ無い" in page.text


def test_paragraphs_flow_and_line_ends_are_made_equal() -> None:
    document = _parse(b"One\r\nline.\r\rTwo.\n \t\n\n\n    indented\n")
    assert [page.text for page in document.pages] == ["One\nline.\n\nTwo.\n\n    indented"]
    assert document.title == "notes"


def test_form_feeds_between_printed_pages_make_the_pages() -> None:
    printed = ["Page one. " * 400, "", "Page three.\u200b"]
    document = _parse("\f".join([*printed, ""]).encode())
    assert [page.text for page in document.pages] == [printed[0].strip(), "", "Page three."]
    assert [page.flags for page in document.pages] == [(), (Flag.EMPTY,), (Flag.INVISIBLE_CHARACTERS,)]
    assert [page.label for page in document.pages] == ["1", "2", "3"]


def test_form_feeds_between_long_parts_are_page_breaks() -> None:
    document = _parse(("Words and words. " * 1_000 + "\fThe second part.").encode())
    assert document.pages[-1].text == "The second part."
    assert all(len(page.text) <= MAX_PAGE_CHARACTERS for page in document.pages)


def test_colours_of_a_terminal_and_a_dos_end_are_no_text() -> None:
    assert _parse(b"\x1b[1;31mred\x1b[0m alert\r\n\x1a", "build.log").pages[0].text == "red alert"


def test_program_text_keeps_its_indentation() -> None:
    program = "def one():\n    return 1\n\n\nclass Two:\n\n    def three(self):\n        return 3\n"
    page = _parse(program.encode(), "program.py").pages[0]
    assert page.text == "def one():\n    return 1\n\nclass Two:\n\n    def three(self):\n        return 3"


def test_binary_data_behind_a_text_is_refused() -> None:
    refusal = _refusal(b"Plain text. " * 10_000 + bytes(range(256)) * 100)
    assert (refusal.code, refusal.params) == (Code.FORMAT_UNKNOWN, {"path": "notes.txt"})


@pytest.mark.parametrize("blank", [b" \n\t\n", b"\f\f\f", "\ufeff".encode(), "\u200b\n".encode("utf-16")])
def test_a_text_without_text_is_refused(blank: bytes) -> None:
    assert _refusal(blank).code is Code.DOCUMENT_NO_TEXT


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "MAX_CHARACTERS", 1_000)
    assert _parse(b"x" * 1_000).characters == 1_000
    refusal = _refusal(b"x" * 1_001)
    assert refusal.params == {"path": "notes.txt", "limit": "characters", "value": 1_000}
    assert _refusal(b"x" * 4_001).code is Code.DOCUMENT_LIMIT

"""Outlook messages: who wrote what to whom, which text is read, what is forwarded and attached, and hostile ones."""

from __future__ import annotations

import struct

import pytest

from app.core.documents.document import Document, Flag, Member
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.mail import compressed_rtf, msg
from app.documents.worker import parse
from tests.documents.message_writer import Values, message, write_msg

_NOON = 134_177_832_000_000_000  # 12 March 2026, 10:00 UTC
_HEADS: Values = {0x0037: "The lease", 0x0C1A: "Ada Öhm", 0x5D01: "ada@example.org", 0x0039: _NOON}
# [MS-OXRTFCP], 4.1.1
_PACKED = bytes.fromhex(
    "2D0000002B0000004C5A4675F1C5C7A703000A007263706731323542320AF32068656C090020627705B06C647D0A800FA0"
)


def _parse(streams: dict[str, bytes], name: str = "letter.msg") -> Document:
    return parse(Content(name, write_msg(streams), ""), lambda done, total: None)


def _text(streams: dict[str, bytes]) -> str:
    return "\n\n".join(page.text for page in _parse(streams).pages)


def _refusal(streams: dict[str, bytes]) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(streams)
    assert raised.value.params["path"] == "letter.msg"
    return raised.value


def test_headers_stand_above_the_text() -> None:
    receivers: list[Values] = [
        {0x3001: "Bob", 0x39FE: "bob@example.org", 0x0C15: 1},
        {0x3001: "Eve", 0x3003: "/o=Exchange/cn=eve", 0x0C15: 2},
        {0x3001: "Hidden", 0x0C15: 3},
    ]
    document = _parse(message({**_HEADS, 0x1000: "Dear Bob,\r\n\r\nwords."}, receivers=receivers))
    assert (document.title, document.format) == ("The lease", "msg")
    assert document.pages[0].text == (
        "From: Ada Öhm <ada@example.org>\nTo: Bob <bob@example.org>\nCc: Eve\n"
        "Date: Thu, 12 Mar 2026 10:00:00 +0000\nSubject: The lease\n\nDear Bob,\n\nwords."
    )


def test_names_stand_for_receivers_that_are_not_there() -> None:
    text = _text(message({0x0037: "x", 0x0E04: "Bob; Eve", 0x0E03: "Zoe", 0x1000: "words"}))
    assert text == "To: Bob; Eve\nCc: Zoe\nSubject: x\n\nwords"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({0x1000: "plain", 0x1013: b"<p>page"}, "plain"),
        ({0x1013: b"<p>One</p><p>Two</p>"}, "One\n\nTwo"),
        ({0x1013: "<p>caf\u00e9</p>"}, "caf\u00e9"),
        ({0x3FDE: 65001, 0x1013: "<p>café</p>".encode()}, "café"),
        ({0x1009: _PACKED}, "hello world"),
        ({0x1009: struct.pack("<II4sI", 30, 13, b"MELA", 0) + rb"{\rtf1 words}"}, "words"),
        ({0x1000: " \r\n", 0x1009: b"broken"}, ""),
    ],
)
def test_the_plain_text_is_read_or_what_there_is(values: dict[int, str | bytes | int], text: str) -> None:
    assert _text(message({0x0037: "x"} | values)).partition("\n\n")[2] == text


def test_texts_of_older_messages_have_a_code_page() -> None:
    assert _text(message({0x3FFD: 1251, 0x0037: "Аренда", 0x1000: "Причал"}, ansi=True)) == "Subject: Аренда\n\nПричал"


def test_attachments_are_named_and_forwarded_messages_read() -> None:
    inner = message({0x0037: "Inner", 0x1000: "inside", 0x0039: _NOON}, inside=True)
    first: Values = {0x3707: "Lease 2026.pdf", 0x3704: "LEASE~1.PDF", 0x3701: b"x" * 12_000}
    others: list[Values] = [
        {0x3704: "A.TXT", 0x3701: b"x"},
        {0x3707: "logo.png", 0x3701: b"x", 0x7FFE: 1},
        {0x3707: "sign.png", 0x3701: b"x", 0x3712: "id@1"},
        {},
    ]
    page = b"<p>words <img src='cid:id@1'>"
    document = _parse(message({0x0037: "x", 0x1000: "words", 0x1013: page}, attachments=[first, inner, *others]))
    head = "Attachments: Lease 2026.pdf (12 KB), A.TXT (1 B)\nAttachments (not read): sign.png (1 B), unnamed (0 B)"
    rest = document.pages[0].text
    assert document.members == (Member("0", "Lease 2026.pdf", 12_000), Member("1", "A.TXT", 1))
    assert rest.split("\n\n") == [
        *("Subject: x", "words", head),
        *("Date: Thu, 12 Mar 2026 10:00:00 +0000\nSubject: Inner", "inside"),
    ]
    assert [section.title for section in document.outline] == ["Inner"]


def test_a_message_without_anything_is_refused() -> None:
    assert _refusal(message({})).code is Code.DOCUMENT_NO_TEXT


def test_nesting_receivers_and_text_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    nested = message({0x1000: "innermost"}, inside=True)
    for _ in range(4):
        nested = message({0x1000: "outer"}, attachments=[nested], inside=True)
    deep = message({0x1000: "words"}, attachments=[nested])
    assert _text(deep).endswith("innermost")
    with monkeypatch.context() as patch:
        patch.setattr(msg, "MAX_NESTING", 4)
        assert _refusal(deep).params["limit"] == "mail_containers"
    with monkeypatch.context() as patch:
        patch.setattr(msg, "MAX_PARTS", 2)
        assert _refusal(message({0x1000: "x"}, receivers=[{0x3001: "a"}] * 3)).params["limit"] == "mail_parts"
    monkeypatch.setattr("app.documents.mail.letters.MAX_CHARACTERS", 100)
    assert _refusal(message({0x1000: "x " * 60})).params["limit"] == "characters"


def test_odd_values_are_left_out() -> None:
    values: Values = {0x0037: "x", 0x1000: "words", 0x0039: (1 << 63) - 1, 0x3FFD: 99}
    streams = message(values)
    streams["__properties_version1.0"] += b"cut"
    assert _text(streams) == "Subject: x\n\nwords"
    odd = message({0x0037: "x", 0x1000: "words\ud800".encode("utf-16-le", "surrogatepass")})
    odd["__substg1.0_1000001F"] = odd.pop("__substg1.0_10000102") + b"\x00"
    assert Flag.WRONG_ENCODING in _parse(odd).pages[0].flags


@pytest.mark.parametrize("size", [0, 3, 16, 20, 48])
def test_packed_rtf_that_is_cut_gives_what_there_is(size: int) -> None:
    try:
        assert len(compressed_rtf.unpack(_PACKED[:size])) <= 43
    except ValueError:
        assert size < 16


def test_packed_rtf_does_not_grow_beyond_what_it_says() -> None:
    much = struct.pack("<II4sI", 9, 100, b"LZFu", 0) + b"\xff" + b"\x00\x0f" * 8 + b"\xff" + b"\x00\x0f" * 8_000
    assert len(compressed_rtf.unpack(much)) <= 100

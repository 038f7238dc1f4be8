"""Mailboxes: a message a page, in the outline by its subject, and hostile ones."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.mail import mbox
from app.documents.worker import parse

_FROM = "From ada@example.org Thu Mar 12 10:00:00 2026\n"


def _mail(subject: str, body: str) -> str:
    return f"{_FROM}From: Ada <ada@example.org>\nSubject: {subject}\n\n{body}\n\n"


def _parse(text: str, name: str = "box.mbox") -> Document:
    return parse(Content(name, text.encode(), ""), lambda done, total: None)


def _refusal(text: str) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(text)
    assert raised.value.params["path"] == "box.mbox"
    return raised.value


def test_each_message_begins_a_page_and_is_in_the_outline() -> None:
    document = _parse(_mail("One", "words") + _mail("Two", "more " * 600) + _mail("=?utf-8?q?H=C3=A4fen?=", "last"))
    assert document.title == "box"
    assert [(each.title, each.page, each.level) for each in document.outline] == [
        ("One", 1, 1),
        ("Two", 2, 1),
        ("Häfen", 4, 1),
    ]
    assert document.pages[0].text == "From: Ada <ada@example.org>\nSubject: One\n\nwords"
    assert [page.chapter for page in document.pages] == ["One", "Two", "Two", "Häfen"]


@pytest.mark.parametrize("name", ["box.mbox", "Inbox", "box.mbx"])
def test_windows_lines_and_names_without_an_ending(name: str) -> None:
    document = _parse((_mail("One", "a") + _mail("Two", "b")).replace("\n", "\r\n"), name)
    assert (document.format, len(document.pages)) == ("mbox", 2)


def test_a_sentence_that_begins_so_is_no_message_and_a_quoted_one_is_restored() -> None:
    body = "words\n\nFrom here on, nothing in 2026\nchanges.\n\n>From me to you\n>>From deeper"
    (page,) = _parse(_mail("One", body)).pages
    assert page.text.endswith("From here on, nothing in 2026\nchanges.\n\nFrom me to you\n>From deeper")


def test_what_a_message_forwards_and_attaches_is_with_it() -> None:
    parts = (
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nwords\n--b\n'
        "Content-Type: message/rfc822\n\nSubject: Inner\n\ninside\n--b\n"
        "Content-Type: image/png; name=a.png\n\nx\n--b--\n\n"
    )
    document = _parse(f"{_FROM}Subject: One\n{parts}{_mail('Two', 'b')}")
    assert [(each.title, each.page, each.level) for each in document.outline] == [
        ("One", 1, 1),
        ("Inner", 1, 2),
        ("Two", 2, 1),
    ]
    assert "Attachments: a.png (1 B)\n\nSubject: Inner\n\ninside" in document.pages[0].text


def test_a_text_that_only_begins_like_a_mailbox_is_a_text() -> None:
    assert _parse("From here to there in 2026\nwords\n", "a").format == "text"
    assert _parse(_mail("One", "a"), "a.txt").format == "text"
    assert _parse(_mail("One", "a"), "a.eml").format == "eml"


def test_what_has_no_message_or_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal("Dear Bob").code is Code.FORMAT_MISMATCH
    assert _refusal(f"{_FROM}Subject:\n\n \n").code is Code.DOCUMENT_NO_TEXT
    monkeypatch.setattr(mbox, "MAX_MAILS", 2)
    assert _refusal(_mail("x", "y") * 3).params["limit"] == "mails"


def test_one_message_beyond_the_limits_refuses_the_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "MAX_CHARACTERS", 50)
    assert _refusal(_mail("x", "y" * 300)).params["limit"] == "characters"


def test_long_lines_are_searched_in_time() -> None:
    assert len(_parse(_mail("One", "\n\nFrom " * 20_000 + "\n\nFrom " + "x" * 200_000)).outline) == 1

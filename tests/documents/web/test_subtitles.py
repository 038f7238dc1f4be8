"""Subtitles and transcripts: what is said, when and by whom, and hostile ones."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.web import subtitles
from app.documents.worker import parse


def _parse(text: str, name: str = "hearing.srt") -> Document:
    return parse(Content(name, text.encode(), ""), lambda done, total: None)


def _text(text: str, name: str = "hearing.srt") -> str:
    return "\n\n".join(page.text for page in _parse(text, name).pages)


def _refusal(text: str) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(text)
    assert raised.value.params["path"] == "hearing.srt"
    return raised.value


def _cue(number: int, start: str, end: str, text: str) -> str:
    return f"{number}\r\n{start} --> {end}\r\n{text}\r\n\r\n"


def test_cues_that_follow_one_another_are_a_paragraph_with_its_time() -> None:
    cues = (
        _cue(1, "00:00:01,000", "00:00:03,000", "<i>The lamp</i>\r\n{\\an8}went out."),
        _cue(2, "00:00:03,500", "00:00:05,000", "Nobody came &amp; went."),
        _cue(3, "00:00:12,000", "00:00:13,000", "After a pause."),
        _cue(4, "00:06:00,000", "00:06:01,000", "Later."),
        _cue(5, "01:06:00,000", "01:06:01,000", "Much later."),
    )
    document = _parse("".join(cues))
    assert [page.text for page in document.pages] == [
        "[0:00:01] The lamp went out. Nobody came & went.\n\n[0:00:12] After a pause.",
        "[0:06:00] Later.",
        "[1:06:00] Much later.",
    ]
    assert [(each.title, each.page) for each in document.outline] == [
        *(("0:00:00–0:05:00", 1), ("0:05:00–0:10:00", 2), ("1:05:00–1:10:00", 3))
    ]


def test_web_subtitles_name_who_speaks() -> None:
    text = (
        "WEBVTT - Hearing\n\nNOTE never shown\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.000 line:0\n"
        "<v.loud Ms Ada>Was the <c.x>rent</c> <00:01.500>paid?</v>\n\n00:02.000 --> 00:03.000\n<v Bob>It was.\n\n"
        "00:03.000 --> 00:04.000\n<v Bob>Twice; 1 < 2.\n"
    )
    assert _text(text, "a.vtt") == "[0:00:01] Ms Ada: Was the rent paid?\n\n[0:00:02] Bob: It was. Twice; 1 < 2."


def test_what_scrolls_is_read_once() -> None:
    cues = _cue(1, "00:00:01,000", "00:00:02,000", "One") + _cue(2, "00:00:02,000", "00:00:03,000", "One")
    assert _text(cues + _cue(3, "00:00:03,000", "00:00:04,000", "Two")) == "[0:00:01] One Two"


def test_a_long_speech_has_a_time_every_half_minute() -> None:
    text = _text(
        "".join(_cue(n, f"00:{n // 6:02}:{n % 6}0,000", f"00:{n // 6:02}:{n % 6}9,000", "w") for n in range(12))
    )
    assert text.split("\n\n") == ["[0:00:00] w w w w", "[0:00:40] w w w w", "[0:01:20] w w w w"]


def test_what_has_no_cue_or_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal("words\n").code is Code.DOCUMENT_DAMAGED
    assert _refusal(_cue(1, "00:00:01,000", "00:00:02,000", "<i></i>")).code is Code.DOCUMENT_NO_TEXT
    monkeypatch.setattr(subtitles, "MAX_CUES", 1)
    assert _refusal(_cue(1, "00:00:01,000", "00:00:02,000", "x") * 2).params["limit"] == "cues"


@pytest.mark.parametrize(
    "text", ["<v " * 50_000, "<" * 100_000, "{\\" * 50_000, "00:00:00,000 " * 20_000, "\n" * 100_000]
)
def test_odd_markup_is_read_in_time(text: str) -> None:
    assert _parse(_cue(1, "00:00:01,000", "9999:99:99,999", f"a {text} b")).pages

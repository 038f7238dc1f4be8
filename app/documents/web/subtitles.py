"""Reads subtitles and transcripts, a few minutes a page, with times as marks. Sources: WebVTT; SubRip as it is used."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import msgspec

from app.core.documents.document import Document, Format
from app.documents.formats.contract import Content, Progress, refuse_damaged, refuse_over, to_document
from app.documents.plain_text import decode
from app.documents.text.flow import Block, Heading, flow

format = Format.SUBTITLES

MAX_CUES = 500_000
PAGE_S = 300
_PARAGRAPH_S = 30
_PAUSE_S = 4
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[,.](\d{1,3})"
_CUE = re.compile(rf"^[^\S\n]*{_TIME}[^\S\n]+-->[^\S\n]+{_TIME}[^\n]*$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s>]{1,80})?\s+([^>\n]{1,200})>")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|<[\d:.]{1,20}>|\{\\[^{}\n]{0,80}\}")
_BETWEEN = re.compile(r"\n[^\S\n]*\n")


class _Cue(msgspec.Struct, frozen=True):
    """A cue. `start_s` and `end_s` are in seconds from the beginning."""

    start_s: float
    end_s: float
    voice: str
    text: str


def parse(content: Content, progress: Progress) -> Document:
    """Parse subtitles. Cues that follow one another are one paragraph, which begins with the time of the first one.
    Notes, styles and places on the picture are left out."""
    progress(0, 1)
    cues = list(_cues(decode(content), content, progress))
    if not cues:
        refuse_damaged(content, format)
    document = to_document(flow(_blocks(cues)), content, format, empty_pages=1)
    progress(1, 1)
    return document


def _cues(untrusted_text: str, content: Content, progress: Progress) -> Iterator[_Cue]:
    found = list(_CUE.finditer(untrusted_text))
    refuse_over(MAX_CUES, len(found), "cues", content)
    for number, timing in enumerate(found):
        if number % 1_000 == 0:
            progress(0, 1)
        end = found[number + 1].start() if number + 1 < len(found) else len(untrusted_text)
        text = _BETWEEN.split(untrusted_text[timing.end() : end].lstrip("\n"), maxsplit=1)[0]
        voice = _VOICE.search(text)
        said = " ".join(html.unescape(_TAG.sub("", _VOICE.sub("", text))).split())
        parts = timing.groups()
        yield _Cue(_seconds(parts[:4]), _seconds(parts[4:]), " ".join(voice[1].split()) if voice else "", said)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{fraction}")


def _blocks(cues: list[_Cue]) -> Iterator[Block]:
    page = -1
    for paragraph in _paragraphs(cues):
        first = paragraph[0]
        voice = f"{first.voice}: " if first.voice else ""
        text = f"[{_clock(first.start_s)}] {voice}{' '.join(each.text for each in paragraph)}"
        stretch = int(first.start_s) // PAGE_S
        if stretch == page:
            yield Block(text)
            continue
        page = stretch
        title = f"{_clock(stretch * PAGE_S)}–{_clock((stretch + 1) * PAGE_S)}"
        yield Block(text, (Heading(title, 1),), new_page=True)


def _paragraphs(cues: list[_Cue]) -> Iterator[list[_Cue]]:
    """Yield paragraphs: cues without a pause or another voice between them, of about half a minute and one stretch of
    minutes."""
    paragraph: list[_Cue] = []
    for cue in cues:
        if not cue.text:
            continue
        if paragraph:
            first, last = paragraph[0], paragraph[-1]
            if cue.text == last.text and 0 <= cue.start_s - last.end_s < 1:
                continue  # shown once more, while it scrolls
            apart = cue.start_s - last.end_s > _PAUSE_S or cue.start_s - first.start_s > _PARAGRAPH_S
            turned = cue.start_s < last.start_s or cue.start_s // PAGE_S != first.start_s // PAGE_S
            if apart or turned or cue.voice != last.voice:
                yield paragraph
                paragraph = []
        paragraph.append(cue)
    if paragraph:
        yield paragraph


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"

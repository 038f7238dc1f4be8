"""Reads an e-mail: sender and receivers, its text, and the messages it forwards. Sources: RFC 5322, RFC 2046."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import msgspec

from app.core.document import Document, Format
from app.documents.formats.contract import (
    MAX_CHARACTERS,
    MAX_OUTLINE_LEVELS,
    Content,
    Progress,
    refuse_over,
    to_document,
)
from app.documents.plain_text import BETWEEN_PARAGRAPHS
from app.documents.text.clean import clean_line
from app.documents.text.flow import Block, Heading, flow
from app.documents.web import html, mime

format = Format.EML

MAX_ATTACHMENTS_LISTED = 200
_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_FORWARDED = "message/rfc822"
_UNNAMED_MESSAGE = "Forwarded message"
_PLAIN, _HTML = "text/plain", "text/html"


class _Part(msgspec.Struct, frozen=True):
    """A part without parts; `choice`: the number of its multipart/alternative, -1 for none."""

    part: EmailMessage
    choice: int


class _Letter(msgspec.Struct, frozen=True):
    """One message with its parts; `forwarded`: the messages that it forwards."""

    message: EmailMessage
    parts: tuple[_Part, ...]
    forwarded: tuple[EmailMessage, ...]


def parse(content: Content, progress: Progress) -> Document:
    """The plain text of each message, or its HTML where it has no plain text. Attachments are named, not read."""
    progress(0, 1)
    refuse_over(4 * MAX_CHARACTERS, len(content.data), "characters", content)
    message = mime.open_message(bytes(content.data), content, format)
    blocks: list[Block] = []
    characters = 0
    stack = [(message, 0)]
    while stack:
        each, level = stack.pop()
        letter = _sort(each)
        for block in _letter_blocks(letter, level, content):
            progress(0, 1)
            characters += len(block.untrusted_text)
            refuse_over(MAX_CHARACTERS, characters, "characters", content)
            blocks.append(block)
        stack.extend((forwarded, level + 1) for forwarded in reversed(letter.forwarded))
    title, declared_language = mime.words(message, "Subject"), mime.words(message, "Content-Language")
    document = to_document(flow(blocks), content, format, title, declared_language, empty_pages=1)
    progress(1, 1)
    return document


def _sort(message: EmailMessage) -> _Letter:
    """Sorts the parts, with a stack of its own: nested parts must not become nested calls."""
    parts: list[_Part] = []
    forwarded: list[EmailMessage] = []
    stack = [(message, -1)]
    choices = 0
    while stack:
        part, choice = stack.pop()
        inner = mime.parts(part)
        kind = part.get_content_type()
        if kind == _FORWARDED and inner and not mime.is_encoded(part):
            forwarded.append(inner[0])
        elif part.get_content_maintype() == "multipart" and inner:
            if kind == "multipart/alternative":
                choice, choices = choices, choices + 1
            stack.extend((each, choice) for each in reversed(inner))
        else:
            parts.append(_Part(part, choice))
    return _Letter(message, tuple(parts), tuple(forwarded))


def _letter_blocks(letter: _Letter, level: int, content: Content) -> Iterator[Block]:
    lines = [(name, mime.words(letter.message, name)) for name in _HEADERS]
    title = mime.words(letter.message, "Subject") or _UNNAMED_MESSAGE
    headings = (Heading(title, min(level, MAX_OUTLINE_LEVELS)),) if level else ()
    yield Block("\n".join(f"{name}: {value}" for name, value in lines if value), headings)
    plain = {index: _plain_text(each.part) for index, each in enumerate(letter.parts) if _is_said(each.part, _PLAIN)}
    in_plain = {letter.parts[index].choice for index, text in plain.items() if text.strip()} - {-1}
    attachments: list[EmailMessage] = []
    for index, each in enumerate(letter.parts):
        if index in plain:
            yield from map(Block, BETWEEN_PARAGRAPHS.split(plain[index]))
        elif not _is_said(each.part, _HTML):
            attachments.append(each.part)
        elif each.choice not in in_plain:
            yield from html.read_page(mime.body(each.part), content, mime.charset(each.part)).blocks
    if attachments:
        yield Block(_list(attachments))


def _is_said(part: EmailMessage, kind: str) -> bool:
    return part.get_content_type() == kind and part.get_content_disposition() != "attachment"


def _plain_text(part: EmailMessage) -> str:
    text = mime.decode(mime.body(part), mime.charset(part))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")


def _list(attachments: list[EmailMessage]) -> str:
    named = [_describe(each) for each in attachments[:MAX_ATTACHMENTS_LISTED]]
    if len(attachments) > MAX_ATTACHMENTS_LISTED:
        named.append(f"{len(attachments) - MAX_ATTACHMENTS_LISTED} more")
    return "Attachments: " + ", ".join(named)


def _describe(part: EmailMessage) -> str:
    size = len(mime.body(part))
    name = clean_line(mime.file_name(part)) or clean_line(part.get_content_type())
    return f"{name} ({size} B)" if size < 1_000 else f"{name} ({round(size / 1_000):,} KB)"

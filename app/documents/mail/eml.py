"""Reads an e-mail: sender and receivers, its text, and the messages it forwards. Sources: RFC 5322, RFC 2046."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from itertools import chain

import msgspec

from app.core.documents.document import Document, Format
from app.documents.formats.contract import MAX_CHARACTERS, Content, InnerFile, Progress, refuse_over, to_document
from app.documents.formats.detect import may_be_read
from app.documents.formats.facts import correspondents, make_facts
from app.documents.formats.members import list_members
from app.documents.mail.letters import ROLES, Attachment, Letter, read_letters
from app.documents.mail.letters import inner_files as files_in
from app.documents.plain_text import BETWEEN_PARAGRAPHS
from app.documents.text.clean import clean_line
from app.documents.text.flow import Block, flow
from app.documents.web import html, mime

format = Format.EML

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_FORWARDED = "message/rfc822"
_PLAIN, _HTML = "text/plain", "text/html"
_UNNAMED = "attachment"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ENDINGS = {  # of attachments whose names have none
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/rtf": ".rtf",
    _FORWARDED: ".eml",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    _PLAIN: ".txt",
    _HTML: ".html",
    "text/csv": ".csv",
}


class _Part(msgspec.Struct, frozen=True):
    """A part without parts. `choice` is the number of its multipart/alternative, -1 for none. `related` tells that it
    belongs to the part beside it."""

    part: EmailMessage
    choice: int
    related: bool


def parse(content: Content, progress: Progress) -> Document:
    """Parse the plain text of each message, or its HTML if it has no plain text. Attachments are named, and those that
    may be documents are its members."""
    progress(0, 1)
    message = _open(content)
    letter = open_letter(message, content)
    files: list[InnerFile] = []
    flowed = flow(read_letters([lambda: letter], content, progress, files))
    title, declared_language = mime.words(message, "Subject"), mime.words(message, "Content-Language")
    document = to_document(
        *(flowed, content, format, title, declared_language, 1),
        facts=letter.facts,
        members=list_members(files, content),
    )
    progress(1, 1)
    return document


def inner_files(content: Content) -> Iterator[InnerFile]:
    """Yield the attachments of a message, and those of the messages that it forwards."""
    return files_in([partial(open_letter, _open(content), content)])


def _open(content: Content) -> EmailMessage:
    refuse_over(4 * MAX_CHARACTERS, len(content.data), "characters", content)
    return mime.open_message(bytes(content.data), content, format)


def open_letter(message: EmailMessage, content: Content) -> Letter:
    """Sort the parts, with a stack of its own: nested parts must not become nested calls."""
    parts: list[_Part] = []
    forwarded: list[EmailMessage] = []
    stack = [(message, -1, False)]
    choices = 0
    while stack:
        part, choice, related = stack.pop()
        inner = mime.parts(part)
        kind = part.get_content_type()
        if kind == _FORWARDED and inner and not mime.is_encoded(part):
            forwarded.append(inner[0])
        elif part.get_content_maintype() == "multipart" and inner:
            if kind == "multipart/alternative":
                choice, choices = choices, choices + 1
            related = kind == "multipart/related"
            stack.extend((each, choice, related and bool(place)) for place, each in reversed([*enumerate(inner)]))
        else:
            parts.append(_Part(part, choice, related))
    headers = {name: mime.words(message, name) for name in _HEADERS}
    people = chain.from_iterable(correspondents(headers[name], role) for name, role in ROLES.items())
    attached = (each for each in parts if not (_is_said(each.part, _PLAIN) or _is_said(each.part, _HTML)))
    return Letter(
        tuple(headers.items()),
        headers["Subject"],
        _text(parts, content),
        tuple(_attachment(each) for each in attached),
        tuple(partial(open_letter, each, content) for each in forwarded),
        make_facts([headers["Date"]], people),
    )


def _text(parts: list[_Part], content: Content) -> Iterator[Block]:
    plain = {index: _plain_text(each.part) for index, each in enumerate(parts) if _is_said(each.part, _PLAIN)}
    in_plain = {parts[index].choice for index, text in plain.items() if text.strip()} - {-1}
    for index, each in enumerate(parts):
        if index in plain:
            yield from map(Block, BETWEEN_PARAGRAPHS.split(plain[index]))
        elif _is_said(each.part, _HTML) and each.choice not in in_plain:
            yield from html.read_page(mime.body(each.part), content, mime.charset(each.part)).blocks


def _is_said(part: EmailMessage, kind: str) -> bool:
    return part.get_content_type() == kind and part.get_content_disposition() != "attachment"


def _plain_text(part: EmailMessage) -> str:
    text = mime.decode(mime.body(part), mime.charset(part))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")


def _attachment(attached: _Part) -> Attachment:
    """Make an attachment. A picture is in the text if it belongs to the part beside it, and that can name it."""
    part, kind = attached.part, clean_line(attached.part.get_content_type())
    name = clean_line(mime.file_name(part))
    in_text = attached.related and part.get_content_maintype() == "image" and bool(part.get("content-id"))
    if not may_be_read(name) and kind in _ENDINGS:
        name = (name or _UNNAMED) + _ENDINGS[kind]
    return Attachment(name or kind, len(mime.body(part)), partial(mime.body, part), in_text)

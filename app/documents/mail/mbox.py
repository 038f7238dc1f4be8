"""Reads a mailbox: each message begins a page, and is in the outline by its subject. Source: RFC 4155."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from app.core.documents.document import Document, Flag, Format
from app.core.documents.facts import MAX_PEOPLE, DocumentPerson, Role
from app.core.errors import AppError, Code
from app.documents.formats.contract import (
    MAX_CHARACTERS,
    Content,
    InnerFile,
    Progress,
    refuse_damaged,
    refuse_over,
    to_document,
)
from app.documents.formats.facts import make_facts
from app.documents.formats.members import list_members
from app.documents.mail.eml import open_letter
from app.documents.mail.letters import Letter, OpenLetter, read_letters
from app.documents.mail.letters import inner_files as files_in
from app.documents.text.flow import Block, flow
from app.documents.web import mime

format = Format.MBOX

MAX_MAILS = 50_000
# A message begins with a line that says who wrote when, with a header below it: else it is a sentence of a message.
_BEGINS = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]{1,400}\r?\n(?=[!-9;-~]{1,80}:)")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def parse(content: Content, progress: Progress) -> Document:
    """Parse messages as `eml` reads them, in the order of the file. One that cannot be read is a page that says so."""
    progress(0, 1)
    senders: dict[DocumentPerson, None] = {}
    files: list[InnerFile] = []
    letters = (partial(_noted, each, senders) for each in _letters(content, progress))
    flowed = flow(read_letters(letters, content, progress, files, level=1))
    facts, members = make_facts(people=senders), list_members(files, content)
    document = to_document(flowed, content, format, empty_pages=1, facts=facts, members=members)
    progress(1, 1)
    return document


def inner_files(content: Content) -> Iterator[InnerFile]:
    """Yield the attachments of all messages."""
    return files_in(_letters(content, lambda _done, _total: None))


def _letters(content: Content, progress: Progress) -> list[OpenLetter]:
    begins: list[tuple[int, int]] = []
    for found in _BEGINS.finditer(content.data):
        begins.append((found.start(), found.end()))
        refuse_over(MAX_MAILS, len(begins), "mails", content)
        progress(0, 1)
    if not begins:
        refuse_damaged(content, format)
    ends = [*(start for start, _ in begins[1:]), len(content.data)]
    return [partial(_open, content, start, end) for (_, start), end in zip(begins, ends, strict=True)]


def _noted(opened: OpenLetter, senders: dict[DocumentPerson, None]) -> Letter:
    """Open a letter, and put who sent it among the senders."""
    letter = opened()
    if len(senders) < MAX_PEOPLE:
        senders.update(dict.fromkeys(person for person in letter.facts.people if person.role is Role.SENDER))
    return letter


def _open(content: Content, start: int, end: int) -> Letter:
    refuse_over(4 * MAX_CHARACTERS, end - start, "characters", content)
    untrusted_bytes = _QUOTED.sub(rb"\1", bytes(content.data[start:end]))
    try:
        return open_letter(mime.open_message(untrusted_bytes, content, format), content)
    except AppError as error:
        if error.code is not Code.DOCUMENT_DAMAGED:
            raise
        return Letter((), "", [Block("", flags=(Flag.DAMAGED,))])

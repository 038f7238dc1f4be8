"""Lays out messages on pages: headers, text, the names of attachments, then the messages that are forwarded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from app.core.documents.facts import NO_FACTS, Facts, Role
from app.documents.formats.contract import MAX_CHARACTERS, MAX_OUTLINE_LEVELS, Content, InnerFile, Progress, refuse_over
from app.documents.formats.detect import may_be_read
from app.documents.text.clean import clean_line
from app.documents.text.flow import Block, Heading

MAX_ATTACHMENTS_LISTED = 200
ROLES = {"From": Role.SENDER, "To": Role.RECEIVER, "Cc": Role.COPIED}
"""The role of the people whom each header names."""

_UNNAMED_MESSAGE = "Forwarded message"


class Attachment(msgspec.Struct, frozen=True):
    """An attachment. `in_text` tells that it is a picture that is shown in the text of its message."""

    untrusted_name: str
    size_bytes: int
    read: Callable[[], bytes]
    in_text: bool = False

    @property
    def may_be_read(self) -> bool:
        return not self.in_text and may_be_read(self.untrusted_name)


class Letter(msgspec.Struct, frozen=True):
    """A message. `headers` are as they stand above its text; `forwarded` open the messages that it forwards."""

    headers: tuple[tuple[str, str], ...]
    untrusted_subject: str
    text: Iterable[Block]
    attachments: tuple[Attachment, ...] = ()
    forwarded: tuple[OpenLetter, ...] = ()
    facts: Facts = NO_FACTS


OpenLetter: TypeAlias = Callable[[], Letter]


def read_letters(
    letters: Iterable[OpenLetter], content: Content, progress: Progress, files: list[InnerFile], level: int = 0
) -> Iterator[Block]:
    """Read the blocks of messages, each with those that it forwards behind it. `level` is that of the first ones in the
    outline: with 0, they are not in it, and with 1, each begins a page. What is attached and may be a document is added
    to `files`.

    Raises AppError DOCUMENT_LIMIT for too much text.
    """
    characters = 0
    for letter, depth in _all_letters(letters, level):
        files += attached_files(letter)
        for block in _blocks(letter, depth, new_page=level == depth == 1):
            progress(0, 1)
            characters += len(block.untrusted_text)
            refuse_over(MAX_CHARACTERS, characters, "characters", content)
            yield block


def inner_files(letters: Iterable[OpenLetter]) -> Iterator[InnerFile]:
    """Yield the attachments of messages that may be documents, in the order in which `read_letters` finds them."""
    for letter, _depth in _all_letters(letters):
        yield from attached_files(letter)


def attached_files(letter: Letter) -> Iterator[InnerFile]:
    for each in letter.attachments:
        if each.may_be_read:
            name = each.untrusted_name.replace("/", "_").replace("\\", "_")  # it is in no folder
            yield InnerFile(name, each.size_bytes, each.read)


def _all_letters(letters: Iterable[OpenLetter], level: int = 0) -> Iterator[tuple[Letter, int]]:
    """Yield each message with its level, those that it forwards behind it."""
    for first in letters:
        stack = [(first, level)]
        while stack:
            opened, depth = stack.pop()
            letter = opened()
            yield letter, depth
            stack.extend((each, depth + 1) for each in reversed(letter.forwarded))


def _blocks(letter: Letter, level: int, new_page: bool) -> Iterator[Block]:
    title = letter.untrusted_subject or _UNNAMED_MESSAGE
    headings = (Heading(title, min(level, MAX_OUTLINE_LEVELS)),) if level else ()
    yield Block("\n".join(f"{name}: {value}" for name, value in letter.headers if value), headings, new_page=new_page)
    yield from letter.text
    if letter.attachments:
        yield Block(_list(letter.attachments))


def _list(attachments: tuple[Attachment, ...]) -> str:
    documents = [each for each in attachments if each.may_be_read]
    others = [each for each in attachments if not each.may_be_read]
    lists = (("Attachments", documents), ("Attachments (not read)", others))
    return "\n".join(f"{words}: {_names(listed)}" for words, listed in lists if listed)


def _names(attachments: list[Attachment]) -> str:
    named = [_describe(each) for each in attachments[:MAX_ATTACHMENTS_LISTED]]
    if len(attachments) > MAX_ATTACHMENTS_LISTED:
        named.append(f"{len(attachments) - MAX_ATTACHMENTS_LISTED} more")
    return ", ".join(named)


def _describe(attachment: Attachment) -> str:
    size = attachment.size_bytes
    name = clean_line(attachment.untrusted_name)
    return f"{name} ({size} B)" if size < 1_000 else f"{name} ({round(size / 1_000):,} KB)"

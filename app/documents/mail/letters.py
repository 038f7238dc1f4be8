"""Lays out messages on pages: headers, text, the names of attachments, then the messages that are forwarded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from app.core.facts import NO_FACTS, Facts, Role
from app.documents.formats.contract import MAX_CHARACTERS, MAX_OUTLINE_LEVELS, Content, Progress, refuse_over
from app.documents.text.clean import clean_line
from app.documents.text.flow import Block, Heading

MAX_ATTACHMENTS_LISTED = 200
ROLES = {"From": Role.SENDER, "To": Role.RECEIVER, "Cc": Role.COPIED}
"""Whom each header names."""

_UNNAMED_MESSAGE = "Forwarded message"


class Attachment(msgspec.Struct, frozen=True):
    untrusted_name: str
    size_bytes: int


class Letter(msgspec.Struct, frozen=True):
    """A message. `headers` as they stand above its text; `forwarded` opens the messages that it forwards."""

    headers: tuple[tuple[str, str], ...]
    untrusted_subject: str
    text: Iterable[Block]
    attachments: tuple[Attachment, ...] = ()
    forwarded: tuple[OpenLetter, ...] = ()
    facts: Facts = NO_FACTS


OpenLetter: TypeAlias = Callable[[], Letter]


def read_letters(
    letters: Iterable[OpenLetter], content: Content, progress: Progress, level: int = 0
) -> Iterator[Block]:
    """The blocks of messages, each with those that it forwards behind it. `level` of the first ones in the outline;
    where it is 0, they are not in it, and where it is 1, each begins a page.

    Raises AppError DOCUMENT_LIMIT for too much text.
    """
    characters = 0
    for first in letters:
        stack = [(first, level)]
        while stack:
            opened, depth = stack.pop()
            letter = opened()
            for block in _blocks(letter, depth, new_page=level == depth == 1):
                progress(0, 1)
                characters += len(block.untrusted_text)
                refuse_over(MAX_CHARACTERS, characters, "characters", content)
                yield block
            stack.extend((each, depth + 1) for each in reversed(letter.forwarded))


def _blocks(letter: Letter, level: int, new_page: bool) -> Iterator[Block]:
    title = letter.untrusted_subject or _UNNAMED_MESSAGE
    headings = (Heading(title, min(level, MAX_OUTLINE_LEVELS)),) if level else ()
    yield Block("\n".join(f"{name}: {value}" for name, value in letter.headers if value), headings, new_page=new_page)
    yield from letter.text
    if letter.attachments:
        yield Block(_list(letter.attachments))


def _list(attachments: tuple[Attachment, ...]) -> str:
    named = [_describe(each) for each in attachments[:MAX_ATTACHMENTS_LISTED]]
    if len(attachments) > MAX_ATTACHMENTS_LISTED:
        named.append(f"{len(attachments) - MAX_ATTACHMENTS_LISTED} more")
    return "Attachments (not read): " + ", ".join(named)


def _describe(attachment: Attachment) -> str:
    size = attachment.size_bytes
    name = clean_line(attachment.untrusted_name)
    return f"{name} ({size} B)" if size < 1_000 else f"{name} ({round(size / 1_000):,} KB)"

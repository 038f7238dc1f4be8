"""Reads an Outlook message: sender and receivers, its text, and the messages it forwards. Source: [MS-OXMSG]."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterator
from email.utils import format_datetime
from functools import cached_property, partial
from typing import TypeAlias

from app.core.documents.document import Document, Format
from app.core.documents.facts import DocumentPerson, Role
from app.documents.formats.contract import Content, InnerFile, Progress, none_if_damaged, refuse_over, to_document
from app.documents.formats.facts import correspondent, make_facts
from app.documents.formats.members import list_members
from app.documents.formats.ole import CompoundFile
from app.documents.mail import compressed_rtf
from app.documents.mail.letters import ROLES, Attachment, Letter, read_letters
from app.documents.mail.letters import inner_files as files_in
from app.documents.plain_text import BETWEEN_PARAGRAPHS
from app.documents.text.flow import Block, flow
from app.documents.web import html, mime
from app.documents.word import rtf

format = Format.MSG

MAX_PARTS = 1_000  # receivers and attachments of one message
MAX_NESTING = 50

Path: TypeAlias = tuple[str, ...]
_FIXED, _VALUE = "__properties_version1.0", "__substg1.0_{:04X}{:04X}"
_RECEIVER, _ATTACHMENT = "__recip_version1.0_#", "__attach_version1.0_#"
_INNER = "__substg1.0_3701000D"
_ENTRY = struct.Struct("<HHI8s")
_HEADER_BYTES = {0: 32, 1: 24}  # of the fixed properties of the message itself, and of one inside
_PART_HEADER_BYTES = 8
_UNICODE, _TEXT, _BINARY = 0x1F, 0x1E, 0x102
# The identifiers of properties are those of [MS-OXPROPS].
_SUBJECT, _SENDER, _SENDER_ADDRESS, _SENDER_SMTP = 0x0037, 0x0C1A, 0x0C1F, 0x5D01
_NAME, _ADDRESS, _SMTP, _RECEIVER_KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
_TO, _CC = 0x0E04, 0x0E03
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_CODE_PAGES = (0x3FFD, 0x3FDE)
_FILE_NAMES, _DATA, _HIDDEN, _CONTENT_ID = (0x3707, 0x3704, 0x3001), 0x3701, 0x7FFE, 0x3712
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_RECEIVERS = ((1, "To", _TO), (2, "Cc", _CC))


def parse(content: Content, progress: Progress) -> Document:
    """Parse the plain text of each message, or its HTML, or its RTF. Attachments are named, and those that may be
    documents are its members."""
    progress(0, 1)
    letter = _open(content)
    files: list[InnerFile] = []
    flowed = flow(read_letters([lambda: letter], content, progress, files))
    title, members = letter.untrusted_subject, list_members(files, content)
    document = to_document(flowed, content, format, title, empty_pages=1, facts=letter.facts, members=members)
    progress(1, 1)
    return document


def inner_files(content: Content) -> Iterator[InnerFile]:
    """Yield the attachments of a message, and those of the messages that it forwards."""
    return files_in([partial(_open, content)])


def _open(content: Content) -> Letter:
    return _Message(CompoundFile(content, format), content, (), 0).letter()


class _Properties:
    """The properties of a message, a receiver or an attachment, whose streams are in the storage `path`."""

    def __init__(self, file: CompoundFile, path: Path, header_bytes: int) -> None:
        self._file = file
        self.path = path
        self._fixed = dict(self._read_fixed(header_bytes))
        self.codec = ""

    def text(self, identifier: int) -> str:
        """Return a text on one line, "" if there is none."""
        return " ".join(self.lines(identifier).split())

    def lines(self, identifier: int) -> str:
        found = self.stream(identifier, _UNICODE)
        if found is not None:
            return found.decode("utf-16-le", "replace").rstrip("\0")
        found = self.stream(identifier, _TEXT)
        return "" if found is None else mime.decode(found, self.codec).rstrip("\0")

    def stream(self, identifier: int, kind: int) -> bytes | None:
        path = (*self.path, _VALUE.format(identifier, kind))
        return self._file.read(path) if path in self._file else None

    def size(self, identifier: int) -> int:
        """Return how many bytes a binary property has."""
        path = (*self.path, _VALUE.format(identifier, _BINARY))
        return self._file.size(path) if path in self._file else 0

    def number(self, identifier: int) -> int | None:
        """Return the value of a property of fixed size; None if there is none."""
        return self._fixed.get(identifier)

    def _read_fixed(self, header_bytes: int) -> Iterator[tuple[int, int]]:
        path = (*self.path, _FIXED)
        data = self._file.read(path) if path in self._file else b""
        data = data[header_bytes:]
        for _, identifier, _, value in _ENTRY.iter_unpack(data[: len(data) - len(data) % _ENTRY.size]):
            yield identifier, int.from_bytes(value, "little")


class _Message(_Properties):
    def __init__(self, file: CompoundFile, content: Content, path: Path, depth: int) -> None:
        super().__init__(file, path, _HEADER_BYTES[min(depth, 1)])
        refuse_over(MAX_NESTING, depth, "mail_containers", content)
        self._content = content
        self._depth = depth
        pages = (self.number(each) for each in _CODE_PAGES)
        self.codec = next((codec for page in pages if page and (codec := _codec_of(page))), "")

    def letter(self) -> Letter:
        attached, receivers = self._parts(_ATTACHMENT), self._parts(_RECEIVER)
        inner = [each for each in attached if self._file.entries((*each.path, _INNER))]
        shown = [each for each in attached if each not in inner and not each.number(_HIDDEN)]
        return Letter(
            tuple(self._headers(receivers)),
            self.text(_SUBJECT),
            self._said(),
            tuple(self._attachment(each) for each in shown),
            tuple(partial(self._open, (*each.path, _INNER)) for each in inner),
            make_facts([self._date()], self._people(receivers)),
        )

    def _attachment(self, attached: _Properties) -> Attachment:
        """Make an attachment. A picture is in the text if its HTML shows it."""
        name, id = _name_of(attached), attached.text(_CONTENT_ID)
        in_text = bool(id) and f"cid:{id}".encode() in self._page
        return Attachment(name, attached.size(_DATA), lambda: attached.stream(_DATA, _BINARY) or b"", in_text)

    @cached_property
    def _page(self) -> bytes:
        """The HTML of the message."""
        return self.stream(_HTML, _BINARY) or self.lines(_HTML).encode()

    def _open(self, path: Path) -> Letter:
        return _Message(self._file, self._content, path, self._depth + 1).letter()

    def _people(self, receivers: list[_Properties]) -> Iterator[DocumentPerson]:
        yield from correspondent(*self._sender(), Role.SENDER)
        for each in receivers:
            role = next((ROLES[name] for kind, name, _ in _RECEIVERS if kind == each.number(_RECEIVER_KIND)), None)
            if role is not None:
                yield from correspondent(*_named(each, _NAME, _SMTP, _ADDRESS), role)

    def _sender(self) -> tuple[str, str]:
        return _named(self, _SENDER, _SENDER_SMTP, _SENDER_ADDRESS)

    def _date(self) -> str:
        return _date(self.number(_SUBMITTED) or self.number(_DELIVERED) or 0)

    def _headers(self, receivers: list[_Properties]) -> Iterator[tuple[str, str]]:
        yield "From", _written(*self._sender())
        for kind, name, all_names in _RECEIVERS:
            people = [
                _written(*_named(each, _NAME, _SMTP, _ADDRESS))
                for each in receivers
                if each.number(_RECEIVER_KIND) == kind
            ]
            yield name, ", ".join(filter(None, people)) or self.text(all_names)
        yield "Date", self._date()
        yield "Subject", self.text(_SUBJECT)

    def _said(self) -> Iterator[Block]:
        plain = self.lines(_BODY).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
        if plain.strip():
            yield from map(Block, BETWEEN_PARAGRAPHS.split(plain))
            return
        if self._page.strip():
            yield from html.read_page(self._page, self._content, self.codec).blocks
            return
        packed = self.stream(_RTF, _BINARY)
        unpacked = none_if_damaged(lambda: compressed_rtf.unpack(packed)) if packed else None
        if unpacked:
            yield from rtf.read_blocks(unpacked, self._content)

    def _parts(self, prefix: str) -> list[_Properties]:
        """Return the receivers or the attachments, in the order of their numbers."""
        names = [each for each in self._file.entries(self.path) if each.startswith(prefix)]
        refuse_over(MAX_PARTS, len(names), "mail_parts", self._content)
        parts = [_Properties(self._file, (*self.path, name), _PART_HEADER_BYTES) for name in sorted(names)]
        for each in parts:
            each.codec = self.codec
        return parts


def _name_of(attachment: _Properties) -> str:
    return next(filter(None, map(attachment.text, _FILE_NAMES)), "unnamed")


def _named(properties: _Properties, name: int, mail: int, address: int) -> tuple[str, str]:
    """Return a name and its address, if that is one of the internet: others are of no use outside."""
    other = properties.text(address)
    return properties.text(name), properties.text(mail) or (other if "@" in other else "")


def _written(name: str, mail: str) -> str:
    return f"{name} <{mail}>" if name and mail and name != mail else name or mail


def _date(filetime: int) -> str:
    """Return a date as the headers of messages write it, "" for none; `filetime` is in tenths of microseconds since
    1601, or 0."""
    try:
        return format_datetime(_EPOCH + datetime.timedelta(microseconds=filetime // 10)) if filetime else ""
    except OverflowError:
        return ""


def _codec_of(page: int) -> str:
    return mime.codec_of({65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1"}.get(page, f"cp{page}"))

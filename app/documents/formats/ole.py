"""Reads compound files within limits, and says what is in one. Source: [MS-CFB]."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from functools import partial

import olefile

from app.core.documents.document import Format
from app.core.documents.facts import NO_FACTS, Facts
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content, guarded, refuse_damaged, refuse_over
from app.documents.formats.detect import promised_by
from app.documents.formats.facts import authors, make_facts
from app.documents.formats.refused import STREAMS

MAX_STREAM_BYTES = 256 << 20
MAX_READ_BYTES = 512 << 20
MAX_STREAMS = 50_000

_FORMATS = {
    "WordDocument": Format.DOC,
    "Workbook": Format.XLS,
    "__properties_version1.0": Format.MSG,
    "Book": Format.XLS,  # of Excel before 1997
}
_SUMMARY = ("\x05SummaryInformation",)  # [MS-OLEPS], 2.25.1
_CODEPAGE, _TITLE, _AUTHOR = 1, 2, 4
_DATES = (12, 13)  # of creation, of the last saving
_CODECS = {65001: "utf-8", **{page: f"cp{page}" for page in (932, 949, *range(1250, 1259))}}
_ENCRYPTED = "EncryptedPackage"  # [MS-OFFCRYPTO], 2.3


class CompoundFile:
    """An open compound file. Opening raises AppError DOCUMENT_DAMAGED, as for a file of `format`; DOCUMENT_LIMIT if
    there are too many streams."""

    def __init__(self, content: Content, format: Format) -> None:
        self._content = content
        self._format = format
        self._read_bytes = 0
        self._file = guarded(lambda: olefile.OleFileIO(io.BytesIO(bytes(content.data))), content, format)
        names = guarded(lambda: self._file.listdir(streams=True, storages=False), content, format)
        refuse_over(MAX_STREAMS, len(names), "streams", content)
        self._names = {tuple(map(str, each)) for each in names}
        self._entries: dict[tuple[str, ...], set[str]] = {}
        for path in self._names:
            for depth, name in enumerate(path):
                self._entries.setdefault(path[:depth], set()).add(name)

    def __contains__(self, path: tuple[str, ...]) -> bool:
        return path in self._names

    def entries(self, path: tuple[str, ...] = ()) -> set[str]:
        """Return the names of what is in a storage; none if there is no such storage."""
        return self._entries.get(path, set())

    def size(self, path: tuple[str, ...]) -> int:
        """Return the bytes of a stream as a number. Raises AppError DOCUMENT_DAMAGED if the stream does not exist."""
        return guarded(lambda: int(self._file.get_size(list(path))), self._content, self._format)

    def read(self, path: tuple[str, ...]) -> bytes:
        """Return a stream's bytes. Raises AppError DOCUMENT_DAMAGED, also if it does not exist; DOCUMENT_LIMIT."""
        size = self.size(path)
        refuse_over(MAX_STREAM_BYTES, size, "archive_member_bytes", self._content)
        self._read_bytes += size
        refuse_over(MAX_READ_BYTES, self._read_bytes, "archive_bytes", self._content)
        return guarded(lambda: bytes(self._file.openstream(list(path)).read()), self._content, self._format)

    def summary(self) -> tuple[str, Facts]:
        """Return the document's own title, "" if there is none, and its facts, as its properties give them."""
        if _SUMMARY not in self:
            return "", NO_FACTS
        read = partial(self._file.getproperties, list(_SUMMARY), convert_time=True)
        found: Mapping[int, object] = guarded(read, self._content, self._format)
        codepage = found.get(_CODEPAGE)
        codec = _CODECS.get(codepage & 0xFFFF if isinstance(codepage, int) else 0, "cp1252")
        dates = (each.isoformat() for key in _DATES if isinstance(each := found.get(key), datetime.datetime))
        return _decoded(found.get(_TITLE), codec), make_facts(dates, authors([_decoded(found.get(_AUTHOR), codec)]))


def _decoded(untrusted_value: object, codec: str) -> str:
    if isinstance(untrusted_value, bytes):
        return untrusted_value.decode(codec, "replace").strip("\0 ")
    return str(untrusted_value or "")


def identify(content: Content) -> Format:
    """Return the format of a compound file. Raises AppError DOCUMENT_ENCRYPTED for what has a password, FORMAT_REFUSED
    for what is known and not read, FORMAT_MISMATCH if its name promises another one, FORMAT_UNKNOWN for others,
    DOCUMENT_DAMAGED."""
    promised = promised_by(content.name)
    try:
        top = CompoundFile(content, promised or Format.XLS).entries()
    except AppError as error:
        if promised is None and error.code is Code.DOCUMENT_DAMAGED:
            raise AppError(Code.FORMAT_UNKNOWN, path=content.name) from error
        raise
    if _ENCRYPTED in top:
        raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
    refused = next((kind for name, kind in STREAMS.items() if name in top), None)
    if refused is not None:
        raise AppError(Code.FORMAT_REFUSED, path=content.name, kind=refused)
    found = next((format for name, format in _FORMATS.items() if name in top), None)
    if found is None and promised is not None:
        refuse_damaged(content, promised)
    if found is None:
        raise AppError(Code.FORMAT_UNKNOWN, path=content.name)
    if promised is not None and promised is not found:
        raise AppError(Code.FORMAT_MISMATCH, path=content.name, expected=promised.value, found=found.value)
    return found

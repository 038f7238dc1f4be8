"""Reads a ZIP as a folder of documents, within limits. Source: PKWARE, APPNOTE.TXT 6.3.10."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import NoReturn

from app.core.documents.document import MAX_MEMBERS
from app.core.errors import AppError, Code
from app.documents.formats.archive import (
    BROKEN,
    ENCRYPTED_BIT,
    MAX_DECLARED_BYTES,
    MAX_EXPANSION,
    METHODS,
    SMALL_BYTES,
    is_file,
    overlap,
    unpack,
)
from app.documents.formats.contract import Content, InnerFile, refuse_over
from app.documents.formats.detect import may_be_read
from app.documents.plain_text import decode_unmarked

_DIRECTORY_ENTRY = b"PK\x01\x02"
_MAX_ENTRIES = 4 * MAX_MEMBERS
_UTF_8_BIT = 0x800
_HIDDEN = (".", "~$", "__MACOSX")


def inner_files(content: Content) -> Iterator[InnerFile]:
    """Yield the files inside; links, hidden files, and files that are of no kind that Octavo reads are left out. Raises
    AppError DOCUMENT_DAMAGED, DOCUMENT_LIMIT; `read` DOCUMENT_ENCRYPTED too."""
    data = bytes(content.data)
    refuse_over(_MAX_ENTRIES, data.count(_DIRECTORY_ENTRY), "archive_members", content)  # before zipfile reads them
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        _refuse(content, error)
    entries = archive.infolist()
    refuse_over(MAX_DECLARED_BYTES, sum(each.file_size for each in entries), "archive_bytes", content)
    if overlap(entries, archive.start_dir):
        _refuse(content)
    for entry in entries:
        name = _name(entry)
        if is_file(entry) and may_be_read(name) and not any(map(_is_hidden, name.split("/"))):
            yield InnerFile(name, entry.file_size, partial(_read, archive, entry, content))


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name as it was written: unless marked as UTF-8, `zipfile` reads it as CP 437, but systems use
    encodings of their own."""
    name = entry.filename
    if not entry.flag_bits & _UTF_8_BIT and not name.isascii():
        name = decode_unmarked(name.encode("cp437", "replace"))
    return name.replace("\\", "/")


def _is_hidden(part: str) -> bool:
    return part.startswith(_HIDDEN) and part not in (".", "..")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: Content) -> bytes:
    if entry.flag_bits & ENCRYPTED_BIT:
        raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
    if entry.compress_type not in METHODS:
        _refuse(content)
    if entry.file_size > SMALL_BYTES:
        refuse_over(MAX_EXPANSION, entry.file_size // max(1, entry.compress_size), "expansion", content)
    try:
        return unpack(archive, entry)
    except BROKEN as error:
        _refuse(content, error)


def _refuse(content: Content, cause: Exception | None = None) -> NoReturn:
    raise AppError(Code.DOCUMENT_DAMAGED, path=content.name, format="zip") from cause

"""Reads an untrusted zip file within limits: its members, XML files, and the relations of an OOXML package."""

from __future__ import annotations

import io
import posixpath
import stat
import struct
import zipfile
import zlib
from typing import NoReturn

import msgspec
from lxml import etree

from app.core.documents.document import Format
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content, none_if_damaged, refuse_damaged, refuse_over
from app.documents.formats.xml import attribute, children, parse_xml

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 64 << 20
MAX_READ_BYTES = 512 << 20  # of all members that are read, unpacked
MAX_DECLARED_BYTES = 4 << 30  # of all members, unpacked, by the directory
MAX_EXPANSION = 200  # XHTML packs to a tenth, a bomb to a thousandth
SMALL_BYTES = 1 << 20  # below this no expansion does harm

_DIRECTORY_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER_BYTES = 30
ENCRYPTED_BIT = 1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those of EPUB's container
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, LookupError),
)


class Relation(msgspec.Struct, frozen=True):
    """A relation of an OOXML package. `kind` is the last word of its type, `part` the path in the package of what it
    leads to."""

    id: str
    kind: str
    part: str


class Archive:
    """An open zip file. Opening checks the directory. It raises AppError DOCUMENT_DAMAGED if a member's path leads
    outside or two members overlap, DOCUMENT_LIMIT if there are too many or too large ones. Symbolic links and folders
    are ignored.
    """

    def __init__(self, content: Content, format: Format) -> None:
        self._content = content
        self._format = format
        self._read_bytes = 0
        data = bytes(content.data)
        refuse_over(MAX_MEMBERS, data.count(_DIRECTORY_ENTRY), "archive_members", content)  # before zipfile reads them
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except BROKEN as error:
            refuse_damaged(content, format, error)
        members = self._zip.infolist()
        refuse_over(MAX_DECLARED_BYTES, sum(each.file_size for each in members), "archive_bytes", content)
        if any(_is_outside(each.filename) for each in members) or overlap(members, self._zip.start_dir):
            self._refuse()
        self._members = {each.filename: each for each in members if is_file(each)}

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Return a member's bytes. Raises AppError DOCUMENT_DAMAGED, also if it does not exist; DOCUMENT_LIMIT;
        DOCUMENT_ENCRYPTED."""
        member = self._members.get(name)
        if member is None or member.compress_type not in METHODS:
            self._refuse()
        if member.flag_bits & ENCRYPTED_BIT:
            raise AppError(Code.DOCUMENT_ENCRYPTED, path=self._content.name)
        refuse_over(MAX_MEMBER_BYTES, member.file_size, "archive_member_bytes", self._content)
        if member.file_size > SMALL_BYTES:
            refuse_over(MAX_EXPANSION, member.file_size // max(1, member.compress_size), "expansion", self._content)
        self._read_bytes += member.file_size
        refuse_over(MAX_READ_BYTES, self._read_bytes, "archive_bytes", self._content)
        try:
            return unpack(self._zip, member)
        except BROKEN as error:
            self._refuse(error)

    def tree(self, name: str, mend: bool = False) -> etree._Element:
        """Return the root of an XML file, mended if `mend` says so. Raises AppError as `read` does, and as
        `xml.parse_xml` does; DOCUMENT_DAMAGED if it is not well formed."""
        try:
            return parse_xml(self.read(name), self._content, mend)
        except ValueError as error:
            self._refuse(error)

    def optional_tree(self, name: str) -> etree._Element | None:
        """Return the root, by `tree`, of a file that the text can do without; None if that is missing or damaged."""
        return none_if_damaged(lambda: self.tree(name)) if name in self else None

    def relations(self, part: str = "") -> tuple[Relation, ...]:
        """Return the relations of `part`, or of the whole package; none if they cannot be read. Source: ECMA-376, part
        2."""
        folder, name = posixpath.split(part)
        return tuple(
            Relation(attribute(each, "Id"), attribute(each, "Type").rpartition("/")[2], _path(folder, each))
            for each in children(self.optional_tree(posixpath.join(folder, "_rels", f"{name}.rels")))
            if attribute(each, "TargetMode") != "External"
        )

    def _refuse(self, cause: Exception | None = None) -> NoReturn:
        refuse_damaged(self._content, self._format, cause)


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack a member and check its checksum. Never more than its `file_size` is unpacked: `ZipFile.read` unpacks all
    that is there, and cuts it afterwards. Raises one of BROKEN."""
    with archive.open(member) as packed:
        return packed.read(member.file_size)


def _is_outside(untrusted_name: str) -> bool:
    path = posixpath.normpath(untrusted_name.replace("\\", "/"))
    return path.startswith(("/", "../")) or path == ".." or path[1:2] == ":" or "\0" in untrusted_name


def is_file(member: zipfile.ZipInfo) -> bool:
    mode = member.external_attr >> 16
    return not member.is_dir() and (stat.S_IFMT(mode) in (0, stat.S_IFREG))


def overlap(members: list[zipfile.ZipInfo], directory_start: int) -> bool:
    """Return whether two members share bytes, as in the bombs of D. Fifield, "A better zip bomb", 2019."""
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            return True
        end = member.header_offset + _LOCAL_HEADER_BYTES + len(member.orig_filename) + member.compress_size
    return end > directory_start


def _path(folder: str, relation: etree._Element) -> str:
    return posixpath.normpath(posixpath.join("/", folder, attribute(relation, "Target"))).lstrip("/")

"""Words that nobody else writes, and every byte of a folder searched for them: as they are, encoded, and compressed."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import lzma
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_BEGINNINGS = ("bram", "quol", "thar", "verk", "mond", "glim", "jost", "pral", "wex", "zuf")
_ENDINGS = ("ordak", "umbolk", "antrok", "idvork", "oskamb", "elgunt", "arnovk", "uplomp")
_DEEPEST = 3
_LARGEST_MEMBER = 64 << 20
_WINDOW, _LARGEST_STREAM = 4 << 20, 16 << 20
"""The bytes that are looked at where a stream may begin, and the most that one may unpack to: most that look so are
none."""


def draw() -> str:
    """A word that an English stemmer leaves as it is."""
    return secrets.choice(_BEGINNINGS) + secrets.choice(_BEGINNINGS) + secrets.choice(_ENDINGS)


@dataclass(frozen=True)
class Hit:
    where: str
    word: str
    form: str


@dataclass
class Search:
    """`words` in all their forms; counts what it looked through."""

    words: tuple[str, ...]
    files: int = 0
    looked_through: int = 0
    members: int = 0

    def folders(self, *folders: Path) -> list[Hit]:
        """Names and contents, links not followed."""
        hits = []
        for folder in folders:
            for where, below, files in os.walk(folder):
                for name in (*below, *files):
                    hits += self.text(f"the name {where}/{name}", os.fsencode(name))
                for name in files:
                    path = Path(where) / name
                    if path.is_file() and not path.is_symlink():
                        self.files += 1
                        hits += self.text(str(path), path.read_bytes())
        return hits

    def text(self, where: str, content: bytes, depth: int = 0) -> list[Hit]:
        """`content`, and what is compressed in it."""
        if depth == 0:
            self.looked_through += len(content)
        folded = content.lower()
        hits = [
            Hit(where, word, form)
            for word in self.words
            for form, needle, is_exact in _forms(word)
            if needle in (content if is_exact else folded)
        ]
        if depth < _DEEPEST:
            for number, member in enumerate(_unpacked(content)):
                self.members += 1
                hits += self.text(f"{where}, member {number}", member, depth + 1)
        return hits


def _forms(word: str) -> Iterator[tuple[str, bytes, bool]]:
    """Return the forms to look for, and whether capital letters count."""
    small = word.lower()
    yield "UTF-8", small.encode(), False
    yield "UTF-16", small.encode("utf-16-le"), False  # big-endian too: the same bytes, but for the first and last
    yield "hex", small.encode().hex().encode(), False
    yield "percent", small.replace(" ", "%20").encode(), False
    for spelled in {word, small, word.upper()} if len(word) > 7 else ():
        for shift in range(3):
            coded = base64.b64encode(b"x" * shift + spelled.encode())
            yield "base64", coded[4 if shift else 0 : -4], True


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content[:4] == b"PK\x03\x04":
        yield from _members(content)
        return
    for magic, unpack in ((b"\x1f\x8b\x08", gzip.decompress), (b"\xfd7zXZ\x00", lzma.decompress)):
        if content.startswith(magic):
            with contextlib.suppress(OSError, EOFError, lzma.LZMAError, zlib.error):
                yield unpack(content)
            return
    view = memoryview(content)
    for magic in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        at = content.find(magic)
        while at >= 0:
            try:
                unpacked = zlib.decompressobj().decompress(view[at : at + _WINDOW], _LARGEST_STREAM)
            except zlib.error:
                unpacked = b""
            if len(unpacked) > 8:
                yield unpacked
            at = content.find(magic, at + 1)


def _members(content: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.file_size <= _LARGEST_MEMBER:
                    yield archive.read(member)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, RuntimeError):
        return


def newer(folders: Iterable[Path], since: float, below: Path, largest: int) -> Iterator[Path]:
    """This user's files of at most so many bytes that were written since then, but not `below`."""
    for folder in folders:
        for where, inner, files in os.walk(folder):
            inner[:] = [name for name in inner if not (Path(where) / name).is_relative_to(below)]
            for name in files:
                path = Path(where) / name
                try:
                    seen = path.lstat()
                except OSError:
                    continue
                if (
                    seen.st_uid == os.geteuid()
                    and seen.st_mtime >= since
                    and seen.st_size <= largest
                    and path.is_file()
                ):
                    yield path

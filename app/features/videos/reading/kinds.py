"""The kinds of videos, recognised by their first bytes; nothing is decoded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from app.documents.images import kinds as images


class VideoKind(StrEnum):
    """The containers that are opened. A file of another kind is never handed to FFmpeg, which knows kinds, such as
    playlists, that name other files and addresses."""

    MP4 = "mp4"
    MATROSKA = "matroska"
    AVI = "avi"
    MPEG_TS = "mpegts"
    MPEG_PS = "mpegps"
    OGG = "ogg"
    FLASH = "flv"
    ASF = "asf"


ENDINGS = (
    *(".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".mkv", ".webm", ".avi", ".divx", ".wmv", ".asf"),
    *(".mpg", ".mpeg", ".vob", ".mts", ".m2ts", ".ogv", ".flv"),
)
"""The ends of the names of files of these kinds, in lower case. “.ts” is not among them: such a file is recognised by
its bytes, since programs in TypeScript have the same ending; nor are those of sound alone."""

HEAD_BYTES = 512
"""The number of bytes at a file's beginning that `kind_of` looks at."""

_SIGNATURES = {
    b"\x1aE\xdf\xa3": VideoKind.MATROSKA,  # EBML (RFC 8794), of which only Matroska and WebM are in use
    b"\0\0\x01\xba": VideoKind.MPEG_PS,
    b"OggS": VideoKind.OGG,
    b"FLV\x01": VideoKind.FLASH,
    bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"): VideoKind.ASF,
}
_ATOMS = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""The names of the atoms with which files of QuickTime and its descendants begin."""

_STILL_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
"""The brands of images that are in the same kind of file (ISO/IEC 23008-12)."""

_PACKET_BYTES = (188, 192)
"""The sizes of a packet of MPEG-TS (ISO/IEC 13818-1, 2.4.3.2), without and with a time code of four bytes before each,
as cameras write it."""


def kind_of(untrusted_head: bytes) -> VideoKind | None:
    """Return the kind of a video by its first bytes; None for whatever is no video of a known kind. Some hold sound
    only, which the beginning does not show."""
    head = untrusted_head[:HEAD_BYTES]
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return VideoKind.AVI
    if head[4:8] in _ATOMS and head[:1] == b"\0" and images.kind_of(head) is None:
        return None if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS else VideoKind.MP4
    for packet in _PACKET_BYTES:
        first = packet - 188
        marks = head[first::packet]
        if len(marks) >= 2 and set(marks) == {0x47}:
            return VideoKind.MPEG_TS
    return None


def is_video(name: str, untrusted_head: bytes) -> bool:
    """Return whether a file is meant as a video rather than as a document: by its bytes, or else by its name.

    `untrusted_head` are its first HEAD_BYTES, or all there are.
    """
    return kind_of(untrusted_head) is not None or PurePath(name).suffix.lower() in ENDINGS

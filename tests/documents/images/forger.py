"""Images that mean harm: sizes that are lies, and what else is packed into a file."""

from __future__ import annotations

import functools
import struct
import zlib

from app.documents.images.kinds import ImageKind
from tests.documents.images.gallery import SAMPLES, flag, saved

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    """PNG, 5.3."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claiming(width: int, height: int, kind: ImageKind) -> bytes:
    """An image of this kind that says to be so large, and holds next to nothing."""
    sample = SAMPLES[kind]
    match kind:
        case ImageKind.PNG:
            header = chunk(b"IHDR", struct.pack(">II5B", width, height, 8, 2, 0, 0, 0))
            return SIGNATURE + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
        case ImageKind.JPEG:  # the frame header: ITU-T T.81, B.2.2
            at = sample.index(b"\xff\xc0") + 5
            return sample[:at] + struct.pack(">HH", height, width) + sample[at + 4 :]
        case ImageKind.WEBP:  # 14 bits each, less one: RFC 9649, 3.4
            data = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(17)
            return b"RIFF" + struct.pack("<I", len(data) + 12) + b"WEBPVP8L" + struct.pack("<I", len(data)) + data
        case ImageKind.GIF:  # the logical screen, and the first frame with it
            frame = sample.index(b",\0\0\0\0") + 5
            size = struct.pack("<HH", width, height)
            return sample[:6] + size + sample[10:frame] + size + sample[frame + 4 :]
        case ImageKind.TIFF:
            entries = [
                (256, 4, width),
                (257, 4, height),
                (258, 3, 8),
                (259, 3, 1),
                (262, 3, 1),
                (273, 4, 8),
                (279, 4, 9),
            ]
            table = b"".join(struct.pack("<HHII", tag, type, 1, value) for tag, type, value in entries)
            return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + table + bytes(4)
        case ImageKind.BMP:
            return sample[:18] + struct.pack("<ii", width, height) + sample[26:]
        case ImageKind.AVIF:  # the item's spatial extents: ISO/IEC 23008-12, 6.5.3
            at = sample.index(b"ispe") + 8
            return sample[:at] + struct.pack(">II", width, height) + sample[at + 8 :]


def with_chunk(kind: bytes, data: bytes, *, at_end: bool = False) -> bytes:
    """A PNG with one chunk more."""
    png = saved(flag(), ImageKind.PNG)
    at = len(png) - 12 if at_end else len(SIGNATURE) + 25
    return png[:at] + chunk(kind, data) + png[at:]


@functools.cache
def deflated_zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()

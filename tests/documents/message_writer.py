"""A small writer of Outlook messages for tests. Source: [MS-OXMSG]."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.documents.compound_writer import write_compound

Values = Mapping[int, str | bytes | int]
"""What a message, a receiver or an attachment says of itself, by the numbers of its properties."""


def properties(values: Values, header_bytes: int, *, ansi: bool = False) -> dict[str, bytes]:
    """Streams by their names: texts, bytes, and numbers of a fixed size."""
    streams: dict[str, bytes] = {}
    fixed = bytes(header_bytes)
    for identifier, value in values.items():
        if isinstance(value, int):
            kind = 0x40 if value >= 1 << 32 else 0x03
            fixed += struct.pack("<HHIQ", kind, identifier, 6, value)
        elif isinstance(value, bytes):
            streams[f"__substg1.0_{identifier:04X}0102"] = value
        elif ansi:
            streams[f"__substg1.0_{identifier:04X}001E"] = value.encode("cp1251")
        else:
            streams[f"__substg1.0_{identifier:04X}001F"] = value.encode("utf-16-le")
    return streams | {"__properties_version1.0": fixed}


def message(
    values: Values,
    *,
    receivers: Sequence[Values] = (),
    attachments: Sequence[Values | dict[str, bytes]] = (),
    inside: bool = False,
    ansi: bool = False,
) -> dict[str, bytes]:
    """The streams of a message. An attachment whose keys are paths is a message."""
    streams = properties(values, 24 if inside else 32, ansi=ansi)
    for number, each in enumerate(receivers):
        for name, data in properties(each, 8).items():
            streams[f"__recip_version1.0_#{number:08X}/{name}"] = data
    for number, attached in enumerate(attachments):
        folder = f"__attach_version1.0_#{number:08X}"
        if any(isinstance(key, str) for key in attached):
            streams |= {f"{folder}/__substg1.0_3701000D/{name}": data for name, data in attached.items()}  # type: ignore[misc]
            streams[f"{folder}/__properties_version1.0"] = bytes(8)
        else:
            own = properties(attached, 8)  # type: ignore[arg-type]
            streams |= {f"{folder}/{name}": data for name, data in own.items()}
    return streams


def write_msg(streams: Mapping[str, bytes]) -> bytes:
    return write_compound(streams)

"""The messages between the desk and a process that reads a model's header, which knows no names, only bytes."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.model import ModelHeader
from app.isolation.heartbeat import SandboxReady, WireFailed


class ReadPart(msgspec.Struct, frozen=True, tag=True):
    """Read the header of a file, counted from 0, in order. Answered by PartRead or WireFailed."""

    part: int


class ReadRemote(msgspec.Struct, frozen=True, tag=True):
    """Read the header of a file that is elsewhere and has `size` bytes; the files are numbered as with ReadPart.
    Answered by any number of WantBytes, then by PartRead or WireFailed."""

    part: int
    size: int


class Bytes(msgspec.Struct, frozen=True, tag=True):
    """Answers WantBytes."""

    content: bytes


class Compose(msgspec.Struct, frozen=True, tag=True):
    """Say what the files that were read mean together. Answered by HeaderRead or WireFailed."""


Order: TypeAlias = ReadPart | ReadRemote | Bytes | Compose


class PartRead(msgspec.Struct, frozen=True, tag=True):
    """This file alone is sound."""


class WantBytes(msgspec.Struct, frozen=True, tag=True):
    """Asks for so many bytes of the file that is being read; answered by Bytes."""

    offset: int
    size: int


class HeaderRead(msgspec.Struct, frozen=True, tag=True):
    """The header was read. `header.files` is empty: this process knows no names."""

    header: ModelHeader


Event: TypeAlias = SandboxReady | WantBytes | PartRead | HeaderRead | WireFailed

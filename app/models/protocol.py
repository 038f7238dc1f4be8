"""What the desk and a process that reads a model's header say to each other; it got the model's files, open."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.model import ModelHeader
from app.isolation.process import Ready, WireFailed


class ReadPart(msgspec.Struct, frozen=True, tag=True):
    """Read the header of a file, counted from 0, in order. Answered by PartRead or WireFailed."""

    part: int


class Compose(msgspec.Struct, frozen=True, tag=True):
    """Tell what the files that were read say together. Answered by HeaderRead or WireFailed."""


Order: TypeAlias = ReadPart | Compose


class PartRead(msgspec.Struct, frozen=True, tag=True):
    """This file is sound by itself."""


class HeaderRead(msgspec.Struct, frozen=True, tag=True):
    """`header.files` is empty: this process knows no names."""

    header: ModelHeader


Event: TypeAlias = Ready | PartRead | HeaderRead | WireFailed

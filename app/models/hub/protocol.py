"""What the desk and the process that speaks with a model hub say to each other."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from app.core.secret import Password
from app.isolation.heartbeat import WireFailed

MAX_LISTED_FILES = 20_000
"""Of one repository; those that hold models have some hundreds."""

Count: TypeAlias = Annotated[int, Meta(ge=0, le=1 << 53)]


class HubTimeouts(msgspec.Struct, frozen=True):
    """How long a hub is waited for, and how often it is asked again.

    `connect_s`: until there is a connection. `stall_s`: for the next bytes; and a connection that brought fewer than
    `slowest_bytes` in that time is given up, too. `waits_s`: before each new try, while none before it brought so much;
    after the last the hub counts as gone. `range_bytes`: the most that one request asks for: the networks that
    hubs deliver through limit that.
    """

    connect_s: float = 20.0
    stall_s: float = 30.0
    slowest_bytes: int = 1 << 16
    waits_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
    range_bytes: int = 8 << 30


class Begin(msgspec.Struct, frozen=True, tag=True):
    """Sent once, first: where the hub is, and who asks; without a token, anyone."""

    endpoint: str
    token: Password | None
    patience: HubTimeouts


class List(msgspec.Struct, frozen=True, tag=True):
    """Say what a repository has; without a revision, at present. Answered by Listed or WireFailed."""

    repository: str
    revision: str


class HubFile(msgspec.Struct, frozen=True):
    """A file at the hub."""

    repository: str
    revision: str
    path: str
    size_bytes: int


class ReadRange(msgspec.Struct, frozen=True, tag=True):
    """Read a few bytes of a file. Answered by RangeRead or WireFailed."""

    file: HubFile
    offset: int
    size: int


class WantedFile(msgspec.Struct, frozen=True):
    """A file to fetch, under `name`."""

    remote: HubFile
    name: str
    sha256: str


class Fetch(msgspec.Struct, frozen=True, tag=True):
    """Fetch files into the folder that the process was started for. Answered by DownloadProgress, then Fetched or
    WireFailed."""

    files: tuple[WantedFile, ...]


Order: TypeAlias = Begin | List | ReadRange | Fetch


class HubReady(msgspec.Struct, frozen=True, tag=True):
    """Sent once, first. `confined`: the system keeps this process away from all files but its own and its folder."""

    confined: bool


class ListedFile(msgspec.Struct, frozen=True):
    """`sha256`: empty where the hub has none."""

    path: str
    size_bytes: Count
    sha256: Annotated[str, Meta(pattern="^(?:[0-9a-f]{64})?$")]


class Listed(msgspec.Struct, frozen=True, tag=True):
    """`files`: all of the repository. `licence`: as the hub names it, empty if it does not."""

    revision: Annotated[str, Meta(pattern="^[0-9a-f]{40}$")]
    licence: Annotated[str, Meta(max_length=200)]
    gated: bool
    files: Annotated[tuple[ListedFile, ...], Meta(max_length=MAX_LISTED_FILES)]


class RangeRead(msgspec.Struct, frozen=True, tag=True):
    content: bytes


class DownloadProgress(msgspec.Struct, frozen=True, tag=True):
    """`done`: bytes of all files that are there. `hashed`: of files that are verified. `host`: where bytes come from.
    `hashing`: nothing arrives, since what is there from an earlier time is being hashed: so many bytes of it."""

    done: Count
    hashed: Count
    host: str
    name: str
    hashing: Count = 0


class Fetched(msgspec.Struct, frozen=True, tag=True):
    """All files are there and verified."""


Event: TypeAlias = HubReady | Listed | RangeRead | DownloadProgress | Fetched | WireFailed

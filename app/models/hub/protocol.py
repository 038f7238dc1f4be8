"""The messages between the desk and the process that speaks with a model hub, and where a hub may be."""

from __future__ import annotations

import ipaddress
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from app.core.conversations.events import Count, Fetching, Hashing
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.isolation.heartbeat import WireFailed
from app.models.offers import RemoteFile

MAX_LISTED_FILES = 20_000
"""The most files of one repository; those that hold models have some hundreds."""


class HubTimeouts(msgspec.Struct, frozen=True):
    """The time that a hub is waited for, and how often it is asked again.

    A connection has to be there after `connect_s`, and the next bytes after `stall_s`; one that brought fewer than
    `slowest_bytes` in that time is given up, too. `waits_s` are the pauses before each new try, while none before it
    brought so much; after the last the hub counts as gone. `range_bytes` is the most that one request asks for: the
    networks that hubs deliver through limit that.
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


class ReadRange(msgspec.Struct, frozen=True, tag=True):
    """Read a few bytes of a file. Answered by RangeRead or WireFailed."""

    file: RemoteFile
    offset: int
    size: int


class Fetch(msgspec.Struct, frozen=True, tag=True):
    """Fetch files, whose hashes are known, into the folder that the process was started for. Answered by Fetching and
    Hashing, then Fetched or WireFailed."""

    files: tuple[RemoteFile, ...]


Order: TypeAlias = Begin | List | ReadRange | Fetch


class HubReady(msgspec.Struct, frozen=True, tag=True):
    """Sent once, first. If it is `confined`, the system keeps this process away from all files but its own and its
    folder."""

    confined: bool


class ListedFile(msgspec.Struct, frozen=True):
    """A file of a repository. `sha256` is empty if the hub has none."""

    path: str
    size_bytes: Count
    sha256: Annotated[str, Meta(pattern="^(?:[0-9a-f]{64})?$")]


class Listed(msgspec.Struct, frozen=True, tag=True):
    """The content of a repository: all its `files`. `licence` is as the hub names it, empty if it does not."""

    revision: Annotated[str, Meta(pattern="^[0-9a-f]{40}$")]
    licence: Annotated[str, Meta(max_length=200)]
    gated: bool
    files: Annotated[tuple[ListedFile, ...], Meta(max_length=MAX_LISTED_FILES)]


class RangeRead(msgspec.Struct, frozen=True, tag=True):
    content: bytes


class Fetched(msgspec.Struct, frozen=True, tag=True):
    """All files are there and verified."""


Event: TypeAlias = HubReady | Listed | RangeRead | Fetching | Hashing | Fetched | WireFailed


def check_endpoint(endpoint: str) -> str:
    """Check a hub's address and return its host as a person would write it: with its port if it is not the usual one.

    Raises AppError HUB_ADDRESS_INSECURE where it is neither https nor an address of this machine.
    """
    try:
        address = urlsplit(endpoint)
        host, port = address.hostname or "", address.port
    except ValueError as error:
        raise AppError(Code.HUB_ADDRESS_INSECURE, host=endpoint) from error
    shown = host if port is None else f"{host}:{port}"
    if not host or address.username is not None or not may_speak(address.scheme, host, endpoint_host=host):
        raise AppError(Code.HUB_ADDRESS_INSECURE, host=shown or endpoint)
    return shown


def may_speak(scheme: str, host: str, *, endpoint_host: str) -> bool:
    """Return whether a request may go there: encrypted; or to this machine, if the hub itself is on it. A hub elsewhere
    has no business with what listens on this machine."""
    if is_this_machine(host):
        return is_this_machine(endpoint_host) and scheme in ("http", "https")
    return scheme == "https"


def is_this_machine(host: str) -> bool:
    """Return whether the address cannot lead out of this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"

"""Names that a model hub and its users chose: what may become the name of a file here, and what is asked for."""

from __future__ import annotations

import ipaddress
import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from app.core.errors import AppError, Code

MAX_PATH_CHARACTERS = 500
"""Of a file's path in its repository; with the models folder before it, it stays below what systems allow."""

MAX_NAME_BYTES = 200
"""Of a file's own name: systems allow 255, and something is added to it while it is fetched."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = frozenset('<>:"|?*\\')
"""Characters that Windows gives a meaning of their own; a colon also names a stream inside a file."""


def check_repository(untrusted_name: str) -> str:
    """The name as it is, if it is `owner/name` in the hub's alphabet. Raises AppError HUB_REPOSITORY_INVALID."""
    # Source of the rules: validate_repo_id of huggingface_hub.
    parts_are_sound = all(
        "--" not in part and ".." not in part and not part.endswith((".", "-", ".git"))
        for part in untrusted_name.split("/")
    )
    if not _REPOSITORY.fullmatch(untrusted_name) or not parts_are_sound:
        raise AppError(Code.HUB_REPOSITORY_INVALID, repository=untrusted_name[:MAX_PATH_CHARACTERS])
    return untrusted_name


def check_path(untrusted_path: str) -> str:
    """The path as it is, if it leads nowhere but down and each part can be a name on every system.

    Raises AppError HUB_NAME_UNSAFE.
    """
    sound = 0 < len(untrusted_path) <= MAX_PATH_CHARACTERS and all(map(_is_sound, untrusted_path.split("/")))
    if not sound:
        raise AppError(Code.HUB_NAME_UNSAFE, name=untrusted_path[:MAX_PATH_CHARACTERS])
    return untrusted_path


def stored_name(path: str) -> str:
    """The name under which a file of the hub lies here: its own, without the folders of its repository."""
    return PurePosixPath(path).name


def _is_sound(part: str) -> bool:
    return (
        bool(part)
        and part.isprintable()
        and not part.startswith(".")
        and not part.endswith((".", " "))
        and not _FORBIDDEN & set(part)
        and not _RESERVED.fullmatch(part)
        and len(part.encode("utf-8", "replace")) <= MAX_NAME_BYTES
    )


def check_endpoint(endpoint: str) -> str:
    """The host of a hub's address, as a person would write it: with its port if it is not the usual one.

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
    """Whether a request may go there: encrypted; or to this machine, if the hub itself is on it. A hub elsewhere has
    no business with what listens on this machine."""
    if is_this_machine(host):
        return is_this_machine(endpoint_host) and scheme in ("http", "https")
    return scheme == "https"


def is_this_machine(host: str) -> bool:
    """Whether the address cannot lead out of this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"

"""The address of a model hub: the host that a person reads, and where requests may go."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from app.core.errors import AppError, Code


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

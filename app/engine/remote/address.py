"""The place of a remote engine: an address that may be spoken to, or a refusal."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

import msgspec

from app.core.errors import AppError, Code

MAX_ADDRESS_CHARACTERS = 512
"""Real ones have less than a hundred; longer ones would spoil every sentence that names them."""

_PORTS = {"http": 80, "https": 443}
_API = "/v1"
_BETWEEN = ", "
_LOOPBACK_NAME, _LOOPBACK = "localhost", ("127.0.0.1", "[::1]")


class Address(msgspec.Struct, frozen=True):
    """An address of a server. `path` is what comes before the paths of the API, without a slash at its end; most often
    nothing."""

    secure: bool
    host: str
    port: int
    path: str = ""

    @property
    def shown(self) -> str:
        """The host, with its port where it is not the usual one: what people see."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port (RFC 6454): what a key belongs to."""
        return f"{'https' if self.secure else 'http'}://{self.shown}"

    @property
    def bases(self) -> list[str]:
        """Where to connect, the first that answers. `localhost` is both of its addresses, and no resolver is asked."""
        if self.secure or self.host != _LOOPBACK_NAME:
            return [self.origin + self.path]
        return [f"http://{host}:{self.port}{self.path}" for host in _LOOPBACK]

    @property
    def is_here(self) -> bool:
        """True if the address can only be this machine."""
        return is_loopback(self.host)


def parse(text: str) -> Address:
    """Read an address that a person typed, such as `https://models.example.org` or `http://127.0.0.1:8080/v1`.

    Raises AppError REMOTE_ADDRESS_INVALID; REMOTE_ADDRESS_INSECURE for http to anything but this machine.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, port = _host(parts), parts.port
    except ValueError as error:
        raise _invalid(text) from error
    unwanted = parts.query or parts.fragment or parts.username is not None or parts.password is not None
    if parts.scheme not in _PORTS or not host or unwanted or port == 0 or not text.isprintable():
        raise _invalid(text)
    if len(text) > MAX_ADDRESS_CHARACTERS or " " in text:
        raise _invalid(text)
    path = parts.path.rstrip("/").removesuffix(_API).rstrip("/")
    address = Address(parts.scheme == "https", host, port or _PORTS[parts.scheme], path)
    if not address.secure and not address.is_here:
        raise AppError(Code.REMOTE_ADDRESS_INSECURE, host=address.shown)
    return address


def parse_all(text: str) -> tuple[Address, ...]:
    """Read the addresses of a server, with spaces or commas between them, each once. Raises AppError as `parse` does;
    for none, REMOTE_ADDRESS_INVALID."""
    return tuple(dict.fromkeys(map(parse, text.replace(",", " ").split() or [""])))


def hosts_shown(text: str) -> str:
    """Return the hosts of the addresses of a server, for people. Raises AppError as `parse` does."""
    return _BETWEEN.join(address.shown for address in parse_all(text))


def is_loopback(host: str) -> bool:
    """Return whether a host is `localhost`, in 127.0.0.0/8 or ::1. No resolver is asked: `localhost` is this machine by
    definition (RFC 6761)."""
    if host == _LOOPBACK_NAME:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_shown_here(shown: str) -> bool:
    """Return whether `is_loopback` holds for all hosts that `hosts_shown` shows. A server here may pass texts on,
    through a tunnel, say."""
    return all(map(_is_one_shown_here, shown.split(_BETWEEN)))


def _is_one_shown_here(shown: str) -> bool:
    host, colon, port = shown.rpartition(":")
    return is_loopback((host if colon and port.isdecimal() else shown).strip("[]"))


def _host(parts: SplitResult) -> str:
    """Lower case and ASCII. Raises ValueError (UnicodeError)."""
    host = (parts.hostname or "").rstrip(".")
    return host if not host or host.isascii() else host.encode("idna").decode("ascii")


def _invalid(text: str) -> AppError:
    return AppError(Code.REMOTE_ADDRESS_INVALID, address=text[:MAX_ADDRESS_CHARACTERS])

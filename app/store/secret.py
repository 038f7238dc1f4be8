"""A database key as data: its secret, and where it came from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

_SECRET_BYTES = 32


class KeyOrigin(StrEnum):
    """Where a desk's key lies between two starts."""

    KEYRING = "keyring"  # in the system keyring
    FILE = "file"  # in a file beside the database, readable for this account alone
    PASSPHRASE = "passphrase"  # noqa: S105 - nowhere: it follows from what the person types


@dataclass(frozen=True)
class Key:
    """`secret` is 64 hexadecimal digits, the 32 bytes that the database is encrypted with; it is never printed."""

    secret: str = field(repr=False)
    origin: KeyOrigin


def draw_secret() -> str:
    """A new random secret for a `Key`."""
    return secrets.token_hex(_SECRET_BYTES)


def is_secret(text: str) -> bool:
    """Whether `text` has the form of a `Key`'s secret."""
    return len(text) == 2 * _SECRET_BYTES and all(digit in "0123456789abcdef" for digit in text)

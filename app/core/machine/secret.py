"""Secrets as data, never printed: a password or a key that a person gave, and the key of the database."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

_SECRET_BYTES = 32


class Password(msgspec.Struct, frozen=True):
    """A password that its `repr` and `str` do not show, so that no log and no trace can hold it."""

    secret: str

    def __repr__(self) -> str:
        return "Password(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class KeyOrigin(StrEnum):
    """The place where a desk's key is between two starts."""

    KEYRING = "keyring"  # in the system keyring
    FILE = "file"  # in a file beside the database, readable for this account alone
    PASSPHRASE = "passphrase"  # noqa: S105 - nowhere: it follows from what the person types


@dataclass(frozen=True)
class Key:
    """A key. `secret` is 64 hexadecimal digits, the 32 bytes that the database is encrypted with; it is never
    printed."""

    secret: str = field(repr=False)
    origin: KeyOrigin


def draw_secret() -> str:
    """Return a new random secret for a `Key`."""
    return os.urandom(_SECRET_BYTES).hex()


def is_secret(text: str) -> bool:
    """Return whether `text` has the form of a `Key`'s secret."""
    return len(text) == 2 * _SECRET_BYTES and all(digit in "0123456789abcdef" for digit in text)

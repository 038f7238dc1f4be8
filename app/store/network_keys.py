"""Keys of remote engines: each belongs to one origin, is kept in the system keyring, and goes to nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from app.core.errors import AppError, Code
from app.core.secret import Password
from app.store.settings import SettingsStore
from app.store.system_keyring import Ring, system_ring

_BLOB = "remote-key-"


class RemoteKeys:
    """Where there is no keyring that can be used, a key is kept in the desk's database, encrypted with the rest."""

    def __init__(self, settings: SettingsStore, ring: Callable[[bool], Ring | None] = system_ring) -> None:
        """`ring` gives the keyring; its argument says whether a locked one may ask the person."""
        self._settings = settings
        self._ring = ring

    def get(self, origin: str) -> Password | None:
        """None where none is kept. Raises AppError as the store does."""
        if kept := self._settings.get_blob(_name(origin)):
            return Password(kept.decode("utf-8"))
        ring = self._ring(True)
        secret = ring.get(_name(origin)) if ring is not None else None
        return Password(secret) if secret else None

    def has(self, origin: str) -> bool:
        """As `get`, but a locked keyring is not opened for it."""
        if self._settings.get_blob(_name(origin)):
            return True
        ring = self._ring(False)
        return ring is not None and bool(ring.get(_name(origin)))

    def set(self, origin: str, key: Password) -> None:
        """Keep a key instead of the one before. Raises AppError as the store does."""
        ring = self._ring(True)
        in_ring = ring is not None and ring.put(_name(origin), key.secret)
        self._settings.set_blob(_name(origin), b"" if in_ring else key.secret.encode("utf-8"))

    def forget(self, origin: str) -> None:
        """Raises AppError as the store does."""
        if (ring := self._ring(True)) is not None:
            ring.remove(_name(origin))
        self._settings.set_blob(_name(origin), b"")


def _name(origin: str) -> str:
    """Does not say which server it is for: names of secrets are no secret."""
    return _BLOB + hashlib.blake2b(msgspec.json.encode(origin), digest_size=16).hexdigest()


MAX_CHARACTERS = 500
"""Tokens have some forty; what is much longer is something else that was pasted."""

_NAME = "model hub token for {host}"


def get(host: str, *, ring: Ring | None = None) -> str | None:
    """None where there is none, or where the keyring is out of reach. A locked keyring may ask to be unlocked."""
    reached = ring or system_ring(may_ask=True)
    return reached.get(_NAME.format(host=host)) if reached else None


def has(host: str, *, ring: Ring | None = None) -> bool:
    """Whether there is one that can be had without asking the person for anything."""
    reached = ring or system_ring(may_ask=False)
    return reached is not None and reached.get(_NAME.format(host=host)) is not None


def put(host: str, token: str, *, ring: Ring | None = None) -> None:
    """Keep the token in place of any other for this host; white space around it does not count.

    Raises AppError SETTING_INVALID for what cannot be a token; HUB_TOKEN_NOT_KEPT where no keyring keeps it.
    """
    token = token.strip()
    if not 0 < len(token) <= MAX_CHARACTERS or not token.isascii() or not token.isprintable() or " " in token:
        raise AppError(Code.SETTING_INVALID, name="token", detail="not a token")
    reached = ring or system_ring(may_ask=True)
    if reached is None or not reached.put(_NAME.format(host=host), token):
        raise AppError(Code.HUB_TOKEN_NOT_KEPT)


def forget(host: str, *, ring: Ring | None = None) -> None:
    """Remove it, if there is one."""
    if (reached := ring or system_ring(may_ask=True)) is not None:
        reached.remove(_NAME.format(host=host))

"""The system keyring, asked in a way that can neither hang Octavo nor prompt in a terminal; network keys in it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


import hashlib

import msgspec

from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.store.settings import SettingsStore

Result = TypeVar("Result")

_SERVICE = "Octavo"
_BACKENDS = {"win32": "keyring.backends.Windows.WinVaultKeyring", "darwin": "keyring.backends.macOS.Keyring"}
_OTHER_BACKEND = "keyring.backends.SecretService.Keyring"  # GNOME, KDE and others, over the session bus
_WAIT_S = 60.0
"""A locked keyring may ask for its password in a window of its own; after this long it counts as out of reach."""

_log = logging.getLogger("octavo.store")


class Ring:
    """Secrets by name. Whatever goes wrong in a backend means that the secret is out of reach, nothing worse."""

    def __init__(self, backend: KeyringBackend, wait_s: float = _WAIT_S) -> None:
        self._backend = backend
        self._wait_s = wait_s

    def get(self, name: str) -> str | None:
        """Return a secret; None if it is not there, or out of reach."""
        return self._ask(lambda: self._backend.get_password(_SERVICE, name))

    def put(self, name: str, secret: str) -> bool:
        """Put a secret and return whether it is kept: only what can be read back counts."""

        def write() -> bool:
            self._backend.set_password(_SERVICE, name, secret)
            return self._backend.get_password(_SERVICE, name) == secret

        return bool(self._ask(write))

    def remove(self, name: str) -> None:
        self._ask(lambda: self._backend.delete_password(_SERVICE, name))

    def _ask(self, question: Callable[[], Result]) -> Result | None:
        answers: list[Result] = []

        def run() -> None:
            try:
                answers.append(question())
            except Exception as error:  # backends are other people's programs and declare no errors of their own
                _log.warning("keyring: %s", type(error).__name__)

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._wait_s)
        return answers[0] if answers else None


def system_ring(may_ask: bool) -> Ring | None:
    """Return the keyring of this system; None if there is none that can be used now.

    `may_ask` says whether a locked keyring may ask the person to unlock it, in a window of its own. Without a display
    it never does. OCTAVO_NO_KEYRING=1 means a system without a keyring, and so does a backend named in
    PYTHON_KEYRING_BACKEND other than the system's own: it may prompt in the terminal, or keep plain text.

    `keyring` is not asked to look for backends itself: it would try those of all systems, and on Linux that runs a
    compiler (`ctypes.util.find_library` in its macOS backend).
    """
    name = _BACKENDS.get(sys.platform, _OTHER_BACKEND)
    unwanted = os.environ.get("OCTAVO_NO_KEYRING", "0") not in ("", "0")
    if unwanted or os.environ.get("PYTHON_KEYRING_BACKEND", name) != name or not _bus_is_local():
        return None
    try:
        import keyring.core

        backend = keyring.core.load_keyring(name)
        if _is_locked(backend) and not (may_ask and _has_display()):
            return None
    except Exception as error:  # there is none; or see `Ring`
        _log.warning("keyring: %s", type(error).__name__)
        return None
    return Ring(backend)


def _is_locked(backend: KeyringBackend) -> bool:
    """Return whether the Secret Service would prompt; its backend in `keyring` cannot be asked without prompting."""
    if not type(backend).__module__.endswith(".SecretService"):
        return False
    import secretstorage

    with contextlib.closing(secretstorage.dbus_init()) as bus:
        try:
            return secretstorage.collection.get_collection_by_alias(bus, "default").is_locked()
        except secretstorage.exceptions.ItemNotFoundException:
            return True  # to make a first collection it would prompt as well


def _has_display() -> bool:
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _bus_is_local() -> bool:
    """Return whether the session bus is on this machine: it may be reached over TCP, and Octavo opens no such
    connection."""
    return "tcp:" not in os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")


# ---- keys for the network: of remote engines, and the access tokens of model hubs


_BLOB = "remote-key-"


class RemoteKeys:
    """Keys of remote engines: each belongs to one origin, and goes to nobody else.

    Where there is no keyring that can be used, a key is kept in the desk's database, encrypted with the rest.
    """

    def __init__(self, settings: SettingsStore, ring: Callable[[bool], Ring | None] = system_ring) -> None:
        """`ring` gives the keyring; its argument says whether a locked one may ask the person."""
        self._settings = settings
        self._ring = ring

    def get(self, origin: str) -> Password | None:
        """Return the key for a server, or None if none is kept. Raises AppError as the store does."""
        if kept := self._settings.get_blob(_name(origin)):
            return Password(kept.decode("utf-8"))
        ring = self._ring(True)
        secret = ring.get(_name(origin)) if ring is not None else None
        return Password(secret) if secret else None

    def has(self, origin: str) -> bool:
        """Look for a key where `get` does, and say whether one is there; a locked keyring is not opened for it."""
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
        """Forget the key for `origin`. Raises AppError as the store does."""
        if (ring := self._ring(True)) is not None:
            ring.remove(_name(origin))
        self._settings.set_blob(_name(origin), b"")


def _name(origin: str) -> str:
    """Return a name that does not say which server it is for: names of secrets are no secret."""
    return _BLOB + hashlib.blake2b(msgspec.json.encode(origin), digest_size=16).hexdigest()


MAX_TOKEN_CHARACTERS = 500
"""Tokens have some forty; what is much longer is something else that was pasted."""

_OF_HUB = "model hub token for {host}"


def hub_token(host: str, *, ring: Ring | None = None) -> str | None:
    """Return the token for a hub; None if there is none, or the keyring is out of reach. A locked keyring may ask to be
    unlocked."""
    reached = ring or system_ring(may_ask=True)
    return reached.get(_OF_HUB.format(host=host)) if reached else None


def has_hub_token(host: str, *, ring: Ring | None = None) -> bool:
    """Return whether there is a token that can be had without asking the person for anything."""
    reached = ring or system_ring(may_ask=False)
    return reached is not None and reached.get(_OF_HUB.format(host=host)) is not None


def keep_hub_token(host: str, token: str, *, ring: Ring | None = None) -> None:
    """Keep the token in place of any other for this host; white space around it does not count.

    Raises AppError SETTING_INVALID for what cannot be a token; HUB_TOKEN_NOT_KEPT where no keyring keeps it.
    """
    token = token.strip()
    if not 0 < len(token) <= MAX_TOKEN_CHARACTERS or not token.isascii() or not token.isprintable() or " " in token:
        raise AppError(Code.SETTING_INVALID, name="token", detail="not a token")
    reached = ring or system_ring(may_ask=True)
    if reached is None or not reached.put(_OF_HUB.format(host=host), token):
        raise AppError(Code.HUB_TOKEN_NOT_KEPT)


def forget_hub_token(host: str, *, ring: Ring | None = None) -> None:
    """Remove it, if there is one."""
    if (reached := ring or system_ring(may_ask=True)) is not None:
        reached.remove(_OF_HUB.format(host=host))

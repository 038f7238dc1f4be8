"""A remote engine as a person sets it: its address, the host to name, its key."""

from __future__ import annotations

import os

import msgspec

from app.core.errors import AppError
from app.core.machine.secret import Password
from app.core.settings import RemoteImages, RemoteSettings
from app.engine.protocol import LoadSpec, RemoteSpec
from app.engine.remote.address import parse
from app.store.system_keyring import RemoteKeys

KEY_VARIABLE = "OCTAVO_REMOTE_KEY"
"""The key of the server that is used, for the terminal; it comes before the one that is kept, and is not kept."""


class RemoteEngine:
    def __init__(self, keys: RemoteKeys | None = None) -> None:
        """Take what keeps the keys; None keeps none."""
        self._keys = keys

    def spec(self, wanted: RemoteSettings, context_tokens: int) -> LoadSpec:
        """Return the load that connects the wanted server. Raises AppError REMOTE_ADDRESS_INVALID,
        REMOTE_ADDRESS_INSECURE, and as the store does."""
        origin = parse(wanted.address).origin
        given = os.environ.get(KEY_VARIABLE, "")
        key = Password(given) if given else self._keys.get(origin) if self._keys is not None else None
        images = wanted.images is not RemoteImages.KEPT
        remote = RemoteSpec(wanted.address, wanted.model, wanted.ca_file, key, images)
        return LoadSpec("", context_tokens=context_tokens, remote=remote)

    def host(self, wanted: RemoteSettings) -> str:
        """Return the host that an engine in use would be asked at; empty if none is in use, or its address is none."""
        try:
            return parse(wanted.address).shown if wanted.in_use else ""
        except AppError:
            return ""

    # ---- its key

    def has_key(self, address: str) -> bool:
        """Return whether a key is kept for that server; False for what is no address. Raises AppError as the store
        does."""
        origin = _origin(address)
        return bool(origin) and self._keys is not None and self._keys.has(origin)

    def set_key(self, address: str, key: Password) -> None:
        """Keep a key for that server, and no other; an empty one forgets it. Raises AppError REMOTE_ADDRESS_*, and as
        the store does."""
        origin = parse(address).origin
        if self._keys is None:
            return
        if key.secret:
            self._keys.set(origin, msgspec.structs.replace(key, secret=key.secret.strip()))
        else:
            self._keys.forget(origin)


def _origin(address: str) -> str:
    try:
        return parse(address).origin
    except AppError:
        return ""

"""A remote engine as a person sets it: its address, the host to name, its key, and what was found out about it."""

from __future__ import annotations

import os
import time

import msgspec

from app.core.errors import AppError
from app.core.machine.secret import Password
from app.core.settings import RemoteImages, RemoteSettings
from app.engine.protocol import LoadSpec, RemoteSpec, ServerTraits
from app.engine.remote.address import hosts_shown, parse_all
from app.store.settings import SettingsStore
from app.store.system_keyring import RemoteKeys

KEY_VARIABLE = "OCTAVO_REMOTE_KEY"
"""The key of the server that is used, for the terminal; it comes before the one that is kept, and is not kept."""


_KNOWN = "server_traits"  # a blob
_DAY_S = 24 * 60 * 60
_MOST_KNOWN = 32


class _Found(msgspec.Struct, frozen=True):
    traits: ServerTraits
    at_s: float  # since 1970


class RemoteEngine:
    def __init__(self, keys: RemoteKeys | None = None, settings: SettingsStore | None = None) -> None:
        """Take what keeps the keys, and what keeps what was found out about servers; None keeps nothing."""
        self._keys = keys
        self._settings = settings

    def spec(self, wanted: RemoteSettings, context_tokens: int) -> LoadSpec:
        """Return the load that connects the wanted server. Raises AppError REMOTE_ADDRESS_INVALID,
        REMOTE_ADDRESS_INSECURE, and as the store does."""
        given = os.environ.get(KEY_VARIABLE, "")
        images = wanted.images is not RemoteImages.KEPT
        found = self._found().get(_server(wanted))
        known = found.traits if found is not None and 0 <= time.time() - found.at_s < _DAY_S else None
        servers = []
        for address in parse_all(wanted.address):
            key = Password(given) if given else self._keys.get(address.origin) if self._keys is not None else None
            place = address.origin + address.path
            servers.append(RemoteSpec(place, wanted.model, wanted.ca_file, key, images, known=known))
        remote = msgspec.structs.replace(servers[0], others=tuple(servers[1:]))
        return LoadSpec("", context_tokens=context_tokens, remote=remote)

    def keep_traits(self, wanted: RemoteSettings, spec: LoadSpec, traits: ServerTraits | None) -> None:
        """Keep for a day what was found out while the server was connected as `spec` says. Raises AppError as the store
        does."""
        if self._settings is None or traits is None or (spec.remote is not None and spec.remote.known == traits):
            return
        latest = {**self._found(), _server(wanted): _Found(traits, time.time())}
        self._settings.set_blob(_KNOWN, msgspec.json.encode(dict(list(latest.items())[-_MOST_KNOWN:])))

    def _found(self) -> dict[str, _Found]:
        kept = self._settings.get_blob(_KNOWN) if self._settings is not None else None
        try:
            return msgspec.json.decode(kept, type=dict[str, _Found]) if kept else {}
        except msgspec.MsgspecError:
            return {}

    def host(self, wanted: RemoteSettings) -> str:
        """Return the host that an engine in use would be asked at, or all its hosts; empty if none is in use, or its
        address is none."""
        try:
            return hosts_shown(wanted.address) if wanted.in_use else ""
        except AppError:
            return ""

    # ---- its key

    def has_key(self, address: str) -> bool:
        """Return whether a key is kept for that server; False for what is no address. Raises AppError as the store
        does."""
        origins = _origins(address)
        return bool(origins) and self._keys is not None and all(map(self._keys.has, origins))

    def set_key(self, address: str, key: Password) -> None:
        """Keep a key for that server, at all its addresses, and no other; an empty one forgets it. Raises AppError
        REMOTE_ADDRESS_*, and as the store does."""
        places = parse_all(address)
        if (keys := self._keys) is None:
            return
        for place in places:
            if key.secret:
                keys.set(place.origin, msgspec.structs.replace(key, secret=key.secret.strip()))
            else:
                keys.forget(place.origin)


def _server(wanted: RemoteSettings) -> str:
    """Return what a server and the model there are known by. Raises AppError REMOTE_ADDRESS_*."""
    return " ".join((*(address.origin + address.path for address in parse_all(wanted.address)), wanted.model))


def _origins(address: str) -> list[str]:
    try:
        return [place.origin for place in parse_all(address)]
    except AppError:
        return []

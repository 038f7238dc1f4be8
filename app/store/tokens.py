"""The token of a person's account at a model hub: in the system keyring, or nowhere."""

from __future__ import annotations

import uuid

from app.core.errors import AppError, Code
from app.store.ring import Ring, system_ring
from app.store.settings import SettingsStore

_NAME = "hub_token_name"


class Tokens:
    """Which name the token has in the keyring is kept with the settings: each desk has its own."""

    def __init__(self, settings: SettingsStore, ring: Ring | None = None) -> None:
        """`ring` stands in for the system keyring."""
        self._settings = settings
        self._ring = ring

    def get(self) -> str | None:
        """None where there is none, or where the keyring is out of reach."""
        name, ring = self._name(), self._reach(may_ask=False)
        return ring.get(name) if name and ring else None

    def set(self, token: str) -> None:
        """Raises AppError HUB_TOKEN_NOT_KEPT where there is no keyring, or it is locked."""
        ring = self._reach(may_ask=True)
        name = self._name() or f"hub-token-{uuid.uuid4()}"
        if ring is None or not ring.put(name, token):
            raise AppError(Code.HUB_TOKEN_NOT_KEPT)
        self._settings.set_blob(_NAME, name.encode())

    def forget(self) -> None:
        name, ring = self._name(), self._reach(may_ask=True)
        if name and ring:
            ring.remove(name)
        self._settings.set_blob(_NAME, b"")

    def _name(self) -> str:
        return (self._settings.get_blob(_NAME) or b"").decode()

    def _reach(self, may_ask: bool) -> Ring | None:
        return self._ring or system_ring(may_ask)

"""The token that a person has at a model hub: in the system keyring, or nowhere.

It belongs to the host that it was entered for: another hub, or a mirror, never gets it.
"""

from __future__ import annotations

from app.core.errors import AppError, Code
from app.store.ring import Ring, system_ring

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

"""A document's password on its way to the reader: used, held in memory while the desk is open, and never shown."""

from __future__ import annotations

from typing import Any

import msgspec


class Password(msgspec.Struct, frozen=True):
    """Its `repr` and `str` do not show what it is, so that no log and no trace can hold it."""

    secret: str

    def __repr__(self) -> str:
        return "Password(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []

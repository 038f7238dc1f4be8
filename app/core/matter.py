"""A matter: documents, conversations and all that came of them, kept apart from every other matter."""

from __future__ import annotations

import msgspec

LIBRARY = ""
"""The id of the desk that is there without any matter."""

NAME_CHARACTERS = 120


class Matter(msgspec.Struct, frozen=True):
    """A matter. `created_at` and `opened_at` are in seconds since the epoch, UTC."""

    id: str
    name: str
    created_at: float
    opened_at: float
    archived: bool = False

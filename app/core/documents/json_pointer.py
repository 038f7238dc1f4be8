"""JSON pointers (RFC 6901): where something stands in JSON."""

from __future__ import annotations

from collections.abc import Iterable


def pointer(parts: Iterable[str | int], below: str = "") -> str:
    """The pointer to what these names and places lead to, from `below` on."""
    return below + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)

"""JSON pointers (RFC 6901): where something stands in JSON."""

from __future__ import annotations

from collections.abc import Iterable


def pointer(parts: Iterable[str | int], below: str = "") -> str:
    """Return the JSON pointer that leads from `below` along these names and places."""
    return below + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)

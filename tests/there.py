"""Takes for granted that something is there."""

from __future__ import annotations

from typing import TypeVar

Thing = TypeVar("Thing")


def there(thing: Thing | None) -> Thing:
    """Give what must be there; a test in which it is not fails here."""
    assert thing is not None
    return thing

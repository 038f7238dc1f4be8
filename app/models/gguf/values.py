"""Whole numbers among the keys of a GGUF file."""

from __future__ import annotations

from collections.abc import Mapping

from app.models.gguf.container import Array, Value, flaw

MAX_NUMBER = 1 << 40
"""No length or count of a model comes near; what is larger would only make later sums absurd."""


def number(keys: Mapping[str, Value], name: str, default: int = 0) -> int:
    return checked(keys[name]) if name in keys else default


def for_each_layer(keys: Mapping[str, Value], name: str, layers: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Return a number for each layer; the file may give one for all. Raises AppError MODEL_DAMAGED."""
    value = keys.get(name)
    if isinstance(value, Array):
        if value.length != layers or len(value.numbers) != layers:
            raise flaw("layer_numbers")
        return tuple(map(checked, value.numbers))
    if value is None and default:
        return default
    return (number(keys, name),) * layers


def checked(value: Value) -> int:
    """Return a number. Raises AppError MODEL_DAMAGED for what is no whole number, negative or absurd."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_NUMBER:
        raise flaw("value")
    return value

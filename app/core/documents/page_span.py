"""A piece of a page's text, by its place there."""

from __future__ import annotations

import msgspec


class PageSpan(msgspec.Struct, frozen=True):
    """Characters [start, end) of a page's text. `page` counts from 1; `label` is its own label."""

    page: int
    label: str
    start: int
    end: int

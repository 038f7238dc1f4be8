"""Colours of text and of what is behind it: whether one can be seen on the other."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNLIKE = 16
"""The least difference, of 255 in one channel, at which colours look different."""

_FAINT = 16 / 255
"""The opacity below which nothing is seen."""

TINY_POINTS = 1.0
"""The size of text, in points, that nobody reads: it is a third of a millimetre high."""

_HEX = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


class Colour(NamedTuple):
    """A colour in sRGB, each channel from 0 to 255, opacity from 0 to 1."""

    red: float
    green: float
    blue: float
    opacity: float = 1.0

    def on(self, ground: Colour) -> Colour:
        """Return the colour that is seen where this one lies on an opaque ground."""
        pairs = zip(self[:3], ground[:3], strict=True)
        red, green, blue = (own * self.opacity + other * (1 - self.opacity) for own, other in pairs)
        return Colour(red, green, blue)


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
NO_COLOUR = Colour(0, 0, 0, 0)


def is_faint(opacity: float) -> bool:
    """Return whether nothing is seen of what is drawn with this opacity, from 0 to 1."""
    return opacity < _FAINT


def is_lost(colour: Colour | None, ground: Colour | None) -> bool:
    """Return whether text of a colour cannot be seen on an opaque ground. None is a colour that is not known: there it
    can be seen."""
    if colour is None:
        return False
    if is_faint(colour.opacity):
        return True
    if ground is None:
        return False
    return all(abs(own - other) < _UNLIKE for own, other in zip(colour.on(ground)[:3], ground[:3], strict=True))


def read_hex(untrusted_text: str) -> Colour | None:
    """Return a colour of six hexadecimal digits, as office formats have it; None for all else."""
    found = _HEX.fullmatch(untrusted_text.strip())
    return Colour(*(int(each, 16) for each in found.groups())) if found else None

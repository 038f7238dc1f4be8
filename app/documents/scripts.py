"""Which characters belong to scripts that put no spaces between words."""

from __future__ import annotations

import re

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f"  # full-width punctuation, half-width kana; no Latin
    "\U00020000-\U0003ffff"
)
"""For a character class of a regular expression."""

_UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")


def is_unspaced(character: str) -> bool:
    """Whether it belongs to a script that puts no spaces between words (Chinese, Japanese, Thai, and their like)."""
    return bool(character) and _UNSPACED_CHARACTER.match(character) is not None

"""Text made comparable for searching: width, case and line breaks do not count."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """NFKC (so that a ligature or a full-width letter is found), case folded, every run of white space one space."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split())


def contains(text: str, folded_needle: str) -> bool:
    """Whether `text` contains a text that `fold` returned."""
    return folded_needle in fold(text)


def storable(text: str) -> str:
    """`text` without lone surrogates (a command line's undecodable bytes), which the database could not hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

"""Joins words and paths that a line's end divides, as the book writes them elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

SOFT_HYPHEN = "\ufffe"  # PDFium writes this, without a line end, where a hyphen ended a line
_HYPHENS = f"-\u2010{SOFT_HYPHEN}"
_WORD = r"[^\W_]+(?:[-\u2010][^\W_]+)*"
_WORDS = re.compile(_WORD)
_LAST = re.compile(rf"({_WORD})[{_HYPHENS}]$")
_FIRST = re.compile(_WORD)
_SUSPENDING = {"and", "or", "und", "oder", "et", "ou"}  # "pre- and post-war"
_ADDRESS = re.compile(r"://|^www\.|^mailto:|^[\w.+-]+@[\w.-]*$", re.IGNORECASE)
_PATH = re.compile(r"^(?:~|\.{1,2})?/[\w.]|/.*/|^\w[\w.+-]*/$|^[A-Za-z]:\\|^\\\\\w")
_CODE = re.compile(r"^-|://|^www\.|@|_|^[~.]?/|/.*/|\\|[=<>{}$]")
_IDENTIFIER = re.compile(r"\w_\w|[a-z][A-Z]")  # of languages in which a hyphen is a minus
_OPENING = "([{<\"'“‘«„"
_GOES_ON = re.compile(r"[\w~%$<{*.+/@?&=:]")
_ENTRY = re.compile(r"[A-Z][\w-]*:$")  # the next entry of a listing
_PATH_LIKE = re.compile(r"\w[./_]\w|[_%=*{}]|\w-\w|\d|[A-Z]{2}")
_BREAKS = tuple(f"{_HYPHENS}/\\_@")
_ENDING = re.compile(r"\.[a-z][a-z0-9]{0,4}\b")
_ENDED = re.compile(r"\.[a-z][a-z0-9]{0,4}$")
_IN_PATH = re.compile(r"/.*[/.\d-]|[\w-]\.[a-z][a-z0-9]{1,4}\b|-.*/")  # `and/or` may be a word of the sentence


class Words:
    """The words of a book that a line's end divides somewhere; no others are kept."""

    def __init__(self, pages: Iterable[Sequence[str]]) -> None:
        pages = list(pages)
        broken = (pair for lines in pages for pair in _broken(lines))
        self._wanted = {form for pair in broken for reading in _readings(*pair) for form in reading}
        self._counts: Counter[str] = Counter()
        if self._wanted:
            for lines in pages:
                found = _WORDS.findall("\n".join(lines).replace("\u2010", "-").casefold())
                self._counts.update(filter(self._wanted.__contains__, found))

    def keeps_hyphen(self, left: str, right: str) -> bool | None:
        """Return whether the book writes the two parts with a hyphen elsewhere; None if it does not show."""
        for joined, compound in _readings(left, right):
            without, with_hyphen = self._counts[joined], self._counts[compound]
            if without != with_hyphen:
                return with_hyphen > without
        return None


def join(before: str, line: str, words: Words, is_code: bool, is_filled: bool = False) -> str:
    """Join a line and the next. `is_code` tells that both sides of the break are program code, `is_filled` that the
    first line is full."""
    if before[-1:] and before[-1] in _HYPHENS and before[-2:-1].isalnum() and line[:1].isalnum():
        return before[:-1] + _hyphen(before, line, words, is_code) + line
    if before[-1:] == SOFT_HYPHEN:
        return f"{before[:-1]}-{line}"
    return f"{before}{'' if is_broken_inside(before, line, is_code, is_filled) else ' '}{line}"


def may_go_on(before: str) -> bool:
    """Return whether it matters if program code goes on after this line."""
    if before[-1:] in _BREAKS:
        return True
    last = before[before.rfind(" ") + 1 :]
    return "/" in last or "@" in last


def is_broken_inside(before: str, line: str, is_code: bool, is_filled: bool = False) -> bool:
    """Return whether a path, an address or a name in program code goes on in the next line, so that no space belongs
    there."""
    left, right = _last(before), line.split(maxsplit=1)[0] if line.strip() else ""
    if not left or not _GOES_ON.match(right) or _ENTRY.match(right):
        return False
    end, is_address = left[-1], _ADDRESS.search(left) is not None
    if is_filled and end.isalnum() and right[0].isalnum() and (is_address or _PATH.search(left)):
        return _IN_PATH.search(right) is not None and not _ENDED.search(left)
    if end in "/\\":
        is_path = is_address or _PATH.search(left) is not None
        return is_path and right[0] not in "/@?&=:" and (is_code or _PATH_LIKE.search(right) is not None)
    if is_address:
        if end in "@=&?%#_~-" or (right[0] in "/?&=" and len(right) > 1):
            return True
        return (end == "." and right[0].islower()) or _ENDING.match(right) is not None
    if not is_code:
        return False
    if end in "_-":
        return left[-2:-1].isalnum() and right[0].isalnum() and (end == "_" or left[0] == "-" or "/" in left)
    return "/" in left and _ENDING.match(right) is not None


def _hyphen(before: str, line: str, words: Words, is_code: bool) -> str:
    """Return the text that replaces the hyphen at the end of a line; "" if the word is joined."""
    written = "-" if before[-1] == SOFT_HYPHEN else before[-1]
    if not before[-2].isalpha() or not line[0].islower():
        return written
    left, right = _LAST.search(before), _FIRST.match(line)
    if left is None or right is None:
        return written
    known = words.keeps_hyphen(left[1], right[0])
    if known is not None:
        return written if known else ""
    if right[0] in _SUSPENDING:
        return written + " "
    beyond = line.split(maxsplit=1)[0]
    if is_code:
        return "" if _IDENTIFIER.search(_last(before) + beyond) else written
    return written if _CODE.search(_last(before)) or _CODE.search(beyond) else ""


def _last(before: str) -> str:
    parts = before.rsplit(maxsplit=1)
    return parts[-1].lstrip(_OPENING) if parts and not before[-1].isspace() else ""


def _broken(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the two parts of every word that a line's end divides at a hyphen."""
    for before, line in pairwise(lines):
        if before[-1:] and before[-1] in _HYPHENS:
            left, right = _LAST.search(before[-200:]), _FIRST.match(line)
            if left and right:
                yield left[1], right[0]


def _readings(left: str, right: str) -> Iterator[tuple[str, str]]:
    """Yield the word without the hyphen and with it; then only the parts next to the hyphen."""
    left, right = (part.replace("\u2010", "-").casefold() for part in (left, right))
    yield left + right, f"{left}-{right}"
    inner_left, inner_right = left.rpartition("-")[2], right.partition("-")[0]
    if (inner_left, inner_right) != (left, right):
        yield inner_left + inner_right, f"{inner_left}-{inner_right}"

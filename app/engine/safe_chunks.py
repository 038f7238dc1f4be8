"""Text cut where llama.cpp's tokenizer could not survive it in one piece.

A byte-pair vocabulary first splits a text by a regular expression, which llama.cpp gives to std::regex wherever it has
no scanner of its own; that recurses for each character of a match. A run of some 26,000 letters, blanks or signs
overflows a stack of 8 MiB, and the process is gone (llama.cpp issue 27783). Meta's own tokenizer cuts runs at 25,000
characters for a like reason (`llama_models.llama3.tokenizer`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_STRETCH = 8_000
"""Characters that a match may have: less than a third of what overflows a stack of 8 MiB. Each pattern that llama.cpp
knows survives twice as many (measured)."""

_BORDER = re.compile(r"\n(?=\S)")
"""No pattern of llama.cpp's matches beyond the line break before something that is no white space."""

_BEFORE_A_WORD = re.compile(r"(?<=\S) (?=\S)")
_BEFORE_A_SIGN = re.compile(r"(?<=[^\W_])(?=[^\w\s'’])")


def cut(text: str, longest: int) -> Iterator[str]:
    """The text in parts, none of which has a stretch longer than `longest` characters; 0 cuts nothing.

    A stretch goes from one line that begins with something visible to the next. It is cut before a word where it has
    words, else before a sign that follows a letter or digit: there the patterns split anyway, and the tokens are those
    of the whole. Only a run that has neither is cut anywhere. A text without such stretches comes back in one part.
    """
    if not longest or len(text) <= longest:
        yield text
        return
    begin = start = 0  # of the part, of the stretch
    for end in (*(border.end() for border in _BORDER.finditer(text)), len(text)):
        while end - start > longest:
            start = _place(text, start, longest)
            yield text[begin:start]
            begin = start
        start = end
    yield text[begin:]


def _place(text: str, start: int, longest: int) -> int:
    """Where to cut a stretch that begins at `start`: in the second half of what it may have."""
    for pattern in (_BEFORE_A_WORD, _BEFORE_A_SIGN):
        places = [found.start() for found in pattern.finditer(text, start + max(1, longest // 2), start + longest + 1)]
        if places:
            return places[-1]
    return start + longest

"""Texts without their lines: whole, and cut into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.conversations.headings import SENTENCE_END
from app.embedding.protocol import MOST_SENTENCES

_FULL = 40  # characters: a shorter line was ended on purpose, not by the margin
_LEAST = 10  # characters: what is shorter belongs to what is before it

_WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uff60\u3000-\u303f"
_GAP = re.compile(rf"(?<=[{_WIDE}])\s+(?=[{_WIDE}])")
_BROKEN = re.compile(r"(?<=\w)[-\u2010]\n\s*(?=\w)")
_END = re.compile(r"""(?<=[.!?…])["'”’»)\]]*\s+|[。！？．]["'”’」』）]*\s*""")


def flow(text: str) -> str:
    """Return the text without its lines: words that a line broke are whole, and wide characters have no gaps."""
    return " ".join(_GAP.sub("", _BROKEN.sub("", text)).split())


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each as `flow` makes it; at least one, which may be empty. Lines of wrapped prose
    are put together; headings and other short lines stand alone."""
    found = [""]
    for piece in (piece.strip() for paragraph in _paragraphs(text) for piece in _cut(flow(paragraph))):
        if len(piece) < _LEAST or not found[0] or len(found) == MOST_SENTENCES:
            found[-1] = f"{found[-1]} {piece}".strip()
        else:
            found.append(piece)
    return found


def _paragraphs(text: str) -> Iterator[str]:
    begun: list[str] = []
    for line in text.splitlines():
        begun.append(line)
        if len(line) < _FULL or SENTENCE_END.search(line) or line.rstrip().endswith((":", "：")):
            yield "\n".join(begun)
            begun = []
    yield "\n".join(begun)


def _cut(paragraph: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(paragraph):
        yield paragraph[start : end.end()]
        start = end.end()
    yield paragraph[start:]

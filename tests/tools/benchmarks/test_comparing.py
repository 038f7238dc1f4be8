"""Two versions of a long book compared: how long it takes, and that twice the pages take about twice as long."""

from __future__ import annotations

import random
import time

from app.core.documents.document import Document, Format
from app.core.work import Cancel, finish
from app.documents.text.flow import Block, flow
from app.features.comparison.compare import compare

_PAGES = 900
_CHANGES = 200
_WORDS = [
    f"{a}{b}{c}" for a in ("ha", "ber", "qui", "lo") for b in ("ven", "tal", "ro", "mi") for c in ("s", "t", "ned", "r")
]


def _paragraphs(pages: int) -> list[str]:
    chance = random.Random(7)
    return [" ".join(chance.choices(_WORDS, k=90)).capitalize() + "." for _ in range(3 * pages)]


def _compared(pages: int) -> float:
    """Seconds."""
    chance, first = random.Random(8), _paragraphs(pages)
    second = list(first)
    for at in chance.sample(range(1, len(first)), _CHANGES * pages // _PAGES):
        second[at] = second[at].replace(" ", " zebra ", 1)
    del second[0]
    second.append(first[0])
    one, other = (Document("A book", Format.DOCX, "", flow(map(Block, each)).pages) for each in (first, second))
    began = time.process_time()
    found = finish(compare(one, other, Cancel()))
    took = time.process_time() - began
    assert len(found.changes) == _CHANGES * pages // _PAGES + 1
    return took


def test_two_versions_of_a_long_book() -> None:
    half, whole = _compared(_PAGES // 2), _compared(_PAGES)
    print(f"\ncomparing two books of {_PAGES} pages: {whole:.1f} s, of {_PAGES // 2}: {half:.1f} s")
    assert whole < 3 * half

"""A paragraph's runs as the text of a page writes them, each with what of its look belongs to what it says."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

import msgspec

from app.documents.web.xhtml_line import InlineMark, OpenParagraph


class Shift(StrEnum):
    """Where a run stands to the base line."""

    NONE = ""
    RAISED = "raised"
    LOWERED = "lowered"


class Change(StrEnum):
    """What was done to a run, by a recorded change or by its look."""

    NONE = ""
    STRUCK = "struck"
    INSERTED = "inserted"


class RunStyle(msgspec.Struct, frozen=True):
    """`formula`: it is one, written as `formula` writes them."""

    shift: Shift = Shift.NONE
    change: Change = Change.NONE
    formula: bool = False


PLAIN = RunStyle()
Run: TypeAlias = tuple[str, RunStyle]
_MARKS: dict[Shift | Change, InlineMark] = {
    Shift.RAISED: InlineMark.RAISED,
    Shift.LOWERED: InlineMark.LOWERED,
    Change.STRUCK: InlineMark.STRUCK,
    Change.INSERTED: InlineMark.INSERTED,
}


def written(runs: Sequence[Run]) -> str:
    """The text of a paragraph; runs of one look that follow one another are one."""
    if all(look is PLAIN or look == PLAIN for _, look in runs):
        return "".join(text for text, _ in runs)
    line = OpenParagraph()
    for change, changed in groupby(runs, lambda run: run[1].change):
        _open(line, change)
        for look, alike in groupby(changed, lambda run: run[1]):
            _open(line, look.shift)
            texts = [text for text, _ in alike]
            if look.formula:
                for text in texts:
                    line.say_formula(text)
            else:
                line.say("".join(texts))
            _close(line, look.shift)
        _close(line, change)
    return line.take()


def _open(line: OpenParagraph, look: Shift | Change) -> None:
    if look:
        line.open(_MARKS[look])


def _close(line: OpenParagraph, look: Shift | Change) -> None:
    if look:
        line.close()

"""Writes a paragraph's runs as text, with the parts of their format that change its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

import msgspec

from app.documents.text.open_paragraph import InlineMark, OpenParagraph


class Shift(StrEnum):
    """The place of a run relative to the base line."""

    NONE = ""
    RAISED = "raised"
    LOWERED = "lowered"


class Change(StrEnum):
    """A change to a run, recorded or by its format."""

    NONE = ""
    STRUCK = "struck"
    INSERTED = "inserted"


class RunStyle(msgspec.Struct, frozen=True):
    """The format of a run; `formula` tells that it is one, written as by `formula`."""

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
    """Write the text of a paragraph; neighbouring runs of one style are one."""
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
                    line.add_formula(text)
            else:
                line.add_text("".join(texts))
            _close(line, look.shift)
        _close(line, change)
    return line.take()


def _open(line: OpenParagraph, look: Shift | Change) -> None:
    if look:
        line.open(_MARKS[look])


def _close(line: OpenParagraph, look: Shift | Change) -> None:
    if look:
        line.close()

"""A paragraph's runs as the text of a page writes them: raised, lowered, struck out and inserted ones."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

import msgspec

from app.documents import notation

_ENOUGH_BEFORE = 64  # characters of the line, to see what a raised sign follows


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


class Look(msgspec.Struct, frozen=True):
    """What of a run's look belongs to what it says."""

    shift: Shift = Shift.NONE
    change: Change = Change.NONE


PLAIN = Look()
Run: TypeAlias = tuple[str, Look]


def written(runs: Sequence[Run]) -> str:
    """The text of a paragraph; runs of one look that follow one another are one."""
    if all(look == PLAIN for _, look in runs):
        return "".join(text for text, _ in runs)
    pieces = list[str]()
    before = ""
    for change, group in groupby(runs, lambda run: run[1].change):
        text = ""
        for shift, shifted in groupby(group, lambda run: run[1].shift):
            piece = _shifted("".join(run[0] for run in shifted), shift, before)
            before = (before + piece)[-_ENOUGH_BEFORE:]
            text += piece
        pieces.append(_changed(text, change))
    return "".join(pieces)


def _shifted(text: str, shift: Shift, before: str) -> str:
    """White space at the edges stays as it is."""
    core = text.strip()
    if not core or shift is Shift.NONE:
        return text
    start = text.index(core)
    before = (before + text[:start])[-_ENOUGH_BEFORE:]
    sign = notation.superscript(core, before) if shift is Shift.RAISED else notation.subscript(core, before)
    return text[:start] + sign + text[start + len(core) :]


def _changed(text: str, change: Change) -> str:
    if change is Change.STRUCK:
        return notation.struck(text)
    return notation.inserted(text) if change is Change.INSERTED else text

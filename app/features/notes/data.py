"""A copy of a document with its notes, and how far the making of it is."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


class Annotating(msgspec.Struct, frozen=True):
    """The progress while notes are placed on the drawings of their pages: `done` of `total` pages."""

    done: int
    total: int


@dataclass(frozen=True)
class AnnotatedCopy:
    """A PDF with `written` annotations. `unplaced` of them are comments in a corner of their page: their words were not
    found on its drawing."""

    pdf: bytes
    written: int
    unplaced: int

"""Sets the passages of all changes on the ground that tells what became of them, on the pages of both books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.core.documents.document import Page
from app.documents.marked_words import around
from app.features.comparison.data import ChangeKind, ComparedPassage, Comparison
from app.ui.page.tints import Ground, PageTints, Tint

_GROUNDS = {
    ChangeKind.ADDED: Ground.GREEN,
    ChangeKind.REMOVED: Ground.RED,
    ChangeKind.CHANGED: Ground.AMBER,
    ChangeKind.MOVED: Ground.BLUE,
    ChangeKind.SPLIT: Ground.BLUE,
    ChangeKind.JOINED: Ground.BLUE,
}
"""The grounds, in the colours that the list of changes writes each kind in."""


def tints_of(found: Comparison, first: Sequence[Page], second: Sequence[Page]) -> tuple[PageTints, PageTints]:
    """Return the tints of both books, whose pages these are; the one that is chosen is lit above its tint."""
    before = [(change.kind, change.before) for change in found.changes if change.before is not None]
    after = [(change.kind, change.after) for change in found.changes if change.after is not None]
    return _of_book(before, first), _of_book(after, second)


def _of_book(passages: Sequence[tuple[ChangeKind, ComparedPassage]], pages: Sequence[Page]) -> PageTints:
    texts = {page.number: page.text for page in pages}
    tints: dict[int, list[Tint]] = {}
    for kind, passage in passages:
        for page, tint in _tints(kind, passage, texts):
            tints.setdefault(page, []).append(tint)
    return tints


def _tints(kind: ChangeKind, passage: ComparedPassage, texts: dict[int, str]) -> Iterator[tuple[int, Tint]]:
    """Yield the whole passage, or of one that is changed only the words that the other book does not have. In one that
    is moved these lie above the whole."""
    whole = () if kind is ChangeKind.CHANGED and passage.words else passage.spans
    other = passage.words if kind in (ChangeKind.CHANGED, ChangeKind.MOVED) else ()
    for ground, spans in ((_GROUNDS[kind], whole), (Ground.AMBER, other)):
        for span in spans:
            text, place = texts[span.page], (span.start, span.end)
            yield span.page, Tint(*place, ground, text[slice(*place)], around(text, place))

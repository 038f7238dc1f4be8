"""Words for the findings of a comparison; for both faces."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.documents.document import Book
from app.features.comparison.data import ChangeKind, ComparedParagraph, ComparedPassage, Comparison, Doubt, Reservation
from app.wording.i18n import _
from app.wording.page_names import span_words
from app.wording.units import count


def kind_word(kind: ChangeKind) -> str:
    return {
        ChangeKind.SAME: _("unchanged"),
        ChangeKind.ADDED: _("added"),
        ChangeKind.REMOVED: _("removed"),
        ChangeKind.CHANGED: _("changed"),
        ChangeKind.MOVED: _("moved"),
        ChangeKind.LEFT: _("moved"),
        ChangeKind.SPLIT: _("split"),
        ChangeKind.JOINED: _("joined"),
    }[kind]


def change_word(change: ComparedParagraph) -> str:
    """Name the kind of one change: a paragraph that moved may have other words, too."""
    if change.kind is ChangeKind.MOVED and change.has_other_words:
        return _("moved and changed")
    return kind_word(change.kind)


def summary(found: Comparison) -> str:
    """Return the number of changes, such as `12 changes: 8 changed, 1 added`, or that there is none."""
    if not found.changes:
        return _("No differences were found.")
    kinds = ", ".join(_("{n} {kind}").format(n=count(n), kind=kind_word(kind)) for kind, n in found.counts.items())
    if len(found.changes) == 1:
        return _("1 change: {kinds}").format(kinds=kinds)
    return _("{n} changes: {kinds}").format(n=count(len(found.changes)), kinds=kinds)


def passage_pages(passage: ComparedPassage, book: Book) -> str:
    """Return the pages of a passage, such as `p. 3`, `p. 3–4`."""
    names = book.page_names
    first, last = passage.spans[0].page, passage.spans[-1].page
    return _("p. {page}").format(page=span_words(names.of(first), names.of(last)))


def places(change: ComparedParagraph, first: Book, second: Book) -> str:
    """Say where a change is, such as `p. 3 → p. 4`; for one that was added or removed, the one page."""
    sides = ((change.before, first), (change.after, second))
    return " → ".join(passage_pages(passage, book) for passage, book in sides if passage is not None)


def renumbered_words(found: Comparison) -> str:
    """Return what is only numbered otherwise, such as `4. → 3., 5. → 4.`; empty if nothing is."""
    if not found.renumbered:
        return ""
    shown = [f"{each.before.rstrip('.') or '–'} → {each.after.rstrip('.') or '–'}" for each in found.renumbered]
    more = len(shown) - _MOST_NUMBERS
    listed = ", ".join(shown[:_MOST_NUMBERS]) + (_(" and {n} more").format(n=count(more)) if more > 0 else "")
    return _("Only the number is different, which does not count as a change: {numbers}.").format(numbers=listed)


_MOST_NUMBERS = 12


def reservation_sentences(found: Comparison, first: Book, second: Book) -> Iterator[str]:
    """Yield a sentence for each thing that the comparison may have missed."""
    for each in found.reservations:
        yield _sentence(each).format(
            title=(first, second)[each.book].title, pages=_pages(each, (first, second)[each.book])
        )


def _sentence(reservation: Reservation) -> str:
    return {
        Doubt.NO_TEXT: _("“{title}”: {pages} could not be read and is not compared."),
        Doubt.RECOGNISED: _(
            "“{title}”: the text of {pages} was recognised in pictures. Some differences may be errors of recognition."
        ),
        Doubt.HIDDEN: _("“{title}”: hidden text and comments on {pages} are not compared."),
        Doubt.RECORDED: _("“{title}” records changes on {pages}. It is compared as if all of them were accepted."),
        Doubt.OUTDATED: _(
            "“{title}” was imported by an earlier version of Octavo, so some differences may not be real. Read its file"
            " again."
        ),
        Doubt.PARAGRAPHS: _("A paragraph that was split, or joined with another, may have been missed."),
        Doubt.UNLIKE: _("These documents have hardly any text in common."),
    }[reservation.doubt]


_MOST_PAGES = 8


def _pages(reservation: Reservation, book: Book) -> str:
    """Return the pages of a doubt, such as `p. 3, 7–9`."""
    runs: list[list[int]] = []
    for page in reservation.pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    names = book.page_names
    shown = ", ".join(span_words(names.of(low), names.of(high)) for low, high in runs[:_MOST_PAGES])
    more = _(" and {n} more").format(n=count(sum(high - low + 1 for low, high in runs[_MOST_PAGES:])))
    return _("p. {page}").format(page=shown + (more if len(runs) > _MOST_PAGES else ""))

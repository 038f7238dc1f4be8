"""The verdicts on an answer's sentences, in words: for the window, the terminal and exports alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from app.core.conversations.verdict import SentenceVerdict, Unweighed, Verdict
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.wording.i18n import _
from app.wording.page_names import cited_page, name_words, page_words
from app.wording.units import count

SIGNS = {
    Verdict.VERBATIM: "✓",
    Verdict.SEEMS: "~",
    Verdict.COMPARE: "≈",
    Verdict.OTHERWISE: "≠",
    Verdict.NOTHING: "✗",
    Verdict.UNWEIGHED: "·",
}
"""A sign for each verdict, to stand before words; the tick is that of one verdict alone."""


def verdict_label(verdict: SentenceVerdict, books: Mapping[str, Book], title: str = "") -> str:
    """Return a few words for a mark behind a sentence, such as `p. 12 ✓`; empty for an unweighed sentence without a
    page.

    `books` are found by their ids. `title` is that of the book, already short and harmless, if marks name their books.
    """
    named = _("p. {page}").format(page=disarm(verdict.named)) if verdict.named else ""
    if not verdict.page:
        named = f"{title} {named}".strip() if named else ""
        nothing = _("no page says this") if verdict.verdict is Verdict.NOTHING else ""
        return " · ".join(filter(None, (named, nothing)))
    page = disarm(name_words(cited_page(verdict, books)))
    place = _("p. {page}").format(page=f"{disarm(verdict.named)} → {page}" if verdict.named else page)
    words = {
        Verdict.VERBATIM: "{page} ✓",
        Verdict.SEEMS: _("{page} seems to say this"),
        Verdict.COMPARE: _("{page} · compare"),
        Verdict.OTHERWISE: _("{page} says otherwise"),
        Verdict.NOTHING: _("{page} · no page says this"),
        Verdict.UNWEIGHED: "{page}",
    }[verdict.verdict]
    return words.format(page=f"{title} {place}".strip())


def verdict_words(verdict: SentenceVerdict, books: Mapping[str, Book], *, titled: bool = False) -> str:
    """Return a verdict as a sentence without its full stop, such as `On p. 12, word for word`. If `titled`, it has the
    title of the book. `books` are found by their ids. Plain text; titles and labels are cleaned by whoever shows it."""
    if verdict.verdict is Verdict.UNWEIGHED:
        return unweighed_words(verdict.reason)
    if verdict.verdict is Verdict.NOTHING or not verdict.page:
        if not verdict.named:
            return _("No page says this")
        return _("No page says this; the answer names p. {named}").format(named=verdict.named)
    page = page_words(cited_page(verdict, books))
    place = _("{page} of {title}").format(page=page, title=verdict.document) if titled else page
    words = {
        Verdict.VERBATIM: _("On {page}, word for word"),
        Verdict.SEEMS: _("{page} seems to say this"),
        Verdict.COMPARE: _("Close to {page}: compare"),
        Verdict.OTHERWISE: _("{page} says otherwise"),
    }[verdict.verdict]
    said = words.format(page=place)
    if not verdict.named:
        return said
    return _("{verdict}; the answer names p. {named}").format(verdict=said, named=verdict.named)


def unweighed_words(reason: Unweighed | None) -> str:
    """Say why there is no verdict on a sentence."""
    match reason:
        case Unweighed.WAITING:
            return _("Not weighed yet")
        case Unweighed.LANGUAGE:
            return _("Not weighed: this model cannot judge sentences in this language")
        case Unweighed.NO_ROOM:
            return _("Not weighed: there was not enough memory to ask the model")
        case Unweighed.OTHER_SCRIPT:
            return _("Not weighed: it is in another script than the page")
        case _:
            return _("Not weighed: its words are not those of a page, and no model judged it")


def count_verdicts(verdicts: Sequence[SentenceVerdict]) -> list[tuple[Verdict, str]]:
    """Count how many sentences have which verdict, such as `5 word for word`, the good news first."""
    counts = Counter(each.verdict for each in verdicts)
    words = {
        Verdict.VERBATIM: _("{n} word for word"),
        Verdict.SEEMS: _("{n} seems so") if counts[Verdict.SEEMS] == 1 else _("{n} seem so"),
        Verdict.COMPARE: _("{n} to compare"),
        Verdict.OTHERWISE: _("{n} says otherwise") if counts[Verdict.OTHERWISE] == 1 else _("{n} say otherwise"),
        Verdict.NOTHING: _("{n} not found"),
        Verdict.UNWEIGHED: _("{n} not weighed"),
    }
    return [(verdict, text.format(n=count(counts[verdict]))) for verdict, text in words.items() if counts[verdict]]

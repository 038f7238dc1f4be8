"""Sentences on what is odd about a page; for both faces."""

from __future__ import annotations

from app.core.documents.document import Flag, Page
from app.core.documents.ingestion import IngestionReport, PageReport, PageState
from app.wording.i18n import _
from app.wording.units import count, counted, printable

MAX_SHOWN_CHARACTERS = 240
_LEFT_OUT = (Flag.HIDDEN_TEXT, Flag.COMMENTS)


def state_word(state: PageState) -> str:
    return {
        PageState.TEXT: _("text"),
        PageState.RECOGNISED: _("recognised"),
        PageState.EMPTY: _("empty"),
        PageState.SUSPICIOUS: _("suspicious"),
    }[state]


def state_count(state: PageState, pages: int) -> str:
    """Return a number of pages with their state: "8 recognised"."""
    return _("{n} {state}").format(n=count(pages), state=state_word(state))


def flag_sentence(flag: Flag, page: Page | PageReport) -> str:
    sentence = {
        Flag.EMPTY: _("This page is empty."),
        Flag.NO_TEXT: _("This page is a picture without text, so the model cannot read it."),
        Flag.TEXT_LAYER: _("This page is a picture. The model reads the text that a scanner added to it."),
        Flag.RECOGNISED: _(
            "Recognised from a picture ({percent} % sure): compare important words with the page image."
        ),
        Flag.LOW_CONFIDENCE: _("The picture is hard to read: some words are probably wrong."),
        Flag.NOT_RECOGNISED: _("Recognising the text failed. To try once more, read the file again."),
        Flag.HIDDEN_TEXT: _("Invisible text on this page is hidden from the model."),
        Flag.COMMENTS: _("Comments on this page are not shown to the model."),
        Flag.ODD_CHARACTERS: _("Many characters of this page are not readable. Check answers about this page."),
        Flag.WRONG_ENCODING: _(
            "Some characters of this page are wrong: its text was probably saved in another encoding."
        ),
        Flag.INVISIBLE_CHARACTERS: _("Invisible characters were removed from the text of this page."),
        Flag.DAMAGED: _("This page could not be read."),
    }[flag]
    return sentence.format(percent=int(100 * (page.confidence or 0.0)))


def page_remarks(
    page: Page | PageReport, shown_characters: int | None = MAX_SHOWN_CHARACTERS, *, hidden_read: bool = False
) -> tuple[str, ...]:
    """Return sentences on what a person should know about a page; empty if there is nothing. They show at most so many
    characters of its hidden text and comments, or, with None, all of it.

    With `hidden_read` the person allowed that the model reads that too.
    """
    sentences = [flag_sentence(flag, page) for flag in page.flags if flag not in _LEFT_OUT or not page.hidden]
    if page.hidden:
        hidden = " ".join(printable(page.hidden.replace("\n", " ")).split())
        if shown_characters is not None and len(hidden) > shown_characters:
            hidden = hidden[:shown_characters].rstrip() + "…"
        sentences.append(_hidden_words(page, hidden_read).format(text=hidden))
    if isinstance(page, PageReport) and page.missing_before:
        words = (
            _("The document’s own page numbers jump from {before} to {label}: a page before this one is missing.")
            if page.missing_before == 1
            else _(
                "The document’s own page numbers jump from {before} to {label}: {n} pages before this one are missing."
            )
        )
        sentences.append(
            words.format(before=printable(page.label_before), label=printable(page.label), n=count(page.missing_before))
        )
    return tuple(sentences)


def _hidden_words(page: Page | PageReport, hidden_read: bool) -> str:
    if Flag.COMMENTS not in page.flags:
        if hidden_read:
            return _("The model reads hidden text on this page: “{text}”")
        return _("Hidden text on this page is not shown to the model: “{text}”")
    if Flag.HIDDEN_TEXT not in page.flags:
        if hidden_read:
            return _("The model reads the comments on this page: “{text}”")
        return _("Comments on this page are not shown to the model: “{text}”")
    if hidden_read:
        return _("The model reads the hidden text and the comments on this page: “{text}”")
    return _("Hidden text and comments on this page are not shown to the model: “{text}”")


def outdated_words() -> str:
    """Say, on a line of its own, that an earlier version of the reader has read a book."""
    return _("Imported by an earlier version of Octavo")


def outdated_sentence() -> str:
    return _(
        "An earlier version of Octavo imported this document. It may have missed form fields and comments, run table"
        " cells together, read 10² as 102, or shown the model text that nobody sees. To correct its pages, read the"
        " file again."
    )


def look_words(pages: int) -> str:
    """Say how many pages to check: "3 pages to check"; empty for none."""
    if not pages:
        return ""
    return counted(pages, _("1 page to check"), _("{n} pages to check"))


def report_sentence(report: IngestionReport) -> str:
    """Say how many pages are in which state: "All 412 pages have text.", or "412 pages – 409 text, 3 empty"."""
    states, pages = report.states, len(report.pages)
    if states[PageState.TEXT] == pages:
        return counted(pages, _("The only page has text."), _("All {n} pages have text."))
    parts = ", ".join(state_count(state, n) for state, n in states.items() if n)
    return _("{pages} – {states}").format(pages=pages_words(pages), states=parts)


def pages_words(pages: int) -> str:
    return counted(pages, _("1 page"), _("{n} pages"))


def size_words(report: IngestionReport) -> str:
    """Return characters, and tokens if they were counted."""
    characters = counted(report.characters, _("1 character"), _("{n} characters"))
    if report.tokens is None:
        return characters
    return _("{characters}, {n} tokens").format(characters=characters, n=count(report.tokens))

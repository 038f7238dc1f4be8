"""Words on what an answer rests on where no model drew it from whole books, or nothing in them was found for it; for
all faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from app.core.conversations.conversation import Answer, CitationState, Ending, Part, PartState, Question, StoredQuestion
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book
from app.wording.document_selection import counts_of, counts_words
from app.wording.i18n import _
from app.wording.page_lines import page_line
from app.wording.page_names import cited_page, page_words
from app.wording.units import count, counted


def asked_words(question: Question | StoredQuestion) -> str:
    """Say that any answer to a question comes without books; empty if the question was asked of books."""
    if question.asks_documents:
        return ""
    return (
        _("Answered without any document, only from the images.")
        if question.images
        else _("Answered without any document.")
    )


def basis_words(question: Question | StoredQuestion, answer: Answer) -> str:
    """Say what an answer rests on; empty where a model had whole books, or excerpts found by words and by meaning, and
    something was found in them, and where nothing was answered."""
    return " ".join(filter(None, (coverage_words(question, answer), doubt_words(question, answer))))


def coverage_words(question: Question | StoredQuestion, answer: Answer) -> str:
    """Say what became of all documents that were asked; empty where the books on the desk were all that was asked."""
    counts = counts_of(question, answer) if answer.text else None
    if counts is not None and answer.from_search:
        return counted(counts.documents, _("Searched 1 document."), _("Searched {n} documents."))
    return counts_words(counts) if counts is not None else ""


def doubt_words(question: Question | StoredQuestion, answer: Answer) -> str:
    """Say why there may be more in the books than an answer has: `basis_words` without `coverage_words`."""
    chosen = answer.excerpts or question.plan is not None
    drawn = answer.text and answer.problem is None and chosen
    searched = searched_words() if answer.words_alone and drawn else ""
    return " ".join(filter(None, (parts_words(answer.parts), searched, _basis(question, answer))))


def searched_words() -> str:
    """Say that a search went by words alone, for a part of the books at least."""
    return _("Not everything was searched by meaning, so passages in other words may be missing.")


def parts_words(parts: Sequence[Part]) -> str:
    """Say which pages were read for an answer from notes; empty for others."""
    if not parts:
        return ""
    unread, cut = (_names(parts, state) for state in (PartState.UNREAD, PartState.CUT))
    words = _("Read in parts. Not read: {pages}.") if unread else _("Read in parts: all pages.")
    incomplete = _("The notes reached their limit and may be incomplete: {pages}.") if cut else ""
    return " ".join(filter(None, (words.format(pages=unread), incomplete.format(pages=cut))))


def part_words(number: int, total: int) -> str:
    """Say which part is being read."""
    return _("part {number} of {total}").format(number=count(number), total=count(total))


def _names(parts: Sequence[Part], state: PartState) -> str:
    """Return the pages of these parts, with their books if there are several."""
    several = len({part.document for part in parts}) > 1
    one, other = _("p. {page}"), _("“{title}”, p. {page}")
    found = [part for part in parts if part.state is state]
    return "; ".join((other if several else one).format(title=part.document, page=part.pages) for part in found)


def _basis(question: Question | StoredQuestion, answer: Answer) -> str:
    if not answer.text:
        return ""
    if answer.from_search:
        return _("Search result: no model wrote this.")
    if nothing_found(answer, asked_of_books=question.asks_documents):
        return nothing_found_words()
    return asked_words(question)


def nothing_found_words() -> str:
    """Say that no page says anything of an answer."""
    return _("Nothing about this was found in the documents.")


def nothing_found(answer: Answer, *, asked_of_books: bool) -> bool:
    """Return whether no page says anything of an answer that is whole, as far as is known. One whose sentences were
    never looked up, or that states nothing, has something if a page mark of it has its page."""
    whole = bool(answer.text) and answer.ending is Ending.COMPLETE and not answer.from_search
    if not (asked_of_books and whole):
        return False
    if answer.verdicts:
        return all(each.verdict is Verdict.NOTHING for each in answer.verdicts)
    return not any(each.page and each.state is not CitationState.NOT_FOUND for each in answer.citations)


def page_says(verdict: SentenceVerdict, books: Mapping[str, Book]) -> str:
    """Return the words of the pages that a verdict rests on, such as `The page: “He pays.”`; empty if it has none.
    `books` by their ids."""
    of_pages: dict[tuple[str, int], list[Evidence]] = {}
    for each in verdict.evidence:
        if each.text:
            of_pages.setdefault((each.book_id, each.page), []).append(each)
    said = []
    for place, pieces in of_pages.items():
        words = " … ".join(page_line(each.text, each.book_id, books) for each in pieces)
        if place == (verdict.book_id, verdict.page):
            said.append(_("The page: “{words}”").format(words=words))
        else:
            page = page_words(cited_page(msgspec.structs.replace(verdict, evidence=(pieces[0],)), books))
            said.append(_("{page}: “{words}”").format(page=page, words=words))
    return " ".join(said)

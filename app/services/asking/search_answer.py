"""The starter's answers: the sentences of the books that are nearest to a question, quoted with their pages.

So small a model can read a book, and not answer from it. The sentences are chosen by search, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.conversations.conversation import CitationState, PassageRef
from app.core.conversations.values import FREE, MOST_CHARACTERS, AnswerForm, HeldForm, ValueKind, held_form, undecided
from app.core.documents.document import Page
from app.documents.citations.agreement import value_in
from app.documents.citations.checker import CitationChecker, CitedBook
from app.documents.citations.page_marks import is_evidence
from app.documents.text.nearest import Near, nearest

MOST = 3
"""Sentences of one answer."""

_ALL_CHARACTERS = 200_000
"""If the books have more than this, only those pages are looked through that the index finds."""

_KANA = re.compile("[\u3041-\u30ff]")


def answer(question: str, books: Sequence[CitedBook], passages: Sequence[PassageRef], form: AnswerForm = FREE) -> str:
    """Return the answer in Markdown, in the language of the question: Japanese or English.

    `passages` are those that the index finds for the question. Each of up to `MOST` sentences is on the page that is
    named after it; if none is near, the answer says so. Of a `form` it is a value in such a sentence, and the sentence;
    a yes or no that a search cannot decide is called undecided.
    """
    japanese = _KANA.search(question) is not None
    places = _places(books, passages)
    checker = CitationChecker(books)
    lines: dict[Near, str] = {}

    def quote(near: Near) -> bool:
        """Quote a sentence if the checker finds just this on its page, and return whether it does: a sentence may have
        marks of its own. A line of one or two words is too short for the checker to look up, so that its mark only
        names the page."""
        book, page = places[near.page]
        state = CitationState.VERIFIED if is_evidence(near.text) else CitationState.PAGE
        for quotation in _quotations(near.text, japanese=japanese):
            for title in (f"{book.title}, ", "") if len(books) > 1 else ("",):
                line = f"{quotation} [{title}p. {page.label}]"
                found = [(citation.book_id, citation.page, citation.state) for citation in checker.check(line)]
                if found == [(book.book_id, page.number, state)]:
                    lines[near] = line
                    return True
        return False

    titles = [book.title for book, _ in places] if len(books) > 1 else []
    chosen = nearest(question, [page.text for _, page in places], MOST, quote, titles)
    if (held := held_form(form, question)) is not None:
        return _compose_held(form, held, question, [(near.text, lines[near]) for near in chosen])
    return _compose([lines[near] for near in chosen], several_books=len(books) > 1, japanese=japanese)


def _places(books: Sequence[CitedBook], passages: Sequence[PassageRef]) -> list[tuple[CitedBook, Page]]:
    """Return the pages that are looked through, in their order."""
    places = [(book, page) for book in books for page in book.pages]
    if sum(len(page.text) for _, page in places) <= _ALL_CHARACTERS:
        return places
    found = {(passage.book_id, passage.page) for passage in passages}
    return [(book, page) for book, page in places if (book.book_id, page.number) in found]


def _quotations(text: str, *, japanese: bool) -> tuple[str, str]:
    """Return the text in quotation marks, with inner ones as the language writes them and, if that is not found on the
    page, as the page has them."""
    if japanese:
        return f"「{text.translate(_INNER_JAPANESE)}」", f"「{text}」"
    return f"“{text.translate(_INNER_ENGLISH)}”", f"“{text}”"


_INNER_ENGLISH = str.maketrans("“”", "‘’")
_INNER_JAPANESE = str.maketrans("「」", "『』")


def _compose_held(form: AnswerForm, held: HeldForm, question: str, found: Sequence[tuple[str, str]]) -> str:
    """Compose an answer that is held to a form. `found` are sentences, each with its line."""
    for text, line in found:
        if form.kind is ValueKind.TEXT:
            return f"{text if len(text) <= MOST_CHARACTERS else f'{text[: MOST_CHARACTERS - 1]}…'}\n{line}"
        if value := value_in(text, form, question):
            return f"{value}\n{line}"
    return f"{undecided(question)}\n{found[0][1]}" if found and form.kind is ValueKind.YES_NO else held.absent


def _compose(lines: Sequence[str], *, several_books: bool, japanese: bool) -> str:
    if not lines:
        return nothing_near(several_books=several_books, japanese=japanese)
    begin = introduction(several_books=several_books, japanese=japanese)
    if len(lines) == 1:
        return f"{begin}{'' if japanese else ' '}{lines[0]}"
    return "\n".join([begin, "", *[f"- {line}" for line in lines]])


def introduction(*, several_books: bool = False, japanese: bool = False) -> str:
    """Return the words before the sentences of an answer."""
    if japanese:
        return "文書の中でいちばん近い文："
    return f"Nearest in the {'documents' if several_books else 'document'}:"


def nothing_near(*, several_books: bool = False, japanese: bool = False) -> str:
    """Return the answer where no sentence is near the question."""
    if japanese:
        return "この質問に近い文は、文書の中に見つかりませんでした。"
    return f"Nothing in the {'documents' if several_books else 'document'} is near this question."

"""Sentences of two texts with a negation dropped or put in, a number raised, a name or a duty changed: none is shown as
what a page says, and no model is asked about it, whether it names the page, a wrong one or none; as they stand in the
text, they are green."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations.checker import check
from app.documents.citations.verdict import AnswerWeigher
from app.language.sentences import SentenceKind, sentences
from tests.handbook import CHAPTERS

_BOX = """\
The Keeper of the tower light fills the lamp with two litres of oil before sunset. He does not leave the tower while a
vessel stands within five miles of the reef. Nobody may carry an open flame below the gallery.

The Harbour Board pays the Keeper 1,450 euros a month, and 6.5 per cent more after ten years of service. It may end his
service with a notice of three months. Without such a notice his service ends only at the age of 65.

A relief boat comes every fourteen days between April and October. In winter the boat cannot land, and Miller, the
pilot, brings no letters. The log must be kept in ink. Entries that are made in pencil are not valid.

The store below the stairs holds not less than 400 litres of oil. It is never opened in the presence of strangers. The
inspector from Gotland visits the tower on 3 May and writes a report to the Board. The Keeper should answer that report
within eight days.
"""
_TEXTS = (
    CitedBook("tower", "Rules of the tower", tuple(Page(n, str(n), t) for n, t in enumerate(_BOX.split("\n\n"), 1))),
    CitedBook("handbook", "Handbook", tuple(Page(n, str(n), text) for n, text in enumerate(CHAPTERS[:13], 1))),
)
"""The first chapters of the handbook, with six thousand words."""
_DROPPED = (
    (r"\bdoes not (\w+)", r"\1s"), (r"\b(is|are|can|may|must) not\b", r"\1"), (r"\bcannot\b", "can"),
    (r"\bnever\b", "always"), (r"\bwithout\b", "with"), (r"\bWithout\b", "With"), (r"\bNobody\b", "Everybody"),
    (r"\bNothing\b", "Everything"), (r"\bbrings no\b", "brings"), (r"\bnot less than\b", "less than"),
)  # fmt: skip
_ADDED = ((r"\b(is|are|can|may|must|should)(?! not|not)\b", r"\1 not"), (r"\bcomes\b", "never comes"))
_CHANGED = (
    (r"\bmust\b", "may"), (r"\bshould\b", "must"), (r"\bMiller\b", "Fischer"), (r"\bGotland\b", "Bornholm"),
    (r"\bKeeper\b", "Captain"),
)  # fmt: skip
_WORDS = {"two": "nine", "three": "seven", "five": "four", "eight": "eleven", "ten": "twelve", "fourteen": "sixteen"}


def _statements() -> Iterator[tuple[CitedBook, Page, str]]:
    """Sentences that say enough to be found, without quotations and page marks, which are checked by themselves."""
    for book in _TEXTS:
        for page in book.pages:
            for sentence in sentences(page.text):
                bare = not re.search(r"[“”\[\]]", sentence.text)
                if bare and sentence.kind is SentenceKind.SENTENCE and len(sentence.line.split()) >= 7:
                    yield book, page, sentence.line


def _altered(sentence: str) -> Iterator[str]:
    for pattern, instead in (*_DROPPED, *_ADDED, *_CHANGED):
        changed = re.sub(pattern, instead, sentence, count=1)
        if changed != sentence:
            yield changed
    if number := re.search(r"(?<![\w.,+])\d+(?![\w.,]*\d)", sentence):
        yield f"{sentence[: number.start()]}{int(number.group()) + 1}{sentence[number.end() :]}"
    for word, other in _WORDS.items():
        changed = re.sub(rf"\b{word}\b", other, sentence, count=1)
        if changed != sentence:
            yield changed


@cache
def _cases() -> tuple[tuple[CitedBook, Page, str, str], ...]:
    return tuple((*case, altered) for case in _statements() for altered in _altered(case[2]))


@cache
def _weigher() -> AnswerWeigher:
    return AnswerWeigher(_TEXTS)


def _verdicts(answer: str) -> tuple[SentenceVerdict, ...]:
    return _weigher().weigh(answer, check(answer, _TEXTS))


def test_there_are_sixty_and_more() -> None:
    assert len(_cases()) >= 60


@pytest.mark.parametrize("mark", ["", " [{title}, p. {page}]", " [{title}, p. 1]"], ids=["no page", "its page", "p. 1"])
def test_what_was_altered_is_shown_as_what_no_page_says(mark: str) -> None:
    wrong = []
    for book, page, _true, altered in _cases():
        answer = altered[:-1] + mark.format(title=book.title, page=page.label) + altered[-1]
        wrong += [
            (answer, each)
            for each in _verdicts(answer)
            if each.verdict not in (Verdict.COMPARE, Verdict.OTHERWISE, Verdict.NOTHING)
        ]
    assert not wrong, f"{len(wrong)} of {len(_cases())}: {wrong[:5]}"


def test_what_was_not_altered_is_word_for_word_or_to_be_compared() -> None:
    """A sentence that points back to the one before it, or that a proviso follows, is not green by itself."""
    statements = list(_statements())
    green = 0
    for book, page, sentence in statements:
        found = _verdicts(sentence)  # none where it says what documents do not say, two where it says something besides
        assert {each.verdict for each in found} <= {Verdict.VERBATIM, Verdict.COMPARE}, sentence
        if found and all(each.verdict is Verdict.VERBATIM for each in found):
            assert {(each.book_id, each.page) for each in found} == {(book.book_id, page.number)}
            green += 1
    assert green >= 0.7 * len(statements), f"{green} of {len(statements)}"

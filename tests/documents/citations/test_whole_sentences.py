"""The sentences that an answer in the documents' own words may consist of: each is green by itself."""

from __future__ import annotations

from app.core.conversations.verdict import Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations.checker import check
from app.documents.citations.verdict import AnswerWeigher
from app.documents.citations.whole_sentences import whole_sentences
from tests.documents.citations.test_verdict import KENNEL
from tests.handbook import CHAPTERS


def test_what_cannot_stand_alone_comes_with_what_it_needs_or_not_at_all() -> None:
    texts = [each.text for each in whole_sentences((KENNEL,))]
    assert "1.2 A day costs 115.00 crowns." in texts
    assert "1.4 Dogs may bathe in the pond. However, dogs with a cold stay out of it." in texts
    assert "1.4 Dogs may bathe in the pond." not in texts
    assert "2.5 The warden feeds the dogs. He locks the gate at nine." in texts
    assert "He locks the gate at nine." not in texts
    assert not [text for text in texts if "Puppies" in text], "it stands below Exceptions"
    assert not [text for text in texts if text in ("1. Prices", "Exceptions:")]


def test_each_is_word_for_word_on_its_page() -> None:
    pages = enumerate(CHAPTERS[:13], 1)
    book = CitedBook("handbook", "Handbook", tuple(Page(number, str(number), text) for number, text in pages))
    weigher = AnswerWeigher((book, KENNEL))
    wrong, count = [], 0
    for each in whole_sentences((book, KENNEL)):
        answer = f"{each.text} [{each.book.title}, p. {each.page.label}]"
        found = weigher.weigh(answer, check(answer, (book, KENNEL)))
        count += 1
        wrong += [(answer, one) for one in found if one.verdict is not Verdict.VERBATIM]
    assert count > 100
    assert not wrong, f"{len(wrong)} of {count}: {wrong[:3]}"


def test_dates_alone_are_no_sentence() -> None:
    text = "From 14 May 2030 until 15 June 2031.\n\nThe stay lasts from 14 May 2030 until 15 June 2031."
    book = CitedBook("stay", "Stay", (Page(1, "1", text),))
    assert [each.text for each in whole_sentences((book,))] == ["The stay lasts from 14 May 2030 until 15 June 2031."]

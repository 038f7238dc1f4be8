"""The sentences of a book that are nearest to a question."""

from __future__ import annotations

import pytest

from app.documents.text.nearest import MAX_CHARACTERS, Near, nearest
from app.documents.text.terms import stem

FILLER = "The river went by the town, and nobody looked at it for long. " * 20
LEASE = (
    "Contents\n1 Leaving . . . . . . . . . 2\n2 Deposit . . . . . . . . . 3",
    f"# Leaving\n\nThe tenant terminates the lease with three months notice. {FILLER}",
    "# Deposit\n\nHow much is the deposit? Two rents, paid on the first day.\n\nThe landlord returns the deposit "
    "within thirty days. The deposit is returned by the landlord within thirty days. Whoever keeps a dog",
    "pays a second deposit. A dog is announced to the landlord in writing.",
)


def found(question: str, pages: tuple[str, ...] = LEASE, limit: int = 3) -> list[str]:
    return [near.text for near in nearest(question, pages, limit)]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How does a tenant terminate the lease?", "The tenant terminates the lease with three months notice."),
        ("termination by tenants", "The tenant terminates the lease with three months notice."),
        ("How much is the deposit?", "Two rents, paid on the first day."),
        ("When does the landlord return the deposit?", "The landlord returns the deposit within thirty days."),
        ("How is a dog announced?", "A dog is announced to the landlord in writing."),
    ],
)
def test_the_nearest_sentence_comes_first(question: str, first: str) -> None:
    assert found(question)[0] == first


def test_what_says_the_same_is_told_once() -> None:
    assert len(found("When does the landlord return the deposit?")) == 1
    assert found("How does a tenant terminate the lease?", LEASE * 3) == found("How does a tenant terminate the lease?")


def test_what_is_far_behind_the_nearest_is_not_added() -> None:
    assert found("How does a tenant terminate the lease with notice?") == [
        "The tenant terminates the lease with three months notice."
    ]


@pytest.mark.parametrize(
    "question", ["Why?", "And what about it?", "", "Who is the president of France?", "なぜですか。"]
)
def test_nothing_is_near_a_question_that_shares_no_word(question: str) -> None:
    assert found(question) == []


def test_a_long_question_need_not_be_met_in_full() -> None:
    long = "Summarise for my aunt, in plain English of at most five lines, how a tenant may terminate, with quotations."
    assert found(long)[0] == "The tenant terminates the lease with three months notice."


def test_what_leads_the_section_that_is_asked_for_comes_first() -> None:
    """Though it shares no word with the question."""
    pages = (f"{FILLER}\n\n# How to add a book\n\nDrop a file on the window. The book appears on the left.",)
    assert found("How do I add a book?", pages)[0] == "Drop a file on the window."


def test_what_goes_on_on_the_next_page_is_no_sentence() -> None:
    texts = found("Who pays a second deposit for a dog?", limit=9)
    assert not any("pays a second" in text or "Whoever keeps" in text for text in texts)


def test_what_is_too_long_is_left_out() -> None:
    long = "The anchor is kept, " + "and the rope, " * 60 + "and that is all."
    assert len(long) > MAX_CHARACTERS
    assert found("Where is the anchor kept?", (long,)) == []


def test_what_cannot_be_used_makes_way() -> None:
    pages = ("The anchor is kept aft [p. 3]. The anchor is kept with care by the crew.",)
    usable = nearest("Where is the anchor kept?", pages, 1, lambda near: "[" not in near.text)
    assert usable == (Near(0, "The anchor is kept with care by the crew."),)


def test_japanese() -> None:
    pages = ("# 契約\n\n契約は十二か月前の\n通知で終わります。天気は晴れです。敷金は家賃二か月分です。",)
    assert found("契約はいつ終わりますか。", pages) == ["契約は十二か月前の通知で終わります。"]
    assert found("ペンギンはどこに住んでいますか。", pages) == []


def test_names_are_found_from_a_question_in_another_script() -> None:
    """All that it says otherwise counts as one word that the book does not have."""
    pages = (f"The keeper opens a PDF file. The keeper sails. {FILLER.replace('nobody', 'the keeper')}",)
    assert found("PDFを開けますか。", pages) == ["The keeper opens a PDF file."]
    assert found("keeperは何をしますか。", pages) == []


@pytest.mark.parametrize(
    "forms",
    [
        "stop stops stopping stopped",
        "add adds adding added",
        "remove removes removing removed removal",
        "copy copies copying copied",
        "terminate terminates termination",
        "pay pays paying payment payments",
        "use uses using used",
        "image images",
        "renew renewal renewed",
    ],
)
def test_forms_of_a_word_are_one_term(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "words", ["terminal terminate", "need kneading", "status state", "thing thin", "red rid", "bus but"]
)
def test_other_words_are_others(words: str) -> None:
    one, other = words.split()
    assert stem(one) != stem(other)

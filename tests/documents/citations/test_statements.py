"""Which sentences of an answer state something, and their words without what is not theirs."""

from __future__ import annotations

import pytest

from app.documents.citations.statements import claims, plain_claim


def test_which_sentences_state_something() -> None:
    answer = (
        "# The lease\n\nThe rent is **4,200 euros** a month [p. 3]. What about dogs? The documents do not say whether"
        " dogs are allowed. In short:\n\n- Windows are replaced within 14 days. [p. 4]\n- Yes.\n\n"
        "犬については記載されていません。敷金は二か月分である [p. 5]。"
    )
    found = claims(answer)
    assert [claim.text for claim in found if not claim.denied] == [
        "The rent is 4,200 euros a month.",
        "Windows are replaced within 14 days.",
        "敷金は二か月分である。",
    ]
    assert [claim.denied.split() for claim in found if claim.denied] == [
        ["The", "do", "not", "whether", "dogs", "are", "allowed."],
        ["犬", "。"],
    ]
    assert all(answer[claim.start : claim.end].startswith(claim.text[:6]) for claim in found)


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("The rent is due [p. 4].", "The rent is due."),
        ("The rent is due (p. 4).", "The rent is due."),
        ("The rent is due (Harbour Lease, p. 4).", "The rent is due."),
        ("The rent is due (see pp. 4-6).", "The rent is due."),
        ("Die Miete ist fällig (S. 12).", "Die Miete ist fällig."),
        ("賃料は毎月払う［p. 4］。", "賃料は毎月払う。"),
        ("## The **rent** is _due_ `now`", "The rent is due now"),
        ("> - The rent (1,475.00 euros) is due.", "The rent (1,475.00 euros) is due."),
        ("use my_file_name here", "use my_file_name here"),
    ],
)
def test_marks_and_markdown_are_no_words_of_a_sentence(sentence: str, plain: str) -> None:
    assert plain_claim(sentence) == plain


def test_a_short_answer_without_a_full_stop_is_no_heading() -> None:
    assert [claim.text for claim in claims("The rent is 4,200 euros [p. 3]")] == ["The rent is 4,200 euros"]
    assert [claim.text for claim in claims("# Rent of page three\n\nIt falls due.\n")] == ["It falls due."]
    assert [claim.text for claim in claims("The rent of the house\n\nIt falls due in May.")] == ["It falls due in May."]


def test_a_command_after_a_hash_is_the_answer() -> None:
    assert [claim.text for claim in claims("# deluser --remove-home fish")] == ["deluser --remove-home fish"]
    assert [claim.text for claim in claims("# deluser --remove-home fish [p. 3]")] == ["deluser --remove-home fish"]


@pytest.mark.parametrize(
    "answer",
    [
        "1,475.00 euros [p. 1]",
        "14 March 2030. [p. 1]",
        "1,475.00 euros.",
        "He signed (p. 2).",
        "敷金は五十万円。 [p. 2]",
        "三十万円。",
    ],
)
def test_a_value_or_two_words_that_name_a_page_or_are_the_whole_answer_state_something(answer: str) -> None:
    assert len(claims(answer)) == 1


@pytest.mark.parametrize(
    "answer", ["Yes. [p. 2]", "はい。", "Step 1.\n\nSee below.", "次のとおりです。詳細は後述。", "[p. 2]"]
)
def test_a_label_states_nothing(answer: str) -> None:
    assert not claims(answer)

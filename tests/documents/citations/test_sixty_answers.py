"""Sixty answers about three books, with true, altered, misplaced and invented quotations: none that is not in the book
is ever marked as verified, and nearly all true ones are.
"""

from __future__ import annotations

from collections import Counter

import pytest

from app.core.conversations.conversation import CitationState
from app.core.documents.document import Page
from app.documents.citations.checker import CitedBook, check

LEASE = CitedBook(
    "lease",
    "Harbour lease",
    (
        Page(
            1, "1", "The Landlord lets Berths 1 to 12 to the Tenant for a term of twenty-\none years from 1 May 2019."
        ),
        Page(
            2,
            "2",
            "The Tenant pays a rent of 48,500 euros a year, in four equal parts, on the ﬁrst working day of each\n"
            "quarter. Rent that is late bears interest at 6.5 per cent a year from the eighth day after it was due.",
        ),
        Page(
            3,
            "3",
            "Notice to end the lease must reach the Harbour Ofﬁce by registered post not less than twelve months be-\n"
            "fore the end of the term. Notice that is sent by e-mail alone has no effect. A notice once given can\n"
            "be taken back only if the Landlord agrees in writing.",
        ),
        Page(
            4,
            "4",
            "The dry dock and its equipment are excepted from every right of early termi-\nnation under this Part. The"
            " Tenant keeps the dock’s gates, pumps and cranes in good repair — at the Tenant’s own cost — and has"
            " them inspected every two years.",
        ),
        Page(5, "5", "Where a storm closes the harbour for more than ten days, the rent for those days is not\ndue."),
    ),
)
DIARY = CitedBook(
    "diary",
    "Diary of a keeper",
    (
        Page(1, "i", "“Keep the lamp and keep the log,” said my father, “and the sea will keep the rest.” So I did."),
        Page(
            2,
            "ii",
            "On the third night the oil froze. I carried it up in my coat, a litre at a time, one hundred and ﬁfty-two"
            " steps, and the ﬂame stood until six. Nobody passed.",
        ),
        Page(
            3,
            "iii",
            "The relief boat came on 9 March with ﬂour, paper and a letter from Anna. She does not come back before the"
            " summer; she says the school needs her more than a rock does. I read it twice and put it into the log-\n"
            "book, where it does not belong.",
        ),
        Page(
            4, "iv", "There is a difﬁculty with silence: after a while one begins to answer it. I now hum while I work."
        ),
    ),
)
KISOKU = CitedBook(
    "kisoku",
    "港湾施設使用規則",
    (
        Page(1, "1", "第一条　この規則は、港湾施設の使用について必要な事項を定めるものとする。"),
        Page(
            2,
            "2",
            "第二条　借主は、契約期間の満了の十二か月前ま\nでに、書留郵便によって港湾事務所に通知しなければならない。",
        ),
        Page(3, "3", "第三条　乾ドックとその設備は、この章に定めるすべての中途解約の権利から除かれる。"),
        Page(4, "4", "第四条　使用料は、毎年四月一日に納める。遅れたときは、年六分の利息を付する。"),
    ),
)
BOOKS = (LEASE, DIARY, KISOKU)

TRUE = (
    "It is let for “a term of twenty-one years from 1 May 2019” [Harbour lease, p. 1].",
    "“The Landlord lets Berths 1 to 12 to the Tenant” [Harbour lease, p. 1].",
    "The rent is “48,500 euros a year, in four equal parts” [Harbour lease, p. 2].",
    "It is due “on the first working day of each quarter” [Harbour lease, p. 2].",
    "Late rent “bears interest at 6.5 per cent a year from the eighth day” [Harbour lease, p. 2].",
    "It “must reach the Harbour Office by registered post” [Harbour lease, p. 3].",
    "That is “not less than twelve months before the end of the term” [Harbour lease, p. 3].",
    "“Notice that is sent by e-mail alone has no effect.” [Harbour lease, p. 3]",
    "A notice “can be taken back only if the Landlord agrees in writing” [Harbour lease, p. 3].",
    "It is “excepted from every right of early termination under this Part” [Harbour lease, p. 4].",
    'The tenant "keeps the dock\'s gates, pumps and cranes in good repair" [Harbour lease, p. 4].',
    "This is done “in good repair - at the Tenant's own cost - and” checked [Harbour lease, p. 4].",
    "They are “inspected every two years” [Harbour lease, p. 4].",
    "Then “the rent for those days is not due” [Harbour lease, p. 5].",
    "He said: “Keep the lamp and keep the log” [Diary of a keeper, p. i].",
    "And “the sea will keep the rest” [Diary of a keeper, p. i].",
    "It was “one hundred and fifty-two steps, and the flame stood until six” [Diary of a keeper, p. ii].",
    "“On the third night the oil froze.” [Diary of a keeper, p. ii]",
    "The boat came “with flour, paper and a letter from Anna” [Diary of a keeper, p. iii].",
    "He “put it into the logbook, where it does not belong” [Diary of a keeper, p. iii].",
    "“There is a difficulty with silence” [Diary of a keeper, p. iv].",
    "規則は「港湾施設の使用について必要な事項を定める」ものです [港湾施設使用規則, p. 1]。",
    "「契約期間の満了の十二か月前までに、書留郵便によって」通知します [港湾施設使用規則, p. 2]。",
    "「乾ドックとその設備は、この章に定めるすべての中途解約の権利から除かれる」[港湾施設使用規則, p. 3]。",
    "「使用料は、毎年四月一日に納める」[港湾施設使用規則, p. 4]。",
)
ALTERED = (
    "It is let for “a term of twenty-two years from 1 May 2019” [Harbour lease, p. 1].",
    "“The Landlord lets Berths 1 to 14 to the Tenant” [Harbour lease, p. 1].",
    "The rent is “45,800 euros a year, in four equal parts” [Harbour lease, p. 2].",
    "Late rent “bears interest at 6.6 per cent a year from the eighth day” [Harbour lease, p. 2].",
    "Notice is due “not less than eleven months before the end of the term” [Harbour lease, p. 3].",
    "“Notice that is sent by e-mail alone has full effect.” [Harbour lease, p. 3]",
    "A notice “can be taken back even if the Landlord disagrees in writing” [Harbour lease, p. 3].",
    "It is “not excepted from every right of early termination under this Part” [Harbour lease, p. 4].",
    "They are “inspected every ten years” [Harbour lease, p. 4].",
    "Then “the rent for those days is still due” [Harbour lease, p. 5].",
    "And “the sea will take the rest” [Diary of a keeper, p. i].",
    "It was “one hundred and sixty-two steps, and the flame stood until six” [Diary of a keeper, p. ii].",
    "She “does come back before the summer” [Diary of a keeper, p. iii].",
    "「契約期間の満了の十一か月前までに、書留郵便によって」通知します [港湾施設使用規則, p. 2]。",
    "「使用料は、毎年五月一日に納める」[港湾施設使用規則, p. 4]。",
)
MISPLACED = (
    ("The rent is “48,500 euros a year, in four equal parts” [Harbour lease, p. 4].", "2"),
    ("“Notice that is sent by e-mail alone has no effect.” [Harbour lease, p. 2]", "3"),
    ("It is “excepted from every right of early termination under this Part” [Harbour lease, p. 1].", "4"),
    ("Then “the rent for those days is not due” [Harbour lease, p. 99].", "5"),
    ("“On the third night the oil froze.” [Diary of a keeper, p. iv]", "ii"),
    ("And “the sea will keep the rest” [Harbour lease, p. 1].", "i"),
    ("He “put it into the logbook, where it does not belong” [Diary of a keeper, p. i].", "iii"),
    ("「使用料は、毎年四月一日に納める」[港湾施設使用規則, p. 1]。", "4"),
    ("「乾ドックとその設備は、この章に定めるすべての」権利 [港湾施設使用規則, p. 2]。", "3"),
    ("「必要な事項を定めるものとする」[港湾施設使用規則, p. 4]。", "1"),
)
INVENTED = (
    "The tenant “may sublet any berth without asking anyone” [Harbour lease, p. 2].",
    "“All disputes go to the court of Rotterdam.” [Harbour lease, p. 5]",
    "“The lease ends by itself when the Tenant dies.” [Harbour lease, p. 3]",
    "The landlord “shall paint the cranes green before Easter” [Harbour lease, p. 4].",
    "He wrote: “I have never been so happy in my life” [Diary of a keeper, p. iv].",
    "“Anna arrived with her two brothers and a dog.” [Diary of a keeper, p. iii]",
    "“The lamp exploded and burned down the tower.” [Diary of a keeper, p. ii]",
    "「借主は、いつでも契約を解除することができる」[港湾施設使用規則, p. 2]。",
    "「港湾事務所は、日曜日も開いている」[港湾施設使用規則, p. 4]。",
    "「船長は毎朝、灯台に挨拶しなければならない」[港湾施設使用規則, p. 1]。",
)


def _state(answer: str) -> CitationState:
    (citation,) = check(answer, BOOKS)
    return citation.state


def test_there_are_sixty() -> None:
    assert len(TRUE) + len(ALTERED) + len(MISPLACED) + len(INVENTED) == 60


@pytest.mark.parametrize("answer", ALTERED + INVENTED)
def test_what_the_book_does_not_say_is_never_verified(answer: str) -> None:
    assert _state(answer) in (CitationState.NOT_FOUND, CitationState.NEAR)


@pytest.mark.parametrize("answer", INVENTED)
def test_what_is_invented_is_not_even_near(answer: str) -> None:
    assert _state(answer) is CitationState.NOT_FOUND


def test_what_the_book_says_is_verified() -> None:
    states = Counter(map(_state, TRUE))
    assert states[CitationState.VERIFIED] >= 0.98 * len(TRUE), states


@pytest.mark.parametrize(("answer", "label"), MISPLACED)
def test_a_wrong_page_is_repaired_and_never_passes_as_right(answer: str, label: str) -> None:
    (citation,) = check(answer, BOOKS)
    assert (citation.state, citation.label) == (CitationState.REPAIRED, label)
    assert citation.named

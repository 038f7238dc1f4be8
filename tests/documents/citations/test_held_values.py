"""The pages' verdict on a cell's value: green only where a sentence says just that of just what was asked."""

from __future__ import annotations

import pytest

from app.core.conversations.values import AnswerForm, ValueKind
from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations.checker import check
from app.documents.citations.held_values import weigh_value

DATE, AMOUNT, TEXT, YES_NO = map(AnswerForm, (ValueKind.DATE, ValueKind.AMOUNT, ValueKind.TEXT, ValueKind.YES_NO))
CHOICE = AnswerForm(ValueKind.CHOICE, ("Tenant", "Landlord"))
GREEN, COMPARE, OTHERWISE, NOTHING = Verdict.VERBATIM, Verdict.COMPARE, Verdict.OTHERWISE, Verdict.NOTHING

SUBLET = "May the tenant sub-let the berth?"
ENDS = "When does the lease end?"
BIRTH = "Birth date of the patient Varga"
RENT = "How high is the yearly rent?"
INSURES = "Who insures the berth against fire and storm?"


def weigh(
    question: str, form: AnswerForm, answer: str, *pages: str, quote: str = "", page: int = 1
) -> SentenceVerdict | None:
    """The verdict on an answer with a quotation, none without `quote`; the pages begin with a title of their own."""
    book = CitedBook("b", "Lease of Berth 4", tuple(Page(n, str(n), text) for n, text in enumerate(pages, 1)))
    marks = "「」" if any(sign > "\u3000" for sign in quote) else "“”"
    text = f"{answer}\n{marks[0]}{quote}{marks[1]} [p. {page}]" if quote else answer
    found = weigh_value(text, form, question, check(text, [book]), [book])
    assert all(text[each.start : each.end] == answer for each in found)
    assert len(found) < 2
    return found[0] if found else None


def verdict(question: str, form: AnswerForm, answer: str, sentence: str, *more: str) -> Verdict:
    found = weigh(question, form, answer, f"LEASE OF BERTH 4\n\n{sentence}", *more, quote=sentence)
    assert found is not None
    return found.verdict


@pytest.mark.parametrize(
    ("question", "form", "answer", "sentence"),
    [
        # English
        (SUBLET, YES_NO, "Yes", "The Tenant may sub-let the Berth."),
        (SUBLET, YES_NO, "No", "4.1 The Tenant shall not sub-let the Berth or any part of it."),
        ("Must the Tenant light the ladder?", YES_NO, "Yes", "(c) The Tenant must light the ladder."),
        (ENDS, DATE, "2028-12-31", "This lease ends on 31 December 2028."),
        (ENDS, DATE, "2028-12", "The lease ends on 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The lease begins on 1 January 2020 and ends on 31 December 2028."),
        (
            "When does the Term end?",
            DATE,
            "2033-05-29",
            "The lease begins on 1 May 2021 and the Term ends on 29 May 2033.",
        ),
        (RENT, AMOUNT, "EUR 48,000", "The yearly rent is EUR 48,000."),
        (RENT, AMOUNT, "EUR 48,000", "3.2 The Tenant shall pay to the Landlord a yearly rent of EUR 48,000.00."),
        (RENT, AMOUNT, "EUR 4800000", "The yearly rent is 4.8 million euros."),
        (RENT, AMOUNT, "EUR 48000", "The rent is € 48,000 a year."),
        (RENT, AMOUNT, "EUR 48,000", "The yearly rent is EUR 48,000 and the deposit is EUR 300."),
        (RENT, AMOUNT, "EUR 48,000", "The Tenant pays a yearly rent of EUR 48,000, payable in advance."),
        (RENT, AMOUNT, "EUR 48,000", "The Tenant pays a yearly rent of EUR 48,000 by quarterly instalments."),
        (RENT, AMOUNT, "EUR 48,000", "The yearly rent is EUR 48,000 (forty-eight thousand euros)."),
        (RENT, AMOUNT, "EUR 48,000", "The yearly rent (the “Rent”) is EUR 48,000."),
        ("How high is the rent for a year?", AMOUNT, "EUR 48,000", "The Tenant pays a yearly rent of EUR 48,000."),
        ("When does the Term end?", DATE, "2033-05-29", "The Term of this lease ends on 29 May 2033."),
        ("How much does the Tenant owe the Landlord?", AMOUNT, "EUR 400", "The Tenant owes the Landlord EUR 400."),
        (INSURES, CHOICE, "Landlord", "The Landlord insures the berth against fire and storm."),
        ("Who has to repair the crane?", CHOICE, "Tenant", "The Tenant has to repair the crane."),
        ("When was the lease signed?", DATE, "2028-12-31", "The lease was signed on 31 December 2028."),
        ("Who repairs the crane?", CHOICE, "Tenant", "The Tenant repairs the crane."),
        ("How long is the notice period?", TEXT, "12 months", "The notice period is 12 months."),
        ("Who is the tenant?", TEXT, "Anna Berg", "The tenant is Anna Berg."),
        # German
        ("Wann endet das Mietverhältnis?", DATE, "2031-03-31", "Das Mietverhältnis endet am 31. März 2031."),
        ("Wann endet der Vertrag?", DATE, "2031-03-31", "Der Vertrag beginnt am 1.4.2021 und endet am 31.3.2031."),
        ("Wie hoch ist die Miete?", AMOUNT, "EUR 48000", "Der Mieter zahlt eine Miete von 48.000,00 Euro."),
        ("Darf der Mieter untervermieten?", YES_NO, "No", "Der Mieter darf nicht untervermieten."),
        # French, Spanish, Italian
        ("Quand le bail prend-il fin ?", DATE, "2031-03-31", "Le bail prend fin le 31 mars 2031."),
        ("Quel est le loyer annuel ?", AMOUNT, "EUR 48000", "Le loyer annuel est de 48 000 euros."),
        ("¿Cuándo termina el contrato?", DATE, "2031-03-31", "El contrato termina el 31 de marzo de 2031."),
        ("¿Cuál es la renta anual?", AMOUNT, "EUR 48000", "La renta anual es de 48.000 euros."),
        ("Quando termina il contratto?", DATE, "2031-03-31", "Il contratto termina il 31 marzo 2031."),
        ("Qual è il canone annuo?", AMOUNT, "EUR 48000", "Il canone annuo è di 48.000 euro."),
        # Japanese
        ("期間はいつ終わりますか。", DATE, "2031-03-31", "期間は令和13年3月31日に終わる。"),
        ("契約はいつ終了しますか。", DATE, "2031-03-31", "第3条 本契約は、2031年3月31日に終了する。"),
        ("賃料はいくらですか。", AMOUNT, "JPY 250000", "賃料は、金二十五万円とする。"),
        ("賃借人は転貸してもよいですか。", YES_NO, "はい", "賃借人は転貸してもよい。"),
    ],
)
def test_a_sentence_about_just_what_is_asked_proves_its_value(
    question: str, form: AnswerForm, answer: str, sentence: str
) -> None:
    assert verdict(question, form, answer, sentence) is GREEN


@pytest.mark.parametrize(
    ("question", "form", "answer", "sentence"),
    [
        # The cases of the audit: a title, a condition, a negation.
        ("May the tenant sub-let without consent?", YES_NO, "Yes",
         "4.1 The Tenant shall not sub-let the Berth without the written consent of the Landlord."),
        (ENDS, DATE, "2028-12-31", "Lease of Berth 4, 31 December 2028"),
        (SUBLET, YES_NO, "Yes", "The Tenant may sub-let the Berth if the Landlord agrees."),
        (SUBLET, YES_NO, "Yes", "The Tenant may sub-let the Berth, but only to a member of the club."),
        (SUBLET, YES_NO, "Yes", "The Tenant may sub-let the Berth and shall first ask the Landlord."),
        (SUBLET, YES_NO, "No", "Unless the Landlord agrees, the Tenant may not sub-let the Berth."),
        (SUBLET, YES_NO, "Yes", "The Tenant may sub-let the store of the Berth."),
        (SUBLET, YES_NO, "Yes", "The Tenant pays the rent."),
        ("Must the Tenant light the ladder?", YES_NO, "Yes", "The Tenant may light the ladder."),
        ("May the Tenant sue the Landlord?", YES_NO, "Yes", "The Landlord may sue the Tenant."),
        # Something else than what is asked.
        (ENDS, DATE, "2028-12-31", "The sub-lease ends on 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The insurance of the lease ends on 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The lessee ends the work on 31 December 2028."),
        (ENDS, DATE, "2020-01-01", "The lease of the crane begins on 1 January 2020 and ends on 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The lease of the crane begins on 1 January 2020 and ends on 31 December 2028."),
        (ENDS, DATE, "2021-01-04", "The lease ends on 04/01/2021."),
        (ENDS, DATE, "2028-12-31", "‘The lease ends on 31 December 2028,’ says the broker."),
        (ENDS, DATE, "2028-12-31", "The lease may end on 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The lease ends by 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The first lease ends on 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The lease ends on 31 December 2028 or 30 June 2029."),
        (ENDS, DATE, "2028-12-31", "The lease ends on 31 December 2028 unless it is renewed."),
        (ENDS, DATE, "2028-12-31", "The lease would end on 31 December 2028."),
        (ENDS, DATE, "2028-12-31", "The lease ends in December 2028."),
        (RENT, AMOUNT, "EUR 48", "The yearly rent is at least EUR 48."),
        (RENT, AMOUNT, "EUR 40", "The rent is EUR 40."),
        ("How high is the rent?", AMOUNT, "EUR 40", "The additional rent is EUR 40."),
        ("How high is the rent?", AMOUNT, "EUR 40", "In winter, the rent is EUR 40."),
        ("How high is the rent?", AMOUNT, "EUR 40", "The rent is EUR 40 in winter."),
        ("How high is the rent?", AMOUNT, "EUR 40", "The rent is EUR 40 and EUR 50 from 2027."),
        ("How high is the rent?", AMOUNT, "EUR 40", "The rent is EUR 40, rising to EUR 50."),
        ("How high is the rent?", AMOUNT, "5", "The rent is 5 % of the price."),
        ("How high is the rent?", AMOUNT, "EUR 400", "Rent 4.1 The deposit is EUR 400."),
        (RENT, AMOUNT, "USD 48,000", "The yearly rent is EUR 48,000."),
        (RENT, AMOUNT, "EUR 48,000", "The yearly rent is EUR 48,000 (forty thousand euros)."),
        (RENT, AMOUNT, "EUR 48,000", "The yearly rent (of the store) is EUR 48,000."),
        ("When does the Term end?", DATE, "2033-05-29", "The Term of the old lease ends on 29 May 2033."),
        ("How much does the Tenant owe the Landlord?", AMOUNT, "EUR 400", "The Landlord owes the Tenant EUR 400."),
        ("How much does the Tenant owe?", AMOUNT, "EUR 400", "EUR 400 is owed to the Tenant."),
        (INSURES, CHOICE, "Landlord", "The Landlord insures the berth."),
        (INSURES, CHOICE, "Landlord", "The berth is insured against fire and storm for the Landlord."),
        (INSURES, CHOICE, "Landlord", "The Landlord does not insure the berth against fire and storm."),
        (INSURES, CHOICE, "Tenant", "The Landlord insures the berth against fire and storm, and the Tenant pays."),
        ("Who must the Tenant notify?", CHOICE, "Landlord", "The Landlord must notify the Tenant."),
        ("How long is the notice period?", TEXT, "12 months", "The notice period is at least 12 months."),
        ("How long is the notice period?", TEXT, "12 months", "The notice period for the Tenant is 12 months."),
        ("How long is the notice period?", TEXT, "12 months", "The Term is 12 months."),
        ("When does it end?", DATE, "2028-12-31", "It ends on 31 December 2028."),
        ("How high is the rent?", AMOUNT, "EUR 40", "His rent is EUR 40."),
        ("How high is the rent?", AMOUNT, "EUR 40", "Such rent is EUR 40."),
        ("How high is the rent?", AMOUNT, "EUR 40", "The Tenant also pays a rent of EUR 40."),
        ("Wann endet der Vertrag?", DATE, "2031-03-31", "Der Vertrag endet um den 31. März 2031."),
        ("Quel est le loyer annuel ?", AMOUNT, "EUR 48000", "Son loyer annuel est de 48 000 euros."),
        ("How high is the yearly rent?", AMOUNT, "EUR 48,000", "The yearly rent is USD 52,000."),
        ("Who is the tenant?", TEXT, "Berg", "The tenant is Anna Berg."),
        ("Who is the tenant?", TEXT, "Anna Berg", "The tenant was Anna Berg."),
        ("Who is the tenant?", TEXT, "Anna Berg", "The tenant for the day is Anna Berg."),
        ("When was the lease signed?", DATE, "2028-12-31", "The lease was to be signed on 31 December 2028."),
        ("When was the lease signed?", DATE, "2028-12-31", "The lease will be signed on 31 December 2028."),
        ("Who is the tenant?", TEXT, "Anna Berg", "The tenant is with Anna Berg."),
        (RENT, AMOUNT, "EUR 48,000", "The yearly rent is EUR 48,000 to EUR 50,000."),
        # Words that only begin alike.
        ("Wie hoch ist die Grundsteuer?", AMOUNT, "EUR 400", "Das Grundstück beträgt 400 Euro."),
        ("Wie hoch ist die Miete?", AMOUNT, "EUR 400", "Der Mieter zahlt 400 Euro."),
        ("Wie hoch ist die Miete?", AMOUNT, "EUR 400", "Die Miete beträgt höchstens 400 Euro."),
        ("Wie hoch ist die Miete?", AMOUNT, "EUR 400", "Die Untermiete beträgt 400 Euro."),
        ("Wann endet der Vertrag?", DATE, "2031-03-31", "Der Vertrag endet frühestens am 31. März 2031."),
        ("Darf der Mieter untervermieten?", YES_NO, "Yes", "Der Mieter darf mit Zustimmung untervermieten."),
        ("Quand le bail prend-il fin ?", DATE, "2031-03-31", "Le bail de la grue prend fin le 31 mars 2031."),
        ("¿Cuándo termina el contrato?", DATE, "2031-03-31", "El contrato termina antes del 31 de marzo de 2031."),
        ("Quando termina il contratto?", DATE, "2031-03-31", "Il primo contratto termina il 31 marzo 2031."),
        ("契約はいつおわりますか。", DATE, "2031-03-31", "契約は令和13年3月31日にはじまる。"),
        ("賃料はいくらですか。", AMOUNT, "JPY 250000", "冬期の賃料は、金二十五万円とする。"),
        ("賃料はいくらですか。", AMOUNT, "JPY 250000", "賃料は、約25万円とする。"),
        ("賃料はいくらですか。", AMOUNT, "JPY 250000", "賃料は、25万円からとする。"),
        ("契約はいつ終了しますか。", DATE, "2031-03-31", "契約は2031年3月31日までに終了する。"),
        ("契約はいつ終了しますか。", DATE, "2031-03-31", "契約は2031年3月31日に終了することができる。"),
        ("賃借人は転貸してもよいですか。", YES_NO, "はい", "賃借人は、貸主の承諾がある場合、転貸してもよい。"),
        ("May the tenant sublet?", YES_NO, "No", "賃借人は転貸できない。"),
    ],
)  # fmt: skip
def test_what_words_do_not_prove_is_to_be_compared(question: str, form: AnswerForm, answer: str, sentence: str) -> None:
    assert verdict(question, form, answer, sentence) is COMPARE


@pytest.mark.parametrize(
    ("question", "form", "answer", "sentence"),
    [
        (ENDS, DATE, "2029-12-31", "This lease ends on 31 December 2028."),
        (RENT, AMOUNT, "EUR 48", "The yearly rent is EUR 48,000."),
        (RENT, AMOUNT, "EUR 48,000,000", "The yearly rent is EUR 48,000."),
        (SUBLET, YES_NO, "Yes", "The Tenant shall not sub-let the Berth."),
        (INSURES, CHOICE, "Tenant", "The Landlord insures the berth against fire and storm."),
        ("Wie hoch ist die Miete?", AMOUNT, "EUR 300", "Die Miete beträgt 400 Euro."),
        ("期間はいつ終わりますか。", DATE, "2030-03-31", "期間は令和13年3月31日に終わる。"),
    ],
)
def test_a_page_that_has_another_value_in_its_place_says_otherwise(
    question: str, form: AnswerForm, answer: str, sentence: str
) -> None:
    assert verdict(question, form, answer, sentence) is OTHERWISE


@pytest.mark.parametrize(
    "other",
    [
        "The lease is extended to 31 March 2035.",
        "The lease of the store ends on 30 June 2027.",
        "The parties replace clause 2 of the lease.",
        "The Landlord may vary when the lease is to end.",
    ],
)
def test_where_another_sentence_may_answer_too_both_are_shown(other: str) -> None:
    ends = "The lease ends on 31 December 2028."
    found = weigh(ENDS, DATE, "2028-12-31", ends, other, quote=ends)
    assert found is not None
    assert (found.verdict, [each.text for each in found.evidence]) == (COMPARE, [ends, other])


def test_other_clauses_of_a_long_lease_do_not_count() -> None:
    rent = "The yearly rent is EUR 48,000."
    others = (
        "The Tenant shall not assign the lease without the consent of the Landlord while rent is due.",
        "The Tenant shall replace the lamps of the ladder each year.",
        "The deposit is EUR 900, and it is paid back within two months.",
    )
    found = weigh(RENT, AMOUNT, "EUR 48,000", rent, *others, quote=rent)
    assert found is not None
    assert found.verdict is GREEN


def test_a_value_that_another_sentence_may_have_is_not_denied() -> None:
    ends, other = "The lease ends on 31 December 2028.", "By letter the end of the lease moved to 31 December 2029."
    found = weigh(ENDS, DATE, "2029-12-31", ends, other, quote=ends)
    assert found is not None
    assert (found.verdict, [each.text for each in found.evidence]) == (COMPARE, [ends, other])


def test_a_sentence_that_takes_it_back_keeps_it_from_being_green() -> None:
    page = "The Tenant may sub-let the Berth. However, the Landlord has to agree."
    found = weigh(SUBLET, YES_NO, "Yes", page, quote="The Tenant may sub-let the Berth.")
    assert found is not None
    assert found.verdict is COMPARE


@pytest.mark.parametrize("page", [
    "LEASE\n\n2. Lease of the crane\n\nThe lease ends on 31 December 2028.",
    "LEASE\n\nThe parties struck out:\n\n- The lease ends on 31 December 2028.",
    "DRAFT LEASE\n\nThe lease ends on 31 December 2028.",
])  # fmt: skip
def test_a_heading_or_a_lead_may_say_that_it_is_about_something_else(page: str) -> None:
    found = weigh(ENDS, DATE, "2028-12-31", page, quote="The lease ends on 31 December 2028.")
    assert found is not None
    assert found.verdict is COMPARE


def test_a_clause_that_wants_a_consent_for_it_is_shown_too() -> None:
    may, wants = "The Tenant may sub-let the Berth.", "Sub-letting needs the consent of the Landlord."
    found = weigh(SUBLET, YES_NO, "Yes", may, "The rent is high.", wants, quote=may)
    assert found is not None
    assert (found.verdict, [each.text for each in found.evidence]) == (COMPARE, [may, wants])


def test_the_sign_of_a_note_is_no_digit() -> None:
    page = "The yearly rent is EUR 48,000¹."
    found = weigh(RENT, AMOUNT, "EUR 48,000", page, quote="The yearly rent is EUR 48,000")
    assert found is not None
    assert found.verdict is not OTHERWISE


def test_a_quotation_proves_only_what_is_in_it() -> None:
    page = "The yearly rent is EUR 48,000."
    found = weigh(RENT, AMOUNT, "EUR 48,000", page, quote="The yearly rent is")
    assert found is not None
    assert (found.verdict, found.on_page) == (COMPARE, page)


def test_a_quotation_on_another_page_proves_as_much_and_the_named_page_is_said() -> None:
    found = weigh(
        RENT, AMOUNT, "EUR 48,000", "A lease.", "The yearly rent is EUR 48,000.", quote="yearly rent is EUR 48,000"
    )
    assert found is not None
    assert (found.verdict, found.page, found.named) == (GREEN, 2, "1")


@pytest.mark.parametrize(("quote", "page"), [("the rent is nothing at all", 1), ("the rent is EUR 48,000", 7)])
def test_a_quotation_or_a_page_that_does_not_exist_is_nothing(quote: str, page: int) -> None:
    found = weigh(RENT, AMOUNT, "EUR 48,000", "The Berth is at the quay of the harbour.", quote=quote, page=page)
    assert found is not None
    assert (found.verdict, found.evidence, found.named) == (NOTHING, (), str(page))


def test_a_value_without_a_quotation_is_looked_for_by_words() -> None:
    rent, elsewhere = "The yearly rent is EUR 48,000.", "The Berth is at the quay."
    there, nowhere = (weigh(RENT, AMOUNT, "EUR 48,000", page) for page in (rent, elsewhere))
    assert there is not None
    assert nowhere is not None
    assert (there.verdict, there.on_page) == (COMPARE, rent)
    assert (nowhere.verdict, nowhere.evidence) == (NOTHING, ())


@pytest.mark.parametrize(
    ("question", "answer", "page", "sentence"),
    [
        (ENDS, "Not in this document", "The lease has no fixed end.", "The lease has no fixed end."),
        (ENDS, "Not in this document", "The rent is high. The lease is long.", ""),
        ("賃料はいくらですか。", "この文書にはありません", "賃料は別に定める。", "賃料は別に定める。"),
        (BIRTH, "Not in this document", "Patient Varga (born 2 May 1961).", "Patient Varga (born 2 May 1961)."),
        (BIRTH, "Not in this document", "Mr Varga is our patient since spring.", ""),
    ],
)  # fmt: skip
def test_what_is_said_not_to_be_there_is_doubted_where_a_sentence_has_the_words(
    question: str, answer: str, page: str, sentence: str
) -> None:
    found = weigh(question, DATE, answer, page)
    assert (found.on_page if found is not None else "") == sentence
    assert found is None or found.verdict is COMPARE


def test_a_currency_in_brackets_is_no_word_of_the_question() -> None:
    page = "The deposit is 1,950 euros."
    found, dollars = (weigh(f"Deposit ({name})", AMOUNT, "1950", page, quote=page) for name in ("euros", "USD"))
    absent = weigh("Deposit (in EUR)?", AMOUNT, "Not in this document", page)
    assert found is not None
    assert (found.verdict, found.on_page) == (Verdict.VERBATIM, page)
    assert dollars is not None
    assert dollars.verdict is not Verdict.VERBATIM
    assert absent is not None
    assert absent.on_page == page


def test_what_is_no_value_has_no_verdict() -> None:
    assert weigh(ENDS, DATE, "In spring", "The lease ends in spring.", quote="The lease ends in spring.") is None

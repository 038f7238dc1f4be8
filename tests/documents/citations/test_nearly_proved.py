"""Sentences from contracts, policies, minutes and manuals, most of which nearly say what is asked and do not."""

from __future__ import annotations

import pytest

from app.core.conversations.values import AnswerForm, ValueKind
from app.core.conversations.verdict import Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations.checker import check
from app.documents.citations.held_values import weigh_value

DATE, AMOUNT, TEXT, YES_NO = map(AnswerForm, (ValueKind.DATE, ValueKind.AMOUNT, ValueKind.TEXT, ValueKind.YES_NO))
PARTIES = AnswerForm(ValueKind.CHOICE, ("Buyer", "Seller"))
PARTEIEN = AnswerForm(ValueKind.CHOICE, ("Käufer", "Verkäufer"))
NEARLY = (
    ("When does the policy start?", DATE, "2027-01-01", "The policy does not start on 1 January 2027."),
    ("When does the policy start?", DATE, "2027-01-01", "Cover under the policy starts on 1 January 2027."),
    ("When does the policy start?", DATE, "2027-01-01", "The policy year starts on 1 January 2027."),
    ("When does the policy start?", DATE, "2027-01-01", "The policy starts no earlier than 1 January 2027."),
    (
        "When does the policy start?",
        DATE,
        "2027-01-01",
        "The policy starts on 1 January 2027 at the discretion of the insurer.",
    ),
    ("When does the policy start?", DATE, "2027-01-01", "Whether the policy starts on 1 January 2027 is open."),
    ("When does the policy start?", DATE, "2027-01-01", "Had the fee been paid, the policy starts on 1 January 2027."),
    ("When does the policy start?", DATE, "2027-01-01", "The policy starts on 1 January 2027?"),
    (
        "When does the policy start?",
        DATE,
        "2027-01-01",
        "“The policy starts on 1 January 2027” is what the broker said.",
    ),
    ("When does the policy start?", DATE, "2027-01-01", "The broker says that the policy starts on 1 January 2027."),
    (
        "When does the policy start?",
        DATE,
        "2027-01-01",
        "The policy starts on 1 January 2027, or when the fee is paid.",
    ),
    ("When does the policy start?", DATE, "2027-01-01", "The policy starts on 1 January 2027: see the note."),
    (
        "When does the policy start?",
        DATE,
        "2027-01-01",
        "The policy starts when work begins, on 1 January 2027 in the case of Berth 4.",
    ),
    ("When does the policy start?", DATE, "2027-01-01", "For ships, the policy starts on 1 January 2027."),
    ("When does the policy start?", DATE, "2027-01-01", "The policy is void and starts on 1 January 2027."),
    (
        "When does the policy start?",
        DATE,
        "2027-01-01",
        "The policy of the crane ends on 3 May 2029 and starts on 1 January 2027.",
    ),
    ("When was the contract signed?", DATE, "2027-01-01", "The contract was to be signed on 1 January 2027."),
    ("When was the contract signed?", DATE, "2027-01-01", "The contract will be signed on 1 January 2027."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary is EUR 4,000 gross."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary is between EUR 4,000 and EUR 5,000."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary is not EUR 4,000."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary is now EUR 4,000."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary is EUR 4,000 lower."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary is more than EUR 4,000."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary is EUR 4,000 for half the hours."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "Salary: EUR 4,000"),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary of the manager is EUR 4,000."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The manager's salary is EUR 4,000."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The base salary is EUR 4,000."),
    ("What is the salary?", AMOUNT, "EUR 4,000", "The salary increase is EUR 4,000."),
    ("What is the salary?", AMOUNT, "4,000", "The salary is 4,000 points."),
    ("What is the salary?", AMOUNT, "EUR 4", "The salary is EUR 4 million."),
    ("What is the price?", AMOUNT, "EUR 4,000", "The price is EUR 4,000, plus VAT."),
    ("What is the price?", AMOUNT, "EUR 4,000", "The price is EUR 4,000 without VAT."),
    ("What is the price?", AMOUNT, "EUR 4,000", "The price is EUR 4,000; with VAT it is EUR 4,760."),
    ("What is the price?", AMOUNT, "EUR 4,000", "The price is EUR 4,000 each."),
    ("What is the price?", AMOUNT, "EUR 4,000", "The price is EUR 4,000 less the deposit."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer pays half the costs."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer pays the costs of the notary."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer's bank pays the costs."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer pays the costs, otherwise the other party."),
    ("Who pays the costs?", PARTIES, "Buyer", "The costs are paid to the Buyer."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer may pay the costs."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer pays no costs."),
    ("Who pays the costs?", PARTIES, "Buyer", "The costs the Buyer pays."),
    ("Must the Buyer insure the goods?", YES_NO, "Yes", "The Buyer must insure the goods in transit."),
    ("Must the Buyer insure the goods?", YES_NO, "Yes", "The Buyer shall insure the goods from 2027 on."),
    ("Must the Buyer insure the goods?", YES_NO, "No", "The Buyer need not insure the goods."),
    ("May the Buyer return the goods?", YES_NO, "Yes", "The Buyer may return the goods within ten days."),
    ("May the Buyer return the goods?", YES_NO, "Yes", "The Buyer may return the goods at his cost."),
    ("May the Buyer return the goods?", YES_NO, "Yes", "The Buyer may return the goods; the Seller decides."),
    ("May the Buyer return the goods?", YES_NO, "No", "The Buyer may not only return the goods."),
    ("May the Buyer return the goods?", YES_NO, "Yes", "Some say the Buyer may return the goods."),
    ("May the Buyer return the goods?", YES_NO, "Yes", "The goods may return the Buyer."),
    ("May the Buyer return the goods to the Seller?", YES_NO, "Yes", "The Seller may return the goods to the Buyer."),
    ("Is the Buyer allowed to return the goods?", YES_NO, "Yes", "The Buyer is not allowed to return the goods."),
    ("Who is the chair?", TEXT, "Ms Weber", "The chair was Ms Weber."),
    ("Who is the chair?", TEXT, "Ms Weber", "The chair is Ms Weber or Mr Berg."),
    ("Who is the chair?", TEXT, "Ms Weber", "The chair for the day is Ms Weber."),
    ("Who is the chair?", TEXT, "Ms Weber", "The deputy chair is Ms Weber."),
    ("Who is the chair?", TEXT, "Ms Weber", "Ms Weber asks the chair."),
    ("How long is the warranty?", TEXT, "two years", "The warranty is two years from delivery."),
    ("How long is the warranty?", TEXT, "two years", "The warranty is two years longer."),
    ("How long is the warranty?", TEXT, "two years", "The warranty is less than two years."),
    ("Wer trägt die Kosten?", PARTEIEN, "Käufer", "Der Verkäufer trägt die Kosten."),
    ("Wer trägt die Kosten?", PARTEIEN, "Käufer", "Dem Käufer trägt der Dritte die Kosten."),
    ("Wie hoch ist der Kaufpreis?", AMOUNT, "EUR 4000", "Der Kaufpreis beträgt 4.000 Euro zuzüglich Umsatzsteuer."),
    ("Wie hoch ist der Kaufpreis?", AMOUNT, "EUR 4000", "Der Kaufpreis beträgt nicht 4.000 Euro."),
    ("Wie hoch ist der Kaufpreis?", AMOUNT, "EUR 4000", "Der halbe Kaufpreis beträgt 4.000 Euro."),
    ("Wann beginnt die Frist?", DATE, "2027-01-01", "Die Frist beginnt spätestens am 1. Januar 2027."),
    ("Wann beginnt die Frist?", DATE, "2027-01-01", "Die Frist beginnt, sofern bezahlt ist, am 1. Januar 2027."),
    ("Wann beginnt die Frist?", DATE, "2027-01-01", "Die Frist begann am 1. Januar 2027."),
    ("Wann beginnt die Frist?", DATE, "2027-01-01", "Die Frist des § 5 beginnt am 1. Januar 2027."),
    ("Quel est le prix ?", AMOUNT, "EUR 4000", "Le prix est de 4 000 euros hors taxes."),
    ("Quel est le prix ?", AMOUNT, "EUR 4000", "Le prix n'est pas de 4 000 euros."),
    ("Quel est le prix ?", AMOUNT, "EUR 4000", "Le prix du terrain est de 4 000 euros."),
    ("¿Cuál es el precio?", AMOUNT, "EUR 4000", "El precio no es de 4.000 euros."),
    ("¿Cuál es el precio?", AMOUNT, "EUR 4000", "El precio es de 4.000 euros más IVA."),
    ("¿Cuál es el precio?", AMOUNT, "EUR 4000", "Su precio es de 4.000 euros."),
    ("Qual è il prezzo?", AMOUNT, "EUR 4000", "Il prezzo non è di 4.000 euro."),
    ("Qual è il prezzo?", AMOUNT, "EUR 4000", "Il prezzo è di 4.000 euro oltre IVA."),
    ("Il conduttore può sublocare?", YES_NO, "Sì", "Il conduttore non può sublocare."),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "代金は4万円ではない。"),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "手付金を除く代金は4万円とする。"),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "代金は4万円（税別）とする。"),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "代金は4万円を超える。"),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "代金は4万円に消費税を加えた額とする。"),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "代金は4万円とすることを協議する。"),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "代金はたとえば4万円とする。"),
    ("買主は返品できますか。", YES_NO, "はい", "買主は返品できない。"),
    ("買主は返品してもよいですか。", YES_NO, "はい", "売主は返品してもよい。"),
    ("支払日はいつですか。", DATE, "2027-01-01", "支払日は2027年1月1日とは限らない。"),
    ("支払日はいつですか。", DATE, "2027-01-01", "支払日は2027年1月1日か2月1日とする。"),
    ("支払日はいつですか。", DATE, "2027-01-01", "支払日は2027年1月1日を予定する。"),
    ("支払日はいつですか。", DATE, "2027-01-01", "支払日は、2027年1月1日以降とする。"),
)
JUST = (
    ("When does the policy start?", DATE, "2027-01-01", "The policy starts on 1 January 2027."),
    ("What is the price?", AMOUNT, "EUR 4,000", "The price is EUR 4,000."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer pays the costs."),
    ("Who pays the costs?", PARTIES, "Buyer", "The Buyer shall pay the costs."),
    ("Who has to insure the goods?", PARTIES, "Seller", "The Seller has to insure the goods."),
    ("Must the Buyer insure the goods?", YES_NO, "Yes", "The Buyer shall insure the goods."),
    ("May the Buyer return the goods?", YES_NO, "Yes", "7. The Buyer may return the goods."),
    ("Who is the chair?", TEXT, "Ms Weber", "The chair is Ms Weber."),
    ("Wer trägt die Kosten?", PARTEIEN, "Käufer", "Der Käufer trägt die Kosten."),
    ("Wie hoch ist der Kaufpreis?", AMOUNT, "EUR 4000", "Der Kaufpreis beträgt 4.000 Euro."),
    ("Wann beginnt die Frist?", DATE, "2027-01-01", "Die Frist beginnt am 1. Januar 2027."),
    ("Muss der Käufer die Ware versichern?", YES_NO, "Yes", "Der Käufer muss die Ware versichern."),
    ("Quel est le prix ?", AMOUNT, "EUR 4000", "Le prix est de 4 000 euros."),
    ("Le locataire peut-il sous-louer ?", YES_NO, "Yes", "Le locataire peut sous-louer."),
    ("¿Puede el inquilino subarrendar?", YES_NO, "Yes", "El inquilino puede subarrendar."),
    ("¿Puede el inquilino subarrendar?", YES_NO, "No", "El inquilino no puede subarrendar."),
    ("Il conduttore può sublocare?", YES_NO, "Yes", "Il conduttore può sublocare."),
    ("Il conduttore può sublocare?", YES_NO, "No", "Il conduttore non può sublocare."),
    ("¿Cuál es el precio?", AMOUNT, "EUR 4000", "El precio es de 4.000 euros."),
    ("代金はいくらですか。", AMOUNT, "JPY 40000", "代金は、金4万円とする。"),
    ("支払日はいつですか。", DATE, "2027-01-01", "支払日は2027年1月1日とする。"),
)


def verdict(question: str, form: AnswerForm, answer: str, sentence: str) -> Verdict:
    book = CitedBook("b", "A document", (Page(1, "1", f"A DOCUMENT\n\n{sentence}"),))
    marks = "「」" if any(sign > "\u3040" for sign in sentence) else "“”"
    text = f"{answer}\n{marks[0]}{sentence}{marks[1]} [p. 1]"
    found = weigh_value(text, form, question, check(text, [book]), [book])
    return found[0].verdict if found else Verdict.UNWEIGHED


@pytest.mark.parametrize(("question", "form", "answer", "sentence"), NEARLY)
def test_a_sentence_that_nearly_says_it_is_not_green(
    question: str, form: AnswerForm, answer: str, sentence: str
) -> None:
    assert verdict(question, form, answer, sentence) is not Verdict.VERBATIM


@pytest.mark.parametrize(("question", "form", "answer", "sentence"), JUST)
def test_a_sentence_that_says_just_that_is(question: str, form: AnswerForm, answer: str, sentence: str) -> None:
    assert verdict(question, form, answer, sentence) is Verdict.VERBATIM

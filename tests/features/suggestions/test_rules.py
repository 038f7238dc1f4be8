"""Questions made of sentences and headings: grammatical ones, or none."""

from __future__ import annotations

import pytest

from app.features.suggestions.rules.candidates import GRAMMARS, candidates, language_of_passages, sentences_of
from app.features.suggestions.rules.forms import ask_of_heading, ask_of_sentence
from app.store.passages import Passage

SENTENCES = (
    ("en", "The annual maintenance fee is £ 6,200.", "How much is the annual maintenance fee?"),
    ("en", "The monthly rent is 640 euros.", "How much is the monthly rent?"),
    ("en", "The price of the Equipment was 84 euros in all.", "How much was the price of the Equipment?"),
    ("en", "The notice period is three months to the end of a year.", "How long is the notice period?"),
    ("en", "The new barrier was closed eleven times.", "How often was the new barrier closed?"),
    ("en", "The old bridge was built in 1786 by the parish.", "When was the old bridge built?"),
    (
        "en",
        "The Supplier must answer a fault report within four hours.",
        "When must the Supplier answer a fault report?",
    ),
    ("en", "A failed gauge shall be replaced within 72 hours.", "When must a failed gauge be replaced?"),
    ("en", "A party may disclose a secret if a court orders it.", "When may a party disclose a secret?"),
    ("en", "Packages should be removed when they are old.", "When should packages be removed?"),
    ("en", "If a letter is lost, the sender writes again.", "What happens if a letter is lost?"),
    ("en", "To add a book, press Ctrl+O.", "How do I add a book?"),
    ("en", "Two old pumps failed because of the water.", "Why did two old pumps fail?"),
    ("en", "The engineer Anne Kilbride closed the gate.", "Who is Anne Kilbride?"),
    ("en", "A surge is the difference between two levels.", "What is a surge?"),
    ("en", "The gauge file is used to keep all readings.", "What is the gauge file used for?"),
    ("en", "In this Agreement, “Equipment” means the tide gauges.", "What does “Equipment” mean?"),
    ("de", "Die Kaution beträgt 1.920 Euro.", "Wie hoch ist die Kaution?"),
    ("de", "Die Kündigungsfrist beträgt für den Mieter drei Monate.", "Wie lang ist die Kündigungsfrist?"),
    ("de", "Die Miete ist spätestens am dritten Werktag zu zahlen.", "Wann ist die Miete zu zahlen?"),
    (
        "de",
        "Der Vermieter muss die Kaution innerhalb von sechs Monaten nach dem Ende abrechnen.",
        "Wann muss der Vermieter die Kaution abrechnen?",
    ),
    ("de", "Der Mieter darf Hunde halten, wenn der Vermieter zustimmt.", "Wann darf der Mieter Hunde halten?"),
    ("de", "Wenn ein Brief verloren geht, schreibt man neu.", "Was geschieht, wenn ein Brief verloren geht?"),
    ("de", "Eine Kleinreparatur ist die Behebung kleiner Schäden.", "Was ist eine Kleinreparatur?"),
    ("fr", "Le loyer mensuel est de 640 euros.", "À combien s’élève le loyer mensuel ?"),
    (
        "fr",
        "Le locataire peut sous-louer le logement si le bailleur accepte.",
        "Quand est-ce que le locataire peut sous-louer le logement ?",
    ),
    ("fr", "Un paquet virtuel est un nom générique de paquets.", "Qu’est-ce qu’un paquet virtuel ?"),
    ("fr", "La distribution unstable est le lieu du développement.", "Qu’est-ce que la distribution unstable ?"),
    ("es", "El alquiler mensual es de 640 euros.", "¿A cuánto asciende el alquiler mensual?"),
    ("es", "El inquilino puede tener perros si el dueño acepta.", "¿Cuándo puede el inquilino tener perros?"),
    ("es", "Una tubería con nombre es un archivo del sistema.", "¿Qué es una tubería con nombre?"),
    ("ja", "通勤手当は、月額30,000円を上限として支給する。", "通勤手当はいくらですか。"),
    ("ja", "休憩時間は、12時から13時までの60分とする。", "休憩時間はどれくらいですか。"),
    ("ja", "始業時刻は8時30分とする。", "始業時刻は何時ですか。"),
    (
        "ja",
        "退職しようとする者は、30日前までに退職届を提出しなければならない。",
        "退職しようとする者は、いつまでに退職届を提出しなければなりませんか。",
    ),
    (
        "ja",
        "会社は、適当と認めるときは、試用期間を短縮することができる。",
        "会社は、どのような場合に試用期間を短縮することができますか。",
    ),
    ("ja", "従業員とは、会社に採用された者をいう。", "従業員とは何ですか。"),
    ("ja", "鍵を紛失した場合は、管理人に届け出てください。", "鍵を紛失した場合は、どうなりますか。"),
)
NONE = (
    ("en", "This is the first of several examples in the book."),
    ("en", "It must be removed within 30 days of the date."),
    ("en", "The same package must be built within 30 days."),
    ("en", "The result is a file with all readings."),
    ("en", "If you want a copy, write to the office."),
    ("en", "The fee (see below) is £ 6,200."),
    ("en", "Experimental is used to try new things."),
    ("en", "In this case the package should be removed if it is old."),
    ("de", "Sie beträgt 1.920 Euro."),
    ("de", "Dieser Vertrag ist ein Muster für alle."),
    ("de", "Er darf Hunde halten, wenn der Vermieter zustimmt."),
    ("fr", "Ce paquet est un nom générique de paquets."),
    ("es", "Este archivo es un resumen del sistema."),
    ("ja", "これは、次の章で述べるシステムである。"),
    ("ja", "この場合は、前項の手続をしなければならない。"),
)
HEADINGS = (
    ("en", "Why did the pumps fail?", "Why did the pumps fail?"),
    ("en", "How to get a text translated", "How do I get a text translated?"),
    ("en", "Adding a book", "How do I add a book?"),
    ("en", "What Octavo is", "What is Octavo?"),
    ("en", "What the keeper had to do", "What did the keeper have to do?"),
    ("en", "Best practices for maintainer scripts", "What are the best practices for maintainer scripts?"),
    ("en", "Termination for cause", "What does the section “Termination for cause” say?"),
    ("en", "Upgrading checklist", "What does the section “Upgrading checklist” say?"),
    ("de", "Wie Sie beitragen können", "Wie können Sie beitragen?"),
    ("de", "Rückgabe der Wohnung", "Was steht im Abschnitt „Rückgabe der Wohnung“?"),
    ("fr", "Comment choisir une distribution", "Comment choisir une distribution ?"),
    ("fr", "Choisir une distribution", "Comment choisir une distribution ?"),
    ("es", "Cerrar el intérprete", "¿Cómo cerrar el intérprete?"),
    ("ja", "削除されたファイルの復活法", "削除されたファイルの復活法を教えてください。"),
    ("ja", "在宅勤務の申請", "「在宅勤務の申請」について、何が書かれていますか。"),
)


def _common(word: str) -> bool:
    return word not in ("octavo", "debian")


@pytest.mark.parametrize(("language", "sentence", "question"), SENTENCES)
def test_a_sentence_is_asked_for(language: str, sentence: str, question: str) -> None:
    asked = ask_of_sentence(sentence, GRAMMARS[language], _common)
    assert asked is not None
    assert asked.text == question


@pytest.mark.parametrize(("language", "sentence"), NONE)
def test_what_points_elsewhere_makes_no_question(language: str, sentence: str) -> None:
    assert ask_of_sentence(sentence, GRAMMARS[language], _common) is None


@pytest.mark.parametrize(("language", "heading", "question"), HEADINGS)
def test_a_heading_is_asked_for(language: str, heading: str, question: str) -> None:
    asked = ask_of_heading(heading, GRAMMARS[language], _common)
    assert asked is not None
    assert asked.text == question


@pytest.mark.parametrize("heading", ["Its purpose", "ÜBERBLICK", "NAME", "git-buildpackage", "(from old manual)"])
def test_a_heading_that_names_nothing_is_not_asked_for(heading: str) -> None:
    assert ask_of_heading(heading, GRAMMARS["en"], _common) is None


def test_a_book_is_named_in_the_question() -> None:
    asked = [
        GRAMMARS[language].name_book(question, "A")
        for language, question in (
            ("en", "Who is B?"),
            ("de", "Wer ist B?"),
            ("es", "¿Qué es B?"),
            ("ja", "Bとは何ですか。"),
        )
    ]
    assert asked == [
        "According to “A”, who is B?",
        "Laut „A“: Wer ist B?",
        "Según «A», ¿qué es B?",
        "「A」では、Bとは何ですか。",
    ]


def test_abbreviations_and_lines_end_no_sentence() -> None:
    text = "The fee is paid, e.g. by card,\nwithin a week. A second one follows here.\n\n- A third is in a list."
    assert list(sentences_of(text, "en")) == [
        "The fee is paid, e.g. by card, within a week.",
        "A second one follows here.",
        "A third is in a list.",
    ]


def _passage(text: str, heading: str, page: int = 1) -> Passage:
    return Passage("book", page, "", text, 0, len(text), heading)


def test_what_belongs_to_a_book_and_is_not_its_matter_is_not_asked_for() -> None:
    matter = "The annual fee is £ 6,200. It is paid in the spring of the year and not in the autumn."
    passages = [
        _passage(f"{heading}\n{matter.replace('annual', f'{name} annual')}", heading)
        for heading, name in (
            ("Contents", "first-rate"),
            ("Copyright", "copied"),
            ("GNU General Public License", "free"),
            ("Index", "listed"),
            ("1 Dues", "usual-looking"),
        )
    ]
    passages.append(_passage("All rights reserved. The printed edition is a book of 300 pages.", "2 About"))
    found = candidates(passages, (), "en", passages)
    assert [each.candidate.text for each in found] == ["How much is the usual-looking annual fee?"]


def test_a_heading_that_comes_twice_is_not_asked_for() -> None:
    body = "\nThey follow here, in the order in which they were written down by those who were there in the year."
    passages = [_passage(f"Rules of conduct{body}", "Rules of conduct"), _passage(f"On trains{body}", "On trains")]
    passages.append(_passage(f"Rules of conduct{body}", "Rules of conduct", 2))
    found = candidates(passages, (), "en", passages)
    assert [each.candidate.about for each in found] == ["On trains"]


def test_only_languages_that_are_known_are_asked_in() -> None:
    dutch = "De huurder moet de woning binnen dertig dagen na het einde van de huur schoon opleveren."
    assert language_of_passages([_passage("Il canone è di 640 euro al mese e si paga con la prima rata.", "")]) == ""
    assert language_of_passages([_passage(dutch, "")]) in ("", "de", "en")
    assert candidates([_passage(dutch, "")], (), "nl", ()) == []

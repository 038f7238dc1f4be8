"""Stand-ins are put in and taken out to the letter, whole, in pieces, and in the ways in which models write them."""

from __future__ import annotations

import pytest

from app.features.pseudonyms.data import NamedKind, Pseudonym
from app.features.pseudonyms.finding import find
from app.features.pseudonyms.pseudonyms import made_for
from app.features.pseudonyms.stand_ins import Replacer, Restorer, language_tag
from tests.tools.benchmarks import leaving_names

_SMITH = Pseudonym(1, NamedKind.PERSON, "John Smith", "[Person 1]")
_SURNAME = Pseudonym(2, NamedKind.PERSON, "Smith", "[Person 1b]")
_MAIL = Pseudonym(3, NamedKind.EMAIL, "js@example.org", "[E-mail 1]")
_USED = (_SMITH, _SURNAME, _MAIL)

_TEXT = """\
From: "Anna Berg" <anna@example.org>
To: John Smith <john@example.com>

Mr Smith, born on 4 March 1970, wrote at last to Anna
Berg of Marlow Rigging Ltd; Smith's answer [p. 12] names Marlow Rigging, SMITH and Smithfield. See [Person 1] and
Person 2 of the form. In May, Mrs May paid.
"""


def test_the_longest_is_replaced_as_a_whole_word() -> None:
    replaced, used = Replacer(_USED).replaced("John Smith, Smith’s son; Smithson and js@example.org.")
    assert replaced == "[Person 1], [Person 1b]’s son; Smithson and [E-mail 1]."
    assert used == {1, 2, 3}


def test_a_page_mark_keeps_its_page() -> None:
    number = Pseudonym(1, NamedKind.WORD, "12", "[Word 1]")
    assert Replacer([number]).replaced("12 of [p. 12] and [Lease 12, p. 12]")[0] == (
        "[Word 1] of [p. 12] and [Lease [Word 1], p. 12]"
    )


@pytest.mark.parametrize(
    "written",
    [
        "[Person 1]",
        "[person 1]",
        "[Person  1]".replace("  ", " "),
        "[ Person 1 ]",
        "[Person1]",
        "Person 1",
        "［Person 1］",
    ],
)
def test_a_model_may_write_them_otherwise(written: str) -> None:
    assert Restorer(_USED).restored(f"So {written} pays.") == "So John Smith pays."


def test_what_was_never_made_stays() -> None:
    text = "[Person 7], [Person 1c], Person 12 and [p. 1]; Persona 1"
    assert Restorer(_USED).restored(text) == text


@pytest.mark.parametrize("size", [1, 2, 3, 5, 11])
def test_one_that_is_cut_in_pieces_comes_back_whole(size: int) -> None:
    text = "Then [Person 1b] wrote “[Person 1] pays” [p. 1] to [E-mail 1], and Person 1 went. [Person"
    restorer = Restorer(_USED)
    pieces = [restorer.feed(text[at : at + size]) for at in range(0, len(text), size)]
    restored = "".join((*pieces, restorer.end()))
    assert restored == "Then Smith wrote “John Smith pays” [p. 1] to js@example.org, and John Smith went. [Person"


def test_nothing_is_held_that_can_be_no_stand_in() -> None:
    assert Restorer(_USED).feed("The tenant pays [p. 1].") == "The tenant pays [p. 1]."


@pytest.mark.parametrize(
    ("text", "tag", "name"),
    [
        (_TEXT, "en", "[Person 1]"),
        ("Herr Dr. Weber und die Frau von Stein sind nicht hier, und das ist so.", "de", "[Person 1]"),
        ("田中太郎様は、株式会社北海商事の担当者です。電話 03-3212-1234 にかけてください。", "ja", "[人物1]"),
    ],
)
def test_a_text_comes_back_and_its_names_do_not_leave(text: str, tag: str, name: str) -> None:
    assert language_tag([text]) == tag
    made = made_for(find([text]), (), [text])
    assert made
    replaced, _used = Replacer(made).replaced(text)
    assert name in replaced
    for each in made:
        assert each.kind is NamedKind.WORD or not Replacer([each]).replaced(replaced)[1]
    assert " ".join(Restorer(made).restored(replaced).split()) == " ".join(text.split())


def test_a_text_that_has_stand_ins_of_its_own_comes_back() -> None:
    made = made_for(find([_TEXT]), (), [_TEXT])
    texts = {each.text: each for each in made}
    assert texts["[Person 1]"].kind is NamedKind.WORD
    assert texts["Person 2"].kind is NamedKind.WORD
    assert texts["Smith"].stand_in.startswith(texts["John Smith"].stand_in[:-1])
    assert "May" not in texts, "a month is no name by itself"


def test_what_is_found_of_texts_whose_names_are_known() -> None:
    marked, found, missed, wrong = leaving_names.measure()
    assert wrong == []
    assert found.total() >= marked.total() - 4, missed


def test_a_name_in_the_genitive_is_replaced_too_and_comes_back() -> None:
    text = "Frau Dr. Weber schreibt. Webers Vertrag ist das, und nicht der von Petra Kleins Bruder. Petra Klein lacht."
    made = made_for(find([text]), (), [text])
    replaced, _used = Replacer(made).replaced(text)
    assert "Weber" not in replaced
    assert "Klein" not in replaced
    assert Restorer(made).restored(replaced) == text
    assert Restorer(made).restored("[Person 1]s Vertrag") == "Webers Vertrag"


def test_a_first_name_that_nobody_knows_is_found_by_a_last_name_and_not_where_a_sentence_begins() -> None:
    text = "Does Smith pay? Mr John Smith and his brother, Aloysius Smith, went. But Smith stayed."
    assert [forms[0].text for forms in find([text])] == ["John Smith", "Aloysius Smith"]

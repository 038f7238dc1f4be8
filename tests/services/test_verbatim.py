"""Where answers in the documents' own words are wanted, and where a model can be held to them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.settings import AnswerWords
from app.services.verbatim import is_possible, is_wanted
from tests.ui.fakes import SCOUT

ELSEWHERE = msgspec.structs.replace(SCOUT, path="https://models.example.org", host="models.example.org")


@pytest.mark.parametrize(
    ("words", "judges", "wanted"),
    [
        (AnswerWords.AUTOMATIC, True, False),
        (AnswerWords.AUTOMATIC, None, False),
        (AnswerWords.AUTOMATIC, False, True),
        (AnswerWords.DOCUMENTS, True, True),
        (AnswerWords.DOCUMENTS, False, True),
        (AnswerWords.FREE, False, False),
    ],
)
def test_automatic_asks_what_the_model_is_worth(words: AnswerWords, judges: bool | None, wanted: bool) -> None:
    assert is_wanted(words, SCOUT, lambda: judges) is wanted


@pytest.mark.parametrize("words", AnswerWords)
def test_a_server_the_starter_and_no_model_are_never_held(words: AnswerWords, starter: Path) -> None:
    for model in (None, ELSEWHERE, msgspec.structs.replace(SCOUT, path=str(starter))):
        assert not is_possible(model)
        assert not is_wanted(words, model, lambda: False)
    assert is_possible(SCOUT)


@pytest.mark.parametrize("words", [AnswerWords.FREE, AnswerWords.DOCUMENTS])
def test_the_file_of_the_model_is_read_only_where_that_decides(words: AnswerWords) -> None:
    def read() -> bool:
        raise AssertionError("nobody wants to know")

    is_wanted(words, SCOUT, read)

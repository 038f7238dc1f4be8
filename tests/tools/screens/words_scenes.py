"""Scenes of the switch in the composer: in whose words the next answer is written."""

from __future__ import annotations

from app.core.settings import AnswerWords, ThemeChoice
from tests.tools.screens.stage import Stage, japanese
from tests.ui.room import LEASE, LETTERS

_QUESTION = "When must the tenant give notice to leave?"
_ANSWER = (
    "The Tenant shall give notice to end the Term not less than twelve months before the end of the then current Term"
    " [Harbour Lease, consolidated, p. 87].\n\n"
    "For Berths 4 to 7 the notice period is shortened to nine months [Side letters 2019–2024, p. 22]."
)


def _open(stage: Stage, theme: ThemeChoice = ThemeChoice.LIGHT, size: tuple[int, int] = (1440, 900)) -> None:
    stage.desk.settings.change("answer_words", AnswerWords.DOCUMENTS)
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.answers = [(_ANSWER,)]
    stage.open(theme=theme, size=size)
    stage.ask(_QUESTION)


def words_switch(stage: Stage) -> None:
    _open(stage)


def words_switch_dark(stage: Stage) -> None:
    """In a small window where a page is open, it is one button."""
    _open(stage, ThemeChoice.DARK, (1024, 700))
    stage.window.toggle_page()
    stage.settle()


def words_switch_japanese(stage: Stage) -> None:
    with japanese():
        stage.window.talk.composer.show_tools()
        _open(stage)


WORDS_SCENES = (words_switch, words_switch_dark, words_switch_japanese)

"""Scenes of what is said about an answer's sentences: a verdict on each, and the page's own words on a card."""

from __future__ import annotations

from app.core.settings import ThemeChoice
from app.ui.chat.text.chip import ChipButton
from tests.tools.screens.stage import Stage, japanese
from tests.ui.room import LEASE, LETTERS

_ASKED = "When must the tenant give notice to leave, and does a side letter change it?"
_ANSWER = (
    "The Tenant shall give notice to end the Term not less than twelve months before the end of the then current Term"
    " [Harbour Lease, p. 87]. The Tenant may keep a small workboat next to its Berth for free [Harbour Lease, p. 40]."
    "\n\n"
    "The side letter of 3 May 2021 shortens the notice period to nine months for all Berths [Side letters 2019–2024,"
    " p. 22]. For Berths 4 to 7 the notice period is shortened to six months [Side letters 2019–2024, p. 22]. Marlow"
    " heard so in person.\n\n"
    "- The Tenant must end the Term in writing to the Harbour Office, by post [Harbour Lease, p. 88].\n"
    "- **Rent** is due on the first working day of each quarter.\n"
)
_SURE = {"small workboat": 4.0}


def _verdicts(
    stage: Stage, card: str = "", theme: ThemeChoice = ThemeChoice.LIGHT, size: tuple[int, int] = (1440, 900)
) -> None:
    """`card`: the words of the chip whose card is shown."""
    stage.engine.weighs, stage.engine.weights = True, _SURE
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.answers = [(_ANSWER,)]
    stage.open(theme=theme, size=size)
    stage.ask(_ASKED)
    stage.settle()
    chips = [stop for stop in stage.last_answer().stops() if isinstance(stop, ChipButton)]
    chip = next((chip for chip in chips if card and card in chip.text()), None)
    if chip is not None:
        chip.click()
        stage.settle()
        chip.show_card()
        stage.settle()


def verdicts(stage: Stage) -> None:
    _verdicts(stage)


def verdicts_card(stage: Stage) -> None:
    _verdicts(stage, "compare")


def verdicts_dark(stage: Stage) -> None:
    _verdicts(stage, "otherwise", ThemeChoice.DARK)


def verdicts_small(stage: Stage) -> None:
    _verdicts(stage, "seems", size=(1024, 700))


def verdicts_japanese(stage: Stage) -> None:
    with japanese():
        _verdicts(stage, "要比較")


CLAIM_SCENES = (verdicts, verdicts_card, verdicts_dark, verdicts_small, verdicts_japanese)

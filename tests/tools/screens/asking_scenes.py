"""Scenes of asking many documents: the scope, a plan, its list, and what is said below the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.core.conversations.conversation import MatterScope
from app.core.documents.document import Document, Format, Page
from app.core.settings import ThemeChoice
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui.fakes import SCOUT

_ASKED = "When does the lease of the warehouse end, and who has to give notice?"
_ANSWER = (
    "The lease ends in March: “The lease of the warehouse ends on 31 March 2027” [Lease of the warehouse, p. 1]."
    " Notice is the tenant’s: “The tenant gives notice of the end of the lease to the Harbour Office”"
    " [Side letter of 3 May 2021, p. 1]."
)
_FILLER = "The river went by the town and nobody looked at it for long, since there was much else to do. " * 24
_SAYS = {
    "Lease of the warehouse": "The lease of the warehouse ends on 31 March 2027. The tenant has to give notice.",
    "Side letter of 3 May 2021": "The tenant gives notice of the end of the lease to the Harbour Office.",
    "Minutes of the harbour board, March 2024": "The board asked when the lease of the warehouse ends.",
    "Tanaka to Meyer, 12 March 2025": "Who has to give notice for the warehouse, and when?",
    "Survey of the quay walls": "The wall behind the warehouse was measured twice.",
    "Insurance of the dry dock, terms and conditions with all annexes": "Notice of damage is due at once.",
    "倉庫賃貸借契約書": "The lease of the warehouse, in translation.",
}
_OTHERS = ("Invoice", "Delivery note", "Letter of the port authority", "Protocol", "Memorandum", "Offer")


def _documents() -> Iterator[Document]:
    titles = [*_SAYS, *(f"{_OTHERS[n % len(_OTHERS)]} {2019 + n // 12}-{n % 12 + 1:02}" for n in range(64))]
    for number, title in enumerate(titles):
        pages = (Page(1, "1", _SAYS.get(title, _FILLER)), Page(2, "2", _FILLER), Page(3, "3", _FILLER))
        yield Document(title, Format.PDF, f"{number:064x}", pages)


def _open(stage: Stage, theme: ThemeChoice = ThemeChoice.LIGHT, size: tuple[int, int] = (1440, 900)) -> None:
    stage.engine.info = msgspec.structs.replace(SCOUT, context_tokens=16_384)
    stage.engine.answers = [(_ANSWER,)]
    for number, document in enumerate(_documents()):
        stage.fake.books.add(document, Path(f"/home/me/harbour/{number}.pdf"))
    stage.add_conversation("Side letters", days_ago=2)
    talk = stage.add_conversation("")
    stage.desk.conversations.set_scope(talk.id, MatterScope())
    stage.open(theme=theme, size=size)


def asking_all_scope(stage: Stage) -> None:
    _open(stage)


def asking_all_start(stage: Stage) -> None:
    """A new conversation, which may ask all documents."""
    _open(stage)
    stage.presenter.talk_area.asking.planning.toggle()
    stage.settle()


def asking_all_planned(stage: Stage) -> None:
    _open(stage)
    stage.ask(_ASKED)


def asking_all_planned_dark(stage: Stage) -> None:
    _open(stage, ThemeChoice.DARK, (1024, 700))
    stage.ask(_ASKED)


def asking_all_plan(stage: Stage) -> None:
    asking_all_planned(stage)
    stage.window.talk.composer.scope.button.click()
    stage.settle()


def asking_all_plan_dark(stage: Stage) -> None:
    asking_all_planned_dark(stage)
    stage.window.talk.composer.scope.button.click()
    stage.settle()


def asking_all_plan_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        asking_all_plan(stage)
    finally:
        use_language("en")


def asking_all_plan_wide(stage: Stage) -> None:
    _open(stage, size=(2560, 1440))
    stage.ask(_ASKED)
    stage.window.talk.composer.scope.button.click()
    stage.settle()


def asking_all_plan_large(stage: Stage) -> None:
    asking_all_plan(stage)


def asking_all_answered(stage: Stage) -> None:
    _open(stage)
    stage.ask(_ASKED)
    stage.ask(_ASKED)


ASKING_SCENES = (
    asking_all_scope,
    asking_all_start,
    asking_all_planned,
    asking_all_planned_dark,
    asking_all_plan,
    asking_all_plan_dark,
    asking_all_plan_japanese,
    asking_all_plan_wide,
    asking_all_plan_large,
    asking_all_answered,
)
ASKING_SCALED = {"asking-all-plan-large": "2"}

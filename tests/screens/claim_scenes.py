"""Scenes of what is said about an answer beyond its quotations: related pages, what differs, what was not found, and
how sentences were weighed."""

from __future__ import annotations

from app.core.settings import ThemeChoice
from app.wording.i18n import use_language
from tests.screens.stage import Stage
from tests.ui.room import LEASE, LETTERS

_ASKED = (
    "When must the tenant give notice to leave?",
    "And when is rent due?",
    "May the tenant sublet a berth?",
    "What about workboats?",
)
_ANSWERS = (
    "The Tenant shall give notice to end the Term not less than twelve months before the end of the then current Term"
    " [Harbour Lease, p. 88]. Notice by e-mail alone has full effect [Harbour Lease, p. 88].",
    "Rent falls due on the first working day of every quarter, with interest from the eighth day on.",
    "The tenant may not sublet a berth without the written consent of the harbour master.",
    "One may lie beside each of them for nothing [p. 40].",
)


def _claims(stage: Stage, theme: ThemeChoice = ThemeChoice.LIGHT) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.answers = [(answer,) for answer in _ANSWERS]
    stage.open(theme=theme)
    for question in _ASKED:
        stage.ask(question)


def claims(stage: Stage) -> None:
    _claims(stage)


def claims_dark(stage: Stage) -> None:
    _claims(stage, ThemeChoice.DARK)


def claims_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _claims(stage)
    finally:
        use_language("en")


def _weighed(stage: Stage, theme: ThemeChoice = ThemeChoice.LIGHT) -> None:
    stage.engine.weighs = True
    stage.engine.weights = {"twelve months before": 4.0, "has full effect": -4.0, "eighth day": 4.0}
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.answers = [(f"{_ANSWERS[0]} {_ANSWERS[1]} Elephants sleep standing up in winter.",)]
    stage.open(theme=theme)
    stage.ask(_ASKED[0])


def weighed(stage: Stage) -> None:
    _weighed(stage)


def weighed_dark(stage: Stage) -> None:
    _weighed(stage, ThemeChoice.DARK)


def weighed_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _weighed(stage)
    finally:
        use_language("en")


CLAIM_SCENES = (claims, claims_dark, claims_japanese, weighed, weighed_dark, weighed_japanese)

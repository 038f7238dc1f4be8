"""What presenters have in common: a word for what went wrong, and handlers for the ends of work."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.core.errors import Problem
from app.wording.errors import sentence


class Presenter(QObject):
    failed = Signal(str)  # a sentence about something that went wrong

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(sentence(problem))

    @Slot(object)
    def _ignore(self, outcome: object) -> None:
        """Nothing follows from it; where it is a problem, it is shown elsewhere, or nobody misses the result."""

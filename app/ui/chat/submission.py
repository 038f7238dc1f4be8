"""A question on its way from where it is written to the engine, and who may stop it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol, TypeAlias

from app.core.conversations.conversation import MatterScope, Question, Turn
from app.ui.chat.question_queue import QueuedQuestion


class AnswerWay(Enum):
    """A kind of text from which an answer is made."""

    WHOLE = auto()  # the books
    PARTS = auto()  # notes on their parts
    EXCERPTS = auto()  # passages of them


@dataclass(frozen=True, kw_only=True)
class Submission(QueuedQuestion):
    """A question that was written and sent, with what is known of it so far: it is planned, looked through, held and
    asked, in this order. `turns` are those that it follows; `scope` is what it asks besides its books."""

    question: Question
    turns: tuple[Turn, ...]
    scope: MatterScope | None

    def says(self, other: Submission) -> bool:
        """Return whether both questions say the same to a server, apart from books that came on the desk between
        them."""
        mine, theirs = self.question, other.question
        return (mine.text, mine.images, mine.plan) == (theirs.text, theirs.images, theirs.plan)


@dataclass(frozen=True, kw_only=True)
class AskedAgain(QueuedQuestion):
    """The kept question `question_id` is to be asked once more."""

    question_id: str
    way: AnswerWay


GoOn: TypeAlias = Callable[[Submission], None]


class Gate(Protocol):
    """Somebody who may want to ask the person something before a question is asked."""

    def look_through(self, submission: Submission, go_on: GoOn) -> None:
        """Call `go_on`, at once or when the person has decided, with the question as it is by then; never where the
        person decides against it."""

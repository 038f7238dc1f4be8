"""A desk whose answers were written beforehand, by no model."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import msgspec

from app.core.conversations.conversation import Ending, Question
from app.core.machine.paths import Paths
from tests.whole import open_desk


def write(data: Path, answers: Mapping[str, str]) -> None:
    """A conversation for each title, with one question and this answer."""
    with closing(open_desk(Paths(data))) as desk:
        for title, text in answers.items():
            talk = desk.conversations.create(title, ())
            asked = desk.conversations.add_question(Question(talk.id, "When?"))
            answer = desk.conversations.begin_answer(asked.id, "tiny")
            desk.conversations.save_answer(msgspec.structs.replace(answer, text=text, ending=Ending.COMPLETE))

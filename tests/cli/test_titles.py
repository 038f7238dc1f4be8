"""`octavo ask` has its conversation named after the last answer."""

from __future__ import annotations

from pathlib import Path

from app.cli.answers import JsonAnswers
from app.cli.ask import Asker, asking_with
from app.core.conversation import Question
from app.core.work import Cancel
from tests.ui.fakes import ScriptedEngine, open_desk


def test_the_conversation_is_named_with_the_settings_of_the_command_line(tmp_path: Path) -> None:
    fake = open_desk(tmp_path / "desk", ScriptedEngine(title="Notice period"))
    try:
        talk = fake.desk.conversations.create()
        asking = Asker(asking_with(fake.desk.ask, fake.desk), JsonAnswers({}), Cancel())
        answer = asking.put(Question(talk.id, "How long before the end do I have to say that I am moving out?"))
        asking.title(answer)
        assert [each.title for each in fake.desk.conversations.all()] == ["Notice period"]
    finally:
        fake.desk.close()

"""The trial of an installed package knows by the log how far the program is."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path

import pytest

from app.core.conversations.conversation import Question
from app.core.work import Cancel
from tests.ui.fakes import ScriptedEngine, open_desk
from tests.work import answered

PERSON = Path(__file__).parents[2] / "packaging" / "trial" / "person.py"


def test_what_the_trial_waits_for_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spec = importlib.util.spec_from_file_location("person", PERSON)
    assert spec is not None
    assert spec.loader is not None
    person = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(person)
    fake = open_desk(tmp_path / "desk", ScriptedEngine())
    talk = fake.desk.conversations.create()
    with caplog.at_level(logging.INFO):
        answered(fake.desk.asking.ask.ask(Question(talk.id, "Why?"), Cancel()))
    fake.desk.close()
    lines = [f"INFO {record.name} {record.getMessage()}" for record in caplog.records]
    assert any(person.ANSWERED in line for line in lines), lines
    assert f"grep '{person.ANSWERED}'" in PERSON.with_name("try.sh").read_text("utf-8")

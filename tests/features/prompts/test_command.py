"""`octavo prompts`: instructions and saved prompts as text."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Octavo


def test_prompts_leave_and_come_as_text(octavo: Octavo, tmp_path: Path) -> None:
    desk, file = ("--data-dir", tmp_path / "desk"), tmp_path / "prompts.txt"
    file.write_text("Be brief.\n\n# Dates /d\n\nList all dates.\n", encoding="utf-8")
    assert octavo("prompts", *desk, "--import", file)[:2] == (0, "1 prompt was imported\n")
    assert octavo("prompts", *desk)[:2] == (0, "Be brief.\n\n# Dates /d\n\nList all dates.\n")
    code, out, _told = octavo("prompts", *desk, "--json")
    assert (code, json.loads(out)["prompts"]) == (0, [{"name": "Dates", "shortcut": "d", "text": "List all dates."}])


def test_without_prompts_that_is_said(octavo: Octavo, tmp_path: Path) -> None:
    code, out, err = octavo("prompts", "--data-dir", tmp_path)
    assert (code, out, err) == (0, "", "octavo: There are no saved prompts, and no instructions.\n")

"""`octavo kept`: what is kept of a person."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from app.core.machine.paths import Paths
from tests.cli.conftest import Octavo
from tests.whole import open_desk


def test_what_is_kept_is_listed_with_what_deletes_it(octavo: Octavo, tmp_path: Path) -> None:
    desk, file = tmp_path / "desk", tmp_path / "kept.csv"
    with contextlib.closing(open_desk(Paths(desk))) as opened:
        opened.conversations.create("Zweig and the rent")
    code, out, _err = octavo("kept", "zweig", "--data-dir", str(desk), "--export", str(file))
    assert code == 0
    assert "Zweig and the rent · 1 place" in out
    assert "Delete the conversation or the table and empty the bin." in out
    assert "Encrypted database" in out
    assert "Zweig and the rent" in file.read_text("utf-8")
    assert "Nothing has the name" in octavo("kept", "Nemo", "--data-dir", str(desk))[1]
    found = json.loads(octavo("kept", "Zweig", "--json", "--all-matters", "--data-dir", str(desk))[1])
    assert found["desks"][0]["places"][0]["where"] == "conversations"
    assert octavo("kept", "--data-dir", str(desk))[0] == 2
    assert "Conversations: 1" in octavo("kept", "--all-matters", "--data-dir", str(desk))[1]

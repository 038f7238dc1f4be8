"""`octavo bin`: what was deleted is listed, restored, and deleted for good."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from app.core.conversations.bin import BinKind
from app.core.errors import Code
from app.core.machine.paths import Paths
from tests.cli.conftest import Octavo
from tests.said import says
from tests.whole import open_desk


def _delete(folder: Path, *titles: str) -> list[str]:
    """Conversations of these titles; the ids of their entries."""
    with contextlib.closing(open_desk(Paths(folder))) as desk:
        entries = [
            desk.documents.removal.delete(BinKind.CONVERSATION, desk.conversations.create(title).id) for title in titles
        ]
    return [entry.id for entry in entries if entry is not None]


def _kept(folder: Path) -> list[str]:
    with contextlib.closing(open_desk(Paths(folder))) as desk:
        return [conversation.title for conversation in desk.conversations.all()]


def test_what_was_deleted_is_listed_restored_and_emptied(octavo: Octavo, tmp_path: Path) -> None:
    first, _second = _delete(tmp_path, "Wharf\x1b[2J", "Berths")
    code, out, _err = octavo("bin", "--data-dir", tmp_path)
    assert code == 0
    assert f"{first[:8]}  Wharf\ufffd[2J\n          Conversation · deleted on " in out
    assert out.count("30 days left") == 2
    code, out, _err = octavo("bin", "--json", "--data-dir", tmp_path)
    assert [entry["title"] for entry in json.loads(out)["entries"]] == ["Berths", "Wharf\x1b[2J"]
    code, out, _err = octavo("bin", "--restore", first[:8], "--data-dir", tmp_path)
    assert (code, out) == (0, "“Wharf\ufffd[2J” was restored.\n")
    assert _kept(tmp_path) == ["Wharf\x1b[2J"]
    code, _out, err = octavo("bin", "--restore", first, "--data-dir", tmp_path)
    assert code == 3
    assert says(err, Code.BIN_ENTRY_UNKNOWN, name=first)
    assert octavo("bin", "--empty", "--data-dir", tmp_path)[:2] == (0, "1 item was deleted permanently.\n")
    assert octavo("bin", "--data-dir", tmp_path) == (0, "", "octavo: The bin is empty.\n")

"""`octavo record`: listed, exported, and checked."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from app.core.conversations.bin import BinKind
from app.core.machine.paths import Paths
from app.core.record import Happening, RecordKind
from tests.cli.conftest import Octavo
from tests.whole import open_desk


def test_a_record_is_listed_exported_and_verified(octavo: Octavo, tmp_path: Path) -> None:
    desk, file = tmp_path / "desk", tmp_path / "record.csv"

    def run(*words: str) -> tuple[int, str, str]:
        return octavo("record", *words, "--data-dir", str(desk))

    assert run() == (0, "", "octavo: The record has no entries.\n")
    assert run("--verify")[:2] == (0, "The record has no entries.\n")
    with contextlib.closing(open_desk(Paths(desk))) as opened:
        asked = Happening(RecordKind.ANSWER, "c", ("ab" * 32,), "Scout\x1b[2J", "", "models.example.org", "complete")
        opened.record.note(asked)
        talk = opened.conversations.create("Wharf")
        opened.documents.removal.delete(BinKind.CONVERSATION, talk.id)
    code, out, _err = run()
    assert code == 0
    assert "Answer: complete · 1 document · Scout [2J on models.example.org" in out
    assert "Moved to the bin: Conversation" in out
    assert "Wharf" not in out
    assert [each["kind"] for each in json.loads(run("--json", "--kind", "answer")[1])["entries"]] == ["answer"]
    assert run("--since", "2999-01-01")[1] == ""
    assert run("--since", "yesterday")[0] == 2
    assert "3 entries are in" in run("--export", str(file))[1]
    assert run("--export", str(tmp_path / "record.pdf"))[0] == 2
    code, out, _err = run("--verify")
    assert (code, out.splitlines()[0]) == (
        0,
        "Whole: all 3 entries are as they were written. This desk has sealed them.",
    )
    assert json.loads(run("--verify", str(file), "--json")[1])["sealed"] is True
    file.write_text(file.read_text("utf-8").replace("complete", "failed"), "utf-8")
    assert run("--verify", str(file))[:2] == (3, "Changed at entry 2: it is not what was written.\n")
    with contextlib.closing(open_desk(Paths(desk))) as opened:
        opened.database.run("DELETE FROM record_entries WHERE number = 2")
    assert run("--verify")[:2] == (3, "Entry 2 was removed.\n")
    code, out, _err = run("--export", str(file))
    assert (code, out.splitlines()[1]) == (3, "Entry 2 was removed.")


def test_settings_that_matter_are_recorded_with_texts_if_allowed(octavo: Octavo, tmp_path: Path) -> None:
    for words in (("use_bin", "off"), ("theme", "dark"), ("record_texts", "on")):
        assert octavo("settings", *words, "--data-dir", str(tmp_path))[0] == 0
    with contextlib.closing(open_desk(Paths(tmp_path))) as opened:
        opened.record.note(Happening(RecordKind.EXPORT, "c", text="Wharf"))
    out = octavo("record", "--data-dir", str(tmp_path))[1]
    assert "Setting: Keep what you delete in the bin: Off" in out
    assert "Appearance" not in out
    assert "Wharf" in out

"""`octavo cite`: references are printed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Octavo


def test_references_are_printed(octavo: Octavo, tmp_path: Path) -> None:
    mail = tmp_path / "notice.eml"
    mail.write_bytes(
        b"From: Ann Marlow <a@x.org>\nDate: Thu, 12 Mar 2026 09:30:00 +0000\nSubject: Notice\n\nWe leave.\n"
    )
    plain = tmp_path / "plain.txt"
    plain.write_text("Nobody wrote this.\n", encoding="utf-8")
    command = ("cite", "--data-dir", tmp_path / "desk")
    assert octavo(*command) == (0, "", "octavo: No document says who wrote it, or when.\n")
    code, out, _err = octavo(*command, "--document", mail, "--document", plain)
    assert code == 0
    assert out.startswith(
        "@misc{marlow2026notice,\n  author = {Marlow, Ann},\n  title = {{Notice}},\n  year = {2026},\n"
    )
    assert "@misc{plain,\n  title = {{plain}}\n}" in out
    assert [item["type"] for item in json.loads(octavo(*command, "--style", "csl")[1])] == ["personal_communication"]
    assert octavo(*command, "--style", "text")[1] == "Ann Marlow (2026-03-12): Notice.\n"

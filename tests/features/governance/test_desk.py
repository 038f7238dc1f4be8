"""Deleting by age, when a desk is opened and when a person changes in the terminal how long things are kept."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.core.machine.paths import Paths
from app.features.governance.retention import DAY_S, retention_of
from tests.cli.conftest import Octavo
from tests.whole import open_desk


def test_what_is_too_old_is_said_when_its_age_is_set(octavo: Octavo, tmp_path: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path))) as desk:
        talk = desk.conversations.create("Old")
        desk.database.run("UPDATE conversations SET updated_at = 1 WHERE id = ?", (talk.id,))
    for days, wanted in (("30", "deleted for good: 1 conversation."), ("36000", "Nothing is too old now.")):
        out = octavo("settings", "retention.conversations_days", days, "--data-dir", str(tmp_path))[1]
        assert wanted in out
    with contextlib.closing(open_desk(Paths(tmp_path))) as desk:
        assert [kept.title for kept in desk.conversations.all()] == ["Old"]


def test_what_is_too_old_is_deleted_when_the_desk_is_opened_a_day_later(octavo: Octavo, tmp_path: Path) -> None:
    with contextlib.closing(open_desk(Paths(tmp_path))) as desk:
        talk = desk.conversations.create("Old")
        desk.database.run("UPDATE conversations SET updated_at = 1 WHERE id = ?", (talk.id,))
        desk.settings.change("retention.conversations_days", 30)
        retention_of(desk).run(talk.updated_at - 2 * DAY_S)
    assert octavo("folders", "--data-dir", str(tmp_path))[2].startswith(
        "octavo: Deleted because of their age: 1 conversation.\n"
    )
    with contextlib.closing(open_desk(Paths(tmp_path))) as desk:
        assert desk.conversations.all() == ()
        assert desk.features.told == []

"""The window offers to save what can be saved of damaged data, and opens the desk then."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.core.machine.paths import Paths
from app.services.services import Services
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.keys import obtain
from app.ui.widgets.dialogs import SmallDialog
from tests.ui.fakes import open_desk
from tests.ui.room import wait
from tests.ui.starting import Start, end, visible


def _open_damaged(paths: Paths, passphrase: str | None) -> Services:
    """A desk that opens once its database is whole."""
    Database.open(paths.database, obtain(paths, passphrase)).close()
    return open_desk(paths.data.with_name("fake")).desk


def _damage(paths: Paths) -> None:
    paths.create()
    with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        Conversations(database).create("kept")
    content = bytearray(paths.database.read_bytes())
    content[1000] ^= 1
    paths.database.write_bytes(content)


def test_what_can_be_saved_of_a_damaged_desk_is_saved_and_the_desk_opens(tmp_path: Path, start: Start) -> None:
    paths = Paths(tmp_path / "desk")
    _damage(paths)
    opening = start(_open_damaged)
    wait(lambda: len(visible(SmallDialog)) == 1)
    (dialog,) = visible(SmallDialog)
    assert dialog.windowTitle() == "Your data is damaged in places"
    assert "“octavo.db”" in dialog.accessibleDescription()
    dialog.action.click()
    wait(lambda: [each.windowTitle() for each in visible(SmallDialog)] == ["Your data opens again"])
    (dialog,) = visible(SmallDialog)
    assert "conversations: 1." in dialog.accessibleDescription()
    dialog.action.click()
    wait(lambda: opening.presenter is not None)
    with contextlib.closing(Database.open(paths.database, obtain(paths))) as database:
        assert [talk.title for talk in Conversations(database).all()] == ["kept"]
    end(opening)


def test_who_wants_no_rescue_gets_none(tmp_path: Path, start: Start) -> None:
    paths = Paths(tmp_path / "desk")
    _damage(paths)
    before = paths.database.read_bytes()
    opening = start(_open_damaged)
    wait(lambda: len(visible(SmallDialog)) == 1)
    visible(SmallDialog)[0].reject()
    wait(lambda: [each.windowTitle() for each in visible(SmallDialog)] == ["Octavo cannot open"])
    assert paths.database.read_bytes() == before
    end(opening)


def test_a_damaged_matter_is_saved_at_the_next_start_or_stays_closed(tmp_path: Path, start: Start) -> None:
    paths = Paths(tmp_path / "desk")
    paths.create()
    for name in ("a1.db", "a1.db.suspect", "b2.part.suspect"):
        (paths.matters / name).touch()
    opening = start(lambda paths, passphrase: open_desk(paths.data).desk)
    wait(lambda: len(visible(SmallDialog)) == 1)
    assert "“a1.db”" in visible(SmallDialog)[0].accessibleDescription()
    visible(SmallDialog)[0].reject()
    wait(lambda: opening.presenter is not None)  # the library
    end(opening)

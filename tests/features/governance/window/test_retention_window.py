"""Deleting by age while the window is open."""

from __future__ import annotations

from app.features.governance.retention import DAY_S, Aged, retention_of
from app.features.governance.retention_words import aged_words
from app.features.governance.window.governance import GovernanceWindow
from tests.ui.room import NOW, Room


def test_what_is_too_old_is_said_when_settings_change_and_deleted_a_day_later(room: Room) -> None:
    old = room.add_conversation("Old", days_ago=40)
    room.add_conversation("Young")
    room.open()
    room.presenter.model_area.preferences.change("retention.conversations_days", 30)
    room.settle()
    assert "From tomorrow on" in room.window.talk.notice.text()
    assert len(room.presenter.shelf_area.shelf.conversations) == 2
    room.desk.own_settings.set_blob("retention", b"")
    retention_of(room.desk).run(NOW.timestamp() - DAY_S)
    room.feature(GovernanceWindow).retention.run()
    room.settle()
    assert room.window.talk.notice.text() == aged_words(Aged((old,), done=True))
    assert [each.title for each in room.presenter.shelf_area.shelf.conversations] == ["Young"]


def test_the_shown_conversation_is_spared(room: Room) -> None:
    shown = room.add_conversation("Old", days_ago=40)
    room.desk.settings.change("retention.conversations_days", 30)
    retention_of(room.desk).run(NOW.timestamp() - DAY_S)
    room.open()
    room.presenter.places.navigation.open_conversation(shown.id)
    room.settle()
    room.feature(GovernanceWindow).retention.run()
    room.settle()
    assert room.desk.conversations.get(shown.id) is not None

"""Things are deleted by their age: said a day before it is done first; what is pinned, shown or young is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.policy import Policy, PolicyRules, RetentionRules
from app.core.record import RecordKind
from app.features.governance.retention import DAY_S, retention_of
from app.features.governance.retention_words import aged_words
from tests.ui.fakes import FakeDesk, open_desk

NOW = 1_900_000_000.0


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesk:
    made = open_desk(tmp_path / "desk")
    for title, days in (("old", 40), ("pinned", 40), ("shown", 40), ("young", 3)):
        talk = made.desk.conversations.create(title)
        made.desk.database.run("UPDATE conversations SET updated_at = ? WHERE id = ?", (NOW - days * DAY_S, talk.id))
        made.desk.conversations.pin(talk.id, title == "pinned")
    return made


def titles(fake: FakeDesk) -> set[str]:
    return {talk.title for talk in fake.desk.conversations.all()}


def named(fake: FakeDesk, title: str) -> str:
    return next(talk.id for talk in fake.desk.conversations.all() if talk.title == title)


def test_nothing_is_deleted_unless_somebody_wants_it(fake: FakeDesk) -> None:
    assert retention_of(fake.desk).run(NOW + 9_999 * DAY_S).is_empty
    assert len(titles(fake)) == 4


def test_it_is_said_first_and_done_a_day_later(fake: FakeDesk) -> None:
    desk = fake.desk
    desk.settings.change("retention.conversations_days", 30)
    said = retention_of(desk).run(NOW)
    assert not said.done
    assert "From tomorrow on" in aged_words(said)
    assert "2 conversations" in aged_words(said)
    assert retention_of(desk).run(NOW + DAY_S - 60).is_empty
    assert len(titles(fake)) == 4
    done = retention_of(desk).run(NOW + DAY_S, (named(fake, "shown"),))
    assert done.done
    assert titles(fake) == {"pinned", "shown", "young"}
    assert desk.documents.removal.kept.all() == (), "for good"
    assert desk.record.store.entries()[-1].kind == RecordKind.EXPIRED
    assert retention_of(desk).run(NOW + 2 * DAY_S).done
    assert titles(fake) == {"pinned", "young"}


def test_a_shorter_time_is_said_again_and_a_longer_one_is_not(fake: FakeDesk) -> None:
    desk = fake.desk
    desk.settings.change("retention.conversations_days", 60)
    retention_of(desk).run(NOW)
    desk.settings.change("retention.conversations_days", 30)
    assert not retention_of(desk).run(NOW + 5 * DAY_S).done
    assert len(titles(fake)) == 4
    desk.settings.change("retention.conversations_days", 35)
    assert retention_of(desk).run(NOW + 6 * DAY_S).done


def test_the_administrator_may_want_it(fake: FakeDesk) -> None:
    desk = fake.desk
    desk.settings.policy = Policy(PolicyRules(retention=RetentionRules(conversations_days=30, bin_days=7)), "policy")
    desk.settings.change("text_percent", 110)
    assert not retention_of(desk).run(NOW).done
    assert retention_of(desk).run(NOW + DAY_S).done
    assert titles(fake) == {"pinned", "young"}
    assert desk.documents.removal.bin_days == 7

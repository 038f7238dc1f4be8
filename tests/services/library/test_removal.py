"""Things in the bin go after their days, at the next start at the latest, with all that came of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from tests.ui.fakes import FakeDesk, open_desk

DAY_S = 86_400


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesk:
    return open_desk(tmp_path / "desk")


def test_it_expires(fake: FakeDesk) -> None:
    removal = fake.desk.documents.removal
    entries = [removal.delete(BinKind.CONVERSATION, fake.desk.conversations.create(title).id) for title in "ab"]
    first, second = entries
    assert first is not None
    assert second is not None
    assert removal.expire(first.deleted_at + 30 * DAY_S - 1) == ()
    assert removal.restore(second.id) == second
    assert removal.expire(second.deleted_at + 30 * DAY_S) == (first,)
    assert removal.kept.all() == ()
    assert [talk.title for talk in fake.desk.conversations.all()] == ["b"]


def test_without_it_what_is_deleted_is_gone(fake: FakeDesk) -> None:
    kept = fake.desk.documents.removal.delete(BinKind.CONVERSATION, fake.desk.conversations.create("kept").id)
    fake.desk.settings.save(msgspec.structs.replace(fake.desk.settings.load(), use_bin=False))
    gone = fake.desk.conversations.create("gone").id
    assert fake.desk.documents.removal.delete(BinKind.CONVERSATION, gone) is None
    assert fake.desk.documents.removal.kept.all() == (kept,), "what is in it stays"
    assert fake.desk.database.rows("SELECT title FROM conversations") == [("kept",)]
    assert fake.desk.documents.removal.delete(BinKind.CONVERSATION, gone) is None

"""A conversation gets its title after an answer: what shows it, and who comes first."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import MatterScope
from app.ui.chat.writing.branches import Branches, LoadedConversation
from app.ui.kit.activity import EngineTask
from app.ui.widgets.dialogs import SmallDialog
from tests.ui.gate import Gate
from tests.ui.room import Room, wait

ASKED = "How long before the end do I have to say that I am moving out?"
TITLE = "Notice period"


def _open(room: Room) -> None:
    room.engine.title = TITLE
    room.add_conversation("")
    room.open()


def _titles(room: Room) -> tuple[str, str, str]:
    """In the database, above the conversation, and on the shelf."""
    list_ = room.presenter.shelf_area.shelf.conversations
    return room.desk.conversations.all()[0].title, room.window.talk.title.text(), list_[0].title


def test_the_title_is_shown_everywhere_after_the_first_answer(room: Room) -> None:
    _open(room)
    room.ask(ASKED)
    room.settle()
    assert _titles(room) == (TITLE,) * 3
    assert room.window.windowTitle().startswith(TITLE)
    assert not room.presenter.activity.has(EngineTask.TITLE)


def test_the_next_question_comes_first_and_the_title_after_its_answer(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.titlings = [gate]
    room.presenter.talk_area.asking.submit(ASKED)
    wait(gate.reached.is_set)
    room.presenter.talk_area.asking.submit("And then?")
    wait(lambda: len(room.engine.prompts) == 2)  # the gate is shut still
    room.settle()
    assert _titles(room) == (TITLE,) * 3


def test_a_name_given_meanwhile_stays(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.titlings = [gate]
    room.presenter.talk_area.asking.submit(ASKED)
    wait(gate.reached.is_set)
    room.presenter.shelf_area.shelf.rename_shown("Mine")
    wait(lambda: room.window.talk.title.text() == "Mine")
    gate.open()
    room.settle()
    assert _titles(room) == ("Mine",) * 3


def test_escape_stops_it(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.titlings = [gate]
    room.presenter.talk_area.asking.submit(ASKED)
    wait(gate.reached.is_set)
    room.presenter.places.navigation.stop()
    room.settle()
    assert _titles(room)[0].startswith("How long before")


class _Late:
    """Loads of the conversation that are read at once and delivered when the gate opens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = Gate()
        self._load = Branches.load
        monkeypatch.setattr(Branches, "load", lambda branches, *asked: self._late(branches, *asked))

    def _late(self, branches: Branches, *asked: str) -> LoadedConversation:
        loaded = self._load(branches, *asked)
        self.gate.wait()
        return loaded


def test_what_was_read_before_the_title_does_not_bring_the_old_one_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(room)
    titling, late = Gate(), _Late(monkeypatch)
    late.gate.open()
    room.engine.titlings = [titling]
    room.presenter.talk_area.asking.submit(ASKED)
    wait(titling.reached.is_set)
    late.gate = Gate()
    room.presenter.talk_area.conversation.load(room.shown().id, room.presenter.talk_area.conversation._refresh)
    wait(late.gate.reached.is_set)
    titling.open()
    wait(lambda: not room.presenter.activity.has(EngineTask.TITLE))
    late.gate.open()
    room.settle()
    assert _titles(room) == (TITLE,) * 3


@pytest.mark.parametrize("field", ["instructions", "scope"])
def test_what_was_read_before_a_change_does_not_take_it_back(
    room: Room, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    _open(room)
    late, talk = _Late(monkeypatch), room.presenter.talk_area.conversation
    talk.load(room.shown().id, talk._refresh)
    wait(late.gate.reached.is_set)
    wanted: object = "In three sentences."
    if field == "instructions":
        talk.instruct(SmallDialog("", "", ""), room.shown().id, "In three sentences.")
    else:
        wanted = MatterScope()
        talk.books.set_scope(MatterScope())
    late.gate.open()
    room.settle()
    assert getattr(room.shown(), field) == wanted

"""A conversation gets its title after an answer: what shows it, and who comes first."""

from __future__ import annotations

from app.ui.activity import EngineTask
from tests.ui.fakes import Gate
from tests.ui.room import Room, wait

ASKED = "How long before the end do I have to say that I am moving out?"
TITLE = "Notice period"


def _open(room: Room) -> None:
    room.engine.title = TITLE
    room.add_conversation("")
    room.open()


def _titles(room: Room) -> tuple[str, str, str]:
    """In the database, above the conversation, and on the shelf."""
    list_ = room.presenter.shelf.conversations
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
    room.presenter.asking.submit(ASKED)
    wait(gate.reached.is_set)
    room.presenter.asking.submit("And then?")
    wait(lambda: len(room.engine.prompts) == 2)  # the gate is shut still
    room.settle()
    assert _titles(room) == (TITLE,) * 3


def test_a_name_given_meanwhile_stays(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.titlings = [gate]
    room.presenter.asking.submit(ASKED)
    wait(gate.reached.is_set)
    room.presenter.shelf.rename_shown("Mine")
    wait(lambda: room.window.talk.title.text() == "Mine")
    gate.open()
    room.settle()
    assert _titles(room) == ("Mine",) * 3


def test_escape_stops_it(room: Room) -> None:
    _open(room)
    gate = Gate()
    room.engine.titlings = [gate]
    room.presenter.asking.submit(ASKED)
    wait(gate.reached.is_set)
    room.presenter.navigation.stop()
    room.settle()
    assert _titles(room)[0].startswith("How long before")

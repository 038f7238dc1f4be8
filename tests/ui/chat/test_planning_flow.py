"""A question to all documents: planned when it is sent first, shown, changed, and asked when it is sent again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef, MatterPlan, MatterScope, Question
from app.core.conversations.events import Reading
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Document, Format, Page
from app.models import local
from app.ui.chat.plan_dialog import PlanDialog
from app.ui.chat.planning import return_words
from app.ui.chat.text.evidence import EvidenceCard
from app.ui.kit.activity import EngineTask
from app.wording.document_selection import MatterCounts, counts_words
from app.wording.support import asked_words
from tests.ui import shelf_of_books
from tests.ui.chat.talk import chips, lined
from tests.ui.fakes import SCOUT
from tests.ui.gate import Gate
from tests.ui.room import Room, wait

FILLER = "The river went by the town and nobody looked at it for long. " * 30
SAYS = {2: "The lease of the warehouse ends in March.", 7: "The warehouse has a roof."}
ASKED = "When does the lease of the warehouse end?"
PLAN = "Will read 1 document in full and passages of 1. Nothing found in 10."
LINE = "From 12 documents: 1 read in full, passages of 1, nothing found in 10."


@pytest.fixture
def matter(room: Room) -> Room:
    """Twelve documents, of which one fits and another has a passage; a conversation that asks all of them."""
    room.engine.info = msgspec.structs.replace(SCOUT, context_tokens=2_400)
    room.engine.answers = [('It says "ends in March" [Lease 2, p. 1].',)]
    for number in range(12):
        pages = (Page(1, "1", SAYS.get(number, FILLER)), Page(2, "2", FILLER))
        document = Document(f"Lease {number}", Format.TEXT, f"{number:064x}", pages)
        room.fake.books.add(document, Path(f"/{number}.txt"))
    talk = room.add_conversation("All")
    room.desk.conversations.set_scope(talk.id, MatterScope())
    room.open()
    return room


def _words(room: Room) -> tuple[str, str]:
    """Return what the composer says of the scope, and the words on the button beside it."""
    scope = room.window.talk.composer.scope
    return scope.words, scope.button.text()


def _id(room: Room, title: str) -> str:
    return next(book.id for book in room.fake.books.all() if book.title == title)


def _dialog(room: Room) -> PlanDialog:
    (dialog,) = room.window.findChildren(PlanDialog)
    return dialog


def test_it_is_shown_first_and_asked_then(matter: Room, qtbot: QtBot) -> None:
    assert _words(matter) == ("Asking all 12 documents", "Ask only those on the desk")
    editor = matter.window.talk.composer.editor
    qtbot.keyClicks(editor, ASKED)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    matter.settle()
    assert matter.turns() == ()
    assert matter.engine.prompts == []
    assert _words(matter) == (f"{PLAN} {return_words()}", "Choose…")

    qtbot.keyClick(editor, Qt.Key.Key_Return)
    matter.settle()
    (turn,) = matter.turns()
    assert [ref.book_id for ref in turn.question.books] == [_id(matter, "Lease 2")]
    assert matter.shown().books == turn.question.books, "what is read whole is on the desk, and stays there"
    assert LINE in matter.sentences()
    assert asked_words(Question("", ASKED)) not in matter.sentences()
    assert _words(matter)[1] == "Ask only those on the desk"


def test_a_search_answers_at_once_since_nothing_is_read(matter: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "is_starter", lambda _path: True)
    matter.ask(ASKED)
    (turn,) = matter.turns()
    assert turn.answer is not None
    assert turn.answer.from_search
    assert "ends in March" in turn.answer.text
    assert "Searched 12 documents." in matter.sentences()
    assert _words(matter) == ("Asking all 12 documents", "Ask only those on the desk")


def test_other_words_are_another_question(matter: Room, qtbot: QtBot) -> None:
    matter.ask(ASKED)
    assert _words(matter)[1] == "Choose…"
    qtbot.keyClicks(matter.window.talk.composer.editor, " Why?")
    assert _words(matter)[1] == "Ask only those on the desk"
    qtbot.keyClick(matter.window.talk.composer.editor, Qt.Key.Key_Return)
    matter.settle()
    assert matter.turns() == ()
    assert _words(matter)[1] == "Choose…"


def test_another_desk_is_another_question(matter: Room) -> None:
    matter.ask(ASKED)
    assert _words(matter)[1] == "Choose…"
    matter.presenter.shelf_area.shelf.toggle_desk(_id(matter, "Lease 5"))
    matter.settle()
    assert _words(matter)[1] == "Ask only those on the desk"
    matter.ask(ASKED)
    assert matter.turns() == ()
    matter.ask(ASKED)
    assert matter.turns()[0].question.books[0].book_id == _id(matter, "Lease 5"), "what is on the desk is read first"


def test_a_person_changes_what_is_read(matter: Room, qtbot: QtBot) -> None:
    matter.ask(ASKED)
    qtbot.mouseClick(matter.window.talk.composer.scope.button, Qt.MouseButton.LeftButton)
    dialog = _dialog(matter)
    rows = [dialog.documents.index(row).data() for row in range(dialog.documents.rowCount())]
    assert rows[0] == "Read in full · what matters most  1"
    assert rows[1] == "Lease 2, read in full, p. 1: “The lease of the warehouse ends in March.”"
    assert rows[2] == "Passages · something was found in these  1"
    assert rows[4] == "Nothing found  10"
    qtbot.keyClick(dialog.view, Qt.Key.Key_Return)
    assert dialog.line.text().startswith("Will read passages of 2 documents. Nothing found in 10.")
    qtbot.keyClick(dialog.view, Qt.Key.Key_Space)
    assert "1 left out" in dialog.line.text()
    title = dialog.view.visualRect(dialog.documents.index(1)).center()
    for taken in (True, False):
        qtbot.mouseClick(dialog.view.viewport(), Qt.MouseButton.LeftButton, pos=title)
        assert ("left out" not in dialog.line.text()) == taken, "the whole row can be clicked"
    dialog.field.setText("lease 7")
    assert dialog.documents.rowCount() == 2
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    matter.settle()
    (turn,) = matter.turns()
    assert turn.question.books == ()
    assert turn.question.plan is not None
    assert turn.question.plan.left_out == (_id(matter, "Lease 2"),)
    assert counts_words(MatterCounts(12, whole=0, passages=1, left_out=1, nothing=10)) in matter.sentences()


def test_what_does_not_fit_cannot_be_asked(matter: Room, qtbot: QtBot) -> None:
    matter.ask(ASKED)
    qtbot.mouseClick(matter.window.talk.composer.scope.button, Qt.MouseButton.LeftButton)
    dialog = _dialog(matter)
    for row in range(dialog.documents.rowCount()):
        dialog.documents.toggle(dialog.documents.index(row))
        dialog.documents.toggle(dialog.documents.index(row))
    assert dialog.action.isEnabled()
    for row in range(5, dialog.documents.rowCount()):
        dialog.documents.toggle(dialog.documents.index(row))
    assert not dialog.action.isEnabled()
    assert dialog.tokens.text().endswith("this does not fit")
    dialog.reject()


def test_esc_takes_the_plan_back(matter: Room, qtbot: QtBot) -> None:
    matter.ask(ASKED)
    qtbot.keyClick(matter.window.talk.composer.editor, Qt.Key.Key_Escape)
    assert _words(matter) == ("Asking all 12 documents", "Ask only those on the desk")
    assert matter.window.talk.composer.text() == ASKED


def test_while_an_answer_is_written_the_next_question_waits_for_its_plan(matter: Room) -> None:
    gate = Gate()
    matter.engine.answers = [("It ends", gate, " in March."), ("It has a roof.",)]
    matter.ask(ASKED)
    matter.ask(ASKED, settle=False)
    wait(gate.reached.is_set)
    wait(lambda: not matter.window.talk.composer.text())
    matter.ask("What of the roof of the warehouse?", settle=False)
    assert _words(matter) == (matter.presenter.activity.wait_words(EngineTask.ANSWER), "Cancel")
    gate.open()
    matter.settle()
    assert len(matter.turns()) == 1
    assert _words(matter)[1] == "Choose…"
    matter.ask("What of the roof of the warehouse?")
    assert len(matter.turns()) == 2


def test_the_scope_is_chosen_where_books_are(matter: Room, qtbot: QtBot) -> None:
    qtbot.mouseClick(matter.window.talk.composer.scope.button, Qt.MouseButton.LeftButton)
    assert _words(matter) == ("", "")
    assert matter.shown().scope is None
    matter.presenter.shelf_area.shelf.offer_books()
    (menu,) = (menu for menu in matter.window.findChildren(QMenu) if menu.isVisible())
    everything = menu.actions()[0]
    assert (everything.text(), everything.isChecked()) == ("All documents (12)", False)
    everything.trigger()
    menu.close()
    matter.settle()
    kept = matter.desk.conversations.get(matter.shown().id)
    assert kept is not None
    assert kept.scope == MatterScope()
    assert _words(matter)[0] == "Asking all 12 documents"
    assert matter.window.talk.view.empty.words.title == "Ask about all documents"


def test_another_answer_is_asked_of_the_same(matter: Room) -> None:
    matter.ask(ASKED)
    matter.ask(ASKED)
    first = matter.engine.prompts[-1]
    matter.presenter.talk_area.asking.ask_last_again()
    matter.settle()
    assert matter.engine.prompts[-1] == first
    (turn,) = matter.turns()
    assert turn.answer_variants == 2
    assert turn.question.plan not in (None, MatterPlan())
    assert matter.shown().books == (BookRef(_id(matter, "Lease 2")),)


def test_a_folder_s_documents_can_be_asked(matter: Room) -> None:
    ids = tuple(_id(matter, title) for title in ("Lease 2", "Lease 7", "Lease 8"))
    matter.presenter.window.shelf.folder_menu.ask_wanted.emit(lambda: ids)
    matter.settle()
    assert _words(matter)[0] == "Asking 3 documents"
    matter.ask(ASKED)
    assert _words(matter)[0].startswith("Will read ")


def test_a_plan_does_not_wait_for_what_no_person_asked_for(matter: Room) -> None:
    gate = Gate()
    matter.presenter.shelf_area.shelf.toggle_desk(_id(matter, "Lease 5"))
    matter.settle()
    matter.engine.readings = [(Reading(0, 400, 0), gate)]
    matter.presenter.talk_area.ahead.start()
    wait(gate.reached.is_set)
    failed: list[str] = []
    matter.presenter.talk_area.ahead.failed.connect(failed.append)
    matter.ask(ASKED, settle=False)
    wait(lambda: _words(matter)[1] == "Choose…")
    assert failed == [], "the reading was stopped, not waited for until the gate gave up"


def test_a_plan_is_made_once_the_answer_has_ended_whatever_is_shown_then(matter: Room) -> None:
    talk, other = matter.shown(), matter.add_conversation("Other", days_ago=1)
    gate = Gate()
    matter.engine.answers = [("It ends", gate, " in March."), ("It has a roof.",)]
    matter.ask(ASKED)
    matter.ask(ASKED, settle=False)
    wait(gate.reached.is_set)
    wait(lambda: not matter.window.talk.composer.text())
    matter.ask("What of the roof of the warehouse?", settle=False)
    matter.presenter.places.navigation.open_conversation(other.id)
    wait(lambda: matter.shown().id == other.id)
    gate.open()
    matter.settle()
    matter.presenter.places.navigation.open_conversation(talk.id)
    matter.settle()
    assert _words(matter)[1] == "Choose…"
    matter.ask("What of the roof of the warehouse?")
    assert len(matter.turns()) == 2


def test_a_book_that_comes_while_a_planned_question_waits_stays_on_the_desk(matter: Room) -> None:
    """The plan is another one then: it is shown first, in its conversation."""
    talk, other = matter.shown(), matter.add_conversation("Other", days_ago=1)
    matter.ask(ASKED)
    gate = Gate()
    matter.reader.documents = {"lease.txt": Document("New", Format.TEXT, f"{99:064x}", (Page(1, "1", "A new lease."),))}
    matter.reader.steps["lease.txt"] = [gate]
    matter.presenter.shelf_area.openings.take_files([shelf_of_books.file("lease.txt")])
    wait(gate.reached.is_set)
    matter.ask(ASKED, settle=False)
    wait(lambda: bool(matter.window.talk.composer.hold.words))
    matter.presenter.places.navigation.open_conversation(other.id)
    wait(lambda: matter.shown().id == other.id)
    gate.open()
    matter.settle()
    assert matter.engine.prompts == []
    kept = matter.desk.conversations.get(talk.id)
    assert kept is not None
    assert [ref.book_id for ref in kept.books] == [_id(matter, "New")]
    matter.presenter.places.navigation.open_conversation(talk.id)
    matter.settle()
    assert matter.window.talk.composer.text() == ASKED
    assert _words(matter)[1] == "Choose…"
    matter.ask(ASKED)
    (turn,) = matter.turns()
    assert turn.question.books[0].book_id == _id(matter, "New")
    assert turn.question.plan is not None


def test_what_is_chosen_while_it_waits_is_what_is_asked(matter: Room, qtbot: QtBot) -> None:
    gate = Gate()
    matter.engine.loads = [(gate,)]
    matter.choose_model()
    matter.ask(ASKED)
    matter.presenter.model_area.model.load_again()
    wait(gate.reached.is_set)
    matter.ask(ASKED, settle=False)
    assert matter.window.talk.composer.hold.words == matter.presenter.activity.wait_words(EngineTask.LOADING)
    qtbot.mouseClick(matter.window.talk.composer.scope.button, Qt.MouseButton.LeftButton)
    dialog = _dialog(matter)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Return)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Space)
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    gate.open()
    matter.settle()
    (turn,) = matter.turns()
    assert turn.question.plan is not None
    assert turn.question.plan.left_out == (_id(matter, "Lease 2"),)


def test_what_is_chosen_belongs_to_the_question_that_it_was_shown_for(matter: Room, qtbot: QtBot) -> None:
    talk, other = matter.shown(), matter.add_conversation("Other", days_ago=1)
    matter.desk.conversations.set_scope(other.id, MatterScope())
    matter.ask(ASKED)
    qtbot.mouseClick(matter.window.talk.composer.scope.button, Qt.MouseButton.LeftButton)
    dialog = _dialog(matter)
    matter.presenter.places.navigation.open_conversation(other.id)
    matter.settle()
    matter.ask("What of the roof of the warehouse?")
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    matter.settle()
    assert matter.window.talk.composer.text() == "What of the roof of the warehouse?"
    assert matter.turns() == ()
    assert [turn.question.text for turn in matter.desk.conversations.turns(talk.id)] == [ASKED]


def test_behind_another_answer_it_is_another_question(matter: Room) -> None:
    matter.engine.answers = [("One.",), ("Two.",)]
    for _sent in range(2):
        matter.ask(ASKED)
    matter.presenter.talk_area.asking.ask_last_again()
    matter.settle()
    matter.ask("What of the roof of the warehouse?")
    assert _words(matter)[1] == "Choose…"
    matter.window.talk.view.variant_chosen.emit("answer", matter.turns()[0].question.id, -1)
    matter.settle()
    matter.ask("What of the roof of the warehouse?")
    assert len(matter.turns()) == 1, "it is planned once more"
    matter.ask("What of the roof of the warehouse?")
    assert len(matter.turns()) == 2


MAIL = (
    "From: Jonas Marlow\nDate: Thu, 12 Jan 2023 07:15:00 +0000\nSubject: Storm damage\n\nIn the night of 11 January"
    " 2023 the storm broke the fenders at Berth 2. The damage is about EUR 18,400. Who pays?\n\nJonas Marlow"
)
NOTES = "The tenant says that the berth is narrow.\n\nThe next meeting is in May."


def test_each_sentence_of_an_answer_from_all_documents_has_its_own_verdict(room: Room) -> None:
    told = "The storm broke the fenders on 11 January 2023."
    cost, denied = "The damage is about EUR 19,400.", "The documents do not say when the storm broke the fenders"
    truly = "The documents do not say who owns the crane"
    also = "they do say that the damage is about EUR 18,400"
    room.engine.answers = [(f"{told} {cost}\n\n{denied}, but {also}. {truly}.",)]
    for number, (title, text) in enumerate((("Storm damage", MAIL), ("Notes of the meeting", NOTES))):
        room.fake.books.add(Document(title, Format.TEXT, f"{number:064x}", (Page(1, "1", text),)), Path(f"/{title}"))
    room.desk.conversations.set_scope(room.add_conversation("All").id, MatterScope())
    room.open()
    for _sent in range(2):
        room.ask("When did the storm break the fenders, and what does the damage cost?")

    answer = room.last_answer()
    assert lined(answer) == [
        (told.rstrip("."), Verdict.COMPARE),
        (cost.rstrip("."), Verdict.OTHERWISE),
        (denied, Verdict.COMPARE),
        (also, Verdict.VERBATIM),
    ]
    marks = chips(answer)
    assert [mark.text() for mark in marks] == [
        "Storm damage p. 1 · compare",
        "Storm damage p. 1 says otherwise",
        "Storm damage p. 1 · compare",
        "Storm damage p. 1 ✓",
    ]
    marks[1].setFocus(Qt.FocusReason.TabFocusReason)
    (card,) = room.window.findChildren(EvidenceCard)
    said = card.words.accessibleName()
    assert "“The damage is about EUR 19,400.”\nOnly there: “19,400”" in said
    assert "“The damage is about EUR 18,400.”\nOnly there: “18,400”" in said

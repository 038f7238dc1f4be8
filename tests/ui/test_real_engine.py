"""The whole window over real children: its engine is killed from outside in the middle of an answer."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.conversation import Ending
from app.core.machine.paths import Paths
from app.core.settings import EngineSettings, Settings
from app.services.models.plans import ModelPlan
from app.services.services import Services
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.kit.words import waiting_words
from app.ui.models.placement_rows import NumberRow
from app.ui.models.words import room_words, runs_anywhere
from app.ui.window.application import WindowStart
from app.ui.window.window import WindowPresenter
from app.wording.errors import sentence
from tests.ui.room import application, wait
from tests.whole import EXTENSIONS, open_desk

_TIMEOUT_MS = 60_000


@pytest.fixture
def opening(tmp_path: Path, tiny_scout: Path) -> Iterator[WindowStart]:
    paths = Paths(tmp_path / "desk")
    desk = open_desk(paths)
    desk.settings.save(
        Settings(engine=EngineSettings(model_path=str(tiny_scout), context_tokens=8192), max_answer_tokens=6000)
    )
    desk.close()
    handbook = tmp_path / "handbook"
    (handbook / "en").mkdir(parents=True)
    (handbook / "en" / "1.md").write_text(
        "# A handbook\n\nTo add a book, drop its file on the window.\n", encoding="utf-8"
    )
    made = WindowStart(application(), paths, open_desk, handbook, (), EXTENSIONS)
    made.begin()
    yield made
    made.close()


def test_kill_9_of_the_engine_in_the_middle_of_an_answer(opening: WindowStart) -> None:
    wait(lambda: opening.presenter is not None, timeout_ms=_TIMEOUT_MS)
    presenter = opening.presenter
    assert presenter is not None
    wait(lambda: _ready(presenter) and bool(presenter.shown.shelf), timeout_ms=_TIMEOUT_MS)
    desk = opening._desk
    assert desk is not None
    talk = presenter.talk_area.asking

    talk.submit("How do I add a book?")
    wait(lambda: talk.busy and len(_text(presenter, desk)) > 20, timeout_ms=_TIMEOUT_MS)
    pid = desk.engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait(lambda: not talk.busy, timeout_ms=_TIMEOUT_MS)

    assert presenter.shown.conversation is not None
    (turn,) = desk.conversations.turns(presenter.shown.id)
    assert turn.answer is not None
    assert turn.answer.ending is Ending.FAILED
    assert len(turn.answer.text) > 20
    message = presenter.window.talk.view.messages()[-1]
    assert isinstance(message, AnswerMessage)
    assert message.plain_text().strip() == turn.answer.text.strip()
    assert turn.answer.problem is not None
    assert sentence(turn.answer.problem) in message.sentences
    wait(lambda: _ready(presenter), timeout_ms=_TIMEOUT_MS)
    assert desk.engine.pid not in (None, pid)
    wait(lambda: any("model is ready again" in told for told in message.sentences))

    desk.settings.save(Settings(engine=desk.settings.load().engine, max_answer_tokens=8))
    talk.submit("And then?")
    wait(lambda: not talk.busy and len(desk.conversations.turns(presenter.shown.id)) == 2, timeout_ms=_TIMEOUT_MS)
    *_, last = desk.conversations.turns(presenter.shown.id)
    assert last.answer is not None
    assert last.answer.ending in (Ending.COMPLETE, Ending.LENGTH)


def test_a_question_typed_too_early_is_asked_of_the_books(opening: WindowStart, tmp_path: Path) -> None:
    """At the first start the handbook is being opened, and the model loaded; then another book is dropped."""
    wait(lambda: opening.presenter is not None, timeout_ms=_TIMEOUT_MS)
    presenter = opening.presenter
    assert presenter is not None
    desk, talk, composer = opening._desk, presenter.talk_area.asking, presenter.window.talk.composer
    assert desk is not None
    desk.settings.save(Settings(engine=desk.settings.load().engine, max_answer_tokens=8))
    wait(
        lambda: (
            presenter.shown.conversation is not None
            and bool(presenter.shelf_area.shelf.openings.pending(presenter.shown.id))
        )
    )
    assert presenter.shown.conversation is not None
    talk.submit("How do I add a book?")
    assert composer.hold.words != ""
    wait(lambda: len(desk.conversations.turns(presenter.shown.id)) == 1 and not talk.busy, timeout_ms=_TIMEOUT_MS)

    notes = tmp_path / "notes.md"
    notes.write_text("# Notes\n\nThe lamp on the pier burned all night.\n", encoding="utf-8")
    presenter.shelf_area.openings.take_files([notes])
    talk.submit("What burned?")
    assert composer.hold.words == waiting_words(("notes",))
    wait(lambda: len(desk.conversations.turns(presenter.shown.id)) == 2 and not talk.busy, timeout_ms=_TIMEOUT_MS)
    first, second = desk.conversations.turns(presenter.shown.id)
    titles = {book.id: book.title for book in desk.documents.library.books()}
    assert [titles[ref.book_id] for ref in first.question.books] == ["A handbook"]
    assert [titles[ref.book_id] for ref in second.question.books] == ["A handbook", "Notes"]


def test_models_are_planned_for_this_machine_and_loaded_as_placed(opening: WindowStart) -> None:
    wait(lambda: opening.presenter is not None, timeout_ms=_TIMEOUT_MS)
    presenter = opening.presenter
    assert presenter is not None
    wait(lambda: _ready(presenter), timeout_ms=_TIMEOUT_MS)
    models, desk = presenter.model_area.models, opening._desk
    assert desk is not None
    models.open()
    window = models.window
    assert window is not None
    loaded = desk.models.loaded()
    assert loaded is not None
    wait(lambda: loaded.path in models.plans.plans)
    wait(lambda: window.machine.text().startswith("This computer: "))
    assert window.cards[loaded.path].card.current
    room, taken = window.cards[loaded.path].card.room.split("\n")
    plan = models.plans.plans[loaded.path]
    assert isinstance(plan, ModelPlan)
    assert runs_anywhere(plan)
    assert plan.result.context_tokens == 8_192
    assert room.startswith(room_words(plan).partition(" · ")[0])
    assert re.fullmatch(r"Uses [\d.]+ [MG]B of memory, as estimated", taken)

    window.cards[loaded.path].quiet_buttons[0].click()
    wait(lambda: models.placement.dialog is not None and models.placement.dialog.load.isEnabled())
    dialog = models.placement.dialog
    assert dialog is not None
    context = dialog.rows["context"]
    assert isinstance(context, NumberRow)
    assert context.by_hand, "the settings say 8,192"
    context.field.set_value(4096)
    wait(lambda: dialog.room.text().startswith("Room for 4,096 tokens"))
    dialog.load.click()
    wait(lambda: (now := desk.models.loaded()) is not None and now.context_tokens == 4096, timeout_ms=_TIMEOUT_MS)
    wait(lambda: _ready(presenter), timeout_ms=_TIMEOUT_MS)
    assert desk.settings.load().engine.context_tokens == 4096

    starter = next(file.path for file in desk.models.available() if file.starter)
    wait(lambda: window.cards[starter].button.isEnabled())
    window.cards[starter].button.click()
    wait(lambda: (now := desk.models.loaded()) is not None and now.path == starter, timeout_ms=_TIMEOUT_MS)
    wait(lambda: window.cards[starter].card.current)
    assert desk.settings.load().engine.context_tokens == 0
    window.close()


def _ready(presenter: WindowPresenter) -> bool:
    return presenter.window.talk.chip.state.mark == "ready"


def _text(presenter: WindowPresenter, desk: Services) -> str:
    """Return the text of the conversation's answers, as a person copies it."""
    view = presenter.window.talk.view
    turns = desk.conversations.turns(presenter.shown.id)
    return "".join(view.text_of(turn.answer.id) for turn in turns if turn.answer is not None)

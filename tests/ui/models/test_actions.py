"""A person acts on a model on this machine: it is used, verified, removed, shown in its folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.core.chat_template import ChatTemplate, WorkedOut
from app.core.conversations.events import Hashing, Loading, Opening
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Work
from app.models.local import starter
from app.models.provenance import FileState, ModelVerdict
from app.services.models.chat_templates import FormatReport
from app.services.models.models import Models
from app.ui.kit.activity import EngineTask
from app.ui.models import card as card_module
from app.ui.models.card import CardAction
from app.ui.models.cards import hashing_words
from app.ui.widgets.dialogs import Confirmation
from app.wording.chat_formats import format_sentences
from tests.there import there
from tests.ui.gate import Gate
from tests.ui.models.shop import Shop
from tests.ui.room import pause, wait


def _starter() -> str:
    found = starter()
    assert found is not None
    return found.path


def test_using_a_model_loads_it_as_the_card_promised(shop: Shop, qtbot: QtBot) -> None:
    other = shop.scout.with_name("other.gguf")
    other.hardlink_to(shop.scout)
    shop.open()
    gate = Gate()
    shop.room.engine.loads = [(Loading(0.42), gate)]
    promised = shop.card(other).fit
    assert any(segment.name == "context (q8_0)" for segment in promised[0].segments)
    button = shop.view(other).button
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    wait(gate.reached.is_set)
    wait(lambda: (progress := shop.card(other).progress) is not None and progress.fraction == 0.42)
    assert not shop.view(other).button.isEnabled()
    assert not shop.card(shop.scout).current
    shop.room.engine.info = msgspec.structs.replace(shop.room.engine.info, path=str(other))
    gate.open()
    shop.room.settle()
    assert shop.card(other).current
    assert shop.room.engine.specs[-1].model_path == str(other)
    stored = shop.room.desk.settings.load().engine
    assert (stored.model_path, stored.kv_type, stored.context_tokens) == (str(other), None, 0)


def test_a_model_that_is_chosen_while_an_answer_is_written_waits_and_its_card_says_so(shop: Shop) -> None:
    other = shop.scout.with_name("other.gguf")
    other.hardlink_to(shop.scout)
    shop.open()
    gate = Gate()
    shop.room.engine.answers = [(gate, "Twelve months.")]
    shop.room.ask("When?", settle=False)
    wait(gate.reached.is_set)
    shop.view(other).button.click()
    progress = shop.card(other).progress
    assert progress is not None
    assert progress.words == shop.room.presenter.activity.wait_words(EngineTask.ANSWER)
    assert not shop.view(other).button.isEnabled()
    assert shop.card(shop.scout).current, "it still writes"
    shop.room.engine.info = msgspec.structs.replace(shop.room.engine.info, path=str(other))
    gate.open()
    shop.room.settle()
    assert shop.card(other).current
    assert shop.card(other).progress is None


def test_choices_by_hand_are_not_taken_along_to_another_model(shop: Shop) -> None:
    other = shop.scout.with_name("other.gguf")
    other.hardlink_to(shop.scout)
    settings = shop.room.desk.settings.load()
    engine = msgspec.structs.replace(
        settings.engine, model_path=str(shop.scout), context_tokens=65_536, expert_layers=12, threads=3
    )
    shop.room.desk.settings.save(msgspec.structs.replace(settings, engine=engine))
    shop.open()
    shop.view(other).button.click()
    shop.room.settle()
    stored = shop.room.desk.settings.load().engine
    assert (stored.context_tokens, stored.expert_layers, stored.threads) == (0, -1, 3)


def test_a_model_that_could_not_be_loaded_says_why_on_its_card(shop: Shop) -> None:
    other = shop.scout.with_name("other.gguf")
    other.hardlink_to(shop.scout)
    shop.open()
    memory: dict[str, str | int] = {"path": str(other), "needed_bytes": 70 * 10**9, "free_bytes": 41 * 10**9}
    shop.room.engine.loads = [(Problem(Code.MODEL_OUT_OF_MEMORY, memory),)]
    shop.view(other).button.click()
    shop.room.settle()
    assert "needs 70 GB of memory" in shop.card(other).problem
    assert there(shop.card(other).button).action is CardAction.USE


def test_verifying_tells_how_far_it_is_and_what_it_found(shop: Shop) -> None:
    shop.open()
    gate = Gate()
    step = Hashing(20 * 10**9, 65 * 10**9, "Scout.gguf")
    shop.downloads.verifications = [(step, gate, _verdict(FileState.CHANGED))]
    shop.choose(shop.scout, "Verify")
    wait(gate.reached.is_set)
    wait(lambda: (progress := shop.card(shop.scout).progress) is not None and progress.fraction is not None)
    assert shop.card(shop.scout).progress.words == hashing_words(step)  # type: ignore[union-attr]
    assert [button.text() for button in shop.view(shop.scout).quiet_buttons] == ["Cancel"]
    gate.open()
    shop.room.settle()
    assert "Scout.gguf has changed" in shop.card(shop.scout).problem
    shop.downloads.verifications = [(_verdict(FileState.GOOD),)]
    shop.choose(shop.scout, "Verify")
    shop.room.settle()
    assert shop.card(shop.scout).lines[-1] == "Verified ✓ no file has changed"
    assert not shop.card(shop.scout).problem


def test_how_conversations_are_written_is_said_on_the_card(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    known = ChatTemplate("a", "b", "c", "d", "c")
    own = WorkedOut(known, added=("Be kind. " * 100,))
    agreed = FormatReport(known, own)
    reports: list[FormatReport | Problem] = [agreed, Problem(Code.MODEL_UNREADABLE, {"path": "Scout.gguf"})]

    def look(_models: Models, _path: Path, _cancel: Cancel) -> Work[Opening, FormatReport]:
        yield Opening(0, 1)
        report = reports.pop(0)
        if isinstance(report, Problem):
            raise AppError.of(report)
        return report

    monkeypatch.setattr(Models, "chat_format", look)
    shop.open()
    shop.choose(shop.scout, "Conversation format")
    assert shop.card(shop.scout).lines[-1] == "Looking at the conversation format…"
    shop.room.settle()
    said = shop.card(shop.scout).lines[-1]
    assert said.startswith(next(format_sentences(agreed)))
    assert said.endswith("…")
    assert len(said) < 450
    shop.choose(shop.scout, "Conversation format")
    shop.room.settle()
    assert "could not be read" in shop.card(shop.scout).problem


def test_verifying_can_be_stopped(shop: Shop) -> None:
    shop.open()
    gate = Gate()
    shop.downloads.verifications = [(Hashing(1, 2, "Scout.gguf"), gate)]
    shop.choose(shop.scout, "Verify")
    wait(gate.reached.is_set)
    pause(1)
    shop.view(shop.scout).quiet_buttons[0].click()
    shop.room.settle()
    assert shop.card(shop.scout).progress is None


def _verdict(state: FileState) -> ModelVerdict:
    return ModelVerdict((("Scout.gguf", state),))


def test_removing_asks_first_and_the_loaded_one_stays(shop: Shop) -> None:
    other = shop.scout.with_name("other.gguf")
    other.hardlink_to(shop.scout)
    window = shop.open()
    assert "Remove…" not in shop.menu(shop.scout)
    assert shop.menu(_starter()) == ["Conversation format", "Show in folder"]
    shop.choose(other, "Remove…")
    dialog = shop.dialog()
    assert isinstance(dialog, Confirmation)
    dialog.action.click()
    shop.room.settle()
    assert shop.downloads.removed == ["other.gguf"]
    assert str(other) not in window.cards


def test_its_folder_is_opened(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.open()
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    shop.choose(shop.scout, "Show in folder")
    assert [Path(url.toLocalFile()) for url in opened] == [shop.scout.parent]


def test_another_setting_does_not_bring_back_the_model_of_before(shop: Shop) -> None:
    other = shop.scout.with_name("other.gguf")
    other.hardlink_to(shop.scout)
    shop.open()
    shop.view(other).button.click()
    shop.room.settle()
    shop.room.presenter.model_area.preferences.toggle_theme()
    shop.room.settle()
    assert shop.room.desk.settings.load().engine.model_path == str(other)


def test_cards_keep_their_places_and_heights_while_a_model_is_loaded(shop: Shop) -> None:
    other = shop.scout.with_name("other.gguf")
    other.hardlink_to(shop.scout)
    shop.open()
    here = (shop.scout, other, _starter())
    before = [shop.view(key).geometry() for key in here]
    gate = Gate()
    shop.room.engine.loads = [(Loading(0.42), gate)]
    shop.view(other).button.click()
    wait(lambda: (progress := shop.card(other).progress) is not None and progress.fraction == 0.42)
    pause(shop.room.quiet_ms)
    assert [shop.view(key).geometry() for key in here] == before
    shop.room.engine.info = msgspec.structs.replace(shop.room.engine.info, path=str(other))
    gate.open()
    shop.room.settle()
    assert [shop.view(key).y() for key in here] == [place.y() for place in before]
    shop.window.close()
    shop.room.settle()
    window = shop.show()
    assert next(iter(window.cards)) == str(other), "the loaded one comes first when the window is opened again"


def test_a_click_on_a_card_that_has_just_moved_does_nothing(
    shop: Shop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_module, "UNSETTLED_MS", 600_000)
    shop.open()
    view, chosen = shop.view(_starter()), []
    view.acted.connect(lambda key, action: chosen.append((key, action)))
    view.move(view.x(), view.y() + 10)
    qtbot.mouseClick(view.button, Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(view.button, Qt.MouseButton.LeftButton)
    assert chosen == []
    view._unsettled.stop()  # as if the time were over
    qtbot.mouseClick(view.button, Qt.MouseButton.LeftButton)
    assert chosen == [(_starter(), CardAction.USE)]

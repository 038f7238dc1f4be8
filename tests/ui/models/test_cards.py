"""The cards: what is here, what it takes of a machine, what is offered; and what is done with what is here."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from app.core.errors import AppError, Code, Problem
from app.core.settings import KvType
from app.engine.planner.placement import Reason
from app.engine.protocol import Inspect
from app.models.local import starter
from app.models.provenance import Record
from app.services.models import judgement
from app.services.models.plans import Fit, Hardware
from app.store.judges import Judge, JudgedLanguage
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.look.theme import PAPER, SPACE_S, SPACE_XL
from app.ui.models.card import CardAction, CardGroup
from app.ui.models.fit import Share
from app.ui.models.words import missing_words, taken_words
from tests.said import explains, says
from tests.there import there
from tests.ui.models.shop import H100, SCOUT_REPOSITORY, Shop
from tests.ui.room import wait
from tests.work import instead


def _starter() -> str:
    found = starter()
    assert found is not None
    return found.path


def test_a_card_that_is_not_used_is_told_with_the_reason(shop: Shop) -> None:
    window = shop.open()
    plans = shop.models.plans
    assert plans.seen is not None
    assert "\n" not in window.machine.text()
    plans.seen = msgspec.structs.replace(plans.seen, unused_card=Problem(Code.CARD_DRIVER_MISSING, {"needed": 580}))
    plans.make_again()
    told = window.machine.text().splitlines()
    assert told[0].endswith(" free on disk")
    assert says(told[1], Code.CARD_DRIVER_MISSING, needed=580)


def test_the_loaded_model_comes_first_with_what_it_takes_of_the_gpu(shop: Shop) -> None:
    window = shop.open()
    assert window.machine.text().startswith("This computer: GPU, 85.9 GB · 275 GB memory · ")
    assert window.machine.text().endswith(" free on disk")
    first = shop.card(shop.scout)
    assert next(iter(window.cards)) == str(shop.scout)
    assert first.current
    assert first.lines[0] == "Q4_K_M · 16B active of 108B"
    assert first.button is not None
    assert (first.button.words, first.button.action) == ("In use", None)
    assert first.room == "Room for 262,144 tokens, about 450 pages · about 220 tokens a second"
    [gpu] = first.fit
    shares = {segment.share: segment.bytes for segment in gpu.segments}
    assert gpu.name == "GPU"
    assert gpu.detail.endswith(" of 85.9 GB")
    assert 60 < shares[Share.WEIGHTS] / 2**30 < 61
    assert set(shares) == {Share.WEIGHTS, Share.CONTEXT, Share.WORKING, Share.KEPT}
    assert sum(shares.values()) <= gpu.total_bytes
    assert not gpu.over


def test_above_what_the_card_holds_its_model_says_how_to_stay_there(shop: Shop) -> None:
    engine = shop.room.engine
    engine.info = msgspec.structs.replace(engine.info, kv_type=KvType.Q8_0, context_tokens=540_672)
    shop.open()
    first, second = shop.card(shop.scout).room.splitlines()
    assert first.startswith("Room for 540,672 tokens, ")
    assert second == ("All on the GPU, at about 220 tokens a second: with the KV cache in q4_0 or with 527,360 tokens")


@pytest.mark.parametrize(
    ("planned", "words"),
    [
        (65_000_000_000, "Uses 65 GB of memory, as estimated"),
        (65_650_000_000, "Uses 65 GB of memory, 1.0% less than estimated"),
        (64_000_000_000, "Uses 65 GB of memory, 1.5% more than estimated"),
    ],
)
def test_a_loaded_model_says_how_near_its_plan_came(planned: int, words: str) -> None:
    assert taken_words(Fit(planned, 65_000_000_000)) == words


def test_hovering_a_bar_names_its_parts(shop: Shop, qtbot: QtBot) -> None:
    shop.open()
    bar = shop.view(shop.scout).fit.devices[0].bar
    named = [part.name if (part := bar.part_at(x)) else "" for x in range(5, bar.width() - 5, 3)]
    assert any(name.startswith("weights · 64") for name in named)
    assert any(name.startswith("context (q8_0) · ") for name in named)
    assert any(name.startswith("free · ") for name in named)
    assert any(name.startswith("other programs and reserve · ") for name in named)
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert "weights" in QToolTip.text()


def test_without_enough_gpu_the_experts_are_told_apart(shop: Shop) -> None:
    shop.room.engine.info = msgspec.structs.replace(shop.room.engine.info, context_tokens=65_536)
    shop.open(Hardware((24,), 128))
    gpu, host = shop.card(shop.scout).fit
    assert (gpu.name, host.name) == ("GPU", "Memory")
    assert host.segments[0].name == "experts"
    assert host.segments[0].bytes > 30 * 2**30


def test_what_does_not_fit_says_by_how_much_and_what_would_help(shop: Shop) -> None:
    shop.open(Hardware((), 32))
    card = shop.card(shop.offer("Q5_K_M"))
    assert (card.misfit, card.group) == (True, CardGroup.MISFIT)
    assert card.room == missing_words(47_700_000_000)
    assert explains(card.tip, Reason.MORE_MEMORY)
    assert explains(card.tip, Reason.SMALLER_MODEL)
    owned = shop.card(shop.scout)
    missing, from_disk = owned.room.splitlines()
    assert missing.endswith(" GB more memory.")
    assert from_disk.startswith("With weights read from the disk, it would write about ")
    [host] = owned.fit
    assert host.over
    assert host.detail.startswith("needs ")
    image = shop.view(shop.scout).fit.devices[0].bar.grab().toImage()
    middle = {image.pixelColor(x, image.height() // 2).name().upper() for x in range(10, image.width() - 10)}
    assert {PAPER.accent, PAPER.not_found} <= middle, "what is too much is hatched"


def test_what_does_not_fit_is_folded_away_and_no_button_leads_there(shop: Shop, qtbot: QtBot) -> None:
    window = shop.open(Hardware((), 32))
    misfits = [view for view in window.cards.values() if view.card.group is CardGroup.MISFIT]
    assert window.folds[CardGroup.MISFIT].text() == f"Does not fit this computer ({len(misfits)})"
    assert not any(view.isVisible() for view in misfits)
    window.folds[CardGroup.MISFIT].click()
    assert all(view.isVisible() for view in misfits)
    unchecked = shop.view(shop.offer("UD-Q4_K_XL"))
    assert unchecked.card.group is CardGroup.MISFIT, "its files alone are too large"
    assert unchecked.card.room.startswith("Needs ")
    assert not unchecked.button.isVisible()
    [quiet] = unchecked.quiet_buttons
    assert quiet.text() == "Download 63.7 GB"
    quiet.click()
    shop.room.settle()
    dialog = shop.dialog()
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert f"It does not fit this computer. {unchecked.card.room}" in words


def test_one_model_is_recommended_first_and_says_why(shop: Shop) -> None:
    shop.scout.unlink()
    window = shop.open(Hardware((), 64))
    offered = [view.card for view in window.cards.values() if view.card.group is CardGroup.OFFERED]
    marked = [card for card in offered if card.mark]
    assert [card.mark for card in marked] == ["Recommended: best balance for this computer"]
    assert marked[0].button is not None
    assert marked[0].button.primary
    assert not any(card.button.primary for card in offered if card.button and card not in marked)
    tops = {view.card.key: view.y() for view in window.cards.values() if view.card.group is CardGroup.OFFERED}
    assert min(tops, key=lambda key: tops[key]) == marked[0].key


def test_none_is_recommended_to_who_has_one_as_good(shop: Shop) -> None:
    window = shop.open()
    assert [view.card.title for view in window.cards.values() if view.card.mark] == []


def test_below_the_last_card_there_is_its_margin_and_nothing_else(shop: Shop) -> None:
    window = shop.open(Hardware((), 64))
    window.resize(900, 600)
    shop.room.settle()
    shown = there(window.scroller.widget())
    assert shown.height() > window.scroller.viewport().height()
    fold = window.folds[CardGroup.MISFIT]
    assert shown.height() - fold.mapTo(shown, QPoint(0, fold.height())).y() <= SPACE_XL + SPACE_S


def test_of_each_model_one_size_is_shown_and_the_others_are_folded_away(shop: Shop) -> None:
    window = shop.open(Hardware((24,), 64))
    titles = [view.card.title for view in window.cards.values() if view.card.group is CardGroup.OFFERED]
    assert len(set(titles)) == len(titles) > 1
    others = [view for view in window.cards.values() if view.card.group is CardGroup.OTHER]
    assert window.folds[CardGroup.OTHER].text().endswith(f"({len(others)})")
    assert not any(view.isVisible() for view in others)
    window.folds[CardGroup.OTHER].click()
    assert all(view.isVisible() for view in others)


def test_a_small_model_runs_anywhere_and_has_no_bar(shop: Shop) -> None:
    shop.open()
    card = shop.card(_starter())
    assert card.room.startswith("Runs on any computer. Room for 8,192 tokens, about 14 pages")
    assert card.fit == ()
    assert card.title == "SmolLM2 135M"


LIMIT = "Checks word for word only"


def judged(shop: Shop, path: Path, kept: float) -> None:
    """It was found out that this model keeps such a share of what is true, in English."""
    language = JudgedLanguage("en", 1.0, -1.0, kept, 0.7)
    key = judgement.file_key(path, ())
    shop.room.desk.asking.weighing.judges.keep(Judge(key, judgement.VERSION, (language,)))


def test_a_model_that_failed_the_test_of_judges_says_so_with_the_reason(shop: Shop) -> None:
    judged(shop, shop.scout, 0.1)
    shop.open()
    view = shop.view(shop.scout)
    assert view.limit.isVisible()
    assert view.limit.text() == LIMIT
    reason = "In a test, this model could not tell true sentences from nearly true ones, so it is not asked about "
    assert view.limit.accessibleDescription().startswith(reason)
    assert reason in view.limit.toolTip()
    assert LIMIT in view.accessibleName()


def test_one_that_passed_it_or_was_not_tested_says_nothing(shop: Shop) -> None:
    judged(shop, shop.scout, 0.5)
    shop.open()
    for path in (str(shop.scout), _starter()):
        assert not shop.view(path).limit.isVisible()
        assert LIMIT not in shop.view(path).accessibleName()


def test_a_card_says_it_as_soon_as_it_is_known(shop: Shop) -> None:
    shop.open()
    activity = shop.room.presenter.activity
    activity.begin(EngineTask.WEIGHING, lambda: None)
    judged(shop, shop.scout, 0.1)
    shop.room.settle()
    assert not shop.view(shop.scout).limit.isVisible()
    activity.end(EngineTask.WEIGHING)
    shop.room.settle()
    assert shop.view(shop.scout).limit.isVisible()


def test_no_file_is_read_for_it_in_the_windows_thread(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []

    def note(path: Path, adapters: Iterable[str]) -> str:
        read.append(threading.current_thread() is threading.main_thread())
        return file_key(path, adapters)

    file_key = judgement.file_key
    monkeypatch.setattr(judgement, "file_key", note)
    shop.open()
    assert set(read) == {False}


def test_the_whole_explanation_is_in_the_tooltip(shop: Shop) -> None:
    shop.open()
    tip = shop.view(shop.scout).room.toolTip()
    assert explains(tip, Reason.ALL_ON_GPU)
    assert tip.count("<br>") >= 3


def test_while_plans_are_made_the_cards_say_so(shop: Shop) -> None:
    shop.room.add_conversation("A")
    shop.room.open()
    shop.models.imagine(H100)
    shop.models.open()
    assert shop.window.empty.text() == "Checking the models folder…"
    wait(lambda: str(shop.scout) in shop.window.cards)
    gate = shop.room.hold(Executor.MODELS)
    shop.models.refresh()
    assert shop.card(shop.scout).title
    gate.open()
    shop.room.settle()
    assert shop.card(shop.scout).fit


def test_a_file_that_is_no_model_has_a_sentence_and_can_be_removed(shop: Shop) -> None:
    broken = shop.scout.with_name("broken.gguf")
    broken.write_bytes(b"nothing of the kind")
    shop.open()
    card = shop.card(broken)
    assert says(card.problem, Code.MODEL_NOT_GGUF, path="broken.gguf")
    assert card.button is None
    assert shop.menu(broken) == ["Verify", "Conversation format", "Show in folder", "Remove…"]


def test_what_was_fetched_shows_its_terms_and_credit_and_is_not_offered_again(shop: Shop) -> None:
    record = Record("Llama 4 Scout", SCOUT_REPOSITORY, "", "llama4", (), "", "Q4_K_M")
    shop.downloads.owned[str(shop.scout)] = record
    window = shop.open()
    assert shop.card(shop.scout).title == "Llama 4 Scout"
    assert shop.card(shop.scout).lines[-1] == "Llama 4 Community License"
    assert window.credits.text() == "Built with Llama", "once for all"
    assert shop.offer("Q4_K_M").key not in window.cards
    assert shop.offer("Q5_K_M").key in window.cards


def test_everything_has_a_name_and_is_reached_with_tab(shop: Shop, qtbot: QtBot) -> None:
    window = shop.open()
    first = shop.view(shop.offer("Q3_K_M"))
    assert first.button.accessibleName() == "Download 53.5 GB: Llama 4 Scout"
    assert first.accessibleName().startswith("Llama 4 Scout, Q3_K_M")
    wanted = {window.import_button, window.name_button, shop.view(_starter()).button, shop.view(_starter()).more}
    window.import_button.setFocus()
    reached = set()
    for _step in range(40):
        focus = QApplication.focusWidget()
        reached.add(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert wanted <= reached
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    shop.room.settle()
    assert shop.models.window is None


def test_names_are_not_markup(shop: Shop) -> None:
    record = Record("<img src=x><b>Scout</b>", "a/b", "", "", (), "", "Q4_K_M")
    shop.downloads.owned[str(shop.scout)] = record
    window = shop.open()
    assert shop.card(shop.scout).title == "<img src=x><b>Scout</b>"
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()


def test_the_window_is_opened_by_key_once_and_closes_with_the_main_one(shop: Shop, qtbot: QtBot) -> None:
    shop.room.open()
    shop.room.window.activateWindow()
    shop.models.imagine(H100)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(shop.room.window, Qt.Key.Key_M, modifiers)
    shop.room.settle()
    first = shop.models.window
    assert first is not None
    shop.models.open()
    assert shop.models.window is first
    shop.room.window.close()
    shop.room.settle()
    assert shop.models.window is None


def test_where_the_engine_cannot_tell_what_it_sees_the_cards_are_there_all_the_same(shop: Shop) -> None:
    def broken() -> None:
        raise AppError(Code.ENGINE_CRASHED, signal=11)

    shop.room.engine.run = instead(shop.room.engine, Inspect, broken)  # type: ignore[assignment, method-assign]
    window = shop.open(Hardware())
    assert "signal 11" in window.machine.text()
    assert shop.card(shop.scout).room == ""
    assert there(shop.card(_starter()).button).action is CardAction.USE


def test_groups_stand_in_order_and_none_is_empty(shop: Shop) -> None:
    window = shop.open()
    tops = {view.card.group: view.mapTo(window, QPoint()).y() for view in window.cards.values()}
    assert tops[CardGroup.HERE] < tops[CardGroup.OFFERED]
    headings = [label for label in window.findChildren(QLabel) if label.property("role") == "section"]
    assert [label.text() for label in headings] == ["On this computer", "In progress", "Available to download"]
    assert [label.isVisible() for label in headings] == [True, False, True]


def test_cards_have_their_heights_before_they_are_drawn(shop: Shop) -> None:
    """Even if nothing else happens between: the window's thread may be busy for seconds."""
    window = shop.open()
    shown = [view.card for view in window.cards.values()]
    window.show_cards(())
    shop.room.settle()
    window.show_cards(shown)
    heights = [view.height() for view in window.cards.values() if view.isVisible()]
    assert heights
    shop.room.settle()
    assert heights == [view.height() for view in window.cards.values() if view.isVisible()]

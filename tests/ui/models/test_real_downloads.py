"""From a name to a model that is here: the real downloads, their processes, and a hub on loopback."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.bootstrap import downloads_of
from app.core.settings import HubSettings
from app.core.work import Cancel, finish
from app.models.gguf.reader import HeaderReader
from app.ui.models.card import CardAction, CardGroup, ModelCard
from app.ui.models.dialogs import AddDialog, OrderDialog
from tests.models import hub_on_loopback
from tests.models.hub_on_loopback import REPOSITORY, Fault
from tests.ui.models.shop import Shop
from tests.ui.room import wait


def _found(shop: Shop, group: CardGroup) -> ModelCard | None:
    cards = [view for view in shop.window.cards.values() if view.card.group is group and "Tiny" in view.card.title]
    return cards[0] if cards else None


def _real(shop: Shop, endpoint: str) -> None:
    desk = shop.room.desk
    settings = desk.settings.load()
    desk.settings.save(msgspec.structs.replace(settings, hub=HubSettings(endpoint)))
    downloads, models = downloads_of(desk.models, desk.settings, HeaderReader()), shop.room.presenter.model_area.models
    object.__setattr__(desk.model_files, "downloads", downloads)
    for presenter in (models.fetching, models.adding, models.headers):
        presenter._downloads = downloads


def test_by_name_fetched_paused_gone_on_with_and_verified(shop: Shop, qtbot: QtBot, tiny_scout_fast: Path) -> None:
    with hub_on_loopback.running() as hub:
        hub.card = {"license": "mit"}
        hub.add("tiny-Q8_0.gguf", tiny_scout_fast)
        _real(shop, hub.endpoint)
        window = shop.open()
        window.name_button.click()
        shop.room.settle()
        dialog = shop.dialog()
        assert isinstance(dialog, AddDialog)
        qtbot.keyClicks(dialog.name, REPOSITORY)
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
        shop.room.settle()
        assert dialog.list.item(0).text().startswith("Q8_0 · ")
        assert "oom for " in dialog.fit_words.text(), "its header was read by ranges"
        assert hub.ranges("tiny-Q8_0.gguf")
        hub.faults["tiny-Q8_0.gguf"] = Fault.HOLD
        dialog.fetch.click()
        wait(lambda: bool(dialog.findChildren(OrderDialog)))
        [order] = dialog.findChildren(OrderDialog)
        assert "127.0.0.1" in order.accessibleDescription()
        assert order.action.text() == "Accept and download"
        order.action.click()
        wait(lambda: (view := _found(shop, CardGroup.COMING)) is not None and bool(view.card.progress.fraction))  # type: ignore[union-attr]
        assert "127.0.0.1" in shop.room.window.line.words.text()
        view = _found(shop, CardGroup.COMING)
        assert view is not None
        view.button.click()
        hub.let_go.set()
        shop.room.settle()
        view = _found(shop, CardGroup.COMING)
        assert view is not None
        assert view.card.button is not None
        assert view.card.button.action is CardAction.GO_ON
        assert not shop.room.window.line.isVisible()
        hub.faults.clear()
        view.button.click()
        shop.room.settle()
        here = _found(shop, CardGroup.HERE)
        assert here is not None, "it is in the list once its hash was found right"
        assert here.card.button is not None
        assert here.card.button.action is CardAction.USE
        assert window.credits.text() == "Built with Llama", "whatever its repository says"
        shop.choose(here.card.key, "Verify")
        shop.room.settle()
        assert "✓" in shop.card(here.card.key).lines[-1]


def test_wrong_bytes_are_never_a_model(shop: Shop, tiny_scout_fast: Path) -> None:
    with hub_on_loopback.running() as hub:
        hub.card = {"license": "mit"}
        hub.add("tiny-Q8_0.gguf", tiny_scout_fast, fault=Fault.WRONG)
        _real(shop, hub.endpoint)
        shop.open()
        shop.models.fetching.start(finish(shop.room.desk.model_files.downloads.look_up(REPOSITORY, Cancel()))[0])
        shop.room.settle()
        assert _found(shop, CardGroup.HERE) is None
        view = _found(shop, CardGroup.COMING)
        assert view is not None
        assert "tiny-Q8_0.gguf" in view.card.problem


def test_an_address_that_would_be_spoken_to_in_the_clear_leaves_the_cards_and_is_refused(shop: Shop) -> None:
    _real(shop, "http://hub.example.org")
    window = shop.open()
    offer = shop.room.desk.model_files.downloads.offers()[0]
    assert window.credits.text() == "Built with Llama"
    shop.view(offer).button.click()
    shop.room.settle()
    assert "hub.example.org" in window.notice.text()
    assert shop.dialogs() == []

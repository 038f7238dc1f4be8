"""Fetching: what is said before, what is shown meanwhile, and that it goes on, pauses and ends as a person wants."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.core.conversations.events import Asking, Fetching, Hashing
from app.core.errors import Code, Problem
from app.models.offers import Offer
from app.services.models.downloads import Unfinished
from app.ui.models.card import CardAction, CardGroup, CardProgress
from app.ui.models.cards import hashing_words
from app.ui.models.dialogs import OrderDialog, TokenDialog
from app.ui.widgets.dialogs import Confirmation
from app.wording.units import size
from tests.ui.gate import Gate
from tests.ui.models.shop import Shop
from tests.ui.room import wait

_HOST = "huggingface.co"


def _step(offer: Offer, done: int, hashed: int = 0, rate: float = 214e6) -> Fetching:
    return Fetching(done, offer.size_bytes, hashed, rate, _HOST, offer.files[0].path)


def _order(shop: Shop, offer: Offer) -> OrderDialog:
    dialog = shop.order(offer)
    assert isinstance(dialog, OrderDialog)
    return dialog


def _begin(shop: Shop, offer: Offer, gate: Gate) -> None:
    """Through the dialog, to the gate."""
    hashed = offer.files[0].size_bytes
    shop.downloads.fetches = [(Asking(_HOST), _step(offer, hashed + 10**9, hashed), gate)]
    _order(shop, offer).action.click()
    wait(gate.reached.is_set)
    shop.wait_for(offer, CardAction.PAUSE)
    wait(lambda: _progress(shop, offer).fraction is not None)


def _progress(shop: Shop, offer: Offer) -> CardProgress:
    return shop.card(offer).progress or CardProgress("", None)


def _action(shop: Shop, offer: Offer) -> CardAction | None:
    button = shop.card(offer).button
    return button.action if button else None


def test_the_terms_are_shown_whole_and_accepted_once(shop: Shop, qtbot: QtBot) -> None:
    shop.open()
    told: list[str] = []
    shop.room.presenter.model_area.models.done.connect(told.append)
    offer = shop.offer("Q5_K_M")
    dialog = _order(shop, offer)
    facts = dialog.accessibleDescription()
    for fact in (
        f"Source: {_HOST} · {offer.repository}",
        "Download size: 78.3 GB",
        "Free space: 2.1 TB",
        "Built with Llama",
    ):
        assert fact in facts
    assert dialog.terms.toPlainText() == shop.downloads.licences["llama4"].text
    assert dialog.terms.isReadOnly()
    assert dialog.action.text() == "Accept and download"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    shop.room.settle()
    assert not shop.downloads.fetched
    assert not shop.downloads.accepted
    _order(shop, offer).action.click()
    shop.room.settle()
    assert shop.downloads.accepted == {"llama4"}
    assert shop.downloads.fetched == [offer.key]
    assert [words.partition(" was ")[2] for words in told] == [f"downloaded and verified ({size(offer.size_bytes)})."]
    again = _order(shop, shop.offer("Q6_K"))
    assert again.action.text() == "Download"
    assert "(accepted)" in again.accessibleDescription()
    again.reject()


def test_a_disk_that_is_too_small_is_told_before_anything_is_asked(shop: Shop) -> None:
    shop.downloads.free_bytes = 21 * 10**9
    shop.open()
    dialog = _order(shop, shop.offer("Q4_K_M", "Qwen3 4B"))
    assert dialog.action.isEnabled()
    dialog.reject()
    dialog = _order(shop, shop.offer("Q5_K_M"))
    assert not dialog.action.isEnabled()
    dialog.reject()


def test_a_download_shows_bytes_rate_time_parts_and_whom_it_talks_to(shop: Shop) -> None:
    shop.open()
    offer, gate = shop.offer("Q5_K_M"), Gate()
    _begin(shop, offer, gate)
    card, progress = shop.card(offer), _progress(shop, offer)
    assert card.group is CardGroup.COMING
    done = offer.files[0].size_bytes + 10**9
    left = (offer.size_bytes - done) / 214e6
    assert progress.words.startswith("downloading ")
    assert "214 MB/s" in progress.words
    assert f"{round(left) // 60} min" in progress.words
    assert progress.aside == "part 1 of 3 verified ✓"
    assert progress.below == f"{_HOST} · the only address that Octavo connects to"
    assert card.lines[-1] == "Llama 4 Community License"
    gate.open()
    shop.room.settle()
    assert offer.key not in shop.window.cards
    here = [view.card.title for view in shop.window.cards.values() if view.card.group is CardGroup.HERE]
    assert "Llama 4 Scout" in here


def test_the_main_window_shows_it_while_the_other_one_is_closed(shop: Shop) -> None:
    shop.open()
    line = shop.room.window.line
    assert not line.isVisible()
    offer, gate = shop.offer("Q5_K_M"), Gate()
    _begin(shop, offer, gate)
    shop.window.close()
    wait(lambda: shop.models.window is None)
    assert line.isVisible()
    assert line.words.text().startswith("Llama 4 Scout · downloading ")
    assert line.words.text().endswith("the only address that Octavo connects to")
    line.models.click()
    shop.wait_for(offer, CardAction.PAUSE)
    line.pause.click()
    shop.room.settle()
    assert not line.isVisible()
    assert _action(shop, offer) is CardAction.GO_ON


def test_pause_go_on_and_discard(shop: Shop, qtbot: QtBot) -> None:
    shop.open()
    offer, gate = shop.offer("Q5_K_M"), Gate()
    _begin(shop, offer, gate)
    button = shop.view(offer).button
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    shop.room.settle()
    assert _action(shop, offer) is CardAction.GO_ON
    assert _progress(shop, offer).words.startswith("paused · ")
    second = Gate()
    shop.downloads.fetches = [(_step(offer, offer.size_bytes // 2), second)]
    shop.view(offer).button.click()
    wait(second.reached.is_set)
    shop.wait_for(offer, CardAction.PAUSE)
    shop.view(offer).button.click()
    shop.room.settle()
    shop.view(offer).quiet_buttons[0].click()
    dialog = shop.dialog()
    assert isinstance(dialog, Confirmation)
    dialog.action.click()
    shop.room.settle()
    assert shop.downloads.discarded == [offer.key]
    assert shop.card(offer).group is CardGroup.OTHER


def test_one_waits_for_the_other(shop: Shop) -> None:
    shop.downloads.accepted.add("llama4")
    shop.open()
    first, second, gate = shop.offer("Q5_K_M"), shop.offer("Q6_K"), Gate()
    _begin(shop, first, gate)
    shop.view(second).button.click()
    wait(lambda: shop.dialogs() != [])
    order = shop.dialog()
    assert isinstance(order, OrderDialog)
    order.action.click()
    shop.wait_for(second, CardAction.PAUSE)
    assert _progress(shop, second).words == "waiting for the previous download"
    gate.open()
    shop.room.settle()
    assert shop.downloads.fetched == [first.key, second.key]


def test_one_that_was_begun_earlier_can_go_on(shop: Shop) -> None:
    offer = shop.offer("Q5_K_M")
    shop.downloads.begun = [Unfinished(offer, 21 * 10**9)]
    shop.downloads.accepted.add("llama4")
    shop.open()
    assert _progress(shop, offer).words == "paused · 21 GB of 78.3 GB"
    assert shop.window.credits.text() == "Built with Llama"
    shop.view(offer).button.click()
    shop.room.settle()
    assert shop.downloads.fetched == [offer.key]


def test_what_went_wrong_stands_on_the_card_and_it_can_go_on(shop: Shop) -> None:
    shop.downloads.accepted.add("llama4")
    shop.open()
    offer = shop.offer("Q5_K_M")
    shop.downloads.fetches = [(_step(offer, 5 * 10**9), Problem(Code.HUB_INTERRUPTED, {"host": _HOST}))]
    _order(shop, offer).action.click()
    shop.room.settle()
    assert "broke off" in shop.card(offer).problem
    assert _action(shop, offer) is CardAction.GO_ON
    assert _progress(shop, offer).words.startswith("paused · 5 GB")
    assert not shop.room.window.line.isVisible()


def test_checking_a_hash_is_told(shop: Shop) -> None:
    shop.downloads.accepted.add("llama4")
    shop.open()
    offer, gate = shop.offer("Q5_K_M"), Gate()
    step = Hashing(10**9, 49 * 10**9, "part-1.gguf")
    shop.downloads.fetches = [(_step(offer, 50 * 10**9), step, gate)]
    _order(shop, offer).action.click()
    wait(gate.reached.is_set)
    wait(lambda: _progress(shop, offer).words == hashing_words(step))


def test_a_gated_repository_asks_for_a_token_which_is_never_shown(shop: Shop, qtbot: QtBot) -> None:
    offer = msgspec.structs.replace(shop.offer("Q5_K_M"), gated=True)
    shop.downloads.catalogue = (offer,)
    shop.open()
    dialog = shop.order(offer)
    assert isinstance(dialog, TokenDialog)
    assert dialog.line.echoMode() is QLineEdit.EchoMode.Password
    assert "keyring" in dialog.accessibleDescription()
    qtbot.keyClicks(dialog.line, "hf_secret")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    shop.room.settle()
    assert shop.downloads.token == "hf_secret"
    order = shop.dialog()
    assert isinstance(order, OrderDialog)
    order.reject()


def test_a_token_that_is_wanted_later_is_asked_for_from_the_card(shop: Shop, qtbot: QtBot) -> None:
    shop.downloads.accepted.add("llama4")
    shop.open()
    offer = shop.offer("Q5_K_M")
    shop.downloads.fetches = [(Problem(Code.HUB_GATED, {"repository": offer.repository}),)]
    _order(shop, offer).action.click()
    shop.room.settle()
    assert shop.view(offer).button.text() == "Access token…"
    shop.view(offer).button.click()
    dialog = shop.dialog()
    assert isinstance(dialog, TokenDialog)
    qtbot.keyClicks(dialog.line, "hf_secret")
    dialog.action.click()
    shop.room.settle()
    order = shop.dialog()
    assert isinstance(order, OrderDialog)
    order.action.click()
    shop.room.settle()
    assert shop.downloads.fetched == [offer.key, offer.key]


def test_closing_the_desk_stops_it(shop: Shop) -> None:
    shop.open()
    offer, gate = shop.offer("Q5_K_M"), Gate()
    _begin(shop, offer, gate)
    assert shop.room.bridge.close()
    assert [each.offer.key for each in shop.downloads.begun] == [offer.key]


def test_whether_it_fits_is_asked_of_the_hub_where_the_catalogue_does_not_know(shop: Shop) -> None:
    shop.open()
    unknown, known = shop.offer("UD-Q2_K_XL"), shop.offer("Q3_K_M")
    assert unknown.header is None
    assert shop.card(unknown).fit == ()
    shop.downloads.known[unknown.key] = msgspec.structs.replace(unknown, header=known.header)
    shop.view(unknown).quiet_buttons[0].click()
    shop.room.settle()
    assert shop.card(unknown).fit
    assert shop.card(unknown).room.startswith("Room for ")
    assert shop.view(unknown).quiet_buttons == ()


def test_a_hub_that_does_not_tell_is_said_on_the_card(shop: Shop) -> None:
    shop.open()
    unknown = shop.offer("UD-Q2_K_XL")
    shop.downloads.known[unknown.key] = Problem(Code.HUB_UNREACHABLE, {"host": _HOST})
    shop.view(unknown).quiet_buttons[0].click()
    shop.room.settle()
    assert _HOST in shop.card(unknown).problem
    assert shop.view(unknown).quiet_buttons[0].text() == "Check"
    assert _action(shop, unknown) is CardAction.FETCH


def test_terms_that_nobody_accepted_are_shown_before_it_goes_on(shop: Shop) -> None:
    offer = shop.offer("Q5_K_M")
    shop.downloads.begun = [Unfinished(offer, 21 * 10**9)]
    shop.open()
    dialog = _order(shop, offer)
    assert dialog.action.text() == "Accept and download"
    dialog.reject()
    shop.room.settle()
    assert not shop.downloads.fetched

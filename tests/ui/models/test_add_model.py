"""Models from elsewhere: imported, dropped, and added by the name of their repository."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.conversations.events import Copying
from app.core.errors import Code, Problem
from app.models.offers import Offer, RemoteFile
from app.ui.models.card import CardGroup
from app.ui.models.dialogs import AddDialog, OrderDialog
from tests.said import says
from tests.ui.gate import Gate
from tests.ui.models.shop import SCOUT_REPOSITORY, Shop
from tests.ui.room import wait


def _drop(shop: Shop, path: Path) -> None:
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window = shop.window
    window.dragEnterEvent(QDragEnterEvent(QPointF(300, 300), actions, data, buttons, modifiers))
    assert window.overlay.accessibleName() == "Import the model"
    window.dropEvent(QDropEvent(QPointF(300, 300), actions, data, buttons, modifiers))
    assert not window.overlay.isVisible()


def test_a_dropped_file_is_copied_with_a_card_that_can_be_cancelled(shop: Shop) -> None:
    shop.open()
    gate, path = Gate(), Path("/media/stick/model.octavo-model.tar")
    shop.downloads.imports = [(Copying(20 * 10**9, 61 * 10**9, "part-1.gguf"), gate)]
    _drop(shop, path)
    wait(gate.reached.is_set)
    key = f"import:{path}"

    def words() -> str:
        progress = shop.card(key).progress
        return progress.words if progress else ""

    wait(lambda: words() == "copying part-1.gguf · 20 GB of 61 GB")
    assert shop.card(key).group is CardGroup.COMING
    assert shop.view(key).button.text() == "Cancel"
    shop.view(key).button.click()
    shop.room.settle()
    assert key not in shop.window.cards
    assert shop.downloads.imported == [path]


def test_an_import_that_fails_is_told_in_the_window(shop: Shop) -> None:
    window = shop.open()
    shop.downloads.imports = [(Problem(Code.MODEL_NOT_GGUF, {"path": "/media/stick/a.gguf"}),)]
    _drop(shop, Path("/media/stick/a.gguf"))
    shop.room.settle()
    assert says(window.notice.text(), Code.MODEL_NOT_GGUF, path="a.gguf")


def test_a_file_or_a_folder_is_chosen(shop: Shop) -> None:
    window = shop.open()
    told: list[str] = []
    shop.room.presenter.model_area.models.done.connect(told.append)
    for action, path in zip(window.import_menu.actions(), ("/media/a.gguf", "/media/folder"), strict=True):
        action.trigger()
        dialog = window.findChildren(QFileDialog)[-1]
        dialog.filesSelected.emit([path])
        dialog.close()
        shop.room.settle()
    assert shop.downloads.imported == [Path("/media/a.gguf"), Path("/media/folder")]
    assert all(" was imported (" in words for words in told)
    assert len(told) == 2


def _look_up(shop: Shop, repository: str, qtbot: QtBot) -> AddDialog:
    shop.window.name_button.click()
    shop.room.settle()
    dialog = shop.dialog()
    assert isinstance(dialog, AddDialog)
    assert "huggingface.co" in dialog.status.text()
    assert not dialog.look_up.isEnabled()
    qtbot.keyClicks(dialog.name, repository)
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    shop.room.settle()
    return dialog


def test_by_name_its_quantizations_are_listed_with_the_fit_of_the_chosen_one(shop: Shop, qtbot: QtBot) -> None:
    shop.open()
    known = shop.offer("Q3_K_M")
    bare = tuple(
        Offer("me/scout", "scout", quantization, (RemoteFile("me/scout", f"{quantization}.gguf", 52 * 10**9),))
        for quantization in ("Q2_K", "Q3_K_M")
    )
    shop.downloads.listings["me/scout"] = bare
    shop.downloads.known = {
        bare[0].key: msgspec.structs.replace(bare[0], header=known.header),
        bare[1].key: Problem(Code.HUB_UNREACHABLE, {"host": "huggingface.co"}),
    }
    dialog = _look_up(shop, "me/scout", qtbot)
    assert [dialog.list.item(row).text() for row in range(2)] == ["Q2_K · 52 GB", "Q3_K_M · 52 GB"]
    assert dialog.fit_words.text().startswith("Room for ")
    assert dialog.fit.devices[0].detail.text().endswith("of 85.9 GB")
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    shop.room.settle()
    assert "huggingface.co" in dialog.fit_words.text()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Up)
    dialog.fetch.click()
    shop.room.settle()
    [order] = dialog.findChildren(OrderDialog)
    assert "no licence stated" in order.accessibleDescription()
    order.action.click()
    shop.room.settle()
    assert shop.downloads.fetched == [bare[0].key]
    assert shop.models.adding.dialog is None


def test_by_name_what_cannot_be_found_is_said(shop: Shop, qtbot: QtBot) -> None:
    shop.open()
    shop.downloads.listings = {"me/no": Problem(Code.HUB_NOT_FOUND, {"repository": "me/no"}), SCOUT_REPOSITORY: ()}
    dialog = _look_up(shop, "me/no", qtbot)
    assert "me/no" in dialog.status.text()
    assert dialog.status.property("role") == "failure"
    assert not dialog.fetch.isEnabled()
    dialog.name.setText(SCOUT_REPOSITORY)
    dialog.look_up.click()
    shop.room.settle()
    assert dialog.status.text() == "There is no model in GGUF format in this repository."
    dialog.reject()
    shop.room.settle()
    assert not shop.downloads.fetched

"""A room whose window of models is used as a person does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import msgspec
from PySide6.QtWidgets import QApplication, QDialog

from app.core.conversations.events import Opening
from app.core.model import ModelHeader
from app.core.work import Cancel, Work
from app.isolation.files import printable
from app.models import local
from app.models.gguf.reader import HeaderReader
from app.models.hub.catalogue import catalogue
from app.models.offers import Offer
from app.services.models.plans import Hardware
from app.ui.models.card import CardAction, CardData, ModelCard
from app.ui.models.window import ModelsWindow
from tests.ui.fakes import SCOUT
from tests.ui.room import Room, wait

H100 = Hardware((80,), 256)
SCOUT_REPOSITORY = "unsloth/Llama-4-Scout-17B-16E-Instruct-GGUF"


class RememberingReader(HeaderReader):
    """Reads each file once, whatever its name: a header of 200,000 words takes most of a second."""

    known: ClassVar[dict[tuple[int, int], ModelHeader]] = {}

    def read(self, path: Path, cancel: Cancel) -> Work[Opening, ModelHeader]:
        if not path.exists():
            return (yield from super().read(path, cancel))
        status = path.stat()
        key = (status.st_ino, status.st_size)
        if key not in self.known:
            self.known[key] = yield from super().read(path, cancel)
        return msgspec.structs.replace(self.known[key], files=tuple(map(printable, local.parts_of(path))))


class Shop:
    """`scout` is the model on this machine, and loaded. Downloads are scripted: `room.fake.downloads`."""

    def __init__(self, room: Room, scout_header: Path) -> None:
        self.room = room
        self.models = room.presenter.model_area.models
        self.downloads = room.fake.downloads
        self.downloads.catalogue = tuple(
            offer for offer in catalogue().offers if offer.untrusted_name in ("Llama 4 Scout", "Qwen3 4B")
        )
        folder = room.desk.models.folder
        folder.mkdir(parents=True, exist_ok=True)
        self.scout = folder / scout_header.name
        os.link(scout_header, self.scout)
        room.engine.info = msgspec.structs.replace(SCOUT, path=str(self.scout), context_tokens=262_144)

    def open(self, hardware: Hardware = H100) -> ModelsWindow:
        self.room.add_conversation("A")
        self.room.open()
        self.models.imagine(hardware)
        return self.show()

    def show(self) -> ModelsWindow:
        self.models.open()
        self.room.settle()
        window = self.models.window
        assert window is not None
        window.activateWindow()
        return window

    @property
    def window(self) -> ModelsWindow:
        window = self.models.window
        assert window is not None
        return window

    def offer(self, quantization: str, name: str = "Llama 4 Scout") -> Offer:
        return next(
            each
            for each in self.downloads.catalogue
            if each.quantization == quantization and each.untrusted_name == name
        )

    def view(self, key: str | Path | Offer) -> ModelCard:
        return self.window.cards[key.key if isinstance(key, Offer) else str(key)]

    def card(self, key: str | Path | Offer) -> CardData:
        return self.view(key).card

    def dialogs(self) -> list[QDialog]:
        """Return the dialogs that lie over a window, and want an answer."""
        found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog)]
        return [widget for widget in found if widget.isVisible() and widget.isModal()]

    def dialog(self) -> QDialog:
        """The one that there is."""
        [found] = self.dialogs()
        return found

    def order(self, offer: Offer) -> QDialog:
        self.view(offer).button.click()
        self.room.settle()
        return self.dialog()

    def menu(self, key: str | Path | Offer) -> list[str]:
        """Return the words that a card's menu offers."""
        view = self.view(key)
        view.more.click()
        words = [action.text() for action in view.menu.actions()]
        view.menu.close()
        return words

    def choose(self, key: str | Path | Offer, words: str) -> None:
        view = self.view(key)
        view.more.click()
        next(action for action in view.menu.actions() if action.text() == words).trigger()
        view.menu.close()

    def wait_for(self, key: str | Path | Offer, action: CardAction) -> None:
        """Until the button of a card does this."""
        name = key.key if isinstance(key, Offer) else str(key)

        def does() -> bool:
            view = self.window.cards.get(name)
            return view is not None and view.card.button is not None and view.card.button.action is action

        wait(does)

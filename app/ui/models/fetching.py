"""Downloads of models: one after the other on a thread of their own, whether their window is open or not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.core.conversations.events import Asking, Fetching, Hashing
from app.core.errors import Problem
from app.models.offers import Offer
from app.services.models.downloads import Licence
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.models.words import title_of
from app.ui.widgets.dialogs import Confirmation
from app.wording.errors import sentence
from app.wording.i18n import _

_Step: TypeAlias = "Asking | Fetching | Hashing"


@dataclass
class Transfer:
    """A download of this session. `step` is its last progress, None while it waits for its turn. `problem` says why it
    stopped; it can go on."""

    offer: Offer
    job: Job
    licence: Licence | None = None
    step: _Step | None = None
    fetched: Fetching | None = None
    pausing: bool = False
    problem: Problem | None = None

    @property
    def running(self) -> bool:
        return self.job.running


class FetchingPresenter(Presenter):
    """The downloads. `moved` carries the key of one that has something new, `ended` of one that is over in whatever
    way, `arrived` the ModelFile of one that is whole."""

    moved = Signal(str)
    ended = Signal(str)
    arrived = Signal(object)

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._downloads = context.desk.model_files.downloads
        self._bridge = context.bridge
        self.transfers: dict[str, Transfer] = {}

    @property
    def current(self) -> Transfer | None:
        """The download that is under way; None if none is."""
        return next((each for each in self.transfers.values() if each.running), None)

    def start(self, offer: Offer, licence: Licence | None = None) -> None:
        """Begin a download, or go on with one; what is under way goes on first."""
        present = self.transfers.get(offer.key)
        if present is not None and present.running:
            return
        work = partial(self._downloads.fetch, offer)
        job = self._bridge.stream(Executor.FETCHING, work, partial(self._on_event, offer.key))
        self.transfers[offer.key] = Transfer(offer, job, licence or (present.licence if present else None))
        self.moved.emit(offer.key)

    def pause(self, key: str) -> None:
        """Pause a download: the part that is verified stays, and the download goes on from there."""
        transfer = self.transfers.get(key)
        if transfer is not None and transfer.running:
            transfer.pausing = True
            transfer.job.cancel()
            self.moved.emit(key)

    @Slot()
    def pause_current(self) -> None:
        if self.current is not None:
            self.pause(self.current.offer.key)

    def discard(self, offer: Offer, over: QWidget) -> None:
        """Delete what has come of a download, once a person has confirmed that."""
        words = _("The downloaded part of “{model}” is deleted. A new download starts from the beginning.")
        dialog = Confirmation(
            _("Discard the download?"),
            words.format(model=title_of(offer.untrusted_name)),
            _("Discard"),
            offer.key,
            over,
        )
        dialog.confirmed.connect(partial(self._discard, offer))
        dialog.open()

    def _discard(self, offer: Offer, key: str) -> None:  # noqa: ARG002 - the offer says it
        self.transfers.pop(offer.key, None)
        work = partial(self._downloads.discard, offer)
        self._do(work, partial(self._on_discarded, offer.key), executor=Executor.FETCHING)

    def _on_event(self, key: str, event: object) -> None:
        transfer = self.transfers.get(key)
        if transfer is None:
            return
        match event:
            case Asking() | Hashing():
                transfer.step = event
            case Fetching():
                transfer.step = transfer.fetched = event
            case Done(result):
                del self.transfers[key]
                self.arrived.emit(result)
            case Cancelled():
                del self.transfers[key]
            case Failed(problem):
                transfer.problem = problem
                self.failed.emit(sentence(problem))
        if isinstance(event, Done | Cancelled | Failed):
            self.ended.emit(key)
        self.moved.emit(key)

    def _on_discarded(self, key: str) -> None:
        self.ended.emit(key)

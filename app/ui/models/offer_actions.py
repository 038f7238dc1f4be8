"""What is done with a model that is not here yet: asked whether it fits, fetched, paused, gone on with, given up."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.core.errors import Problem
from app.models.offers import Offer
from app.services.downloads import Downloads
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Cancelled, Done, Failed
from app.ui.models.add_model import AcquiringPresenter
from app.ui.models.card import Deed
from app.ui.models.fetching import FetchingPresenter
from app.ui.models.words import title_of
from app.ui.widgets.dialogs import Confirmation
from app.wording.i18n import _


class OfferDeeds(QObject):
    """`asked`: offers whose headers the hub told, `asking` those it is asked for, `problems` why it did not; all by
    the offer's key. `moved`: one of them is another; `told`: there is one more to plan."""

    moved = Signal()
    told = Signal()

    def __init__(
        self,
        downloads: Downloads,
        bridge: Bridge,
        fetching: FetchingPresenter,
        acquiring: AcquiringPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self._bridge = bridge
        self._fetching = fetching
        self._acquiring = acquiring
        self.asked: dict[str, Offer] = {}
        self.asking: set[str] = set()
        self.problems: dict[str, Problem] = {}

    def act(self, offer: Offer, deed: Deed, over: QWidget) -> None:
        match deed:
            case Deed.ASK:
                self._ask(offer)
            case Deed.FETCH:
                self._acquiring.order(offer, over)
            case Deed.GO_ON:
                self._acquiring.go_on(offer, over)
            case Deed.PAUSE:
                self._fetching.pause(offer.key)
            case Deed.TOKEN:
                self._acquiring.ask_token(offer, over)
            case Deed.DISCARD:
                self._ask_discard(offer, over)

    def known(self, listed: Offer) -> Offer:
        """As the catalogue has it, with the header where the hub told it."""
        return self.asked.get(listed.key, listed)

    def _ask(self, offer: Offer) -> None:
        """The hub, for the header."""
        if offer.key in self.asking:
            return
        self.asking.add(offer.key)
        self.problems.pop(offer.key, None)
        work = partial(self._downloads.headers, offer)
        self._bridge.stream(Executor.ASKING, work, partial(self._on_asked, offer))
        self.moved.emit()

    def _on_asked(self, listed: Offer, event: object) -> None:
        match event:
            case Done(result):
                headers = {"header": result.header, "projector_header": result.projector_header}
                self.asked[listed.key] = msgspec.structs.replace(listed, **headers)
                self.told.emit()
            case Failed(problem):
                self.problems[listed.key] = problem
        if isinstance(event, Done | Failed | Cancelled):
            self.asking.discard(listed.key)
            self.moved.emit()

    def _ask_discard(self, offer: Offer, over: QWidget) -> None:
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

    def _discard(self, offer: Offer, key: str) -> None:  # noqa: ARG002 - the dialog tells it
        self._fetching.discard(offer)

"""The window of models: lists them, plans each for this machine, and does what a person wants done with one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import shiboken6
from PySide6.QtCore import QObject, Signal, Slot

from app.core.errors import Problem
from app.core.events import Cancelled, Done, Failed
from app.engine.protocol import EngineState
from app.messages import _, printable, sentence, size
from app.models.offers import Offer
from app.models.shelf import ModelFile
from app.services.desk import Desk
from app.services.downloads import Licence
from app.services.machines import Hardware
from app.services.plans import Plan
from app.services.selection import (
    Owned,
    Planned,
    Seen,
    Selection,
    Wanted,
    look_at,
    select,
    settings_for,
    survey,
    wish_of,
)
from app.ui.bridge import Bridge, Executor
from app.ui.icons import Icons
from app.ui.jobs import Job
from app.ui.main_window import MainWindow
from app.ui.models.card import Card, Deed, Group
from app.ui.models.window import ModelsWindow
from app.ui.presenters import model_cards, model_words
from app.ui.presenters.acquiring import AcquiringPresenter
from app.ui.presenters.fetching import FetchingPresenter
from app.ui.presenters.model_deeds import ModelDeeds
from app.ui.presenters.models import ModelPresenter
from app.ui.presenters.placement import PlacementPresenter
from app.ui.widgets.dialogs import Confirmation


class ModelWindowPresenter(QObject):
    done = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        icons: Icons,
        model: ModelPresenter,
        main: MainWindow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._icons = icons
        self._model = model
        self._main = main
        self._hardware = Hardware()
        self.shown: ModelsWindow | None = None
        self.fetching = FetchingPresenter(desk, bridge, self)
        self.acquiring = AcquiringPresenter(desk, bridge, icons, self.fetching, self)
        self.placement = PlacementPresenter(desk, bridge, icons, self)
        self._selection: Selection | None = None
        self._seen: Seen | None = None
        self._plans: dict[str, Plan | Problem] = {}
        self._sizes: dict[str, int] = {}
        self._asking: set[str] = set()
        self._asked: dict[str, Offer] = {}  # offers of the catalogue whose headers the hub told
        self._survey: Job | None = None
        self.deeds = ModelDeeds(desk, bridge, model, self)
        self._connect()

    def imagine(self, hardware: Hardware) -> None:
        """Make the plans for another machine than this one."""
        self._hardware = self.placement.hardware = hardware

    # ---- the window

    @Slot()
    def open(self) -> None:
        """Show the window; one that is open comes to the front."""
        if self.window is None:
            made = self.shown = ModelsWindow(self._icons, self._main)
            made.acted.connect(self.act)
            made.files_given.connect(self.acquiring.import_models)
            made.file_wanted.connect(self._choose_file)
            made.folder_wanted.connect(self._choose_folder)
            made.name_wanted.connect(self._add_by_name)
            made.show_cards((), _("Looking into the models folder…"))
            made.show()
            self.refresh()
        assert self.shown is not None
        self.shown.raise_()
        self.shown.activateWindow()

    @property
    def window(self) -> ModelsWindow | None:
        """While it is open."""
        return self.shown if self.shown is not None and shiboken6.isValid(self.shown) else None

    @Slot()
    def close(self) -> None:
        if self.window is not None:
            self.window.close()

    @Slot()
    def place_loaded(self) -> None:
        """The placement of the model that is loaded, over the main window."""
        loaded = self._desk.models.loaded()
        if loaded is None:
            self.failed.emit(_("No model is loaded. Choose one first."))
            return
        self.placement.open(loaded.path, model_words.title_of(loaded.name), self._main)

    # ---- what there is

    @Slot()
    def refresh(self) -> None:
        """Look again, if there is anyone to see it."""
        if self.window is not None:
            self._bridge.call(Executor.MODELS, partial(select, self._desk), self._on_selected, self._on_problem)

    @Slot(object)
    def _on_selected(self, selection: Selection) -> None:
        self._selection = selection
        self._show()
        busy = self._hardware == Hardware() and self._desk.models.state() is EngineState.BUSY
        if self._seen is not None and busy:
            self._plan(self._seen)
            return
        if self.window is not None and self._seen is None:
            later = _("This machine is looked at when the answer is written.")
            self.window.show_machine(later if busy else _("Looking at this machine…"))
        executor = Executor.ENGINE if self._hardware == Hardware() else Executor.MODELS
        self._bridge.call(executor, partial(look_at, self._desk, self._hardware), self._plan, self._on_problem)

    @Slot(object)
    def _plan(self, seen: Seen) -> None:
        self._seen = self.acquiring.seen = seen
        selection = self._selection
        if self.window is None or selection is None:
            return
        self.window.show_machine(model_words.machine_words(seen, selection.free_bytes))
        wanted = [self._wanted(each, selection) for each in selection.owned]
        self._sizes = {each.file.path: each.file.size_bytes for each in selection.owned}
        offers = [self._asked.get(offer.key, offer) for offer in selection.offers]
        if self._survey is not None:
            self._survey.cancel()
        work = partial(survey, self._desk, wanted, offers, seen.machine)
        self._survey = self._bridge.stream(Executor.MODELS, work, self._on_planned)

    @Slot(object)
    def _on_planned(self, event: object) -> None:
        if isinstance(event, Planned):
            self._plans[event.key] = event.plan
            if isinstance(event.plan, Plan):
                self._model.kv_types[event.key] = event.plan.result.kv_type
            self._show()

    def _known(self, owned: Owned) -> Plan | None:
        """The plan for a file that is as it was when its header was read."""
        path = owned.file.path
        plan = self._plans.get(path)
        if not isinstance(plan, Plan) or self._sizes.get(path) != owned.file.size_bytes:
            return None
        beside = self._desk.models.projector_beside(Path(path))
        return plan if (plan.projector is not None) == bool(beside) else None

    def _wanted(self, owned: Owned, selection: Selection) -> Wanted:
        """The plan that loading this one now would follow; of the loaded one, with the context that it has."""
        path, loaded = owned.file.path, self._desk.models.loaded()
        engine = settings_for(self._desk, path, selection.engine, selection.choices)
        wish = wish_of(engine)
        if loaded is not None and loaded.path == path:
            wish = msgspec.structs.replace(wish, context_tokens=loaded.context_tokens, kv_type=loaded.kv_type)
        return Wanted(path, wish, engine.adapters, self._known(owned))

    # ---- the cards

    @Slot()
    def _show(self) -> None:
        if self.window is not None and self._selection is not None:
            self.window.show_cards(list(self._cards(self._selection)), _("There is no model on this machine."))

    def _cards(self, selection: Selection) -> Iterator[Card]:
        path = self.deeds.loaded_path
        for owned in sorted(selection.owned, key=lambda each: each.file.path != path):
            key = owned.file.path
            yield model_cards.owned_card(owned, self._plans.get(key), self.deeds.standing(key))
        for key, work in self.acquiring.imports.items():
            yield model_cards.import_card(key, work)
        begun = {each.offer.key: each for each in selection.unfinished}
        offers = {each.offer.key: each.offer for each in selection.unfinished}
        offers |= {key: transfer.offer for key, transfer in self.fetching.transfers.items()}
        for key, offer in offers.items():
            transfer = self.fetching.transfers.get(key)
            yield model_cards.transfer_card(offer, self._licence(key), transfer, begun.get(key))
        for listed in selection.offers:
            if listed.key not in offers:
                offer, plan = self._asked.get(listed.key, listed), self._plans.get(listed.key)
                asking = listed.key in self._asking
                yield model_cards.offer_card(offer, self._licence(listed.key), plan, asking=asking)

    def _licence(self, key: str) -> Licence | None:
        known = self._selection.licences.get(key) if self._selection is not None else None
        transfer = self.fetching.transfers.get(key)
        return known or (transfer.licence if transfer is not None else None)

    # ---- what a person does

    @Slot(str, object)
    def act(self, key: str, deed: Deed) -> None:
        """Of the card with this key."""
        window, offer = self.window, self._offer(key)
        if window is None:
            return
        match deed:
            case Deed.PLACE:
                self.placement.open(key, window.cards[key].card.title, window)
            case Deed.FETCH if offer is not None:
                self.acquiring.order(offer, window)
            case Deed.ASK if offer is not None:
                self._ask(offer)
            case Deed.GO_ON if offer is not None:
                self.fetching.start(offer)
            case Deed.PAUSE:
                self.fetching.pause(key)
            case Deed.DISCARD if offer is not None:
                self._ask_discard(offer, window)
            case Deed.TOKEN if offer is not None:
                self.acquiring.ask_token(offer, window)
            case Deed.CANCEL if key in self.acquiring.imports:
                self.acquiring.cancel(key)
            case _:
                self.deeds.act(key, deed, window.cards[key].card.title, window)

    def _offer(self, key: str) -> Offer | None:
        transfer = self.fetching.transfers.get(key)
        if transfer is not None:
            return transfer.offer
        selection = self._selection
        offers = [] if selection is None else list(selection.offers)
        offers += [] if selection is None else [each.offer for each in selection.unfinished]
        return next((offer for offer in offers if offer.key == key), None)

    def _ask(self, offer: Offer) -> None:
        """The hub, for the header."""
        self._asking.add(offer.key)
        self._plans.pop(offer.key, None)
        work = partial(self._desk.downloads.headers, offer)
        self._bridge.stream(Executor.ASKING, work, partial(self._on_asked, offer.key))
        self._show()

    def _on_asked(self, key: str, event: object) -> None:
        match event:
            case Done(result):
                self._asked[key] = result
                if self._seen is not None:
                    self._plan(self._seen)
            case Failed(problem):
                self._plans[key] = problem
        if isinstance(event, Done | Failed | Cancelled):
            self._asking.discard(key)
            self._show()

    def _ask_discard(self, offer: Offer, window: ModelsWindow) -> None:
        words = _("What was fetched of “{model}” so far is deleted. Fetching it again begins anew.")
        dialog = Confirmation(
            _("Discard the download?"),
            words.format(model=model_words.title_of(offer.untrusted_name)),
            _("Discard"),
            offer.key,
            window,
        )
        dialog.confirmed.connect(partial(self._discard, offer))
        dialog.open()

    def _discard(self, offer: Offer, key: str) -> None:  # noqa: ARG002 - the dialog tells it
        self.fetching.discard(offer)

    @Slot()
    def _choose_file(self) -> None:
        if self.window is not None:
            self.acquiring.choose_file(self.window)

    @Slot()
    def _choose_folder(self) -> None:
        if self.window is not None:
            self.acquiring.choose_folder(self.window)

    @Slot()
    def _add_by_name(self) -> None:
        if self.window is not None:
            self.acquiring.add_by_name(self.window)

    # ---- what happens meanwhile

    def _connect(self) -> None:
        line, chip = self._main.line, self._main.talk.chip
        line.models_wanted.connect(self.open)
        line.pause_wanted.connect(self.fetching.pause_current)
        chip.models_wanted.connect(self.open)
        chip.placement_wanted.connect(self.place_loaded)
        self._main.closing.connect(self.close)
        self.fetching.moved.connect(self._on_moved)
        self.fetching.ended.connect(self.refresh)
        self.fetching.arrived.connect(self._on_arrived)
        self.acquiring.moved.connect(self._show)
        self.acquiring.arrived.connect(self._on_arrived)
        self.deeds.moved.connect(self._show)
        self.deeds.changed.connect(self.refresh)
        self.placement.load_wanted.connect(self._model.load_as)
        for presenter in (self.acquiring, self.placement, self.deeds):
            presenter.failed.connect(self._tell)
        self.fetching.failed.connect(self._on_fetch_failed)

    @Slot(str)
    def _on_moved(self, key: str) -> None:
        """Of a download: its card, and the line of the main window."""
        transfer = self.fetching.transfers.get(key)
        if self.window is not None and transfer is not None and key in self.window.cards:
            card = model_cards.transfer_card(transfer.offer, self._licence(key), transfer, None)
            if self.window.cards[key].card.group is Group.COMING:
                self.window.show_card(card)
            else:
                self._show()
        elif transfer is not None:
            self._show()
        current = self.fetching.current
        if current is None:
            self._main.line.show_words("", None)
            return
        progress = model_cards.transfer_progress(current)
        title = model_words.title_of(current.offer.untrusted_name)
        words = " · ".join(filter(None, (title, progress.words, progress.below)))
        self._main.line.show_words(words, progress.fraction)

    @Slot(object)
    def _on_arrived(self, file: ModelFile) -> None:
        words = _("{model} is on this machine ({size}), compared with its hashes.")
        self.done.emit(words.format(model=printable(file.name), size=size(file.size_bytes)))
        self.refresh()

    @Slot(str)
    def _on_fetch_failed(self, words: str) -> None:
        """The card says it; without one, the main window."""
        if self.window is None:
            self.failed.emit(words)

    @Slot(str)
    def _tell(self, words: str) -> None:
        if self.window is not None:
            self.window.notice.show_sentence(words)
        else:
            self.failed.emit(words)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self._tell(sentence(problem))

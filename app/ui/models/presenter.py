"""The window of models: lists them, plans each for this machine, and does what a person wants done with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal, Slot

from app.core.errors import Problem
from app.engine.planner.placement import Placement
from app.models.local import ModelFile
from app.models.offers import Offer
from app.services.models.downloads import Licence
from app.services.models.plans import Hardware, ModelPlan
from app.services.models.recommending import best_of, sensible
from app.services.models.selection import ModelSelection, Owned, select
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.bridge import Executor
from app.ui.models import cards
from app.ui.models import words as model_words
from app.ui.models.actions import ModelActions
from app.ui.models.add_model import AddModelPresenter
from app.ui.models.card import CardAction, CardData, CardGroup
from app.ui.models.fetching import FetchingPresenter
from app.ui.models.loading import ModelPresenter
from app.ui.models.placement import PlacementPresenter
from app.ui.models.plans import ModelPlans, OfferHeaders
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import printable, size

if TYPE_CHECKING:
    from app.ui.models.window import ModelsWindow


class ModelWindowPresenter(QObject):
    done = Signal(str)
    failed = Signal(str)

    def __init__(self, context: FrameContext, model: ModelPresenter) -> None:
        super().__init__(context.parent)
        self._desk = context.desk
        self._bridge = context.bridge
        self._icons = context.icons
        self._model = model
        self._main = context.window
        self.shown: ModelsWindow | None = None
        self.fetching = FetchingPresenter(context)
        self.adding = AddModelPresenter(context, self.fetching)
        self.placement = PlacementPresenter(context)
        self._selection: ModelSelection | None = None
        self._places: dict[str, int] = {}  # of the models on this computer, while the window is open
        self._wanted: Offer | None = None  # whose terms a person wants to see as soon as its card is there
        self.actions = ModelActions(context, model)
        self.headers = OfferHeaders(context)
        self.plans = ModelPlans(context, self.headers)
        self._connect()

    def imagine(self, hardware: Hardware) -> None:
        """Make the plans for another machine than this one."""
        self.placement.hardware = hardware
        self.plans.imagine(hardware)

    # ---- the window

    @Slot()
    def open(self) -> None:
        """Show the window; one that is open comes to the front."""
        if self.window is None:
            from app.ui.models.window import ModelsWindow  # when it is opened

            made = self.shown = ModelsWindow(self._icons, self._main)
            self._places = {}
            made.acted.connect(self.act)
            made.files_given.connect(self.adding.import_models)
            made.file_wanted.connect(partial(self.adding.choose_file, made))
            made.folder_wanted.connect(partial(self.adding.choose_folder, made))
            made.name_wanted.connect(partial(self.adding.add_by_name, made))
            made.show_cards((), _("Checking the models folder…"))
            made.show()
            self.refresh()
        assert self.shown is not None
        self.shown.raise_()
        self.shown.activateWindow()

    def open_terms(self, offer: Offer) -> None:
        """Open the window at the card of this model, and over it what fetching it means, with its terms."""
        self._wanted = offer
        self.open()
        self._show()

    @property
    def window(self) -> ModelsWindow | None:
        """The window of models; None while it is closed."""
        return self.shown if self.shown is not None and shiboken6.isValid(self.shown) else None

    @Slot()
    def close(self) -> None:
        if self.window is not None:
            self.window.close()

    @Slot()
    def place_loaded(self) -> None:
        """Open the placement of the model that is loaded, over the main window."""
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
            desk = self._desk
            work = partial(select, desk.models, desk.model_files.downloads, desk.settings)
            self._bridge.call(Executor.MODELS, work, self._on_selected, self._on_problem)

    @Slot(object)
    def _on_selected(self, selection: ModelSelection) -> None:
        self._selection = selection
        self._show()
        self.plans.make(selection)

    @Slot(str)
    def _on_machine(self, words: str) -> None:
        self.adding.seen = self.plans.seen
        if self.window is not None:
            self.window.show_machine(words)

    # ---- the cards

    @Slot()
    def _show(self) -> None:
        if self.window is not None and self._selection is not None:
            self.window.show_cards(list(self._cards(self._selection)), _("There is no model on this computer."))
            self.window.show_credits(model_words.credit_words(self._licences(self._selection)))
            if self._wanted is not None and self._wanted.key in self.window.cards:
                offer, self._wanted = self._wanted, None
                self.window.show_at(offer.key)
                self.adding.order(offer, self.window)

    def _cards(self, selection: ModelSelection) -> Iterator[CardData]:
        plans = self.plans
        for owned in self._in_places(selection.owned):
            key = owned.file.path
            status, may_judge = self.actions.status(key), plans.may_judge.get(key)
            yield cards.owned_card(owned, plans.plans.get(key), status, plans.waiting, may_judge)
        for key, work in self.adding.imports.items():
            yield cards.import_card(key, work)
        begun = {each.offer.key: each for each in selection.unfinished}
        offers = {each.offer.key: each.offer for each in selection.unfinished}
        offers |= {key: transfer.offer for key, transfer in self.fetching.transfers.items()}
        for key, offer in offers.items():
            transfer = self.fetching.transfers.get(key)
            yield cards.transfer_card(offer, self._licence(key), transfer, begun.get(key))
        best = self._best(selection)
        known = [self.headers.known(offer) for offer in selection.offers if offer.key not in offers]
        shown = self._sensible(known)
        for offer in sorted(known, key=lambda offer: (offer.key != best, offer.header is None)):
            yield self._offer_card(offer, best, sensible=offer.key in shown)

    def _in_places(self, all_owned: Sequence[Owned]) -> list[Owned]:
        """Return the models in the order of their places: the one that was loaded when the window was opened comes
        first, and each keeps its place until the window is closed."""
        path, places = self.actions.loaded_path, self._places
        loaded_first = sorted(all_owned, key=lambda each: each.file.path != path)
        return sorted(loaded_first, key=lambda each: places.setdefault(each.file.path, len(places)))

    def _offer_card(self, offer: Offer, best: str, *, sensible: bool) -> CardData:
        """Make the card of an offer; `best` is the key of the one to recommend."""
        key, seen = offer.key, self.plans.seen
        status = cards.OfferStatus(
            asking=key in self.headers.asking,
            waiting=self.plans.waiting,
            recommended=key == best,
            sensible=sensible,
            missing_bytes=model_words.too_large_by(offer, seen.machine) if seen is not None else 0,
        )
        plan = self.headers.problems.get(key) or self.plans.plans.get(key)
        return cards.offer_card(offer, self._licence(key), plan, status)

    def _sensible(self, offers: Sequence[Offer]) -> frozenset[str]:
        """Return the keys of the offers that are not folded away: those that are worth a look here, the size that most
        people take of a model that is not planned yet, and what was asked about."""
        plans = {offer.key: self.plans.plans.get(offer.key) for offer in offers}
        placed = [(offer, plan) for offer in offers if isinstance(plan := plans[offer.key], ModelPlan)]
        planned = {offer.untrusted_name for offer, _plan in placed}
        usual = {
            offer.key
            for offer in offers
            if offer.untrusted_name not in planned and offer.quantization in ("Q4_K_M", "MXFP4")
        }
        asked = {*self.headers.asking, *self.headers.problems, *([self._wanted.key] if self._wanted else ())}
        return sensible(placed) | usual | asked

    def _best(self, selection: ModelSelection) -> str:
        """Return the key of the offer to recommend; empty if none is better than what is here, or that is not known
        yet."""
        plans = self.plans.plans
        known = [self.headers.known(offer) for offer in selection.offers]
        planned = [(offer, plans.get(offer.key)) for offer in known if offer.header is not None]
        if any(plan is None for _offer, plan in planned):
            return ""
        placed = [(offer, plan) for offer, plan in planned if isinstance(plan, ModelPlan)]
        best = best_of(placed, selection.free_bytes)
        here = [plans.get(owned.file.path) for owned in selection.owned]
        most = max((_parameters(plan) for plan in here), default=0)
        return best[0].key if best is not None and _parameters(best[1]) > most else ""

    def _licences(self, selection: ModelSelection) -> Iterator[Licence | None]:
        """Yield the licences of all models that are shown."""
        yield from (owned.licence for owned in selection.owned)
        yield from selection.licences.values()
        yield from (transfer.licence for transfer in self.fetching.transfers.values())

    def _licence(self, key: str) -> Licence | None:
        known = self._selection.licences.get(key) if self._selection is not None else None
        transfer = self.fetching.transfers.get(key)
        return known or (transfer.licence if transfer is not None else None)

    # ---- what a person does

    @Slot(str, object)
    def act(self, key: str, action: CardAction) -> None:
        """Carry out the action that was chosen on the card with this key."""
        window, offer = self.window, self._offer(key)
        if window is None:
            return
        title = window.cards[key].card.title
        match action:
            case CardAction.PLACE:
                self.placement.open(key, title, window)
            case CardAction.CANCEL if key in self.adding.imports:
                self.adding.cancel(key)
            case _ if offer is None:
                self.actions.act(key, action, title, window)
            case _:
                self._act_on_offer(offer, action, window)

    def _act_on_offer(self, offer: Offer, action: CardAction, window: ModelsWindow) -> None:
        match action:
            case CardAction.ASK:
                self.headers.ask(offer)
            case CardAction.FETCH:
                card = window.cards[offer.key].card
                self.adding.order(offer, window, misfit=card.room if card.misfit else "")
            case CardAction.GO_ON:
                self.adding.order(offer, window, again=True)
            case CardAction.PAUSE:
                self.fetching.pause(offer.key)
            case CardAction.TOKEN:
                self.adding.ask_token(offer, window)
            case CardAction.DISCARD:
                self.fetching.discard(offer, window)

    def _offer(self, key: str) -> Offer | None:
        transfer = self.fetching.transfers.get(key)
        if transfer is not None:
            return transfer.offer
        selection = self._selection
        offers = [] if selection is None else list(selection.offers)
        offers += [] if selection is None else [each.offer for each in selection.unfinished]
        return next((offer for offer in offers if offer.key == key), None)

    # ---- what happens meanwhile

    def _connect(self) -> None:
        self._main.line.pause_wanted.connect(self.fetching.pause_current)
        self.fetching.moved.connect(self._show_line)
        self._main.closing.connect(self.close)
        self.fetching.moved.connect(self._on_moved)
        self.fetching.ended.connect(self.refresh)
        self.fetching.arrived.connect(self._on_downloaded)
        self.adding.moved.connect(self._show)
        self.adding.arrived.connect(self._on_imported)
        self.actions.moved.connect(self._show)
        self.headers.moved.connect(self._show)
        self.plans.machine_seen.connect(self._on_machine)
        self.plans.moved.connect(self._show)
        self.actions.changed.connect(self.refresh)
        self.placement.load_wanted.connect(self._model.load_as)
        for presenter in (self.adding, self.placement, self.actions):
            presenter.failed.connect(self._tell)
        self.fetching.failed.connect(self._on_fetch_failed)

    @Slot(str)
    def _on_moved(self, key: str) -> None:
        """Show how far the download with this key is."""
        transfer = self.fetching.transfers.get(key)
        if self.window is not None and transfer is not None and key in self.window.cards:
            card = cards.transfer_card(transfer.offer, self._licence(key), transfer, None)
            if self.window.cards[key].card.group is CardGroup.COMING:
                self.window.show_card(card)
            else:
                self._show()
        elif transfer is not None:
            self._show()

    @Slot()
    def _show_line(self) -> None:
        """Show the download that is under way in the main window."""
        current = self.fetching.current
        if current is None:
            self._main.line.show_words("", None)
            return
        progress = cards.transfer_progress(current)
        title = model_words.title_of(current.offer.untrusted_name)
        words = " · ".join(filter(None, (title, progress.words, progress.below)))
        self._main.line.show_words(words, progress.fraction)

    @Slot(object)
    def _on_downloaded(self, file: ModelFile) -> None:
        self._tell_of(_("{model} was downloaded and verified ({size})."), file)

    @Slot(object)
    def _on_imported(self, file: ModelFile) -> None:
        self._tell_of(_("{model} was imported ({size})."), file)

    def _tell_of(self, words: str, file: ModelFile) -> None:
        self.done.emit(words.format(model=printable(file.name), size=size(file.size_bytes)))
        self.refresh()

    @Slot(str)
    def _on_fetch_failed(self, words: str) -> None:
        """Say that a download failed in the main window, if the window of models, whose card says it, is closed."""
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


def _parameters(plan: ModelPlan | Problem | None) -> int:
    """Return the number of a model's parameters if it fits; 0 for any other."""
    return plan.header.parameters if isinstance(plan, ModelPlan) and isinstance(plan.result, Placement) else 0

"""New models: by name from a hub, from a file or folder; and what has to be said and accepted before a fetch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.conversations.events import Asking, Copying, Hashing
from app.core.settings import Settings
from app.engine.planner.placement import PlanRequest
from app.models.offers import Offer
from app.services.models.downloads import Downloads, Order
from app.services.models.plans import place
from app.services.models.selection import MachineSeen
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.models import words as model_words
from app.ui.models.cards import ModelWork
from app.ui.models.fetching import FetchingPresenter
from app.ui.widgets.file_dialogs import FileDialog
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import printable, size

if TYPE_CHECKING:
    from app.ui.models.dialogs import AddDialog


class AddModelPresenter(Presenter):
    """Adds models. `imports` are those under way, by a key of their own; `moved` tells that one of them has something
    new. `arrived` carries the ModelFile of an import that is whole."""

    moved = Signal()
    arrived = Signal(object)

    def __init__(self, context: WindowContext, fetching: FetchingPresenter) -> None:
        super().__init__(context.parent)
        self._downloads = context.desk.model_files.downloads
        self._carrying = context.desk.model_files.carrying
        self._settings = context.desk.settings
        self._bridge = context.bridge
        self._icons = context.icons
        self._fetching = fetching
        self.imports: dict[str, ModelWork] = {}
        self._jobs: dict[str, Job] = {}
        self.seen: MachineSeen | None = None
        self.dialog: AddDialog | None = None
        self._offers: tuple[Offer, ...] = ()
        self._job: Job | None = None

    # ---- from this machine

    def choose_file(self, over: QWidget) -> None:
        dialog = FileDialog(over, _("Import a model"), "", _("Models (*.gguf *.octavo-model.tar)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.filesSelected.connect(self.import_models)
        dialog.open()

    def choose_folder(self, over: QWidget) -> None:
        dialog = FileDialog(over, _("Import a model from a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(self.import_models)
        dialog.open()

    @Slot(list)
    def import_models(self, paths: Sequence[str | Path]) -> None:
        """Import models one after the other."""
        for path in map(Path, paths):
            key = f"import:{path}"
            if key not in self.imports:
                self.imports[key] = ModelWork(path.name, importing=True)
                work = partial(self._carrying.import_model, path)
                self._jobs[key] = self._bridge.stream(Executor.COPYING, work, partial(self._on_import, key))
        self.moved.emit()

    def cancel(self, key: str) -> None:
        if key in self._jobs:
            self._jobs[key].cancel()

    def _on_import(self, key: str, event: object) -> None:
        match event:
            case Copying() | Hashing():
                self.imports[key] = ModelWork(self.imports[key].name, event, importing=True)
            case Done() | Cancelled() | Failed():
                del self.imports[key], self._jobs[key]
        self.moved.emit()
        match event:
            case Done(result):
                self.arrived.emit(result)
            case Failed(problem):
                self.failed.emit(sentence(problem))

    # ---- from a hub

    def order(self, offer: Offer, over: QWidget, *, again: bool = False, misfit: str = "") -> None:
        """Say what fetching an offer means, then fetch it. If that was said before (`again`), it is said only if there
        are terms that nobody has accepted. `misfit` is why the model will not run on this machine."""
        work = partial(_order, self._downloads, offer)
        self._call(work, partial(self._show_order, over, again, misfit), executor=Executor.MODELS)

    def _show_order(self, over: QWidget, again: bool, misfit: str, found: tuple[Order, bool]) -> None:
        order, has_token = found
        if again and order.accepted:
            self._fetching.start(order.offer, order.licence)
            return
        if not shiboken6.isValid(over):
            return
        if order.offer.gated and not has_token:
            self.ask_token(order.offer, over)
            return
        from app.ui.models.dialogs import OrderData, OrderDialog  # when it is opened

        terms = order.licence if not order.accepted else None
        data = OrderData(
            _("Download {model}").format(model=model_words.title_of(order.offer.untrusted_name)),
            order_facts(order),
            _("Accept and download") if not order.accepted else _("Download"),
            note=_("Octavo downloads only these files from {host}. It sends nothing that you read or ask.")
            .format(host=printable(order.host)),
            terms_title=terms.name if terms else "",
            terms=terms.text if terms else "",
            shortage=shortage_words(order),
            misfit=_("It does not fit this computer. {reason}").format(reason=misfit) if misfit else "",
        )  # fmt: skip
        dialog = OrderDialog(data, over)
        dialog.accepted.connect(partial(self._accept, order))
        dialog.open()

    def _accept(self, order: Order) -> None:
        work = partial(_accept, self._downloads, order)
        self._do(work, partial(self._accepted, order), executor=Executor.MODELS)

    def _accepted(self, order: Order) -> None:
        self._fetching.start(order.offer, order.licence)
        if self.dialog is not None and shiboken6.isValid(self.dialog):
            self.dialog.accept()

    def ask_token(self, offer: Offer, over: QWidget) -> None:
        """Ask for an access token, for a repository that admits only some people."""
        words = _(
            "Only approved people can download “{repository}”. Its hub identifies them by an access token, which you"
            " create on your account page there. Octavo stores the token in the keyring of this computer and sends it"
            " only to the hub."
        )
        from app.ui.models.dialogs import TokenDialog  # when it is opened

        dialog = TokenDialog(words.format(repository=printable(offer.repository)), over)
        dialog.given.connect(partial(self._keep_token, offer, over))
        dialog.open()

    def _keep_token(self, offer: Offer, over: QWidget, token: str) -> None:
        work = partial(self._downloads.set_token, token)
        self._do(work, partial(self._token_kept, offer, over), executor=Executor.MODELS)

    def _token_kept(self, offer: Offer, over: QWidget) -> None:
        if shiboken6.isValid(over):
            self.order(offer, over)

    # ---- by name

    def add_by_name(self, over: QWidget) -> None:
        work = self._settings.load
        self._call(work, partial(self._show_add, over))

    def _show_add(self, over: QWidget, settings: Settings) -> None:
        if not shiboken6.isValid(over):
            return
        from app.ui.models.dialogs import AddDialog  # when it is opened

        dialog = self.dialog = AddDialog(self._icons.theme, host_of(settings.hub.endpoint), over)
        dialog.look_up_wanted.connect(self._look_up)
        dialog.chosen.connect(self._look_closer)
        dialog.fetch_wanted.connect(self._order_chosen)
        dialog.finished.connect(self._stop_asking)
        dialog.open()

    @Slot(str)
    def _look_up(self, repository: str) -> None:
        assert self.dialog is not None
        self._offers = ()
        self.dialog.show_offers(())
        self.dialog.show_asking(True)
        self.dialog.show_status(_("Checking…"))
        work = partial(self._downloads.look_up, repository)
        self._job = self._bridge.stream(Executor.ASKING, work, partial(self._on_listing, self.dialog))

    def _on_listing(self, dialog: AddDialog, event: object) -> None:
        if not shiboken6.isValid(dialog):
            return
        match event:
            case Asking(host):
                dialog.show_status(_("Asking {host}…").format(host=printable(host)))
            case Done(result):
                self._offers = result
                dialog.show_asking(False)
                nothing = _("There is no model in GGUF format in this repository.")
                dialog.show_status("" if result else nothing, failed=not result)
                dialog.show_offers([offer_line(offer) for offer in result])
            case Failed(problem):
                dialog.show_asking(False)
                dialog.show_status(sentence(problem), failed=True)

    @Slot(int)
    def _look_closer(self, number: int) -> None:
        """Read the header of an offer from the hub, and show the plan that follows from it."""
        dialog, offer = self.dialog, self._offers[number]
        if dialog is None:
            return
        if offer.header is not None:
            self._show_fit(dialog, offer)
            return
        dialog.show_fit((), _("Checking whether it fits…"))
        if self._job is not None:
            self._job.cancel()
        work = partial(self._downloads.headers, offer)
        self._job = self._bridge.stream(Executor.ASKING, work, partial(self._on_header, dialog, number))

    def _on_header(self, dialog: AddDialog, number: int, event: object) -> None:
        if not shiboken6.isValid(dialog):
            return
        match event:
            case Done(result):
                self._offers = (*self._offers[:number], result, *self._offers[number + 1 :])
                self._show_fit(dialog, result)
            case Failed(problem):
                dialog.show_fit((), sentence(problem), failed=True)

    def _show_fit(self, dialog: AddDialog, offer: Offer) -> None:
        if self.seen is None or offer.header is None:
            dialog.show_fit((), _("Checking whether it fits this computer…"))
            return
        plan = place(offer.header, offer.projector_header, self.seen.machine, PlanRequest())
        dialog.show_fit(model_words.fit_of(plan), model_words.room_words(plan))

    @Slot(int)
    def _order_chosen(self, number: int) -> None:
        assert self.dialog is not None
        self.order(self._offers[number], self.dialog)

    @Slot()
    def _stop_asking(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self.dialog = None


def _order(downloads: Downloads, offer: Offer) -> tuple[Order, bool]:
    return downloads.order(offer), downloads.has_token()


def _accept(downloads: Downloads, order: Order) -> None:
    if order.licence is not None and not order.accepted:
        downloads.accept(order.licence.id)


def order_facts(order: Order) -> tuple[tuple[str, str], ...]:
    """Return what a person should know before fetching, as names and values: from where, how much, where to, what is
    free, on what terms."""
    offer, licence = order.offer, order.licence
    facts = [
        (_("Source"), printable(f"{order.host} · {offer.repository}")),
        (_("Download size"), size(order.bytes_to_fetch)),
        (_("Folder"), printable(order.folder)),
        (_("Free space"), size(order.free_bytes)),
    ]
    terms = model_words.licence_words(licence) or _("no licence stated")
    if licence is not None and licence.must_accept and order.accepted:
        terms = _("{licence} (accepted)").format(licence=terms)
    return (*facts, (_("Licence"), terms))


def offer_line(offer: Offer) -> str:
    """Return a line about one of several quantizations, for a list."""
    parts = [printable(offer.quantization or offer.files[0].path), size(offer.size_bytes)]
    if len(offer.files) > 1:
        parts.append(_("{n} parts").format(n=len(offer.files)))
    if offer.projector is not None:
        parts.append(_("sees images"))
    return " · ".join(parts)


def host_of(endpoint: str) -> str:
    """Return the address that will be spoken to."""
    return printable(endpoint.partition("://")[2].partition("/")[0])


def shortage_words(order: Order) -> str:
    """Say how much the disk is short of; empty if it is large enough."""
    missing = order.bytes_to_fetch - order.free_bytes
    if missing <= 0:
        return ""
    words = _("The disk has too little space: {missing} more are needed. Free some space, then download it.")
    return words.format(missing=size(missing))

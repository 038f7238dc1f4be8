"""The plans of the window of models: looks at the machine, then places one model after the other on it; and the headers
that a hub is asked for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.core.errors import Problem
from app.engine.protocol import EngineState
from app.models import local
from app.models.offers import Offer
from app.services.models.plans import THIS, Hardware, ModelPlan, request_of
from app.services.models.selection import (
    MachineSeen,
    ModelSelection,
    Owned,
    Planned,
    WantedPlan,
    look_at,
    settings_for,
    survey,
)
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.window_context import WindowContext
from app.ui.models import words
from app.wording.errors import sentence
from app.wording.i18n import _


class OfferHeaders(QObject):
    """The headers of offers, if the catalogue does not know them. `asking` are those that the hub is asked for,
    `problems` why it gave none, both by the offer's key. `moved` tells that one of them has changed, `found` that there
    is one more to plan."""

    moved = Signal()
    found = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._downloads = context.desk.model_files.downloads
        self._bridge = context.bridge
        self._found: dict[str, Offer] = {}
        self.asking: set[str] = set()
        self.problems: dict[str, Problem] = {}

    def known(self, listed: Offer) -> Offer:
        """Return an offer as the catalogue has it, with the header if the hub gave it."""
        return self._found.get(listed.key, listed)

    def ask(self, offer: Offer) -> None:
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
                self._found[listed.key] = msgspec.structs.replace(listed, **headers)
                self.found.emit()
            case Failed(problem):
                self.problems[listed.key] = problem
        if isinstance(event, Done | Failed | Cancelled):
            self.asking.discard(listed.key)
            self.moved.emit()


class ModelPlans(QObject):
    """The plans. `plans` are by path, or by an offer's key; a model that has none yet waits for one while `waiting`.
    `may_judge` is by path, and as in `Planned`. `moved` tells that there is one more; `machine_seen` carries a line
    about the machine."""

    moved = Signal()
    machine_seen = Signal(str)

    def __init__(self, context: WindowContext, headers: OfferHeaders) -> None:
        super().__init__(context.parent)
        self._desk = context.desk
        self._bridge = context.bridge
        self._headers = headers
        headers.found.connect(self.make_again)
        self.hardware = THIS
        self.seen: MachineSeen | None = None
        self.plans: dict[str, ModelPlan | Problem] = {}
        self.may_judge: dict[str, bool | None] = {}
        self.waiting = True
        self._selection: ModelSelection | None = None
        self._sizes: dict[str, int] = {}
        self._survey: Job | None = None

    def imagine(self, hardware: Hardware) -> None:
        self.hardware = hardware

    def make(self, selection: ModelSelection) -> None:
        """Make the plans for all of these models. While an answer is written, this machine is taken to be as it was
        when it was looked at last."""
        self._selection = selection
        imagined = self.hardware != THIS
        busy = not imagined and self._desk.models.state() is EngineState.BUSY
        if self.seen is not None and busy:
            self._plan(self.seen)
            return
        if self.seen is None:
            later = _("Octavo checks this computer after the current answer.")
            self.machine_seen.emit(later if busy else _("Checking this computer…"))
        executor = Executor.MODELS if imagined else Executor.ENGINE
        work = partial(look_at, self._desk.models.plans.machines, self._desk.engine, self.hardware)
        self._bridge.call(executor, work, self._plan, self._on_problem)

    @Slot()
    def make_again(self) -> None:
        if self.seen is not None:
            self._plan(self.seen)

    @Slot(object)
    def _plan(self, seen: MachineSeen) -> None:
        self.seen, self.waiting = seen, True
        selection = self._selection
        if selection is None:
            return
        lines = [words.machine_words(seen, selection.free_bytes)]
        lines += [sentence(seen.unused_card)] if seen.unused_card is not None else []
        self.machine_seen.emit("\n".join(lines))
        wanted = [self._wanted(each, selection) for each in selection.owned]
        self._sizes = {each.file.path: each.file.size_bytes for each in selection.owned}
        offers = [self._headers.known(offer) for offer in selection.offers]
        if self._survey is not None:
            self._survey.cancel()
        learning = self._desk.models.plans.learning if self.hardware == THIS else None
        judges = self._desk.asking.weighing.judges
        work = partial(survey, self._desk.models.plans.headers, wanted, offers, seen.machine, learning, judges)
        self._survey = self._bridge.stream(Executor.MODELS, work, self._on_planned)

    @Slot(object)
    def _on_planned(self, event: object) -> None:
        if isinstance(event, Planned):
            self.plans[event.key], self.may_judge[event.key] = event.plan, event.may_judge
            self.moved.emit()

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        """Take it that the engine could not say what it sees: there are no plans, and everything else works."""
        self.waiting = False
        self.machine_seen.emit(sentence(problem))
        self.moved.emit()

    def _wanted(self, owned: Owned, selection: ModelSelection) -> WantedPlan:
        """Return the plan to make for a model: the one that loading it now would follow; for the loaded one, with the
        context that it has."""
        path, loaded = owned.file.path, self._desk.models.loaded()
        engine = settings_for(path, selection.engine, selection.choices)
        request = request_of(engine)
        if loaded is not None and loaded.path == path:
            request = msgspec.structs.replace(request, context_tokens=loaded.context_tokens, kv_type=loaded.kv_type)
        return WantedPlan(path, request, engine.adapters, self._known(owned))

    def _known(self, owned: Owned) -> ModelPlan | None:
        """Return the plan for a file that is as it was when its header was read; None if there is none."""
        path = owned.file.path
        plan = self.plans.get(path)
        if not isinstance(plan, ModelPlan) or self._sizes.get(path) != owned.file.size_bytes:
            return None
        beside = local.projector_beside(Path(path))
        return plan if (plan.projector is not None) == bool(beside) else None

"""The placement by hand: makes a plan at every change, off the GUI thread, and loads what was chosen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
import shiboken6
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.core.errors import Problem
from app.core.model import ModelHeader
from app.core.settings import EngineSettings, KvType, Mapping
from app.core.work import Cancel
from app.engine.planner.machine import Machine
from app.engine.planner.placement import Placement, PlanRequest
from app.models.disk import measure_disk
from app.services.models.plans import Hardware, ModelPlan, place, request_of, settings_of, with_measured
from app.services.models.selection import MachineSeen, bytes_of, look_at, read_headers, settings_for
from app.services.models.speed_history import SpeedHistory
from app.services.services import Services
from app.ui.kit.bridge import Executor
from app.ui.kit.window_context import WindowContext
from app.ui.models import words
from app.ui.models.placement_dialog import IMAGES_LEFT_OUT, Bounds, Chosen, PlacementDialog
from app.wording.errors import sentence
from app.wording.placement import reasons, time_sentences, way_sentence


class PlacementPresenter(QObject):
    """The dialog of the placement, and its plans. `load_wanted` carries EngineSettings."""

    load_wanted = Signal(object)
    failed = Signal(str)

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._desk = context.desk
        self._bridge = context.bridge
        self._icons = context.icons
        self.hardware = Hardware()
        self.dialog: PlacementDialog | None = None
        self._path = ""
        self._engine = EngineSettings()
        self._seen: MachineSeen | None = None
        self._disk_bandwidth = 0.0
        self._headers: tuple[ModelHeader, ModelHeader | None] | None = None
        self._plan: ModelPlan | None = None
        self._planned: PlanRequest | None = None
        self._planning = False

    def open(self, path: str, name: str, over: QWidget) -> None:
        """Open the dialog for the model at `path`, which is called `name`, over the widget `over`."""
        self.close()
        self._path, self._seen, self._headers, self._plan, self._planned = path, None, None, None, None
        dialog = self.dialog = PlacementDialog(self._icons, name, over)
        dialog.changed.connect(self._replan)
        dialog.load_wanted.connect(self._load)
        dialog.way_chosen.connect(self._choose_way)
        dialog.open()
        work = partial(_gather, self._desk, Path(path), measured=self.hardware == Hardware())
        self._bridge.call(Executor.MODELS, work, partial(self._gathered, dialog), partial(self._refused, dialog))
        executor = Executor.MODELS if self.hardware != Hardware() else Executor.ENGINE
        self._bridge.call(
            executor,
            partial(look_at, self._desk.models.plans.machines, self._desk.engine, self.hardware),
            partial(self._looked, dialog),
            partial(self._refused, dialog),
        )

    def close(self) -> None:
        if self._shown(self.dialog):
            self.dialog.reject()  # type: ignore[union-attr]
        self.dialog = None

    # ---- what has to be known first

    def _gathered(
        self, dialog: PlacementDialog, found: tuple[EngineSettings, tuple[ModelHeader, ModelHeader | None], float]
    ) -> None:
        if self._shown(dialog):
            self._engine, self._headers, self._disk_bandwidth = found
            self._begin(dialog)

    def _looked(self, dialog: PlacementDialog, seen: MachineSeen) -> None:
        if self._shown(dialog):
            self._seen = seen
            self._begin(dialog)

    def _refused(self, dialog: PlacementDialog, problem: Problem) -> None:
        if self._shown(dialog):
            dialog.show_problem(sentence(problem))

    def _begin(self, dialog: PlacementDialog) -> None:
        if self._seen is None or self._headers is None:
            return
        header, machine = self._headers[0], self._seen.machine
        mixtures = len({weights.layer for weights in header.weights if weights.part.value == "experts"})
        bounds = Bounds(
            header.context_trained or _ASSUMED_CONTEXT,
            header.layers,
            mixtures,
            bool(machine.gpus),
            machine.threads,
            self._headers[1] is not None,
        )
        dialog.show_choices(bounds, words.machine_words(self._seen))
        dialog.set_by_hand(_by_hand(request_of(self._engine)))
        self._replan()

    # ---- the plan

    def request(self) -> PlanRequest:
        """Make a request for a plan from the choices in the dialog."""
        assert self.dialog is not None
        number = self.dialog.value
        kv_type = number("kv")
        return PlanRequest(
            context_tokens=int(number("context") or 0),
            kv_type=KvType(str(kv_type)) if kv_type else None,
            slice_tokens=int(number("slice") or 0),
            gpu_layers=_optional(number("gpu")),
            expert_layers=_optional(number("experts")),
            threads=int(number("threads") or 0),
            mapping=Mapping(str(number("mapping") or Mapping.AUTO)),
            images=number("images") != IMAGES_LEFT_OUT,
        )

    @Slot()
    def _replan(self) -> None:
        """Make one plan at a time; what was chosen meanwhile is planned next."""
        dialog = self.dialog
        if self._planning or dialog is None or not self._shown(dialog):
            return
        if self._headers is None or self._seen is None:
            return
        request = self.request()
        if request == self._planned:
            return
        self._planning = True
        machine = msgspec.structs.replace(self._seen.machine, disk_bandwidth=self._disk_bandwidth)
        learning = self._desk.models.plans.learning if self.hardware == Hardware() else None
        adapter_bytes = bytes_of(self._engine.adapters)
        work = partial(_plan, self._headers, machine, request, adapter_bytes, Path(self._path), learning)
        self._bridge.call(
            Executor.MODELS, work, partial(self._show, dialog, request), partial(self._not_planned, dialog)
        )

    def _show(self, dialog: PlacementDialog, request: PlanRequest, plan: ModelPlan) -> None:
        self._planning = False
        if not self._shown(dialog):
            return
        self._planned, self._plan = request, plan
        result = plan.result
        fits = isinstance(result, Placement)
        lines = list(reasons(result))
        chosen = None
        if isinstance(result, Placement):
            lines += time_sentences(plan)
            chosen = Chosen(
                result.context_tokens,
                result.kv_type,
                result.slice_tokens,
                result.gpu_layers,
                result.expert_layers,
                result.threads,
                _shown_mapping(result, request),
            )
        dialog.show_plan(
            chosen,
            words.fit_of(plan, whole=True),
            words.space_words(plan) if fits else lines[0],
            words.speed_words(plan),
            lines if fits else lines[1:],
            [way_sentence(way) for way in plan.ways],
        )
        self._replan()

    def _not_planned(self, dialog: PlacementDialog, problem: Problem) -> None:
        self._planning = False
        self._refused(dialog, problem)

    @Slot(int)
    def _choose_way(self, number: int) -> None:
        """Make the choices of this way in the dialog, as if a person had made them by hand."""
        if self._plan is not None and self.dialog is not None and number < len(self._plan.ways):
            self.dialog.set_by_hand(_by_hand(self._plan.ways[number].request))
            self._replan()

    @Slot()
    def _load(self) -> None:
        request = self.request()
        if self._plan is None or request != self._planned or not isinstance(self._plan.result, Placement):
            return  # the plan for the last change is still being made
        self.load_wanted.emit(settings_of(self._engine, self._path, request))
        self.close()

    def _shown(self, dialog: PlacementDialog | None) -> bool:
        return dialog is not None and dialog is self.dialog and shiboken6.isValid(dialog)


_ASSUMED_CONTEXT = 1 << 20


def _gather(
    desk: Services, path: Path, *, measured: bool
) -> tuple[EngineSettings, tuple[ModelHeader, ModelHeader | None], float]:
    """Return the settings and headers of a model; and, if wanted, the bytes a second that its disk gives, else 0."""
    engine = settings_for(str(path), desk.settings.load().engine, desk.models.choices())
    return engine, read_headers(desk.models.plans.headers, path, Cancel()), measure_disk(path) if measured else 0.0


def _plan(
    headers: tuple[ModelHeader, ModelHeader | None],
    machine: Machine,
    request: PlanRequest,
    adapter_bytes: int,
    path: Path,
    learning: SpeedHistory | None,
) -> ModelPlan:
    """Plan the placement, corrected by what was measured before; `learning` is None for an imagined machine."""
    plan = place(*headers, machine, request, adapter_bytes)
    return plan if learning is None else with_measured(plan, path, learning)


def _shown_mapping(place: Placement, request: PlanRequest) -> Mapping:
    """Return the mapping to show. The plan's own choice never leaves weights on the disk: it maps a file that memory
    holds."""
    automatic = request.mapping is Mapping.AUTO
    return Mapping.READ if automatic and place.mapping is Mapping.MAPPED else place.mapping


def _by_hand(request: PlanRequest) -> dict[str, int | str]:
    values: dict[str, int | str | None] = {
        "context": request.context_tokens or None,
        "kv": request.kv_type.value if request.kv_type else None,
        "slice": str(request.slice_tokens) if request.slice_tokens else None,
        "gpu": request.gpu_layers,
        "experts": request.expert_layers,
        "threads": request.threads or None,
        "mapping": request.mapping.value if request.mapping is not Mapping.AUTO else None,
        "images": None if request.images else IMAGES_LEFT_OUT,
    }
    return {name: value for name, value in values.items() if value is not None}


def _optional(value: int | str | None) -> int | None:
    return None if value is None else int(value)

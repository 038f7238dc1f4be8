"""The presenter of the model: it loads it at the start and again after the engine died; the chip says how the model is,
a mark where texts go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.core.conversations.events import Loading, Weighing
from app.core.settings import EngineSettings
from app.core.work import Cancel, Work
from app.engine.protocol import EngineState, ModelInfo
from app.models import local
from app.models.local import ModelFile
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Done, Failed, Job, is_ending
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import lead_words, loading_words, model_details, model_name, running_words, step_words
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.widgets.model_chip import ChipDot, ChipState, ModelChip, ModelEntry
from app.ui.widgets.network_lines import RemoteMark
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import size

_WATCH_INTERVAL_MS = 1000

_Load: TypeAlias = Callable[[Cancel], Work[object, ModelInfo]]


class ModelPresenter(Presenter):
    """Loads the model. `ready` carries the ModelInfo, `failed` a sentence; `revived` comes instead of `ready` after the
    engine died."""

    ready = Signal(object)
    revived = Signal(object)
    mended = Signal(str)  # a failure that is told no longer
    beginning = Signal()  # a model is about to be loaded, though the engine lives

    def __init__(self, context: WindowContext, chip: ModelChip, mark: RemoteMark) -> None:
        super().__init__(context.parent)
        self._models = context.desk.models
        self._bridge = context.bridge
        self._chip = chip
        self._mark = mark
        self._activity = context.activity
        self._job: Job | None = None
        self._reviving = False
        self._failure: ChipState | None = None  # of the last loading, until a model is loaded
        self._files: tuple[ModelFile, ...] = ()
        self.lead = lead_words()  # to a larger model, in the chip's menu while the starter is loaded
        self.failure = ""  # why the last loading failed, in a sentence; until a person has another begun
        self.loading_path = ""  # of the model that is loaded, or was last; empty for that of the settings
        chip.model_chosen.connect(self.load)
        chip.file_wanted.connect(self.choose_file)
        chip.reload_wanted.connect(self.load_again)
        chip.menu_opening.connect(self._list_models)
        self._watch = QTimer(chip, interval=_WATCH_INTERVAL_MS)  # it ends with what it keeps true
        self._watch.timeout.connect(self.look)

    def start(self) -> None:
        """Load what the settings say, else the starter, unless a model is loaded; from now on watch the engine."""
        if self._models.state() is EngineState.READY:
            QTimer.singleShot(0, self, self._take_loaded)
        else:
            self.load_again()
        self._watch.start()
        self._call(self._models.available, self._take_files, self._ignore)

    @Slot()
    def _take_loaded(self) -> None:
        """Take over the model of another desk that was left."""
        self.look()
        if (info := self._models.loaded()) is not None:
            self.ready.emit(info)

    @Slot(str)
    def load(self, path: str) -> None:
        """Load a model and remember the choice; the address of the remote engine in use connects to it again."""
        loaded = self._models.loaded()
        if loaded is not None and loaded.host and loaded.path == path:
            self.load_again()
        else:
            self._begin(partial(self._models.load, path), path)

    @Slot(object)
    def load_as(self, wanted: EngineSettings) -> None:
        """Load the model as these settings say, and remember them."""
        self._begin(partial(self._models.load_as, wanted), wanted.model_path)

    @Slot()
    def load_again(self) -> None:
        """Load the model as the settings say."""
        self._begin(partial(self._models.load, None))

    @Slot()
    def look(self) -> None:
        """Show how the engine is; start it again when it died and nobody has it: whoever has it does that."""
        if self._activity.holder is None and self._failure is None and self._models.state() is EngineState.DEAD:
            self._begin(self._models.ready, reviving=True)
        else:
            self._draw()

    def _draw(self) -> None:
        info, fraction = self._models.loaded(), self._activity.loading
        if fraction is not None:
            if self._activity.step is not None:
                state = ChipState(ChipDot.WORKING, loading_words(fraction), fraction=fraction)
            elif self._reviving:
                state = ChipState(ChipDot.WORKING, _("The model stopped"), _("restarting"))
            else:
                state = ChipState(ChipDot.WORKING, _("Loading the model"))
        elif info is not None and self._models.state() in (EngineState.READY, EngineState.BUSY):
            self._failure = None
            state = self._ready_state(info)
        else:
            state = self._failure or self._chip.state
        self._chip.show_state(state)

    def _ready_state(self, info: ModelInfo) -> ChipState:
        starter = local.is_starter(info.path)
        name = next((file.name for file in self._files if starter and file.starter), model_name(info))
        first = self._activity.holder
        if self._activity.has(EngineTask.LOADING) and first is not None:
            return ChipState(ChipDot.WORKING, name, self._activity.wait_words(first))
        detail = _("starter model: for a first try, not for real work") if starter else running_words(info)
        return ChipState(
            ChipDot.READY, name, detail, tooltip="\n".join(filter(None, (model_details(info), self._remark)))
        )

    @property
    def _remark(self) -> str:
        """A remark that a person should know about the loaded model now; empty for none."""
        step = self._activity.step
        return step_words(step) if isinstance(step, Weighing) and step.calibrating else ""

    @Slot()
    def choose_file(self) -> None:
        dialog = FileDialog(self._chip.window(), _("Open a GGUF file"), "", _("Models in GGUF format (*.gguf)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.load)
        dialog.open()

    def _begin(self, work: _Load, path: str = "", *, reviving: bool = False) -> None:
        if not reviving:
            self.mended.emit(self.failure)
            self.loading_path, self.failure = path, ""
            self.beginning.emit()
        self._reviving = reviving
        self._failure = None
        self._job = self._bridge.stream(Executor.ENGINE, work, self._on_event)
        self._activity.begin(EngineTask.LOADING, self._job.cancel)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        if isinstance(event, Loading):
            self._activity.note(EngineTask.LOADING, event)
        elif is_ending(event):
            self._on_ending(event)

    def _on_ending(self, event: object) -> None:
        """Tell how a loading ended; one that another has followed tells nothing any more."""
        is_last = self._job is not None and not self._job.running
        if isinstance(event, Failed) and is_last:
            name = _("The model stopped") if self._reviving else _("No model")
            words = sentence(event.problem)
            self._failure = ChipState(ChipDot.DEAD, name, _("choose one here"), tooltip=words)
        self._activity.end(EngineTask.LOADING)
        if not is_last:
            return
        match event:
            case Done(result=ModelInfo() as info):
                self.mended.emit(self.failure)
                (self.revived if self._reviving else self.ready).emit(info)
            case Failed(problem):
                self.failure = sentence(problem)
                self.failed.emit(self.failure)

    @Slot()
    def look_where(self) -> None:
        """Ask where texts go now, and mark it."""
        self._call(self._models.host, self._mark.show_host, self._ignore)

    @Slot()
    def _list_models(self) -> None:
        loaded = self._models.loaded()
        entries = [
            ModelEntry(
                file.path,
                file.name,
                _("starter model: for a first try, not for real work") if file.starter else size(file.size_bytes),
                loaded is not None and loaded.path == file.path,
            )
            for file in self._files
        ]
        if loaded is not None and not any(entry.current for entry in entries):
            detail = loaded.device if loaded.host else size(loaded.size_bytes)
            entries.insert(0, ModelEntry(loaded.path, model_name(loaded), detail, True))
        is_small = loaded is not None and local.is_starter(loaded.path)
        self._chip.show_models(tuple(entries), lead=self.lead if is_small else "", remark=self._remark)
        self._call(self._models.available, self._take_files, self._ignore)

    @Slot(object)
    def _take_files(self, files: tuple[ModelFile, ...]) -> None:
        self._files = files
        self._draw()

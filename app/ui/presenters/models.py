"""The model: loads it at the start and again after the engine died, and tells the chip how it is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.core.errors import Problem
from app.core.events import Cancelled, Done, Failed, Loading
from app.core.settings import EngineSettings
from app.engine.protocol import EngineState, ModelInfo
from app.messages import _, sentence, size
from app.models.shelf import ModelFile
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Job, is_ending
from app.ui.presenters.words import loading_words, model_details, model_name, running_words
from app.ui.widgets.model_chip import ChipState, Mark, ModelChip, ModelEntry

_WATCH_INTERVAL_MS = 1000


class ModelPresenter(QObject):
    """`ready` carries the ModelInfo, `failed` a sentence; `revived` comes instead of `ready` after the engine died."""

    ready = Signal(object)
    revived = Signal(object)
    beginning = Signal()  # a model is about to be loaded, though the engine lives
    progressed = Signal(float)  # how far the loading is
    failed = Signal(str)
    settled = Signal()  # whatever came of a loading

    def __init__(self, desk: Desk, bridge: Bridge, chip: ModelChip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._chip = chip
        self._job: Job | None = None
        self._reviving = False
        self._gave_up = False
        self._in_use = False
        self._files: tuple[ModelFile, ...] = ()
        self.loading_path = ""  # of the model that is loaded, or was last; empty for that of the settings
        chip.model_chosen.connect(self.load)
        chip.file_wanted.connect(self.choose_file)
        chip.reload_wanted.connect(self.load_again)
        chip.menu_opening.connect(self._list_models)
        self._watch = QTimer(self, interval=_WATCH_INTERVAL_MS)
        self._watch.timeout.connect(self.look)

    @property
    def loading(self) -> bool:
        """A model is being loaded, or the engine is started again."""
        return self._job is not None and self._job.running

    def start(self) -> None:
        """Load what the settings say, else the starter; from now on watch the engine."""
        self.load_again()
        self._watch.start()
        self._bridge.call(Executor.STORE, self._desk.models.available, self._take_files, self._ignore)

    @Slot(str)
    def load(self, path: str) -> None:
        """Load a model and remember the choice; the address of the remote engine in use connects to it again."""
        loaded = self._desk.models.loaded()
        if loaded is not None and loaded.host and loaded.path == path:
            self.load_again()
            return
        self.loading_path = path
        self._begin(partial(self._desk.models.load, path))

    @Slot(object)
    def load_as(self, wanted: EngineSettings) -> None:
        """Load as these settings say, and remember them."""
        self.loading_path = wanted.model_path
        self._begin(partial(self._desk.models.load_as, wanted))

    @Slot()
    def load_again(self) -> None:
        """Load as the settings say."""
        self.loading_path = ""
        self._begin(partial(self._desk.models.load, None))

    def revive(self) -> None:
        """Bring the engine back after it died, unless that is under way or was given up."""
        if self._gave_up or self.loading:
            return
        self._begin(self._desk.models.ready, reviving=True)

    @Slot()
    def look(self) -> None:
        """Show how the engine is; revive it when it died while nobody was asking."""
        if self._gave_up or self.loading:
            return
        if self._desk.models.state() is EngineState.DEAD and not self._in_use:
            self._chip.show_state(ChipState(Mark.DEAD, _("The model stopped"), _("restarting")))
            self.revive()
        else:
            self.show_now()

    def show_in_use(self, in_use: bool) -> None:
        """Whether a question sheet is asked: its next question starts an engine that died."""
        self._in_use = in_use

    def show_now(self) -> None:
        """Show the state that the engine reports."""
        info = self._desk.models.loaded()
        if info is not None and self._desk.models.state() in (EngineState.READY, EngineState.BUSY):
            self._show_ready(info)

    @Slot(float)
    def show_loading(self, fraction: float) -> None:
        """Loading that happens on behalf of a question."""
        self._chip.show_state(ChipState(Mark.WORKING, loading_words(fraction), fraction=fraction))

    @Slot()
    def choose_file(self) -> None:
        dialog = QFileDialog(self._chip.window(), _("Open a GGUF file"), "", _("Models in GGUF format (*.gguf)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.load)
        dialog.open()

    def _begin(self, work: object, *, reviving: bool = False) -> None:
        if self._job is not None:
            self._job.cancel()
        if not reviving:
            self.beginning.emit()
        self._reviving = reviving
        self._gave_up = False
        words = _("The model stopped") if reviving else _("Loading the model")
        self._chip.show_state(ChipState(Mark.WORKING, words, _("restarting") if reviving else ""))
        self._job = self._bridge.stream(Executor.ENGINE, work, self._on_event)  # type: ignore[arg-type]

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Loading(fraction):
                self.show_loading(fraction)
                self.progressed.emit(fraction)
            case Done(result=ModelInfo() as info):
                self._show_ready(info)
                (self.revived if self._reviving else self.ready).emit(info)
            case Failed(problem):
                self._gave_up = True
                name = _("The model stopped") if self._reviving else _("No model")
                self._chip.show_state(ChipState(Mark.DEAD, name, _("choose one here"), tooltip=sentence(problem)))
                self.failed.emit(sentence(problem))
            case Cancelled():
                self.show_now()
        if is_ending(event):
            self.settled.emit()

    def _show_ready(self, info: ModelInfo) -> None:
        starter = self._desk.models.is_starter(info.path)
        detail = _("starter model: for a first try, not for real work") if starter else running_words(info)
        name = next((file.name for file in self._files if starter and file.starter), model_name(info))
        self._chip.show_state(ChipState(Mark.READY, name, detail, tooltip=model_details(info)))

    @Slot()
    def _list_models(self) -> None:
        loaded = self._desk.models.loaded()
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
        self._chip.show_models(tuple(entries))
        self._bridge.call(Executor.STORE, self._desk.models.available, self._take_files, self._ignore)

    @Slot(object)
    def _take_files(self, files: tuple[ModelFile, ...]) -> None:
        self._files = files
        self.show_now()

    @Slot(object)
    def _ignore(self, problem: Problem) -> None:
        """A models folder that cannot be listed leaves the menu as it was."""

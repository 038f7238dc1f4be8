"""Models as a person manages them: what there is, which is loaded, load another."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.core.conversations.conversation import Timings, Usage
from app.core.conversations.events import Loading, Opening
from app.core.errors import AppError, Code
from app.core.record import Happening, Noting, RecordKind, unrecorded
from app.core.settings import EngineSettings, RemoteImages, RemoteServer, RemoteSettings, RemoteTexts, Settings
from app.core.work import Cancel, Work, finish
from app.engine.protocol import Engine, EngineState, ModelInfo
from app.models import local
from app.models.local import ModelFile, files_of
from app.services.models.chat_templates import FormatReport
from app.services.models.plans import Fit, Plans, fit_of
from app.services.models.readings import SavedReadings
from app.services.models.remote_engine import RemoteEngine
from app.services.models.speed_history import Place, SpeedHistory
from app.store.settings import SettingsStore, assemble

_CHOICES = "engine_choices"  # a blob: how each model was loaded last


class Models:
    """`state`, `loaded` and `loads_starter` are instant; the rest may take its time."""

    def __init__(
        self,
        engine: Engine,
        settings: SettingsStore,
        readings: SavedReadings,
        folder: Path,
        plans: Plans,
        remote: RemoteEngine | None = None,
        learning: SpeedHistory | None = None,
        note: Noting = unrecorded,
    ) -> None:
        """`folder` is searched for model files. `remote` is what is to be known of a server that answers instead.
        Without `learning` nothing is learned of how fast a model is. `note` records what leaves this machine, or
        comes."""
        self.note = note
        self._engine = engine
        self.readings = readings
        self._settings = settings
        self._folder = folder
        self.plans = plans
        self._learning = learning
        self.remote = remote or RemoteEngine(settings=settings)
        self._wanted: EngineSettings | None = None
        self._wanted_remote: RemoteSettings | None = None
        self._own: Callable[[], Settings] | None = None
        self._connected: RemoteServer | None = None
        self._unsettled = False
        self._loading = ""
        self._fit: Fit | None = None
        self._place: Place | None = None

    def change_desk(self, own: Callable[[], Settings] | None) -> None:
        """Note that another desk is open; `own` gives the settings of its own that a matter has. If another server is
        to answer there, or none, nothing more goes to the one of before. Raises AppError as the store does."""
        self._own = own
        self.settle()

    def settle(self) -> None:
        """Let go of what is loaded if another server is to answer than the one that is connected, or none, or one
        instead of a model of this machine: the next question has the right one loaded. Raises AppError as the store
        does."""
        self.choose_again()
        model = self._engine.model()
        if self._unsettled and model is not None and model.host:
            self._engine.disconnect()

    def choose_again(self) -> None:
        """Find out whether another server is to answer, as `settle` does, but let what is under way go on: the next
        question has another server connected, if another one is to answer now."""
        wanted = self.wanted_remote()
        loaded = self._engine.model() is not None
        self._unsettled = loaded and (wanted.server if wanted.in_use else None) != self._connected

    def wanted_remote(self) -> RemoteSettings:
        """Return the server as the open desk has it, and how it is used; without an address if a matter names one that
        is not known any more. Raises AppError as the store does."""
        return self._wanted_remote or self.of_desk(self._settings.load().remote)

    def of_desk(self, remote: RemoteSettings) -> RemoteSettings:
        """Return a person's choice of a server with that of the open matter, which comes before it."""
        own = self._own().remote if self._own is not None else RemoteSettings()
        if not own.enabled:
            return msgspec.structs.replace(remote, enabled=False)
        if not own.name:
            return remote
        return remote.choosing(own.name) or msgspec.structs.replace(remote, address="")

    def available(self) -> tuple[ModelFile, ...]:
        return local.available(self._folder)

    @property
    def folder(self) -> Path:
        """The folder where a person puts models."""
        return self._folder

    def use(self, wanted: EngineSettings, remote: RemoteSettings | None = None) -> None:
        """Take these instead of the stored settings until the program ends. Raises AppError REMOTE_NOT_OF_MATTER,
        REMOTE_NONE_OF_MATTER where the open matter has chosen another server, or none."""
        if remote is not None and remote.in_use:
            self._check_of_matter(remote)
        self._wanted, self._wanted_remote = wanted, remote

    def _check_of_matter(self, remote: RemoteSettings) -> None:
        own = self._own().remote if self._own is not None else RemoteSettings()
        if not own.enabled:
            raise AppError(Code.REMOTE_NONE_OF_MATTER)
        if own.name and remote.address != self.of_desk(self._settings.load().remote).address:
            raise AppError(Code.REMOTE_NOT_OF_MATTER, name=own.name)

    def remote_texts(self) -> RemoteTexts:
        """Return how a person wants names and numbers treated that are sent to a server."""
        return self.wanted_remote().texts

    def remote_images(self) -> RemoteImages:
        """Return whether a person wants images sent to a server."""
        return self.wanted_remote().images

    def check_images(self) -> None:
        """Check that images may go to the loaded model. Raises AppError REMOTE_IMAGES_UNDECIDED, REMOTE_IMAGES_KEPT."""
        model, wanted = self._engine.model(), self.remote_images()
        if model is not None and model.host and wanted is not RemoteImages.SENT:
            kept = wanted is RemoteImages.KEPT
            code = Code.REMOTE_IMAGES_KEPT if kept else Code.REMOTE_IMAGES_UNDECIDED
            raise AppError(code, host=model.host)

    def load(self, path: str | None, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Load `path` and remember the choice once it works; None loads what the settings say, else the starter.

        What does not fit is refused before anything is loaded, and the model of before stays. Where the settings name a
        remote engine, None connects to it. A `path` is on this machine always, and then the remote engine is off from
        now on.
        """
        stored = self._settings.load()
        wanted = self._wanted or stored.engine
        remote, self._unsettled = self.wanted_remote(), False
        if path is None and remote.enabled and not remote.address and self._own is not None and self._own().remote.name:
            raise AppError(Code.REMOTE_SERVER_UNKNOWN, name=self._own().remote.name)
        if path is None and remote.in_use:
            self._fit = self._place = None
            self._connected = remote.server
            spec = self.remote.spec(remote, wanted.context_tokens)
            connected = yield from self._engine.load(spec, cancel)
            self.remote.keep_traits(remote, spec, connected.traits)
            self.note(Happening(RecordKind.REMOTE, model=connected.name, engine=connected.host, detail="connected"))
            return connected
        if path is not None and path != wanted.model_path:
            wanted = self.choices().get(path) or EngineSettings(model_path=path, threads=wanted.threads)
        model_path, projector_path = files_of(wanted)
        self._loading = model_path
        try:
            loaded = yield from self._load(model_path, projector_path, wanted, cancel)
        finally:
            self._loading = ""
        if path is not None:
            self._remember(stored, wanted)
        return loaded

    def _load(
        self, model_path: str, projector_path: str, wanted: EngineSettings, cancel: Cancel
    ) -> Work[Loading, ModelInfo]:
        placed = finish(self.plans.place(model_path, projector_path, wanted, cancel))
        self._fit = self._place = None
        spec = msgspec.structs.replace(placed.spec, readings=self.readings.spec())
        self._connected = None
        started = time.monotonic()
        loaded = yield from self._engine.load(spec, cancel)
        self._fit, self._place = fit_of(placed, loaded), placed.place
        if self._learning is not None and placed.place is not None:
            self._learning.loaded(placed.place, loaded.size_bytes, time.monotonic() - started)
        return loaded

    def load_as(self, wanted: EngineSettings, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Load as `wanted` says, and remember all of it once it works."""
        before, self._wanted = self._wanted, wanted
        try:
            return (yield from self.load(wanted.model_path, cancel))
        finally:
            self._wanted = before

    def _remember(self, stored: Settings, wanted: EngineSettings) -> None:
        """Keep the choice of a model, and what was chosen for the one before it: a projector, adapters and a place are
        chosen for one model, and wrong for another."""
        choices = self._kept_choices()
        fields = msgspec.json.decode(msgspec.json.encode(stored.engine), type=dict[str, msgspec.Raw])
        path = stored.engine.model_path
        choices[path] = choices.get(path, {}) | fields  # fields that another version knows stay
        self._settings.set_blob(_CHOICES, msgspec.json.encode(choices))
        remote = msgspec.structs.replace(stored.remote, enabled=False) if stored.remote.in_use else stored.remote
        self._settings.save(msgspec.structs.replace(stored, engine=wanted, remote=remote))

    def choices(self) -> dict[str, EngineSettings]:
        """Return how models were loaded last, by their paths. Raises AppError as the store does.

        Of what another version of Octavo kept, that which holds in this one.
        """
        return {
            path: msgspec.structs.replace(assemble(EngineSettings, fields), model_path=path)
            for path, fields in self._kept_choices().items()
        }

    def _kept_choices(self) -> dict[str, dict[str, msgspec.Raw]]:
        """Return the fields of each choice in JSON, valid or not."""
        kept = self._settings.get_blob(_CHOICES)
        try:
            return msgspec.json.decode(kept, type=dict[str, dict[str, msgspec.Raw]]) if kept else {}
        except msgspec.DecodeError:
            return {}

    def learn(self, usage: Usage, timings: Timings) -> None:
        """Learn how fast the loaded model has read and written."""
        if self._learning is not None and self._place is not None:
            self._learning.answered(self._place, usage, timings)

    def reading_speed(self) -> float:
        """Return the tokens a second at which the loaded model reads where it is, as far as that was measured before;
        else 0. Raises AppError as the store does."""
        if self._learning is None or self._place is None:
            return 0.0
        return self._learning.reading_speed(self._place)

    def fit(self) -> Fit | None:
        """Return how near the plan of the loaded model came to what it took; None if that is not known."""
        return self._fit

    def chat_format(self, path: Path, cancel: Cancel) -> Work[Opening, FormatReport | None]:
        """Report on a model's chat format, as `Plans.chat_format` does; asks the engine."""
        return (yield from self.plans.chat_format(path, cancel))

    def ready(self, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Make sure that a model is loaded: the last one again after the engine died, else as the settings say."""
        model = self._engine.model()
        if self._unsettled and model is not None:  # not the one of before again, even if it died
            return (yield from self.load(None, cancel))
        match self._engine.state():
            case EngineState.EMPTY if model is None:
                return (yield from self.load(None, cancel))
            case EngineState.READY if model is not None:
                return model
        try:
            return (yield from self._engine.revive(cancel))
        except AppError as error:
            if error.code is not Code.NO_MODEL:  # else it died before it had one, as it looked at the machine
                raise
        return (yield from self.load(None, cancel))

    def state(self) -> EngineState:
        return self._engine.state()

    def host(self) -> str:
        """Return where texts go: the host of the remote engine that is loaded, or that the settings name while none is;
        empty while all stays on this machine. Raises AppError as the store does."""
        if (model := self._engine.model()) is not None:
            return model.host
        return self.remote.host(self.wanted_remote())

    def loaded(self) -> ModelInfo | None:
        return self._engine.model()

    @property
    def loads_starter(self) -> bool:
        """True if the model that is being loaded now is the starter."""
        return bool(self._loading) and local.is_starter(self._loading)

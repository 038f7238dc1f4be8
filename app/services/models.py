"""Models as a person manages them: what there is, which one is loaded, load another."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.events import Loading
from app.core.settings import EngineSettings, RemoteSettings, Settings
from app.core.work import Cancel, Work, finish
from app.engine.protocol import Engine, EngineState, ModelInfo
from app.models import local
from app.models.local import ModelFile
from app.services.plans import Fit, Plans, fit_of
from app.services.readings import SavedReadings
from app.services.remote import RemoteEngine
from app.store.settings import SettingsStore, assemble

_CHOICES = "engine_choices"  # a blob: how each model was loaded last


class Models:
    """`state` and `loaded` are instant; the rest may take its time."""

    def __init__(
        self,
        engine: Engine,
        settings: SettingsStore,
        readings: SavedReadings,
        folder: Path,
        plans: Plans,
        remote: RemoteEngine | None = None,
    ) -> None:
        """`folder` is searched for model files. `remote`: what is to be known of a server that answers instead."""
        self._engine = engine
        self._readings = readings
        self._settings = settings
        self._folder = folder
        self._plans = plans
        self._remote = remote or RemoteEngine()
        self._wanted: EngineSettings | None = None
        self._wanted_remote: RemoteSettings | None = None
        self._fit: Fit | None = None

    def available(self) -> tuple[ModelFile, ...]:
        return local.available(self._folder)

    @property
    def folder(self) -> Path:
        """Where a person puts models."""
        return self._folder

    def use(self, wanted: EngineSettings, remote: RemoteSettings | None = None) -> None:
        """Take these instead of the stored settings until the program ends."""
        self._wanted, self._wanted_remote = wanted, remote

    def load(self, path: str | None, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Load `path` and remember the choice once it works; None loads what the settings say, else the starter.

        What does not fit is refused before anything is loaded, and the model of before stays. Where the settings name a
        remote engine, None connects to it. A `path` is on this machine always, and then the remote engine is off from
        now on.
        """
        stored = self._settings.load()
        wanted = self._wanted or stored.engine
        remote = self._wanted_remote or stored.remote
        if path is None and remote.in_use:
            self._fit = None
            return (yield from self._engine.load(self._remote.spec(remote, wanted.context_tokens), cancel))
        if path is not None and path != wanted.model_path:
            wanted = self.choices().get(path) or EngineSettings(model_path=path, threads=wanted.threads)
        model_path, projector_path = files_of(wanted)
        placed = finish(self._plans.place(model_path, projector_path, wanted, cancel))
        self._fit = None
        spec = msgspec.structs.replace(placed.spec, readings=self._readings.spec())
        loaded = yield from self._engine.load(spec, cancel)
        self._fit = fit_of(placed, loaded)
        if path is not None:
            self._remember(stored, wanted)
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
        """How models were loaded last, by their paths. Raises AppError as the store does.

        Of what another version of Octavo kept, that which holds in this one.
        """
        return {
            path: msgspec.structs.replace(assemble(EngineSettings, fields), model_path=path)
            for path, fields in self._kept_choices().items()
        }

    def _kept_choices(self) -> dict[str, dict[str, msgspec.Raw]]:
        """The fields of each choice in JSON, valid or not."""
        kept = self._settings.get_blob(_CHOICES)
        try:
            return msgspec.json.decode(kept, type=dict[str, dict[str, msgspec.Raw]]) if kept else {}
        except msgspec.DecodeError:
            return {}

    def fit(self) -> Fit | None:
        """How near the plan of the loaded model came to what it took; None where that is not known."""
        return self._fit

    def ready(self, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Make sure that a model is loaded: the last one again after the engine died, else as the settings say."""
        model = self._engine.model()
        match self._engine.state():
            case EngineState.EMPTY if model is None:
                return (yield from self.load(None, cancel))
            case EngineState.READY if model is not None:
                return model
        return (yield from self._engine.revive(cancel))

    def state(self) -> EngineState:
        return self._engine.state()

    def host(self) -> str:
        """Where texts go: the host of the remote engine that is loaded, or that the settings name while none is; empty
        while all stays on this machine. Raises AppError as the store does."""
        if (model := self._engine.model()) is not None:
            return model.host
        return self._remote.host(self._wanted_remote or self._settings.load().remote)

    def loaded(self) -> ModelInfo | None:
        return self._engine.model()


def files_of(wanted: EngineSettings) -> tuple[str, str]:
    """The model to load, and what it sees images with, empty for nothing. Raises AppError NO_MODEL when none is chosen
    and the starter is not there."""
    path = wanted.model_path
    if not path:
        starter = local.starter()
        if starter is None:
            raise AppError(Code.NO_MODEL)
        path = starter.path
    return path, wanted.projector_path or local.projector_beside(Path(path))

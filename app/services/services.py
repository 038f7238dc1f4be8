"""All parts that a face can use, wired together; whoever needs some of them takes only those."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.core.matter import Matter
from app.core.policy import Policy
from app.core.record import Happening, RecordKind
from app.core.settings import Settings
from app.documents.reader import DocumentReader
from app.engine.client import EngineClient
from app.engine.protocol import EngineState
from app.models.gguf.reader import HeaderReader
from app.services.asking.ask import Ask
from app.services.asking.context import Context
from app.services.asking.matter_plans import MatterPlans
from app.services.asking.parts import Parts
from app.services.asking.replacing import NameReplacing
from app.services.asking.titling import Titling
from app.services.asking.weighing import SentenceWeighing
from app.services.desk_feature import DeskFeature
from app.services.finding.indexing import Indexer
from app.services.finding.search import Search
from app.services.library.covers import Covers
from app.services.library.folder_adding import FolderAdding
from app.services.library.images import Images
from app.services.library.library import Library
from app.services.library.matters import Matters
from app.services.library.notes import NoteTaking
from app.services.library.removal import Removal
from app.services.models.downloads import Downloads
from app.services.models.import_export import ImportExport
from app.services.models.learning import Learning
from app.services.models.models import Models, RemoteEngine, SavedReadings
from app.services.models.plans import Machines, Plans
from app.services.recording import Recording
from app.store.conversations import Conversations, Drafts
from app.store.db import Database
from app.store.keys import Key, set_passphrase
from app.store.settings import SettingsStore


@dataclass(frozen=True)
class Services:
    paths: Paths
    ask: Ask
    search: Search
    indexer: Indexer
    parts: Parts
    weighing: SentenceWeighing
    context: Context
    library: Library
    adding: FolderAdding
    covers: Covers
    images: Images
    models: Models
    plans: Plans
    downloads: Downloads
    carrying: ImportExport
    removal: Removal
    record: Recording
    """Of this desk."""
    home_record: Recording
    """Of the library: there is what concerns all desks, such as settings, downloads and matters."""
    conversations: Conversations
    drafts: Drafts
    notes: NoteTaking
    settings: SettingsStore
    own_settings: SettingsStore
    """Of this desk alone: what the window had open, its standing instructions. The library's are `settings`."""
    engine: EngineClient
    replacing: NameReplacing | None
    reader: DocumentReader
    database: Database
    policy: Policy
    keeps: Keeps
    """Everything that the kernel and the features keep on a desk."""
    make_features: Sequence[Callable[[Services], DeskFeature]]
    matters: Matters
    matter: Matter | None  # None: the library
    turn_to: Callable[[str], Services]
    """Open another desk by its id, with the same engine, models and readers, and close this one; the engine then holds
    nothing of it. Raises AppError as `Matters.open` does, and this one stays open."""
    told_at_start: list[str] = field(default_factory=list)
    """What features have to tell since this desk was opened, a sentence each, until a face has said so."""
    installed: Path | None = None  # the root of the installation; None in a checkout

    def chosen_settings(self) -> Settings:
        """A person's settings, with the server that is to answer on this desk. Raises AppError as the store does."""
        settings = self.settings.load()
        return msgspec.structs.replace(settings, remote=self.models.of_desk(settings.remote))

    @cached_property
    def features(self) -> tuple[DeskFeature, ...]:
        """The features that do something on this desk by themselves."""
        return tuple(make(self) for make in self.make_features)

    @property
    def matter_plans(self) -> MatterPlans:
        return MatterPlans(self.ask, self.search, self.library)

    @property
    def titling(self) -> Titling:
        return Titling(self.engine, self.ask, self.conversations, self.ask.settings)

    @property
    def remote(self) -> RemoteEngine:
        return self.models.remote

    @property
    def readings(self) -> SavedReadings:
        return self.models.readings

    @property
    def headers(self) -> HeaderReader:
        return self.plans.headers

    @property
    def machines(self) -> Machines:
        return self.plans.machines

    @property
    def learning(self) -> Learning:
        return self.plans.learning

    @property
    def home(self) -> Database:
        """The main database: of the library, the settings, and the keys of matters."""
        return self.matters.home

    @property
    def key(self) -> Key:
        return self.home.key

    def protect(self, passphrase: str | None) -> None:
        """Set or change the passphrase, or (None) take it away. Raises AppError as `set_passphrase` does."""
        set_passphrase(self.home, self.paths, passphrase, policy=self.policy)
        state = "removed" if passphrase is None else "set"
        self.home_record.note(Happening(RecordKind.SETTING, detail=f"passphrase: {state}"))

    def close(self) -> None:
        """End the children, then close the databases. Answers that were being written keep what they have, and an
        engine at rest first brings the readings to disk that it is saving."""
        if self.engine.state() is EngineState.READY:
            self.engine.flush_saved()
        self.engine.close()
        self.indexer.embedder.close()
        self.reader.close()
        self.images.close()
        self.database.close()
        self.home.close()

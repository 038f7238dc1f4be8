"""All parts that a face can use, wired together; whoever needs some of them takes only those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.core.matter import Matter
from app.core.record import Happening, RecordKind
from app.core.settings import Settings
from app.documents.reader import DocumentReader
from app.engine.client import EngineClient
from app.engine.protocol import EngineState
from app.services.asking.ask import Ask
from app.services.asking.context import Context
from app.services.asking.matter_plans import MatterPlans
from app.services.asking.parts import Parts
from app.services.asking.replacing import NameReplacing
from app.services.asking.titling import Titling
from app.services.asking.weighing import SentenceWeighing
from app.services.desk_feature import DeskFeatures
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
from app.services.models.models import Models
from app.services.recording import Recording
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.keys import set_passphrase
from app.store.settings import SettingsStore


@dataclass(frozen=True)
class AskingServices:
    """The services that work on the questions of a desk. `replacing` replaces names in texts that leave this
    computer."""

    ask: Ask
    context: Context
    parts: Parts
    weighing: SentenceWeighing
    replacing: NameReplacing | None


@dataclass(frozen=True)
class FindingServices:
    """The services that find passages in the documents of a desk."""

    search: Search
    indexer: Indexer


@dataclass(frozen=True)
class DocumentServices:
    """The services that take documents and images in, keep, show and remove them. `reader` is the process that reads
    files."""

    library: Library
    adding: FolderAdding
    covers: Covers
    images: Images
    notes: NoteTaking
    removal: Removal
    reader: DocumentReader


@dataclass(frozen=True)
class ModelFiles:
    """The services that bring models to this computer: downloaded, or carried in and out as files."""

    downloads: Downloads
    carrying: ImportExport


@dataclass(frozen=True)
class SharedByDesks:
    """The services that all desks share: the library and the matters. `keeps` is everything that the kernel and the
    features keep on a desk; `record` is that of the library, which has what concerns all desks, such as settings,
    downloads and matters."""

    matters: Matters
    keeps: Keeps
    record: Recording
    turn_to: Callable[[str], Services]
    """Open another desk by its id, with the same engine, models and readers, and close this one; the engine then holds
    nothing of it. Raises AppError as `Matters.open` does, and this one stays open."""


@dataclass(frozen=True)
class Services:
    """One open desk. `settings` are the library's, which hold on all desks; `own_settings` are those of this desk
    alone, such as what the window had open, and its standing instructions."""

    paths: Paths
    shared: SharedByDesks
    matter: Matter | None  # None: the library
    database: Database
    settings: SettingsStore
    own_settings: SettingsStore
    record: Recording
    conversations: Conversations
    asking: AskingServices
    finding: FindingServices
    documents: DocumentServices
    engine: EngineClient
    models: Models
    model_files: ModelFiles
    features: DeskFeatures = field(default_factory=DeskFeatures)

    def chosen_settings(self) -> Settings:
        """Return a person's settings, with the server that is to answer on this desk. Raises AppError as the store
        does."""
        settings = self.settings.load()
        return msgspec.structs.replace(settings, remote=self.models.of_desk(settings.remote))

    def protect(self, passphrase: str | None) -> None:
        """Set or change the passphrase, or (None) take it away. Raises AppError as `set_passphrase` does."""
        set_passphrase(self.shared.matters.home, self.paths, passphrase, policy=self.settings.policy)
        state = "removed" if passphrase is None else "set"
        self.shared.record.note(Happening(RecordKind.SETTING, detail=f"passphrase: {state}"))

    def close(self) -> None:
        """End the children, then close the databases. Answers that were being written keep what they have, and an
        engine at rest first brings the readings to disk that it is saving."""
        if self.engine.state() is EngineState.READY:
            self.engine.flush_saved()
        self.engine.close()
        self.finding.indexer.embedder.close()
        self.documents.reader.close()
        self.documents.images.close()
        self.database.close()
        self.shared.matters.home.close()


def matter_plans_of(desk: Services) -> MatterPlans:
    return MatterPlans(desk.asking.ask, desk.finding.search, desk.documents.library)


def titling_of(desk: Services) -> Titling:
    return Titling(desk.engine, desk.asking.ask, desk.conversations, desk.asking.ask.settings)

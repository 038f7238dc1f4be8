"""All parts that a face can use, wired together; whoever needs some of them takes only those.

The parts come in groups. A part is imported and made when it is asked for first (`core.once`): a command in the
terminal that lists documents needs no engine, and what it does not need would be most of its time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.core.once import make_all
from app.core.record import Happening, RecordKind
from app.services.desk_feature import DeskFeatures
from app.store.keys import set_passphrase

if TYPE_CHECKING:
    from app.core.kept import Keeps
    from app.core.machine.paths import Paths
    from app.core.matter import Matter
    from app.core.settings import Settings
    from app.documents.reader import DocumentReader
    from app.engine.client import EngineClient
    from app.services.asking.ask import Ask
    from app.services.asking.context import Context
    from app.services.asking.document_selection import DocumentSelection
    from app.services.asking.parts import Parts
    from app.services.asking.replacing import NameReplacing
    from app.services.asking.titling import Titling
    from app.services.asking.weighing import SentenceWeighing
    from app.services.audit_log import AuditLog
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
    from app.services.models.readings import SavedReadings
    from app.store.conversations import Conversations
    from app.store.db import Database
    from app.store.settings import SettingsStore


class AskingServices(Protocol):
    """The services that work on the questions of a desk."""

    @property
    def ask(self) -> Ask: ...
    @property
    def context(self) -> Context: ...
    @property
    def parts(self) -> Parts: ...
    @property
    def weighing(self) -> SentenceWeighing: ...
    @property
    def replacing(self) -> NameReplacing | None:
        """Replaces names in texts that leave this computer."""


class FindingServices(Protocol):
    """The services that find passages in the documents of a desk."""

    @property
    def search(self) -> Search: ...
    @property
    def indexer(self) -> Indexer: ...


class DocumentServices(Protocol):
    """The services that take documents and images in, keep, show and remove them."""

    @property
    def library(self) -> Library: ...
    @property
    def adding(self) -> FolderAdding: ...
    @property
    def covers(self) -> Covers: ...
    @property
    def images(self) -> Images: ...
    @property
    def notes(self) -> NoteTaking: ...
    @property
    def removal(self) -> Removal: ...
    @property
    def reader(self) -> DocumentReader:
        """The process that reads files."""


class Computing(Protocol):
    """The engine and the models that it loads."""

    @property
    def engine(self) -> EngineClient: ...
    @property
    def models(self) -> Models: ...


class ModelFiles(Protocol):
    """The services that bring models to this computer: downloaded, or carried in and out as files."""

    @property
    def downloads(self) -> Downloads: ...
    @property
    def carrying(self) -> ImportExport: ...


@dataclass(frozen=True)
class SharedByDesks:
    """The services that all desks share: the library and the matters. `keeps` is everything that the kernel and the
    features keep on a desk; `record` is that of the library, which has what concerns all desks, such as settings,
    downloads and matters."""

    matters: Matters
    keeps: Keeps
    record: AuditLog
    turn_to: Callable[[str], Services]
    """Open another desk by its id, with the same engine, models and readers, and close this one; the engine then holds
    nothing of it. Raises AppError as `Matters.open` does, and this one stays open."""
    end: Callable[[], None]
    """End the children that were started. An engine at rest first brings the readings to disk that it is saving."""


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
    record: AuditLog
    conversations: Conversations
    asking: AskingServices
    finding: FindingServices
    documents: DocumentServices
    computing: Computing
    model_files: ModelFiles
    features: DeskFeatures = field(default_factory=DeskFeatures)

    @property
    def engine(self) -> EngineClient:
        return self.computing.engine

    @property
    def models(self) -> Models:
        return self.computing.models

    @property
    def readings(self) -> SavedReadings:
        return self.shared.matters.readings

    def make_all(self) -> None:
        """Make all parts now, on this thread, for a face that will want them on a thread that must not wait."""
        for group in (self.asking, self.finding, self.documents, self.computing, self.model_files):
            make_all(group)

    def chosen_settings(self) -> Settings:
        """Return a person's settings, with the server that is to answer on this desk. Raises AppError as the store
        does."""
        settings = self.settings.load()
        return msgspec.structs.replace(settings, remote=self.models.of_desk(settings.remote))

    def protect(self, passphrase: str | None) -> None:
        """Set or change the passphrase, or (None) take it away. Raises AppError as `set_passphrase` does."""
        matters = self.shared.matters
        set_passphrase(matters.home, self.paths, passphrase, policy=self.settings.policy, cost=matters.guess_cost)
        state = "removed" if passphrase is None else "set"
        self.shared.record.note(Happening(RecordKind.SETTING, detail=f"passphrase: {state}"))

    def close(self) -> None:
        """End the children, then close the databases. Answers that were being written keep what they have."""
        self.shared.end()
        self.database.close()
        self.shared.matters.home.close()


def matter_plans_of(desk: Services) -> DocumentSelection:
    from app.services.asking.document_selection import DocumentSelection

    return DocumentSelection(desk.asking.ask, desk.finding.search, desk.documents.library)


def titling_of(desk: Services) -> Titling:
    from app.services.asking.titling import Titling

    return Titling(desk.engine, desk.asking.ask, desk.conversations, desk.asking.ask.settings)

"""The composition root: the only place where parts are built and wired together.

What opening a desk needs is imported here; every other part is imported where it is made, when it is asked for first.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from app.core.errors import AppError, Code
from app.core.kept import Keeps
from app.core.machine.files import start_log
from app.core.machine.paths import Paths
from app.core.machine.secret import KeyOrigin
from app.core.matter import LIBRARY, Matter
from app.core.once import is_made, once
from app.core.policy import Policy
from app.documents.reader import DocumentReader
from app.engine.protocol import Bandwidth, Engine, EngineState
from app.services.asking.replacing import AsItIsEngine, GuardedEngine, MakeNameReplacing, NameReplacing
from app.services.audit_log import AuditLog, close_open_answers
from app.services.desk_feature import DeskFeature
from app.services.library.matters import Matters, settings_of_matter
from app.services.models.readings import SavedReadings
from app.services.policies import read_policy
from app.services.services import Services, SharedByDesks
from app.store import keys, restoring
from app.store.bin import BinStore
from app.store.books import Books, Recognitions
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.images import ImageStore
from app.store.key_derivation import Argon2Cost
from app.store.record import RecordStore
from app.store.settings import SettingsStore

if TYPE_CHECKING:
    from app.core.settings import Settings
    from app.documents.images.reader import ImageReader
    from app.embedding.client import Embedder
    from app.engine.client import EngineClient
    from app.models.gguf.reader import HeaderReader, KnownHeaders
    from app.services.asking.ask import Ask
    from app.services.asking.context import Context
    from app.services.asking.parts import Parts
    from app.services.asking.prompts import Prompts
    from app.services.asking.weighing import SentenceWeighing
    from app.services.finding.indexing import Indexer
    from app.services.finding.search import Search
    from app.services.library.covers import Covers
    from app.services.library.folder_adding import FolderAdding
    from app.services.library.images import Images
    from app.services.library.library import Library
    from app.services.library.notes import NoteTaking
    from app.services.library.removal import Removal
    from app.services.models.downloads import Downloads
    from app.services.models.import_export import ImportExport
    from app.services.models.models import Models
    from app.services.models.speed_history import SpeedHistory
    from app.store.judges import Judges

MakeDeskFeature: TypeAlias = Callable[[Services], DeskFeature]


@dataclass(frozen=True)
class KnownMachine:
    """Facts of this machine that are known before a desk is opened, and so are not found out again. `headers` are those
    of models, `bandwidth` is that of main memory, and `guess_cost` that of a guess at a new passphrase."""

    headers: KnownHeaders | None = None
    bandwidth: Bandwidth | None = None
    guess_cost: Argon2Cost | None = None


@dataclass(frozen=True)
class Setup:
    """Everything that the desks of a program are made with. `keeps` is everything that a desk can have; `features` make
    what each of them does on a desk by itself; `replacing` replaces names in texts that leave this computer, which
    without it leave as they are or not at all."""

    keeps: Keeps
    features: Sequence[MakeDeskFeature]
    replacing: MakeNameReplacing | None
    known: KnownMachine = field(default_factory=KnownMachine)


def open_desk(
    paths: Paths, setup: Setup, passphrase: str | None = None, reader: DocumentReader | None = None
) -> Services:
    """Open the data folder and wire everything; no child is started. Raises AppError when it cannot be kept in.

    `reader` may have been started already. It is closed with the desk, or when opening fails, unless a passphrase is
    asked for and the caller tries again with the same reader.
    """
    used = reader or DocumentReader()
    try:
        return _open_desk(paths, setup, passphrase, used)
    except BaseException as error:
        asks = isinstance(error, AppError) and error.code in (Code.PASSPHRASE_NEEDED, Code.PASSPHRASE_REQUIRED)
        if reader is None or not asks:
            used.close()
        raise


def _open_desk(paths: Paths, setup: Setup, passphrase: str | None, reader: DocumentReader) -> Services:
    restoring.settle(paths)
    paths.create()
    start_log(paths.log)
    policy = read_policy()
    cost = setup.known.guess_cost
    home = Database.open(paths.database, keys.obtain(paths, passphrase, cost=cost))
    if policy.rules.passphrase_required and home.key.origin is not KeyOrigin.PASSPHRASE:
        try:
            _protect(home, paths, passphrase, policy, cost)
        except BaseException:
            home.close()
            raise
    desks = _Desks(paths, setup, home, reader, policy)
    desks.record.policy_in_force(policy, desks.settings)
    desk = desks.open(LIBRARY)
    with contextlib.suppress(AppError):  # the next start tries again
        desk.shared.matters.finish_deleting()
    return desk


def _protect(home: Database, paths: Paths, passphrase: str | None, policy: Policy, cost: Argon2Cost | None) -> None:
    """Take what was given as the new passphrase. Raises AppError PASSPHRASE_REQUIRED without one."""
    if not passphrase:
        raise AppError(Code.PASSPHRASE_REQUIRED, path=str(paths.data))
    keys.set_passphrase(home, paths, passphrase, policy=policy, cost=cost)


class _Desks:
    """The parts that all desks share: the library and every matter have a database each, and one is open at a time.

    It is the `Computing` and the `ModelFiles` of them all.
    """

    def __init__(self, paths: Paths, setup: Setup, home: Database, reader: DocumentReader, policy: Policy) -> None:
        self.setup = setup
        self.paths, self.home, self.reader, self.policy = paths, home, reader, policy
        self.settings = SettingsStore(home, policy)
        self.record = AuditLog(RecordStore(home), Books(home), self.settings.load, lambda: self.engine.model())
        self.settings.watch = self.record.settings_changed
        self.readings = SavedReadings(paths.readings, self.settings, Books(home).ids)
        self.matters = Matters(paths, home, self.readings, setup.keeps, self.record.note, setup.known.guess_cost)
        self.database = home
        self.own: SettingsStore | None = None
        """The settings of the open matter; None while the library is open."""

    def open(self, id: str) -> Services:
        """Open a desk instead of the one that is open. Raises AppError as `Matters.open` does; that one then stays
        open."""
        matter = None if id == LIBRARY else self.matters.kept.get(id)
        database = self.matters.open(id)
        self.reader.recognitions = recognitions = Recognitions(database)
        recognitions.forget_unfinished()
        self.readings.change_desk(Books(database).ids, id)
        if is_made(self, "engine"):
            with contextlib.suppress(AppError):  # one that died holds nothing
                self.engine.change_desk(id)
        if self.database is not self.home:
            self.database.close()
        self.database, self.own = database, None if matter is None else SettingsStore(database)
        if is_made(self, "models"):
            self.models.change_desk(self.own_settings)
        desk = self._wired(matter)
        close_open_answers(desk.conversations, desk.record)
        with contextlib.suppress(AppError):  # a person hears of it when something is deleted
            if BinStore(database).expired(self.settings.load().retention.bin_days, time.time()):
                desk.documents.removal.expire(time.time())
            self.readings.keep_images(ImageStore(database).all())
        desk.features.open(make(desk) for make in self.setup.features)
        return desk

    @property
    def own_settings(self) -> Callable[[], Settings] | None:
        """Give the settings that the open matter has of its own."""
        return None if self.own is None else self.own.load

    def end(self) -> None:
        """End the children that were started, an engine after it has saved what it is saving."""
        if is_made(self, "engine"):
            if self.engine.state() is EngineState.READY:
                self.engine.flush_saved()
            self.engine.close()
        if is_made(self, "embedder"):
            self.embedder.close()
        self.reader.close()
        if is_made(self, "decoder"):
            self.decoder.close()

    def _wired(self, matter: Matter | None) -> Services:
        conversations = Conversations(self.database)
        record = AuditLog(
            RecordStore(self.database), Books(self.database), self.settings.load, lambda: self.engine.model()
        )
        parts = _DeskParts(self, self.database, conversations, record, self.own)
        return Services(
            paths=self.paths,
            shared=SharedByDesks(self.matters, self.setup.keeps, self.record, self.open, self.end),
            matter=matter,
            database=self.database,
            settings=self.settings,
            own_settings=self.own or self.settings,
            record=record,
            conversations=conversations,
            asking=parts,
            finding=parts,
            documents=parts,
            computing=self,
            model_files=self,
        )

    @once
    def engine(self) -> EngineClient:
        from app.engine.client import EngineClient

        return EngineClient(policy=self.policy)

    @once
    def models(self) -> Models:
        from app.models.templates.reader import TemplateReader
        from app.services.models.chat_templates import ChatTemplates
        from app.services.models.models import Models
        from app.services.models.plans import Machines, Plans
        from app.services.models.remote_engine import RemoteEngine
        from app.store.system_keyring import RemoteKeys

        templates = ChatTemplates(TemplateReader(), self.engine, self.settings)
        machines = Machines(self.engine, self.settings, self.setup.known.bandwidth)
        plans = Plans(self.headers, self.engine, machines, self.learning, templates)
        remote, note = RemoteEngine(RemoteKeys(self.settings), self.settings), self.record.note
        settings, folder = self.settings, self.paths.models
        models = Models(self.engine, settings, self.readings, folder, plans, remote, self.learning, note)
        models.change_desk(self.own_settings)
        return models

    @once
    def learning(self) -> SpeedHistory:
        from app.services.models.speed_history import SpeedHistory
        from app.store.measurements import Measurements

        return SpeedHistory(Measurements(self.settings))

    @once
    def headers(self) -> HeaderReader:
        from app.models.gguf.reader import HeaderReader

        return HeaderReader(known=self.setup.known.headers)

    @once
    def downloads(self) -> Downloads:
        return downloads_of(self.models, self.settings, self.headers)

    @once
    def carrying(self) -> ImportExport:
        from app.services.models.import_export import ImportExport

        return ImportExport(self.models, self.headers)

    @once
    def decoder(self) -> ImageReader:
        from app.documents.images.reader import ImageReader

        return ImageReader()

    @once
    def embedder(self) -> Embedder:
        from app.embedding.client import Embedder

        return Embedder()

    @once
    def judges(self) -> Judges:
        from app.store.judges import Judges

        return Judges(self.settings)


class _DeskParts:
    """The parts of one desk: its `AskingServices`, `FindingServices` and `DocumentServices`."""

    def __init__(
        self,
        shared: _Desks,
        database: Database,
        conversations: Conversations,
        record: AuditLog,
        own: SettingsStore | None,
    ) -> None:
        self._shared, self._database = shared, database
        self._conversations, self._record = conversations, record
        self._books, self._kept_images, self.reader = Books(database), ImageStore(database), shared.reader
        settings = shared.settings
        self._in_force = settings.in_force if own is None else partial(settings_of_matter, settings, own)

    # ---- asking

    @once
    def replacing(self) -> NameReplacing | None:
        make, shared = self._shared.setup.replacing, self._shared
        return None if make is None else make(shared.engine, self._database, shared.models)

    @once
    def _engine(self) -> Engine:
        """Return the engine as this desk uses it."""

        def leaving() -> Engine:
            if self.replacing is not None:
                return self.replacing.engine
            return AsItIsEngine(self._shared.engine, self._shared.models.remote_texts)

        return GuardedEngine(self._shared.engine, leaving)

    @once
    def _prompts(self) -> Prompts:
        from app.services.asking.prompts import Prompts

        return Prompts(self._books)

    @once
    def ask(self) -> Ask:
        from app.services.asking.ask import Ask
        from app.services.asking.retrieval import Retrieval

        engine, shared, prompts, books = self._engine, self._shared, self._prompts, self._books
        retrieval = Retrieval(engine, prompts, self.search, books)
        return Ask(
            *(engine, shared.models, prompts, retrieval, books, self.images),
            *(self._conversations, self._in_force, self._record, shared.judges),
        )

    @once
    def context(self) -> Context:
        from app.services.asking.context import Context

        models, prompts = self._shared.models, self._prompts
        return Context(self._engine, models, self.library, prompts, self._conversations, self.ask)

    @once
    def parts(self) -> Parts:
        from app.services.asking.parts import Parts
        from app.store.cells import PartNotesStore

        notes = PartNotesStore(self._database, self._conversations)
        return Parts(self.ask, notes, self._prompts, self._books)

    @once
    def weighing(self) -> SentenceWeighing:
        from app.services.asking.weighing import SentenceWeighing

        judges, in_force = self._shared.judges, self._shared.settings.in_force
        return SentenceWeighing(self._engine, self.ask, self._conversations, judges, in_force)

    # ---- finding

    @once
    def search(self) -> Search:
        from app.services.finding.search import Search
        from app.store.passages import Passages
        from app.store.vectors import Vectors

        return Search(Passages(self._database), Vectors(self._database), self._shared.embedder)

    @once
    def indexer(self) -> Indexer:
        from app.services.finding.indexing import Indexer

        return Indexer(self.search.vectors, self.search.embedder)

    # ---- documents and images

    @once
    def library(self) -> Library:
        from app.services.library.library import Library

        return Library(self.reader, self._books, self._engine, self._shared.readings, self._record)

    @once
    def adding(self) -> FolderAdding:
        from app.services.library.folder_adding import FolderAdding
        from app.store.sources import Sources

        return FolderAdding(self.reader, self._books, Sources(self._database), self._record)

    @once
    def covers(self) -> Covers:
        from app.services.library.covers import Covers
        from app.store.covers import KeptCovers

        return Covers(self.library, KeptCovers(self._database), self._shared.decoder)

    @once
    def images(self) -> Images:
        from app.services.library.images import Images

        shared = self._shared

        def check() -> None:
            shared.models.check_images()

        return Images(shared.decoder, self._kept_images, self.library, self._engine, check)

    @once
    def notes(self) -> NoteTaking:
        from app.services.library.notes import NoteTaking
        from app.store.notes import NoteStore

        return NoteTaking(NoteStore(self._database), self.library)

    @once
    def removal(self) -> Removal:
        from app.services.library.removal import Removal

        kept, shared = BinStore(self._database), self._shared
        settings = shared.settings.load
        return Removal(kept, self._kept_images, shared.readings, shared.engine, settings, self._record)


def downloads_of(models: Models, settings: SettingsStore, headers: HeaderReader) -> Downloads:
    from app.models.hub.catalogue import catalogue
    from app.models.hub.client import Hub
    from app.models.hub.protocol import check_endpoint
    from app.services.models.downloads import Downloads
    from app.store import system_keyring

    def endpoint() -> str:
        return settings.load().hub.endpoint

    hub = Hub(endpoint, lambda: system_keyring.hub_token(check_endpoint(endpoint())), headers, policy=settings.policy)
    return Downloads(models, settings, catalogue(), hub)

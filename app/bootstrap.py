"""The composition root: the only place where parts are built and wired together."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from app.core.errors import AppError, Code
from app.core.kept import Keeps
from app.core.machine.files import start_log
from app.core.machine.paths import Paths
from app.core.machine.secret import KeyOrigin
from app.core.matter import LIBRARY, Matter
from app.core.policy import Policy
from app.core.record import Noting
from app.documents.images.reader import ImageReader
from app.documents.reader import DocumentReader
from app.embedding.client import Embedder
from app.engine.client import EngineClient
from app.models.gguf.reader import HeaderReader
from app.models.hub.catalogue import catalogue
from app.models.hub.client import Hub
from app.models.hub.protocol import check_endpoint
from app.models.templates.reader import TemplateReader
from app.services.asking.ask import Ask
from app.services.asking.context import Context
from app.services.asking.parts import Parts
from app.services.asking.prompts import Prompts
from app.services.asking.replacing import AsItIsEngine, MakeNameReplacing
from app.services.asking.restating import Restating
from app.services.asking.weighing import SentenceWeighing
from app.services.desk_feature import DeskFeature
from app.services.finding.indexing import Indexer
from app.services.finding.search import Search
from app.services.library.covers import Covers
from app.services.library.folder_adding import FolderAdding
from app.services.library.images import Images
from app.services.library.library import Library
from app.services.library.matters import Matters, settings_of_matter
from app.services.library.notes import NoteTaking
from app.services.library.removal import Removal
from app.services.models.chat_templates import ChatTemplates
from app.services.models.downloads import Downloads
from app.services.models.import_export import ImportExport
from app.services.models.learning import Learning
from app.services.models.models import Models, RemoteEngine, SavedReadings
from app.services.models.plans import Machines, Plans
from app.services.policies import read_policy
from app.services.recording import Recording, close_open_answers
from app.services.services import AskingServices, DocumentServices, FindingServices, ModelFiles, Services, SharedByDesks
from app.store import keys, restoring, system_keyring
from app.store.bin import BinStore
from app.store.books import Books, Recognitions
from app.store.cells import PartNotesStore
from app.store.conversations import Conversations
from app.store.covers import KeptCovers
from app.store.db import Database
from app.store.images import ImageStore
from app.store.judges import Judges
from app.store.measurements import Measurements
from app.store.notes import NoteStore
from app.store.passages import Passages
from app.store.record import RecordStore
from app.store.settings import SettingsStore
from app.store.sources import Sources
from app.store.system_keyring import RemoteKeys
from app.store.vectors import Vectors

MakeDeskFeature: TypeAlias = Callable[[Services], DeskFeature]


def open_desk(
    paths: Paths,
    passphrase: str | None = None,
    reader: DocumentReader | None = None,
    *,
    keeps: Keeps,
    features: Sequence[MakeDeskFeature],
    replacing: MakeNameReplacing | None,
) -> Services:
    """Open the data folder and wire everything; no child is started. Raises AppError when it cannot be kept in.

    `reader` may have been started already. It is closed with the desk, or when opening fails, unless a passphrase is
    asked for and the caller tries again with the same reader. `keeps` is everything that a desk can have; `features`
    make what each of them does on a desk by itself; `replacing` replaces names in texts that leave this computer, which
    without it leave as they are or not at all.
    """
    used = reader or DocumentReader()
    try:
        return _open_desk(paths, passphrase, used, keeps, features, replacing)
    except BaseException as error:
        asks = isinstance(error, AppError) and error.code in (Code.PASSPHRASE_NEEDED, Code.PASSPHRASE_REQUIRED)
        if reader is None or not asks:
            used.close()
        raise


def _open_desk(
    paths: Paths,
    passphrase: str | None,
    reader: DocumentReader,
    keeps: Keeps,
    features: Sequence[MakeDeskFeature],
    replacing: MakeNameReplacing | None,
) -> Services:
    restoring.settle(paths)
    paths.create()
    start_log(paths.log)
    policy = read_policy()
    home = Database.open(paths.database, keys.obtain(paths, passphrase))
    if policy.rules.passphrase_required and home.key.origin is not KeyOrigin.PASSPHRASE:
        try:
            _protect(home, paths, passphrase, policy)
        except BaseException:
            home.close()
            raise
    desks = _Desks(paths, home, reader, policy, keeps, features, replacing)
    desks.record.policy_in_force(policy, desks.settings)
    desk = desks.open(LIBRARY)
    with contextlib.suppress(AppError):  # the next start tries again
        desk.shared.matters.finish_deleting()
    return desk


def _protect(home: Database, paths: Paths, passphrase: str | None, policy: Policy) -> None:
    """Take what was given as the new passphrase. Raises AppError PASSPHRASE_REQUIRED without one."""
    if not passphrase:
        raise AppError(Code.PASSPHRASE_REQUIRED, path=str(paths.data))
    keys.set_passphrase(home, paths, passphrase, policy=policy)


class _Desks:
    """The parts that all desks share: the library and every matter have a database each, and one is open at a time."""

    def __init__(
        self,
        paths: Paths,
        home: Database,
        reader: DocumentReader,
        policy: Policy,
        keeps: Keeps,
        features: Sequence[MakeDeskFeature],
        replacing: MakeNameReplacing | None,
    ) -> None:
        self.keeps, self.features, self.replacing = keeps, features, replacing
        self.paths, self.home, self.reader, self.policy = paths, home, reader, policy
        self.settings, self.engine = SettingsStore(home, policy), EngineClient(policy=policy)
        self.record = Recording(RecordStore(home), Books(home), self.settings.load, self.engine.model)
        self.settings.watch = self.record.settings_changed
        self.of_models = _ModelParts(paths, self.settings, self.engine, Books(home), self.record.note)
        self.matters = Matters(paths, home, self.of_models.models.readings, keeps, self.record.note)
        self.decoder, self.embedder = ImageReader(), Embedder()
        self.database = home

    def open(self, id: str) -> Services:
        """Open a desk instead of the one that is open. Raises AppError as `Matters.open` does; that one then stays
        open."""
        matter = None if id == LIBRARY else self.matters.kept.get(id)
        database = self.matters.open(id)
        self.reader.recognitions = recognitions = Recognitions(database)
        recognitions.forget_unfinished()
        self.of_models.models.readings.change_desk(Books(database).ids, id)
        with contextlib.suppress(AppError):  # one that died holds nothing
            self.engine.change_desk(id)
        if self.database is not self.home:
            self.database.close()
        self.database = database
        desk = _wire(self, database, matter)
        close_open_answers(desk.conversations, desk.record)
        with contextlib.suppress(AppError):  # a person hears of it when something is deleted
            desk.documents.removal.expire(time.time())
            desk.documents.removal.sweep()
        desk.features.open(make(desk) for make in self.features)
        return desk


def _wire(shared: _Desks, database: Database, matter: Matter | None) -> Services:
    conversations, settings, books = Conversations(database), shared.settings, Books(database)
    of_models, reader = shared.of_models, shared.reader
    models, decoder = of_models.models, shared.decoder
    replacing = shared.replacing(shared.engine, database, models) if shared.replacing is not None else None
    engine = AsItIsEngine(shared.engine, models.remote_texts) if replacing is None else replacing.engine
    record = Recording(RecordStore(database), books, settings.load, engine.model)
    library = Library(reader, books, engine, models.readings, record)
    kept_images, prompts = ImageStore(database), Prompts(books)
    images = Images(decoder, kept_images, library, engine, models.check_images)
    search = Search(Passages(database), Vectors(database), shared.embedder)
    restating = Restating(engine, prompts, search, books)
    own = settings if matter is None else SettingsStore(database)
    models.change_desk(None if matter is None else own.load)
    in_force = settings.in_force if matter is None else partial(settings_of_matter, settings, own)
    judges = Judges(settings)
    ask = Ask(engine, models, prompts, restating, books, images, conversations, in_force, record, judges)
    weighing = SentenceWeighing(engine, ask, conversations, judges, settings.in_force)
    return Services(
        paths=shared.paths,
        shared=SharedByDesks(shared.matters, shared.keeps, shared.record, shared.open),
        matter=matter,
        database=database,
        settings=settings,
        own_settings=own,
        record=record,
        conversations=conversations,
        asking=AskingServices(
            ask=ask,
            context=Context(engine, models, library, prompts, conversations, ask),
            parts=Parts(ask, PartNotesStore(database, conversations), prompts, books),
            weighing=weighing,
            replacing=replacing,
        ),
        finding=FindingServices(search, Indexer(search.vectors, search.embedder)),
        documents=DocumentServices(
            library=library,
            adding=FolderAdding(reader, books, Sources(database), record),
            covers=Covers(library, KeptCovers(database), decoder),
            images=images,
            notes=NoteTaking(NoteStore(database), library),
            removal=Removal(BinStore(database), kept_images, models.readings, engine, settings.load, record),
            reader=reader,
        ),
        engine=shared.engine,
        models=models,
        model_files=of_models.files,
    )


class _ModelParts:
    """All that has to do with models: those on this computer, at the hub, and at a server."""

    def __init__(self, paths: Paths, settings: SettingsStore, engine: EngineClient, books: Books, note: Noting) -> None:
        headers, learning = HeaderReader(), Learning(Measurements(settings))
        readings = SavedReadings(paths.readings, settings, books.ids)
        remote = RemoteEngine(RemoteKeys(settings))
        templates = ChatTemplates(TemplateReader(), engine, settings)
        plans = Plans(headers, engine, Machines(engine, settings), learning, templates)
        self.models = Models(engine, settings, readings, paths.models, plans, remote, learning, note)
        self.files = ModelFiles(downloads_of(self.models, settings, headers), ImportExport(self.models, headers))


def downloads_of(models: Models, settings: SettingsStore, headers: HeaderReader) -> Downloads:
    def endpoint() -> str:
        return settings.load().hub.endpoint

    hub = Hub(endpoint, lambda: system_keyring.hub_token(check_endpoint(endpoint())), headers, policy=settings.policy)
    return Downloads(models, settings, catalogue(), hub)

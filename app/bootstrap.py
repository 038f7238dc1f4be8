"""The composition root: the only place where parts are built and wired together."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING

from app.core import installation
from app.core.errors import AppError, Code
from app.core.files import start_log
from app.core.paths import Paths, resources
from app.documents.images.reader import ImageReader
from app.documents.reader import DocumentReader
from app.documents.videos.reader import VideoReader
from app.embedding.client import Embedder
from app.engine.client import EngineClient
from app.models.gguf.reader import HeaderReader
from app.models.hub.catalogue import catalogue
from app.models.hub.client import Hub
from app.models.hub.protocol import check_endpoint
from app.services.ask import Ask
from app.services.comparisons import Comparisons
from app.services.context import Context
from app.services.covers import Covers
from app.services.downloads import Downloads
from app.services.images import Images, Videos
from app.services.import_export import ImportExport
from app.services.indexing import Indexer
from app.services.learning import Learning
from app.services.library import Library
from app.services.models import Models, RemoteEngine, SavedReadings
from app.services.notes import NoteTaking
from app.services.parts import Parts
from app.services.plans import Machines, Plans
from app.services.prompt_texts import PromptTexts
from app.services.prompts import Prompts
from app.services.removal import Removal
from app.services.restating import Restating
from app.services.search import Search
from app.services.services import Services
from app.services.sheets import Sheets, Templates
from app.services.weighing import SentenceWeighing
from app.store import keys, system_keyring
from app.store.bin import BinStore
from app.store.books import Books, Recognitions
from app.store.conversations import Conversations, Drafts
from app.store.covers import KeptCovers
from app.store.db import Database
from app.store.images import ImageStore
from app.store.judges import Judges
from app.store.measurements import Measurements
from app.store.notes import NoteStore
from app.store.passages import Passages
from app.store.saved_prompts import SavedPrompts
from app.store.settings import SettingsStore
from app.store.sheets import SheetStore
from app.store.suggestions import SuggestedQuestions
from app.store.system_keyring import RemoteKeys
from app.store.vectors import Vectors

if TYPE_CHECKING:
    from app.services.suggestions import Suggestions


def open_desk(paths: Paths, passphrase: str | None = None, reader: DocumentReader | None = None) -> Services:
    """Open the data folder and wire everything; no child is started. Raises AppError when it cannot be kept in.

    `reader`: one that may have been started already. It is closed with the desk, or when opening fails, unless a
    passphrase is asked for and the caller tries again with the same reader.
    """
    used = reader or DocumentReader()
    try:
        return _open_desk(paths, passphrase, used)
    except BaseException as error:
        asks = isinstance(error, AppError) and error.code is Code.PASSPHRASE_NEEDED
        if reader is None or not asks:
            used.close()
        raise


def _open_desk(paths: Paths, passphrase: str | None, reader: DocumentReader) -> Services:
    paths.create()
    start_log(paths.log)
    database = Database.open(paths.database, keys.obtain(paths, passphrase))
    reader.recognitions = recognitions = Recognitions(database)
    recognitions.forget_unfinished()
    desk = _wire(paths, database, reader)
    desk.conversations.close_open_answers()
    with contextlib.suppress(AppError):  # a person hears of it when something is deleted
        desk.removal.expire(time.time())
        desk.removal.sweep()
    return desk


def _suggestions(search: Search, books: Books, database: Database, settings: SettingsStore) -> Suggestions:
    from app.services.suggestions import Suggestions  # now: few commands need it

    return Suggestions(search, books, SuggestedQuestions(database), settings.load)


def _wire(paths: Paths, database: Database, reader: DocumentReader) -> Services:
    conversations, settings, books = Conversations(database), SettingsStore(database), Books(database)
    engine = EngineClient()
    models = (of_models := _ModelParts(paths, settings, engine, BinStore(database))).models
    library = Library(reader, books, engine, models.readings)
    kept_images, prompts = ImageStore(database), Prompts(books)
    images = Images(decoder := ImageReader(), kept_images, library, engine)
    search = Search(Passages(database), Vectors(database), Embedder())
    restating = Restating(engine, prompts, search, books)
    ask = Ask(engine, models, prompts, restating, books, images, conversations, settings.load)
    weighing = SentenceWeighing(engine, ask, conversations, Judges(settings), settings.load)
    sheets = Sheets(ask, SheetStore(database, conversations), weighing)
    return Services(
        paths=paths,
        ask=ask,
        search=search,
        indexer=Indexer(search.vectors, search.embedder),
        make_suggestions=partial(_suggestions, search, books, database, settings),
        parts=Parts(sheets, prompts, books),
        templates=Templates(resources() / "sheets", library),
        context=Context(engine, models, library, prompts, conversations, ask),
        comparisons=Comparisons(library, conversations, Drafts(database), ask),
        library=library,
        covers=Covers(library, KeptCovers(database), decoder),
        images=images,
        videos=Videos(VideoReader(), images),
        models=models,
        plans=of_models.plans,
        downloads=of_models.downloads,
        carrying=of_models.carrying,
        removal=Removal(of_models.kept, kept_images, models.readings, engine, settings.load),
        conversations=conversations,
        drafts=Drafts(database),
        notes=NoteTaking(NoteStore(database), library),
        prompts=PromptTexts(SavedPrompts(database), settings),
        settings=settings,
        engine=engine,
        reader=reader,
        database=database,
        installed=installation.root(),
    )


class _ModelParts:
    """All that has to do with models: those on this computer, at the hub, and at a server."""

    def __init__(self, paths: Paths, settings: SettingsStore, engine: EngineClient, kept: BinStore) -> None:
        self.kept = kept
        headers, learning = HeaderReader(), Learning(Measurements(settings))
        readings = SavedReadings(paths.readings, settings, kept.books)
        remote = RemoteEngine(RemoteKeys(settings))
        self.plans = Plans(headers, engine, Machines(engine, settings), learning)
        self.models = Models(engine, settings, readings, paths.models, self.plans, remote, learning)
        self.downloads = downloads_of(self.models, settings, headers)
        self.carrying = ImportExport(self.models, headers)


def downloads_of(models: Models, settings: SettingsStore, headers: HeaderReader) -> Downloads:
    def endpoint() -> str:
        return settings.load().hub.endpoint

    hub = Hub(endpoint, lambda: system_keyring.hub_token(check_endpoint(endpoint())), headers)
    return Downloads(models, settings, catalogue(), hub)

"""The composition root: the only place where parts are built and wired together."""

from __future__ import annotations

import contextlib

from app.core import installation
from app.core.errors import AppError
from app.core.files import start_log
from app.core.paths import Paths, resources
from app.documents.images.reader import ImageReader
from app.documents.reader import DocumentReader
from app.documents.videos.reader import VideoReader
from app.engine.client import EngineClient
from app.models.gguf.reader import HeaderReader
from app.models.hub.address import check_endpoint
from app.models.hub.catalogue import catalogue
from app.models.hub.client import Hub
from app.services.ask import Ask
from app.services.context import Context
from app.services.downloads import Downloads
from app.services.images import Images
from app.services.import_export import ImportExport
from app.services.library import Library, Removal
from app.services.machines import Machines
from app.services.models import Models
from app.services.plans import Plans
from app.services.prompts import Prompts, Retrieval
from app.services.readings import SavedReadings
from app.services.remote import RemoteEngine
from app.services.services import Services
from app.services.sheets import Sheets
from app.services.templates import Templates
from app.services.videos import Videos
from app.store import keys, network_keys
from app.store.books import Books, Recognitions
from app.store.conversations import Conversations, Drafts
from app.store.db import Database
from app.store.images import ImageStore
from app.store.network_keys import RemoteKeys
from app.store.passages import Passages
from app.store.settings import SettingsStore
from app.store.sheets import SheetStore


def open_desk(paths: Paths, passphrase: str | None = None, documents: int = 0) -> Services:
    """Open the data folder and wire everything. Raises AppError when it cannot be kept in.

    The only child that is started is a reader, where so many `documents` will be read: it takes longer than the rest.
    """
    reader = DocumentReader()
    reader.expect(documents)
    try:
        return _open_desk(paths, passphrase, reader)
    except BaseException:
        reader.close()
        raise


def _open_desk(paths: Paths, passphrase: str | None, reader: DocumentReader) -> Services:
    paths.create()
    start_log(paths.log)
    database = Database.open(paths.database, keys.obtain(paths, passphrase))
    conversations = Conversations(database)
    conversations.close_open_answers()
    settings = SettingsStore(database)
    engine = EngineClient()
    remote = RemoteEngine(RemoteKeys(settings))
    reader.recognitions = recognitions = Recognitions(database)
    recognitions.forget_unfinished()
    readings = SavedReadings(paths.readings, settings)
    library = Library(reader, Books(database), engine, readings)
    kept_images = ImageStore(database)
    images = Images(ImageReader(), kept_images, library, engine)
    removal = Removal(conversations, library, kept_images, readings, engine)
    with contextlib.suppress(AppError):  # told when something is deleted
        removal.sweep()
    headers = HeaderReader()
    machines = Machines(engine, settings)
    plans = Plans(headers, engine, machines)
    models = Models(engine, settings, readings, paths.models, plans, remote)
    restating = Retrieval(library, Passages(database))
    prompts = Prompts(library, restating)
    ask = Ask(engine, models, prompts, restating, images, conversations, settings.load)
    return Services(
        paths=paths,
        ask=ask,
        sheets=Sheets(ask, SheetStore(database, conversations)),
        templates=Templates(resources() / "sheets", library),
        context=Context(engine, models, library, prompts, conversations, ask),
        library=library,
        images=images,
        videos=Videos(VideoReader(), images),
        models=models,
        machines=machines,
        plans=plans,
        downloads=downloads_of(models, settings, headers),
        carrying=ImportExport(models, headers),
        remote=remote,
        readings=readings,
        removal=removal,
        conversations=conversations,
        drafts=Drafts(database),
        settings=settings,
        engine=engine,
        reader=reader,
        headers=headers,
        database=database,
        installed=installation.root(),
    )


def downloads_of(models: Models, settings: SettingsStore, headers: HeaderReader) -> Downloads:
    def endpoint() -> str:
        return settings.load().hub.endpoint

    hub = Hub(endpoint, lambda: network_keys.get(check_endpoint(endpoint())), headers)
    return Downloads(models, settings, catalogue(), hub)

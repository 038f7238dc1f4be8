"""A desk for tests and screenshots: real services and a real store, a scripted engine and a scripted reader."""

from __future__ import annotations

import functools
import math
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Never, TypeAlias, cast

from msgspec.structs import replace

from app.core.conversations.conversation import Ending, Timings, Usage
from app.core.conversations.events import (
    Loading,
    Looking,
    Notice,
    Opening,
    Reading,
    Thinking,
    Token,
    Tokenizing,
    Weighing,
)
from app.core.conversations.image import Raster
from app.core.conversations.values import HeldForm
from app.core.documents.document import Document, Member, PageLayer
from app.core.errors import AppError, Code, Problem
from app.core.machine.paths import Paths
from app.core.machine.secret import Key, KeyOrigin, Password, draw_secret
from app.core.matter import LIBRARY
from app.core.settings import EngineSettings, KvType, Settings
from app.core.work import Cancel, Progress, Result, Stopped, Work
from app.embedding.client import Embedder
from app.engine.protocol import (
    AnswerTo,
    ContextOptions,
    Count,
    CountImageTokens,
    DocumentText,
    EngineOrder,
    EngineState,
    Generated,
    GiveImage,
    LoadSpec,
    Measure,
    MissingImages,
    ModelInfo,
    Pixels,
    Prompt,
    PromptSize,
    ReadBooks,
    Room,
    VisionInfo,
    Weigh,
    Weighed,
    WriteAside,
    WrittenAside,
)
from app.isolation import sandbox
from app.models.gguf.reader import HeaderReader
from app.models.templates.reader import TemplateReader
from app.services.asking.ask import Ask
from app.services.asking.context import Context
from app.services.asking.parts import Parts
from app.services.asking.prompts import Prompts
from app.services.asking.replacing import AsItIsEngine
from app.services.asking.retrieval import Retrieval
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
from app.services.models import judgement
from app.services.models.chat_templates import ChatTemplates
from app.services.models.models import Models
from app.services.models.plans import Machines, PlacedModel, Plans
from app.services.models.readings import SavedReadings
from app.services.models.speed_history import SpeedHistory
from app.services.services import Services, SharedByDesks
from app.store.bin import BinStore
from app.store.books import Books
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
from app.store.vectors import Vectors
from tests.ui.direct_images import DirectImageReader
from tests.ui.gate import Gate
from tests.ui.scripted_downloads import ScriptedDownloads
from tests.whole import DESK_FEATURES, KEEPS, KNOWN, REPLACING

SCOUT = ModelInfo(
    name="Scout",
    architecture="llama4",
    quantization="Q4_K_M",
    path="/models/scout-Q4_K_M.gguf",
    size_bytes=61_000_000_000,
    parameters=109_000_000_000,
    layers=48,
    experts=16,
    trained_context=10_485_760,
    context_tokens=524_288,
    kv_type=KvType.Q8_0,
    kv_bytes=9_000_000_000,
    device="H100",
    threads=16,
    vocabulary="llama4",
    vision=VisionInfo("projector", "llama4", True, 336),
)


Step: TypeAlias = "str | Tokenizing | Looking | Reading | Thinking | Notice | Loading | Gate | Problem"


class AsWished(Plans):
    """Places nothing: the scripted engine loads any path, as the settings say."""

    def place(
        self, model_path: str, projector_path: str, wanted: EngineSettings, cancel: Cancel
    ) -> Work[Opening, PlacedModel]:
        spec = LoadSpec(
            model_path,
            wanted.context_tokens,
            wanted.kv_type or KvType.F16,
            gpu_layers=wanted.gpu_layers,
            projector_path=projector_path,
        )
        return _at_once(PlacedModel(spec, 0))


@dataclass
class ScriptedEngine:
    """`suggests`: a room with it suggests questions. `weighs`: one weighs the sentences of its answers (`weigh`).
    `title`: one asks for titles, and gets this; empty: it asks for none.

    `answers` are played one after the other, then the last one again: text, progress, gates, and how it dies.
    `readings` are played when books are read ahead, `looks` when an image is seen, `tokenizings` when a prompt is
    measured, each once."""

    info: ModelInfo = SCOUT
    answers: list[Sequence[Step]] = field(default_factory=lambda: [("A short answer [p. 1].",)])
    loads: list[Sequence[Step]] = field(default_factory=list)
    tokens: Mapping[str, int] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    to_read: int | None = None
    readings: list[Sequence[Step]] = field(default_factory=list)
    tokenizings: list[Sequence[Step]] = field(default_factory=list)
    roomy: tuple[Room, ...] = (Room(KvType.F16, 262_144), Room(KvType.Q8_0, 524_288), Room(KvType.Q4_0, 1_048_576))
    weighs: bool = False
    suggests: bool = False
    title: str = ""
    titlings: list[Gate] = field(default_factory=list)
    weights: Mapping[str, float] = field(default_factory=dict)
    weighings: list[Gate] = field(default_factory=list)
    pauses: list[bool] = field(default_factory=list)
    looks: list[Sequence[Step]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    desks: list[str] = field(default_factory=list)
    longest: dict[str, int] = field(default_factory=dict)
    prompts: list[Prompt] = field(default_factory=list)
    held: list[HeldForm | None] = field(default_factory=list)
    schemas: list[str] = field(default_factory=list)
    specs: list[LoadSpec] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    lanes: set[int] = field(default_factory=set)
    turn: threading.Lock = field(default_factory=threading.Lock)
    _state: EngineState = EngineState.EMPTY
    _loaded: bool = False

    def load(self, spec: LoadSpec, cancel: Cancel) -> Work[Loading, ModelInfo]:
        self.specs.append(spec)
        self._state, self._loaded = EngineState.LOADING, False
        self._note_thread()
        for step in self.loads.pop(0) if self.loads else ():
            match step:
                case Loading():
                    yield step
                case Gate():
                    step.wait(cancel)
                case Problem():
                    self._state = EngineState.DEAD
                    raise AppError.of(step)
            if cancel.requested:
                self._state = EngineState.EMPTY
                raise Stopped
        self._state, self._loaded = EngineState.READY, True
        return self.info

    def revive(self, cancel: Cancel) -> Work[Loading, ModelInfo]:
        return self.load(LoadSpec(self.info.path), cancel)

    @contextmanager
    def on_lane(self, number: int) -> Iterator[None]:
        self.lanes.add(number)
        with self.turn:
            yield

    def close_lanes(self) -> None:
        self.lanes.clear()

    def run(self, order: EngineOrder[Progress, Result], cancel: Cancel | None = None) -> Work[Progress, Result]:
        return cast("Work[Progress, Result]", self._reply(order, cancel or Cancel()))

    def _reply(self, order: object, cancel: Cancel) -> Work[object, object]:
        match order:
            case AnswerTo(prompt, held=held, schema=schema):
                self.held.append(held)
                self.schemas.append(schema)
                return (yield from self.answer(prompt, cancel))
            case ReadBooks(prompt):
                return (yield from self.read(prompt, cancel))
            case Measure(prompt):
                yield from self.tokenize(cancel)
                return self.measure(prompt)
            case CountImageTokens(sizes):
                return self.image_tokens(sizes)
            case GiveImage(sha256):
                self.seen.append(sha256)
                return None
            case MissingImages(prompt):
                return self.missing_images(prompt)
            case ContextOptions():
                return self.roomy
            case Weigh(_, questions):
                return (yield from self.weigh(questions, cancel))
            case WriteAside():
                return self.write_aside(cancel)
            case Count(_, texts):
                return tuple(max(1, len(text) // 4) for text in texts)
        raise AppError(Code.ENGINE_PROTOCOL, detail=type(order).__name__)

    def weigh(self, questions: Sequence[str], cancel: Cancel) -> Work[Weighing, Weighed]:
        """By `weights`, of the first text there that is in a question; else rightly in what the model is measured by,
        and in doubt; a weight that is no number has no room."""
        if self.info.host:
            raise AppError(Code.WEIGHING_REMOTE, host=self.info.host)
        truths = {case.question: case.is_true for case in judgement.calibration()}
        logs = []
        for done, question in enumerate(questions, 1):
            known = next((weight for text, weight in self.weights.items() if text in question), None)
            weight = known if known is not None else 4 * truths[question] - 2 if question in truths else 0.0
            logs.append(None if math.isnan(weight) else (weight / 2 - 1, -weight / 2 - 1))
            yield Weighing(done, len(questions))
            for gate in [self.weighings.pop(0)] if self.weighings else ():
                gate.wait(cancel)
            if cancel.requested:
                raise Stopped
        return Weighed(tuple(logs), 50 * len(questions), 1.0)

    def write_aside(self, cancel: Cancel) -> WrittenAside:
        for gate in [self.titlings.pop(0)] if self.titlings else ():
            gate.wait(cancel)
        if cancel.requested:
            raise Stopped
        return WrittenAside(self.title, Ending.COMPLETE, Usage(generated_tokens=4), 30)

    def tokenize(self, cancel: Cancel) -> Work[Tokenizing, None]:
        for step in self.tokenizings.pop(0) if self.tokenizings else ():
            match step:
                case Tokenizing():
                    yield step
                case Gate():
                    step.wait(cancel)
            if cancel.requested:
                raise Stopped

    def measure(self, prompt: Prompt) -> PromptSize:
        self._note_thread()
        if not self._loaded:
            raise AppError(Code.NO_MODEL)
        documents = tuple(self._count(document) for document in prompt.documents)
        messages = tuple(max(1, len(message.text) // 4) for message in prompt.messages)
        ends = tuple(
            tuple(tokens * (n + 1) // len(document.pages) for n in range(len(document.pages)))
            for tokens, document in zip(documents, prompt.documents, strict=True)
        )
        size = PromptSize(48 + sum(documents) + sum(messages), 48, documents, messages, ends)
        if size.total > self.info.context_tokens:
            return replace(size, held=(0,) * len(documents))
        held, of_each = size.total - (self.to_read or 0) - size.frame, []
        for tokens in documents:
            of_each.append(max(0, min(tokens, held)))
            held -= tokens
        return replace(size, to_read=self.to_read or 0, held=tuple(of_each))

    def _count(self, document: DocumentText) -> int:
        """`tokens` are those of the whole book, which is as long as the longest part of it that was asked for."""
        title, pages = document.untrusted_title, len(document.pages)
        if title not in self.tokens:
            return sum(len(page.untrusted_text) for page in document.pages) // 4
        whole = self.longest[title] = max(pages, self.longest.get(title, 0))
        return self.tokens[title] * pages // whole

    def read(self, prompt: Prompt, cancel: Cancel) -> Work[Reading | Notice, Usage]:
        self._state = EngineState.BUSY
        self._note_thread()
        for step in self.readings.pop(0) if self.readings else ():
            match step:
                case Reading() | Notice():
                    yield step
                case Gate():
                    step.wait(cancel)
                case Problem():
                    self._state = EngineState.DEAD if step.code.startswith("engine_") else EngineState.READY
                    raise AppError.of(step)
            if cancel.requested:
                self._state = EngineState.READY
                raise Stopped
        self._state = EngineState.READY
        self.to_read = 0
        return Usage()

    def image_tokens(self, sizes: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        """Return the tokens of each image, with as many tiles as its area has, whatever the proportions."""
        if self.info.vision is None:
            raise AppError(Code.MODEL_BLIND, path=self.info.path)
        tiles = [max(1, min(16, -(-width * height // 336**2))) for width, height in sizes]
        return tuple(145 * (count + (count > 1)) + 3 for count in tiles)

    def missing_images(self, prompt: Prompt) -> tuple[Pixels, ...]:
        self._note_thread()
        if self.info.vision is None:
            raise AppError(Code.MODEL_BLIND, path=self.info.path)
        images = {image.sha256: image for message in prompt.messages for image in message.images}
        return tuple(Pixels(sha256, (336, 336), (336, 336)) for sha256 in images if sha256 not in self.seen)

    def see(self, wanted: Pixels, canvas: Raster, overview: Raster | None, cancel: Cancel) -> Work[Looking, None]:
        for step in self.looks.pop(0) if self.looks else (Looking(1, 1, 1, 1),):
            match step:
                case Looking():
                    yield step
                case Gate():
                    step.wait(cancel)
                case Problem():
                    raise AppError.of(step)
            if cancel.requested:
                raise Stopped
        self.seen.append(wanted.sha256)

    def keep_images(self, sha256s: frozenset[str]) -> None:
        self.seen = [sha256 for sha256 in self.seen if sha256 in sha256s]

    def pause(self) -> None:
        self.pauses.append(True)

    @property
    def pause_count(self) -> int:
        return self.pauses.count(True)

    def resume(self) -> None:
        self.pauses.append(False)

    def forget(self, book_id: str) -> None:
        self.forgotten.append(book_id)

    def change_desk(self, desk: str) -> None:
        self.desks.append(desk)

    def disconnect(self) -> None:
        self._loaded, self._state = False, EngineState.EMPTY

    def answer(self, prompt: Prompt, cancel: Cancel) -> Work[Reading | Thinking | Token | Notice, Generated]:
        self.prompts.append(prompt)
        self._state = EngineState.BUSY
        self._note_thread()
        script = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        for step in script:
            match step:
                case str():
                    yield Token(step)
                case Reading() | Thinking() | Notice():
                    yield step
                case Gate():
                    step.wait(cancel)
                case Problem(code):
                    self._state = EngineState.DEAD if code.startswith("engine_") else EngineState.READY
                    raise AppError.of(step)
            if cancel.requested:
                self._state = EngineState.READY
                return Generated(Ending.CANCELLED, self.usage, Timings())
        self._state = EngineState.READY
        self.to_read = 0
        return Generated(Ending.COMPLETE, self.usage, Timings(read_s=1.2, first_token_s=0.3, generate_s=4.0))

    def die(self) -> None:
        """Die as when the process is killed while nobody asks."""
        self._state = EngineState.DEAD

    def flush_saved(self) -> tuple[Problem, ...]:
        return ()

    def state(self) -> EngineState:
        return self._state

    def model(self) -> ModelInfo | None:
        return self.info if self._loaded else None

    def close(self) -> None:
        self._state = EngineState.EMPTY

    def _note_thread(self) -> None:
        self.threads.add(threading.current_thread().name)


def _at_once(result: Result) -> Work[Never, Result]:
    """Work that tells nothing."""
    yield from ()
    return result


@dataclass
class ScriptedReader:
    """Opens what `documents` holds by file name, and the key of a member, after the `steps` of that file; `passwords`
    are by these names, too; `inside` are the members of ZIPs; `draw` gets page and width, `layer` the page. `begun` are
    the names in the order in which they were read."""

    documents: dict[str, Document] = field(default_factory=dict)
    steps: dict[str, Sequence[Opening | Gate | Problem]] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    inside: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    draw: Callable[[int, int], Raster] | None = None
    layer: Callable[[int], PageLayer] | None = None
    sizes: tuple[tuple[float, float], ...] = ()
    widths: list[int] = field(default_factory=list)
    cover: bytes | None = None
    covers_asked: int = 0
    begun: list[str] = field(default_factory=list)

    def expect(self, files: float = math.inf) -> None:
        """No process is needed."""

    def step(self) -> sandbox.Step:
        return sandbox.Step.BUBBLEWRAP

    def read(
        self, path: Path, cancel: Cancel, password: Password | None = None, *, keep: bool = True, member: str = ""
    ) -> Work[Opening, Document]:
        name = f"{path.name}/{member}" if member else path.name
        self.begun.append(name)
        yield Opening(0, 0)
        secret = self.passwords.get(name)
        if secret is not None and (password is None or password.secret != secret):
            code = Code.DOCUMENT_PASSWORD_WRONG if password else Code.DOCUMENT_PASSWORD_NEEDED
            raise AppError(code, path=path.name)
        for step in self.steps.get(name, ()):
            match step:
                case Opening():
                    yield step
                case Gate():
                    step.wait(cancel)
                case Problem():
                    raise AppError.of(step)
            if cancel.requested:
                raise Stopped
        if name not in self.documents:
            raise AppError(Code.FILE_MISSING, path=path.name)
        return self.documents[name]

    def members(self, path: Path, cancel: Cancel, member: str = "") -> tuple[Member, ...]:
        return self.inside[path.name]

    def draw_page(self, path: Path, sha256: str, page: int, width: int, member: str = "") -> Raster:
        self.widths.append(width)
        if self.draw is None:
            raise AppError(Code.PAGE_UNAVAILABLE, path=path.name, page=page)
        return self.draw(page, width)

    def page_layer(self, path: Path, sha256: str, page: int, member: str = "") -> PageLayer:
        if self.layer is None:
            raise AppError(Code.PAGE_UNAVAILABLE, path=path.name, page=page)
        return self.layer(page)

    def page_sizes(self, path: Path, sha256: str, member: str = "") -> tuple[tuple[float, float], ...]:
        if self.draw is None:
            raise AppError(Code.PAGE_UNAVAILABLE, path=path.name, page=1)
        return self.sizes

    def cover_picture(self, path: Path, sha256: str, member: str = "") -> bytes:
        self.covers_asked += 1
        if self.cover is None:
            raise AppError(Code.PAGE_UNAVAILABLE, path=path.name, page=1)
        return self.cover

    def close(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True)
class FakeDesk:
    """A desk as `Services` is one, with the parts that a test scripts by their own types."""

    desk: Services
    engine: ScriptedEngine
    reader: ScriptedReader
    books: Books
    downloads: ScriptedDownloads

    @property
    def untouched(self) -> bool:
        """Nothing was kept in it yet."""
        database = self.desk.paths.database
        log = database.with_name(f"{database.name}-wal")
        return database.read_bytes() == empty_database() and not (log.exists() and log.stat().st_size)


_KEY = Key(draw_secret(), KeyOrigin.FILE)


@functools.cache
def empty_database() -> bytes:
    """A database with nothing in it, as this program makes one: making it takes most of a new desk's time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty"
        Database.open(path, _KEY).close()
        return path.read_bytes()


def _weighing(
    engine: ScriptedEngine, ask: Ask, conversations: Conversations, settings: SettingsStore
) -> SentenceWeighing:
    def in_force() -> Settings:
        return replace(settings.in_force(), weigh_sentences=engine.weighs)

    return SentenceWeighing(engine, ask, conversations, Judges(settings), in_force)


def _asking_settings(engine: ScriptedEngine, settings: SettingsStore) -> Settings:
    asked = settings.in_force()
    return replace(asked, title_conversations=asked.title_conversations and bool(getattr(engine, "title", "")))


def open_desk(
    folder: Path,
    engine: ScriptedEngine | None = None,
    reader: ScriptedReader | None = None,
    headers: HeaderReader | None = None,
) -> FakeDesk:
    """The desk in `folder`, a new one where there is none."""
    paths = Paths(folder)
    paths.create()
    if not paths.database.exists():
        paths.database.write_bytes(empty_database())
    home = Database.open(paths.database, _KEY)
    shared = engine or ScriptedEngine(), reader or ScriptedReader(), headers or HeaderReader(known=KNOWN.headers)
    return _open(paths, home, shared, LIBRARY)


def _open(
    paths: Paths, home: Database, shared: tuple[ScriptedEngine, ScriptedReader, HeaderReader], id: str
) -> FakeDesk:
    """The library or a matter, as `app.bootstrap` opens them."""
    engine, reader, headers = shared
    settings = SettingsStore(home)
    readings = SavedReadings(paths.readings, settings, Books(home).ids)
    home_record = AuditLog(RecordStore(home), Books(home), settings.load, engine.model)
    settings.watch = home_record.settings_changed
    matters = Matters(paths, home, readings, KEEPS, home_record.note, KNOWN.guess_cost)
    matter = matters.kept.get(id) if id else None
    database = matters.open(id)
    readings.change_desk(Books(database).ids, id)
    engine.change_desk(id)

    def turn_to(other: str) -> Services:
        opened = _open(paths, home, shared, other)
        if database is not home:
            database.close()
        return opened.desk

    conversations, books, kept = Conversations(database), Books(database), BinStore(database)
    record = AuditLog(RecordStore(database), books, settings.load, engine.model)
    learning = SpeedHistory(Measurements(settings))
    machines = Machines(engine, settings, KNOWN.bandwidth)  # type: ignore[arg-type]
    templates = ChatTemplates(TemplateReader(), engine, settings)  # type: ignore[arg-type]
    plans = AsWished(headers, engine, machines, learning, templates)  # type: ignore[arg-type]
    models = Models(engine, settings, readings, paths.models, plans, note=home_record.note)
    own = SettingsStore(database) if matter else settings
    models.change_desk(own.load if matter else None)
    prompts, kept_images = Prompts(books), ImageStore(database)
    replacing = REPLACING(engine, database, models) if REPLACING is not None else None
    asked = AsItIsEngine(engine, models.remote_texts) if replacing is None else replacing.engine
    library = Library(reader, books, asked, readings, record)  # type: ignore[arg-type]
    decoder, check = DirectImageReader(), models.check_images
    images = Images(decoder, kept_images, library, asked, check)  # type: ignore[arg-type]
    search = Search(Passages(database), Vectors(database), Embedder(model=""))
    retrieval = Retrieval(asked, prompts, search, books)
    in_force = partial(_asking_settings, engine, settings)
    ask = Ask(asked, models, prompts, retrieval, books, images, conversations, in_force, record, Judges(settings))
    weighing = _weighing(engine, ask, conversations, settings)
    downloads = ScriptedDownloads(paths.models)

    def end() -> None:
        engine.close()
        search.embedder.close()

    desk = Services(
        paths=paths,
        shared=SharedByDesks(matters, KEEPS, home_record, turn_to, end),
        matter=matter,
        database=database,
        settings=settings,
        own_settings=own,
        record=record,
        conversations=conversations,
        asking=SimpleNamespace(
            ask=ask,
            context=Context(asked, models, library, prompts, conversations, ask),
            parts=Parts(ask, PartNotesStore(database, conversations), prompts, books),
            weighing=weighing,
            replacing=replacing,
        ),
        finding=SimpleNamespace(search=search, indexer=Indexer(search.vectors, search.embedder)),
        documents=SimpleNamespace(
            library=library,
            adding=FolderAdding(reader, books, Sources(database), record),  # type: ignore[arg-type]
            covers=Covers(library, KeptCovers(database), decoder),  # type: ignore[arg-type]
            images=images,
            notes=NoteTaking(NoteStore(database), library),
            removal=Removal(kept, kept_images, readings, engine, settings.load, record),
            reader=reader,
        ),
        computing=SimpleNamespace(engine=engine, models=models),
        model_files=SimpleNamespace(downloads=downloads, carrying=downloads),
    )
    desk.features.all = tuple(make(desk) for make in DESK_FEATURES)
    return FakeDesk(desk, engine, reader, books, downloads)

"""A room to test in: the real window over a desk with fixed data, and waiting that never sleeps."""

from __future__ import annotations

import functools
import gc
import itertools
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TypeVar, cast
from unittest import mock

import msgspec
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from app.core.conversations.conversation import Answer, BookRef, Citation, Conversation, Turn
from app.core.documents.document import Book, Document
from app.core.machine.paths import resources
from app.core.settings import EngineSettings, Settings, ThemeChoice
from app.core.work import Cancel, Stopped, Work
from app.models.gguf.reader import HeaderReader
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.writing.composer import Composer
from app.ui.frame.main_window import MainWindow
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.frame_state import WindowState
from app.ui.kit.handbook import Handbook
from app.ui.look.fonts import load_fonts
from app.ui.look.icons import Icons
from app.ui.look.style import Appearance
from app.ui.look.theme import CLOTH, UI_FAMILY, Theme, cloth
from app.ui.shelf.rows import BookRow, ItemRole
from app.ui.widgets.model_chip import ChipDot
from app.ui.window.application import Collector
from app.ui.window.window import EmptyWindow, WindowPresenter
from app.ui.window_feature import WindowFeature
from tests.ui import shelf_of_books
from tests.ui.fakes import FakeDesk, ScriptedEngine, ScriptedReader, open_desk
from tests.ui.gate import Gate
from tests.whole import EXTENSIONS

NOW = datetime(2026, 3, 12, 14, 0, tzinfo=timezone(timedelta(hours=9)))
TOKENS = {
    "Harbour Lease, consolidated": 231_480,
    "Side letters 2019–2024": 48_112,
    "Octavo handbook": 5_120,
    "Survey of the quay walls": 22_640,
    "横浜港湾施設使用規則": 31_204,
}
LEASE, LETTERS, HANDBOOK, SURVEY, RULES = range(5)
_TIMEOUT_MS = 60_000
_LOOK_MS = 2
"""How often `wait` looks again where no event comes: what it waits for may come about on another thread."""
_SLEEPING = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
"""Until there is an event, the thread sleeps: other threads and other tests have the processor."""
_QUIET_ROUNDS = 3


def application() -> QApplication:
    """The one of this process, with the fonts loaded."""
    existing = QApplication.instance()
    made = cast(QApplication, existing) if existing else QApplication(sys.argv[:1])
    from PySide6.QtGui import QFontDatabase

    if UI_FAMILY not in QFontDatabase.families():
        load_fonts()
    made.setCursorFlashTime(0)
    return made


def wait(condition: Callable[[], bool], *, timeout_ms: int = _TIMEOUT_MS) -> None:
    """Let events happen until `condition` holds. Raises TimeoutError."""
    late = QTimer(singleShot=True, interval=timeout_ms)
    late.start()
    again = QTimer(interval=_LOOK_MS)
    again.start()
    while not condition():
        if not late.isActive():
            raise TimeoutError("it did not come about")
        QApplication.processEvents(_SLEEPING)


def pause(milliseconds: int) -> None:
    """Let timers run: delayed searches, drawings and layouts."""
    over = QTimer(singleShot=True, interval=milliseconds)
    over.start()
    while over.isActive():
        QApplication.processEvents(_SLEEPING)


AddedFeature = TypeVar("AddedFeature", bound=WindowFeature)


class Room:
    """`engine` and `reader` are scripted before `open`."""

    quiet_ms = 10
    """How long nothing may happen before a room counts as settled; pictures take longer, for what is drawn late."""

    def __init__(self, folder: Path, headers: HeaderReader | None = None) -> None:
        self.application = application()
        self.collector = Collector()
        self.seconds = 0.0
        self._deaf = _Deaf()
        self.engine = ScriptedEngine(tokens=TOKENS)
        self.reader = ScriptedReader()
        self.fake = open_desk(folder, self.engine, self.reader, headers)
        self.desk = self.fake.desk
        self.theme = Theme()
        self.appearance = Appearance(self.application, self.theme)
        self.bridge = Bridge()
        self.books: list[Book] = []
        self.presenter = WindowPresenter(
            self.desk,
            EmptyWindow(
                MainWindow(),
                Composer(self.theme),
                self.bridge,
                Icons(self.theme),
                self.appearance,
                Handbook(resources() / "handbook", shelf_of_books.file("handbook.md").parent),
            ),
            now=lambda: NOW,
            features=EXTENSIONS.features,
            clock=lambda: self.seconds,
        )
        self.window = self.presenter.window

    # ---- data

    def add_books(self) -> None:
        """The five books, in the order of the constants above."""
        if self.fake.untouched:
            with self.desk.database.alone():
                self.desk.paths.database.write_bytes(_stocked_database())
        else:
            _add_five(self.fake)
        by_title = {book.title: book for book in self.fake.books.all()}
        self.books = [by_title[title] for title in TOKENS]

    def add_book(self, document: Document, colour: int = 0) -> Book:
        """`colour` is the place of its cover's colour in `CLOTH`."""
        return _add_book(self.fake, document, colour)

    def add_conversation(self, title: str, books: Sequence[Book] = (), *, days_ago: int = 0) -> Conversation:
        moment = (NOW - timedelta(days=days_ago)).timestamp() + len(self.desk.conversations.all())
        with mock.patch("time.time", return_value=moment):
            return self.desk.conversations.create(title, tuple(BookRef(book.id) for book in books))

    def book_ids(self, colour: int) -> AbstractContextManager[object]:
        """While this context is entered, what is kept gets an id of this colour."""
        return _book_ids(colour)

    def feature(self, kind: type[AddedFeature]) -> AddedFeature:
        """Return the addition of a feature to the window."""
        return next(each for each in self.presenter.features if isinstance(each, kind))

    # ---- what happens

    def open(
        self,
        *,
        theme: ThemeChoice = ThemeChoice.LIGHT,
        size: tuple[int, int] = (1440, 900),
        state: WindowState | None = None,
        files: Sequence[Path] = (),
        settle: bool = True,
    ) -> None:
        self.window.resize(*size)
        if not self.engine.suggests:
            self._take_out("app.features.suggestions.")
        self.presenter.start(Settings(theme=theme), state or WindowState(), files)
        self.window.show()
        if settle:
            self.settle()

    def _take_out(self, module: str) -> None:
        """A feature that would make every test slower."""
        features = self.presenter.features
        features[:] = [feature for feature in features if not type(feature).__module__.startswith(module)]

    def ask(self, text: str, *, settle: bool = True) -> None:
        self.presenter.talk_area.asking.submit(text)
        if settle:
            self.settle()

    def choose_model(self) -> None:
        """Have the settings name the model that the engine loads; without, they mean the starter."""
        chosen = EngineSettings(model_path=self.engine.info.path)
        self.desk.settings.save(msgspec.structs.replace(self.desk.settings.load(), engine=chosen))

    def hold(self, executor: Executor) -> Gate:
        """From now on this executor does nothing before the gate is open."""
        gate = Gate()
        self.bridge.stream(executor, partial(_stand, gate), self._deaf.take)
        wait(gate.reached.is_set)
        return gate

    def settle(self) -> None:
        """Until nothing is under way, and what follows from it is drawn."""
        for _round in range(_QUIET_ROUNDS):
            wait(lambda: self.bridge.idle)
            pause(self.quiet_ms)

    def shown(self) -> Conversation:
        conversation = self.presenter.shown.conversation
        assert conversation is not None
        return conversation

    def words(self) -> str:
        """Return what the conversation shows: questions and answers, without the sentences under them."""
        return "\n".join(message.plain_text() for message in self.window.talk.view.messages())

    def dot(self) -> ChipDot:
        """Return the dot beside the model's name, as it is now."""
        return self.window.talk.chip.state.mark

    def sentences(self) -> list[str]:
        """Return the sentences under the answers."""
        messages = self.window.talk.view.messages()
        return [words for message in messages if isinstance(message, AnswerMessage) for words in message.sentences]

    def last_answer(self) -> AnswerMessage:
        """The last answer as it is shown."""
        return self.answers_shown()[-1]

    def answers_shown(self) -> list[AnswerMessage]:
        return [message for message in self.window.talk.view.messages() if isinstance(message, AnswerMessage)]

    def row(self, book: Book) -> BookRow:
        """Return the row of a book on the shelf."""
        model = self.window.shelf.book_view.model()
        rows = [model.index(number, 0).data(ItemRole) for number in range(model.rowCount())]
        return next(row for row in rows if isinstance(row, BookRow) and row.key == book.id)

    def turns(self) -> tuple[Turn, ...]:
        """Return the turns of the conversation, as the store has them."""
        return self.desk.conversations.turns(self.shown().id)

    def answer(self) -> Answer:
        """The last one, as the store has it."""
        answer = self.turns()[-1].answer
        assert answer is not None
        return answer

    def citation(self, place: int) -> Citation:
        return self.answer().citations[place]

    def close(self) -> None:
        ended = self.bridge.close()
        self.presenter.end()
        for widget in self.application.topLevelWidgets():
            if _root(widget) is self.window or not isinstance(_root(widget), MainWindow):  # not another room's
                widget.close()
                widget.deleteLater()
        for owner in (self.presenter, self.appearance, self.bridge, self.theme):
            owner.deleteLater()
        self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.application.processEvents()
        self.application.setStyleSheet("")
        self.desk.close()
        self.collector.close()
        gc.freeze()  # what is left now outlives the tests: the next room's collection need not look at it
        if not ended:
            raise AssertionError("a thread of the bridge did not end")


@functools.cache
def _stocked_database() -> bytes:
    """With the five books and nothing else: to cut and index their 600 pages takes as long as to open a window."""
    with tempfile.TemporaryDirectory() as folder:
        made = open_desk(Path(folder))
        _add_five(made)
        made.desk.close()
        return made.desk.paths.database.read_bytes()


def _add_five(desk: FakeDesk) -> None:
    made = (
        shelf_of_books.lease(),
        shelf_of_books.letters(),
        shelf_of_books.handbook(),
        shelf_of_books.survey(),
        shelf_of_books.rules(),
    )
    for place, document in reversed(list(enumerate(made))):
        _add_book(desk, document, place)


def _add_book(desk: FakeDesk, document: Document, colour: int) -> Book:
    with _book_ids(colour):
        return desk.books.add(document, Path("/home/me/books") / f"{document.title}.{document.format}")


def _book_ids(colour: int) -> AbstractContextManager[object]:
    number = next(n for n in itertools.count(1) if cloth(uuid.UUID(int=n).hex) == CLOTH[colour])
    return mock.patch("uuid.uuid4", return_value=uuid.UUID(int=number))


class _Deaf(QObject):
    @Slot(object)
    def take(self, event: object) -> None:
        """Nothing follows from it."""


def _stand(gate: Gate, cancel: Cancel) -> Work[object, None]:
    gate.wait(cancel)
    yield None
    raise Stopped


def _root(widget: QWidget) -> QWidget:
    while (parent := widget.parentWidget()) is not None:
        widget = parent
    return widget

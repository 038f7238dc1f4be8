"""The beginning: what the window shows first, and what an empty conversation and its composer say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from app.core.documents.document import Book
from app.core.errors import AppError
from app.core.machine.secret import KeyOrigin
from app.engine.protocol import ModelInfo
from app.models.local import is_starter
from app.ui.areas.models import ModelArea
from app.ui.areas.places import PlaceArea
from app.ui.areas.shelf import ShelfArea
from app.ui.areas.talk import TalkArea
from app.ui.chat.messages.empty import EmptyAction, EmptyWords
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.frame_state import WindowState
from app.ui.kit.handbook import Handbook
from app.ui.kit.presenter import Presenter
from app.ui.kit.words import opening_title, opening_words
from app.ui.window.advice import ModelAdvice
from app.wording.i18n import _
from app.wording.units import count

_FIRST_QUESTIONS = 3


class Welcome(Presenter):
    """Decides what the window begins with: at the start the conversation that was shown last, with the books that lay
    open in it; at the first start the handbook. `wanted` carries the EmptyAction that a person chose."""

    wanted = Signal(object)

    def __init__(
        self, context: FrameContext, shelf: ShelfArea, talk: TalkArea, models: ModelArea, places: PlaceArea
    ) -> None:
        super().__init__(context.parent)
        desk, window = context.desk, context.window
        self._window = window
        self._shelf = shelf.shelf
        self._conversation = talk.conversation
        self._asking = talk.asking
        self._page = places.pages.first
        self._model = models.model
        self.advice = ModelAdvice(context)
        self._shown = context.shown
        self._handbook = context.handbook if desk.matter is None else None  # a matter begins with nothing
        self._has_keyring = desk.shared.matters.home.key.origin is not KeyOrigin.FILE
        self._state = WindowState()
        self._files: tuple[Path, ...] = ()
        self._started = False
        self._first_start = False
        self._added: set[str] = set()  # the ids of what came with folders since the start
        self._key_open = False  # a person should know where the key is, and has not said that it may stay there
        self.advice.changed.connect(self.hint)
        self.advice.changed.connect(self._show_lead)
        window.talk.view.empty.wanted.connect(self._act)
        shelf.folders.added.connect(self._note_added)

    def begin(self, state: WindowState, files: Sequence[Path]) -> None:
        """Begin with what was shown last (`state`); `files` are given at the start."""
        self._state = state
        self.take_files(files)

    def take_files(self, files: Sequence[Path]) -> None:
        """Take files that the desktop hands over, as if they were dropped; before the window lives they wait for
        that."""
        if self._started:
            self._shelf.openings.take_files(files)
        else:
            self._files += tuple(files)

    @Slot()
    def look(self) -> None:
        """Show or begin a conversation once they are listed, if none is shown."""
        newest = next(iter(self._shelf.conversations), None)
        if self._shown.conversation is None:
            last = self._state.conversation_id
            if not self._started and any(conversation.id == last for conversation in self._shelf.conversations):
                self._conversation.open(last)
            elif newest is not None:
                self._conversation.open(newest.id)
            else:
                self._conversation.create()
        if not self._started:
            self._start(new=newest is None)

    def _start(self, *, new: bool) -> None:
        """Start the window; `new` tells that there is no conversation yet."""
        self._started = True
        if self._handbook is not None:
            self._first_start = new and not self._shown.shelf and not self._files
            self._key_open = new and not self._has_keyring
            if self._first_start:
                self._open_handbook(self._handbook)
                self.advice.look()
        self._shelf.openings.take_files(self._files)

    def _open_handbook(self, handbook: Handbook) -> None:
        try:
            handbook.write()
        except AppError as error:
            self._on_problem(error.problem)
        else:
            self._shelf.openings.open_files([handbook.path])

    @Slot()
    def note_answered(self) -> None:
        """End the first start, as the first question was answered."""
        self._first_start = False
        self.hint()

    @Slot(object)
    def _note_added(self, books: tuple[Book, ...]) -> None:
        """Note that documents of a folder came onto the shelf: all can be asked, while the others still come, too."""
        self._added |= {book.id for book in books}
        self.hint()

    @Slot()
    def note_locked(self) -> None:
        """Note that a passphrase was set: there is nothing more to know about the key."""
        self._key_open = False
        self.hint()

    @Slot(object)
    def note_ready(self, info: ModelInfo) -> None:
        """Lead whoever has only the starter to a larger model, as a model is loaded."""
        if is_starter(info.path):
            self.advice.look()

    @Slot()
    def _show_lead(self) -> None:
        self._window.talk.view.set_lead(self.advice.lead)
        self._model.lead = self.advice.lead

    @Slot()
    def note_failed(self) -> None:
        """Lead to a model, as there is none."""
        self.advice.look()
        self.hint()

    @Slot(object, object)
    def open_book(self, book: Book, talks: tuple[str, ...]) -> None:
        """Open a document that was added beside the conversation that it was given for, and beside no other."""
        place = self._shown.place
        if place is not None and place[0] == book.id:
            self._page.renew(book)  # its file was put back, or its password given again
        elif self._shown.id in talks and (place is None or not self._first_start):
            self._page.open_book(book.id)

    # ---- what an empty conversation says

    @property
    def _asks_all(self) -> bool:
        return self._shown.conversation is not None and self._shown.conversation.scope is not None

    @Slot()
    def hint(self) -> None:
        """Put hints into the composer, and into the middle while nothing was asked."""
        shown = self._shown
        self._window.shelf.set_quiet(self._first_start and len(shown.shelf) <= 1)
        pending = self._shelf.openings.pending(shown.id)
        if pending:
            words = opening_words(pending)
        elif self._first_start and shown.books:
            words = _("Ask about the handbook")
        elif self._asks_all:
            words = _("Ask about all documents")
        elif shown.books:
            words = _("Ask about the documents on the desk")
        else:
            words = _("Choose documents, then ask") if shown.shelf else _("Add a document, then ask")
        self._window.talk.composer.set_hint(words)
        self._window.talk.view.empty.show_words(self._empty_words(pending))

    def _empty_words(self, pending: tuple[str, ...]) -> EmptyWords:
        """Return what an empty conversation says; `pending` are the titles of what is being opened."""
        key = _("Your library is encrypted, but its key is stored next to it.") if self._key_open else ""
        books, kept = self._shown.books, self._shown.shelf
        if self._model.failure:
            return EmptyWords(
                _("No model is loaded"),
                (_("Octavo needs a language model to answer your questions."),),
                actions=((EmptyAction.SEE_MODELS, _("Choose a model…")),),
                advice=self.advice.words,
                key=key,
            )
        ready = not self._asks_all and not pending and not self._added.isdisjoint(kept)
        if ready and len(kept) > 1 and (self._first_start or not books):
            return self._ready_words(len(kept), key)
        if self._first_start and (pending or books):
            return self._first_words(key, importing=bool(pending))
        if pending:
            asked = _("Your question is sent as soon as the document and the model are ready.")
            free = _("Ask now: your question is sent as soon as the document and the model are ready.")
            return EmptyWords(opening_title(pending), (asked if self._asking.holds else free,), key=key)
        if self._asks_all:
            line = _("Before it asks, Octavo shows which documents it reads, and why.")
            return EmptyWords(_("Ask about all documents"), (line,), key=key)
        if books:
            titles = tuple(kept[ref.book_id].title for ref in books if ref.book_id in kept)
            return EmptyWords(_("Ask about the documents on the desk"), titles, key=key)
        choose = ((EmptyAction.CHOOSE_BOOKS, _("Choose from your library…")),) if kept else ()
        if len(kept) > 1:
            words = _("Ask all {n} documents").format(n=count(len(kept)))
            choose = (*choose, (EmptyAction.ASK_ALL, words))
        where = _("Drop files anywhere on this window, or choose them.")
        return EmptyWords(_("Add a document to start"), (where,), actions=(_add_action(), *choose), key=key)

    def _ready_words(self, documents: int, key: str) -> EmptyWords:
        """Return what it says after a folder was added: so many documents can be asked now."""
        return EmptyWords(
            _("{n} documents are ready").format(n=count(documents)),
            (_("Ask about all of them, or choose some."),),
            most_questions=0,
            actions=(
                (EmptyAction.ASK_ALL, _("Ask them all")),
                (EmptyAction.CHOOSE_BOOKS, _("Choose from your library…")),
            ),
            key=key,
        )

    def _first_words(self, key: str, *, importing: bool) -> EmptyWords:
        """Return what it says at the first start; `importing` tells that the handbook is on its way."""
        line = (
            _("Nothing leaves this computer. The handbook is being imported.")
            if importing
            else _("Nothing leaves this computer. Ask about the handbook, or add your own documents.")
        )
        return EmptyWords(
            _("Read everything. Check every answer."),
            (line,),
            most_questions=_FIRST_QUESTIONS,
            actions=(_add_action(),),
            advice=self.advice.words,
            key=key,
        )

    @Slot(object)
    def _act(self, action: EmptyAction) -> None:
        if action is EmptyAction.KEEP_KEY:
            self._key_open = False
            self.hint()
        elif action is EmptyAction.ASK_ALL:
            self._asking.planning.toggle()
        else:
            self.wanted.emit(action)


def _add_action() -> tuple[EmptyAction, str]:
    return EmptyAction.ADD, _("Add documents…")

"""A context that is full, or nearly: says so once, asks what can be done, and does what the person chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal, Slot

from app.core.conversations.conversation import Conversation, Draft, MatterScope
from app.core.conversations.image import ImageRef
from app.services.asking.fitting import Choices, Remedy, RemedyKind
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.submission import AnswerWay
from app.ui.chat.writing.attachments_presenter import AttachmentsPresenter
from app.ui.chat.writing.drafts import DraftsPresenter
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.wording.i18n import _
from app.wording.units import count

_ROOM = "room"


@dataclass(frozen=True)
class _Moved:
    """A way out of the conversation `left`: what was in the composer there, and the question that waits, if one
    does."""

    left: str
    written: str
    question: tuple[str, tuple[ImageRef, ...]] | None


class Fitting(Presenter):
    room_chosen = Signal(object)  # Room
    pages_chosen = Signal(str)  # a book's id
    book_taken_off = Signal(str)  # its id
    models_wanted = Signal()
    turns_changed = Signal()  # others are read than before

    def __init__(
        self,
        context: FrameContext,
        conversation: ConversationPresenter,
        asking: AskingPresenter,
        drafts: DraftsPresenter,
        attachments: AttachmentsPresenter,
    ) -> None:
        super().__init__(context.parent)
        self._context = context.desk.asking.context
        self._conversations = context.desk.conversations
        self._models = context.desk.models
        self._bridge = context.bridge
        window = self._window = context.window
        self._conversation = conversation
        self._asking = asking
        self._drafts = drafts
        self._attachments = attachments
        self._shown = context.shown
        self._warned: set[str] = set()
        self._warning = ""
        self._waiting = ""  # the id of the conversation whose question waits for more room
        self._redrawn = False
        self._moved: _Moved | None = None
        asking.misfit.connect(self.offer)
        conversation.shown.connect(self._on_shown)
        window.talk.view.read_again_wanted.connect(self._read_again)
        window.talk.notice.acted.connect(self._act)

    @Slot()
    def offer(self) -> None:
        """Let the person choose how what does not fit can be made to fit."""
        shown = self._shown.conversation
        if shown is None or self._asking.busy:
            return
        missed = self._asking.missed
        work = partial(self._context.choices, shown.id, missed, self._asking.begun)
        self._call(work, partial(self._show, shown.id, bool(missed)), executor=Executor.ENGINE)

    @Slot()
    def look(self) -> None:
        """Look at the use of the context, which has changed. That little room is left is said once, until there is more
        again."""
        use, shown = self._shown.use, self._shown.conversation
        if use is None or shown is None:
            return
        notice = self._window.talk.notice
        if not use.is_tight:
            self._warned.discard(shown.id)
            if notice.text() == self._warning:
                notice.hide()
        elif shown.id not in self._warned and not self._conversation.empty:
            self._warned.add(shown.id)
            words = _("Only {n} tokens are left, which may not be enough for another question and its answer.")
            self._warning = words.format(n=count(use.context_tokens - use.used_tokens))
            notice.show_sentence(self._warning, failed=False, action=_("Make room…"), key=_ROOM)

    @Slot()
    def retry(self) -> None:
        """Ask the question that waited for room, as there is more now."""
        waiting, self._waiting = self._waiting, ""
        shown = self._shown.conversation
        if shown is not None and shown.id == waiting:
            self._asking.retry()

    @Slot()
    def give_up(self) -> None:
        """Forget the question that waits for room: the model could not be loaded with more."""
        self._waiting = ""

    # ---- what is chosen

    def _show(self, conversation_id: str, asked: bool, choices: Choices) -> None:
        model = self._models.loaded()
        shown = self._shown.conversation
        if model is None or shown is None or shown.id != conversation_id:
            return
        kv_type = None if model.host else model.kv_type
        from app.ui.context.fit_dialog import FitDialog  # when it is opened

        dialog = FitDialog(choices, kv_type, asked=asked, parent=self._window)
        dialog.chosen.connect(partial(self._follow, choices))
        dialog.open()

    def _follow(self, choices: Choices, way: Remedy) -> None:
        match way.kind:
            case RemedyKind.LARGER:
                self._wait()
                self.room_chosen.emit(way.room)
            case RemedyKind.LEAVE_OUT:
                self._leave_out(choices.oldest, True)
            case RemedyKind.NEW:
                self._move()
            case RemedyKind.PAGES if way.book is not None:
                self.pages_chosen.emit(way.book.book_id)
            case RemedyKind.TAKE_OFF if way.book is not None:
                self.book_taken_off.emit(way.book.book_id)
                if choices.fits_without(way.book.tokens):
                    self._asking.retry()
            case RemedyKind.PARTS:
                self._asking.retry(AnswerWay.PARTS)
            case RemedyKind.CHOOSE:
                self._asking.planning.ask_of(MatterScope(tuple(ref.book_id for ref in self._shown.books)))
                self._conversation.books.set(())
                self._asking.retry()
            case RemedyKind.EXCERPTS:
                self._asking.retry(AnswerWay.EXCERPTS)
            case RemedyKind.MODEL:
                self.models_wanted.emit()

    def _wait(self) -> None:
        """Remember that a question of the shown conversation did not fit: it is asked once there is more room."""
        shown = self._shown.conversation
        self._waiting = shown.id if shown is not None and self._asking.missed else ""

    def _leave_out(self, answer_ids: Sequence[str], left_out: bool) -> None:
        work = partial(self._conversations.leave_out, answer_ids, left_out)
        self._do(work, partial(self._left_out, left_out))

    def _left_out(self, left_out: bool) -> None:
        shown = self._shown.conversation
        if shown is not None:
            self._redrawn = True
            if left_out:
                self._wait()
            self._conversation.open(shown.id)

    @Slot(str)
    def _read_again(self, answer_id: str) -> None:
        """Let the model read this turn and all after it again."""
        answers = [turn.answer for turn in self._shown.turns if turn.answer is not None]
        ids = [answer.id for answer in answers if answer.left_out]
        if answer_id in ids and not self._asking.busy:
            self._leave_out(ids[ids.index(answer_id) :], False)

    def _move(self) -> None:
        """Go on in a new conversation: the question that waits is asked there, what is not sent yet is kept."""
        shown = self._shown.conversation
        if shown is not None:
            question = self._asking.take_missed()
            self._moved = _Moved(shown.id, self._window.talk.composer.text(), question)
            self._conversation.create(shown.books, shown.instructions, shown.scope)

    @Slot(object)
    def _on_shown(self, conversation: Conversation | None) -> None:
        if self._redrawn:
            self._redrawn = False
            self.turns_changed.emit()
            self.retry()
        moved = self._moved
        if moved is None or conversation is None or conversation.id == moved.left:
            return
        self._moved = None
        if moved.question is None:
            self._window.talk.composer.set_text(moved.written)
            self._drafts.put(moved.left, Draft())
            return
        text, images = moved.question
        self._attachments.add_all(images)
        self._asking.submit(text)

    @Slot(str)
    def _act(self, key: str) -> None:
        if key == _ROOM:
            self.offer()

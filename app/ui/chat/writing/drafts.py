"""Drafts: what is written in each conversation and not asked yet; shown in the composer with its images, and stored."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.core.conversations.conversation import Draft, StoredQuestion, Turn
from app.core.conversations.image import Image, ImageRef
from app.core.errors import Problem
from app.store.conversations import Drafts
from app.ui.chat.writing.attachments_presenter import AttachmentsPresenter
from app.ui.chat.writing.branches import find_question, number_of
from app.ui.chat.writing.composer import Composer
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.wording.errors import sentence

KEEP_AFTER_MS = 1000
"""A draft is stored so long after it changed: words typed within this time are lost when the program is killed."""


class DraftsPresenter(Presenter):
    """Has the drafts, and stores each soon after it changes. Ids are those of conversations; an empty one means the
    conversation that will be shown first."""

    mended = Signal(str)  # what could not be kept before is kept: this was the sentence

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._store = Drafts(context.desk.database)
        self._bridge = context.bridge
        self._drafts: dict[str, Draft] = {}
        self._kept: dict[str, Draft] = {}  # as the store has them
        self._failing = ""  # why the last one could not be kept
        self._timer = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def of(self, conversation_id: str) -> Draft:
        return self._drafts.get(conversation_id, Draft())

    def take_in(self, conversation_id: str, stored: Draft) -> bool:
        """Take in the stored draft of a conversation that is shown now. It counts unless the conversation was shown
        before. Return whether it did count."""
        counts = conversation_id not in self._kept
        if counts:
            self._kept[conversation_id] = self._drafts[conversation_id] = stored
        early = self._drafts.pop("", Draft()).text
        if early:
            draft = self.of(conversation_id)
            self.put(conversation_id, Draft(f"{draft.text}\n{early}".lstrip("\n"), draft.question_id, draft.edited))
        return counts

    def put(self, conversation_id: str, draft: Draft) -> None:
        if draft == self.of(conversation_id):
            return
        self._drafts[conversation_id] = draft
        if not self._timer.isActive():
            self._timer.start()

    def forget(self, conversation_id: str) -> None:
        """Forget the draft of a conversation that was deleted."""
        self._drafts.pop(conversation_id, None)
        self._kept.pop(conversation_id, None)

    @Slot()
    def keep(self) -> None:
        """Store what changed, on another thread."""
        self._timer.stop()
        for conversation_id, draft in self._unkept():
            work = partial(self._store.keep, conversation_id, draft)
            self._do(work, partial(self._note_kept, conversation_id, draft))

    def close(self) -> None:
        """Store what changed at once, on this thread, at the end. Raises AppError as the store does."""
        self._timer.stop()
        for conversation_id, draft in self._unkept():
            self._store.keep(conversation_id, draft)

    def _unkept(self) -> list[tuple[str, Draft]]:
        return [
            (conversation_id, draft)
            for conversation_id, draft in self._drafts.items()
            if conversation_id and draft != self._kept.get(conversation_id, Draft())
        ]

    def _note_kept(self, conversation_id: str, draft: Draft) -> None:
        self.mended.emit(self._failing)
        self._failing = ""
        if conversation_id in self._drafts:
            self._kept[conversation_id] = draft

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        """Say once that a draft could not be stored; it is tried again with the next change."""
        if not self._failing:
            self._failing = sentence(problem)
            self.failed.emit(self._failing)


class Writing(QObject):
    """Keeps the shown conversation's draft, its images and the composer in step. Ids are as in `DraftsPresenter`."""

    edited = Signal(str)  # the id of the kept question that is in the composer; empty for a new one

    def __init__(
        self,
        drafts: DraftsPresenter,
        composer: Composer,
        attachments: AttachmentsPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._drafts = drafts
        self._composer = composer
        self._attachments = attachments
        self._shown_id = ""
        self._number = 0  # of the question that is edited
        composer.text_changed.connect(self._take_text)
        self._take_text(composer.text())  # which may have been written in before the desk was open

    # ---- which one is shown

    def show(self, conversation_id: str, turns: tuple[Turn, ...], stored: Draft) -> None:
        """Show this conversation with these turns from now on; `stored` is the draft that the store has of it."""
        restored = False
        if conversation_id != self._shown_id:
            self._shown_id = conversation_id
            self._drafts.keep()
            restored = self._drafts.take_in(conversation_id, stored)
            self._attachments.rename("", conversation_id)
        draft = self._drafts.of(conversation_id)
        edited = find_question(turns, draft.question_id)
        self._number = number_of(turns, draft.question_id)
        if draft.question_id and edited is None:  # another branch is shown: it becomes a question of its own
            self._attachments.rename(draft.question_id, conversation_id)
            self._drafts.put(conversation_id, Draft(f"{draft.text}\n{draft.edited}".strip("\n")))
        elif edited is not None and restored:
            self._attachments.edit(edited.id, edited.images)
        self._show()

    def forget(self, conversation_id: str) -> None:
        """Forget the draft and images of a conversation that was deleted; if it was shown, none is shown now."""
        for writing in (conversation_id, self._drafts.of(conversation_id).question_id):
            self._attachments.clear(writing)
        self._drafts.forget(conversation_id)
        if conversation_id == self._shown_id:
            self._shown_id = ""
            self._show()

    @property
    def edited_id(self) -> str:
        """The kept question that is in the composer; empty if a new one is."""
        return self._drafts.of(self._shown_id).question_id

    # ---- what becomes of it

    def draft(self, conversation_id: str) -> Draft:
        return self._drafts.of(conversation_id)

    def images(self, conversation_id: str) -> tuple[Image | ImageRef, ...]:
        """Return the images that are attached to the draft."""
        return self._attachments.images_of(self._writing(conversation_id))

    def refusal(self, conversation_id: str) -> str:
        """Return why the draft cannot be asked with its images; empty if it can."""
        return self._attachments.refusal(self._writing(conversation_id))

    def put(self, text: str) -> bool:
        """Put this into the composer, and return whether there is something to ask."""
        if text != self._composer.text():
            self._composer.set_text(text)
        return bool(text.strip() or self._attachments.images())

    def hand_over(self, conversation_id: str) -> None:
        """Hand over the draft, which is about to be kept as a question; it stays until `note_sent`."""
        self._attachments.hand_over(self._writing(conversation_id))

    def note_sent(self, conversation_id: str, text: str) -> None:
        """Note that the question is kept: clear the draft, unless more was written since, and bring back what an edit
        interrupted."""
        draft = self._drafts.of(conversation_id)
        if draft.current.strip() == text:
            self._drafts.put(conversation_id, Draft(draft.text if draft.question_id else ""))
            self._drafts.keep()
        self._attachments.let_go()
        if conversation_id == self._shown_id:
            self._show()

    def edit(self, question: StoredQuestion, number: int) -> None:
        """Put a kept question of the shown conversation, its number there from 1, into the composer, in the place of
        what is written."""
        self._number = number
        draft = self._drafts.of(self._shown_id)
        self._drafts.put(self._shown_id, Draft(draft.text, question.id, question.text))
        self._attachments.edit(question.id, question.images)
        self._show()
        self._composer.setFocus()

    def leave_edit(self) -> None:
        """Stop editing an earlier question, and show the draft that it interrupted; without an edit do nothing."""
        draft = self._drafts.of(self._shown_id)
        if draft.question_id:
            self._attachments.clear(draft.question_id)
            self._drafts.put(self._shown_id, Draft(draft.text))
            self._show()

    # ---- inside

    def _writing(self, conversation_id: str) -> str:
        """Return the id by which `AttachmentsPresenter` knows the images of a draft."""
        return self._drafts.of(conversation_id).question_id or conversation_id

    @Slot(str)
    def _take_text(self, text: str) -> None:
        draft = self._drafts.of(self._shown_id)
        changed = {"edited": text} if draft.question_id else {"text": text}
        self._drafts.put(self._shown_id, msgspec.structs.replace(draft, **changed))

    def _show(self) -> None:
        draft = self._drafts.of(self._shown_id)
        if draft.current != self._composer.text():
            self._composer.set_text(draft.current)
        self._composer.set_editing(self._number if draft.question_id else 0)
        self.edited.emit(draft.question_id)
        self._attachments.show(self._writing(self._shown_id))

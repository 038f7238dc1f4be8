"""Questions that were sent too early: they wait until their books are open and the engine is free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from app.ui.kit.activity import Activity, EngineTask
from app.ui.kit.shown import Shown
from app.ui.kit.words import unopened_words, waiting_words, without_words
from app.ui.shelf.file_import import FileImport
from app.wording.i18n import _


@dataclass(frozen=True)
class QueuedQuestion:
    """Something to be asked of the books on the desk of a conversation.

    `waits` tells that it waits for the books that are being imported, `waited` that it has waited for some, which may
    be on the desk by now.
    """

    conversation_id: str
    waits: bool = True
    waited: bool = False


class QuestionSource(Protocol):
    """A place in which a question is written, and where it is said why it was not sent."""

    @property
    def hold_answered(self) -> SignalInstance:
        """The person does not want to wait for the books."""

    def show_hold(self, words: str, action: str, *, locked: bool) -> None:
        """Show why a question was not sent, and what can be done about it; empty words hide both. `locked` tells that
        the question waits and cannot be edited."""


def _waits(_wanted: QueuedQuestion) -> bool:
    return False


class QuestionQueue(QObject):
    """Keeps at most one question for each conversation waiting. Its text stays where it is written.

    An empty id means the conversation that will be shown first.
    """

    released = Signal(object)  # QueuedQuestion that has waited: nothing is in its way any more
    changed = Signal()

    def __init__(
        self,
        openings: FileImport,
        place: QuestionSource,
        task: EngineTask,
        activity: Activity,
        shown: Shown,
        parent: QObject | None = None,
    ) -> None:
        """`task` is what the engine is needed for."""
        super().__init__(parent)
        self._openings = openings
        self._place = place
        self._task = task
        self._activity = activity
        self._shown = shown
        self.passes: Callable[[QueuedQuestion], bool] = _waits
        """Returns whether a question can go ahead while a model is being loaded."""
        self._held: dict[str, QueuedQuestion] = {}
        self._given_back: dict[str, tuple[QueuedQuestion, tuple[str, ...]]] = {}  # with the titles that did not open
        openings.changed.connect(self.look)
        openings.unopened.connect(self._on_unopened)
        openings.opened.connect(self._on_opened)
        place.hold_answered.connect(self._ask_without)

    def holds(self, conversation_id: str) -> bool:
        return conversation_id in self._held

    def take(self, wanted: QueuedQuestion) -> bool:
        """Return whether nothing is in the way of a question. If something is, the question waits here, and is released
        as soon as that has changed."""
        self._given_back.pop(wanted.conversation_id, None)
        if self._is_free(wanted):
            self._show()
            return True
        self._held[wanted.conversation_id] = wanted
        self.look()
        return False

    def give_back(self, conversation_id: str) -> bool:
        """Let the question of a conversation wait no longer, say nothing of it, and return whether there was one."""
        found = self._held.pop(conversation_id, None) or self._given_back.pop(conversation_id, None)
        self._show()
        return found is not None

    @Slot()
    def look(self) -> None:
        """Release what can be asked now: the engine may be free, or another conversation shown. A question that was
        sent while none was shown belongs to the shown one."""
        if self._shown.id and (early := self._held.pop("", None)) is not None:
            self._held[self._shown.id] = replace(early, conversation_id=self._shown.id)
        for conversation_id in tuple(self._held):
            wanted = self._held.get(conversation_id)
            if wanted is None:  # it was released meanwhile
                continue
            if self._pending(wanted):
                self._held[conversation_id] = replace(wanted, waited=True)
            elif self._is_free(wanted):
                del self._held[conversation_id]
                self.released.emit(wanted)
        self._show()

    def _is_free(self, wanted: QueuedQuestion) -> bool:
        return bool(wanted.conversation_id) and self._before(wanted) is None and not self._pending(wanted)

    def _before(self, wanted: QueuedQuestion) -> EngineTask | None:
        """Return the task that has to end before the question can be asked; None if the engine is free for it."""
        first = self._activity.may(self._task)
        return None if first is EngineTask.LOADING and self.passes(wanted) else first

    def _pending(self, wanted: QueuedQuestion) -> tuple[str, ...]:
        return self._openings.pending(wanted.conversation_id) if wanted.waits else ()

    def _show(self) -> None:
        """Say where it is written what the shown conversation's question waits for, or why it was given back."""
        wanted = self._held.get(self._shown.id)
        given_back = self._given_back.get(self._shown.id)
        if wanted is not None:
            pending, first = self._pending(wanted), self._before(wanted)
            if pending:
                words = waiting_words(pending)
            else:
                words = self._activity.wait_words(first) if first is not None else _("Waiting for the conversation…")
            self._place.show_hold(words, without_words(len(pending)), locked=True)
        elif given_back is not None:
            titles = given_back[1]
            self._place.show_hold(unopened_words(titles), without_words(len(titles)), locked=False)
        else:
            self._place.show_hold("", "", locked=False)
        self.changed.emit()

    @Slot(str, object)
    def _on_unopened(self, title: str, talks: tuple[str, ...]) -> None:
        for conversation_id in talks:
            wanted = self._held.get(conversation_id)
            if wanted is not None and wanted.waits:
                del self._held[conversation_id]
                self._given_back[conversation_id] = wanted, (title,)
            elif conversation_id in self._given_back:
                kept, titles = self._given_back[conversation_id]
                self._given_back[conversation_id] = kept, (*titles, title)
        self._show()

    @Slot(object, object, str)
    def _on_opened(self, book: object, talks: tuple[str, ...], title: str) -> None:  # noqa: ARG002 - whichever it is
        """Drop a book from those that did not open: a second try has imported it."""
        for conversation_id in set(talks).intersection(self._given_back):
            wanted, titles = self._given_back.pop(conversation_id)
            if left := tuple(other for other in titles if other != title):
                self._given_back[conversation_id] = wanted, left

    @Slot()
    def _ask_without(self) -> None:
        held, given_back = self._held.get(self._shown.id), self._given_back.get(self._shown.id)
        if held is not None:
            wanted = replace(self._held.pop(held.conversation_id), waits=False, waited=False)
        elif given_back is not None:
            wanted = replace(given_back[0], waited=False)
        else:
            return
        if self.take(wanted):
            self.released.emit(wanted)

"""Notes are deleted for good, with a moment in which the last one can be had back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot

from app.core.documents.note import Note
from app.ui.frame.frame_context import FrameContext
from app.ui.frame.undoing import UNDO_MS, UndoKey
from app.ui.kit.presenter import Presenter
from app.ui.widgets.notice import NoticeAction
from app.wording.i18n import _


class NoteRemoval(Presenter):
    """Deletes notes. `changed` tells that a note is gone, or back."""

    changed = Signal()

    def __init__(self, context: FrameContext) -> None:
        super().__init__(context.parent)
        self._notes = context.desk.documents.notes
        self._bridge = context.bridge
        self._window = context.window
        self._deleted: Note | None = None
        self._key = UndoKey(self)
        self._key.pressed.connect(self.undo)

    @Slot(object)
    def delete(self, note: Note) -> None:
        work = partial(self._notes.store.delete, note.id)
        self._do(work, partial(self._offer, note))

    def _offer(self, note: Note) -> None:
        self._deleted = note
        actions = (NoticeAction(_("Undo"), self.undo),)
        self._window.offer(deleted_words(), actions, passes_ms=UNDO_MS)
        self._key.offer()
        self.changed.emit()

    @Slot()
    def undo(self) -> None:
        """Have the note back that was deleted last."""
        self._key.withdraw()
        note, self._deleted = self._deleted, None
        if note is not None:
            self._window.hide_notice()
            self._do(partial(self._notes.keep, note), self._tell)

    def _tell(self) -> None:
        self.changed.emit()


def deleted_words() -> str:
    """Say that a note was deleted."""
    return _("The note was deleted.")

"""Keeps a new table that is not asked yet: it is stored soon after it changes, and shown again."""

from __future__ import annotations

import contextlib
from functools import partial

import msgspec
from PySide6.QtCore import QTimer, Slot

from app.core.errors import AppError, Problem
from app.features.tables.rows import TableDraft
from app.store.settings import SettingsStore
from app.ui.chat.writing.drafts import KEEP_AFTER_MS
from app.ui.kit.presenter import Presenter
from app.ui.workspace import Workspace
from app.wording.errors import sentence

_BLOB = "tables.draft"
_NOTHING = TableDraft()


def stored_draft(settings: SettingsStore) -> TableDraft:
    """Return the draft that is stored; an empty one if nothing is written, or another Octavo wrote it."""
    with contextlib.suppress(msgspec.MsgspecError):
        return msgspec.json.decode(settings.get_blob(_BLOB) or b"", type=TableDraft)
    return _NOTHING


class TableDrafts(Presenter):
    """Keeps the draft of an open desk, as `DraftsPresenter` keeps those of conversations."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._bridge = workspace.bridge
        self._store = workspace.desk.own_settings
        self._kept: TableDraft | None = None  # as the store has it; None before that is known
        self._draft = _NOTHING
        self._failing = False
        self._timer = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def begin(self, stored: TableDraft) -> None:
        """Begin with what the store has; from now on what is put is kept."""
        self._kept = self._draft = stored

    @property
    def begun(self) -> bool:
        return self._kept is not None

    def put(self, draft: TableDraft) -> None:
        self._draft = draft
        if self.begun and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def keep(self) -> None:
        """Store what changed, on another thread."""
        self._timer.stop()
        if self.begun and self._draft != self._kept:
            self._do(partial(self._write, self._draft), partial(self._note_kept, self._draft))

    def close(self) -> None:
        """Store what changed at once, on this thread, at the end; on a full disk what was written last is lost."""
        self._timer.stop()
        if self.begun and self._draft != self._kept:
            with contextlib.suppress(AppError):
                self._write(self._draft)

    def _write(self, draft: TableDraft) -> None:
        self._store.set_blob(_BLOB, b"" if draft == _NOTHING else msgspec.json.encode(draft))

    def _note_kept(self, draft: TableDraft) -> None:
        self._kept, self._failing = draft, False

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        """Say once that the draft could not be stored; it is tried again with the next change."""
        if not self._failing:
            self._failing = True
            self.failed.emit(sentence(problem))

"""The files of the folders that are being added, each with what became of it, as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from app.core.conversations.sources import FileEnded, PlaceState, Source, SourcePlace
from app.core.documents.untrusted import disarm
from app.core.errors import Code, Problem
from app.ui.shelf.rows import Index
from app.wording.errors import sentence
from app.wording.folders import ended_words, state_words
from app.wording.i18n import _
from app.wording.units import printable

FileRole = int(Qt.ItemDataRole.UserRole) + 1
_ROOT = QModelIndex()
_LOCKED = (Code.DOCUMENT_PASSWORD_NEEDED, Code.DOCUMENT_PASSWORD_WRONG)


class AddedState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    FAILED = "failed"


_STATES = {
    PlaceState.WAITING: AddedState.WAITING,
    PlaceState.READ: AddedState.READ,
    PlaceState.FAILED: AddedState.FAILED,
    PlaceState.GONE: AddedState.READ,
}


@dataclass(frozen=True)
class FileRow:
    """A file: `name` is its place in the folder that was added; `words` say what became of it."""

    path: Path
    name: str
    state: AddedState
    words: str
    problem: Problem | None = None

    @property
    def is_locked(self) -> bool:
        return self.problem is not None and self.problem.code in _LOCKED


class AddedFiles(QAbstractListModel):
    """The list of the files. `FileRole` gives a `FileRow`. `counted` tells that the number of files in some state has
    changed."""

    counted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[Path, FileRow] = {}
        self._shown: list[Path] = []
        self._only: AddedState | None = None
        self._roots: tuple[Path, ...] = ()

    def clear(self) -> None:
        self._rows, self._roots = {}, ()
        self._show()

    def count(self, state: AddedState | None = None) -> int:
        return sum(state in (None, row.state) for row in self._rows.values())

    def failed(self) -> tuple[FileRow, ...]:
        return tuple(row for row in self._rows.values() if row.state is AddedState.FAILED)

    def narrow(self, state: AddedState | None) -> None:
        """Show the files in this state alone; None for all."""
        self._only = state
        self._show()

    def expect(self, paths: Iterable[Path], roots: Sequence[Path]) -> None:
        """Add files that will be read; `roots` are the folders that they are in."""
        self._roots = tuple(dict.fromkeys((*self._roots, *roots)))
        for path in paths:
            self._rows[path] = FileRow(path, self._name(path), AddedState.WAITING, _("waiting"))
        self._show()

    def begin(self, path: Path) -> None:
        self._put(FileRow(path, self._name(path), AddedState.READING, _("is being read")))

    def end(self, ended: FileEnded) -> None:
        state = AddedState.FAILED if ended.place.problem is not None else AddedState.READ
        words = ended_words(ended, self._name)
        self._put(FileRow(ended.path, self._name(ended.path), state, words, ended.place.problem))

    def fail(self, failed: Iterable[tuple[Path, Problem]]) -> None:
        """Note that files could not be read, now or before."""
        for path, problem in failed:
            self._put(FileRow(path, self._name(path), AddedState.FAILED, sentence(problem), problem))

    def show_places(self, source: Source, places: Iterable[SourcePlace]) -> None:
        """List the recorded files of a folder, in place of what was listed before."""
        self._rows, self._roots = {}, (source.path,)
        for place in places:
            path = source.path / place.path / place.name
            words = sentence(place.problem) if place.problem is not None else state_words(place.state)
            self._rows[path] = FileRow(path, self._name(path), _STATES[place.state], words, place.problem)
        self._show()

    def leave(self) -> None:
        """Mark the files that were not read yet as not tried: they will not be read any more."""
        self._change(lambda row: row.state in (AddedState.READING, AddedState.WAITING), _("was not tried"))

    def _change(self, concerns: Callable[[FileRow], bool], words: str) -> None:
        for path, row in self._rows.items():
            if concerns(row):
                self._rows[path] = replace(row, state=AddedState.WAITING, words=words)
        self._show()

    def _name(self, path: Path) -> str:
        inside = [path.relative_to(root) for root in self._roots if path != root and path.is_relative_to(root)]
        return disarm(printable(str(min(inside, key=lambda name: len(name.parts), default=path))))

    def _put(self, row: FileRow) -> None:
        known = self._rows.get(row.path)
        self._rows[row.path] = row
        belongs = self._only in (None, row.state)
        if known is not None and belongs and self._only is None:
            place = self.index(self._shown.index(row.path))
            self.dataChanged.emit(place, place)
        elif belongs or (known is not None and known.state is self._only):
            self._show()
            return
        self.counted.emit()

    def _show(self) -> None:
        self.beginResetModel()
        rows = self._rows.values()
        self._shown = [row.path for row in rows if self._only in (None, row.state)]
        self.endResetModel()
        self.counted.emit()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[self._shown[index.row()]]
        if role == FileRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.name
        return row.words if role == Qt.ItemDataRole.AccessibleDescriptionRole else None

    def text(self) -> str:
        """Return the shown files as text: for each its name and what became of it, with an empty line between them."""
        rows = (self._rows[path] for path in self._shown)
        return "\n\n".join(f"{row.name}\n{disarm(row.words)}" for row in rows)

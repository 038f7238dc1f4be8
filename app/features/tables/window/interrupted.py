"""The table that was being asked when Octavo ended: a card at the foot of the shelf offers to go on with it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from app.features.tables.data import SheetEntry
from app.features.tables.service import sheets_of
from app.ui.kit.presenter import Presenter
from app.ui.shelf.running import RunningCard, RunProgress
from app.ui.workspace import Workspace
from app.wording.i18n import _
from app.wording.units import count


class InterruptedTable(Presenter):
    """The signals carry the id of a sheet."""

    open_wanted = Signal(str)
    resume_wanted = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._bridge = workspace.bridge
        self._sheets = sheets_of(workspace.desk)
        self._sheet_id = ""
        self._left: set[str] = set()  # those that a person went on with, or does not want to be told of
        self.card = RunningCard(workspace.icons, _("Hide"))
        self.card.clicked.connect(self._open)
        self.card.pause_wanted.connect(self._resume)
        self.card.stop_wanted.connect(self._leave)
        workspace.window.shelf.add_running(self.card)
        workspace.events.book_removed.connect(self.look)
        workspace.events.restored.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Whether there is one."""
        self._call(self._sheets.all, self.show_of)

    @Slot(object)
    def show_of(self, sheets: tuple[SheetEntry, ...]) -> None:
        """Show the newest one of these that was interrupted, unless it was left."""
        entry = next((each for each in sheets if each.interrupted and each.id not in self._left), None)
        self._sheet_id = entry.id if entry is not None else ""
        if entry is None:
            self.card.show_run(None)
            return
        words = _("Interrupted: {answered} of {total} answered").format(
            answered=count(entry.answered), total=count(entry.questions)
        )
        self.card.show_run(RunProgress(entry.title, words, entry.answered / entry.questions, paused=True))

    def leave(self, sheet_id: str) -> None:
        """This one is no longer offered."""
        self._left.add(sheet_id)
        if sheet_id == self._sheet_id:
            self.look()

    @Slot()
    def _open(self) -> None:
        self.open_wanted.emit(self._sheet_id)

    @Slot()
    def _resume(self) -> None:
        self.resume_wanted.emit(self._sheet_id)

    @Slot()
    def _leave(self) -> None:
        self.leave(self._sheet_id)

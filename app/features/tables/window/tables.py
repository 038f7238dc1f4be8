"""Tables in a window: the command, and the panel with question sheets and grids once it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.core.kept import KeptWhere
from app.features.tables.window.saved_tables import SavedTables
from app.ui.frame.panes import MiddleRoom
from app.ui.kit.activity import EngineTask
from app.ui.kit.commands import Anchor, Command, Group, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.shelf.running import RunningCard
from app.ui.window_feature import WindowFeature
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.tables.window.panel import SheetPanel
    from app.features.tables.window.presenter import SheetsPresenter


class TablesWindow(WindowFeature):
    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._made: SheetsPresenter | None = None
        self.card = RunningCard(workspace.icons, _("Stop the table’s questions"))
        self.card.clicked.connect(self.open_running)
        workspace.window.shelf.add_running(self.card)
        self.kept = SavedTables(workspace)
        self.kept.failed.connect(workspace.window.tell)
        self.kept.open_wanted.connect(self._open_sheet)
        self.kept.resume_wanted.connect(self.resume)
        self.kept.rename_wanted.connect(self._rename)
        self.kept.delete_wanted.connect(self._delete)
        view = workspace.window.talk.view
        view.offer_part_notes()
        view.notes_wanted.connect(self.open_notes)

    @property
    def sheets(self) -> SheetsPresenter:
        """The presenter of tables, made with its panel when a table is opened first."""
        if self._made is None:
            from app.features.tables.window.making import make_sheets

            made = self._made = make_sheets(self._workspace, self.card)
            made.kept_changed.connect(self.kept.look)
            made.panel.turned.connect(self._give_room)
            made.run.began.connect(self.kept.note_begun)
            made.run.ended.connect(self.kept.note_ended)
        return self._made

    @property
    def panel(self) -> SheetPanel:
        return self.sheets.panel

    @property
    def is_shown(self) -> bool:
        return self._made is not None and self._workspace.window.shows(self._made.panel)

    @Slot()
    def open(self) -> None:
        """Open the table that was looked at last, or a new one, in the place of the conversation."""
        self._show()
        if self.panel.shows_answers:
            self.panel.focus_answers()
        else:
            self.sheets.prepare()

    @Slot()
    def open_running(self) -> None:
        """Open the table that is being asked."""
        self._show()
        self.sheets.open_running()
        self.panel.focus_answers()

    @Slot(str)
    def resume(self, sheet_id: str) -> None:
        """Go on with a question sheet, and show it."""
        self._show()
        self.sheets.resume(sheet_id)

    @Slot(str)
    def _open_sheet(self, sheet_id: str) -> None:
        self._show()
        self.sheets.open(sheet_id)

    @Slot(str, str)
    def _rename(self, sheet_id: str, title: str) -> None:
        self.sheets.editing.rename(sheet_id, title)

    @Slot(str)
    def _delete(self, sheet_id: str) -> None:
        self.sheets.delete(sheet_id)

    @Slot(str)
    def open_notes(self, answer_id: str) -> None:
        """Open the notes on each part of the books that an answer is written from."""
        turns = self._workspace.shown.turns
        turn = next((turn for turn in turns if turn.answer and turn.answer.id == answer_id), None)
        if turn is not None:
            self._show()
            self.sheets.open_notes(turn.question.id)

    def _show(self) -> None:
        room = MiddleRoom.SPACIOUS if self.panel.shows_answers else MiddleRoom.PAGE_TOO
        self._workspace.window.show_view(self.panel, room)

    @Slot()
    def _give_room(self) -> None:
        if self.is_shown:
            self._show()

    def commands(self) -> Sequence[PlacedCommands]:
        sheet = Command(
            _("Table…"),
            "Ctrl+L",
            self.open,
            words=_("question sheet, list of questions, grid"),
            symbol=Symbol.SHEET,
            on_shelf=True,
        )
        return (PlacedCommands(Group.DESK, Anchor.FINDING, (sheet,)),)

    def begin(self) -> None:
        self.kept.look()

    def end(self) -> None:
        if self._made is not None:
            self._made.beginning.drafts.close()

    def busy_words(self) -> str:
        if self._workspace.activity.has(EngineTask.SERIES):
            return _("The running table will stop. You can resume it later.")
        return ""

    def open_kept(self, kind: str, id: str) -> bool:
        if kind != KeptWhere.SHEETS:
            return False
        self._open_sheet(id)
        return True

    def take_back(self) -> bool:
        if self._made is None or not (self.is_shown and self._made.holds):
            return False
        self._made.give_back()
        return True

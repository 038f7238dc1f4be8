"""The saved tables of a desk, on the shelf: each by its name, and how far it is where it is not finished."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QMenu

from app.features.tables.data import SheetEntry
from app.features.tables.service import sheets_of
from app.ui.kit.presenter import Presenter
from app.ui.shelf.tables import SavedTableEntry
from app.ui.workspace import Workspace
from app.wording.i18n import _
from app.wording.units import count


class SavedTables(Presenter):
    """The saved tables. The signals carry the id of a table; `resume_wanted` asks for what it has left to ask."""

    open_wanted = Signal(str)
    resume_wanted = Signal(str)
    rename_wanted = Signal(str, str)  # and its name
    delete_wanted = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._bridge = workspace.bridge
        self._sheets = sheets_of(workspace.desk)
        self._window = workspace.window
        self._entries: dict[str, SheetEntry] = {}
        self._running = ""
        self.group = workspace.window.shelf.tables
        self.group.opened.connect(self.open_wanted)
        self.group.acted.connect(self.resume_wanted)
        self.group.menu_wanted.connect(self._open_menu)
        workspace.events.books_changed.connect(self.look)
        workspace.events.restored.connect(self.look)

    @Slot()
    def look(self) -> None:
        self._call(self._sheets.all, self._show)

    @Slot(str)
    def note_begun(self, sheet_id: str) -> None:
        """Note that this table is being asked: the card below the shelf says how far it is."""
        self._running = sheet_id
        self.look()

    @Slot()
    def note_ended(self) -> None:
        self.note_begun("")

    def menu_of(self, sheet_id: str) -> QMenu:
        entry = self._entries[sheet_id]
        menu = QMenu(self._window)
        menu.addAction(_("Open"), partial(self.open_wanted.emit, sheet_id))
        if entry.answered < entry.questions and sheet_id != self._running:
            menu.addAction(_("Resume"), partial(self.resume_wanted.emit, sheet_id))
        menu.addAction(_("Rename"), partial(self.rename_wanted.emit, sheet_id, entry.title))
        menu.addSeparator()
        menu.addAction(_("Delete"), partial(self.delete_wanted.emit, sheet_id))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot(object)
    def _show(self, entries: tuple[SheetEntry, ...]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self.group.show_kept([self._shown(entry) for entry in entries])

    def _shown(self, entry: SheetEntry) -> SavedTableEntry:
        if entry.id == self._running or entry.answered == entry.questions:
            return SavedTableEntry(entry.id, entry.title)
        words = _("interrupted, {answered} of {total}") if entry.interrupted else _("{answered} of {total} answered")
        said = words.format(answered=count(entry.answered), total=count(entry.questions))
        return SavedTableEntry(entry.id, entry.title, said, _("Resume"))

    @Slot(str, QPoint)
    def _open_menu(self, sheet_id: str, where: QPoint) -> None:
        if sheet_id in self._entries:
            self.menu_of(sheet_id).popup(where)

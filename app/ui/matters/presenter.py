"""Opens another desk, when nothing is lost by it; makes, renames, archives and deletes matters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.core.matter import LIBRARY, Matter
from app.services.matters import Matters
from app.ui.activity import Activity, EngineTask
from app.ui.bridge import Bridge, Executor
from app.ui.commands import Entry, EntryKind
from app.ui.main_window import MainWindow
from app.ui.presenter import Presenter
from app.ui.shelf.file_import import FileImport
from app.ui.shelf.matter_switch import MatterSwitch, desk_name
from app.ui.widgets.dialogs import Confirmation, LineDialog
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.ui.matters.dialog import MattersDialog


class MattersPresenter(Presenter):
    """`desk_wanted` carries the id of the desk to open in place of this one; `done` a sentence."""

    desk_wanted = Signal(str)
    done = Signal(str)

    def __init__(
        self,
        matters: Matters,
        open_matter: Matter | None,
        bridge: Bridge,
        switch: MatterSwitch,
        activity: Activity,
        openings: FileImport,
        window: MainWindow,
        parent: QObject | None = None,
    ) -> None:
        """`open_matter`: the one that is open; None: the library."""
        super().__init__(parent)
        self._matters = matters
        self._open = open_matter
        self._bridge = bridge
        self._switch = switch
        self._activity = activity
        self._openings = openings
        self._window = window
        self._known: tuple[Matter, ...] = ()
        self._dialog: MattersDialog | None = None
        switch.show_open(open_matter)
        switch.chosen.connect(self.open)
        switch.new_wanted.connect(self.ask_new)
        switch.manage_wanted.connect(self.manage)

    # ---- which there are

    @Slot()
    def look(self) -> None:
        """List them."""
        self._bridge.call(Executor.STORE, self._matters.all, self._show, self._on_problem)

    @Slot(object)
    def _show(self, matters: tuple[Matter, ...]) -> None:
        self._known = matters
        self._switch.show_matters(matters)
        if self._open is not None:
            self._open = next((matter for matter in matters if matter.id == self._open.id), self._open)
        if self._dialog is not None:
            self._dialog.show_matters(matters)

    def entries(self) -> list[Entry]:
        """Those that can be opened, for the palette."""
        desks = [None, *(matter for matter in self._known if not matter.archived)]
        return [
            Entry(
                EntryKind.MATTER,
                LIBRARY if matter is None else matter.id,
                desk_name(matter),
                _("open"),
                words=_("matter, case, client, switch"),
            )
            for matter in desks
            if matter != self._open
        ]

    # ---- opening another

    @Slot(str)
    def open(self, id: str) -> None:
        """Ask first where something would be stopped by it."""
        words = self._busy_words()
        name = next((desk_name(matter) for matter in self._known if matter.id == id), desk_name(None))
        if not words:
            self.desk_wanted.emit(id)
            return
        action = _("Stop and open")
        dialog = Confirmation(_("Open “{name}”?").format(name=name), words, action, id, self._window)
        dialog.confirmed.connect(self.desk_wanted)
        dialog.open()

    def _busy_words(self) -> str:
        """What would be stopped; empty for nothing."""
        if self._activity.has(EngineTask.ANSWER):
            return _("An answer is being written. It is stopped here; what is written of it is kept.")
        if self._activity.has(EngineTask.SHEET):
            return _("A question sheet is being asked. It is stopped here; you can resume it later.")
        if self._openings.busy:
            return _("Documents are being imported. Those that are not finished yet must be added again.")
        return ""

    @Slot()
    def open_menu(self) -> None:
        self._window.unfold_shelf()
        self._switch.open_menu()

    # ---- making and managing

    @Slot()
    def ask_new(self) -> None:
        words = _("A matter has documents, conversations and sheets of its own. Nothing of it is seen anywhere else.")
        self._ask_name(_("New matter"), words, _("Create"), self._create)

    @Slot(str, str)
    def _create(self, key: str, name: str) -> None:  # noqa: ARG002 - of the dialog
        work = partial(self._matters.create, name)
        self._bridge.call(Executor.STORE, work, self._open_created, self._on_problem)

    @Slot(object)
    def _open_created(self, matter: Matter) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._known = (matter, *self._known)
        self.open(matter.id)

    @Slot()
    def manage(self) -> None:
        from app.ui.matters.dialog import MattersDialog  # when it is opened

        dialog = self._dialog = MattersDialog(self._known, self._open, self._window)
        dialog.open_wanted.connect(self._open_chosen)
        dialog.new_wanted.connect(self.ask_new)
        dialog.rename_wanted.connect(self._ask_rename)
        dialog.archive_wanted.connect(self._archive)
        dialog.delete_wanted.connect(self._ask_delete)
        dialog.finished.connect(self._closed)
        dialog.open()
        self.look()

    @Slot()
    def _closed(self) -> None:
        self._dialog = None

    @Slot(str)
    def _open_chosen(self, id: str) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self.open(id)

    @Slot(object)
    def _ask_rename(self, matter: Matter) -> None:
        words = _("The new name of “{name}”").format(name=desk_name(matter))
        self._ask_name(_("Rename the matter"), words, _("Rename"), self._rename, key=matter.id, text=matter.name)

    @Slot(str, str)
    def _rename(self, id: str, name: str) -> None:
        self._change(partial(self._matters.kept.rename, id, name))

    @Slot(object)
    def _archive(self, matter: Matter) -> None:
        self._change(partial(self._matters.kept.archive, matter.id, not matter.archived))

    @Slot(object)
    def _ask_delete(self, matter: Matter) -> None:
        title = _("Delete “{name}” permanently?").format(name=desk_name(matter))
        words = _(
            "Its documents, conversations, sheets and saved readings are deleted. You cannot have them back. The files"
            " that you added the documents from stay where they are."
        )
        dialog = Confirmation(title, words, _("Delete permanently"), matter.id, self._dialog or self._window)
        dialog.confirmed.connect(self._delete)
        dialog.open()

    @Slot(str)
    def _delete(self, id: str) -> None:
        name = next((desk_name(matter) for matter in self._known if matter.id == id), "")
        work = partial(self._matters.delete, id)
        self._bridge.call(Executor.STORE, work, partial(self._deleted, name), self._on_problem)

    def _deleted(self, name: str, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self.done.emit(_("“{name}” was deleted with everything in it.").format(name=name))
        self.look()

    def _change(self, work: Callable[[], None]) -> None:
        self._bridge.call(Executor.STORE, work, self._changed, self._on_problem)

    @Slot(object)
    def _changed(self, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self.look()

    def _ask_name(
        self, title: str, words: str, action: str, given: Callable[[str, str], None], *, key: str = "", text: str = ""
    ) -> None:
        dialog = LineDialog(title, words, action, key=key, text=text, parent=self._dialog or self._window)
        dialog.given.connect(given)
        dialog.open()

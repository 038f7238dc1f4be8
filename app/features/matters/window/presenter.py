"""Makes, renames, archives and deletes matters, and lists them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.core.matter import Matter
from app.ui.kit.presenter import Presenter
from app.ui.shelf.matter_switch import desk_name
from app.ui.widgets.dialogs import Confirmation, LineDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.matters.window.dialog import MattersDialog
    from app.features.matters.window.files import MatterFiles


class MatterManaging(Presenter):
    """Manages matters. `done` carries a sentence."""

    done = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._workspace = workspace
        self._matters = workspace.desk.shared.matters
        self._bridge = workspace.bridge
        self._window = workspace.window
        self._desks = workspace.matters
        self._dialog: MattersDialog | None = None
        self._desks.listed.connect(self._show)

    @Slot()
    def _show(self) -> None:
        if self._dialog is not None:
            self._dialog.show_matters(self._desks.known)
            self._call(self._matters.sizes, self._show_sizes)

    @Slot(object)
    def _show_sizes(self, sizes: dict[str, int]) -> None:
        if self._dialog is not None:
            self._dialog.show_sizes(sizes)

    @Slot()
    def ask_new(self) -> None:
        words = _("A matter keeps its documents, conversations and tables apart from all others.")
        self._ask_name(_("New matter"), words, _("Create"), self._create)

    def _create(self, dialog: LineDialog, _key: str, name: str) -> None:
        self._submit(dialog, partial(self._matters.create, name), self._open_created)

    @Slot(object)
    def _open_created(self, matter: Matter) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._desks.open_made(matter)

    @cached_property
    def _files(self) -> MatterFiles:
        from app.features.matters.window.files import MatterFiles  # few want it

        made = MatterFiles(self._workspace)
        made.failed.connect(self.failed)
        made.done.connect(self.done)
        made.taken.connect(self._desks.look)
        return made

    @Slot()
    def manage(self) -> None:
        from app.features.matters.window.dialog import MattersDialog  # when it is opened

        dialog = self._dialog = MattersDialog(self._desks.known, self._desks.matter, self._window)
        dialog.open_wanted.connect(self._open_chosen)
        dialog.new_wanted.connect(self.ask_new)
        dialog.rename_wanted.connect(self._ask_rename)
        dialog.archive_wanted.connect(self._archive)
        dialog.delete_wanted.connect(self._ask_delete)
        files = self._files
        dialog.export_wanted.connect(files.ask_export)
        dialog.import_wanted.connect(files.ask_import)
        dialog.finished.connect(self._closed)
        dialog.open()
        self._desks.look()

    @Slot()
    def _closed(self) -> None:
        self._dialog = None

    @Slot(str)
    def _open_chosen(self, id: str) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._desks.open(id)

    @Slot(object)
    def _ask_rename(self, matter: Matter) -> None:
        words = _("The new name of “{name}”").format(name=desk_name(matter))
        self._ask_name(_("Rename the matter"), words, _("Rename"), self._rename, key=matter.id, text=matter.name)

    def _rename(self, dialog: LineDialog, id: str, name: str) -> None:
        self._submit(dialog, partial(self._matters.kept.rename, id, name), self._renamed)

    @Slot(object)
    def _renamed(self, _outcome: object) -> None:
        self._desks.look()

    @Slot(object)
    def _archive(self, matter: Matter) -> None:
        self._change(partial(self._matters.kept.archive, matter.id, not matter.archived))

    @Slot(object)
    def _ask_delete(self, matter: Matter) -> None:
        title = _("Delete “{name}” permanently?").format(name=desk_name(matter))
        words = _(
            "Its documents, conversations, tables, notes and saved readings are deleted. You cannot have them back. The"
            " files that you added the documents from stay where they are."
        )
        dialog = Confirmation(title, words, _("Delete permanently"), matter.id, self._dialog or self._window)
        dialog.confirmed.connect(self._delete)
        dialog.open()

    @Slot(str)
    def _delete(self, id: str) -> None:
        work = partial(self._matters.delete, id)
        self._do(work, partial(self._deleted, self._desks.name_of(id)))

    def _deleted(self, name: str) -> None:
        self.done.emit(_("“{name}” was deleted with everything in it.").format(name=name))
        self._desks.look()

    def _change(self, work: Callable[[], None]) -> None:
        self._do(work, self._changed)

    @Slot()
    def _changed(self) -> None:
        self._desks.look()

    def _ask_name(
        self,
        title: str,
        words: str,
        action: str,
        given: Callable[[LineDialog, str, str], None],
        *,
        key: str = "",
        text: str = "",
    ) -> None:
        dialog = LineDialog(title, words, action, key=key, text=text, parent=self._dialog or self._window)
        dialog.given.connect(partial(given, dialog))
        dialog.open()

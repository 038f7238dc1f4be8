"""Exports a matter into a file, and imports one, each with its passphrase."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.core.matter import Matter
from app.ui.kit.bridge import Executor
from app.ui.kit.form import FormDialog
from app.ui.kit.presenter import Presenter
from app.ui.look.theme import SPACE_S
from app.ui.settings.passphrase import NewPassphrase, SecretLine
from app.ui.shelf.matter_switch import desk_name
from app.ui.widgets.dialogs import SaveDialog
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _
from app.wording.units import printable


class MatterFiles(Presenter):
    """Exports and imports. `done` carries a sentence; after `taken` there is another matter."""

    done = Signal(str)
    taken = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._matters = workspace.desk.shared.matters
        self._bridge = workspace.bridge
        self._window = workspace.window

    @Slot(object)
    def ask_export(self, matter: Matter) -> None:
        words = _(
            "The file has everything in the matter, encrypted with a passphrase of its own. Whoever has both can open"
            " it on another computer. Nobody can recover the passphrase."
        )
        chosen = NewPassphrase()
        chosen.setContentsMargins(0, SPACE_S, 0, 0)
        title = _("Export “{name}”").format(name=desk_name(matter))
        dialog = FormDialog(title, words, _("Choose a file…"), chosen, self._window)
        dialog.given.connect(partial(self._ask_target, matter))
        dialog.open()

    def _ask_target(self, matter: Matter, passphrase: str) -> None:
        dialog = SaveDialog(self._window, _("Export the matter"), desk_name(matter), [_kinds()])
        dialog.fileSelected.connect(partial(self._export, matter, passphrase))
        dialog.open()

    def _export(self, matter: Matter, passphrase: str, file: str) -> None:
        self.done.emit(_("“{name}” is being exported…").format(name=desk_name(matter)))
        work = partial(self._matters.export, matter.id, Path(file), passphrase)
        self._do(work, partial(self._exported, matter), executor=Executor.COPYING)

    def _exported(self, matter: Matter) -> None:
        self.done.emit(_("“{name}” was exported, and the file was read back.").format(name=desk_name(matter)))

    @Slot()
    def ask_import(self) -> None:
        dialog = FileDialog(self._window, _("Import a matter"), "", f"{_kinds()};;{_('All files (*)')}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._ask_passphrase)
        dialog.open()

    @Slot(str)
    def _ask_passphrase(self, file: str) -> None:
        words = _("Enter the passphrase that was chosen when “{file}” was exported.")
        asked, line = words.format(file=printable(Path(file).name)), SecretLine(_("Passphrase"))
        dialog = FormDialog(_("Import a matter"), asked, _("Import"), line, self._window)
        dialog.given.connect(partial(self._import, dialog, file))
        dialog.open()

    def _import(self, dialog: FormDialog, file: str, passphrase: str) -> None:
        work = partial(self._matters.take, Path(file), passphrase)
        self._submit(dialog, work, self._imported, executor=Executor.COPYING)

    def _imported(self, matter: Matter) -> None:
        self.done.emit(_("“{name}” was imported.").format(name=desk_name(matter)))
        self.taken.emit()


def _kinds() -> str:
    return _("Exported matters (*.octavo-matter)")

"""Saved prompts, which a person asks often: kept, offered, put into the composer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.features.prompts.data import SavedPrompt
from app.features.prompts.service import PromptTexts, prompt_texts_of
from app.features.prompts.words import imported_words
from app.ui.kit.commands import Entry, EntryKind
from app.ui.kit.presenter import Presenter
from app.ui.look.icons import Symbol
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.prompts.window.dialogs import PromptsDialog


class PromptsPresenter(Presenter):
    done = Signal(str)  # a sentence about what was done

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._texts = prompt_texts_of(workspace.desk)
        self._bridge = workspace.bridge
        self._composer = workspace.window.talk.composer
        self._icons = workspace.icons
        self._window = workspace.window
        self._saved: tuple[SavedPrompt, ...] = ()
        self._dialog: PromptsDialog | None = None
        self._composer.editor.slash_typed.connect(self.offer)

    @Slot()
    def load(self) -> None:
        """Look again what is saved."""
        self._call(self._texts.prompts.all, self._loaded)

    @Slot(object)
    def _loaded(self, saved: tuple[SavedPrompt, ...]) -> None:
        self._saved = saved
        if self._dialog is not None:
            self._dialog.show_prompts(saved)

    def entries(self) -> list[Entry]:
        return [
            Entry(
                EntryKind.OTHER,
                each.id,
                each.name,
                f"/{each.shortcut}" if each.shortcut else _("saved prompt"),
                section=_("Saved prompts"),
                symbol=Symbol.TEXT,
                run=partial(self._composer.insert, each.text),
            )
            for each in self._saved
        ]

    @Slot()
    def offer(self) -> None:
        """Let the person choose one, if there is any."""
        if not self._saved:
            return
        from app.ui.palette.palette_dialog import PaletteDialog  # when it is opened

        dialog = PaletteDialog(self._icons, self.entries(), self._window, hint=_("A saved prompt"))
        dialog.chosen.connect(self._use)
        dialog.open_over()

    @Slot(object)
    def _use(self, entry: Entry) -> None:
        """Put the text of the chosen prompt into the composer."""
        if entry.run is not None:
            entry.run()

    @Slot()
    def open_list(self) -> None:
        """Open the list of all saved prompts, to be changed."""
        from app.features.prompts.window.dialogs import PromptsDialog

        dialog = self._dialog = PromptsDialog(self._window)
        dialog.show_prompts(self._saved)
        dialog.kept.connect(self._keep)
        dialog.deleted.connect(self._delete)
        dialog.import_wanted.connect(self._choose_import)
        dialog.export_wanted.connect(self._choose_export)
        dialog.finished.connect(self._close)
        dialog.open()

    @Slot()
    def _close(self) -> None:
        self._dialog = None

    @Slot(object, object)
    def _keep(self, dialog: SmallDialog, prompt: SavedPrompt) -> None:
        self._submit(dialog, partial(self._texts.prompts.keep, prompt), self._kept)

    @Slot(object)
    def _kept(self, _outcome: object) -> None:
        self.load()

    @Slot(str)
    def _delete(self, prompt_id: str) -> None:
        self._do(partial(self._texts.prompts.delete, prompt_id), self._changed)

    @Slot()
    def _changed(self) -> None:
        self.load()

    # ---- as text

    @Slot()
    def _choose_import(self) -> None:
        dialog = FileDialog(self._dialog, _("Import prompts"), "", _("Text (*.txt *.md)"))
        dialog.fileSelected.connect(self.take)
        dialog.open()

    @Slot(str)
    def take(self, path: str) -> None:
        """Keep the prompts and instructions of a file."""
        self._call(partial(self._texts.take, Path(path)), self._taken)

    @Slot(object)
    def _taken(self, taken: int) -> None:
        self.done.emit(imported_words(taken))
        self.load()

    @Slot()
    def _choose_export(self) -> None:
        from app.ui.widgets.dialogs import SaveDialog

        dialog = SaveDialog(self._window, _("Export prompts"), _("Prompts"), [_("Text (*.txt)")])
        dialog.fileSelected.connect(self.write)
        dialog.open()

    @Slot(str)
    def write(self, path: str) -> None:
        """Write instructions and prompts into a file."""
        self._do(partial(_write, self._texts, Path(path)))


def _write(texts: PromptTexts, path: Path) -> None:
    from app.export.files import write_bytes

    write_bytes(texts.text().encode(), path)

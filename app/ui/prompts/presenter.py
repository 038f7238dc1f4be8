"""How a person wants answers in a conversation, and what they ask often: kept, offered, put into the composer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.core.conversation import Conversation
from app.core.saved_prompt import SavedPrompt
from app.services.prompt_texts import PromptTexts
from app.ui.bridge import Bridge, Executor
from app.ui.chat.composer import Composer
from app.ui.chat.presenter import ConversationPresenter
from app.ui.commands import Entry, EntryKind
from app.ui.file_dialogs import FileDialog
from app.ui.icons import Icons
from app.ui.presenter import Presenter
from app.ui.shown import Shown
from app.wording.i18n import _
from app.wording.prompts import imported_words

if TYPE_CHECKING:
    from app.ui.prompts.dialogs import PromptsDialog


class PromptsPresenter(Presenter):
    done = Signal(str)  # a sentence about what was done

    def __init__(
        self,
        texts: PromptTexts,
        bridge: Bridge,
        conversation: ConversationPresenter,
        composer: Composer,
        shown: Shown,
        icons: Icons,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._texts = texts
        self._bridge = bridge
        self._conversation = conversation
        self._composer = composer
        self._shown = shown
        self._icons = icons
        self._window = window
        self._saved: tuple[SavedPrompt, ...] = ()
        self._dialog: PromptsDialog | None = None
        composer.instructions_requested.connect(self.instruct)
        composer.editor.slash_typed.connect(self.offer)

    @Slot()
    def load(self) -> None:
        """Look again what is saved."""
        self._bridge.call(Executor.STORE, self._texts.prompts.all, self._loaded, self._on_problem)

    @Slot(object)
    def _loaded(self, saved: tuple[SavedPrompt, ...]) -> None:
        self._saved = saved
        if self._dialog is not None:
            self._dialog.show_prompts(saved)

    # ---- instructions

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        self._composer.set_instructed(conversation is not None and bool(conversation.instructions))

    @Slot()
    def instruct(self) -> None:
        """Ask how answers are wanted in the shown conversation."""
        from app.ui.prompts.dialogs import InstructionsDialog  # when it is opened

        if self._shown.conversation is not None:
            dialog = InstructionsDialog(self._shown.id, self._shown.conversation.instructions, self._window)
            dialog.given.connect(self._conversation.instruct)
            dialog.open()

    # ---- saved prompts

    def entries(self) -> list[Entry]:
        return [
            Entry(EntryKind.PROMPT, each.id, each.name, f"/{each.shortcut}" if each.shortcut else _("saved prompt"))
            for each in self._saved
        ]

    @Slot()
    def offer(self) -> None:
        """Let the person choose one, if there is any."""
        if not self._saved:
            return
        from app.ui.palette_dialog import PaletteDialog  # when it is opened

        dialog = PaletteDialog(self._icons, self.entries(), self._window, hint=_("A saved prompt"))
        dialog.chosen.connect(self.use)
        dialog.open_over()

    @Slot(object)
    def use(self, entry: Entry) -> None:
        """Put its text into the composer."""
        for prompt in self._saved:
            if prompt.id == entry.key:
                self._composer.insert(prompt.text)

    @Slot()
    def open_list(self) -> None:
        """All saved prompts, to be changed."""
        from app.ui.prompts.dialogs import PromptsDialog

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

    @Slot(object)
    def _keep(self, prompt: SavedPrompt) -> None:
        self._bridge.call(Executor.STORE, partial(self._texts.prompts.keep, prompt), self._changed, self._on_problem)

    @Slot(str)
    def _delete(self, prompt_id: str) -> None:
        self._bridge.call(
            Executor.STORE, partial(self._texts.prompts.delete, prompt_id), self._changed, self._on_problem
        )

    @Slot(object)
    def _changed(self, outcome: object) -> None:  # noqa: ARG002 - all are looked at again
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
        self._bridge.call(Executor.STORE, partial(self._texts.take, Path(path)), self._taken, self._on_problem)

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
        self._bridge.call(Executor.STORE, partial(_write, self._texts, Path(path)), self._ignore, self._on_problem)


def _write(texts: PromptTexts, path: Path) -> None:
    from app.export.files import write_bytes

    write_bytes(texts.text().encode(), path)

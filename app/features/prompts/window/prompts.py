"""Saved prompts in a window: their command, what the palette finds of them, and a slash in an empty question."""

from __future__ import annotations

from collections.abc import Sequence

from app.features.prompts.window.presenter import PromptsPresenter
from app.ui.kit.commands import Anchor, Command, Entry, Group, PlacedCommands
from app.ui.window_feature import WindowFeature
from app.ui.workspace import Workspace
from app.wording.i18n import _


class PromptsWindow(WindowFeature):
    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.prompts = PromptsPresenter(workspace)
        self.prompts.failed.connect(workspace.window.tell)
        self.prompts.done.connect(workspace.window.say)

    def commands(self) -> Sequence[PlacedCommands]:
        saved = Command(
            _("Saved prompts…"), "", self.prompts.open_list, words=_("templates, snippets, library"), apart=True
        )
        return (PlacedCommands(Group.ASKING, Anchor.ASKING, (saved,)),)

    def begin(self) -> None:
        self.prompts.load()

    def palette_entries(self) -> Sequence[Entry]:
        return self.prompts.entries()

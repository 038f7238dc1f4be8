"""Suggested questions in a window: made again whenever there is something else to ask about."""

from __future__ import annotations

from app.features.suggestions.window.presenter import SuggestionsPresenter
from app.ui.window_feature import WindowFeature


class SuggestionsWindow(WindowFeature):
    def begin(self) -> None:
        workspace = self._workspace
        talk, asking = workspace.talk, workspace.asking
        made = SuggestionsPresenter(workspace)
        for looked in (talk.shown, talk.opened, asking.held, talk.ended):
            looked.connect(made.look)
        for changed in (workspace.openings.read_again, workspace.events.settings_changed):
            changed.connect(made.renew)

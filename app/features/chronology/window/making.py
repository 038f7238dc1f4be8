"""Makes the chronology of a window, with its panel, and connects it."""

from __future__ import annotations

from app.features.chronology.window.asking import TimelineAskingPresenter
from app.features.chronology.window.panel import TimelinePanel
from app.features.chronology.window.presenter import TimelinePresenter
from app.features.chronology.window.rows import TimelineList
from app.ui.workspace import Workspace


def make_timeline(workspace: Workspace) -> TimelinePresenter:
    window = workspace.window
    events, people = TimelineList(workspace.parent), TimelineList(workspace.parent)
    panel = TimelinePanel(workspace.icons, events, people)
    window.add_view(panel)
    made = TimelinePresenter(workspace, panel, events, people)
    asking = TimelineAskingPresenter(workspace, panel)
    asking.changed.connect(made.look_if_shown)
    asking.done.connect(window.say)
    for presenter in (made, asking):
        presenter.failed.connect(window.tell)
    workspace.events.books_changed.connect(made.look_if_shown)
    panel.closed.connect(workspace.navigation.close_view)
    made.citation_wanted.connect(workspace.navigation.open_citation)
    made.saved.connect(workspace.saved_files.show)
    return made

"""Makes the chronology of a window, with its panel, and connects it."""

from __future__ import annotations

from app.features.chronology.asking import timeline_asking_of
from app.features.chronology.service import timelines_of
from app.features.chronology.window.asking import TimelineAskingPresenter
from app.features.chronology.window.panel import TimelinePanel
from app.features.chronology.window.presenter import TimelinePresenter, TimelineWork
from app.features.chronology.window.rows import TimelineList
from app.ui.workspace import Workspace


def make_timeline(workspace: Workspace) -> TimelinePresenter:
    desk, window, bridge, parent = workspace.desk, workspace.window, workspace.bridge, workspace.parent
    events, people = TimelineList(parent), TimelineList(parent)
    panel = TimelinePanel(workspace.icons, events, people)
    window.add_view(panel)
    timelines = timelines_of(desk)
    made = TimelinePresenter(TimelineWork(timelines, desk.documents.library), bridge, panel, events, people, parent)
    asking = TimelineAskingPresenter(timeline_asking_of(desk), bridge, panel, workspace.activity, made)
    asking.changed.connect(made.look_if_shown)
    asking.done.connect(window.say)
    for presenter in (made, asking):
        presenter.failed.connect(window.tell)
    workspace.events.books_changed.connect(made.look_if_shown)
    panel.closed.connect(workspace.navigation.close_view)
    made.citation_wanted.connect(workspace.navigation.open_citation)
    made.saved.connect(workspace.saved_files.show)
    return made

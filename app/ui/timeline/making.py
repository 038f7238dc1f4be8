"""Makes the chronology of a window, with its panel, and connects it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, SignalInstance

from app.services.services import Services
from app.ui.activity import Activity
from app.ui.bridge import Bridge
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.timeline.asking import TimelineAskingPresenter
from app.ui.timeline.panel import TimelinePanel
from app.ui.timeline.presenter import TimelinePresenter, TimelineWork
from app.ui.timeline.rows import TimelineList


def make_timeline(
    desk: Services,
    bridge: Bridge,
    icons: Icons,
    window: MainWindow,
    activity: Activity,
    renewing: Iterable[SignalInstance],
    parent: QObject,
) -> TimelinePresenter:
    """`renewing`: what says that books came or went."""
    events, people = TimelineList(parent), TimelineList(parent)
    panel = TimelinePanel(icons, events, people)
    window.add_view(panel)
    work = TimelineWork(desk.timelines, desk.library)
    made = TimelinePresenter(work, bridge, panel, events, people, parent)
    asking = TimelineAskingPresenter(desk.timeline_asking, bridge, panel, activity, made)
    asking.changed.connect(made.look_if_shown)
    asking.done.connect(window.say)
    for presenter in (made, asking):
        presenter.failed.connect(window.tell)
    for changed in renewing:
        changed.connect(made.look_if_shown)
    return made

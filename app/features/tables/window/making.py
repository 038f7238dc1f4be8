"""Makes the question sheets of a window, with their panel, and connects them."""

from __future__ import annotations

from app.features.tables.service import sheets_of, templates_of
from app.features.tables.window.panel import SheetPanel
from app.features.tables.window.presenter import SheetsPresenter
from app.features.tables.window.sheet_work import SheetWork
from app.ui.shelf.running import RunningCard
from app.ui.workspace import Workspace


def make_sheets(workspace: Workspace, card: RunningCard) -> SheetsPresenter:
    """Make the presenter of sheets; `card` shows how far the sheet is that is being asked."""
    desk, window, events, navigation = workspace.desk, workspace.window, workspace.events, workspace.navigation
    panel = SheetPanel(workspace.icons, workspace.covers, workspace.words_menu)
    window.add_view(panel)
    panel.closed.connect(navigation.close_view)
    panel.citation_clicked.connect(navigation.open_citation)
    panel.book_wanted.connect(navigation.open_book)
    work = SheetWork(
        sheets_of(desk),
        desk.asking.parts,
        templates_of(desk),
        desk.documents.library,
        desk.conversations,
        desk.documents.removal,
        desk.documents.adding,
    )
    made = SheetsPresenter(workspace, work, panel)
    made.failed.connect(window.tell)
    made.noticed.connect(window.tell)
    made.saved.connect(workspace.saved_files.show)
    made.binned.connect(events.binned)
    made.ended.connect(events.engine_used)
    card.stop_wanted.connect(made.stop)
    made.run.progressed.connect(card.show_run)
    events.engine_changed.connect(made.show_progress)
    events.engine_released.connect(made.holding.look)
    events.engine_released.connect(made.run.go_on)  # after the questions that wait
    events.book_removed.connect(made.forget_book)
    workspace.talk.shown.connect(made.show_conversation)
    workspace.talk.opened.connect(made.holding.look)  # after the questions that wait
    return made

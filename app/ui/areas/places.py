"""The places where one can go in the window: pages, notes, files, the palette, help."""

from __future__ import annotations

from app.ui.areas.area import WindowArea
from app.ui.areas.shelf import ShelfArea
from app.ui.areas.talk import TalkArea
from app.ui.frame.exporting import Exporting
from app.ui.frame.frame_context import FrameContext
from app.ui.frame.navigation import Navigation
from app.ui.frame.note_removal import NoteRemoval
from app.ui.frame.saved_files import SavedFiles
from app.ui.help.presenter import HelpPresenter
from app.ui.page.pages import Pages
from app.ui.palette.palette import Anything


class PlaceArea(WindowArea):
    def __init__(self, context: FrameContext, shelf: ShelfArea, talk: TalkArea) -> None:
        super().__init__(context)
        self._shelf, self._talk = shelf, talk
        self.pages = Pages(context, context.window.page)
        self.exporting = Exporting(context, talk.conversation)
        self.saved_files = SavedFiles(context)
        go = self.navigation = Navigation(
            context, shelf.shelf, talk.conversation, talk.asking, self.pages, shelf.report
        )
        self.anything = Anything(context, shelf.shelf, go, shelf.matters)
        self.note_removal = NoteRemoval(context)
        self.help = HelpPresenter(context, shelf.openings, go)
        self._let_tell((self.pages, self.note_removal, self.exporting, self.anything, self.help))
        self.exporting.saved.connect(self.saved_files.show)
        self._connect_pages()
        self._connect_ways()

    def _connect_pages(self) -> None:
        shelf, talk, events = self._shelf, self._talk, self._context.events
        events.conversation_shown.connect(self.pages.show_conversation)
        shelf.shelf.conversation_deleted.connect(self.pages.forget_conversation)
        shelf.shelf.book_removed.connect(self.pages.forget_book)
        events.book_changed.connect(self.pages.renew)
        self.pages.first.moved.connect(shelf.shelf.show_open_book)
        self.pages.ask_wanted.connect(self._window.talk.composer.take_quotation)
        self.pages.image_taken.connect(talk.attachments.add)
        for changed in (self.pages.notes_changed, self.note_removal.changed):
            changed.connect(events.notes_changed)
        events.notes_changed.connect(self.pages.renew_notes)
        self.pages.note_delete_wanted.connect(self.note_removal.delete)

    def _connect_ways(self) -> None:
        go, window, shelf, talk = self.navigation, self._window, self._shelf, self._talk
        window.shelf.new_wanted.connect(go.new_conversation)
        window.shelf.book_opened.connect(go.open_book)
        window.shelf.search_wanted.connect(self.anything.find)
        window.shelf.report_wanted.connect(go.open_report)
        shelf.shelf.conversation_wanted.connect(go.open_conversation)
        self._context.events.restored.connect(go.open_restored)
        shelf.report.page_wanted.connect(go.open_page)
        view = window.talk.view
        view.export_answer.connect(self.exporting.export_answer)
        view.save_table.connect(self.exporting.save_table)
        view.citation_clicked.connect(go.open_citation)
        for left in (view.left, window.talk.composer.left):
            left.connect(go.stop_by_key)
        talk.attachments.given.connect(go.focus_composer)

"""Wires the panels, the presenters and the commands of one window to a desk."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from app.core.conversation import Conversation
from app.core.document import Book
from app.core.settings import Settings
from app.messages import _
from app.services.desk import Desk
from app.store.secret import KeyOrigin
from app.ui.bridge import Bridge
from app.ui.chat.composer import Composer
from app.ui.chat.view import ConversationView
from app.ui.conversation_panel import ConversationPanel
from app.ui.drops import WindowDrops
from app.ui.icons import Icons
from app.ui.main_window import MainWindow, WindowState
from app.ui.models.line import FetchLine
from app.ui.page.panel import PagePanel
from app.ui.portal import ScreenPortal
from app.ui.presenters.ahead import ReadingAhead
from app.ui.presenters.anything import Anything
from app.ui.presenters.attachments import AttachmentsPresenter
from app.ui.presenters.command_list import list_commands
from app.ui.presenters.commands import Commands
from app.ui.presenters.context import ContextPresenter
from app.ui.presenters.conversation import ConversationPresenter
from app.ui.presenters.exporting import Exporting
from app.ui.presenters.fitting import Fitting
from app.ui.presenters.gallery import Gallery
from app.ui.presenters.image_sources import ImageSources
from app.ui.presenters.model_window import ModelWindowPresenter
from app.ui.presenters.models import ModelPresenter
from app.ui.presenters.navigation import Navigation
from app.ui.presenters.page import PagePresenter
from app.ui.presenters.passwords import Passwords
from app.ui.presenters.preferences import Preferences
from app.ui.presenters.readings import ReadingsPresenter
from app.ui.presenters.remote import RemotePresenter
from app.ui.presenters.report import ReportPresenter
from app.ui.presenters.sheets import SheetsPresenter
from app.ui.presenters.shelf import ShelfPresenter
from app.ui.presenters.videos import VideosPresenter
from app.ui.presenters.words import answer_remarks, going_on_words, opening_title, opening_words
from app.ui.remote.mark import RemoteMark
from app.ui.sheet.panel import SheetPanel
from app.ui.sheet.table import SheetTable
from app.ui.shelf.books import BookList
from app.ui.shelf.conversations import ConversationList, title_of
from app.ui.shelf.panel import ShelfPanel
from app.ui.style import Appearance
from app.ui.widgets.notice import Notice


class WindowPresenter(QObject):
    """Owns everything of one window; `start` brings it to life."""

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        icons: Icons,
        appearance: Appearance,
        window: MainWindow,
        composer: Composer,
        *,
        handbook: Path,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        """`window` is empty, and `composer` may be written in already. `handbook` is the book that lies open at the
        first start; `now` gives the local time, aware of its zone; `clock` counts seconds.
        """
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._icons = icons
        self._appearance = appearance
        self._handbook = handbook
        self._started = False
        self._first_start = False
        self._files: tuple[Path, ...] = ()

        conversations, books = ConversationList(self), BookList(self)
        shelf_panel = ShelfPanel(icons, conversations, books)
        view = ConversationView(icons.theme, remark=answer_remarks, word_going_on=going_on_words)
        talk = ConversationPanel(icons, view, composer)
        page_panel = PagePanel(icons)
        table = SheetTable(self)
        sheet_panel = SheetPanel(icons, table)
        self.window = window
        window.furnish(
            shelf_panel,
            talk,
            page_panel,
            sheet_panel,
            remote_mark=RemoteMark(icons),
            line=FetchLine(icons),
            overlay=WindowDrops(icons.theme, window),
        )
        self.shelf = ShelfPresenter(desk, bridge, shelf_panel, conversations, books, now=now, parent=self)
        self.page = PagePresenter(desk, bridge, page_panel, books=self._books, parent=self)
        self.model = ModelPresenter(desk, bridge, talk.chip, self)
        self.remote = RemotePresenter(desk, bridge, self.window.remote_mark, self)
        self.portal = ScreenPortal(bridge, self.window, self)
        self.images = ImageSources(bridge, composer, self.portal, self)
        self.attachments = AttachmentsPresenter(desk, bridge, composer, self)
        self.conversation = ConversationPresenter(
            desk, bridge, view, composer, self.attachments, self.shelf.openings, self.model, clock=clock, parent=self
        )
        self.ahead = ReadingAhead(desk, bridge, clock=clock, parent=self)
        self.exporting = Exporting(desk, bridge, self.window, self)
        self.fitting = Fitting(desk, bridge, self.window, self.conversation, self.attachments, self)
        self.gallery = Gallery(desk, bridge, icons, view, self.window, self)
        self.context = ContextPresenter(desk, bridge, talk.spine, icons.theme, parent=self)
        self.videos = VideosPresenter(desk, bridge, self.images, self.attachments, self.context, self.window, self)
        self.preferences = Preferences(desk, bridge, appearance, self.window, self)
        self.sheets = SheetsPresenter(desk, bridge, sheet_panel, table, self.shelf.openings, clock=clock, parent=self)
        self.readings = ReadingsPresenter(desk, bridge, self.window, self)
        self.passwords = Passwords(self.shelf.openings, self.window, self)
        self.report = ReportPresenter(desk, bridge, icons, self.window, self)
        self.navigation = Navigation(self.window, self.shelf, self.conversation, self.page, self.sheets, self)
        self.models = ModelWindowPresenter(desk, bridge, icons, self.model, self.window, self)
        self.commands = Commands(list_commands(self), self.window, icons, self)
        self.anything = Anything(desk, bridge, self.shelf, self.navigation, self.commands, self)
        self._connect()

    # ---- the beginning

    def start(self, settings: Settings, state: WindowState, files: Sequence[Path] = ()) -> None:
        """Show what lay open last, load the model, open `files`; at the first start open the handbook."""
        self.preferences.begin(settings)
        self._state = state
        self._files += tuple(files)
        self.remote.look()
        self.model.start()
        self.portal.look()
        self.shelf.list_books()
        self.shelf.list_conversations()
        self.window.talk.composer.setFocus()

    def state(self) -> WindowState:
        """What lies open."""
        shown = self.conversation.conversation
        book_id, page = self.page.place or ("", 1)
        return WindowState(
            book_id=book_id,
            page=page,
            conversation_id=shown.id if shown is not None else "",
            open_pages=self.page.open_pages(),
        )

    @Slot()
    def _on_listed(self) -> None:
        """Where none is shown, show the newest conversation or begin one; at the start, the one that was shown last
        with the books that lay open in it.
        """
        newest = next(iter(self.shelf.conversations), None)
        if self.conversation.conversation is None:
            last = self._state.conversation_id
            if not self._started and any(conversation.id == last for conversation in self.shelf.conversations):
                self.page.remember(last, self._state.open_pages, self._state.book_id)
                self.conversation.open(last)
            elif newest is not None:
                self.conversation.open(newest.id)
            else:
                self.conversation.create()
        if self._started:
            return
        self._started = True
        self._first_start = newest is None and not self.shelf.books and not self._files
        if self._first_start:
            self.shelf.openings.open_files([self._handbook])
        if newest is None and self._desk.key.origin is KeyOrigin.FILE:
            self.tell(
                _(
                    "Your data is encrypted, but its key is stored next to it because this computer has no keyring:"
                    " anyone who copies the whole folder can read it. To set a passphrase, run “octavo passphrase” in"
                    " a terminal."
                )
            )
        self.images.take_files(list(self._files))

    def take_files(self, files: Sequence[Path]) -> None:
        """Files that the desktop hands over, as if they were dropped; before the window lives they wait for that."""
        if self._started:
            self.images.take_files(list(files))
        else:
            self._files += tuple(files)

    # ---- what belongs together

    def _books(self) -> dict[str, Book]:
        return self.shelf.books

    def _connect(self) -> None:
        shelf, talk = self.shelf, self.conversation
        for changed in (self.model.ready, self.model.revived, self.model.failed, self.preferences.saved):
            changed.connect(self.remote.look)
        panel = self.window.shelf
        panel.new_wanted.connect(self.navigation.new_conversation)
        panel.search_wanted.connect(self.find_anything)
        panel.report_wanted.connect(self.open_report)
        self.report.page_wanted.connect(self.navigation.open_page)
        self.report.book_changed.connect(self._on_book_changed)
        self.report.reread_wanted.connect(shelf.reread)
        shelf.openings.read_again.connect(self._on_read_again)
        shelf.conversations_listed.connect(self._on_listed)
        shelf.conversation_wanted.connect(self.navigation.open_conversation)
        shelf.conversation_deleted.connect(talk.delete)
        shelf.conversation_deleted.connect(self.page.forget_conversation)
        shelf.desk_changed.connect(talk.set_books)
        shelf.book_added.connect(self._on_book_added)
        shelf.book_wanted.connect(self.navigation.open_book)
        shelf.book_removed.connect(self.page.forget_book)
        shelf.book_removed.connect(self.report.close)
        shelf.book_removed.connect(talk.forget_book)
        shelf.book_removed.connect(self.gallery.forget_book)
        shelf.book_removed.connect(self.attachments.forget_book)
        talk.shown.connect(self.gallery.show_conversation)
        self.gallery.done.connect(self.say)
        talk.shown.connect(self._on_shown)
        talk.stored.connect(shelf.list_conversations)
        for work in (talk.answer, self.ahead, self.sheets):
            work.reading.connect(self.context.show_reading)
            work.loading.connect(self.model.show_loading)
            work.noticed.connect(self.tell)
            work.paced.connect(self.context.note_pace)
        talk.asking.connect(self._on_asking)
        self.ahead.ended.connect(self.context.measure)
        self.context.read_wanted.connect(self.read_ahead)
        self.context.reading.connect(shelf.show_reading)
        self.context.reading.connect(self.page.show_reading)
        self.context.paused.connect(talk.answer.show_paused)
        self.context.paused.connect(self.ahead.show_paused)
        self.context.paused.connect(self.sheets.show_paused)
        self.context.fit_wanted.connect(self.fitting.offer)
        self.context.measured.connect(self.fitting.note_use)
        self.fitting.room_chosen.connect(self.preferences.use_room)
        self.fitting.pages_chosen.connect(shelf.ask_pages)
        self.fitting.book_taken_off.connect(shelf.toggle_desk)
        self.fitting.models_wanted.connect(self.models.open)
        self.fitting.turns_changed.connect(self.context.measure)
        self.model.ready.connect(self.fitting.retry)
        self.model.failed.connect(self.fitting.give_up)
        self.model.beginning.connect(self.ahead.stop)
        self.model.beginning.connect(self.sheets.stop)
        panel.sheet_wanted.connect(self.navigation.open_sheet)
        self.sheets.asking.connect(self._on_sheet_asking)
        self.sheets.ended.connect(self._on_sheet_ended)
        self.sheets.done.connect(self.say)
        shelf.book_removed.connect(self.sheets.forget_book)
        self.context.measured.connect(self.sheets.note_use)
        self.window.sheet.closed.connect(self.navigation.close_sheet)
        self.window.sheet.view.citation_clicked.connect(self.navigation.open_citation)
        self.exporting.done.connect(self.say)
        self.models.done.connect(self.say)
        self.model.ready.connect(self.preferences.refresh)
        self.window.talk.view.export_answer.connect(self.export_answer)
        talk.engine_died.connect(self._on_engine_died)
        talk.answered.connect(self._on_answered)
        self.model.ready.connect(self._on_ready)
        self.model.revived.connect(talk.tell_revived)
        self.model.revived.connect(self._on_ready)
        self.model.failed.connect(self.attachments.measure)
        self.context.measured.connect(talk.note_use)
        self.context.measured.connect(shelf.show_use)
        self.context.measured.connect(self.page.show_use)
        self.page.moved.connect(self._on_moved)
        self.page.ask_wanted.connect(self.window.talk.composer.take_quotation)
        self.page.image_taken.connect(self.attachments.add)
        for presenter in (
            shelf,
            talk,
            self.page,
            self.model,
            self.ahead,
            self.fitting,
            self.exporting,
            self.gallery,
            self.preferences,
            self.readings,
            self.report,
            self.sheets,
            self.images,
            self.attachments,
            self.videos,
            self.models,
            self.anything,
        ):
            presenter.failed.connect(self.tell)
        self.window.files_dropped.connect(self.images.take_files)
        self.window.image_dropped.connect(self.images.take_dropped)
        self.window.address_dropped.connect(self.images.refuse_address)
        self.images.images_given.connect(self.attachments.take)
        shelf.openings.chosen.connect(self.images.take_names)
        self.images.files_coming.connect(shelf.openings.expect)
        self.images.books_given.connect(shelf.openings.open_files)
        self.images.others_found.connect(shelf.openings.dismiss)
        shelf.openings.changed.connect(self._hint)
        talk.held.connect(self._hint)
        self.attachments.view_wanted.connect(self.gallery.show_alone)
        self.gallery.use_again.connect(self.attachments.add)
        self.attachments.given.connect(self.navigation.focus_composer)
        self.attachments.settings_wanted.connect(self.preferences.open_settings)
        self.window.talk.view.citation_clicked.connect(self.navigation.open_citation)
        self.window.talk.view.left.connect(self.stop)
        self.window.talk.composer.left.connect(self.stop)
        self.window.talk.composer.add_book_requested.connect(self._offer_books)
        self.preferences.reload_wanted.connect(self.model.load_again)

    @Slot(str)
    def tell(self, words: str) -> None:
        """Say a sentence about something that went wrong."""
        self._notice().show_sentence(words)

    @Slot(str)
    def say(self, words: str) -> None:
        """Say a sentence about something that went well."""
        self._notice().show_sentence(words, failed=False)

    def _notice(self) -> Notice:
        """Of what is shown in the middle."""
        return self.window.sheet.notice if self.window.shows_sheet else self.window.talk.notice

    @Slot()
    def export(self) -> None:
        """Write the shown conversation into a file."""
        shown = self.conversation.conversation
        if shown is not None and not self.conversation.empty:
            self.exporting.choose(shown)

    @Slot(str)
    def export_answer(self, answer_id: str) -> None:
        """Write one answer, with its question and references, into a file."""
        shown = self.conversation.conversation
        if shown is not None:
            self.exporting.choose(shown, answer_id)

    @Slot(str)
    def open_report(self, book_id: str) -> None:
        """What could be read of each page of a book."""
        book = self.shelf.books.get(book_id)
        if book is not None:
            self.report.open(book)

    @Slot()
    def report_on_open_book(self) -> None:
        if self.page.place is not None:
            self.open_report(self.page.place[0])

    @Slot(object)
    def _on_shown(self, conversation: Conversation | None) -> None:
        self.window.talk.title.setText(title_of(conversation) if conversation else "")
        self.window.setWindowTitle(f"{title_of(conversation)} – Octavo" if conversation else "Octavo")
        self.shelf.show_conversation(conversation)
        self.page.show_conversation(conversation)
        self.ahead.show_conversation(conversation)
        self.context.show_conversation(conversation)
        self.sheets.show_conversation(conversation)
        self._hint()

    @Slot(object, object)
    def _on_book_added(self, book: Book, talks: tuple[str, ...]) -> None:
        """It is opened beside the conversation that it was given for, and beside no other."""
        self.conversation.add_book(book, talks)
        shown = self.conversation.conversation
        if self.page.place is not None and self.page.place[0] == book.id:
            self.page.open_page(*self.page.place)  # its file was put back, or its password given again
        elif (shown.id if shown else "") in talks and (self.page.place is None or not self._first_start):
            self.page.open_book(book.id)

    @Slot(object)
    def _on_book_changed(self, book: Book) -> None:
        self.shelf.take_book(book)
        self.context.measure()
        if self.page.place is not None and self.page.place[0] == book.id:
            self.page.open_page(*self.page.place)

    @Slot(object)
    def _on_read_again(self, book: Book) -> None:
        self._on_book_changed(book)
        self.report.renew(book)

    @Slot()
    def _on_engine_died(self) -> None:
        self.context.show_busy(False)
        self.sheets.show_engine_taken(False)
        self.model.look()

    @Slot()
    def _on_asking(self) -> None:
        self.ahead.stop()
        self.context.show_busy(True)
        self.sheets.show_engine_taken(True)

    @Slot()
    def _on_sheet_asking(self) -> None:
        self.ahead.stop()
        self.context.show_busy(True)
        self.model.show_in_use(True)
        self.conversation.refuse_questions(
            _("A question sheet is being answered. Wait until it has finished, or stop it, then ask again.")
        )

    @Slot()
    def _on_sheet_ended(self) -> None:
        self.context.show_busy(False)
        self.model.show_in_use(False)
        self.conversation.refuse_questions("")
        self.model.look()
        self.context.measure()

    @Slot()
    def read_ahead(self) -> None:
        """Read the books on the desk now, ahead of the next question."""
        shown, use = self.conversation.conversation, self.context.use
        if shown is not None and use is not None and not self.conversation.busy and not self.sheets.running:
            self.ahead.start(shown, use)

    @Slot()
    def stop(self) -> None:
        """Take back a question that waits; else stop what the engine is doing: a sheet, an answer, or reading ahead."""
        if self.window.shows_sheet and self.sheets.holds:
            self.sheets.give_back()
        elif self.conversation.holds:
            self.conversation.stop()
        elif self.sheets.running:
            self.sheets.stop()
        elif self.ahead.running:
            self.ahead.stop()
        else:
            self.conversation.stop()

    @Slot()
    def _on_answered(self) -> None:
        self._first_start = False
        self.sheets.show_engine_taken(False)
        self.context.show_busy(False)
        self.model.look()
        self.context.measure()
        self.attachments.measure()

    @Slot(object)
    def _on_ready(self, info: object) -> None:
        self.context.measure()
        self.attachments.measure()
        self.shelf.count_tokens(info)  # type: ignore[arg-type]

    @Slot(str, int)
    def _on_moved(self, book_id: str, page: int) -> None:  # noqa: ARG002 - of interest is the book
        self.shelf.show_open_book(book_id)

    @Slot()
    def _hint(self) -> None:
        shown = self.conversation.conversation
        pending = self.shelf.openings.pending(shown.id if shown else "")
        if pending:
            words = opening_words(pending)
        elif self._first_start and self.conversation.empty and shown is not None and shown.books:
            words = _("Try it: ask “How do I add a book?”, or drop your own book on the window")
        else:
            words = (
                _("Ask about the books on the desk") if shown and shown.books else _("Put a book on the desk, then ask")
            )
        self.window.talk.composer.set_hint(words)
        self.window.talk.view.set_empty_hint(*self._empty_words(shown, pending))

    def _empty_words(self, shown: Conversation | None, pending: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """What stands in the middle while nothing was asked; `pending` are the titles of what is being opened."""
        if self._first_start and (pending or (shown is not None and shown.books)):
            handbook = _("The handbook is open. The model reads all of it.")
            return _("This is your desk"), (
                _("The handbook is being imported. The model will read all of it.") if pending else handbook,
                _("Ask a question. Every answer names its pages."),
                _("Nothing leaves this computer."),
            )
        if pending:
            asked = _("Your question is sent when the model is ready.")
            free = _("You can ask now. Your question is sent when the model is ready.")
            return opening_title(pending), (asked if self.conversation.holds else free,)
        if shown is None or not shown.books:
            return _("No book on the desk"), (
                _("Drop a file on the window, or point to a book on the shelf and click +."),
            )
        titles = [self.shelf.books[ref.book_id].title for ref in shown.books if ref.book_id in self.shelf.books]
        return _("Ask about the books on the desk"), tuple(titles)

    # ---- commands

    @Slot()
    def delete(self) -> None:
        if self.conversation.conversation is not None:
            self.shelf.ask_delete(self.conversation.conversation.id)

    @Slot()
    def find_anything(self) -> None:
        self.anything.find()

    @Slot()
    def _offer_books(self) -> None:
        """Next to the composer: the books of the shelf that are not on the desk, and files."""
        shown = self.conversation.conversation
        taken = {ref.book_id for ref in shown.books} if shown else set()
        menu = QMenu(self.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for book in self.shelf.books.values():
            if book.id not in taken:
                menu.addAction(book.title.replace("&", "&&"), partial(self.shelf.toggle_desk, book.id))
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(_("Add a file…") + "\tCtrl+O", self.shelf.choose_files)
        menu.popup(QCursor.pos())

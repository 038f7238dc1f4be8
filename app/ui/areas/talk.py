"""The conversation's area: what is asked, answered, attached, checked, and how the context is used for it."""

from __future__ import annotations

from app.services.services import titling_of
from app.store.conversations import Drafts
from app.ui.areas.area import WindowArea
from app.ui.areas.shelf import ShelfArea
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.instructing import Instructing
from app.ui.chat.pictures.gallery import Gallery
from app.ui.chat.planning import Planning
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.title_presenter import TitlePresenter
from app.ui.chat.weighing_presenter import WeighingPresenter
from app.ui.chat.words_presenter import WordsPresenter
from app.ui.chat.writing.attachments_presenter import AttachmentsPresenter
from app.ui.chat.writing.branches import Branches
from app.ui.chat.writing.drafts import DraftsPresenter, Writing
from app.ui.chat.writing.image_consent import ImageConsent
from app.ui.chat.writing.image_sources import ImageSources
from app.ui.context.fitting import Fitting
from app.ui.context.presenter import ContextPresenter, Prefill
from app.ui.frame.main_window import MainWindow
from app.ui.kit.portal import ScreenPortal
from app.ui.kit.window_context import WindowContext


class TalkArea(WindowArea):
    def __init__(self, context: WindowContext, window: MainWindow, shelf: ShelfArea) -> None:
        super().__init__(context, window)
        desk, bridge, shown = context.desk, context.bridge, context.shown
        self._shelf = shelf
        view, composer = window.talk.view, window.talk.composer
        self.portal = ScreenPortal(bridge, window, self)
        self.images = ImageSources(shelf.openings, composer, self.portal, self)
        self.attachments = AttachmentsPresenter(desk.documents.images, desk.models, bridge, composer, self)
        self._make_conversation(context, shelf)
        self.ahead = Prefill(desk.asking.context, bridge, context.activity, shown, self)
        self.context = ContextPresenter(context, window.talk.spine, self)
        self.fitting = Fitting(context, window, self.conversation, self.asking, self.drafts, self.attachments, self)
        self.gallery = Gallery(desk.documents.images, bridge, context.icons, view, window, self)
        self._let_tell((self.conversation, self.asking, self.asking.planning, self.drafts, self.weighing))
        self._let_tell((self.ahead, self.fitting, self.gallery, self.images, self.attachments, self.image_consent))
        for work in (self.conversation.answer, self.ahead):
            work.noticed.connect(window.tell)
        self.gallery.done.connect(window.say)
        self._connect_engine()
        self._connect_shown()
        self._connect_books()
        self._connect_images()

    def _make_conversation(self, context: WindowContext, shelf: ShelfArea) -> None:
        desk, bridge, window = context.desk, context.bridge, self._window
        view, composer = window.talk.view, window.talk.composer
        self.drafts = DraftsPresenter(Drafts(desk.database), bridge, self)
        writing = Writing(self.drafts, composer, self.attachments, self)
        branches = Branches(desk.conversations, Drafts(desk.database))
        talk = self.conversation = ConversationPresenter(context, branches, view, composer, writing, self)
        self.instructing = Instructing(talk, composer, context.shown, window, self)
        planning = Planning(context, talk, composer, self)
        self.image_consent = ImageConsent(desk.models, bridge, composer, self)
        words = self.words = WordsPresenter(context, talk, composer, self)
        self.asking = AskingPresenter(context, talk, view, composer, writing, planning, words, shelf.openings, self)
        self.titles = TitlePresenter(titling_of(desk), bridge, talk, context.activity, self)
        self.weighing = WeighingPresenter(desk.asking.weighing, bridge, view, context.activity, context.shown, self)

    def _connect_engine(self) -> None:
        events = self._context.events
        for look in (self.context.draw, self.conversation.answer.show_progress, self.words.note_engine):
            events.engine_changed.connect(look)
        events.engine_released.connect(self.asking.holding.look)
        for used in (events.engine_used, events.book_changed, self.ahead.ended, self.asking.answered):
            used.connect(self.context.measure)
        self.context.asked.connect(self._shelf.shelf.counting.give_way)
        self.context.counted.connect(self._shelf.shelf.show_counted)
        self.asking.answered.connect(self.attachments.measure)
        self.conversation.ended.connect(self.titles.make)
        self.conversation.ended.connect(self.weighing.weigh)  # after the context was measured: that is quick
        self.context.read_wanted.connect(self.ahead.start)
        self.context.fit_wanted.connect(self.fitting.offer)
        self.fitting.turns_changed.connect(self.context.measure)
        self._shelf.matters.instructed.connect(self.context.measure)

    def _connect_shown(self) -> None:
        """Which conversation is shown, and how the context is used with it."""
        events, shown = self._context.events, self.conversation.shown
        shown.connect(events.conversation_shown)
        for look in (self.gallery.show_conversation, self.ahead.look, self.context.look):
            shown.connect(look)
        for measured in (self.fitting.look, self._shelf.shelf.show_books, events.context_measured):
            self.context.measured.connect(measured)
        events.settings_changed.connect(self.words.look)

    def _connect_books(self) -> None:
        shelf, talk, planning = self._shelf.shelf, self.conversation, self.asking.planning
        panel = self._window.talk
        shelf.conversation_deleted.connect(talk.delete)
        shelf.desk_changed.connect(talk.books.set)
        self._shelf.openings.opened.connect(talk.books.add)
        for presenter in (talk, self.gallery, self.attachments):
            shelf.book_removed.connect(presenter.forget_book)
        talk.binned.connect(self._shelf.undoing.offer)
        shelf.all_wanted.connect(planning.toggle)
        self._window.shelf.folder_menu.ask_wanted.connect(planning.ask_these)
        for changed in (self._shelf.openings.opened, shelf.book_removed):
            changed.connect(planning.look)
        talk.stored.connect(shelf.list_conversations)
        panel.title.renamed.connect(shelf.rename_shown)
        panel.composer.add_book_requested.connect(shelf.offer_books)
        self.fitting.pages_chosen.connect(shelf.ask_pages)
        self.fitting.book_taken_off.connect(shelf.toggle_desk)

    def _connect_images(self) -> None:
        attachments, openings, window = self.attachments, self._shelf.openings, self._window
        window.overlay.image_given.connect(self.images.take_dropped)
        window.overlay.address_given.connect(self.images.refuse_address)
        for dropped in (window.overlay.files_given, window.talk.composer.files_dropped):
            dropped.connect(openings.take_files)
        window.overlay.refused.connect(window.tell)
        self.images.images_given.connect(attachments.take)
        openings.images_given.connect(attachments.take_files)
        self.gallery.use_again.connect(attachments.add)
        attachments.view_wanted.connect(self.gallery.show_alone)

"""The conversation's area: what is asked, answered, attached, checked, and how the context is used for it."""

from __future__ import annotations

from app.ui.areas.area import WindowArea
from app.ui.areas.shelf import ShelfArea
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.instructing import Instructing
from app.ui.chat.pictures.gallery import Gallery
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.title_presenter import TitlePresenter
from app.ui.chat.weighing_presenter import WeighingPresenter
from app.ui.chat.writing.attachments_presenter import AttachmentsPresenter
from app.ui.chat.writing.drafts import DraftsPresenter, Writing
from app.ui.chat.writing.image_consent import ImageConsent
from app.ui.chat.writing.image_sources import ImageSources
from app.ui.context.fitting import Fitting
from app.ui.context.presenter import ContextPresenter, Prefill
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.screenshot_portal import ScreenPortal


class TalkArea(WindowArea):
    def __init__(self, context: FrameContext, shelf: ShelfArea) -> None:
        super().__init__(context)
        self._shelf = shelf
        window = context.window
        view, composer = window.talk.view, window.talk.composer
        self.portal = ScreenPortal(context.bridge, window, self)
        self.images = ImageSources(shelf.openings, composer, self.portal, self)
        self.attachments = AttachmentsPresenter(context, composer)
        self._make_conversation(context, shelf)
        self.ahead = Prefill(context)
        self.context = ContextPresenter(context, window.talk.spine)
        self.fitting = Fitting(context, self.conversation, self.asking, self.drafts, self.attachments)
        self.gallery = Gallery(context, view)
        self._let_tell((self.conversation, self.asking, self.asking.planning, self.drafts, self.weighing))
        self._let_tell((self.ahead, self.fitting, self.gallery, self.images, self.attachments, self.image_consent))
        for work in (self.conversation.answer, self.ahead):
            work.noticed.connect(window.tell)
        self.gallery.done.connect(window.say)
        self.drafts.mended.connect(window.take_back)
        self._connect_engine()
        self._connect_shown()
        self._connect_books()
        self._connect_images()

    def _make_conversation(self, context: FrameContext, shelf: ShelfArea) -> None:
        view, composer = context.window.talk.view, context.window.talk.composer
        self.drafts = DraftsPresenter(context)
        writing = Writing(self.drafts, composer, self.attachments, self)
        talk = self.conversation = ConversationPresenter(context, view, composer, writing)
        self.instructing = Instructing(context, talk, composer)
        self.image_consent = ImageConsent(context, composer)
        self.asking = AskingPresenter(context, talk, view, composer, writing, shelf.openings)
        self.titles = TitlePresenter(context, talk)
        self.weighing = WeighingPresenter(context, view)

    def _connect_engine(self) -> None:
        events = self._context.events
        for look in (self.context.draw, self.conversation.answer.show_progress, self.asking.words.note_engine):
            events.engine_changed.connect(look)
        events.engine_released.connect(self.asking.holding.look)
        for used in (events.engine_used, events.book_changed, self.ahead.ended, self.asking.answered):
            used.connect(self.context.measure)
        self.context.asked.connect(self._shelf.shelf.counting.give_way)
        self.context.counted.connect(self._shelf.shelf.show_counted)
        self.asking.answered.connect(self.attachments.measure)
        self.conversation.ended.connect(self.titles.make)
        self.weighing.weighed.connect(self.conversation.take_weighed)
        self.conversation.ended.connect(self.weighing.weigh)  # after the context was measured: that is quick
        self.context.read_wanted.connect(self.ahead.start)
        self.context.fit_wanted.connect(self.fitting.offer)
        self.fitting.turns_changed.connect(self.context.measure)
        self._shelf.matters.instructed.connect(self.context.measure)

    def _connect_shown(self) -> None:
        """Connect which conversation is shown, and how the context is used with it, to those whom it concerns."""
        events, shown = self._context.events, self.conversation.shown
        shown.connect(events.conversation_shown)
        for look in (self.gallery.show_conversation, self.ahead.look, self.context.look):
            shown.connect(look)
        for measured in (self.fitting.look, self._shelf.shelf.show_books, events.context_measured):
            self.context.measured.connect(measured)
        events.settings_changed.connect(self.asking.words.look)

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
        self._window.shelf.folder_menu.ask_wanted.connect(planning.ask_folder)
        for changed in (self._shelf.openings.opened, shelf.book_removed, self._shelf.added_folders.listed):
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
        window.talk.composer.document_given.connect(self._shelf.pasted.take)
        window.overlay.refused.connect(window.tell)
        self.images.images_given.connect(attachments.take)
        openings.images_given.connect(attachments.take_files)
        self.gallery.use_again.connect(attachments.add)
        attachments.view_wanted.connect(self.gallery.show_alone)

"""Wires the panels, the presenters and the commands of one window to a desk."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.core.conversation import Citation, Conversation
from app.core.document import Book
from app.core.secret import KeyOrigin
from app.core.settings import Settings
from app.services.services import Services
from app.ui import command_list
from app.ui.activity import Activity
from app.ui.adding.folders import AddedFolders
from app.ui.adding.presenter import FolderImport
from app.ui.advice import ModelAdvice
from app.ui.bin.presenter import BinPresenter
from app.ui.bridge import Bridge
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.attachments_presenter import AttachmentsPresenter
from app.ui.chat.branches import Branches
from app.ui.chat.composer import Composer
from app.ui.chat.drafts import DraftsPresenter, Writing
from app.ui.chat.empty import EmptyAction
from app.ui.chat.gallery import Gallery
from app.ui.chat.image_consent import ImageConsent
from app.ui.chat.image_sources import ImageSources
from app.ui.chat.instructing import Instructing
from app.ui.chat.planning import Planning
from app.ui.chat.presenter import ConversationPresenter
from app.ui.chat.title_presenter import TitlePresenter
from app.ui.chat.view import ConversationView
from app.ui.chat.weighing_presenter import WeighingPresenter
from app.ui.chat.words_presenter import WordsPresenter
from app.ui.commands import Commands, Group, MenuEntry
from app.ui.context.fitting import Fitting
from app.ui.context.presenter import ContextPresenter, Prefill
from app.ui.conversation_panel import ConversationPanel
from app.ui.drops import WindowDrops
from app.ui.exporting import Exporting
from app.ui.file_kind import FileKind
from app.ui.frame_state import WindowState
from app.ui.help.presenter import HelpPresenter
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.matters.presenter import MattersPresenter
from app.ui.menu_bar import make_menu_bar
from app.ui.models.loading import ModelPresenter
from app.ui.navigation import Navigation
from app.ui.note_removal import NoteRemoval
from app.ui.page.pages import Pages
from app.ui.page.panel import PagePanel
from app.ui.palette import Anything
from app.ui.pane_memory import PaneMemory
from app.ui.portal import ScreenPortal
from app.ui.report.presenter import ReportPresenter
from app.ui.saved_files import SavedFiles
from app.ui.settings.passphrase_presenter import PassphrasePresenter
from app.ui.settings.presenter import Preferences
from app.ui.shelf.covers import BookCovers
from app.ui.shelf.file_import import FileImport, Passwords
from app.ui.shelf.indexing import BookIndexing
from app.ui.shelf.matter_switch import desk_name
from app.ui.shelf.panel import ShelfPanel
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.rows import BookList, ConversationList, title_of
from app.ui.shelf.saved_readings import ReadingsPresenter
from app.ui.shown import Shown
from app.ui.style import Appearance
from app.ui.welcome import Welcome
from app.ui.widgets.network_lines import FetchLine, RemoteMark
from app.ui.window_feature import MakeWindowFeature
from app.ui.words import answer_remarks, going_on_words
from app.ui.workspace import WindowEvents, Workspace

if TYPE_CHECKING:
    from app.ui.models.presenter import ModelWindowPresenter


class _ShelfParts(QObject):
    """Those that have to do with the window itself, the shelf and its books."""

    _desk: Services
    _bridge: Bridge
    _icons: Icons
    _now: Callable[[], datetime]
    activity: Activity
    shown: Shown
    navigation: Navigation
    saved_files: SavedFiles
    bin: BinPresenter

    def _make_window(self, icons: Icons, window: MainWindow, composer: Composer) -> None:
        self._conversations, self._book_list = ConversationList(self), BookList(self)
        self.covers = BookCovers(self._desk.covers, self._bridge, self.activity, self)
        view = ConversationView(icons.theme, remark=answer_remarks, word_going_on=going_on_words)
        self.window = window
        self.panes = PaneMemory(window.panes, self)
        icons.theme.changed.connect(self._fit_text)
        window.furnish(
            ShelfPanel(icons, self._conversations, self._book_list, self.covers),
            ConversationPanel(icons, view, composer),
            PagePanel(icons),
            remote_mark=RemoteMark(icons),
            line=FetchLine(icons),
            overlay=WindowDrops(icons.theme, window),
        )

    def _make_books(self, desk: Services, bridge: Bridge, icons: Icons, now: Callable[[], datetime]) -> None:
        window, activity, shown = self.window, self.activity, self.shown
        self.openings = FileImport(desk.library, bridge, shown, self)
        self.passwords = Passwords(self.openings, window, self)
        self.folders = FolderImport(desk.adding, self.openings, bridge, icons, window, self)
        self.added_folders = AddedFolders(desk.adding, self.folders, bridge, window, self)
        self.shelf = ShelfPresenter(
            desk.library,
            desk.conversations,
            desk.context,
            desk.removal,
            bridge,
            window.shelf,
            self._conversations,
            self._book_list,
            self.openings,
            activity,
            shown,
            now=now,
            parent=self,
        )
        self.matters = MattersPresenter(
            desk, bridge, activity, self.openings, self.folders, self.shelf, shown, window, self
        )
        self.indexing = BookIndexing(desk.indexer, bridge, activity, self)
        self.pages = Pages(desk.library, desk.images, desk.notes, bridge, icons, window.page, shown, self)
        self.page = self.pages.first
        self.note_removal = NoteRemoval(desk.notes, bridge, window, self)
        self.report = ReportPresenter(desk.library, bridge, icons, window, self)

    @Slot()
    def _fit_text(self) -> None:
        self.window.panes.set_text(self._icons.theme.sizes.percent)


class _Parts(_ShelfParts):
    """Who there is in a window, and what each needs. `engine_changed`: `activity` says something else."""

    engine_changed = Signal()

    def __init__(
        self,
        desk: Services,
        bridge: Bridge,
        icons: Icons,
        appearance: Appearance,
        window: MainWindow,
        composer: Composer,
        handbook: Path,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        features: Sequence[MakeWindowFeature],
        parent: QObject | None,
    ) -> None:
        super().__init__(parent)
        self.events = WindowEvents(self)
        self._desk, self._bridge, self._icons, self._now = desk, bridge, icons, now
        self.shown = Shown()
        self.activity = Activity(self.shown, clock=clock, changed=self.engine_changed.emit)
        self._release = QTimer(window, singleShot=True, interval=0)  # once whoever had the engine has put all away
        self._make_window(icons, window, composer)
        self._make_books(desk, bridge, icons, now)
        self._make_talk(desk, bridge, icons)
        self.exporting = Exporting(desk, bridge, self.conversation, self.shown, window, self)
        self.saved_files = SavedFiles(self.window, self)
        self.bin = BinPresenter(desk, bridge, window, now, self)
        self._make_models(desk, bridge, appearance)
        self.preferences.restart_wanted.connect(self.events.restart_wanted)
        self.matters.ask_also(self._busy_words)
        self._make_commands(desk, bridge, icons, handbook, features)
        self._make_welcome(desk, bridge, handbook)

    def _busy_words(self) -> str:
        """What would be stopped by opening another desk; empty for nothing."""
        return next(filter(None, (feature.busy_words() for feature in self.features)), "")

    def _make_welcome(self, desk: Services, bridge: Bridge, handbook: Path) -> None:
        self.welcome = Welcome(
            self.window,
            self.shelf,
            self.conversation,
            self.asking,
            self.page,
            self.model,
            ModelAdvice(desk, bridge, self),
            self.shown,
            handbook if desk.matter is None else None,
            desk.key.origin is not KeyOrigin.FILE,
            [offer for feature in self.features for offer in feature.first_offers()],
            self,
        )

    def _make_talk(self, desk: Services, bridge: Bridge, icons: Icons) -> None:
        window, activity, shown = self.window, self.activity, self.shown
        view, composer = window.talk.view, window.talk.composer
        self.portal = ScreenPortal(bridge, window, self)
        self.images = ImageSources(self.openings, composer, self.portal, self)
        self.attachments = AttachmentsPresenter(desk.images, desk.models, bridge, composer, self)
        self._make_conversation(desk, bridge, icons, view, composer)
        self.ahead = Prefill(desk.context, bridge, activity, shown, self)
        self.context = ContextPresenter(
            desk.context, desk.engine, bridge, window.talk.spine, icons.theme, activity, shown, self
        )
        self.fitting = Fitting(
            desk.context,
            desk.conversations,
            desk.models,
            bridge,
            window,
            self.conversation,
            self.asking,
            self.drafts,
            self.attachments,
            shown,
            self,
        )
        self.gallery = Gallery(desk.images, bridge, icons, view, window, self)

    def _make_conversation(
        self, desk: Services, bridge: Bridge, icons: Icons, view: ConversationView, composer: Composer
    ) -> None:
        activity, shown = self.activity, self.shown
        self.drafts = DraftsPresenter(desk.drafts, bridge, self)
        writing = Writing(self.drafts, composer, self.attachments, self)
        branches = Branches(desk.conversations, desk.drafts)
        talk = self.conversation = ConversationPresenter(
            branches, desk.removal, bridge, view, composer, writing, activity, shown, self
        )
        self.instructing = Instructing(talk, composer, shown, self.window, self)
        planning = Planning(desk.matter_plans, bridge, talk, composer, activity, shown, icons, self)
        asking = self.asking = AskingPresenter(
            desk.ask, desk.parts, bridge, talk, view, composer, writing, planning, self.openings, activity, shown, self
        )
        self.image_consent = ImageConsent(desk.models, bridge, composer, self)
        self.titles = TitlePresenter(desk.titling, bridge, talk, activity, self)
        self.weighing = WeighingPresenter(desk.weighing, bridge, view, activity, shown, self)
        self.words = WordsPresenter(desk.settings, desk.weighing, bridge, talk, asking, composer, activity, shown, self)

    def _make_models(self, desk: Services, bridge: Bridge, appearance: Appearance) -> None:
        window, activity = self.window, self.activity
        self.model = ModelPresenter(desk.models, bridge, window.talk.chip, window.remote_mark, activity, self)
        self.passphrase = PassphrasePresenter(desk, bridge, window, self)
        self.preferences = Preferences(
            desk.settings, desk.models, self.passphrase, bridge, self._icons, appearance, window, self
        )
        self.words.chosen.connect(self.preferences.change)
        self.preferences.saved.connect(self.words.look)
        self.matters.served.connect(self.model.load_again)
        self.readings = ReadingsPresenter(desk, bridge, window, self)

    @cached_property
    def models(self) -> ModelWindowPresenter:
        """Made when the window of models is opened first: few starts need it."""
        from app.ui.models.presenter import ModelWindowPresenter

        made = ModelWindowPresenter(self._desk, self._bridge, self._icons, self.model, self.activity, self.window, self)
        made.failed.connect(self.window.tell)
        made.done.connect(self.window.say)
        self.engine_changed.connect(made.actions.look)
        return made

    @Slot()
    def open_models(self) -> None:
        self.models.open()

    @Slot(object)
    def begin(self, action: EmptyAction) -> None:
        """What a person who has asked nothing yet wants first."""
        match action:
            case EmptyAction.ADD:
                self.shelf.choose_files()
            case EmptyAction.CHOOSE_BOOKS:
                self.shelf.offer_books(self.window.talk.view.empty.buttons[action])
            case EmptyAction.SEE_MODELS:
                self.models.open()
            case EmptyAction.SEE_MODEL:
                if (best := self.welcome.advice.recommended) is not None:
                    self.models.open_terms(best.offer)
            case EmptyAction.SET_PASSPHRASE:
                self.passphrase.open()

    @Slot()
    def place_model(self) -> None:
        self.models.place_loaded()

    def _make_help(self, desk: Services, bridge: Bridge, icons: Icons, handbook: Path) -> None:
        self.help = HelpPresenter(
            desk.engine,
            desk.reader,
            desk.downloads,
            bridge,
            self.openings,
            self.navigation,
            self.shown,
            icons.theme,
            self.window,
            handbook=handbook,
            installed=desk.installed,
            parent=self,
        )

    def _make_anything(self, desk: Services, bridge: Bridge, icons: Icons) -> None:
        self.anything = Anything(
            desk.images, bridge, self.shelf, self.shown, self.navigation, self.matters, icons, self.window, self
        )

    def _make_commands(
        self, desk: Services, bridge: Bridge, icons: Icons, handbook: Path, features: Sequence[MakeWindowFeature]
    ) -> None:
        window, talk = self.window, self.conversation
        go = self.navigation = Navigation(
            window, self.shelf, talk, self.asking, self.pages, self.report, self.activity, self.shown, self
        )
        self._make_anything(desk, bridge, icons)
        self._make_help(desk, bridge, icons, handbook)
        workspace = Workspace(
            desk=desk,
            bridge=bridge,
            icons=icons,
            window=window,
            activity=self.activity,
            shown=self.shown,
            navigation=go,
            shelf=self.shelf,
            covers=self.covers,
            openings=self.openings,
            talk=talk,
            asking=self.asking,
            attachments=self.attachments,
            pages=self.pages,
            passphrase=self.passphrase,
            preferences=self.preferences,
            exporting=self.exporting,
            saved_files=self.saved_files,
            events=self.events,
            handbook=handbook,
            words_menu=self._words_entries,
            now=self._now,
            parent=self,
        )
        self.features = [make(workspace) for make in features]
        self.asking.gates = [*(feature.may_ask for feature in self.features), self.image_consent.may_ask]
        self._use_kinds([kind for feature in self.features if (kind := feature.file_kind()) is not None])
        placed = [each for feature in self.features for each in feature.commands()]
        groups = (
            command_list.adding_commands(
                go, self.shelf, self.folders, self.images, self.portal, self.anything, self.bin
            ),
            command_list.matter_commands(self.matters),
            command_list.conversation_commands(go, self.instructing, self.fitting, self.exporting),
            command_list.asking_commands(go, talk, self.asking, self.ahead, self.context),
            command_list.page_commands(go, self.pages, window),
            command_list.view_commands(go, self.preferences, window),
            command_list.model_commands(window, self.model, self.open_models, self.place_model, self.readings),
            command_list.help_commands(self.help),
            command_list.program_commands(self.preferences, self.passphrase, window),
        )
        self.commands = Commands([group.with_placed(placed) for group in groups], window, self)
        window.shelf.offer([command for group in self.commands.groups for command in group.commands])
        window.shelf.offer_for_books(self._book_entries)
        window.talk.view.offer_for_answers(self._answer_entries)
        self.pages.offer_for_notes(self._book_notes_entries)
        self.anything.use(self.commands, self.features)
        go.use([feature.open_kept for feature in self.features], [feature.take_back for feature in self.features])
        self.preferences.use([each for feature in self.features for each in feature.settings_rows()])
        self.help.use(self.commands)
        window.page.offer(self._page_entries)
        self._offer_menus()

    def _use_kinds(self, kinds: Sequence[FileKind]) -> None:
        """These files can be given for the next question, too."""
        self.openings.kinds = self.window.overlay.kinds = kinds
        self.window.talk.composer.say_shown(self.images.words.tip)

    def _book_entries(self, book: Book) -> list[MenuEntry]:
        """What features can do with a document."""
        return [entry for feature in self.features for entry in feature.book_menu(book)]

    def _page_entries(self) -> list[MenuEntry]:
        """What features can do with pages of the open document."""
        return [entry for feature in self.features for entry in feature.page_menu()]

    def _answer_entries(self, answer_id: str, citation: Citation | None) -> list[MenuEntry]:
        """What features can do with an answer."""
        return [entry for feature in self.features for entry in feature.answer_menu(answer_id, citation)]

    def _words_entries(self, words: str, citation: Citation | None, question_id: str) -> list[MenuEntry]:
        """What features can do with words that another one shows."""
        return [entry for feature in self.features for entry in feature.words_menu(words, citation, question_id)]

    def _book_notes_entries(self) -> list[MenuEntry]:
        """Where features lead from the notes of a document."""
        return [entry for feature in self.features for entry in feature.book_notes_menu()]

    def _offer_menus(self) -> None:
        window, groups = self.window, {group.id: group for group in self.commands.groups}
        window.talk.more.use(self.commands.menu(groups[Group.CONVERSATION], window))
        window.shelf.help_button.use(self.commands.menu(groups[Group.HELP], window))
        if sys.platform == "darwin":
            make_menu_bar(self.commands, window)


class WindowPresenter(_Parts):
    """Owns everything of one window; `start` brings it to life. Nothing is decided here: signals of one presenter are
    connected to those whom they concern."""

    def __init__(
        self,
        desk: Services,
        bridge: Bridge,
        icons: Icons,
        appearance: Appearance,
        window: MainWindow,
        composer: Composer,
        *,
        handbook: Path,
        now: Callable[[], datetime],
        features: Sequence[MakeWindowFeature],
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        """`window` is empty, and `composer` may be written in already. `handbook` is the book that is open at the
        first start; `now` gives the local time, aware of its zone; `clock` counts seconds. `features`: make what each
        of them adds.
        """
        super().__init__(desk, bridge, icons, appearance, window, composer, handbook, now, clock, features, parent)
        self._connect_engine()
        self._connect_shown()
        self._connect_folders()
        self._connect_books()
        self._connect_notes()
        self._connect_talk()
        self._connect_images()
        self._connect_sentences()

    # ---- the beginning and the end

    def start(self, settings: Settings, state: WindowState, files: Sequence[Path] = ()) -> None:
        """Show what was open last, load the model, open `files`; at the first start open the handbook."""
        self.preferences.begin(settings)
        self.panes.remember(state.panes)
        self.pages.remember(state.opened)
        self.window.page.set_look(state.look)
        self._book_list.remember(state.folds)
        self.welcome.begin(state, files)
        self.model.look_where()
        self.model.start()
        self.portal.look()
        self.shelf.list_books()
        self.shelf.list_conversations()
        self.indexing.want()
        self.matters.look()
        self.folders.look_for_unfinished()
        self.added_folders.renew()
        for feature in self.features:
            feature.begin()
        QTimer.singleShot(0, self, self._say_told)
        self.window.talk.composer.setFocus()

    def end(self) -> None:
        """The window leaves the desk; called once."""
        for feature in self.features:
            feature.end()

    def state(self) -> WindowState:
        """What is open."""
        ids = {conversation.id for conversation in self.shelf.conversations}
        return WindowState(
            conversation_id=self.shown.id,
            panes=self.panes.kept(ids),
            opened=self.pages.opened(ids),
            look=self.window.page.look,
            folds=self._book_list.folds(),
        )

    # ---- what belongs together

    def _connect_engine(self) -> None:
        for look in (self.model.look, self.context.draw, self.shelf.show_books, self.conversation.answer.show_progress):
            self.engine_changed.connect(look)
        self.engine_changed.connect(self._release.start)
        self.engine_changed.connect(self.events.engine_changed)
        self.preferences.saved.connect(self._tell_settings_changed)
        for look in (self.asking.holding.look, self.shelf.counting.look, self.covers.look):
            self._release.timeout.connect(look)
        self._release.timeout.connect(self.events.engine_released)
        self.events.engine_used.connect(self.context.measure)
        for look in (self.indexing.look, self.words.note_engine):
            self.engine_changed.connect(look)
        self.context.asked.connect(self.shelf.counting.give_way)
        self.context.counted.connect(self.shelf.show_counted)
        for ended in (self.ahead.ended, self.asking.answered):
            ended.connect(self.context.measure)
        self.asking.answered.connect(self.attachments.measure)
        self.conversation.ended.connect(self.titles.make)
        self.conversation.ended.connect(self.weighing.weigh)  # after the context was measured: that is quick
        self.context.read_wanted.connect(self.ahead.start)
        for loaded in (self.model.ready, self.model.revived):
            loaded.connect(self.context.measure)
            loaded.connect(self.attachments.measure)
            loaded.connect(self.shelf.count_tokens)
        self.model.ready.connect(self.fitting.retry)
        self.model.ready.connect(self.preferences.refresh)
        self.model.revived.connect(self.conversation.note_revived)
        self.model.failed.connect(self.fitting.give_up)
        self.model.failed.connect(self.attachments.measure)
        for changed in (self.model.ready, self.model.revived, self.model.failed, self.preferences.saved):
            changed.connect(self.model.look_where)
        self.preferences.reload_wanted.connect(self.model.load_again)
        self.image_consent.chosen.connect(self.preferences.change)
        self.passphrase.changed.connect(self.welcome.note_locked)
        self.preferences.readings_wanted.connect(self.readings.open_list)

    def _connect_shown(self) -> None:
        """Which conversation is shown, and how the context is used with it."""
        shown = self.conversation.shown
        shown.connect(self.events.conversation_shown)
        shown.connect(self.gallery.show_conversation)
        shown.connect(self._show_title)
        shown.connect(self.shelf.show_conversation)
        shown.connect(self.panes.show_conversation)
        shown.connect(self.pages.show_conversation)
        shown.connect(self.ahead.look)
        shown.connect(self.context.look)
        shown.connect(self.welcome.hint)
        for look in (self.fitting.look, self.shelf.show_books, self.events.context_measured):
            self.context.measured.connect(look)
        self.page.moved.connect(self.shelf.show_open_book)

    def _connect_folders(self) -> None:
        shelf = self.shelf
        self.added_folders.listed.connect(shelf.take_folders)
        self.folders.added.connect(shelf.take_added)
        for changed in (self.openings.opened, self.bin.restored, shelf.book_removed):
            changed.connect(self.added_folders.renew)
        self.folders.added.connect(self.indexing.want)

    def _connect_books(self) -> None:
        shelf, talk, openings, panel = self.shelf, self.conversation, self.openings, self.window.shelf
        for changed in (
            openings.opened,
            openings.read_again,
            self.folders.added,
            shelf.book_removed,
            self.bin.restored,
        ):
            changed.connect(self._tell_books_changed)
        openings.opened.connect(self.covers.renew)
        openings.opened.connect(self.indexing.want)
        openings.read_again.connect(self.indexing.want)
        self.indexing.changed.connect(shelf.show_indexing)
        panel.new_wanted.connect(self.navigation.new_conversation)
        panel.book_opened.connect(self.navigation.open_book)
        panel.search_wanted.connect(self.anything.find)
        panel.report_wanted.connect(self.navigation.open_report)
        panel.settings_wanted.connect(self.preferences.open_settings)
        self.matters.instructed.connect(self.context.measure)
        shelf.conversations_listed.connect(self.welcome.look)
        shelf.conversation_wanted.connect(self.navigation.open_conversation)
        shelf.conversation_deleted.connect(talk.delete)
        shelf.conversation_deleted.connect(self.pages.forget_conversation)
        shelf.conversation_deleted.connect(self.panes.forget_conversation)
        shelf.desk_changed.connect(talk.books.set)
        openings.opened.connect(talk.books.add)
        openings.opened.connect(self.welcome.open_book)
        for presenter in (self.pages, talk, self.gallery, self.attachments):
            shelf.book_removed.connect(presenter.forget_book)
        shelf.book_removed.connect(self.events.book_removed)
        shelf.book_removed.connect(self.report.close)
        shelf.book_removed.connect(self.covers.forget)
        for deleting in (shelf, talk):
            deleting.binned.connect(self.bin.offer)
        self.events.binned.connect(self.bin.offer)
        self.bin.restored.connect(self.events.restored)
        self.bin.restored.connect(self.navigation.open_restored)
        for changed in (self.report.book_changed, openings.read_again):
            changed.connect(shelf.take_book)
            changed.connect(self.context.measure)
            changed.connect(self.pages.renew)
        openings.read_again.connect(self.report.renew)
        openings.changed.connect(self.welcome.hint)
        self.report.page_wanted.connect(self.navigation.open_page)
        self.report.reread_wanted.connect(shelf.reread)

    def _connect_notes(self) -> None:
        for changed in (self.pages.notes_changed, self.note_removal.changed):
            changed.connect(self.events.notes_changed)
        self.events.notes_changed.connect(self.pages.renew_notes)
        self.pages.note_delete_wanted.connect(self.note_removal.delete)

    def _connect_talk(self) -> None:
        talk, panel, fitting, planning = self.conversation, self.window.talk, self.fitting, self.asking.planning
        self.shelf.all_wanted.connect(planning.toggle)
        self.window.shelf.folder_menu.ask_wanted.connect(planning.ask_these)
        for changed in (self.openings.opened, self.shelf.book_removed):
            changed.connect(planning.look)
        talk.stored.connect(self.shelf.list_conversations)
        panel.title.renamed.connect(self.shelf.rename_shown)
        self.asking.held.connect(self.welcome.hint)
        self.asking.answered.connect(self.welcome.note_answered)
        self.welcome.wanted.connect(self.begin)
        self.model.failed.connect(self.welcome.note_failed)
        self.model.ready.connect(self.welcome.hint)
        panel.view.export_answer.connect(self.exporting.export_answer)
        panel.view.save_table.connect(self.exporting.save_table)
        panel.view.citation_clicked.connect(self.navigation.open_citation)
        for left in (panel.view.left, panel.composer.left):
            left.connect(self.navigation.stop)
        panel.composer.add_book_requested.connect(self.shelf.offer_books)
        self.pages.ask_wanted.connect(panel.composer.take_quotation)
        self.context.fit_wanted.connect(fitting.offer)
        fitting.room_chosen.connect(self.preferences.use_room)
        fitting.pages_chosen.connect(self.shelf.ask_pages)
        fitting.book_taken_off.connect(self.shelf.toggle_desk)
        for wanted in (fitting.models_wanted, panel.chip.models_wanted, self.window.line.models_wanted):
            wanted.connect(self.open_models)
        panel.chip.placement_wanted.connect(self.place_model)
        panel.text_stepped.connect(self.preferences.step_text)
        panel.text_size.chosen.connect(self.preferences.set_text)
        fitting.turns_changed.connect(self.context.measure)

    def _connect_images(self) -> None:
        images, attachments, openings = self.images, self.attachments, self.openings
        drops = self.window.overlay
        drops.files_given.connect(openings.take_files)
        drops.image_given.connect(images.take_dropped)
        drops.address_given.connect(images.refuse_address)
        drops.refused.connect(self.window.tell)
        self.window.talk.composer.files_dropped.connect(openings.take_files)
        images.images_given.connect(attachments.take)
        openings.images_given.connect(attachments.take_files)
        self.pages.image_taken.connect(attachments.add)
        self.gallery.use_again.connect(attachments.add)
        attachments.view_wanted.connect(self.gallery.show_alone)
        attachments.given.connect(self.navigation.focus_composer)
        attachments.settings_wanted.connect(self.preferences.open_settings)

    def _connect_sentences(self) -> None:
        for presenter in (
            self.openings,
            self.folders,
            self.added_folders,
            self.shelf,
            self.conversation,
            self.asking,
            self.asking.planning,
            self.image_consent,
            self.drafts,
            self.pages,
            self.note_removal,
            self.model,
            self.ahead,
            self.fitting,
            self.exporting,
            self.gallery,
            self.preferences,
            self.passphrase,
            self.readings,
            self.bin,
            self.report,
            self.images,
            self.attachments,
            self.anything,
            self.help,
            self.welcome,
            self.weighing,
            self.matters,
        ):
            presenter.failed.connect(self.window.tell)
        for work in (self.conversation.answer, self.ahead):
            work.noticed.connect(self.window.tell)
        for finished in (self.gallery, self.passphrase, self.matters):
            finished.done.connect(self.window.say)
        self.exporting.saved.connect(self.saved_files.show)

    @Slot()
    def _say_told(self) -> None:
        """Say what features have to tell since the desk was opened."""
        for words in self._desk.told_at_start:
            self.window.say(words)
        self._desk.told_at_start.clear()

    @Slot()
    def _tell_settings_changed(self) -> None:
        self.events.settings_changed.emit()

    @Slot()
    def _tell_books_changed(self) -> None:
        self.events.books_changed.emit()

    @Slot(object)
    def _show_title(self, conversation: Conversation | None) -> None:
        self.window.talk.title.setText(title_of(conversation) if conversation else "")
        named = [title_of(conversation)] if conversation else []
        if self._desk.matter is not None:
            named.append(desk_name(self._desk.matter))
        self.window.setWindowTitle(" – ".join((*named, "Octavo")))

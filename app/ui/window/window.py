"""Fills a window with a desk: makes its panels, its areas and what features add, and joins them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from app.core.conversations.conversation import Citation, Conversation
from app.core.documents.document import Book
from app.core.settings import Settings
from app.services.services import Services
from app.ui.areas.desk_commands import adding_commands
from app.ui.areas.help_commands import help_commands
from app.ui.areas.matter_commands import matter_commands
from app.ui.areas.model_commands import model_commands
from app.ui.areas.models import ModelArea
from app.ui.areas.page_commands import page_commands
from app.ui.areas.places import PlaceArea
from app.ui.areas.shelf import ShelfArea
from app.ui.areas.talk import TalkArea
from app.ui.areas.talk_commands import asking_commands, conversation_commands
from app.ui.areas.window_commands import program_commands, view_commands
from app.ui.chat.messages.empty import EmptyAction
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.writing.composer import Composer
from app.ui.frame.conversation_panel import ConversationPanel
from app.ui.frame.drops import WindowDrops
from app.ui.frame.frame_context import FrameContext
from app.ui.frame.main_window import MainWindow
from app.ui.frame.pane_memory import PaneMemory
from app.ui.kit.activity import Activity
from app.ui.kit.bridge import Bridge
from app.ui.kit.commands import Commands, Group, MenuEntry
from app.ui.kit.frame_state import WindowState
from app.ui.kit.handbook import Handbook
from app.ui.kit.shown import Shown
from app.ui.kit.window_context import WindowEvents
from app.ui.kit.words import answer_remarks, going_on_words
from app.ui.look.icons import Icons
from app.ui.look.style import Appearance
from app.ui.page.panel import PagePanel
from app.ui.shelf.covers import BookCovers
from app.ui.shelf.matter_switch import desk_name
from app.ui.shelf.panel import ShelfPanel
from app.ui.shelf.rows import BookList, ConversationList, title_of
from app.ui.widgets.network_lines import FetchLine, RemoteMark
from app.ui.window.menu_bar import make_menu_bar
from app.ui.window.welcome import Welcome
from app.ui.window_feature import MakeWindowFeature, WindowFeature
from app.ui.workspace import Workspace


@dataclass(frozen=True)
class EmptyWindow:
    """A window before a desk is open in it. `composer` may be written in already; `handbook` is the document that is
    open at the first start."""

    frame: MainWindow
    composer: Composer
    bridge: Bridge
    icons: Icons
    appearance: Appearance
    handbook: Handbook


class WindowPresenter(QObject):
    """The owner of everything in one window; `start` brings it to life. Nothing is decided here."""

    def __init__(
        self,
        desk: Services,
        empty: EmptyWindow,
        *,
        now: Callable[[], datetime],
        features: Sequence[MakeWindowFeature],
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        """`now` returns the local time, aware of its zone; `clock` counts seconds. `features` make what each of them
        adds.
        """
        super().__init__(parent)
        window = self.window = empty.frame
        self.shown, self.events = Shown(), WindowEvents(self)
        self.activity = Activity(self.shown, clock=clock, changed=self.events.engine_changed.emit)
        context = self.context = FrameContext(
            desk=desk,
            bridge=empty.bridge,
            icons=empty.icons,
            window=window,
            activity=self.activity,
            shown=self.shown,
            events=self.events,
            now=now,
            parent=self,
            handbook=empty.handbook,
        )
        self._release = QTimer(window, singleShot=True, interval=0)  # once whoever had the engine has put all away
        self.events.engine_changed.connect(self._release.start)
        self._release.timeout.connect(self.events.engine_released)
        conversations, self._book_list = ConversationList(self), BookList(self)
        covers = BookCovers(context)
        self._furnish(empty.icons, empty.composer, conversations, covers)
        self.shelf_area = ShelfArea(context, conversations, self._book_list, covers)
        self.talk_area = TalkArea(context, self.shelf_area)
        self.model_area = ModelArea(context, self.shelf_area, self.talk_area, empty.appearance)
        self.places = PlaceArea(context, self.shelf_area, self.talk_area)
        self.welcome = Welcome(context, self.shelf_area, self.talk_area, self.model_area, self.places)
        self.features = self._make_features(context, features)
        self._offer_commands()
        self._offer_what_features_add()
        self._connect_welcome()
        self.events.conversation_shown.connect(self._show_title)
        self.events.conversation_shown.connect(self.panes.show_conversation)
        self.shelf_area.shelf.conversation_deleted.connect(self.panes.forget_conversation)

    def _furnish(self, icons: Icons, composer: Composer, conversations: ConversationList, covers: BookCovers) -> None:
        window = self.window
        self.panes = PaneMemory(window.panes, self)
        icons.theme.changed.connect(self._fit_text)
        window.furnish(
            ShelfPanel(icons, conversations, self._book_list, covers),
            ConversationPanel(
                icons, ConversationView(icons.theme, remark=answer_remarks, word_going_on=going_on_words), composer
            ),
            PagePanel(icons),
            remote_mark=RemoteMark(icons),
            line=FetchLine(icons),
            overlay=WindowDrops(icons.theme, window),
        )

    @Slot()
    def _fit_text(self) -> None:
        self.window.panes.set_text(self.context.icons.theme.sizes.percent)

    # ---- what features add

    def _make_features(self, context: FrameContext, features: Sequence[MakeWindowFeature]) -> list[WindowFeature]:
        shelf, talk, places = self.shelf_area, self.talk_area, self.places
        workspace = Workspace(
            **vars(context),
            navigation=places.navigation,
            matters=shelf.matters,
            shelf=shelf.shelf,
            covers=shelf.covers,
            openings=shelf.openings,
            talk=talk.conversation,
            asking=talk.asking,
            attachments=talk.attachments,
            pages=places.pages,
            passphrase=self.model_area.passphrase,
            preferences=self.model_area.preferences,
            exporting=places.exporting,
            saved_files=places.saved_files,
            words_menu=self._words_entries,
        )
        return [make(workspace) for make in features]

    def _offer_commands(self) -> None:
        window, go = self.window, self.places.navigation
        placed = [each for feature in self.features for each in feature.commands()]
        groups = (
            adding_commands(go, self.shelf_area, self.talk_area, self.places.anything),
            matter_commands(self.shelf_area.matters),
            conversation_commands(go, self.shelf_area.shelf.marking, self.talk_area, self.places.exporting),
            asking_commands(go, self.talk_area),
            page_commands(go, self.places.pages, window),
            view_commands(go, self.model_area.preferences, window),
            model_commands(self.model_area, window),
            help_commands(self.places.help),
            program_commands(self.model_area.preferences, self.model_area.passphrase, window),
        )
        self.commands = Commands([group.with_placed(placed) for group in groups], window, self)
        by_id = {group.id: group for group in self.commands.groups}
        more = self.commands.menu(by_id[Group.CONVERSATION], window)
        more.addSeparator()
        more.addMenu(window.talk.text_sizes)
        window.talk.more.use(more)
        window.shelf.help_button.use(self.commands.menu(by_id[Group.HELP], window))
        if sys.platform == "darwin":
            make_menu_bar(self.commands, window)

    def _offer_what_features_add(self) -> None:
        window, features, places = self.window, self.features, self.places
        window.shelf.offer([command for group in self.commands.groups for command in group.commands])
        window.shelf.offer_for_books(self._book_entries)
        window.shelf.desk.offer(self._desk_entries)
        window.page.offer(self._page_entries)
        window.talk.view.offer_for_answers(self._answer_entries)
        places.pages.offer_for_notes(self._book_notes_entries)
        places.anything.use(self.commands, features)
        places.help.use(self.commands)
        places.navigation.use([each.open_kept for each in features], [each.take_back for each in features])
        self.model_area.preferences.use([row for feature in features for row in feature.settings_rows()])
        self.shelf_area.matters.ask_also(self._busy_words)
        asking = self.talk_area.asking
        asking.use([asking.planning, *features, self.talk_area.image_consent])
        kinds = [kind for feature in features if (kind := feature.file_kind()) is not None]
        self.shelf_area.openings.kinds = window.overlay.kinds = kinds
        window.talk.composer.say_shown(self.talk_area.images.words.tip)

    def _book_entries(self, book: Book) -> list[MenuEntry]:
        """Return the menu entries for what features can do with a document."""
        return [entry for feature in self.features for entry in feature.book_menu(book)]

    def _desk_entries(self) -> list[MenuEntry]:
        """Return the menu entries for what features can do with desks."""
        return [entry for feature in self.features for entry in feature.desk_menu()]

    def _page_entries(self) -> list[MenuEntry]:
        """Return the menu entries for what features can do with pages of the open document."""
        return [entry for feature in self.features for entry in feature.page_menu()]

    def _answer_entries(self, answer_id: str, citation: Citation | None) -> list[MenuEntry]:
        """Return the menu entries for what features can do with an answer."""
        return [entry for feature in self.features for entry in feature.answer_menu(answer_id, citation)]

    def _words_entries(self, words: str, citation: Citation | None, question_id: str) -> list[MenuEntry]:
        """Return the menu entries for what features can do with words that another feature shows."""
        return [entry for feature in self.features for entry in feature.words_menu(words, citation, question_id)]

    def _book_notes_entries(self) -> list[MenuEntry]:
        """Return the menu entries for where features lead from the notes of a document."""
        return [entry for feature in self.features for entry in feature.book_notes_menu()]

    def _busy_words(self) -> str:
        """Say what would be stopped by opening another desk; empty for nothing."""
        return next(filter(None, (feature.busy_words() for feature in self.features)), "")

    # ---- the first steps

    def _connect_welcome(self) -> None:
        shelf, talk, model, welcome = self.shelf_area, self.talk_area, self.model_area, self.welcome
        welcome.failed.connect(self.window.tell)
        welcome.wanted.connect(self._begin)
        for hint in (self.events.conversation_shown, shelf.openings.changed, talk.asking.held, model.model.ready):
            hint.connect(welcome.hint)
        shelf.shelf.conversations_listed.connect(welcome.look)
        shelf.openings.opened.connect(welcome.open_book)
        talk.asking.answered.connect(welcome.note_answered)
        model.model.failed.connect(welcome.note_failed)
        model.model.ready.connect(welcome.note_ready)
        for lead in (self.window.talk.view.model_wanted, self.window.talk.chip.larger_wanted):
            lead.connect(self._get_model)
        model.passphrase.changed.connect(welcome.note_locked)

    @Slot()
    def _get_model(self) -> None:
        """Lead to the terms of the recommended model; if there is none, to all models."""
        known = self.welcome.advice.recommended is not None
        self._begin(EmptyAction.SEE_MODEL if known else EmptyAction.SEE_MODELS)

    @Slot(object)
    def _begin(self, action: EmptyAction) -> None:
        """Begin the step that a person who has asked nothing yet wants to take first."""
        match action:
            case EmptyAction.ADD:
                self.shelf_area.shelf.choose_files()
            case EmptyAction.CHOOSE_BOOKS:
                self.shelf_area.shelf.offer_books(self.window.talk.view.empty.buttons[action])
            case EmptyAction.SEE_MODELS:
                self.model_area.open_models()
            case EmptyAction.SEE_MODEL:
                if (best := self.welcome.advice.recommended) is not None:
                    self.model_area.models.open_terms(best.offer)
            case EmptyAction.SET_PASSPHRASE:
                self.model_area.passphrase.open()

    # ---- the beginning and the end

    def start(self, settings: Settings, state: WindowState, files: Sequence[Path] = ()) -> None:
        """Show what was open last, load the model, open `files`; at the first start open the handbook."""
        self.model_area.preferences.begin(settings)
        self.panes.remember(state.panes)
        self.places.pages.remember(state.opened)
        self.window.page.set_look(state.look)
        self._book_list.remember(state.folds)
        self.welcome.begin(state, files)
        self.model_area.begin()
        self.talk_area.portal.look()
        self.shelf_area.begin()
        for feature in self.features:
            feature.begin()
        QTimer.singleShot(0, self, self._say_told)
        self.window.talk.composer.setFocus()

    def end(self) -> None:
        """End, once, as the window leaves the desk."""
        for feature in self.features:
            feature.end()

    def state(self) -> WindowState:
        """Return the state of the window: what is open in it."""
        ids = {conversation.id for conversation in self.shelf_area.shelf.conversations}
        return WindowState(
            conversation_id=self.shown.id,
            panes=self.panes.kept(ids),
            opened=self.places.pages.opened(ids),
            look=self.window.page.look,
            folds=self._book_list.folds(),
        )

    @Slot()
    def _say_told(self) -> None:
        """Say what features have to tell since the desk was opened."""
        told = self.context.desk.features.told
        for words in told:
            self.window.say(words)
        told.clear()

    @Slot(object)
    def _show_title(self, conversation: Conversation | None) -> None:
        self.window.talk.title.setText(title_of(conversation) if conversation else "")
        named = [title_of(conversation)] if conversation else []
        if (matter := self.context.desk.matter) is not None:
            named.append(desk_name(matter))
        self.window.setWindowTitle(" – ".join((*named, "Octavo")))

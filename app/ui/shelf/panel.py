"""The left panel: a new conversation, the search, the conversations, the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app.core.conversations.conversation import Conversation
from app.core.documents.document import Book
from app.ui.kit.commands import Command, MenuEntry, add_entries
from app.ui.kit.handbook import Chapter, explain
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import FOOT_HEIGHT, SPACE_L, SPACE_M, SPACE_S
from app.ui.shelf.book_view import BookView
from app.ui.shelf.covers import BookCovers
from app.ui.shelf.delegates import BookDelegate, ConversationDelegate
from app.ui.shelf.folder_menu import FolderMenu
from app.ui.shelf.lists import ShelfListView
from app.ui.shelf.matter_switch import MatterSwitch
from app.ui.shelf.rows import BookList, BookRow, BookState, ConversationList, GroupRow, ItemRole
from app.ui.shelf.running import RunningCard
from app.ui.shelf.tables import TablesGroup
from app.ui.widgets.buttons import ButtonShape, IconButton, MenuButton, TextButton
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.units import count

_FOOT_ICON = 18
_TOP_BUTTON = (34, 34)
_CONVERSATIONS_SHARE = 0.5
"""The share of the panel's height that conversations may take. If they need more they scroll, so that the books stay in
sight."""


class ShelfPanel(QWidget):
    """The panel itself. It emits what the person wants, and does nothing itself. Ids are those of conversations and
    books."""

    new_wanted = Signal()
    search_wanted = Signal()
    conversation_opened = Signal(str)
    conversation_delete_wanted = Signal(str)
    conversation_move_wanted = Signal(str)  # to another matter
    book_move_wanted = Signal(str)
    pin_wanted = Signal(str, bool)
    archive_wanted = Signal(str, bool)
    book_opened = Signal(str)
    desk_toggled = Signal(str)
    pages_wanted = Signal(str)
    report_wanted = Signal(str)
    book_moved = Signal(str, int)  # so many places further down on the desk
    book_remove_wanted = Signal(str)
    reread_wanted = Signal(str)
    folder_shown = Signal(str)  # the one that a book's file is in
    opening_cancelled = Signal(str)
    add_wanted = Signal()
    folder_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, icons: Icons, conversations: ConversationList, books: BookList, covers: BookCovers) -> None:
        super().__init__()
        explain(self, Chapter.DOCUMENTS)
        self._quiet = False
        self._conversations = conversations
        self._books = books
        self._entries: Callable[[Book], Iterable[MenuEntry]] = lambda _book: ()
        self.folder_menu = FolderMenu(books, self)
        self.setAccessibleName(_("Shelf"))

        self.new_button = TextButton(_("New conversation"))
        self.new_button.setStyleSheet("text-align: left;")
        self.new_button.setToolTip(_("New conversation") + "  Ctrl+N")
        self.new_button.setAccessibleDescription("Ctrl+N")
        self.new_button.clicked.connect(self.new_wanted)
        self.search_button = IconButton(
            icons, Symbol.FIND, _("Find anything"), shortcut="Ctrl+K", shape=ButtonShape.FRAMED
        )
        self.search_button.clicked.connect(self.search_wanted)

        self.conversation_view = ShelfListView(_("Conversations"))
        self.conversation_view.setModel(conversations)
        delegate = ConversationDelegate(icons, self.conversation_view.motion, self.conversation_view)
        self.conversation_view.setItemDelegate(delegate)
        self.conversation_view.opened.connect(self._open_conversation)
        self.conversation_view.menu_wanted.connect(partial(self._open_menu, self.conversation_menu))

        self.conversation_view.doubleClicked.connect(self._edit)
        self.archived_button = TextButton("", role="quiet")
        self.archived_button.setCheckable(True)
        self.archived_button.toggled.connect(self._show_archived)

        self.book_view = self._make_books(icons, covers)
        self.folder_run = RunningCard(icons, _("Stop adding the folder"))
        self._empty = self._make_empty()
        self._foot = self._make_foot(icons)
        self._lay_out(icons)
        for model in (conversations, books):
            model.modelReset.connect(self._fit)
            model.dataChanged.connect(self._fit)
        for view in (self.conversation_view, self.book_view):
            icons.theme.repaint_on_change(view.viewport())
        self._fit()

    def offer(self, commands: Sequence[Command]) -> None:
        """Show a button for each of these commands that has one here."""
        self.tables.offer(commands)
        before: QWidget = self.archived_button
        for entry in self.tables.buttons.values():
            QWidget.setTabOrder(before, entry)
            before = entry

    def set_quiet(self, quiet: bool) -> None:
        """Hide the lists while nothing was asked yet and there is only the handbook, so that there is nothing else to
        list."""
        if quiet != self._quiet:
            self._quiet = quiet
            self._fit()

    def add_to_foot(self, button: IconButton) -> None:
        """Put a feature's button at the right end of the foot."""
        self._foot_row.addWidget(button)
        QWidget.setTabOrder(self.help_button, button)

    def add_running(self, card: RunningCard) -> None:
        """Show what runs for a feature, below the folder that is being added."""
        self._running.addWidget(card)
        before: QWidget = self.folder_run.pause
        for part in (card, card.stop, card.pause):
            QWidget.setTabOrder(before, part)
            before = part

    @Slot(bool)
    def _show_archived(self, shown: bool) -> None:
        selected = self.conversation_view.currentIndex().data(ItemRole)
        self._conversations.show_archived(shown)
        self.select_conversation(selected.id if isinstance(selected, Conversation) else "")

    @Slot(QModelIndex)
    def _edit(self, index: QModelIndex) -> None:
        if isinstance(index.data(ItemRole), Conversation):
            self.conversation_view.edit(index)

    def select_conversation(self, conversation_id: str) -> None:
        self.conversation_view.select(self._conversations.index_of(conversation_id))

    def select_book(self, key: str) -> None:
        self.book_view.select(self._books.index_of(key))

    def rename(self, conversation_id: str) -> None:
        """Let the person edit the title of a conversation in place."""
        self.conversation_view.edit_row(self._conversations.index_of(conversation_id))

    def rename_book(self, book_id: str) -> None:
        """Let the person edit the title of a book in place."""
        self.book_view.edit_row(self._books.index_of(book_id))

    def _make_books(self, icons: Icons, covers: BookCovers) -> BookView:
        view = BookView(self._books)
        delegate = BookDelegate(icons, covers, view.motion, view)
        covers.changed.connect(view.viewport().update)
        delegate.desk_toggled.connect(self.desk_toggled)
        delegate.report_wanted.connect(self.report_wanted)
        view.setItemDelegate(delegate)
        view.opened.connect(partial(self._emit_book, self.book_opened))
        view.toggled.connect(partial(self._emit_book, self.desk_toggled))
        for chosen in (view.opened, view.toggled):
            chosen.connect(self._fold)
        view.doubleClicked.connect(self._add_book)
        view.moved.connect(self._move_book)
        view.accept_moves()
        view.menu_wanted.connect(partial(self._open_menu, self.book_menu))
        view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        return view

    def _lay_out(self, icons: Icons) -> None:
        self.desk = MatterSwitch(icons)
        self.search_button.setFixedSize(*_TOP_BUTTON)
        top = row((self.new_button, 1), self.search_button, spacing=SPACE_S)
        margins = (SPACE_M, SPACE_L, SPACE_M, 0)
        archived = (self.archived_button, Qt.AlignmentFlag.AlignLeft)
        self.tables = TablesGroup(icons)
        shown = (self.conversation_view, archived, self.tables, (self.book_view, 1), (self._empty, 1))
        lists = boxed(column(self.desk, SPACE_S, top, *shown, margins=margins))
        self._running = column(self.folder_run, margins=(SPACE_M, 0, SPACE_M, 0))
        column((lists, 1), boxed(self._running), Separator(), self._foot, of=self)

    def _make_foot(self, icons: Icons) -> QWidget:
        self.settings_button = IconButton(
            icons, Symbol.SETTINGS, _("Settings"), shortcut="Ctrl+,", shape=ButtonShape.LABELLED, size=_FOOT_ICON
        )
        self.settings_button.clicked.connect(self.settings_wanted)
        self.help_button = MenuButton(icons, Symbol.HELP, _("Help"), shape=ButtonShape.LABELLED, size=_FOOT_ICON)
        self._foot_row = row(self.settings_button, self.help_button, STRETCH, margins=(SPACE_S, 0, SPACE_S, 0))
        foot = boxed(self._foot_row)
        foot.setFixedHeight(FOOT_HEIGHT)
        return foot

    def _make_empty(self) -> QWidget:
        add = TextButton(_("Add a document…"))
        add.setToolTip(_("Add a document…") + "  Ctrl+O")
        add.clicked.connect(self.add_wanted)
        folder = TextButton(_("Add a folder…"), role="link")
        folder.clicked.connect(self.folder_wanted)
        words = _("Drop a document, an e-mail or a spreadsheet on the window, or a whole folder of them.")
        return boxed(
            column(
                PlainLabel(_("No documents yet"), role="book"),
                PlainLabel(words, role="soft", wraps=True),
                SPACE_S,
                row(add, folder, STRETCH, spacing=SPACE_S),
                STRETCH,
                margins=(SPACE_S, SPACE_L, SPACE_S, 0),
                spacing=SPACE_S,
            )
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    @Slot()
    def _fit(self) -> None:
        put_away = len(self._conversations.archived)
        self.archived_button.setVisible(put_away > 0)
        words = _("Hide the archive") if self._conversations.shows_archived else _("Archived ({n})")
        self.archived_button.setText(words.format(n=count(put_away)))
        bare = not self._books.rowCount()
        self._empty.setVisible(bare)
        self.tables.setHidden(bare or self._quiet)
        self.conversation_view.setHidden(self._quiet)
        self.book_view.setVisible(not bare)
        limit = max(int(self.height() * _CONVERSATIONS_SHARE), 80)
        self.conversation_view.setFixedHeight(self.conversation_view.content_height(limit))

    @Slot(QModelIndex)
    def _open_conversation(self, index: QModelIndex) -> None:
        row = index.data(ItemRole)
        if isinstance(row, Conversation):
            self.conversation_opened.emit(row.id)

    def _emit_book(self, signal: SignalInstance, index: QModelIndex) -> None:
        row = index.data(ItemRole)
        if isinstance(row, BookRow) and row.book is not None:
            signal.emit(row.book.id)

    @Slot(QModelIndex)
    def _fold(self, index: QModelIndex) -> None:
        row = index.data(ItemRole)
        if isinstance(row, GroupRow):
            self._books.fold(row)
            self.book_view.select(self._books.index_of(row.key))

    @Slot(QModelIndex)
    def _add_book(self, index: QModelIndex) -> None:
        """Put a book on the desk; one that is there stays there."""
        row = index.data(ItemRole)
        if isinstance(row, BookRow) and not row.on_desk:
            self._emit_book(self.desk_toggled, index)

    @Slot(QModelIndex, int)
    def _move_book(self, index: QModelIndex, step: int) -> None:
        row = index.data(ItemRole)
        if isinstance(row, BookRow) and row.on_desk and row.book is not None:
            self.book_moved.emit(row.book.id, step)

    def _open_menu(self, of: Callable[[QModelIndex], QMenu | None], index: QModelIndex, where: QPoint) -> None:
        if (menu := of(index)) is not None:
            menu.popup(where)

    def conversation_menu(self, index: QModelIndex) -> QMenu | None:
        """Make the menu of a conversation; None for a heading."""
        row = index.data(ItemRole)
        if not isinstance(row, Conversation):
            return None
        menu = self._menu()
        menu.addAction(_("Open"), partial(self.conversation_opened.emit, row.id))
        menu.addAction(_("Rename") + "\tF2", partial(self.rename, row.id))
        pin, archive = _("Unpin") if row.pinned else _("Pin"), _("Unarchive") if row.archived else _("Archive")
        menu.addAction(pin, partial(self.pin_wanted.emit, row.id, not row.pinned))
        menu.addAction(archive, partial(self.archive_wanted.emit, row.id, not row.archived))
        menu.addAction(_("Move to a matter…"), partial(self.conversation_move_wanted.emit, row.id))
        menu.addSeparator()
        menu.addAction(_("Delete"), partial(self.conversation_delete_wanted.emit, row.id))
        return menu

    def book_menu(self, index: QModelIndex) -> QMenu | None:
        """Make the menu of a book, of a file that is being opened, or of a folder; None for another heading."""
        row = index.data(ItemRole)
        if isinstance(row, GroupRow):
            return self.folder_menu.fill(self._menu(), row)
        if not isinstance(row, BookRow):
            return None
        menu = self._menu()
        if row.book is None:
            words = _("Cancel import") if row.state is BookState.OPENING else _("Remove from the list")
            menu.addAction(words, partial(self.opening_cancelled.emit, row.key))
            return menu
        menu.addAction(_("Open"), partial(self.book_opened.emit, row.book.id))
        menu.addAction(_("Rename") + "\tF2", partial(self.rename_book, row.book.id))
        menu.addAction(_("Import report…"), partial(self.report_wanted.emit, row.book.id))
        menu.addAction(_("Read the file again"), partial(self.reread_wanted.emit, row.book.id))
        menu.addAction(_("Show in folder"), partial(self.folder_shown.emit, row.book.id))
        add_entries(menu, self._entries(row.book))
        words = _("Take off the desk") if row.on_desk else _("Put on the desk")
        menu.addAction(f"{words}\t{_('Space')}", partial(self.desk_toggled.emit, row.book.id))
        if row.on_desk:
            menu.addAction(_("Choose pages…"), partial(self.pages_wanted.emit, row.book.id))
            places = [other.key for other in self._books.books() if other.on_desk]
            up = menu.addAction(_("Move up") + "\tAlt+Up", partial(self.book_moved.emit, row.book.id, -1))
            down = menu.addAction(_("Move down") + "\tAlt+Down", partial(self.book_moved.emit, row.book.id, 1))
            up.setEnabled(places[0] != row.key)
            down.setEnabled(places[-1] != row.key)
        menu.addAction(_("Move to a matter…"), partial(self.book_move_wanted.emit, row.book.id))
        menu.addSeparator()
        menu.addAction(_("Remove from the shelf"), partial(self.book_remove_wanted.emit, row.book.id))
        return menu

    def offer_for_books(self, entries: Callable[[Book], Iterable[MenuEntry]]) -> None:
        """Add entries to the menu of a book: `entries` is asked for them whenever the menu is opened."""
        self._entries = entries

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

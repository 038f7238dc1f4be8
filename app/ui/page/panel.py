"""The right panel: the page that is being read, as text or as a drawing, with notes about it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QMetaMethod, QPoint, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from app.core.documents.document import Book
from app.core.documents.page_names import PageNames
from app.ui.kit.commands import MenuEntry, add_entries
from app.ui.kit.frame_state import PageLook
from app.ui.kit.handbook import Chapter, explain
from app.ui.look.icons import Icons
from app.ui.look.theme import SIZE_TEXT, SPACE_S, SPACE_XL, SPACE_XS
from app.ui.page.drawn_pages import DrawnPages
from app.ui.page.halves import Halves
from app.ui.page.header import BookTabs, PageHeader
from app.ui.page.hits import FoundBar
from app.ui.page.page_column import PageColumn, Spot
from app.ui.page.pager import Pager
from app.ui.page.popups import OutlinePopup
from app.ui.page.selection import PageSelection
from app.ui.page.text_page import TRAVEL_BUTTONS
from app.ui.page.text_pages import TextPages
from app.ui.page.tints import PageTints
from app.ui.page.view_menu import ViewMenu
from app.ui.page.zoom import ACTUAL, PageFit, PageZoom
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import column, row
from app.wording.i18n import _

_TYPE_SIZES = (11, 12, 13, SIZE_TEXT, 17, 19, 22, 26, 30, 36)
"""The sizes of type that can be chosen, in px."""

_WIDE, _ROOM_FOR_TWO = 1_900, 700
"""The width (px) of the window from which two pages are side by side of themselves, and the width of this panel that
has room for them."""


class PagePanel(QWidget):
    """The right panel. It emits what the person wants, and shows what it is given. Pages are numbers from 1. `reached`
    tells that one has scrolled to that page, or clicked on it; `travelled` is -1 or +1 for back or forward to where one
    was."""

    turned = Signal(int)
    reached = Signal(int)
    travelled = Signal(int)
    section_chosen = Signal(int)
    drawing_chosen = Signal(bool)
    find_next_wanted = Signal(int)
    ask_page_wanted = Signal()
    ask_part_wanted = Signal()
    split_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        explain(self, Chapter.PAGES)
        self.setAccessibleName(_("Page"))
        self.theme = icons.theme
        self._book: Book | None = None
        self._page = 1
        self._look = PageLook()
        self._tints: Mapping[str, PageTints] = {}
        self._entries: Callable[[], Iterable[MenuEntry]] = lambda: ()
        self._own = QWidget()
        self.halves = Halves(self._own)
        self.tabs = BookTabs(icons)
        self.header = PageHeader(icons)
        self.pager = Pager(icons)
        self.text = TextPages(icons.theme)
        self.text.setAccessibleName(_("Text of the page"))
        self.image = DrawnPages(icons.theme)
        self._empty = PlainLabel(
            _("Open a document from the shelf, or click a page mark in an answer."), role="soft", wraps=True
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note = PlainLabel(role="small", wraps=True)
        self._quote = PlainLabel(role="quote", wraps=True)
        self.found = FoundBar(icons)
        self._lay_out()
        self._connect()
        self.show_nothing()

    # ---- what it shows

    def show_nothing(self) -> None:
        self._book = None
        self.header.show_book("", outline=False, drawn=False)
        self.pager.hide()
        self._note.hide()
        self._quote.hide()
        self.found.show_found("", (), PageNames(), -1)
        self._stack.setCurrentWidget(self._empty)

    def show_book(self, book: Book) -> None:
        self._book = book
        drawn = book.format.is_drawn
        self.header.show_book(book.title, outline=bool(book.outline), drawn=drawn)
        self.selection.show_drawn(drawn)
        self.pager.show_drawn(drawn)
        self.pager.show()
        self.text.show_book(book)
        self.image.show_book(book)
        self._tint()

    def set_tints(self, tints: Mapping[str, PageTints]) -> None:
        """Set passages of these documents, by their ids, on a coloured ground whenever one of them is shown here."""
        self._tints = tints
        self._tint()

    def _tint(self) -> None:
        if self._book is not None:
            for view in (self.text, self.image):
                view.show_tints(self._tints.get(self._book.id, {}))

    def show_page(self, page: int, note: str) -> None:
        """Show which page is the current one; `note` is a quiet sentence about it, or empty."""
        assert self._book is not None
        self._page = page
        self.pager.show_place(self._book.page_names, page)
        self.show_note(note)

    def go_to(self, page: int, *, lit: bool = False) -> None:
        """Bring a page into sight, or what is lit there."""
        for view in (self.text, self.image):
            view.go_to(page, lit=lit)

    def here(self) -> Spot:
        """Return where the current page is in the view."""
        return (self.image if self.drawing_shown() else self.text).here()

    def go_to_spot(self, spot: Spot) -> None:
        """Scroll to where `spot` was at the top of the view."""
        for view in (self.text, self.image):
            view.go_to_spot(spot)

    def show_text(self) -> None:
        self._show_view(self.text)

    def show_drawings(self) -> None:
        """Show the pages as drawings, which are asked for as they come into sight."""
        self._show_view(self.image)

    def _show_view(self, view: TextPages | DrawnPages) -> None:
        """Show the text or the drawings, at the page that is the current one."""
        self.header.set_text_shown(view is self.text)
        self.show_quote("")
        before = self._stack.currentWidget()
        if before is not view:
            self._stack.setCurrentWidget(view)
            if isinstance(before, PageColumn) and before.current != view.current:
                view.go_to(before.current)
            view.lay_out()

    def show_note(self, sentence: str) -> None:
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))

    def show_quote(self, words: str) -> None:
        """Show what is quoted from the page, if it cannot be highlighted there; no words hide it."""
        self._quote.setText(_("On this page: “{words}”").format(words=" ".join(words.split())))
        self._quote.setVisible(bool(words))

    def note(self) -> str:
        return self._note.text() if self._note.isVisibleTo(self) else ""

    def quote(self) -> str:
        return self._quote.text() if self._quote.isVisibleTo(self) else ""

    def drawing_shown(self) -> bool:
        return self._stack.currentWidget() is self.image

    def set_split(self, split: bool) -> None:
        """Show the second page too, or this one alone."""
        self.halves.set_split(split)
        self._spread()

    @property
    def active(self) -> PagePanel:
        """The one of the two pages that has the focus; this one if neither has it."""
        second = self.halves.active
        return second if isinstance(second, PagePanel) else self

    def act(self, what: Callable[[PagePanel], None], *_checked: bool) -> None:
        """Do something on the page that has the focus."""
        what(self.active)

    # ---- commands

    @Slot()
    def focus_find(self) -> None:
        self.header.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.header.find_field.selectAll()

    @Slot()
    def focus_pager(self) -> None:
        self.pager.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.pager.field.selectAll()

    @Slot()
    def focus_page(self) -> None:
        shown = self.image if self.drawing_shown() else self.text
        shown.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def toggle_drawing(self) -> None:
        if self.header.as_text.isVisibleTo(self):
            self.header.as_text.toggle()

    @property
    def zoom(self) -> PageZoom:
        """The zoom of the drawings."""
        return self.image.zoom

    @Slot(object)
    def set_zoom(self, zoom: PageZoom) -> None:
        self.image.set_zoom(zoom)

    @property
    def look(self) -> PageLook:
        return self._look

    @Slot(object)
    def set_look(self, look: PageLook) -> None:
        self._look = look
        self.text.set_type_size(look.type_size)
        self.image.set_dark(look.dark)
        self._spread()

    @Slot(int)
    def turn(self, quarters: int) -> None:
        """Turn the drawings by so many quarters to the right."""
        self.image.set_turns(self.image.turns + quarters)

    @Slot()
    def switch_across(self) -> None:
        """Show two pages side by side if there is one, else one."""
        self.set_look(replace(self._look, across=1 if self.image.across > 1 else 2))

    @Slot()
    def fit_page(self) -> None:
        self.set_zoom(PageZoom(PageFit.PAGE))

    @Slot()
    def fit_actual(self) -> None:
        self.set_zoom(ACTUAL)

    @Slot()
    def zoom_in(self) -> None:
        self._zoom_by(1)

    @Slot()
    def zoom_out(self) -> None:
        self._zoom_by(-1)

    @Slot()
    def zoom_fit(self) -> None:
        """Make drawings as wide as the panel, or give text its usual size."""
        if self.drawing_shown():
            self.set_zoom(PageZoom())
        else:
            self.set_look(replace(self._look, type_size=SIZE_TEXT))

    @Slot(int)
    def travel(self, by: int) -> None:
        """Go back, for -1, to where one was before one followed something, or forward again for 1."""
        self.travelled.emit(by)

    @Slot()
    def open_outline(self) -> None:
        if self._book is not None and self._book.outline:
            popup = OutlinePopup(self._book, self._page, self)
            popup.chosen.connect(self.section_chosen)
            popup.opened_by(self.header.outline)
            popup.drop_below(self.header)

    # ---- inside

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in TRAVEL_BUTTONS:
            self.travelled.emit(-1 if event.button() is Qt.MouseButton.BackButton else 1)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.header.find_field.clear()  # what was found gives way to the page
        else:
            super().keyPressEvent(event)

    @Slot(int)
    def _zoom_by(self, steps: int) -> None:
        """Enlarge what is shown by so many steps; a negative number reduces it, and 0 restores its usual size."""
        if not steps:
            self.zoom_fit()
        elif self.drawing_shown():
            self.set_zoom(self.image.zoom.stepped(steps, self.image.scale()))
        else:
            at = max(0, min(len(_TYPE_SIZES) - 1, bisect_left(_TYPE_SIZES, self._look.type_size) + steps))
            self.set_look(replace(self._look, type_size=_TYPE_SIZES[at]))

    def _spread(self) -> None:
        """Put two pages side by side if the person wants that, or if the window is so wide that there is room."""
        wide = self.width() >= _ROOM_FOR_TWO
        self.halves.lie(wide=wide)
        roomy = wide and not self.halves.is_split and self.window().width() >= _WIDE
        for view in (self.text, self.image):
            view.set_across(self._look.across or (2 if roomy else 1))

    @Slot()
    def open_view_menu(self) -> None:
        """Open the menu of how pages are shown, beside the button of the header."""
        menu = self.view_menu()
        menu.popup(self.header.view.mapToGlobal(QPoint(0, self.header.view.height() + SPACE_XS)))

    def offer(self, entries: Callable[[], Iterable[MenuEntry]]) -> None:
        """Set `entries`, which gives whatever else can be done with the pages each time the menu is opened."""
        self._entries = entries

    def view_menu(self) -> ViewMenu:
        zoom = self.zoom if self.drawing_shown() else None
        menu = ViewMenu(self._look, zoom, self.image.across, dark=self.theme.palette.dark, parent=self)
        if self._is_heard(self.split_wanted):
            menu.add_split(split=self.halves.is_split or self.header.close_button.isVisible())
        add_entries(menu, self._entries())
        menu.zoom_chosen.connect(self.set_zoom)
        menu.look_chosen.connect(self.set_look)
        menu.stepped.connect(self._zoom_by)
        menu.turned.connect(self.turn)
        menu.split_wanted.connect(self.split_wanted)
        return menu

    def _is_heard(self, signal: SignalInstance) -> bool:
        """Return whether somebody acts on a signal: not everywhere that a page is shown does somebody do so."""
        return self.isSignalConnected(QMetaMethod.fromSignal(signal))

    def _lay_out(self) -> None:
        body = QWidget()
        body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._stack = QStackedLayout(body)
        for widget in (self._empty, self.text, self.image):
            self._stack.addWidget(widget)
        self.selection = PageSelection(self.text, self.image, body)
        self._note.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        above = column(self.found, self._note, self._quote, margins=(SPACE_XL, 0, SPACE_XL, 0))
        column(self.tabs, self.header, Separator(), above, (body, 1), self.pager, of=self._own)
        row(self.halves, of=self)

    def _connect(self) -> None:
        for keys, step in (("Ctrl+PgDown", 1), ("Ctrl+PgUp", -1), ("Ctrl+Tab", 1), ("Ctrl+Shift+Tab", -1)):
            shortcut = QShortcut(QKeySequence(keys), self._own, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.tabs.step, step))
        self.pager.turned.connect(self.turned)
        self.pager.travelled.connect(self.travelled)
        for view in (self.text, self.image):
            view.turned.connect(self.turned)
            view.reached.connect(self.reached)
            view.zoomed.connect(self._zoom_by)
        for asking in (self.pager, self.selection):
            asking.ask_page_wanted.connect(self.ask_page_wanted)
            asking.ask_part_wanted.connect(self.ask_part_wanted)
        self.image.region.toggled.connect(self.pager.ask_part.setChecked)
        self.header.text_wanted.connect(self._choose_text)
        self.header.view_wanted.connect(self.open_view_menu)
        self.header.outline_wanted.connect(self.open_outline)
        self.header.find_field.next_wanted.connect(self.find_next_wanted)
        self.header.find_field.list_wanted.connect(self.found.focus_list)
        self.found.next_wanted.connect(self.find_next_wanted)
        self.found.hits.left.connect(self.focus_find)

    @Slot(bool)
    def _choose_text(self, shown: bool) -> None:
        self.drawing_chosen.emit(not shown)

"""Offers actions for words that are selected on a page: to copy them, copy them with their reference, ask about
them, highlight them, or write a note on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.core.documents.citation_style import CitationStyle
from app.core.documents.note import Marker
from app.ui.look.theme import SPACE_XS
from app.ui.page.drawn_pages import DrawnPages
from app.ui.page.pager import ASK_PAGE_KEYS, ASK_PART_KEYS
from app.ui.page.selection_bar import MARK_KEY, NOTE_KEY, SelectionBar
from app.ui.page.text_pages import TextPages
from app.wording.i18n import _

_STYLES = ((CitationStyle.BIBTEX, "BibTeX"), (CitationStyle.CSL, "CSL JSON"))
WITH_REFERENCE = QKeySequence("Ctrl+Shift+C")


class PageSelection(QObject):
    """Works on the text and on the drawing of a page.

    The signals carry the words; no words mean the whole page. `mark_wanted` carries a Marker; `note_wanted` asks for a
    note about the words, or about the page if there are none; `citation_wanted` carries a CitationStyle for the
    reference of the book.

    A page that can be drawn may be asked about as it looks, too: all of it, or a part that is still to be chosen.
    """

    ask_wanted = Signal(str)
    reference_wanted = Signal(str)
    ask_page_wanted = Signal()
    ask_part_wanted = Signal()
    mark_wanted = Signal(object)
    citation_wanted = Signal(object)
    note_wanted = Signal()

    def __init__(self, text: TextPages, image: DrawnPages, ground: QWidget) -> None:
        """`ground` holds both views, and the small bar beside a selection."""
        super().__init__(ground)
        self._text, self._image, self._ground = text, image, ground
        self._drawn = False
        self.is_citable: Callable[[], bool] = bool
        """Returns whether the book's file says enough for a reference."""
        self.marker = Marker.BLUE
        """The marker that was used last."""
        self.bar = SelectionBar(image.theme, ground)
        self.ask_button = self.bar.ask
        self.ask_button.clicked.connect(self._ask)
        self.bar.marked.connect(self.mark)
        self.bar.note.clicked.connect(self.note_wanted)
        for view in (text, image):
            view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            view.customContextMenuRequested.connect(self._open_menu)
            view.installEventFilter(self)
            view.viewport().installEventFilter(self)
            view.verticalScrollBar().valueChanged.connect(self._place_bar)
            view.selected.connect(self._place_bar)

    def words(self) -> str:
        """Return the words that are selected on the view that is shown."""
        return self._shown_view().selected_text()

    def menu(self) -> QMenu:
        """Return a new menu of what there is to do with the selected words, or with the page."""
        menu = QMenu(self._ground)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.words():
            menu.addAction(_("Copy") + "\tCtrl+C", self.copy)
            menu.addAction(_("Copy with reference") + "\tCtrl+Shift+C", self._copy_with_reference)
            menu.addSeparator()
            menu.addAction(_("Ask about this"), self._ask)
            menu.addSeparator()
            menu.addAction(f"{_('Highlight')}\t{MARK_KEY}", self.mark_again)
            menu.addAction(f"{_('Write a note…')}\t{NOTE_KEY}", self.note_wanted.emit)
        else:
            menu.addAction(_("Copy the page with reference"), self._copy_with_reference)
            menu.addAction(_("Add a reference to this page") if self._drawn else _("Ask about this page"), self._ask)
            menu.addAction(_("Write a note about this page…"), self.note_wanted.emit)
        if self.is_citable():
            below = menu.addMenu(_("Copy the document’s reference"))
            for style, words in ((CitationStyle.TEXT, _("As text")), *_STYLES):
                below.addAction(words, partial(self.citation_wanted.emit, style))
        if self._drawn:
            menu.addSeparator()
            menu.addAction(f"{_('Ask about this page')}\t{ASK_PAGE_KEYS}", self.ask_page_wanted.emit)
            menu.addAction(f"{_('Ask about a part of this page…')}\t{ASK_PART_KEYS}", self.ask_part_wanted.emit)
        return menu

    def show_drawn(self, drawn: bool) -> None:
        """Take whether the book's pages can be drawn."""
        self._drawn = drawn

    @Slot()
    def copy(self) -> None:
        if words := self.words():
            QGuiApplication.clipboard().setText(words)

    @Slot(object)
    def mark(self, marker: Marker) -> None:
        """Highlight the selected words with a marker, and make it the current one."""
        self.marker = marker
        self.mark_wanted.emit(marker)

    def area(self) -> QRect | None:
        """Return where the selection ends, in global coordinates; None if nothing is selected."""
        view = self._shown_view()
        rect = view.selection_rect()
        return QRect(view.viewport().mapToGlobal(rect.topLeft().toPoint()), rect.size().toSize()) if rect else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        kind = event.type()
        if kind in (QEvent.Type.Hide, QEvent.Type.Show, QEvent.Type.Resize, QEvent.Type.MouseButtonRelease):
            self._place_bar()
        elif kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and isinstance(event, QKeyEvent):
            return bool(self.words()) and self._take_key(event, act=kind == QEvent.Type.KeyPress)
        return False

    def _take_key(self, event: QKeyEvent, *, act: bool) -> bool:
        """Take the keys that are about the selected words, and keep them from the window's commands; return whether
        this is one. `act` does what the key is for."""
        keys = QKeySequence(event.keyCombination())
        action = {
            WITH_REFERENCE: self._copy_with_reference,
            QKeySequence("Ctrl+C"): self.copy,
            QKeySequence(MARK_KEY): self.mark_again,
            QKeySequence(NOTE_KEY): self.note_wanted.emit,
        }.get(keys)
        if action is None:
            return False
        event.accept()
        if act:
            action()
        return True

    def _shown_view(self) -> DrawnPages | TextPages:
        return self._image if self._image.isVisible() else self._text

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        view = self._shown_view()
        self.menu().popup(view.viewport().mapToGlobal(at))

    @Slot()
    def _ask(self) -> None:
        self.ask_wanted.emit(self.words())

    @Slot()
    def mark_again(self) -> None:
        self.mark(self.marker)

    @Slot()
    def _copy_with_reference(self) -> None:
        self.reference_wanted.emit(self.words())

    @Slot()
    def _place_bar(self) -> None:
        """Show the bar below the end of the selection, once the mouse button is released and if it is in sight."""
        view = self._shown_view()
        rect = view.selection_rect() if self.words().strip() else None
        dragging = bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        if rect is None or dragging or not view.viewport().rect().intersects(rect.toRect()):
            self.bar.hide()
            return
        size = self.bar.sizeHint()
        corner = view.viewport().mapTo(self._ground, rect.bottomRight().toPoint())
        room = QRect(QPoint(), self._ground.size() - size)
        x = max(room.left(), min(room.right(), corner.x() - size.width() // 2))
        y = corner.y() + SPACE_XS
        if y > room.bottom():
            y = corner.y() - round(rect.height()) - size.height() - SPACE_XS
        self.bar.setGeometry(QRect(QPoint(x, y), size))
        self.bar.raise_()
        self.bar.show()

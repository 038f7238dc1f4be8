"""Asks which pages of a book are on the desk: all of them, or a range, chosen from the outline or typed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.core.conversations.chapters import OutlineChapter, chapters_of
from app.core.conversations.conversation import BookRef, PageRange
from app.core.documents.document import Book
from app.core.documents.page_names import PageNames
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.look.theme import SPACE_S
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.page_names import name_words, no_page_words, range_words, shared_words, span_words
from app.wording.units import count, counted


class PageField(QLineEdit):
    """A field for a page, which looks up what was typed when it is left. If there is no such page the words stay, to be
    corrected, and the page is the one before.

    Pages are numbers from 1. `changed` carries the new page, also when it is the same again after a page that does
    not exist; `typed` what was looked up and how many pages it can mean.
    """

    changed = Signal(int)
    typed = Signal(str, int)

    def __init__(self, names: PageNames, page: int) -> None:
        super().__init__()
        self._names = names
        self._page = page
        self._unknown = False  # what was typed is no page
        self.editingFinished.connect(self._take)
        self._show()

    def page(self) -> int:
        """Return the page that the field says now."""
        self._take()
        return self._page

    @property
    def known(self) -> bool:
        """True if there is a page of the name in the field."""
        typed = self.text().strip()
        return typed == self._name() or bool(self._names.find(typed))

    def set_page(self, page: int) -> None:
        moved = page != self._page or self._unknown
        self._page, self._unknown = page, False
        self._show()
        if moved:
            self.changed.emit(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_page(min(self._names.pages, max(1, self.page() + step)))

    def _name(self) -> str:
        return name_words(self._names.of(self._page))

    def _show(self) -> None:
        self.setText(self._name())

    @Slot()
    def _take(self) -> None:
        """Look up what is typed. Of several pages of that name, take the nearest."""
        typed = self.text().strip()
        if typed == self._name():
            self.set_page(self._page)
            return
        found = self._names.find(typed)
        if found:
            self.set_page(min(found, key=lambda page: abs(page - self._page)))
        self._unknown = not found
        self.typed.emit(typed, len(found))


_RangeRole = int(Qt.ItemDataRole.UserRole)
_OUTLINE_HEIGHT, _LEAST_OUTLINE_HEIGHT = 220, 130
_FIELD_WIDTH = 112
_COUNT_DELAY_MS = 150


class PagesDialog(SmallDialog):
    """A dialog for the pages of a book. `range` says which pages are chosen, by their names and numbers, or why a page
    that was typed was not found.

    `chosen` carries the book's id and a PageRange, or None for the whole book. `count_wanted` asks, with a BookRef,
    how many tokens the chosen pages take; `show_tokens` shows them."""

    chosen = Signal(str, object)
    count_wanted = Signal(object)

    def __init__(
        self, book: Book, chapters: Sequence[OutlineChapter], pages: PageRange | None, parent: QWidget | None = None
    ) -> None:
        self._book = book
        self.tokens = PlainLabel(role="small")
        self._count_later = QTimer(singleShot=True, interval=_COUNT_DELAY_MS)
        shown = pages or PageRange(1, book.page_count)
        self._names = book.page_names
        self.first = _page_field(self._names, shown.first, _("First page"))
        self.last = _page_field(self._names, shown.last, _("Last page"))
        self.range = PlainLabel(role="small", wraps=True)
        self.outline = QListWidget()
        self.outline.setAccessibleName(_("Chapters"))
        self.outline.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.outline.setProperty("role", "framed")
        self.outline.setMinimumHeight(_LEAST_OUTLINE_HEIGHT)  # it gives way to what is said about a page that was typed
        self.outline.setMaximumHeight(_OUTLINE_HEIGHT)
        for chapter in chapters:
            item = QListWidgetItem()
            item.setData(_RangeRole, chapter.pages)
            self.outline.addItem(item)
        self.show_chapters(chapters)
        self.outline.currentItemChanged.connect(self._take_chapter)
        sentence = counted(
            book.page_count,
            _("“{title}” has only this page."),
            _("The model reads only these pages of “{title}”. The document has {n} pages."),
            title=book.title,
        )
        super().__init__(_("Choose pages"), sentence, _("Put on the desk"), body=self._body(), parent=parent)
        self._count_later.setParent(self)
        self._count_later.timeout.connect(self._ask_count)
        for field in (self.first, self.last):
            field.changed.connect(self._recount)
            field.typed.connect(self._explain)
        self._recount()

    def show_chapters(self, chapters: Sequence[OutlineChapter]) -> None:
        """Show how many tokens each chapter takes; 0 is not shown."""
        for number, chapter in enumerate(chapters):
            indent = "    " * (chapter.level - 1)
            ends = self._names.of(chapter.pages.first), self._names.of(chapter.pages.last)
            words = f"{indent}{chapter.title}   {span_words(*ends)}"
            if chapter.tokens:
                words = _("{chapter} · {n} tokens").format(chapter=words, n=count(chapter.tokens))
            self.outline.item(number).setText(words)

    def show_tokens(self, tokens: int) -> None:
        """Show how many tokens the chosen pages take."""
        if not (self.first.known and self.last.known):
            return
        self.tokens.setText(pages_tokens_words(tokens))

    def accept(self) -> None:
        """Close with what is chosen, but not while a page is typed that does not exist."""
        for field in (self.first, self.last):
            field.page()  # is looked up now, and explained
            if not field.known:
                field.setFocus()
                return
        self.chosen.emit(self._book.id, self._chosen())
        super().accept()

    def _chosen(self) -> PageRange | None:
        first, last = sorted((self.first.page(), self.last.page()))
        return None if first == 1 and last == self._book.page_count else PageRange(first, last)

    @Slot()
    def _recount(self) -> None:
        if not (self.first.known and self.last.known):
            return
        first, last = sorted((self.first.page(), self.last.page()))
        self.range.setText(range_words(self._names.of(first), self._names.of(last)))
        self.tokens.setText(" ")
        self._count_later.start()

    @Slot(str, int)
    def _explain(self, typed: str, found: int) -> None:
        """Say why there is no such page, or that there are several."""
        if not found:
            self._count_later.stop()
            self.tokens.setText(" ")
            self.range.setText(no_page_words(typed, self._names))
        elif found > 1:
            self.range.setText(f"{self.range.text()}. {shared_words(typed, self._names, found)}")

    @Slot()
    def _ask_count(self) -> None:
        self.count_wanted.emit(BookRef(self._book.id, self._chosen()))

    def _body(self) -> QWidget:
        fields = row(PlainLabel(_("Pages")), self.first, PlainLabel("–"), self.last, STRETCH, spacing=SPACE_S)
        chapters = (PlainLabel(_("Or a chapter:"), role="small"), self.outline) if self.outline.count() else ()
        return boxed(column(fields, self.range, self.tokens, *chapters, spacing=SPACE_S))

    @Slot(QListWidgetItem)
    def _take_chapter(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            chapter: PageRange = item.data(_RangeRole)
            self.first.set_page(chapter.first)
            self.last.set_page(chapter.last)


def pages_tokens_words(tokens: int) -> str:
    """Say how many tokens the chosen pages take."""
    return _("These pages have {n} tokens.").format(n=count(tokens))


def _page_field(names: PageNames, page: int, name: str) -> PageField:
    field = PageField(names, page)
    field.setFixedWidth(_FIELD_WIDTH)
    field.setAccessibleName(name)
    return field


class PagesPresenter(Presenter):
    """Asks the person for the pages of a book. `chosen` carries what that of the dialog does."""

    chosen = Signal(str, object)

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._context = context.desk.asking.context
        self._bridge = context.bridge
        self._window = context.window
        self._counting: Job | None = None
        self.dialog: PagesDialog | None = None

    def ask(self, book: Book, pages: PageRange | None) -> None:
        """Ask for the pages of a book; `pages` are those on the desk now. How many tokens the chapters and the chosen
        pages take comes later."""
        dialog = PagesDialog(book, chapters_of(book.outline, book.page_count), pages, self._window)
        dialog.chosen.connect(self.chosen)
        dialog.count_wanted.connect(self._count)
        dialog.destroyed.connect(self._forget)
        self.dialog = dialog
        work = partial(self._context.chapters, book)
        self._call(work, self._show_chapters, self._ignore, executor=Executor.ENGINE)
        dialog.open()

    @Slot()
    def _forget(self) -> None:
        self.dialog = None

    @Slot(object)
    def _show_chapters(self, chapters: tuple[OutlineChapter, ...]) -> None:
        if self.dialog is not None:
            self.dialog.show_chapters(chapters)

    @Slot(object)
    def _count(self, ref: BookRef) -> None:
        if self._counting is not None:
            self._counting.cancel()
        work = partial(self._context.tokens_of, ref)
        self._counting = self._call(work, self._show_count, self._ignore, executor=Executor.ENGINE)

    @Slot(object)
    def _show_count(self, tokens: int | None) -> None:
        if self.dialog is not None and tokens is not None:
            self.dialog.show_tokens(tokens)

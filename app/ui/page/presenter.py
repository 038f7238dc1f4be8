"""The open page: loads it, shows it as text or drawn, highlights a quotation, passes on what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

from app.core.conversations.conversation import Citation, Conversation, Turn
from app.core.conversations.image import Raster
from app.core.documents.document import Book, Page, PageLink
from app.core.documents.page_span import PageSpan
from app.core.documents.untrusted import disarm
from app.core.errors import Problem
from app.services.library.library import Library
from app.ui.kit.bridge import Executor
from app.ui.kit.frame_state import OpenedBooks
from app.ui.kit.jobs import Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.shown import Shown
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import jump_words, page_note
from app.ui.page.drawing import Drawing
from app.ui.page.finding import Finding
from app.ui.page.open_books import OpenBooks
from app.ui.page.page_column import Spot
from app.ui.page.page_history import HistoryPlace
from app.ui.page.page_images import undrawn_words
from app.ui.page.page_strip import GAP
from app.ui.page.panel import PagePanel
from app.ui.page.popups import ThumbnailPopup, cited_pages
from app.ui.page.questions import PageQuestions
from app.ui.page.texts import PageTexts
from app.wording.i18n import _
from app.wording.page_names import no_page_words, unresolved_words


class ThumbnailsPresenter(QObject):
    """Offers the pages as small pictures. `chosen` carries a page's number."""

    chosen = Signal(int)

    def __init__(self, context: WindowContext, panel: PagePanel) -> None:
        super().__init__(panel)
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._panel = panel

    def offer(self, book: Book, page: int, turns: Iterable[Turn]) -> None:
        """Offer the pages of a book. `page` is the one that is shown; pages that the answers of `turns` cite bear a
        mark."""
        cited = cited_pages(turns, book.id)
        popup = ThumbnailPopup(book.page_names, page, cited, self._panel.theme, self._panel)
        popup.wanted.connect(partial(self._draw, popup, book.id))
        popup.chosen.connect(self.chosen)
        popup.opened_by(self._panel.header.thumbnails)
        popup.drop_below(self._panel.header)

    def _draw(self, popup: ThumbnailPopup, book_id: str, page: int, width: int) -> None:
        work = partial(self._library.page_image, book_id, page, width)
        self._bridge.call(
            Executor.READER, work, partial(self._take, popup, page), partial(self._on_undrawn, popup, page)
        )

    def _take(self, popup: ThumbnailPopup, page: int, image: Raster | None) -> None:
        if isValid(popup):
            popup.pages.thumbnails.put(page, image)

    def _on_undrawn(self, popup: ThumbnailPopup, page: int, problem: Problem) -> None:  # noqa: ARG002 - it stays blank
        self._take(popup, page, None)


@dataclass(frozen=True)
class _Opened:
    """A page with the range of characters, in its text, of the quotation that was looked for. `remark` says why it is
    this page, if that is not plain."""

    book: Book
    page: Page
    lit: tuple[int, int] | None
    wanted: str
    remark: str


class PagePresenter(Presenter):
    """One page of the panel.

    `moved` carries the id of the book and the number of the page that is now shown, "" and 0 for none; `ask_wanted` a
    quotation with its reference; `image_taken` the Image of a page, or of a part of one, that is asked about.
    """

    moved = Signal(str, int)
    ask_wanted = Signal(str)
    image_taken = Signal(object)

    def __init__(self, context: WindowContext, panel: PagePanel, shown: Shown, *, talk: Shown | None = None) -> None:
        """`shown` is told what is open here; `talk` has the conversation and the shelf, if those are not in `shown`.
        The presenter lives as long as its panel."""
        super().__init__(panel)
        self._talk = talk or shown
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._panel = self.panel = panel
        self._shown = self.shown = shown
        self._as_text = False
        self._opening: Job | None = None
        self._following: Job | None = None
        self._drawing = Drawing(context, panel)
        self._texts = PageTexts(context, panel, shown)
        self.questions = PageQuestions(context, panel, shown)
        self._finding = Finding(context, panel)
        self._thumbnails = ThumbnailsPresenter(context, panel)
        self._open = OpenBooks(panel, self._finding)
        self._connect(panel)

    def opened(self) -> dict[str, OpenedBooks]:
        """Return the open books of the conversations that were shown, by their ids."""
        return self._open.all()

    def remember(self, conversation_id: str, books: OpenedBooks) -> None:
        """Remember the books that were open in this conversation, for when it is shown."""
        self._open.remember(conversation_id, books)

    def has_open(self, conversation_id: str) -> bool:
        """Return whether a book that is still on the shelf is open in this conversation."""
        opened = self._open.all().get(conversation_id, OpenedBooks())
        return any(page.book_id in self._talk.shelf for page in opened.pages)

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        """Show the books that are open in a conversation: each has its own, and those of the one before are put
        away."""
        conversation_id = conversation.id if conversation is not None else ""
        if conversation_id == self._open.conversation_id:
            return
        if not self._open.conversation_id and (self._shown.book is not None or self._is_opening()):
            self._open.adopt(conversation_id)
            return
        if self._shown.book is not None:
            self._open.leave(self._shown.book.id, as_text=self._as_text)
        self._show_nothing()
        desk_ids = [ref.book_id for ref in conversation.books] if conversation is not None else []
        book_id = self._open.switch(conversation_id, desk_ids, self._talk.shelf)
        if book_id:
            self.open_book(book_id)

    @Slot(object)
    def renew(self, book: Book) -> None:
        """Load a book anew if it is shown, as its title, its text or its file has changed."""
        self._panel.tabs.rename(book.id, book.title)
        place = self._shown.place
        if place is not None and place[0] == book.id:
            spot = self._panel.here()
            self._shown.book = None  # so that nothing of its pages is kept
            self._load(partial(_open, self._library, *place), spot)

    @Slot(str)
    def forget_conversation(self, conversation_id: str) -> None:
        self._open.forget_conversation(conversation_id)

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """Close a book that was removed, in every conversation."""
        self._open.forget_book(book_id)
        self.close_book(book_id)

    @Slot(str)
    def open_book(self, book_id: str) -> None:
        """Open a book where it was open last, else at its first page."""
        if self._is_opening() or self._shown.book is None or self._shown.book.id != book_id:
            work = partial(_open, self._library, book_id, self._open.page_of(book_id))
            self._load(work, self._open.spot_of(book_id))

    def _is_opening(self) -> bool:
        return self._opening is not None and self._opening.running

    @Slot(object)
    def open_citation(self, citation: Citation) -> None:
        """Go where a page mark leads and highlight its quotation."""
        if citation.is_unresolved:
            self.failed.emit(unresolved_words(citation))
            return
        if not citation.book_id or citation.page < 1:
            words = _("The answer names page {page}, which no document on the desk has.")
            self.failed.emit(words.format(page=citation.label or citation.page))
            return
        self.open_page(citation.book_id, citation.page, citation.shown)

    @Slot()
    def offer_thumbnails(self) -> None:
        """Let the person choose a page by its small picture, if pages can be drawn."""
        if self._shown.book is not None and self._shown.page is not None and self._shown.book.format.is_drawn:
            self._thumbnails.offer(self._shown.book, self._shown.page.number, self._talk.turns)

    def open_page(
        self, book_id: str, number: int, wanted: str = "", remark: str = "", spot: Spot | None = None
    ) -> None:
        """Open a page of a book, with `wanted` highlighted, `remark` shown below it, and `spot` at the top. One can go
        back from there."""
        self._leave(book_id, number)
        self._load(partial(_open, self._library, book_id, number, wanted, remark), spot)

    def open_passage(self, book_id: str, span: PageSpan) -> None:
        """Open a page with this range of its characters highlighted."""
        self._leave(book_id, span.page)
        self._load(partial(_open_span, self._library, book_id, span))

    def _load(self, work: Callable[[], _Opened], spot: Spot | None = None) -> None:
        """Load a page in place of whatever is being loaded; `spot` is then at the top of the view."""
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self._call(work, partial(self._show, spot))

    @Slot(int)
    def turn(self, pages: int) -> None:
        book, page = self._shown.book, self._shown.page
        if book is not None and page is not None and 1 <= page.number + pages <= book.page_count:
            self._load(partial(_open, self._library, book.id, page.number + pages))

    # ---- back and forward

    def _leave(self, book_id: str, number: int) -> None:
        """Remember the place from which one goes to a page, unless that is the page that is shown."""
        if (here := self._here()) is not None and self._shown.place != (book_id, number):
            self._open.trail.leave(here)

    def _here(self) -> HistoryPlace | None:
        return HistoryPlace(self._shown.book.id, self._panel.here()) if self._shown.book is not None else None

    @Slot(int)
    def travel(self, by: int) -> None:
        """Go back, for -1, to where one was before one followed something, or forward again for 1."""
        here = self._here()
        if here is not None and (place := self._open.trail.go(by, here)) is not None:
            self._load(partial(_open, self._library, place.book_id, place.spot.page), place.spot)

    @Slot(str)
    def close_book(self, book_id: str) -> None:
        """Close its tab; if it was shown, show the book beside it, or nothing."""
        self._drawing.forget(book_id)
        neighbour = self._open.close(book_id)
        if self._shown.book is not None and self._shown.book.id == book_id and neighbour:
            self.open_book(neighbour)
        elif self._shown.book is not None and self._shown.book.id == book_id:
            self._show_nothing()

    def _show_nothing(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._shown.book = self._shown.page = None
        self._drawing.leave()
        self._finding.use_words("")
        self._finding.leave()
        self._panel.show_nothing()
        self.moved.emit("", 0)

    # ---- what the panel asks

    def _connect(self, panel: PagePanel) -> None:
        self._drawing.undrawn.connect(self._on_undrawn)
        self._texts.failed.connect(self.failed)
        self.questions.failed.connect(self.failed)
        self.questions.ask_wanted.connect(self.ask_wanted)
        self.questions.image_taken.connect(self.image_taken)
        self._finding.page_wanted.connect(self._go)
        self._finding.changed.connect(self._show_found)
        self._finding.looked_at.connect(self._unlight)
        self._finding.failed.connect(self.failed)
        self._thumbnails.chosen.connect(self._go)
        panel.ask_part_wanted.connect(self.questions.select_part)
        panel.header.thumbnails_wanted.connect(self.offer_thumbnails)
        panel.tabs.chosen.connect(self.open_book)
        panel.tabs.close_wanted.connect(self.close_book)
        panel.turned.connect(self.turn)
        panel.travelled.connect(self.travel)
        panel.reached.connect(self._follow)
        panel.pager.jumped.connect(self._jump)
        panel.section_chosen.connect(self._go)
        panel.image.links.followed.connect(self._follow_link)
        panel.drawing_chosen.connect(self._choose_drawing)

    @Slot(int)
    def _go(self, number: int) -> None:
        if self._shown.book is not None and 1 <= number <= self._shown.book.page_count:
            self.open_page(self._shown.book.id, number)

    @Slot(object)
    def _follow_link(self, link: PageLink) -> None:
        """Follow a link to its place in this book."""
        if self._shown.book is not None:
            self.open_page(self._shown.book.id, link.page, spot=Spot(link.page, link.share, -GAP))

    @Slot(str)
    def _jump(self, wanted: str) -> None:
        """Go to a page by its label, else by its number. Of several pages with that label, go to the nearest; from one
        of them, go to the next."""
        if self._shown.book is None or self._shown.page is None:
            return
        names, here = self._shown.book.page_names, self._shown.page.number
        found = names.find(wanted)
        if not found:
            self._panel.show_note(no_page_words(wanted, names))
        elif found != (here,):
            number = _meant(found, here)
            self.open_page(self._shown.book.id, number, remark=jump_words(wanted, names, number, len(found)))

    @Slot(bool)
    def _choose_drawing(self, drawing: bool) -> None:
        self._as_text = not drawing
        self._arrange()

    # ---- what comes back

    def _show(self, spot: Spot | None, opened: _Opened) -> None:
        if self._following is not None:
            self._following.cancel()
        before, book, page = self._shown.book, opened.book, opened.page
        other_book = before is None or before.id != book.id
        if other_book and before is not None:
            self._open.leave(before.id, as_text=self._as_text)
        self._shown.book = book
        if other_book or book != before:
            self._drawing.begin(book)
            self._panel.show_book(book)
        if other_book:
            self._as_text = self._open.enter(book, page.number).as_text
        self._light(opened)
        note = _("The quotation was not found on this page.") if opened.wanted and opened.lit is None else ""
        self._settle(page, f"{opened.remark} {note}".strip())
        self._panel.go_to(page.number, lit=opened.lit is not None)
        self._arrange()
        self._finding.show_page(book, page.number)
        if spot is not None:
            self._panel.go_to_spot(spot)
        self._panel.pager.show_travel(back=self._open.trail.leads_back, forward=self._open.trail.leads_forward)
        self.moved.emit(book.id, page.number)

    def _settle(self, page: Page, remark: str = "") -> None:
        """Take a page as the one that is read now."""
        book = self._shown.book
        assert book is not None
        self._shown.page = page
        self._panel.show_page(page.number, f"{remark} {page_note(page, book)}".strip())
        self._open.note(book.id, page.number)

    @Slot(int)
    def _follow(self, number: int) -> None:
        """Load the page to which one has scrolled, or on which one has clicked."""
        if self._shown.book is not None:
            if self._following is not None:
                self._following.cancel()
            work = partial(self._library.page, self._shown.book.id, number)
            taken = partial(self._take_followed, self._shown.book.id)
            self._following = self._call(work, taken)

    def _take_followed(self, book_id: str, page: Page) -> None:
        if self._shown.book is not None and self._shown.book.id == book_id and not self._is_opening():
            self._settle(page)
            self._finding.follow(page.number)
            self.moved.emit(book_id, page.number)

    def _light(self, opened: _Opened) -> None:
        number, lit = opened.page.number, opened.lit
        if lit is None:
            self._unlight()
        else:
            self._panel.text.light(number, lit)
            self._drawing.light((number, disarm(opened.page.text[slice(*lit)])))

    @Slot()
    def _unlight(self) -> None:
        self._panel.text.unlight()
        self._drawing.light(None)

    def _arrange(self) -> None:
        if self._shown.book is not None and self._shown.book.format.is_drawn and not self._as_text:
            self._drawing.show()
        else:
            self._drawing.leave()
            self._panel.show_text()

    @Slot(object)
    def _on_undrawn(self, problem: Problem) -> None:
        """Show the text of a page that cannot be drawn, and say why."""
        self._drawing.leave()
        self._panel.show_text()
        self._panel.show_note(undrawn_words(problem))

    @Slot()
    def _show_found(self) -> None:
        words, place = self._finding.words, self._finding.place
        self._panel.text.find_words(words, *place)
        self._drawing.find_words(words, *place)
        if self._shown.page is not None and place[0] == self._shown.page.number and not self._panel.text.is_lit:
            self._panel.go_to(place[0], lit=True)


def _meant(found: tuple[int, ...], here: int) -> int:
    """Choose one of the pages of one name: the one after `here` where that is one of them, else the nearest."""
    following = next((number for number in found if number > here), found[0])
    return following if here in found else min(found, key=lambda number: abs(number - here))


def _open(library: Library, book_id: str, number: int, wanted: str = "", remark: str = "") -> _Opened:
    book, page = library.book(book_id), library.page(book_id, number)
    if not wanted:
        return _Opened(book, page, None, wanted, remark)
    from app.documents.citations.checker import locate  # when a quotation is looked for: its patterns take a while

    return _Opened(book, page, locate(page.text, wanted), wanted, remark)


def _open_span(library: Library, book_id: str, span: PageSpan) -> _Opened:
    page = library.page(book_id, span.page)
    return _Opened(library.book(book_id), page, (span.start, span.end), page.text[span.start : span.end], "")

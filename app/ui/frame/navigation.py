"""Going somewhere in the window: to a book, a page, a conversation, a panel; what is folded unfolds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Slot

from app.core.conversations.bin import BinEntry, BinKind
from app.core.documents.page_span import PageSpan
from app.core.kept import KeptWhere
from app.ui.chat.asking import AskingPresenter
from app.ui.chat.presenter import ConversationPresenter
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.activity import ASIDE, EngineTask
from app.ui.page.pages import Pages
from app.ui.report.presenter import ReportPresenter
from app.ui.shelf.presenter import ShelfPresenter

_CLOSING_S = 1.0
"""The seconds after a view was closed in which Esc is still meant for that view and stops nothing."""


class Navigation(QObject):
    def __init__(
        self,
        context: FrameContext,
        shelf: ShelfPresenter,
        conversation: ConversationPresenter,
        asking: AskingPresenter,
        pages: Pages,
        report: ReportPresenter,
    ) -> None:
        super().__init__(context.parent)
        self._window = context.window
        self._shelf = shelf
        self._conversation = conversation
        self._asking = asking
        self._pages = pages
        self._page = pages.first
        self._report = report
        self._activity = context.activity
        self._shown = context.shown
        self._closed_at = -_CLOSING_S
        self._openers: Sequence[Callable[[str, str], bool]] = ()
        self._stoppers: Sequence[Callable[[], bool]] = ()

    def use(self, openers: Sequence[Callable[[str, str], bool]], stoppers: Sequence[Callable[[], bool]]) -> None:
        """Take what features offer: `openers` show what they keep (`WindowFeature.open_kept`), and `stoppers` take back
        what waits there to be asked (`WindowFeature.take_back`)."""
        self._openers, self._stoppers = openers, stoppers

    @Slot(object)
    def open_citation(self, citation: Any) -> None:
        self._window.unfold_page()
        self._page.open_citation(citation)

    @Slot(str)
    def open_book(self, book_id: str) -> None:
        self._window.unfold_page()
        self._page.open_book(book_id)

    @Slot(str, int)
    def open_page(self, book_id: str, page: int) -> None:
        self._window.unfold_page()
        self._page.open_page(book_id, page)

    def open_words(self, book_id: str, page: int, words: str) -> None:
        """Open a page with these words highlighted, or none."""
        self._window.unfold_page()
        self._page.open_page(book_id, page, words)

    def open_passage(self, book_id: str, span: PageSpan, *, beside: bool = False) -> None:
        """Open a page with some words of it highlighted, `beside` the one that is open or in its place."""
        self._window.unfold_page()
        pane = self._pages.open_second(book_id) if beside else self._page
        pane.open_passage(book_id, span)

    def open_kept(self, kind: str, id: str) -> None:
        """Open something that is kept, by the id of its `KeptKind` and its own; nothing happens if nobody shows it."""
        match kind:
            case KeptWhere.DOCUMENTS:
                self.open_book(id)
            case KeptWhere.CONVERSATIONS:
                self.open_conversation(id)
            case _:
                any(opens(kind, id) for opens in self._openers)

    @Slot(str)
    def open_report(self, book_id: str) -> None:
        """Open the report on what could be read of each page of a book that is on the shelf."""
        book = self._shown.shelf.get(book_id)
        if book is not None:
            self._report.open(book)

    @Slot()
    def report_on_open_book(self) -> None:
        if (book := self._pages.active.shown.book) is not None:
            self.open_report(book.id)

    @Slot()
    def close_view(self) -> None:
        self._closed_at = self._activity.seconds()
        self._window.show_talk()
        self._window.talk.composer.setFocus()

    @Slot(str)
    def open_conversation(self, conversation_id: str, question_id: str = "") -> None:
        """Open a conversation at its end, or at this question."""
        self._window.show_talk()
        self._conversation.open(conversation_id, question_id)

    @Slot(object)
    def open_restored(self, entry: BinEntry) -> None:
        """List what was deleted and is back, and show the conversation that was shown when it was deleted."""
        self._shelf.list_books()
        self._shelf.list_conversations()
        if entry.kind is BinKind.BOOK and self._shown.id:
            self._conversation.open(self._shown.id)  # the book may be on its desk
        elif entry.item_id == self._conversation.left_id:
            self._conversation.open(entry.item_id)

    @Slot()
    def new_conversation(self) -> None:
        self._window.show_talk()
        self._conversation.create()

    def shows_conversation(self) -> bool:
        return bool(self._shown.id)

    @Slot()
    def rename(self) -> None:
        """Let the person edit the title of the shown conversation; the shelf has its own F2 for its rows."""
        if self._shown.id:
            self._window.show_talk()
            self._window.talk.title.edit()

    @Slot()
    def delete(self) -> None:
        """Delete the shown conversation."""
        if self._shown.id:
            self._shelf.delete(self._shown.id)

    @Slot()
    def stop_by_key(self) -> None:
        """Stop, unless Esc was pressed once too often to close a view."""
        if self._activity.seconds() - self._closed_at >= _CLOSING_S:
            self.stop()

    @Slot()
    def stop(self) -> None:
        """Take back a question that waits; else stop what the engine is doing: a series of questions, an answer,
        weighing, or reading ahead."""
        if any(takes_back() for takes_back in self._stoppers):
            return
        if self._asking.holds or self._asking.busy or not self._works_aside():
            self._asking.stop()
        else:
            self._activity.stop(EngineTask.SERIES, EngineTask.SURVEY, *ASIDE)

    def _works_aside(self) -> bool:
        """Return whether the engine does what no question waits for."""
        return any(map(self._activity.has, (EngineTask.SERIES, EngineTask.SURVEY, *ASIDE)))

    @Slot()
    def find_in_book(self) -> None:
        self._window.unfold_page()
        self._window.page.active.focus_find()

    @Slot()
    def go_to_page(self) -> None:
        self._window.unfold_page()
        self._window.page.active.focus_pager()

    @Slot()
    def close_book(self) -> None:
        """Close the book that is shown where the focus is, with its tab."""
        pane = self._pages.active
        if pane.shown.book is not None:
            pane.close_book(pane.shown.book.id)

    @Slot()
    def focus_shelf(self) -> None:
        self._window.unfold_shelf()
        self._window.shelf.conversation_view.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def focus_composer(self) -> None:
        self._window.show_talk()
        self._window.talk.composer.setFocus()

    @Slot()
    def focus_page(self) -> None:
        self._window.unfold_page()
        self._window.page.focus_page()

    @Slot()
    def select_part(self) -> None:
        self._window.unfold_page()
        self._pages.active.questions.select_part()

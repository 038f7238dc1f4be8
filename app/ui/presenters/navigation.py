"""Going somewhere in the window: to a book, a page, a conversation, a sheet, a panel; what is folded unfolds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, Slot

from app.ui.main_window import MainWindow
from app.ui.presenters.conversation import ConversationPresenter
from app.ui.presenters.page import PagePresenter
from app.ui.presenters.sheets import SheetsPresenter
from app.ui.presenters.shelf import ShelfPresenter


class Navigation(QObject):
    def __init__(
        self,
        window: MainWindow,
        shelf: ShelfPresenter,
        conversation: ConversationPresenter,
        page: PagePresenter,
        sheets: SheetsPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._shelf = shelf
        self._conversation = conversation
        self._page = page
        self._sheets = sheets

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

    @Slot()
    def open_sheet(self) -> None:
        """The question sheet that was looked at last, or a new one, in the place of the conversation."""
        self._window.show_sheet(True)
        if self._window.sheet.shows_answers:
            self._window.sheet.view.setFocus()
        else:
            self._sheets.prepare()

    @Slot()
    def close_sheet(self) -> None:
        self._window.show_sheet(False)
        self._window.talk.composer.setFocus()

    @Slot(str)
    def open_conversation(self, conversation_id: str, question_id: str = "") -> None:
        """At its end, or at this question."""
        self._window.show_sheet(False)
        self._conversation.open(conversation_id, question_id)

    @Slot()
    def new_conversation(self) -> None:
        self._window.show_sheet(False)
        self._conversation.create()

    @Slot()
    def rename(self) -> None:
        if self._conversation.conversation is not None:
            self._window.unfold_shelf()
            self._window.shelf.rename(self._conversation.conversation.id)

    @Slot()
    def find_in_book(self) -> None:
        self._window.unfold_page()
        self._window.page.focus_find()

    @Slot()
    def go_to_page(self) -> None:
        self._window.unfold_page()
        self._window.page.focus_pager()

    @Slot()
    def focus_shelf(self) -> None:
        self._window.unfold_shelf()
        self._window.shelf.conversation_view.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def focus_composer(self) -> None:
        self._window.show_sheet(False)
        self._window.talk.composer.setFocus()

    @Slot()
    def focus_page(self) -> None:
        self._window.unfold_page()
        self._window.page.focus_page()

    @Slot()
    def select_part(self) -> None:
        self._window.unfold_page()
        self._page.select_part()

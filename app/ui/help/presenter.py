"""Help: opens the handbook, shows the keyboard shortcuts, and says what Octavo is made of."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication

from app.core.documents.document import Book
from app.core.errors import AppError
from app.core.machine import installation
from app.core.machine.installation import licence_texts
from app.isolation.sandbox import landlock_abi
from app.ui.frame.frame_context import FrameContext
from app.ui.frame.navigation import Navigation
from app.ui.kit.bridge import Executor
from app.ui.kit.commands import Commands
from app.ui.kit.handbook import Chapter, chapter_of
from app.ui.kit.presenter import Presenter
from app.ui.shelf.file_import import FileImport
from app.wording.isolation import protection_words
from app.wording.units import printable


class HelpPresenter(Presenter):
    def __init__(self, context: FrameContext, openings: FileImport, navigation: Navigation) -> None:
        super().__init__(context.parent)
        desk = context.desk
        self._engine = desk.engine
        self._reader = desk.documents.reader
        self._downloads = desk.model_files.downloads
        self._bridge = context.bridge
        self._openings = openings
        self._navigation = navigation
        self._shown = context.shown
        self._theme = context.icons.theme
        self._window = context.window
        self._handbook = context.handbook
        self._installed = installation.root()
        self._commands: Commands | None = None
        self._opening = ""  # the title of the handbook's file while that is being read for a person who asked for it
        self._chapter: Chapter | None = None  # the chapter that this person asked for
        openings.opened.connect(self._look)

    def use(self, commands: Commands) -> None:
        """Take the commands, which are listed with their keys."""
        self._commands = commands

    @Slot()
    def open_handbook(self) -> None:
        """Open the handbook beside the conversation, whose desk stays as it is: at the chapter about the part of the
        window that has the keyboard, if one is."""
        chapter = chapter_of(QApplication.focusWidget())
        try:
            is_new = self._handbook.write()
        except AppError as error:
            self._on_problem(error.problem)
            return
        path = self._handbook.path.resolve()
        known = [book for book in self._shown.shelf.values() if book.path == str(path)]
        if known and not is_new:
            self._open(max(known, key=attrgetter("added_at")), chapter)
        else:
            self._opening, self._chapter = path.stem, chapter
            self._openings.put_on_shelf(path)

    @Slot(object, object, str)
    def _look(self, book: Book, talks: object, title: str) -> None:  # noqa: ARG002 - whichever they are
        """Look at a file that was read as a document, which may be on the shelf from another file: show it if it is the
        handbook."""
        if self._opening and title == self._opening:
            self._opening = ""
            self._open(book, self._chapter)

    def _open(self, book: Book, chapter: Chapter | None) -> None:
        heading = self._handbook.heading(chapter) if chapter is not None else ""
        section = next((section for section in book.outline if section.title == heading), None)
        if section is not None:
            self._navigation.open_page(book.id, section.page)
        else:
            self._navigation.open_book(book.id)

    @Slot()
    def show_shortcuts(self) -> None:
        from app.ui.help.shortcuts import ShortcutsDialog  # when it is opened

        assert self._commands is not None
        ShortcutsDialog(self._commands, self._theme, self._window).open()

    @Slot()
    def show_about(self) -> None:
        self._call(self._said_of_it, self._show_about, executor=Executor.MODELS)

    def _said_of_it(self) -> tuple[str, str, str]:
        """Return the words that the terms of the loaded model ask for, and its name, empty if there are none; and how
        readers are locked in."""
        model = self._engine.model()
        credit = (self._downloads.credit_of(model), printable(model.name)) if model is not None else ("", "")
        return *credit, protection_words(self._reader.step(), landlock_abi())

    @Slot(object)
    def _show_about(self, said: tuple[str, str, str]) -> None:
        from app.ui.help.about import AboutDialog

        AboutDialog(licence_texts(self._installed), *said, self._window).open()

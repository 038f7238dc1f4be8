"""Help: opens the handbook, shows the keyboard shortcuts, and says what Octavo is made of."""

from __future__ import annotations

from PySide6.QtCore import Slot

from app.core.documents.document import Book
from app.core.machine import installation
from app.core.machine.installation import licence_texts
from app.isolation.sandbox import landlock_abi
from app.ui.frame.frame_context import FrameContext
from app.ui.frame.navigation import Navigation
from app.ui.kit.bridge import Executor
from app.ui.kit.commands import Commands
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
        self._opens_handbook = False
        openings.opened.connect(self._look)

    def use(self, commands: Commands) -> None:
        """These are listed with their keys."""
        self._commands = commands

    @Slot()
    def open_handbook(self) -> None:
        """Beside the conversation, whether it is on the shelf already or not; its desk stays as it is."""
        path = str(self._handbook.resolve())
        known = next((book for book in self._shown.shelf.values() if book.path == path), None)
        if known is not None:
            self._navigation.open_book(known.id)
        else:
            self._opens_handbook = True
            self._openings.put_on_shelf(self._handbook)

    @Slot(object, object, str)
    def _look(self, book: Book, talks: object, title: str) -> None:  # noqa: ARG002 - whichever they are
        """Its text may be on the shelf from another file."""
        if self._opens_handbook and title == self._handbook.stem:
            self._opens_handbook = False
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
        """The words that the terms of the loaded model ask for, and its name, empty where there are none; and how
        readers are locked in."""
        model = self._engine.model()
        credit = (self._downloads.credit_of(model), printable(model.name)) if model is not None else ("", "")
        return *credit, protection_words(self._reader.step(), landlock_abi())

    @Slot(object)
    def _show_about(self, said: tuple[str, str, str]) -> None:
        from app.ui.help.about import AboutDialog

        AboutDialog(licence_texts(self._installed), *said, self._window).open()

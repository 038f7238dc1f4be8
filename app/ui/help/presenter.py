"""Help: opens the handbook, shows the keyboard shortcuts, and says what Octavo is made of."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.core.document import Book
from app.core.installation import licence_texts
from app.documents.reader import DocumentReader
from app.engine.protocol import Engine
from app.isolation.sandbox import landlock_abi
from app.services.downloads import Downloads
from app.ui.bridge import Bridge, Executor
from app.ui.commands import Commands
from app.ui.navigation import Navigation
from app.ui.presenter import Presenter
from app.ui.shelf.file_import import FileImport
from app.ui.shown import Shown
from app.ui.theme import Theme
from app.wording.isolation import protection_words
from app.wording.units import printable


class HelpPresenter(Presenter):
    def __init__(
        self,
        engine: Engine,
        reader: DocumentReader,
        downloads: Downloads,
        bridge: Bridge,
        openings: FileImport,
        navigation: Navigation,
        shown: Shown,
        theme: Theme,
        window: QWidget,
        *,
        handbook: Path,
        installed: Path | None,
        parent: QObject | None = None,
    ) -> None:
        """`installed`: the root of the installation; None in a checkout."""
        super().__init__(parent)
        self._engine = engine
        self._reader = reader
        self._downloads = downloads
        self._bridge = bridge
        self._openings = openings
        self._navigation = navigation
        self._shown = shown
        self._theme = theme
        self._window = window
        self._handbook = handbook
        self._installed = installed
        self._commands: Commands | None = None
        self._opens_handbook = False
        openings.opened.connect(self._look)

    def use(self, commands: Commands) -> None:
        """These are listed with their keys."""
        self._commands = commands

    @Slot()
    def open_handbook(self) -> None:
        """Beside the conversation, whether it is on the shelf already or not; its desk stays as it is."""
        path = str(self._handbook.absolute())
        known = next((book for book in self._shown.shelf.values() if book.path == path), None)
        if known is not None:
            self._navigation.open_book(known.id)
        else:
            self._opens_handbook = True
            self._openings.put_on_shelf(self._handbook)

    @Slot(object)
    def _look(self, book: Book) -> None:
        if self._opens_handbook and book.path == str(self._handbook.absolute()):
            self._opens_handbook = False
            self._navigation.open_book(book.id)

    @Slot()
    def show_shortcuts(self) -> None:
        from app.ui.help.shortcuts import ShortcutsDialog  # when it is opened

        assert self._commands is not None
        ShortcutsDialog(self._commands, self._theme, self._window).open()

    @Slot()
    def show_about(self) -> None:
        self._bridge.call(Executor.MODELS, self._said_of_it, self._show_about, self._on_problem)

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

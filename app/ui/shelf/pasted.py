"""Texts that were pasted, and become documents on the desk."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot

from app.core.documents.document import Book
from app.documents.text.clean import clean_line
from app.export.report import safe_name
from app.services.library.pasted import discard_pasted, write_pasted
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.shelf.file_import import FileImport
from app.wording.i18n import _

_NAME_CHARACTERS = 60


class PastedTexts(Presenter):
    """Has each pasted text imported as a file, which is deleted as soon as it was read, or will not be."""

    def __init__(self, context: WindowContext, openings: FileImport) -> None:
        super().__init__(context.parent)
        self._bridge = context.bridge
        self._openings = openings
        self._files = set[Path]()
        openings.opened.connect(self._on_opened)
        openings.unopened.connect(self._on_unopened)

    @Slot(str)
    def take(self, text: str) -> None:
        """Import a text as a document that is named like its first line."""
        lines = (line for line in text.splitlines() if line.strip())
        name = safe_name(clean_line(next(lines, "")), _NAME_CHARACTERS) or _("Pasted text")
        self._call(partial(write_pasted, text, name), self._open, executor=Executor.IMAGES)

    @Slot(object)
    def _open(self, path: Path) -> None:
        self._files.add(path.resolve())
        self._openings.open_files([path])

    @Slot(object)
    def _on_opened(self, book: Book) -> None:
        self._discard({path for path in self._files if str(path) == book.path})

    @Slot(str)
    def _on_unopened(self, title: str) -> None:
        self._discard({path for path in self._files if path.stem == title})

    def _discard(self, files: set[Path]) -> None:
        self._files -= files
        for path in files:
            self._do(partial(discard_pasted, path), executor=Executor.IMAGES)

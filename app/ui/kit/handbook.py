"""The handbook: its chapters come with the program; a person gets them as one document, in the window's language."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.core.machine.paths import machine_error
from app.wording import i18n

_PROPERTY = "chapter"


class Chapter(StrEnum):
    """A chapter that explains a part of the window, by the name of its file."""

    DOCUMENTS = "02-documents"
    ASKING = "03-asking"
    PAGES = "05-pages"
    TABLES = "06-tables"
    CHRONOLOGY = "07-chronology"
    COMPARISON = "08-compare"
    CONVERSATIONS = "11-conversations"
    MODELS = "13-models"


class Handbook:
    """The manual that comes with the program. `chapters` is a folder with a folder for each language; the document that
    a person reads is written into `folder`."""

    def __init__(self, chapters: Path, folder: Path) -> None:
        self._chapters = chapters
        self._folder = folder

    @property
    def path(self) -> Path:
        """The file that a person reads, whether it is written already or not."""
        language = self._place.name
        return self._folder / ("handbook.md" if language == i18n.ENGLISH else f"handbook-{language}.md")

    def write(self) -> bool:
        """Write the handbook as one file, in the language of the window; return whether that file is a new one.

        Raises AppError DISK_FULL or FOLDER_READ_ONLY. If no chapters came with the program, no file is written.
        """
        text = b"\n".join(chapter.read_bytes() for chapter in sorted(self._place.glob("*.md")))
        path = self.path
        try:
            if not text or (path.is_file() and path.read_bytes() == text):
                return False
            path.write_bytes(text)
        except OSError as error:
            raise machine_error(error, path) from error
        return True

    def heading(self, chapter: Chapter) -> str:
        """Return the heading of a chapter in the language of the window; "" if it did not come with the program."""
        try:
            with (self._place / f"{chapter}.md").open(encoding="utf-8") as file:
                return file.readline().lstrip("#").strip()
        except OSError:
            return ""

    @property
    def _place(self) -> Path:
        """The folder of the chapters in the language of the window, or in English."""
        place = self._chapters / i18n.language()
        return place if place.is_dir() else self._chapters / i18n.ENGLISH


def explain(widget: QWidget, chapter: Chapter) -> None:
    """Let F1 open this chapter while the keyboard is in `widget`."""
    widget.setProperty(_PROPERTY, chapter.value)


def chapter_of(widget: QWidget | None) -> Chapter | None:
    """Return the chapter that explains a widget, or the nearest one of those that it is in; None if none does."""
    while widget is not None:
        if value := widget.property(_PROPERTY):
            return Chapter(value)
        widget = widget.parentWidget()
    return None

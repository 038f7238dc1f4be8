"""Keeps the line of the main window in step with the download that is under way."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.ui.models.line import FetchLine
from app.ui.presenters.fetching import FetchingPresenter
from app.ui.presenters.model_cards import transfer_progress
from app.ui.presenters.model_words import title_of


class FetchLinePresenter(QObject):
    def __init__(self, line: FetchLine, fetching: FetchingPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._fetching = fetching
        line.pause_wanted.connect(fetching.pause_current)
        fetching.moved.connect(self._show)

    @Slot()
    def _show(self) -> None:
        current = self._fetching.current
        if current is None:
            self._line.show_words("", None)
            return
        progress = transfer_progress(current)
        title = title_of(current.offer.untrusted_name)
        words = " · ".join(filter(None, (title, progress.words, progress.below)))
        self._line.show_words(words, progress.fraction)

"""Tells a person where a file was written, with a way to open it, and its folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.ui.frame.frame_context import FrameContext
from app.ui.widgets.notice import NoticeAction
from app.wording.i18n import _


class SavedFiles(QObject):
    def __init__(self, context: FrameContext) -> None:
        super().__init__(context.parent)
        self._window = context.window

    @Slot(str)
    def show(self, name: str) -> None:
        path = Path(name)
        actions = (
            NoticeAction(_("Open"), partial(_open, path)),
            NoticeAction(_("Show in folder"), partial(_open, path.parent)),
        )
        self._window.offer(_("Saved as “{path}”.").format(path=path.name), actions)


def _open(path: Path) -> None:
    """Open a file in the program that the desktop has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

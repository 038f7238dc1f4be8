"""Limits what file dialogs leave behind, of all that the window opens: the names of folders and files are a client's.

Qt's own dialog writes nothing here. A desktop's dialog has its bookmarks, and may keep lists of what was chosen (GTK's
recently-used.xbel, KDE's recent documents, the registry of Windows), in programs and files that Octavo does not reach.
So Qt's own is used, unless a person wants the other.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QFileInfo, QSettings, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QAbstractFileIconProvider, QColor, QIcon, QPalette
from PySide6.QtWidgets import QFileDialog, QFileIconProvider, QHeaderView, QSplitter, QToolButton, QTreeView, QWidget
from shiboken6 import Shiboken

from app.ui.look.icons import Symbol, icon_of

_SIZE, _SIDE = (860, 560), 170
_BUTTONS = {
    "backButton": Symbol.BACK,
    "forwardButton": Symbol.FORWARD,
    "toParentButton": Symbol.UP,
    "newFolderButton": Symbol.ADD,
    "listModeButton": Symbol.OUTLINE,
    "detailModeButton": Symbol.SHEET,
}
"""The buttons of Qt's own dialog, by the names that Qt gives them."""
_FLATPAK = Path("/.flatpak-info")
"""Inside Flatpak only the desktop's dialog, through its portal, sees the person's files."""


def keep_folders_secret() -> None:
    """Keep folders secret, before there is any dialog. Qt's own one would write the folders that were visited into
    QtProject.conf, outside the desk and for all to read; so it writes nowhere, and while the window is open it knows
    them."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)
    use_system_dialogs(False)


def use_system_dialogs(wanted: bool) -> None:
    """Choose whether the dialogs that are opened from now on are the system's or Qt's own."""
    attribute = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    QCoreApplication.setAttribute(attribute, not (wanted or _FLATPAK.exists()))


def forget_folders() -> None:
    """Let Qt's own file dialog begin in the person's home, and know no folder that was visited: their names may be
    those of another client."""
    dialog = QFileDialog(None, "", QDir.homePath())
    dialog.setHistory([])
    Shiboken.delete(dialog)
    if sys.platform in ("win32", "darwin"):  # there Qt writes into a store of the system, which no path leads away from
        QSettings(QSettings.Scope.UserScope, "QtProject").remove("FileDialog")


class FileDialog(QFileDialog):
    """A dialog for files or folders. In Qt's own, the usual places are at its left, and names have the room."""

    def __init__(self, parent: QWidget | None, title: str, directory: str = "", filter: str = "") -> None:
        super().__init__(parent, title, directory, filter)
        if not QCoreApplication.testAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs):
            return
        self.resize(*_SIZE)
        self.setSidebarUrls(_places())
        for splitter in self.findChildren(QSplitter):
            splitter.setSizes([_SIDE, _SIZE[0] - _SIDE])
        for tree in self.findChildren(QTreeView):
            tree.header().setStretchLastSection(False)
            for column in range(tree.header().count()):
                mode = QHeaderView.ResizeMode.Stretch if column == 0 else QHeaderView.ResizeMode.ResizeToContents
                tree.header().setSectionResizeMode(column, mode)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        faint = self.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
        for button in self.findChildren(QToolButton):
            if (symbol := _BUTTONS.get(button.objectName())) is not None:
                button.setIcon(icon_of(symbol, ink, faint))
        self._kinds = _Kinds(ink)  # the dialog does not keep it
        self.setIconProvider(self._kinds)


class _Kinds(QFileIconProvider):
    """Gives folders and files the icons that they have everywhere in the window."""

    def __init__(self, ink: QColor) -> None:
        super().__init__()
        self._folder, self._file = icon_of(Symbol.FOLDER, ink, ink), icon_of(Symbol.FILE, ink, ink)

    def icon(self, kind: QFileInfo | QAbstractFileIconProvider.IconType) -> QIcon:
        is_file = kind.isFile() if isinstance(kind, QFileInfo) else kind is QAbstractFileIconProvider.IconType.File
        return self._file if is_file else self._folder


def _places() -> list[QUrl]:
    kinds = (
        *(QStandardPaths.StandardLocation.HomeLocation, QStandardPaths.StandardLocation.DesktopLocation),
        *(QStandardPaths.StandardLocation.DocumentsLocation, QStandardPaths.StandardLocation.DownloadLocation),
    )
    found = dict.fromkeys(QStandardPaths.writableLocation(kind) for kind in kinds)
    return [QUrl.fromLocalFile(place) for place in found if place and Path(place).is_dir()]

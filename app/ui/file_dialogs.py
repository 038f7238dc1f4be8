"""What file dialogs may leave behind, of all that the window opens: the names of folders and files are a client's.

Qt's own dialog writes nothing here. A desktop's dialog has its bookmarks, and may keep lists of what was chosen (GTK's
recently-used.xbel, KDE's recent documents, the registry of Windows), in programs and files that Octavo does not reach.
So Qt's own is used, unless a person wants the other.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QSettings, Qt
from PySide6.QtWidgets import QFileDialog
from shiboken6 import Shiboken

_FLATPAK = Path("/.flatpak-info")
"""Inside Flatpak only the desktop's dialog, through its portal, sees the person's files."""


def keep_folders_secret() -> None:
    """Before there is any dialog. Qt's own one would write the folders that were visited into QtProject.conf, outside
    the desk and for all to read: it writes nowhere, and while the window is open it knows them."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)
    use_system_dialogs(False)


def use_system_dialogs(wanted: bool) -> None:
    """Of the dialogs that are opened from now on."""
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

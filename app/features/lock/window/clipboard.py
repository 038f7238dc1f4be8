"""The clipboard for what Octavo copies: marked, so that no history of the desktop keeps it, and cleared after a time or
when Octavo locks.

The marks are those of password managers: `x-kde-passwordManagerHint` (KDE's Klipper, and managers that follow it), and
for Windows "Clipboard formats" of Cloud Clipboard and Clipboard History. On macOS (org.nspasteboard.ConcealedType) Qt
gives Python no way to set one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, QStringListModel, QTimer, Slot
from PySide6.QtGui import QClipboard, QGuiApplication

MARK = "x-kde-passwordManagerHint"
_WINDOWS = 'application/x-qt-windows-mime;value="{name}"'
_MARKS: dict[str, bytes] = {MARK: b"secret"}
if sys.platform == "win32":
    _MARKS = {
        _WINDOWS.format(name="ExcludeClipboardContentFromMonitorProcessing"): b"1",
        _WINDOWS.format(name="CanIncludeInClipboardHistory"): bytes(4),
        _WINDOWS.format(name="CanUploadToCloudClipboard"): bytes(4),
    }


class CopiedWords(QObject):
    """Watches the clipboard for what this program puts there, whichever of its widgets did."""

    def __init__(self, parent: QObject | None = None, *, owns: Callable[[], bool] | None = None) -> None:
        """`owns` returns whether what is on the clipboard is this program's; else the system says so."""
        super().__init__(parent)
        self._clipboard = QGuiApplication.clipboard()
        self._owns = owns or self._clipboard.ownsClipboard
        self._seconds = 0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.clear)
        self._clipboard.dataChanged.connect(self._mark)

    def clear_after(self, seconds: int) -> None:
        """Set after how many seconds a text that is copied from now on is cleared; 0 for never."""
        self._seconds = seconds
        if not seconds:
            self._later.stop()

    @Slot()
    def clear(self) -> None:
        """Clear the clipboard if its content is still this program's: what was copied elsewhere since is left alone."""
        self._later.stop()
        if self._owns():
            self._clipboard.clear()
        if self._clipboard.ownsSelection():
            self._clipboard.clear(QClipboard.Mode.Selection)

    @Slot()
    def _mark(self) -> None:
        if not self._owns():
            self._later.stop()
            return
        copied = self._clipboard.mimeData()
        if copied is None or not copied.formats():
            return
        if not copied.hasFormat(next(iter(_MARKS))):
            self._clipboard.setMimeData(marked(copied))  # and is called once more
        elif self._seconds:
            self._later.start(1000 * self._seconds)


def marked(copied: QMimeData) -> QMimeData:
    """Return what was copied with the marks, in an object of Qt's own: one that Python made is destroyed after Python
    has ended, which ends the process by a segmentation fault."""
    model = QStringListModel(["-"])
    made = model.mimeData([model.index(0, 0)])
    for format in made.formats():
        made.removeFormat(format)
    for format in copied.formats():
        if format != "application/x-qt-image":
            made.setData(format, copied.data(format))
    if copied.hasImage():
        made.setImageData(copied.imageData())
    for format, value in _MARKS.items():
        made.setData(format, value)
    return made

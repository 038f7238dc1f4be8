"""Things that open above the window until one presses beside them: frames that drop down, and menus."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QCloseEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QMenu, QWidget


class Popup(QFrame):
    """A frame that closes with a press beside it, which does what it does there; on the button that opened it, it only
    closes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)  # Qt's own is not known on every platform
        self.setProperty("role", "popup")
        self._ground = parent
        self._opener: QAbstractButton | None = None

    def opened_by(self, button: QAbstractButton) -> None:
        """Keep the button down as long as this is open."""
        self._opener = button
        button.setDown(True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if self.rect().contains(event.position().toPoint()):
            return
        self.close()
        at = event.globalPosition()
        window = self._ground.window()
        beneath = window.childAt(window.mapFromGlobal(at.toPoint()))
        if beneath is not None and beneath is not self._opener:
            place = beneath.mapFromGlobal(at)
            press = QMouseEvent(event.type(), place, at, event.button(), event.buttons(), event.modifiers())
            QCoreApplication.postEvent(beneath, press)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._opener is not None:
            self._opener.setDown(False)
        super().closeEvent(event)


class ChoiceMenu(QMenu):
    """A menu in which the arrow keys go on from the entry that is ticked."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for action in self.actions():
            if action.isChecked() and action.actionGroup() is not None:
                self.setActiveAction(action)
                break

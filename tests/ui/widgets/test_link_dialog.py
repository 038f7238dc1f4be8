"""The dialog that shows where a link leads to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.look.style import stylesheet
from app.ui.look.theme import PAPER
from app.ui.widgets.link_dialog import LinkDialog


@pytest.mark.qt_log_ignore("propagateSizeHints")  # Qt's offscreen screen has none
def test_tab_reaches_the_address_and_each_button(qapp: QApplication) -> None:
    dialog = LinkDialog("https://a.example/", lambda _url: None)
    dialog.setStyleSheet(stylesheet(PAPER))
    dialog.show()
    QTest.qWaitForWindowExposed(dialog)
    reached = []
    for _ in range(4):
        focused = dialog.focusWidget()
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        reached.append(dialog.focusWidget())
    dialog.close()
    assert reached == [dialog.address_field, dialog.open_button, dialog.copy_button, dialog.cancel_button]

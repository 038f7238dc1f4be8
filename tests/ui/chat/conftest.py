"""A view and a composer on the screen, with the window's fonts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.chat.messages.view import ConversationView
from app.ui.chat.writing.composer import Composer
from app.ui.look.fonts import load_fonts
from app.ui.look.theme import PAPER, Theme


@pytest.fixture(scope="session")
def fonts(qapp: QApplication) -> None:
    load_fonts()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(PAPER)


@pytest.fixture
def opened() -> list[QUrl]:
    """The web addresses that were opened."""
    return []


@pytest.fixture
def view(qtbot: QtBot, fonts: None, theme: Theme, opened: list[QUrl]) -> ConversationView:
    made = ConversationView(theme, open_address=opened.append)
    made.resize(725, 700)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


@pytest.fixture
def composer(qtbot: QtBot, fonts: None, theme: Theme) -> Composer:
    made = Composer(theme)
    made.resize(725, made.sizeHint().height())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.setFocus()
    return made

"""Every place of an answer with links is clicked: an address of the web alone opens, and only after a dialog has shown
the whole of it; whatever else an answer names is text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.chat.answer import AnswerMessage
from app.ui.chat.buttons import LinkButton
from app.ui.chat.view import ConversationView
from app.ui.fonts import load_fonts
from app.ui.theme import PAPER, Theme
from app.ui.widgets.link_dialog import LinkDialog
from tests.fortress.conftest import Figure
from tests.ui.chat.talk import read, turn

pytestmark = [
    pytest.mark.fortress,
    pytest.mark.usefixtures("checkout"),
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]

_TEXT = (
    *(
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "/etc/passwd",
        "//evil.invalid/share",
        "\\\\\\\\evil.invalid\\\\share",
    ),
    *("javascript:alert(1)", "java\tscript:alert(1)", "vbscript:x", "data:text/html,x", "smb://evil.invalid/a"),
    *(
        "ftp://192.0.2.1/",
        "ms-msdt:/id",
        "octavo:delete",
        "about:blank",
        "jar:http://a!/b",
        "http:evil",
        "#r1",
        "a.exe",
    ),
    *("mailto:a@b.invalid", "%66ile:///etc/passwd", "blob:https://a/b", "view-source:a"),
)
_WEB = (
    "https://example.org/" + "long/" * 60 + "?q=1",
    *("HTTP://example.org/a", "http://user:word@192.0.2.1/", "http://[::1]:80/", "https://xn--80ak6aa92e.com/"),
)
_STEP = 7  # px, less than a letter is high


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[QUrl]:
    """What the view opens, and what Qt is asked to open by anybody."""
    made: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", made.append)
    return made


def _forms(address: str) -> str:
    return (
        f"[one]({address}) [two](<{address}>) <{address}> [three][e] ![four]({address}) [five]( {address} 't')\n\n"
        f"[e]: {address}\n\n> - [six]({address})\n\n| a |\n|---|\n| [seven]({address}) |"
    )


def _dialogs(view: ConversationView) -> list[LinkDialog]:
    return [dialog for dialog in view.findChildren(LinkDialog) if dialog.isVisible()]


def _click_everywhere(view: ConversationView, message: AnswerMessage) -> Iterator[LinkDialog]:
    """The dialogs that come of a click at every place of an answer, each closed before the next click."""
    for y in range(0, message.height(), _STEP):
        for x in range(0, message.width(), 2 * _STEP):
            QTest.mouseClick(message, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
            for dialog in _dialogs(view):
                yield dialog
                dialog.reject()


def _show(text: str, opened: list[QUrl]) -> tuple[ConversationView, AnswerMessage]:
    load_fonts()
    view = ConversationView(Theme(PAPER), open_address=opened.append)
    view.resize(725, 700)
    view.show()
    view.show_turns((turn(1, "?", text),), {})
    (message,) = [each for each in view.messages() if isinstance(each, AnswerMessage)]
    read(message)
    QApplication.processEvents()
    return view, message


def test_what_is_no_address_of_the_web_is_text(qapp: QApplication, opened: list[QUrl], figure: Figure) -> None:
    clicks = 0
    for address in _TEXT:
        view, message = _show(_forms(address), opened)
        assert message.findChildren(LinkButton) == [], address
        assert list(_click_everywhere(view, message)) == [], address
        clicks += (message.height() // _STEP + 1) * (message.width() // (2 * _STEP) + 1)
        view.close()
        view.deleteLater()
        qapp.processEvents()
    assert opened == []
    figure(f"{len(_TEXT)} addresses in 7 forms, {clicks:,} clicks: no link, no dialog, nothing opened")


def test_an_address_of_the_web_opens_behind_a_dialog(qapp: QApplication, opened: list[QUrl], figure: Figure) -> None:
    dialogs = 0
    for address in _WEB:
        view, message = _show(f"Go to [your bank]({address}) now.", opened)
        for dialog in _click_everywhere(view, message):
            dialogs += 1
            assert dialog.address_field.toPlainText().lower() == address.lower()
            QTest.keyClick(dialog, Qt.Key.Key_Return)
            assert not dialog.isVisible()
        assert opened == [], "neither a click nor Return opens it"
        (button,) = message.findChildren(LinkButton)
        QTest.keyClick(button, Qt.Key.Key_Return)
        (dialog,) = _dialogs(view)
        dialog.open_button.click()
        assert [bytes(url.toEncoded().data()).decode().lower() for url in opened] == [address.lower()]
        opened.clear()
        view.close()
        view.deleteLater()
        qapp.processEvents()
    assert dialogs >= len(_WEB)
    figure(f"{len(_WEB)} addresses of the web: {dialogs} dialogs with the whole address, opened by their button alone")

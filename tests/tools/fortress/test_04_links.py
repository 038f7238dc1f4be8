"""Every place of an answer with links is clicked: an address of the web alone opens, and only after a dialog has shown
the whole of it; whatever else an answer names is text."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.messages.view import ConversationView
from app.ui.chat.text.buttons import LinkButton
from app.ui.look.fonts import load_fonts
from app.ui.look.theme import PAPER, Theme
from app.ui.widgets.link_dialog import LinkDialog
from tests.tools.fortress import answered
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program
from tests.tools.fortress.window import ANSWERS, LOADED, Window, copied, opened_window, wait
from tests.tools.journey import hand
from tests.ui.chat.talk import read, turn

pytestmark = [pytest.mark.fortress, pytest.mark.qt_log_ignore("This plugin does not support", extend=True)]

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
_OPENERS = (
    *("xdg-open", "gio", "gnome-open", "kde-open", "kde-open5", "exo-open", "x-www-browser", "www-browser"),
    *("sensible-browser", "firefox", "google-chrome", "chromium", "chromium-browser", "mozilla", "opera"),
)
"""Programs that a desktop may have to open an address with."""

_LINK_DIALOG, _SAVE_DIALOG = "Open a web address", "Save the table"
_HANDLED_S = 0.08
"""How long a window rests that has handled all clicks."""

_LINE = (306, 134, 500, 176)
"""Where the first line of an answer begins, below a question of one line."""

_FILLER = "\n\n".join(f"Nothing {number}." for number in range(24))
"""Higher than the window: no button is in sight."""

_SOUND = "https://example.org/sound"
_STEPS_UP, _TRIES = 9, 3
"""The steps of the wheel, which scroll less than the window shows; how often nothing moves at the end of the answer."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[QUrl]:
    """Collect what the view opens, and what Qt is asked to open by anybody."""
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


@pytest.mark.usefixtures("checkout")
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


@pytest.mark.usefixtures("checkout")
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


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the log of what the desktop's programs were started with, a line each: there is no browser, but one that
    writes this."""
    folder, home, log = tmp_path / "openers", tmp_path / "home", tmp_path / "started"
    folder.mkdir()
    home.mkdir()
    log.touch()
    for name in _OPENERS:
        (folder / name).write_text(f'#!/bin/sh\necho "$@" >> "{log}"\n')
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    for name in ("BROWSER", "DEFAULT_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    return log


@contextmanager
def _opened(program: Program, display: dict[str, str], answers: dict[str, str]) -> Iterator[Window]:
    """With a conversation for each answer, by its title."""
    answered.write(program.data, answers)
    with opened_window(program, display) as window:
        window.until_logged(LOADED, "no model was loaded")
        window.until_idle()
        yield window
        assert window.quit() == 0


def test_in_the_window_what_is_no_address_of_the_web_is_text(
    program: Program, display: dict[str, str], started: Path, figure: Figure, times: Callable[[int], int]
) -> None:
    """A sound link stands above each address: clicks reach it, and it alone."""
    addresses = _TEXT[: times(len(_TEXT))]
    told = chain.from_iterable((f"Go to [your bank]({_SOUND}) now.", _forms(address)) for address in addresses)
    clicks = pages = 0
    dialogs: Counter[str] = Counter()
    with _opened(program, display, {"Addresses": "\n\n".join((_FILLER, *told, _FILLER))}) as window:
        window.command("Addresses")
        window.until_shown("Addresses – Octavo")
        while _page_above(window):
            pages += 1
            for y in range(ANSWERS[1], ANSWERS[3], _STEP):
                columns = range(ANSWERS[2], ANSWERS[0], -3 * _STEP)
                window.click_row(y, columns)
                clicks += len(columns)
                window.until_idle(_HANDLED_S)
                if title := window.dialog():
                    dialogs[_address(window) if title == _LINK_DIALOG else title] += 1
                    hand.press("Escape")
                    window.until("the dialog was not closed", lambda: not window.dialog())
    opened = len(started.read_text().splitlines())
    figure(
        f"window by mouse: {len(addresses)} addresses in 7 forms, {clicks:,} clicks on {pages} pages of an answer:"
        f" {dialogs.total() - dialogs[_SOUND] - dialogs[_SAVE_DIALOG]} dialogs for them, {dialogs[_SOUND]} for the"
        f" sound links between them, {opened} programs started"
    )
    assert set(dialogs) == {_SOUND, _SAVE_DIALOG}, "tables can be saved"
    assert min(dialogs.values()) >= len(addresses), "clicks have reached what is above and below each address"
    assert not opened


def _address(window: Window) -> str:
    """Return the address in the dialog in front, as it shows it."""
    hand.press("Tab", "ctrl+a", "ctrl+c")
    window.until_idle()
    return copied()


def _page_above(window: Window) -> bool:
    """Scrolls up, if there is more above."""
    left, top, right, bottom = ANSWERS
    before = window.answers()
    for _ in range(_TRIES):
        window.scroll(-_STEPS_UP, (left + right) // 2, (top + bottom) // 2)
        window.until_idle()
        if (window.answers() != before).any():
            return True
    return False


def test_in_the_window_an_address_of_the_web_opens_behind_a_dialog(
    program: Program, display: dict[str, str], started: Path, figure: Figure
) -> None:
    clicks = 0
    answers = {f"Web {number}": f"Go to [your bank]({address}) now." for number, address in enumerate(_WEB)}
    with _opened(program, display, answers) as window:
        for (title, _text), address in zip(answers.items(), _WEB, strict=True):
            window.command(title)
            window.until_shown(f"{title} – Octavo")
            window.until_idle()
            for answer in (_leave, _open):
                clicks += _click_until_asked(window)
                assert started.read_text() == "", "a click opens nothing"
                answer(window, address)
            wait("nothing was opened", started.read_text)
            window.until_idle()
            assert [line.lower() for line in started.read_text().splitlines()] == [address.lower()]
            started.write_text("")
    figure(
        f"window by mouse: {len(_WEB)} addresses of the web, {clicks} clicks, {2 * len(_WEB)} dialogs;"
        f" each opened once, by the button of the dialog that shows the whole of it"
    )


def _click_until_asked(window: Window) -> int:
    """The clicks that it took, one at a time."""
    places = [(x, y) for y in range(_LINE[1], _LINE[3], _STEP) for x in range(_LINE[0], _LINE[2], 2 * _STEP)]
    for clicks, (x, y) in enumerate(places, 1):
        window.click_row(y, [x])
        window.until_idle(2 * _HANDLED_S)
        if title := window.dialog():
            assert title == _LINK_DIALOG
            return clicks
    raise AssertionError("there is no link")


def _leave(window: Window, _address: str) -> None:
    hand.press("Return")
    window.until_idle()
    assert not window.dialog()


def _open(window: Window, address: str) -> None:
    assert _address(window).lower() == address.lower()
    hand.press("shift+Tab", "Left", "Left", "space")

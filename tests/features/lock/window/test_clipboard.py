"""Words that are copied are marked for the desktop, and go again; what others copied stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QClipboard, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from app.features.lock.window.clipboard import MARK, CopiedWords
from tests.ui.room import pause, wait


class Owner:
    """The offscreen platform does not say whose the clipboard is."""

    is_octavo = True

    def __call__(self) -> bool:
        return self.is_octavo


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def copied(qapp: QApplication, owner: Owner) -> Iterator[CopiedWords]:
    made = CopiedWords(owns=owner)
    yield made
    Shiboken.delete(made)
    QGuiApplication.clipboard().clear()


def _clipboard() -> QClipboard:
    return QGuiApplication.clipboard()


def _data() -> QMimeData:
    found = _clipboard().mimeData()
    assert found is not None
    return found


def test_whatever_copies_it_is_marked(qtbot: QtBot, copied: CopiedWords) -> None:
    field = QLineEdit("The lease of Marlow")
    qtbot.addWidget(field)
    field.selectAll()
    field.copy()
    assert _clipboard().text() == "The lease of Marlow"
    assert bytes(_data().data(MARK).data()) == b"secret"
    html = QMimeData()
    html.setText("one")
    html.setHtml("<b>one</b>")
    html.setUrls([QUrl("https://example.org/")])
    _clipboard().setMimeData(html)
    assert (_data().html(), _data().text()) == ("<b>one</b>", "one")
    assert _data().urls() == [QUrl("https://example.org/")]
    assert _data().hasFormat(MARK)
    assert not Shiboken.createdByPython(_data())
    picture = QImage(3, 2, QImage.Format.Format_RGB32)
    picture.fill(0xFF336699)
    _clipboard().setImage(picture)
    assert _data().hasFormat(MARK)
    assert _clipboard().image().pixelColor(1, 1) == picture.pixelColor(1, 1)


def test_what_others_copy_is_left_alone(copied: CopiedWords, owner: Owner) -> None:
    copied.clear_after(1)
    owner.is_octavo = False
    _clipboard().setText("another program's")
    assert not _data().hasFormat(MARK)
    copied.clear()
    assert _clipboard().text() == "another program's"
    assert not copied._later.isActive()


def test_it_goes_after_a_time_unless_something_else_was_copied_since(copied: CopiedWords, owner: Owner) -> None:
    _clipboard().setText("kept")
    assert not copied._later.isActive(), "off"
    copied.clear_after(30)
    _clipboard().setText("words of the desk")
    assert copied._later.remainingTime() > 29_000
    copied._later.start(1)
    wait(lambda: _clipboard().text() == "")
    _clipboard().setText("words of the desk")
    owner.is_octavo = False
    _clipboard().setText("another program's")
    pause(1)
    copied._later.timeout.emit()
    assert _clipboard().text() == "another program's"

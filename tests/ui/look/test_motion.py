"""Things that appear and go fade, where motion is welcome; whether something is shown never waits for a fade."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QLabel, QWidget

from app.ui.look import motion
from tests.there import there
from tests.ui.room import wait


@pytest.fixture
def covered(qapp: QApplication) -> Iterator[QLabel]:
    """A hidden widget in a window that is shown."""
    window = QWidget()
    label = QLabel("words", window)
    label.hide()
    window.show()
    yield label
    window.close()
    window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_it_appears_by_a_fade_that_leaves_nothing_behind(covered: QLabel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(motion.LESS_MOTION)
    motion.show_gently(covered)
    effect = covered.graphicsEffect()
    assert covered.isVisible()
    assert isinstance(effect, QGraphicsOpacityEffect)
    assert effect.opacity() < 1
    motion.show_gently(covered)  # shown already: nothing begins anew
    assert covered.graphicsEffect() is effect
    wait(lambda: covered.graphicsEffect() is None)


def test_it_is_gone_at_once_and_its_picture_fades(covered: QLabel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(motion.LESS_MOTION)
    covered.show()
    motion.hide_gently(covered)
    assert covered.isHidden()
    others = there(covered.parentWidget()).findChildren(QLabel)
    assert len(others) == 2
    motion.show_gently(covered)  # wanted again meanwhile
    wait(lambda: there(covered.parentWidget()).findChildren(QLabel) == [covered])
    assert covered.isVisible()


def test_nothing_fades_where_less_motion_is_asked_for(covered: QLabel) -> None:
    motion.show_gently(covered)
    assert covered.isVisible()
    assert covered.graphicsEffect() is None
    motion.hide_gently(covered)
    assert covered.isHidden()
    assert there(covered.parentWidget()).findChildren(QLabel) == [covered]

"""A conversation of any length opens, scrolls without jumping, and keeps few widgets."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Turn
from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.messages.view import ConversationView
from tests.there import there
from tests.ui.chat.talk import read, turn
from tests.ui.focus import in_focus

_SENTENCE = "The harbour lease asks for notice in a registered letter, twelve months before the end of the term. "


def talk(turns: int) -> tuple[Turn, ...]:
    """Turns whose lengths differ, so that every guess of a height is wrong."""
    made = []
    for number in range(turns):
        text = f"Answer {number}. " + _SENTENCE * (number * 7 % 23) + "\n\n- item\n\n```\ncode\n```\n" * (number % 4)
        made.append(turn(number, f"Question {number}? " + _SENTENCE * (number % 3), text))
    return tuple(made)


@pytest.fixture
def turns() -> tuple[Turn, ...]:
    return talk(1_000)


def visible(view: ConversationView) -> list[MessageWidget]:
    return [message for message in view.messages() if not message.visibleRegion().isEmpty()]


def forget_dropped() -> None:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_two_thousand_messages_are_a_few_widgets(view: ConversationView, turns: tuple[Turn, ...]) -> None:
    view.show_turns(turns, {})
    assert "Answer 999." in read(visible(view)[-1])
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 200_000
    for share in range(20, -1, -1):
        bar.setValue(bar.maximum() * share // 20)
        assert len(view.messages()) < 60
    forget_dropped()
    assert len(view.viewport().findChildren(QWidget)) < 800
    assert read(visible(view)[0]).startswith("Question 0?")


def test_scrolling_moves_the_text_by_what_was_scrolled(view: ConversationView, turns: tuple[Turn, ...]) -> None:
    view.show_turns(turns, {})
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    for step in [-90] * 60 + [130] * 60:
        message = visible(view)[len(visible(view)) // 2]
        before = message.y()
        bar.setValue(bar.value() + step)
        assert message.y() == before - step


def test_messages_stand_below_each_other_without_gaps_or_overlaps(
    view: ConversationView, turns: tuple[Turn, ...]
) -> None:
    view.show_turns(turns, {})
    bar = view.verticalScrollBar()
    for share in (10, 7, 3, 0):
        bar.setValue(bar.maximum() * share // 10)
        shown = visible(view)
        for upper, lower in pairwise(shown):
            assert 0 < lower.y() - upper.geometry().bottom() < 40
        assert shown[0].y() <= 40
        assert shown[-1].geometry().bottom() >= view.viewport().height() - 40


def test_the_text_stays_in_its_place_when_the_window_becomes_narrow(
    view: ConversationView, turns: tuple[Turn, ...]
) -> None:
    view.show_turns(turns, {})
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    first = visible(view)[1]
    before = first.y()
    view.resize(500, 700)
    view.resize(725, 700)
    assert abs(first.y() - before) <= 2


def test_the_same_conversation_shown_again_stays_where_it_was(view: ConversationView, turns: tuple[Turn, ...]) -> None:
    view.show_turns(turns, {})
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 3)
    before = [(read(message), message.y()) for message in visible(view)]
    view.show_turns(turns, {})
    assert [(read(message), message.y()) for message in visible(view)] == before
    view.show_turns((turn(5_000, "Another conversation", "Its end."),), {})
    assert [read(message) for message in view.messages()] == ["Another conversation", "Its end."]


def test_what_is_in_the_window_is_set_before_what_is_near_it(view: ConversationView, qtbot: QtBot) -> None:
    def ready() -> int:
        return sum(piece.written is not None for piece in message.pieces)

    view.show_turns((turn(1, "?", "\n\n".join(f"Paragraph {n} is short." for n in range(300))),), {})
    (message,) = [message for message in visible(view) if message.pieces]
    in_sight = ready()
    assert 0 < in_sight < 60
    qtbot.waitUntil(lambda: ready() > in_sight + 5)


def test_keys_scroll(view: ConversationView, turns: tuple[Turn, ...]) -> None:
    view.show_turns(turns, {})
    bar = view.verticalScrollBar()
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert bar.value() == 0
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
        before = bar.value()
        QTest.keyClick(view.messages()[0], key)  # with the focus in a message, too
        assert bar.value() > before
    before = bar.value()
    QTest.keyClick(view, Qt.Key.Key_PageUp)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert bar.value() < before
    QTest.keyClick(view, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()


def _written(button: QWidget) -> str:
    assert isinstance(button, QAbstractButton)
    return button.text()


def test_tab_leads_through_the_messages_and_scrolls_with_them(view: ConversationView, qtbot: QtBot) -> None:
    view.show_turns(talk(12), {})
    view.verticalScrollBar().setValue(0)
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    for number in range(12):
        for button in ("Copy", "Edit", "Copy", "Try again", "Export", "Details"):
            QTest.keyClick(in_focus(), Qt.Key.Key_Tab)
            while _written(in_focus()) == "Copy the code":
                assert number % 4
                assert not in_focus().visibleRegion().isEmpty()
                QTest.keyClick(in_focus(), Qt.Key.Key_Tab)
            assert _written(in_focus()) == button
            assert not in_focus().visibleRegion().isEmpty()
        owner = there(in_focus().parentWidget()).parentWidget()
        assert isinstance(owner, MessageWidget)
        assert f"Answer {number}." in read(owner)


def test_a_message_with_a_selection_is_kept(view: ConversationView, turns: tuple[Turn, ...]) -> None:
    view.show_turns(turns, {})
    message = view.messages()[-1]
    message.select_all()
    view.verticalScrollBar().setValue(0)
    assert message in view.messages()
    assert message.selected_text() == there(turns[-1].answer).text

"""The cards of attached images: keyboard, mouse, many of them, and the note below."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.chat.writing.attachment_card import AttachmentData
from app.ui.chat.writing.composer import Composer
from app.ui.look.theme import LAMP, Theme
from tests.there import there
from tests.ui.chat.talk import colours
from tests.ui.focus import in_focus

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def _card(key: int, name: str = "", **options: object) -> AttachmentData:
    picture = QImage(30, 20, QImage.Format.Format_RGB888)
    picture.fill(QColor("#13579b"))
    return AttachmentData(key, name or f"image {key}.png", "148 tokens", picture, **options)  # type: ignore[arg-type]


@pytest.fixture
def told(composer: Composer) -> list[tuple[object, ...]]:
    """Collect what the cards told, in turn."""
    told: list[tuple[object, ...]] = []
    shown = composer.attachments
    shown.removed.connect(lambda key: told.append(("removed", key)))
    shown.moved.connect(lambda key, place: told.append(("moved", key, place)))
    shown.opened.connect(lambda key: told.append(("opened", key)))
    shown.acted.connect(lambda: told.append(("acted",)))
    return told


def _show(composer: Composer, *cards: AttachmentData) -> None:
    composer.attachments.show_cards(cards)
    composer.resize(composer.width(), composer.sizeHint().height())


def _focused() -> str:
    return in_focus().accessibleName()


def test_a_card_says_what_it_is(composer: Composer) -> None:
    _show(composer, _card(1, "a <b>\u202egnp.exe"), _card(2, "two.png", opening=True))
    first, second = composer.attachments.cards()
    assert first.accessibleName() == "a <b>\ufffdgnp.exe"
    assert first.toolTip() == "<span>a &lt;b&gt;\ufffdgnp.exe<br>148 tokens</span>"
    assert first.accessibleDescription().startswith("148 tokens. ")
    assert first.cross.accessibleName() == "Remove a <b>\ufffdgnp.exe"
    assert second.accessibleName() == "Opening two.png…"
    assert second.cross.accessibleName() == "Cancel opening two.png"
    assert "#13579b" in colours(first)


def test_return_and_a_click_show_it_large_unless_it_is_being_opened(
    composer: Composer, told: list[tuple[object, ...]]
) -> None:
    _show(composer, _card(1), _card(2, opening=True))
    first, second = composer.attachments.cards()
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    QTest.keyClick(first, Key.Key_Return)
    QTest.keyClick(first, Key.Key_Space)
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert told == [("opened", 1)] * 3


def test_it_is_removed_with_the_cross_and_with_keys(composer: Composer, told: list[tuple[object, ...]]) -> None:
    _show(composer, _card(1), _card(2))
    first, second = composer.attachments.cards()
    QTest.mouseClick(second.cross, Qt.MouseButton.LeftButton)
    QTest.keyClick(first, Key.Key_Delete)
    QTest.keyClick(first, Key.Key_Backspace)
    assert told == [("removed", 2), ("removed", 1), ("removed", 1)]


def test_the_keyboard_goes_on_where_a_card_was(composer: Composer) -> None:
    cards = [_card(number) for number in (1, 2, 3)]
    _show(composer, *cards)
    composer.attachments.cards()[1].setFocus()
    _show(composer, cards[0], cards[2])
    assert _focused() == "image 3.png"
    _show(composer, cards[0])
    assert _focused() == "image 1.png"
    _show(composer)
    assert composer.isAncestorOf(in_focus())
    assert composer.attachments.isHidden()


def test_tab_finds_one_card_and_arrows_find_the_others(composer: Composer) -> None:
    composer.set_instructed(True)
    _show(composer, *(_card(number) for number in (1, 2, 3)))
    visited = []
    for _ in range(7):
        visited.append(_focused())
        QTest.keyClick(in_focus(), Key.Key_Tab)
    assert visited == ["Question", "image 1.png", "+ Document", "Instructions ✓", "+ Image", "Send", "Question"]
    steps = []
    for key in (Key.Key_Left, Key.Key_Right, Key.Key_Down, Key.Key_Right, Key.Key_Up):
        QTest.keyClick(in_focus(), key)
        steps.append(_focused()[6])
    assert steps == ["1", "2", "3", "3", "2"]
    QTest.keyClick(in_focus(), Key.Key_Tab, Modifier.ShiftModifier)
    QTest.keyClick(in_focus(), Key.Key_Tab)
    assert _focused() == "image 2.png"


def test_alt_and_an_arrow_move_a_card(composer: Composer, told: list[tuple[object, ...]]) -> None:
    _show(composer, *(_card(number) for number in (1, 2, 3)))
    middle = composer.attachments.cards()[1]
    for key in (Key.Key_Left, Key.Key_Right):
        QTest.keyClick(middle, key, Modifier.AltModifier)
    QTest.keyClick(composer.attachments.cards()[0], Key.Key_Left, Modifier.AltModifier)
    assert told == [("moved", 2, 0), ("moved", 2, 2)]


def _drag(composer: Composer, place: int, to: int) -> None:
    """Press a card and move it to where another is, without letting go."""
    card, target = composer.attachments.cards()[place], composer.attachments.cards()[to].geometry().center()
    grip = QPoint(30, 30)
    QTest.mousePress(card, Qt.MouseButton.LeftButton, Modifier.NoModifier, grip)
    for share in (0.25, 0.5, 1.0):
        start = there(card.parentWidget()).mapToGlobal(card.pos() + grip)
        goal = there(card.parentWidget()).mapToGlobal(target)
        QTest.mouseMove(card, card.mapFromGlobal(start + (goal - start) * share))


def test_a_card_is_dragged_to_another_place(composer: Composer, told: list[tuple[object, ...]]) -> None:
    _show(composer, *(_card(number) for number in (1, 2, 3)))
    dragged = composer.attachments.cards()[0]
    _drag(composer, 0, 2)
    assert [card.card.key for card in composer.attachments.cards()] == [2, 3, 1], "the others make room at once"
    QTest.mouseRelease(dragged, Qt.MouseButton.LeftButton, Modifier.NoModifier, QPoint(30, 30))
    assert told == [("moved", 1, 2)], "a card that was dragged is not opened"
    assert dragged.pos() == QPoint(dragged.x(), 0)


def test_escape_puts_a_dragged_card_back(composer: Composer, told: list[tuple[object, ...]]) -> None:
    _show(composer, *(_card(number) for number in (1, 2, 3)))
    dragged = composer.attachments.cards()[0]
    before = dragged.geometry()
    _drag(composer, 0, 2)
    QTest.keyClick(dragged, Key.Key_Escape)
    QTest.mouseRelease(dragged, Qt.MouseButton.LeftButton, Modifier.NoModifier, QPoint(-500, 30))
    assert [card.card.key for card in composer.attachments.cards()] == [1, 2, 3]
    assert dragged.geometry() == before
    assert told == []


def test_a_drag_outlives_what_changes_meanwhile(composer: Composer, told: list[tuple[object, ...]]) -> None:
    cards = [_card(number) for number in (1, 2, 3)]
    _show(composer, *cards)
    first, second, _third = composer.attachments.cards()
    _drag(composer, 0, 2)
    _show(composer, *cards)  # their tokens are known now
    assert [card.card.key for card in composer.attachments.cards()] == [2, 3, 1]
    _show(composer, cards[0], cards[2])  # another one could not be opened
    assert [card.card.key for card in composer.attachments.cards()] == [1, 3]
    QTest.mouseMove(first, QPoint(60, 30))
    _show(composer, cards[2])
    QTest.mouseMove(first, QPoint(90, 30))
    QTest.mouseRelease(first, Qt.MouseButton.LeftButton, Modifier.NoModifier, QPoint(30, 30))
    assert [card.card.key for card in composer.attachments.cards()] == [3]
    assert told == []
    assert second.isHidden()


def test_many_stand_in_two_rows_and_the_rest_is_scrolled_to(composer: Composer) -> None:
    empty = composer.sizeHint().height()
    _show(composer, _card(1))
    one = composer.sizeHint().height()
    _show(composer, *(_card(number) for number in range(8)))
    two = composer.sizeHint().height()
    _show(composer, *(_card(number) for number in range(20)))
    assert empty < one < two == composer.sizeHint().height()
    cards = composer.attachments.cards()
    assert not composer.attachments.visibleRegion().isEmpty()
    assert cards[19].visibleRegion().isEmpty()
    cards[0].setFocus()
    for _ in range(19):
        QTest.keyClick(in_focus(), Key.Key_Right)
    assert not cards[19].visibleRegion().isEmpty()
    places = {(card.x(), card.y()) for card in cards}
    assert len(places) == 20


def test_a_narrow_composer_gives_them_more_rows(qtbot: QtBot, composer: Composer) -> None:
    _show(composer, *(_card(number) for number in range(3)))
    wide = composer.sizeHint().height()
    composer.resize(420, composer.height())
    assert composer.sizeHint().height() > wide


def test_the_note_says_what_is_wrong_and_offers_a_way_out(composer: Composer, told: list[tuple[object, ...]]) -> None:
    _show(composer, _card(1))
    low = composer.sizeHint().height()
    composer.attachments.show_note("Scout sees no images. " * 6, "Choose a projector…")
    composer.resize(composer.width(), composer.sizeHint().height())
    assert composer.sizeHint().height() > low + 30, "as many lines as it needs"
    QTest.mouseClick(composer.attachments.note.button, Qt.MouseButton.LeftButton)
    assert told == [("acted",)]
    composer.attachments.show_note("", "")
    assert composer.attachments.note.words == ""
    assert composer.sizeHint().height() == low


def test_a_question_of_images_alone_can_be_asked(composer: Composer) -> None:
    asked: list[str] = []
    composer.submitted.connect(asked.append)
    assert not composer.send_button.isEnabled()
    _show(composer, _card(1))
    assert composer.send_button.isEnabled()
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert asked == [""]
    composer.set_refused(True)
    assert not composer.send_button.isEnabled()
    composer.set_busy(True)
    assert composer.send_button.isEnabled(), "it stops now"


def test_cards_follow_the_theme(composer: Composer, theme: Theme) -> None:
    _show(composer, _card(1))
    theme.use(LAMP)
    assert {LAMP.ground.lower(), LAMP.ink.lower()} <= colours(composer.attachments.cards()[0])


def test_up_does_not_put_an_earlier_question_in_their_place(qtbot: QtBot, composer: Composer) -> None:
    _show(composer, _card(1))
    with qtbot.assertNotEmitted(composer.edit_last_requested):
        QTest.keyClick(composer.editor, Key.Key_Up)
    _show(composer)
    with qtbot.waitSignal(composer.edit_last_requested):
        QTest.keyClick(composer.editor, Key.Key_Up)


def test_what_is_pasted_onto_a_card_is_pasted(composer: Composer) -> None:
    _show(composer, _card(1))
    QGuiApplication.clipboard().setText("words")
    QTest.keyClick(composer.attachments.cards()[0], Key.Key_V, Modifier.ControlModifier)
    assert composer.text() == "words"

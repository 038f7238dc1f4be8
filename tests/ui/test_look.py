"""Colours that can be read, fonts that are there, a theme that changes while the window is open."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication, QLabel

from app.core.settings import ThemeChoice
from app.ui.fonts import load_fonts, text_font, ui_font
from app.ui.icons import Icons, Symbol
from app.ui.style import Appearance, stylesheet
from app.ui.theme import CLOTH, LAMP, PAPER, TEXT_FAMILY, UI_FAMILY, Palette, Theme, cloth
from app.ui.widgets.buttons import IconButton
from tests.ui.room import Room, application

_AA = 4.5


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [PAPER, LAMP], ids=["paper", "lamp"])
def test_every_ink_can_be_read_on_every_ground(palette: Palette) -> None:
    grounds = (palette.ground, palette.surface, palette.wash)
    inks = (palette.ink, palette.soft_ink, palette.accent)
    marks = (palette.verified, palette.near, palette.not_found)
    pairs = [(ink, ground) for ink in inks for ground in grounds]
    pairs += [(mark, ground) for mark in marks for ground in grounds[:2]]
    pairs += [(palette.on_accent, palette.accent), (palette.ink, palette.highlight)]
    weak = {pair: round(_contrast(*pair), 2) for pair in pairs if _contrast(*pair) < _AA}
    assert not weak


def test_a_book_keeps_its_colour_and_books_differ() -> None:
    ids = [f"{number:032x}" for number in range(60)]
    assert [cloth(book_id) for book_id in ids] == [cloth(book_id) for book_id in ids]
    assert {cloth(book_id) for book_id in ids} == set(CLOTH)


def test_the_families_are_there_with_their_weights(qapp: QApplication) -> None:
    application()
    assert {UI_FAMILY, TEXT_FAMILY} <= set(QFontDatabase.families())
    assert load_fonts() == ()
    for font in (ui_font(15, QFont.Weight.DemiBold), text_font(15, QFont.Weight.DemiBold)):
        assert QFontInfo(font).family() == font.family()
        assert QFontInfo(font).weight() == QFont.Weight.DemiBold


def test_every_symbol_is_an_icon_of_the_font(qapp: QApplication) -> None:
    icons = Icons(Theme())
    assert [symbol for symbol in Symbol if icons.pixmap(symbol).isNull()] == []


def test_the_system_decides_until_the_person_does(qapp: QApplication) -> None:
    theme = Theme()
    appearance = Appearance(qapp, theme)
    assert theme.palette is PAPER
    appearance.choose(ThemeChoice.DARK)
    assert theme.palette is LAMP
    assert qapp.palette().window().color() == QColor(LAMP.ground)
    assert qapp.styleSheet() == stylesheet(LAMP)
    appearance.choose(ThemeChoice.SYSTEM)
    assert theme.palette is PAPER
    qapp.setStyleSheet("")


def test_the_open_window_changes_its_theme(room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[0]])
    room.open()
    light = room.window.grab().toImage().pixelColor(5, 5)
    room.appearance.choose(ThemeChoice.DARK)
    room.settle()
    dark = room.window.grab().toImage().pixelColor(5, 5)
    assert (light, dark) == (QColor(PAPER.ground), QColor(LAMP.ground))


def test_every_button_of_the_window_has_a_name(room: Room) -> None:
    room.add_books()
    room.open()
    nameless = [button for button in room.window.findChildren(IconButton) if not button.accessibleName()]
    assert nameless == []
    for button in room.window.findChildren(IconButton):
        assert button.accessibleName() in button.toolTip()


def test_no_label_takes_a_title_for_markup(room: Room) -> None:
    room.add_conversation("<img src='file:///etc/passwd'><b>bold</b>")
    room.open()
    title = room.window.talk.title
    assert title.text() == "<img src='file:///etc/passwd'><b>bold</b>"
    for label in room.window.findChildren(QLabel):
        assert label.textFormat().name == "PlainText" or not label.text(), label.text()

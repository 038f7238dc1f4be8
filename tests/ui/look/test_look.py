"""Colours that can be read, fonts that are there, a theme that changes while the window is open."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from app.core.documents.note import Marker
from app.core.settings import ThemeChoice
from app.ui.look.fonts import load_fonts, text_font, ui_font
from app.ui.look.icons import Icons, Symbol
from app.ui.look.style import Appearance, qpalette, stylesheet
from app.ui.look.theme import CLOTH, CLOTH_BY_NIGHT, LAMP, PAPER, TEXT_FAMILY, UI_FAMILY, Palette, Theme, cloth
from app.ui.page.note_look import look_of
from app.ui.page.tints import Ground
from app.ui.widgets.buttons import IconButton
from tests.ui.room import Room, application

_AA, _LARGE = 4.5, 3.0


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


_BOTH = pytest.mark.parametrize("palette", [PAPER, LAMP], ids=["paper", "lamp"])
_FIELDS = ("QLineEdit", "QPlainTextEdit", "QRadioButton", "QSlider::h")
_COLOUR = re.compile(r"(?:^|[;\s])(color|background|border|border-color):[^;]*?(#[0-9A-F]{6}|transparent)", re.I)


def _rules(palette: Palette) -> list[tuple[str, dict[str, str]]]:
    """The selectors of the stylesheet, each with the colours that it says."""
    found = []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", stylesheet(palette)):
        colours = {name.replace("-color", ""): colour for name, colour in _COLOUR.findall(body)}
        found += [(selector.strip(), colours) for selector in selectors.split(",")]
    return found


def _weak(pairs: Iterable[tuple[str, str, str]], least: float) -> dict[str, float]:
    return {f"{what}: {a} on {b}": round(_contrast(a, b), 2) for what, a, b in pairs if _contrast(a, b) < least}


@_BOTH
def test_every_ink_can_be_read_on_every_ground(palette: Palette) -> None:
    grounds = (palette.ground, palette.surface, palette.wash, palette.line)
    inks = (palette.ink, palette.soft_ink, palette.accent)
    marks = (palette.verified, palette.near, palette.not_found)
    pairs = [("ink", ink, ground) for ink in inks for ground in grounds]
    pairs += [("mark", mark, ground) for mark in marks for ground in grounds[:3]]
    pairs += [("button", palette.on_accent, palette.accent), ("quotation", palette.ink, palette.highlight)]
    assert _weak(pairs, _AA) == {}


@_BOTH
def test_every_text_of_the_stylesheet_can_be_read_on_its_own_ground(palette: Palette) -> None:
    """Where a rule has no ground of its own, on all that it may lie on; what is disabled may be weaker."""
    behind = (palette.ground, palette.surface)
    pairs = [
        (selector, colours["color"], ground)
        for selector, colours in _rules(palette)
        if "color" in colours and ":disabled" not in selector
        for ground in ([colours["background"]] if colours.get("background", "transparent") != "transparent" else behind)
    ]
    assert len(pairs) > 40
    assert _weak(pairs, _AA) == {}


@_BOTH
def test_every_field_stands_out_from_what_it_is_on(palette: Palette) -> None:
    """By its edge, or as a whole, and so does all that has the focus; a button is known by its words."""
    pairs = []
    for selector, colours in _rules(palette):
        edge, ground = colours.get("border", "transparent"), colours.get("background", "transparent")
        if (
            (selector.startswith(_FIELDS) or ":focus" in selector)
            and edge != "transparent"
            and ":disabled" not in selector
        ):
            whole = ground if edge == palette.ground else edge
            pairs += [(selector, whole, behind) for behind in (palette.ground, palette.surface)]
        elif selector.startswith(("QScrollBar::handle", "QProgressBar")) and "chunk" not in selector:
            continue
        elif "::chunk" in selector:
            pairs.append((selector, ground, palette.line))
    pairs += [("scroll bar", palette.edge, palette.ground), ("switch", palette.verified, palette.surface)]
    pairs += [("off", palette.soft_ink, palette.surface), ("focus", palette.accent, palette.line)]
    assert len(pairs) > 30
    assert _weak(pairs, _LARGE) == {}


@_BOTH
def test_only_fields_and_what_has_the_focus_have_a_dark_line(palette: Palette) -> None:
    dark = (palette.edge, palette.soft_ink, palette.ink, palette.accent)
    drawn = [selector for selector, colours in _rules(palette) if colours.get("border") in dark]
    others = [each for each in drawn if not each.startswith(_FIELDS) and ":focus" not in each]
    assert [each for each in others if "primary" not in each] == []


@_BOTH
def test_every_highlight_can_be_read_and_told_from_the_others(palette: Palette) -> None:
    """On a drawing its colour is under black text on white, or light text on dark, as here."""
    looks = [look_of(marker, dark=palette.dark) for marker in Marker]
    assert not _weak([("text", palette.ink, look.fill) for look in looks], _AA)
    assert not _weak([("line", look.line, ground) for look in looks for ground in (palette.surface, look.fill)], _LARGE)
    assert len({look.style for look in looks}) == len({look.underline for look in looks}) == len(looks)


@_BOTH
def test_every_tint_can_be_read_and_told_from_the_paper(palette: Palette) -> None:
    fills = [ground.fill(dark=palette.dark) for ground in Ground]
    assert not _weak([("text", palette.ink, fill) for fill in fills], _AA)
    assert len({*fills, palette.surface, palette.highlight}) == len(fills) + 2


@_BOTH
def test_every_part_of_a_bar_stands_out_from_what_is_free(palette: Palette) -> None:
    parts = (palette.accent, palette.projector, palette.context, palette.working, palette.not_found)
    pairs = [("bar", part, palette.line) for part in parts]
    cloths = CLOTH_BY_NIGHT if palette.dark else CLOTH
    pairs += [("book", colour, palette.line) for colour in cloths]
    assert _weak(pairs, _LARGE) == {}
    assert _weak([("format", palette.on_accent, colour) for colour in cloths], _AA) == {}
    assert _weak([("title", PAPER.on_accent, colour) for colour in CLOTH], _AA) == {}


@_BOTH
def test_what_qt_draws_itself_can_be_read(palette: Palette) -> None:
    made, role = qpalette(palette), QPalette.ColorRole
    pairs = [
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.ButtonText, role.Button),
        (role.HighlightedText, role.Highlight),
        (role.ToolTipText, role.ToolTipBase),
        (role.PlaceholderText, role.Base),
        (role.Link, role.Window),
        (role.Link, role.Base),
    ]
    assert _weak([(text.name, made.color(text).name(), made.color(on).name()) for text, on in pairs], _AA) == {}


def test_a_book_keeps_its_colour_and_books_differ() -> None:
    ids = [f"{number:032x}" for number in range(60)]
    assert [cloth(book_id) for book_id in ids] == [cloth(book_id) for book_id in ids]
    assert {(cloth(book_id), cloth(book_id, dark=True)) for book_id in ids} == set(
        zip(CLOTH, CLOTH_BY_NIGHT, strict=True)
    )
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

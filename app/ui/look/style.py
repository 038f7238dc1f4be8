"""Styles Qt's widgets by the theme: with one stylesheet and one QPalette, switched while the window is open."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.core.settings import ThemeChoice
from app.ui.look.fonts import ui_font
from app.ui.look.theme import (
    CORNER,
    LAMP,
    PAPER,
    SIZE_DISPLAY,
    SIZE_SMALL,
    SIZE_TEXT,
    SIZE_TITLE,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
    SPACE_XXL,
    TEXT_FAMILY,
    Palette,
    TextSizes,
    Theme,
)

_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup

_RULES = Template(
    f"""
QToolTip {{
    background: $surface; color: $ink; border: 1px solid $line;
    padding: {SPACE_XS}px {SPACE_S}px; font-size: {SIZE_SMALL}px;
}}

QLabel[role="title"] {{ font-size: {SIZE_TEXT}px; font-weight: 600; }}
QLabel[role="book"] {{ font-family: "{TEXT_FAMILY}"; font-size: 16px; font-weight: 600; }}
QLabel[role="heading"] {{ font-family: "{TEXT_FAMILY}"; font-size: {SIZE_TITLE}px; font-weight: 600; }}
QLabel[role="display"] {{ font-family: "{TEXT_FAMILY}"; font-size: {SIZE_DISPLAY}px; font-weight: 600; }}
QLabel[role="welcome"] {{ font-family: "{TEXT_FAMILY}"; font-size: {SIZE_DISPLAY}px; }}
QLabel[role="lead"] {{ font-size: {SIZE_TEXT}px; color: $soft_ink; }}
QLabel[role="small"] {{ font-size: {SIZE_SMALL}px; color: $soft_ink; }}
QLabel[role="soft"] {{ color: $soft_ink; }}
QLabel[role="warning"] {{ color: $near; }}
QLabel[role="failure"] {{ color: $not_found; }}
QLabel[role="failure-small"] {{ font-size: {SIZE_SMALL}px; color: $not_found; }}
QLabel[role="mark"] {{ font-size: {SIZE_SMALL}px; font-weight: 600; color: $accent; }}
QLabel[role="setting"] {{ font-weight: 600; }}
QLabel[role="section"] {{ font-size: {SIZE_SMALL}px; font-weight: 600; color: $soft_ink; }}

QFrame[role="line"] {{ background: $line; border: none; }}
QFrame[role="card"] {{
    background: $surface; border: 1px solid $line; border-radius: {CORNER}px;
}}

QFrame[role="card"][current="true"] {{ background: $wash; }}
QFrame[role="bar"] {{ background: $surface; border: none; border-top: 1px solid $line; }}
QFrame[role="leaving"] {{ background: $surface; border: none; }}

QPushButton {{
    background: $surface; color: $ink; border: 1px solid $line;
    border-radius: {CORNER}px; padding: 0 {SPACE_M}px; min-height: 32px; font-weight: 600;
}}
QPushButton:hover {{ background: $wash; border-color: $handle; }}
QPushButton:pressed {{ background: $wash; }}
QPushButton:focus {{ border: 2px solid $accent; padding: 0 {SPACE_M - 1}px; min-height: 30px; }}
QPushButton:disabled {{ color: $soft_ink; background: $ground; }}
QPushButton[role="primary"] {{
    background: $accent; color: $on_accent; border-color: $accent;
}}
QPushButton[role="primary"]:hover {{ background: $accent; border-color: $accent; }}
QPushButton[role="primary"]:focus {{ border-color: $ink; }}
QPushButton[role="primary"]:disabled {{
    background: $line; color: $soft_ink; border-color: $line;
}}
QPushButton[role="badge"]:disabled {{ background: transparent; color: $ink; border-color: transparent; }}
QPushButton[role="quiet"] {{
    background: transparent; border-color: transparent; color: $soft_ink;
    font-weight: 400; padding: 0 {SPACE_S}px; min-height: 26px;
}}
QPushButton[role="quiet"]:hover {{ color: $ink; background: $wash; }}
QPushButton[role="quiet"]:focus {{
    border: 2px solid $accent; padding: 0 {SPACE_S - 1}px; min-height: 24px;
}}
QPushButton[role="link"] {{
    background: transparent; border-color: transparent; color: $accent; font-size: {SIZE_SMALL}px;
    padding: 0 {SPACE_XS}px; min-height: 20px;
}}
QPushButton[role="link"]:hover {{ background: $wash; }}
QPushButton[role="link"]:focus {{
    border: 2px solid $accent; padding: 0 {SPACE_XS - 1}px; min-height: 18px;
}}

QPushButton[role="fold"] {{
    background: transparent; border-color: transparent; color: $soft_ink; font-size: {SIZE_SMALL}px;
    padding: 0 {SPACE_XS}px; min-height: 26px; text-align: left;
}}
QPushButton[role="fold"]:hover {{ color: $ink; background: $wash; }}
QPushButton[role="fold"]:focus {{ border: 2px solid $accent; padding: 0 {SPACE_XS - 1}px; min-height: 24px; }}

QPushButton[role="floating"] {{ padding: 0 {SPACE_S}px; min-height: 26px; font-size: {SIZE_SMALL}px; }}

QToolButton[role="icon"] {{
    background: transparent; border: 2px solid transparent; border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QToolButton[role="icon"]:hover {{ background: $wash; }}
QToolButton[role="icon"]:checked {{ background: $wash; }}
QToolButton[role="icon"]:pressed {{ background: $line; }}
QToolButton[role="icon"]:focus {{ border-color: $accent; }}
QToolButton[role="icon"][framed="true"] {{
    background: $surface; border: 1px solid $line; padding: {SPACE_XS + 1}px;
}}
QToolButton[role="icon"][framed="true"]:hover {{ background: $wash; border-color: $handle; }}
QToolButton[role="icon"][framed="true"]:focus {{ border: 2px solid $accent; padding: {SPACE_XS}px; }}
QToolButton::menu-indicator {{ image: none; }}

QLineEdit {{
    background: $surface; color: $ink; border: 1px solid $edge;
    border-radius: {CORNER}px; padding: 0 {SPACE_S + 1}px; min-height: 28px;
    selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $soft_ink;
}}
QLineEdit:hover {{ border-color: $soft_ink; }}
QLineEdit:focus {{
    border: 2px solid $accent; padding: 0 {SPACE_S}px; min-height: 26px;
}}

QLineEdit[role="bare"] {{
    background: transparent; border-color: transparent; color: $soft_ink; font-size: {SIZE_SMALL}px;
    min-height: 22px; padding: 0 2px;
}}
QLineEdit[role="bare"]:hover {{ border-color: $edge; }}
QLineEdit[role="bare"]:focus {{
    border: 2px solid $accent; background: $surface; color: $ink;
    min-height: 20px; padding: 0 1px;
}}
QLineEdit[role="search"] {{ font-size: {SIZE_TEXT}px; min-height: 36px; padding: 0 {SPACE_M}px; }}
QLineEdit[role="search"]:focus {{ min-height: 34px; padding: 0 {SPACE_M - 1}px; }}
QLabel[role="quote"] {{
    background: $highlight; color: $ink; border-radius: {SPACE_XS}px; margin: 0 0 {SPACE_S}px 0;
    padding: {SPACE_XS}px {SPACE_S}px; font-family: "{TEXT_FAMILY}";
}}
QFrame[role="palette"] {{ background: $surface; border: 1px solid $line; border-radius: 12px; }}
QLineEdit[role="palette"] {{
    background: transparent; border: none; font-size: {SIZE_TITLE}px; min-height: 34px;
    padding: {SPACE_S}px {SPACE_L}px;
}}
QFrame[role="popup"], QDialog[role="popup"] {{ background: $surface; border: 1px solid $line; }}

QPushButton[role="filter"] {{
    background: transparent; font-weight: 400; min-height: 26px; border-radius: 14px; border-color: $line;
    padding: 0 {SPACE_M}px; padding-right: {SPACE_XXL - SPACE_S}px; text-align: left;
}}
QPushButton[role="filter"]:hover {{ background: $wash; }}
QPushButton[role="filter"][active="true"] {{ background: $wash; color: $ink; font-weight: 600; border-color: $handle; }}
QPushButton[role="filter"]:focus {{
    border: 2px solid $accent; min-height: 24px; padding: 0 {SPACE_M - 1}px; padding-right: {SPACE_XXL - SPACE_S - 1}px;
}}
QPushButton[role="filter"]:disabled {{ color: $soft_ink; background: transparent; border-color: $line; }}

QPushButton[role="choice"], QPushButton[role="choice"]:focus {{
    text-align: left; font-weight: 400; padding-right: {SPACE_XXL - SPACE_XS}px;
}}

QListView, QTreeView {{ background: transparent; border: none; outline: none; }}
QListView[role="framed"], QTreeView[role="framed"] {{
    background: $surface; border: 1px solid $line; border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QListView[role="framed"]:focus, QTreeView[role="framed"]:focus {{ border-color: $accent; }}
QListView[role="framed"]::item, QTreeView::item {{ min-height: 26px; border-radius: {SPACE_XS}px; }}
QListView[role="framed"]::item:hover, QTreeView::item:hover {{ background: $ground; color: $ink; }}
QListView[role="framed"]::item:selected, QTreeView::item:selected {{
    background: $wash; color: $ink;
}}
QListView[role="sections"]::item {{ min-height: 34px; padding-left: {SPACE_S}px; border-radius: {CORNER}px; }}
QListView[role="sections"]::item:hover {{ background: $wash; color: $ink; }}
QListView[role="sections"]::item:selected {{ background: $wash; color: $accent; }}
QListView[role="sections"]::item:focus {{ border: 1px solid $accent; padding-left: {SPACE_S - 1}px; }}
QTreeView {{ show-decoration-selected: 0; }}
QPlainTextEdit[role="framed"] {{
    background: $surface; color: $ink; border: 1px solid $edge;
    border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QPlainTextEdit[role="framed"]:focus {{ border-color: $accent; }}
QTableView {{ background: $surface; border: none; outline: none; }}
QTableView[role="grid"] {{ background: $ground; }}
QTableView[role="framed"] {{ border: 1px solid $line; border-radius: {CORNER}px; }}
QTableView[role="framed"]:focus {{ border-color: $accent; }}
QTableView[role="framed"]::item {{ padding: 0 {SPACE_M}px; }}
QTableView[role="framed"]::item:selected {{ background: $wash; color: $ink; }}
QTableView[role="framed"] QHeaderView::section {{ background: $surface; border-top: none; }}
QHeaderView {{ background: $ground; border: none; }}
QHeaderView::section {{
    background: $ground; color: $soft_ink; border: none; font-size: {SIZE_SMALL}px; font-weight: 600;
    border-top: 1px solid $line; border-bottom: 1px solid $line; padding: {SPACE_XS}px {SPACE_M}px;
}}
QTableCornerButton::section {{
    background: $ground; border: none; border-bottom: 1px solid $line; border-right: 1px solid $line;
}}
QScrollArea, QAbstractScrollArea[role="plain"] {{ background: transparent; border: none; }}
QScrollArea[role="framed"] {{
    background: $surface; border: 1px solid $line; border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QScrollArea[role="framed"]:focus {{ border-color: $accent; }}

QProgressBar {{
    background: $line; border: none; border-radius: 2px; min-height: 4px; max-height: 4px;
}}
QProgressBar[role="spine"] {{ background: transparent; min-height: 16px; max-height: 16px; }}
QProgressBar::chunk {{ background: $working; border-radius: 2px; }}
QProgressBar[role="good"]::chunk {{ background: $verified; }}
QProgressBar[role="weak"]::chunk {{ background: $near; }}

QRadioButton {{ spacing: {SPACE_S}px; min-height: 24px; }}
QRadioButton:focus {{ color: $accent; }}
QRadioButton::indicator {{
    background: $surface; border: 1px solid $soft_ink; width: 14px; height: 14px; border-radius: 8px;
}}
QRadioButton::indicator:hover {{ border-color: $ink; }}
QRadioButton::indicator:checked {{ border: 5px solid $accent; width: 6px; height: 6px; }}
QRadioButton::indicator:disabled {{ border-color: $handle; }}

QSlider {{ min-height: 24px; }}
QSlider::groove:horizontal {{ background: $line; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: $accent; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{
    background: $accent; border: 2px solid $ground; width: 14px; margin: -7px 0; border-radius: 9px;
}}
QSlider::handle:horizontal:focus {{ background: $surface; border-color: $accent; }}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{ background: $handle; }}

QAbstractScrollArea::corner {{ background: transparent; border: none; }}

QTabBar {{ background: $ground; }}
QTabBar::tab {{
    background: transparent; color: $soft_ink; border: none; border-bottom: 2px solid transparent;
    padding: {SPACE_XS}px {SPACE_XS}px {SPACE_XS}px {SPACE_M}px; min-height: 26px;
}}
QTabBar::tab:hover {{ color: $ink; background: $wash; }}
QTabBar::tab:selected {{ color: $ink; border-bottom-color: $accent; }}
QTabBar::tab:focus {{ color: $accent; }}
QTabBar QToolButton {{ background: $surface; border: 1px solid $line; }}

QMenu {{
    background: $surface; color: $ink; border: 1px solid $line; padding: {SPACE_XS}px;
}}
QMenu::item {{
    padding: 6px {SPACE_L}px 6px {SPACE_M}px; border-radius: {SPACE_XS}px; min-height: 20px;
}}
QMenu::item:selected {{ background: $wash; color: $ink; }}
QMenu::item:disabled {{ color: $soft_ink; background: transparent; }}
QMenu::separator {{ height: 1px; background: $line; margin: {SPACE_XS}px {SPACE_S}px; }}
QMenu::icon {{ padding-left: {SPACE_S}px; }}

QSplitter::handle {{ background: $line; }}
QSplitter::handle:hover {{ background: $edge; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: $edge; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: $soft_ink; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
    background: transparent; border: none; width: 0; height: 0;
}}
"""
)
"""The stylesheet; `$ink` and such are the colours of a `Palette`."""


class Appearance(QObject):
    """Keeps the application's look in step with the chosen theme, or with the system's while it chooses."""

    def __init__(self, application: QApplication, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._theme = theme
        self._choice = ThemeChoice.SYSTEM
        application.setStyle("Fusion")
        application.setFont(ui_font())
        application.styleHints().colorSchemeChanged.connect(self._follow)
        theme.changed.connect(self._dress)
        self._dress()
        self._follow()

    @property
    def dark(self) -> bool:
        return self._theme.palette.dark

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self._follow()

    def set_text(self, percent: int) -> None:
        """Set the size of the text of conversations, in percent."""
        self._theme.use_sizes(TextSizes(percent))

    @Slot()
    def _follow(self) -> None:
        system_dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = self._choice is ThemeChoice.DARK or (self._choice is ThemeChoice.SYSTEM and system_dark)
        self._theme.use(LAMP if dark else PAPER)

    @Slot()
    def _dress(self) -> None:
        self._application.setPalette(qpalette(self._theme.palette))
        self._application.setStyleSheet(stylesheet(self._theme.palette))


def qpalette(palette: Palette) -> QPalette:
    made = QPalette()
    colours = {
        _Role.Window: palette.ground,
        _Role.WindowText: palette.ink,
        _Role.Base: palette.surface,
        _Role.AlternateBase: palette.ground,
        _Role.Text: palette.ink,
        _Role.PlaceholderText: palette.soft_ink,
        _Role.Button: palette.surface,
        _Role.ButtonText: palette.ink,
        _Role.BrightText: palette.on_accent,
        _Role.Highlight: palette.accent,
        _Role.HighlightedText: palette.on_accent,
        _Role.Link: palette.accent,
        _Role.LinkVisited: palette.accent,
        _Role.ToolTipBase: palette.surface,
        _Role.ToolTipText: palette.ink,
        _Role.Accent: palette.accent,
        _Role.Light: palette.surface,
        _Role.Midlight: palette.line,
        _Role.Mid: palette.line,
        _Role.Dark: palette.soft_ink,
        _Role.Shadow: palette.line,
    }
    for role, colour in colours.items():
        made.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        made.setColor(_Group.Disabled, role, QColor(palette.soft_ink))
    return made


def stylesheet(palette: Palette) -> str:
    """Return the rules of Qt's stylesheet in these colours. Widgets are named in them by their `role` property, or by
    Qt's own class names."""
    return _RULES.substitute(asdict(palette))

"""What the theme makes of Qt's widgets: one stylesheet and one QPalette, switched while the window is open."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.core.settings import ThemeChoice
from app.ui.fonts import ui_font
from app.ui.theme import (
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
    TEXT_FAMILY,
    Palette,
    Theme,
)

_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup


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
    """Rules that the window's widgets name themselves for: `role` properties, and Qt's own class names."""
    return f"""
QToolTip {{
    background: {palette.surface}; color: {palette.ink}; border: 1px solid {palette.line};
    padding: {SPACE_XS}px {SPACE_S}px; font-size: {SIZE_SMALL}px;
}}

QLabel[role="title"] {{ font-size: {SIZE_TEXT}px; font-weight: 600; }}
QLabel[role="book"] {{ font-family: "{TEXT_FAMILY}"; font-size: 16px; font-weight: 600; }}
QLabel[role="heading"] {{ font-family: "{TEXT_FAMILY}"; font-size: {SIZE_TITLE}px; font-weight: 600; }}
QLabel[role="display"] {{ font-family: "{TEXT_FAMILY}"; font-size: {SIZE_DISPLAY}px; font-weight: 600; }}
QLabel[role="small"] {{ font-size: {SIZE_SMALL}px; color: {palette.soft_ink}; }}
QLabel[role="soft"] {{ color: {palette.soft_ink}; }}
QLabel[role="warning"] {{ color: {palette.near}; }}
QLabel[role="failure"] {{ color: {palette.not_found}; }}
QLabel[role="failure-small"] {{ font-size: {SIZE_SMALL}px; color: {palette.not_found}; }}
QLabel[role="section"] {{ font-size: {SIZE_SMALL}px; font-weight: 600; color: {palette.soft_ink}; }}

QFrame[role="line"] {{ background: {palette.line}; border: none; }}
QFrame[role="card"] {{
    background: {palette.surface}; border: 1px solid {palette.line}; border-radius: {CORNER}px;
}}

QFrame[role="card"][current="true"] {{ border: 2px solid {palette.accent}; }}
QFrame[role="bar"] {{ background: {palette.surface}; border: none; border-top: 1px solid {palette.line}; }}
QFrame[role="leaving"] {{ background: {palette.surface}; border: none; }}

QPushButton {{
    background: {palette.surface}; color: {palette.ink}; border: 1px solid {palette.line};
    border-radius: {CORNER}px; padding: 0 {SPACE_M}px; min-height: 32px; font-weight: 600;
}}
QPushButton:hover {{ border-color: {palette.soft_ink}; }}
QPushButton:pressed {{ background: {palette.wash}; }}
QPushButton:focus {{ border: 2px solid {palette.accent}; padding: 0 {SPACE_M - 1}px; min-height: 30px; }}
QPushButton:disabled {{ color: {palette.soft_ink}; background: {palette.ground}; }}
QPushButton[role="primary"] {{
    background: {palette.accent}; color: {palette.on_accent}; border-color: {palette.accent};
}}
QPushButton[role="primary"]:focus {{ border-color: {palette.ink}; }}
QPushButton[role="primary"]:disabled {{
    background: {palette.line}; color: {palette.soft_ink}; border-color: {palette.line};
}}
QPushButton[role="badge"]:disabled {{
    background: {palette.accent}; color: {palette.on_accent}; border-color: {palette.accent};
}}
QPushButton[role="quiet"] {{
    background: transparent; border-color: transparent; color: {palette.soft_ink};
    font-weight: 400; padding: 0 {SPACE_S}px; min-height: 26px;
}}
QPushButton[role="quiet"]:hover {{ color: {palette.ink}; background: {palette.wash}; }}
QPushButton[role="quiet"]:focus {{
    border: 2px solid {palette.accent}; padding: 0 {SPACE_S - 1}px; min-height: 24px;
}}
QPushButton[role="link"] {{
    background: transparent; border-color: transparent; color: {palette.accent}; font-size: {SIZE_SMALL}px;
    padding: 0 {SPACE_XS}px; min-height: 20px;
}}
QPushButton[role="link"]:hover {{ background: {palette.wash}; }}
QPushButton[role="link"]:focus {{
    border: 2px solid {palette.accent}; padding: 0 {SPACE_XS - 1}px; min-height: 18px;
}}

QPushButton[role="floating"] {{ padding: 0 {SPACE_S}px; min-height: 26px; font-size: {SIZE_SMALL}px; }}

QToolButton[role="icon"] {{
    background: transparent; border: 2px solid transparent; border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QToolButton[role="icon"]:hover {{ background: {palette.wash}; }}
QToolButton[role="icon"]:pressed, QToolButton[role="icon"]:checked {{ background: {palette.wash}; }}
QToolButton[role="icon"]:focus {{ border-color: {palette.accent}; }}
QToolButton[role="icon"][framed="true"] {{
    background: {palette.surface}; border: 1px solid {palette.line}; padding: {SPACE_XS + 1}px;
}}
QToolButton[role="icon"][framed="true"]:hover {{ border-color: {palette.soft_ink}; }}
QToolButton[role="icon"][framed="true"]:focus {{ border: 2px solid {palette.accent}; padding: {SPACE_XS}px; }}
QToolButton::menu-indicator {{ image: none; }}

QLineEdit {{
    background: {palette.surface}; color: {palette.ink}; border: 1px solid {palette.line};
    border-radius: {CORNER}px; padding: 0 {SPACE_S + 1}px; min-height: 28px;
    selection-background-color: {palette.accent}; selection-color: {palette.on_accent};
    placeholder-text-color: {palette.soft_ink};
}}
QLineEdit:hover {{ border-color: {palette.soft_ink}; }}
QLineEdit:focus {{
    border: 2px solid {palette.accent}; padding: 0 {SPACE_S}px; min-height: 26px;
}}

QLineEdit[role="bare"] {{
    background: transparent; border-color: transparent; color: {palette.soft_ink}; font-size: {SIZE_SMALL}px;
    min-height: 22px; padding: 0 2px;
}}
QLineEdit[role="bare"]:hover {{ border-color: {palette.line}; }}
QLineEdit[role="bare"]:focus {{
    border: 2px solid {palette.accent}; background: {palette.surface}; color: {palette.ink};
    min-height: 20px; padding: 0 1px;
}}
QLabel[role="quote"] {{
    background: {palette.highlight}; color: {palette.ink}; border-radius: {SPACE_XS}px;
    padding: {SPACE_XS}px {SPACE_S}px; font-family: "{TEXT_FAMILY}";
}}
QFrame[role="popup"], QDialog[role="popup"] {{ background: {palette.surface}; border: 1px solid {palette.line}; }}

QPushButton[role="choice"] {{ text-align: left; font-weight: 400; }}

QListView, QTreeView {{ background: transparent; border: none; outline: none; }}
QListView[role="framed"] {{
    background: {palette.surface}; border: 1px solid {palette.line}; border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QListView[role="framed"]:focus {{ border-color: {palette.accent}; }}
QListView[role="framed"]::item, QTreeView::item {{ min-height: 26px; border-radius: {SPACE_XS}px; }}
QListView[role="framed"]::item:hover, QTreeView::item:hover {{ background: {palette.ground}; color: {palette.ink}; }}
QListView[role="framed"]::item:selected, QTreeView::item:selected {{
    background: {palette.wash}; color: {palette.accent};
}}
QTreeView {{ show-decoration-selected: 0; }}
QPlainTextEdit[role="framed"] {{
    background: {palette.surface}; color: {palette.ink}; border: 1px solid {palette.line};
    border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QPlainTextEdit[role="framed"]:focus {{ border-color: {palette.accent}; }}
QTableView {{ background: {palette.surface}; border: none; outline: none; }}
QHeaderView {{ background: {palette.ground}; border: none; }}
QHeaderView::section {{
    background: {palette.ground}; color: {palette.soft_ink}; border: none; font-size: {SIZE_SMALL}px; font-weight: 600;
    border-top: 1px solid {palette.line}; border-bottom: 1px solid {palette.line}; padding: {SPACE_XS}px {SPACE_M}px;
}}
QScrollArea, QAbstractScrollArea[role="plain"] {{ background: transparent; border: none; }}
QScrollArea[role="framed"] {{
    background: {palette.surface}; border: 1px solid {palette.line}; border-radius: {CORNER}px; padding: {SPACE_XS}px;
}}
QScrollArea[role="framed"]:focus {{ border-color: {palette.accent}; }}

QProgressBar {{
    background: {palette.line}; border: none; border-radius: 2px; min-height: 4px; max-height: 4px;
}}
QProgressBar::chunk {{ background: {palette.accent}; border-radius: 2px; }}

QRadioButton {{ spacing: {SPACE_S}px; min-height: 24px; }}
QRadioButton:focus {{ color: {palette.accent}; }}
QRadioButton::indicator {{
    background: {palette.surface}; border: 1px solid {palette.soft_ink}; width: 14px; height: 14px; border-radius: 8px;
}}
QRadioButton::indicator:hover {{ border-color: {palette.ink}; }}
QRadioButton::indicator:checked {{ border: 5px solid {palette.accent}; width: 6px; height: 6px; }}
QRadioButton::indicator:disabled {{ border-color: {palette.handle}; }}

QSlider {{ min-height: 24px; }}
QSlider::groove:horizontal {{ background: {palette.line}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {palette.accent}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{
    background: {palette.accent}; border: 2px solid {palette.ground}; width: 14px; margin: -7px 0; border-radius: 9px;
}}
QSlider::handle:horizontal:focus {{ background: {palette.surface}; border-color: {palette.accent}; }}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{ background: {palette.handle}; }}

QAbstractScrollArea::corner {{ background: transparent; border: none; }}

QTabBar {{ background: {palette.ground}; }}
QTabBar::tab {{
    background: transparent; color: {palette.soft_ink}; border: none; border-bottom: 2px solid transparent;
    padding: {SPACE_XS}px {SPACE_XS}px {SPACE_XS}px {SPACE_M}px; min-height: 26px;
}}
QTabBar::tab:hover {{ color: {palette.ink}; background: {palette.wash}; }}
QTabBar::tab:selected {{ color: {palette.ink}; border-bottom-color: {palette.accent}; }}
QTabBar::tab:focus {{ color: {palette.accent}; }}
QTabBar QToolButton {{ background: {palette.surface}; border: 1px solid {palette.line}; }}

QMenu {{
    background: {palette.surface}; color: {palette.ink}; border: 1px solid {palette.line}; padding: {SPACE_XS}px;
}}
QMenu::item {{
    padding: 6px {SPACE_L}px 6px {SPACE_M}px; border-radius: {SPACE_XS}px; min-height: 20px;
}}
QMenu::item:selected {{ background: {palette.wash}; color: {palette.accent}; }}
QMenu::item:disabled {{ color: {palette.soft_ink}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {palette.line}; margin: {SPACE_XS}px {SPACE_S}px; }}
QMenu::icon {{ padding-left: {SPACE_S}px; }}

QSplitter::handle {{ background: {palette.line}; }}
QSplitter::handle:hover {{ background: {palette.accent}; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {palette.handle}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {palette.soft_ink}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
    background: transparent; border: none; width: 0; height: 0;
}}
"""

"""A bar of tools at the edge of a stretch of code or a table in an answer, and the text that they read from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from app.core.documents.untrusted import disarm
from app.ui.chat.text.buttons import ACTION, SYMBOL, ActionButton, centre_baseline
from app.ui.chat.text.citations import CitationMark, restore
from app.ui.chat.text.markdown import parse_line
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Symbol
from app.ui.look.theme import SIZE_SMALL, SPACE_M, SPACE_XL, SPACE_XS, Theme
from app.wording.i18n import _

if TYPE_CHECKING:
    from markdown_it.token import Token

    from app.export.clipboard import ClipboardText

BAR = ACTION
"""The height of a bar, px."""


@dataclass(frozen=True)
class CodeTools:
    """The tools for a stretch of code in this language, which may be empty; their bar is above it."""

    language: str
    read: Callable[[], str]


@dataclass(frozen=True)
class TableTools:
    """The tools for a table; their bar is below it."""

    read: Callable[[], list[list[str]]]


Tools = CodeTools | TableTools


def read_code(token: Token, marks: Sequence[CitationMark]) -> str:
    return disarm(restore(str(token.meta.get("code", token.content)), marks)).removesuffix("\n")


def read_table(tokens: Sequence[Token], marks: Sequence[CitationMark]) -> list[list[str]]:
    """Read the cells of a table as plain text, row by row, with page marks as they were written."""
    rows: list[list[str]] = []
    for token in tokens[0].meta.get("table", tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            parts = (part.content if part.content or "break" not in part.type else " " for part in parse_line(token))
            rows[-1].append(disarm(restore("".join(parts), marks)).strip())
    return rows


def put_on_clipboard(text: ClipboardText) -> None:
    data = QMimeData()
    data.setHtml(text.html)
    data.setText(text.plain)
    QGuiApplication.clipboard().setMimeData(data)


class ToolBar(QWidget):
    """The bar: the name of the language, and the buttons."""

    table_saved = Signal(object)  # rows
    scrolled = Signal(int)  # px from the left

    def __init__(self, tools: Tools, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._tools = tools
        self._theme = theme
        self.buttons: list[ActionButton] = []
        if isinstance(tools, CodeTools):
            self._add(Symbol.COPY, _("Copy the code"), self._copy_code)
        else:
            self._add(Symbol.COPY, _("Copy the table"), self._copy_table)
            self._add(Symbol.SAVE, _("Save table as spreadsheet…"), self._save)
        self.sideways = QScrollBar(Qt.Orientation.Horizontal, self)
        self.sideways.setAccessibleName(_("Scroll the table"))
        self.sideways.setSingleStep(SPACE_XL)
        self.sideways.hide()
        self.sideways.valueChanged.connect(self.scrolled)
        theme.repaint_on_change(self)

    def place(self, left: int, top: int, bottom: int, width: int, overflow: int, scrolled: int) -> None:
        """Place the bar at the edge of a piece, all in px. `overflow` is by how much the piece is wider than its room,
        `scrolled` how far it was scrolled."""
        code = isinstance(self._tools, CodeTools)
        self.setGeometry(left - (0 if code else SPACE_M), top if code else bottom - BAR, width + SPACE_M, BAR)
        x = width - ACTION - SPACE_XS if code else SPACE_M - (ACTION - SYMBOL) // 2
        for button in self.buttons:
            button.move(x, 0)
            x += ACTION
        if not code:
            height = self.sideways.sizeHint().height()
            self.sideways.setGeometry(x + SPACE_M, (BAR - height) // 2, width - x, height)
            self.sideways.setPageStep(width)
            self.sideways.setRange(0, overflow)
            self.sideways.setValue(scrolled)
            self.sideways.setVisible(overflow > 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if isinstance(self._tools, CodeTools) and self._tools.language:
            painter = QPainter(self)
            painter.setFont(ui_font(SIZE_SMALL))
            painter.setPen(QColor(self._theme.palette.soft_ink))
            painter.drawText(QPointF(SPACE_M, centre_baseline(BAR)), self._tools.language)

    def _add(self, symbol: Symbol, name: str, act: Callable[[], None]) -> None:
        button = ActionButton(symbol, name, self._theme, self)
        button.clicked.connect(act)
        self.buttons.append(button)

    def _copy_code(self) -> None:
        assert isinstance(self._tools, CodeTools)
        QGuiApplication.clipboard().setText(self._tools.read())
        self.buttons[0].confirm()

    def _copy_table(self) -> None:
        from app.export.clipboard import copy_table  # with the first that is copied

        assert isinstance(self._tools, TableTools)
        put_on_clipboard(copy_table(self._tools.read()))
        self.buttons[0].confirm()

    def _save(self) -> None:
        assert isinstance(self._tools, TableTools)
        self.table_saved.emit(self._tools.read())

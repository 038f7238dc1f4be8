"""Text that is not ours: in labels that are always plain, cut with an ellipsis where there is no room, whole in the
tooltip; and in tooltips.

And the roles of widgets in the stylesheet."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QStyle, QWidget

from app.ui.look.theme import SPACE_M

_LEAST_OF_TITLE = 8
"""The characters of a title that are worth the room."""


def plain_tip(text: str) -> str:
    """Return a tooltip that shows `text` as it is, line breaks included; empty for an empty text.

    Qt takes a tooltip that looks like HTML for HTML, and would load its images.
    """
    return f"<span>{html.escape(text)}</span>".replace("\n", "<br>") if text else ""


def set_tip(widget: QWidget, text: str) -> None:
    """Let a widget's tooltip show `text` as it is, and a screen reader say the same."""
    widget.setToolTip(plain_tip(text))
    widget.setAccessibleDescription(text)


class PlainLabel(QLabel):
    """A label that never takes its text for markup; `wraps` breaks it into lines."""

    def __init__(self, text: str = "", *, role: str = "", wraps: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        self.setProperty("role", role)
        self.setText(text)


class ElidedLabel(PlainLabel):
    """A label of one line that may become as narrow as its layout wants. Its tooltip is `tip`, or its own text where
    that is cut."""

    def __init__(
        self, text: str = "", *, role: str = "", elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight, tip: str = ""
    ) -> None:
        self._elide, self._tip = elide, tip
        super().__init__(text, role=role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(" ".join(text.split()))
        self._hint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        area = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._elide, area.width())
        self.style().drawItemText(
            painter,
            area,
            int(self.alignment() | QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignVCenter)),
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )

    def _hint(self) -> None:
        whole = self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()
        set_tip(self, self._tip or ("" if whole else self.text()))


class Separator(QFrame):
    """A line, one pixel wide, between two places."""

    def __init__(self, orientation: Qt.Orientation = Qt.Orientation.Horizontal) -> None:
        super().__init__()
        self.setProperty("role", "line")
        if orientation is Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)


def set_role(widget: QWidget, role: str) -> None:
    if widget.property("role") != role:
        widget.setProperty("role", role)
        repolish(widget)


def repolish(widget: QWidget) -> None:
    """Let the stylesheet look at the properties of a widget again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def elide_title(text: str, metrics: QFontMetrics, width: int) -> str:
    """Return `text` cut to `width` px. It is a title and what follows it after a “·”, such as a page: the title is cut
    at its end, and the rest stays if there is room for it."""
    title, mark, rest = text.partition(" · ")
    room = width - metrics.horizontalAdvance(mark + rest)
    if metrics.horizontalAdvance(text) <= width or room < metrics.averageCharWidth() * _LEAST_OF_TITLE:
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    return metrics.elidedText(title, Qt.TextElideMode.ElideRight, room) + mark + rest


def two_lines(text: str, font: QFont, width: int) -> list[str]:
    """Return `text` in at most two lines of `width` pixels, the second one cut."""
    text = " ".join(text.split())
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    if not line.isValid() or width <= SPACE_M:
        layout.endLayout()
        return [text]
    line.setLineWidth(width)
    # Offsets of Qt count UTF-16 units; a text with characters beyond the first plane must be cut in those.
    units = text.encode("utf-16-le")
    first = units[: 2 * line.textLength()].decode("utf-16-le", "ignore")
    rest = units[2 * line.textLength() :].decode("utf-16-le", "ignore")
    layout.endLayout()
    if not rest.strip():
        return [first]
    return [first.rstrip(), QFontMetrics(font).elidedText(rest.strip(), Qt.TextElideMode.ElideRight, width)]

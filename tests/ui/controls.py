"""What can be used in a window at one moment: the controls in sight, each by what it is and what it is called."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QTabBar,
    QWidget,
)

_ONE_EACH = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)


def controls(window: QWidget) -> list[str]:
    """Return what is visible and enabled and does something: buttons, fields, menus of values, rows that can be chosen,
    tabs and links. Buttons that exclude each other are one choice."""
    return [f"{type(widget).__name__}: {name}" for widget in window.findChildren(QWidget) for name in _named(widget)]


def _named(widget: QWidget) -> Iterator[str]:
    if not widget.isVisible() or not widget.isEnabled() or widget.visibleRegion().isEmpty():
        return
    if isinstance(widget, QAbstractItemView):
        yield from _rows(widget)
    elif isinstance(widget, QTabBar):
        yield from (widget.tabText(number) for number in range(widget.count()))
    elif isinstance(widget, QLabel):
        if widget.textInteractionFlags() & Qt.TextInteractionFlag.LinksAccessibleByMouse and "<a " in widget.text():
            yield widget.text()
    elif isinstance(widget, QRadioButton):
        if widget.isChecked():
            yield widget.text()
    elif isinstance(widget, _ONE_EACH):
        yield name_of(widget)


def name_of(widget: QWidget) -> str:
    """Return what a control is called, by its name for screen readers or by what a button has written on it."""
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def _rows(view: QAbstractItemView) -> Iterator[str]:
    """Yield the rows in sight that can be chosen: headings cannot."""
    model = view.model()
    for number in range(model.rowCount()):
        index = model.index(number, 0)
        chosen = index.flags() & Qt.ItemFlag.ItemIsSelectable
        if chosen and view.visualRect(index).intersects(view.viewport().rect()):
            yield str(index.data())

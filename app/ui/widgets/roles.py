"""A widget's role in the stylesheet, changed while it is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def set_role(widget: QWidget, role: str) -> None:
    if widget.property("role") != role:
        widget.setProperty("role", role)
        repolish(widget)


def repolish(widget: QWidget) -> None:
    """Let the stylesheet look at its properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)

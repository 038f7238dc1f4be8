"""Tooltips for text that is not ours: Qt takes a tooltip that looks like HTML for HTML, and would load its images."""

from __future__ import annotations

import html


def plain_tip(text: str) -> str:
    """A tooltip that shows `text` as it is, line breaks included; empty for an empty text."""
    return f"<span>{html.escape(text)}</span>".replace("\n", "<br>") if text else ""

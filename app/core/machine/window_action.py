"""Actions that a start of the window may ask for besides files: the entries of its icon's menu."""

from __future__ import annotations

from enum import StrEnum


class WindowAction(StrEnum):
    NONE = ""
    NEW_CONVERSATION = "new-conversation"
    SEARCH = "search"

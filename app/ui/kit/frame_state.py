"""The place of the window, in which all of it can be seen, frame and title too; and what is kept of it for its next
start.

`FrameState` is kept unencrypted, so that the window is in its place before the store is open: places and widths, what
is folded, light or dark. `WindowState`, what was open in it, is kept in the store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QMargins, QRect, QSize
from PySide6.QtWidgets import QWidget

from app.core.errors import AppError
from app.core.machine.files import write_private
from app.core.settings import ThemeChoice
from app.ui.look.theme import SIZE_TEXT

_NAME = "frame"
_MOST_BYTES = 64 << 10


class FrameState(msgspec.Struct, frozen=True):
    """The place and the looks of a window. `geometry` is in Qt's own format. `margins` is what the desktop drew around
    the window: left, top, right, bottom, in px. The widths are those that a person chose, in px, 0 if nothing was
    chosen; the middle is the conversation. `page_in_front` tells that the page is shown where there is room for one
    side panel."""

    geometry: bytes = b""
    margins: tuple[int, ...] = ()
    shelf_width: int = 0
    middle_width: int = 0
    shelf_folded: bool = False
    page_folded: bool = False
    page_in_front: bool = False
    theme: ThemeChoice = ThemeChoice.SYSTEM


class OpenPage(msgspec.Struct, frozen=True):
    """A book that is open, and its page."""

    book_id: str
    page: int


class OpenedBooks(msgspec.Struct, frozen=True):
    """The books that lie open on a page, from left to right, and the id of the one that is shown, empty for none."""

    pages: tuple[OpenPage, ...] = ()
    shown: str = ""


class PagePane(msgspec.Struct, frozen=True):
    """The page panel beside a conversation, which is `middle_width` px wide; 0 if nothing was chosen."""

    folded: bool = False
    middle_width: int = 0


class PageLook(msgspec.Struct, frozen=True):
    """The look of all pages, whatever the book: the type of flowing text in px, how many pages are side by side (0: as
    the window allows), whether drawings are dark in the dark theme."""

    type_size: int = SIZE_TEXT
    across: int = 0
    dark: bool = False


class WindowState(msgspec.Struct, frozen=True):
    """The state in which a window was left: what lay open in it, `conversation_id` in the middle. By the ids of
    conversations: `panes`, and `opened`, the books on the page, and on the second one in a split view. `look` is that
    of pages, `folds` the folders on the shelf that a person has folded or not."""

    conversation_id: str = ""
    panes: dict[str, PagePane] = {}
    opened: dict[str, tuple[OpenedBooks, ...]] = {}
    look: PageLook = PageLook()
    folds: dict[str, bool] = {}


def load(folder: Path) -> FrameState:
    """Return the state that `save` wrote; the usual one if there is none, or it is not sound."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        with (folder / _NAME).open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=FrameState)
    return FrameState()


def save(folder: Path, state: FrameState) -> None:
    """Write the state into a folder. If that fails, the window will open in its usual place."""
    with contextlib.suppress(AppError):
        write_private(folder / _NAME, lambda file: file.write(msgspec.json.encode(state)))


USUAL_FRAME = QMargins(8, 44, 8, 8)
"""The widest margins, about, that desktops draw around a window. The true ones are known only once the window is
shown."""


def place_new(size: QSize, screens: Sequence[QRect], frame: QMargins = USUAL_FRAME) -> QRect:
    """Return a place in the middle of the first screen, without the frame: `size` large, or as large as there is room.

    `screens` are the areas that may be used of each, the person's first one first.
    """
    room = screens[0].marginsRemoved(frame)
    placed = QRect(room.topLeft(), size.boundedTo(room.size()))
    placed.moveCenter(room.center())
    return placed


def place_again(wanted: QRect, screens: Sequence[QRect], frame: QMargins = USUAL_FRAME) -> QRect:
    """Return the place `wanted`, without the frame, moved and made smaller if need be, so that it is whole on the
    screen that shows most of it, or on the first one if none shows any."""
    room = max(screens, key=lambda screen: _area(screen.intersected(wanted))).marginsRemoved(frame)
    placed = QRect(wanted.topLeft(), wanted.size().boundedTo(room.size()))
    placed.moveLeft(max(room.left(), min(placed.left(), room.right() + 1 - placed.width())))
    placed.moveTop(max(room.top(), min(placed.top(), room.bottom() + 1 - placed.height())))
    return placed


def bound(widget: QWidget, width: int, height: int) -> QSize:
    """Return a size in px, or as much of it as the screen of a window or dialog has room for."""
    return QSize(width, height).boundedTo(widget.screen().availableGeometry().marginsRemoved(USUAL_FRAME).size())


def _area(rectangle: QRect) -> int:
    return rectangle.width() * rectangle.height() if rectangle.isValid() else 0

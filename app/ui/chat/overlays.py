"""The buttons that stand on the text of a message: a chip on every citation, a way for the keyboard on every link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.core.document import Book
from app.ui.chat.block import MessageBlock
from app.ui.chat.buttons import LinkButton
from app.ui.chat.chip import ChipButton, place_chip
from app.ui.chat.inline import Link, PlacedMark
from app.ui.theme import Theme

_Overlay = tuple[PlacedMark, ChipButton] | tuple[Link, LinkButton]


class Overlays(QObject):
    """Makes the buttons of the pieces that are built, and keeps them where the text has room for them."""

    citation_clicked = Signal(object)  # Citation
    link_clicked = Signal(str)  # a web address

    def __init__(self, theme: Theme, shelf: Mapping[str, Book], message: QWidget) -> None:
        super().__init__(message)
        self._theme = theme
        self._shelf = shelf
        self._message = message
        self._made: dict[MessageBlock, list[_Overlay]] = {}

    def build(self, piece: MessageBlock) -> None:
        """Make the buttons of a piece that was just written."""
        chips = [(placed.position, self._make_chip(placed)) for placed in piece.chips() if placed.mark.citation]
        links = [(link.start, self._make_link(link)) for link in piece.links()]
        self._made[piece] = [overlay for _, overlay in sorted([*chips, *links], key=lambda pair: pair[0])]

    def release(self, piece: MessageBlock) -> None:
        for _, button in self._made.pop(piece, ()):
            button.hide()
            button.deleteLater()

    def place(self, left: int) -> None:
        """Put every button where its text stands; `left` is the left edge of the text in the message."""
        for piece, overlays in self._made.items():
            for what, button in overlays:
                if isinstance(what, PlacedMark):
                    room = piece.rectangle_at(what.position, 1).translated(left, piece.top)
                    button.move(round(room.x()), place_chip(room.y(), piece.ascent_at(what.position)))
                else:
                    room = piece.rectangle_at(what.start, what.end - what.start).translated(left, piece.top)
                    button.setGeometry(room.toAlignedRect())
                button.show()

    def stops(self, pieces: Iterable[MessageBlock]) -> list[QWidget]:
        """The buttons of these pieces in the order of reading."""
        return [button for piece in pieces for _, button in self._made.get(piece, ())]

    def has_focus(self, piece: MessageBlock) -> bool:
        focused = QApplication.focusWidget()
        return any(button is focused for _, button in self._made.get(piece, ()))

    def _make_chip(self, placed: PlacedMark) -> _Overlay:
        assert placed.mark.citation is not None
        chip = ChipButton(placed.mark, self._theme, self._shelf, self._message)
        chip.clicked.connect(self._emit_citation)
        return placed, chip

    def _make_link(self, link: Link) -> _Overlay:
        button = LinkButton(link.address, self._theme, self._message)
        button.clicked.connect(self._emit_address)
        return link, button

    def _emit_citation(self) -> None:
        chip = self.sender()
        assert isinstance(chip, ChipButton)
        self.citation_clicked.emit(chip.citation)

    def _emit_address(self) -> None:
        button = self.sender()
        assert isinstance(button, LinkButton)
        self.link_clicked.emit(button.address)

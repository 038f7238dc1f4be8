"""The images that go with a question: cards in the composer, which can be put in another order, and a note."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.ui.chat.messages.notes import ComposerNote
from app.ui.chat.writing import attachment_card
from app.ui.chat.writing.attachment_card import AttachmentData, CardButton
from app.ui.look.theme import SPACE_S, SPACE_XS, Theme
from app.wording.i18n import _

ROWS_IN_SIGHT = 2
"""The rest is scrolled to."""

_LEAST_WIDTH, _MOST_WIDTH = 164, 232  # px of a card


class Attachments(QWidget):
    """Shows the attachments of a question as cards; as high as `heightForWidth` says, hidden while there are none."""

    removed = Signal(int)  # key
    moved = Signal(int, int)  # key, its place from now on
    opened = Signal(int)  # key
    acted = Signal()  # what the note offers
    resized = Signal()  # it needs another height

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = _Cards(theme)
        self.note = ComposerNote(theme, self)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setWidget(self._cards)
        self._cards.setAutoFillBackground(False)
        self._cards.focused.connect(self._bring_into_sight)
        self._cards.removed.connect(self.removed)
        self._cards.moved.connect(self.moved)
        self._cards.opened.connect(self.opened)
        self.note.button.clicked.connect(self.acted)
        self.note.hide()
        self.hide()

    def show_cards(self, cards: Sequence[AttachmentData]) -> None:
        """Show these cards in this order. The focus stays, or goes to the next card when its card is gone."""
        self._cards.show_cards(cards)
        self._settle()

    def show_note(self, words: str, action: str) -> None:
        """Show a sentence below the cards, with a button; an empty one hides both."""
        self.note.set_words(words, action)
        self._settle()

    def cards(self) -> tuple[CardButton, ...]:
        """Return the cards in the order in which they are shown."""
        return self._cards.ordered()

    def heightForWidth(self, width: int) -> int:
        cards = self._height_of_cards(width)
        note = self.note.heightForWidth(width) if self.note.words else 0
        return cards + note + (SPACE_S if cards and note else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _height_of_cards(self, width: int) -> int:
        rows = min(self._cards.rows(width), ROWS_IN_SIGHT)
        return rows * (attachment_card.HEIGHT + SPACE_S) - SPACE_S if rows else 0

    def _settle(self) -> None:
        self.setVisible(bool(self._cards.ordered()) or bool(self.note.words))
        self._arrange()
        self.resized.emit()

    def _arrange(self) -> None:
        height = self._height_of_cards(self.width())
        self._scroll.setGeometry(0, 0, self.width(), height)
        scrolls = self._cards.rows(self.width()) > ROWS_IN_SIGHT
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._scroll.setVerticalScrollBarPolicy(policy)
        self._cards.spread(self._scroll.viewport().width())
        top = height + SPACE_S if height else 0
        self.note.setGeometry(0, top, self.width(), self.note.heightForWidth(self.width()))

    @Slot(QWidget)
    def _bring_into_sight(self, card: QWidget) -> None:
        self._scroll.ensureWidgetVisible(card, 0, SPACE_XS)


class _Cards(QWidget):
    """The cards in rows of equal columns. One of them takes part in the order of Tab, arrows go to the others."""

    removed = Signal(int)
    moved = Signal(int, int)
    opened = Signal(int)
    focused = Signal(QWidget)  # this one is to be in sight

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._buttons: dict[int, CardButton] = {}
        self._order: list[int] = []
        self._dragged: int | None = None
        self._before: list[int] = []  # the order when the drag began

    def ordered(self) -> tuple[CardButton, ...]:
        return tuple(self._buttons[key] for key in self._order)

    def rows(self, width: int) -> int:
        return -(-len(self._order) // _columns(width))

    def show_cards(self, cards: Sequence[AttachmentData]) -> None:
        self.setAccessibleName(_("Attached images"))
        order = [card.key for card in cards]
        gone = [key for key in self._order if key not in order]
        focused = next((key for key in gone if self._buttons[key].hasFocus()), None)
        successor = self._next_focused(focused, order) if focused is not None else None
        for card in cards:
            if card.key in self._buttons:
                self._buttons[card.key].set_card(card)
            else:
                self._buttons[card.key] = self._make(card)
        if set(order) != set(self._order):
            self._dragged = None
        if self._dragged is None:  # else the person is just changing it
            self._order = order
        if successor is not None:
            self._buttons[successor].setFocus(Qt.FocusReason.TabFocusReason)
        elif focused is not None:
            self.focusPreviousChild()
        for key in gone:
            button = self._buttons.pop(key)
            button.hide()
            button.deleteLater()
        self._line_up()
        self._chain()
        self.spread(self.width())

    def spread(self, width: int) -> None:
        """Give every card its place; the one that is dragged keeps where the mouse has it."""
        columns = _columns(width)
        self.resize(width, max(0, self.rows(width) * (attachment_card.HEIGHT + SPACE_S) - SPACE_S))
        for place, key in enumerate(self._order):
            if key != self._dragged:
                self._buttons[key].setGeometry(_cell(place, columns, width))
            else:
                self._buttons[key].resize(_cell(place, columns, width).size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, CardButton):
            self._chain(watched.card.key)
            self.focused.emit(watched)
        return False

    def _make(self, card: AttachmentData) -> CardButton:
        made = CardButton(card, self._theme, self)
        made.clicked.connect(partial(self._open, card.key))
        made.removed.connect(partial(self.removed.emit, card.key))
        made.stepped.connect(partial(self._step, card.key))
        made.shifted.connect(partial(self._shift, card.key))
        made.dragged.connect(partial(self._drag, card.key))
        made.dropped.connect(partial(self._drop, card.key))
        made.installEventFilter(self)
        made.show()
        return made

    def _next_focused(self, key: int, left: Sequence[int]) -> int | None:
        """Return the card that gets the focus when this one is gone: the next one, else the one before; None if none is
        left."""
        place = self._order.index(key)
        near = self._order[place + 1 :] + self._order[:place][::-1]
        return next((other for other in near if other in left), None)

    def _line_up(self) -> None:
        """Put the cards behind this widget in the order of Tab. For that Qt requires that this widget can have the
        focus too; otherwise new widgets come last in the window."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        before: QWidget = self
        for button in self.ordered():
            QWidget.setTabOrder(before, button)
            before = button
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _chain(self, current: int | None = None) -> None:
        """Let Tab find one card only: `current`, or the one it found before, or the first."""
        tabbed = [key for key in self._order if self._buttons[key].focusPolicy() & Qt.FocusPolicy.TabFocus]
        if current is None:
            current = next((key for key in tabbed if self._buttons[key].hasFocus()), self._order[0] if tabbed else None)
        for key in self._order:
            policy = Qt.FocusPolicy.StrongFocus if key == current else Qt.FocusPolicy.ClickFocus
            self._buttons[key].setFocusPolicy(policy)

    def _open(self, key: int, checked: bool = False) -> None:  # noqa: ARG002 - of a button's signal
        if not self._buttons[key].card.opening:
            self.opened.emit(key)

    def _step(self, key: int, by: int) -> None:
        place = self._order.index(key) + by
        if 0 <= place < len(self._order):
            self._buttons[self._order[place]].setFocus(Qt.FocusReason.TabFocusReason)

    def _shift(self, key: int, by: int) -> None:
        place = self._order.index(key) + by
        if 0 <= place < len(self._order):
            self.moved.emit(key, place)
            self.focused.emit(self._buttons[key])

    def _drag(self, key: int, corner: QPoint) -> None:
        """Move a dragged card to this corner; the others make room where its middle is."""
        if key not in self._buttons:
            return
        if self._dragged is None:
            self._dragged, self._before = key, list(self._order)
        button = self._buttons[key]
        most = self.size() - button.size()
        button.move(min(max(0, corner.x()), most.width()), min(max(0, corner.y()), most.height()))
        self.focused.emit(button)
        middle = button.geometry().center()
        columns = _columns(self.width())
        cells = [_cell(place, columns, self.width()) for place in range(len(self._order))]
        place = min(range(len(cells)), key=lambda at: (cells[at].center() - middle).manhattanLength())
        self._order.remove(key)
        self._order.insert(place, key)
        self.spread(self.width())

    def _drop(self, key: int, stays: bool) -> None:
        if self._dragged != key:  # it went away meanwhile
            return
        self._dragged = None
        if not stays:
            self._order = self._before
        self.spread(self.width())
        if stays:
            self.moved.emit(key, self._order.index(key))


def _columns(width: int) -> int:
    return max(1, (width + SPACE_S) // (_LEAST_WIDTH + SPACE_S))


def _cell(place: int, columns: int, width: int) -> QRect:
    """Return the rectangle of card number `place`, from 0, in px."""
    wide = min(_MOST_WIDTH, (width - (columns - 1) * SPACE_S) // columns)
    row, column = divmod(place, columns)
    return QRect(column * (wide + SPACE_S), row * (attachment_card.HEIGHT + SPACE_S), wide, attachment_card.HEIGHT)

"""The window of models: this machine, and a card for each model that is here, on its way, or offered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QLayout, QMenu, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui.chat.writing.intake import pick_files
from app.ui.frame.drops import DropOverlay
from app.ui.kit.frame_state import bound
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, SPACE_XXL
from app.ui.models.card import CardData, CardGroup, ModelCard
from app.ui.widgets.accessibility import speak_in_order
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, boxed, column, row, scroll_down
from app.ui.widgets.notice import NoticeBar
from app.wording.i18n import _
from app.wording.units import count

_SIZE = (1180, 760)
_SMALLEST = (760, 480)
_WIDEST = 1400
"""The greatest width of cards, in px: bars of a metre are no easier to read."""


class ModelsWindow(QDialog):
    """The window itself. `acted` carries a card's key and a CardAction; `files_given` carries paths of models to
    import. The window is deleted when it is closed."""

    acted = Signal(str, object)
    files_given = Signal(list)  # list[Path]
    file_wanted = Signal()
    folder_wanted = Signal()
    name_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setWindowTitle(_("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlags(Qt.WindowType.Window)
        self.setMinimumSize(*_SMALLEST)
        self.resize(bound(self, *_SIZE))
        self.machine = PlainLabel(role="soft", wraps=True)
        self.import_button = TextButton(_("Import…"))
        self.name_button = TextButton(_("Add by name…"))
        self.import_menu = QMenu(self)
        self.import_menu.addAction(_("A file…"), self.file_wanted.emit)
        self.import_menu.addAction(_("A folder…"), self.folder_wanted.emit)
        self.notice = NoticeBar(icons)
        self.credits = PlainLabel(role="small")
        self.credits.hide()
        self.empty = PlainLabel(role="soft")
        self.folds = {group: FoldButton(icons) for group in (CardGroup.OTHER, CardGroup.MISFIT)}
        self._folded: dict[CardGroup, QWidget] = {}
        self.cards: dict[str, ModelCard] = {}
        self._sections: dict[CardGroup, tuple[QWidget, QVBoxLayout]] = {}
        self.scroller = QScrollArea()
        self._build()
        self.overlay = DropOverlay(icons.theme, self)
        self.setAcceptDrops(True)
        self.scroller.setFocus()

    # ---- what it shows

    def show_machine(self, words: str) -> None:
        self.machine.setText(words)

    def show_credits(self, words: str) -> None:
        """Show the credits that the terms of the models ask for, once for all models."""
        self.credits.setText(words)
        self.credits.setVisible(bool(words))

    def show_cards(self, cards: Sequence[CardData], nothing: str = "") -> None:
        """Show cards in this order, within their groups; `nothing` is said if there are none."""
        self.empty.setText(nothing)
        self.empty.setVisible(bool(nothing) and not cards)
        wanted = {card.key for card in cards}
        for key in [key for key in self.cards if key not in wanted]:
            gone = self.cards.pop(key)
            gone.hide()
            gone.deleteLater()
        for group, (heading, views) in self._sections.items():
            members = [card for card in cards if card.group is group]
            heading.setVisible(bool(members))
            if group in self.folds:
                self.folds[group].setText(_fold_words(group, len(members)))
            for place, card in enumerate(members):
                self._show_card(card, views, place)
            speak_in_order((heading, *(self.cards[card.key] for card in members)))
        speak_in_order(self._folded.values())
        _lay_out()

    def show_at(self, key: str) -> None:
        """Scroll to this card once it has its place, and unfold what it is in."""
        group = self.cards[key].card.group
        if group in self.folds:
            self.folds[group].setChecked(True)
        QTimer.singleShot(0, self, partial(self.scroller.ensureWidgetVisible, self.cards[key], 0, SPACE_XXL))

    def show_card(self, card: CardData) -> None:
        """Show a card anew, if there is one with its key."""
        if card.key in self.cards:
            self.cards[card.key].show_card(card)
            _lay_out()

    def _show_card(self, card: CardData, views: QVBoxLayout, place: int) -> None:
        view = self.cards.get(card.key)
        if view is None:
            view = self.cards[card.key] = ModelCard(self._icons, card)
            view.acted.connect(self.acted)
        elif view.card != card:
            view.show_card(card)
        if views.indexOf(view) != place:
            views.insertWidget(place, view)
            view.show()

    # ---- what is dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if pick_files(event.mimeData()):
            event.acceptProposedAction()
            self.overlay.appear(
                _("Import the model"), _("Octavo copies it into the models folder and compares it with its hashes")
            )

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.overlay.hide()
        files: list[Path] = pick_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_given.emit(files)

    # ---- how it is built

    @Slot()
    def _open_import(self) -> None:
        self.import_menu.popup(self.import_button.mapToGlobal(QPoint(0, self.import_button.height() + 2)))

    def _build(self) -> None:
        self.import_button.clicked.connect(self._open_import)
        self.name_button.clicked.connect(self.name_wanted)
        words = column(PlainLabel(_("Models"), role="display"), self.machine, self.credits, spacing=SPACE_XS)
        buttons = ((button, Qt.AlignmentFlag.AlignTop) for button in (self.import_button, self.name_button))
        head = row((words, 1), *buttons, margins=(SPACE_XXL, SPACE_XL, SPACE_XXL, SPACE_S), spacing=SPACE_S)
        notice = row(self.notice, margins=(SPACE_S, 0, SPACE_S, 0))  # as wide as the cards
        cards = column(self.empty, margins=(SPACE_XXL, 0, SPACE_XXL, SPACE_XL), spacing=SPACE_S)
        for group, title in _titles().items():
            heading, members = self._sections[group] = PlainLabel(title, role="section"), column(spacing=SPACE_M)
            cards.addSpacing(SPACE_S)
            cards.addWidget(heading)
            cards.addLayout(members)
            heading.hide()
        for group, fold in self.folds.items():
            self._sections[group] = fold, column(spacing=SPACE_M)
            folded = self._folded[group] = boxed(self._sections[group][1])
            folded.hide()
            fold.toggled.connect(folded.setVisible)
            cards.addSpacing(SPACE_S)
            cards.addWidget(fold, 0, Qt.AlignmentFlag.AlignLeft)
            cards.addWidget(folded)
        cards.addStretch(1)
        shown = boxed(_in_the_middle(cards))
        # The scroller is as high as its cards are at their width: left alone, Qt takes words that wrap for higher than
        # that.
        shown.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        scroll_down(shown, _("Models"), self.scroller)
        column(_in_the_middle(column(head, notice)), (self.scroller, 1), of=self)


class FoldButton(TextButton):
    """A button that shows cards which are folded away until somebody wants to see them."""

    def __init__(self, icons: Icons) -> None:
        super().__init__("", role="fold")
        self._icons = icons
        self.setCheckable(True)
        self.hide()
        self.toggled.connect(self._draw)
        icons.theme.changed.connect(self._draw)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        symbol = Symbol.DOWN if self.isChecked() else Symbol.NEXT
        self.setIcon(self._icons.icon(symbol, self._icons.theme.palette.soft_ink))


def _in_the_middle(layout: QLayout) -> QLayout:
    """Centre a layout that is as wide as the window, but not wider than cards become."""
    widget = boxed(layout)
    widget.setMaximumWidth(_WIDEST)
    return row(STRETCH, (widget, 1000), STRETCH)


def _lay_out() -> None:
    """Give all cards their heights before one is drawn: while much else happens, the layout would come later."""
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def _titles() -> dict[CardGroup, str]:
    return {
        CardGroup.HERE: _("On this computer"),
        CardGroup.COMING: _("In progress"),
        CardGroup.OFFERED: _("Available to download"),
    }


def _fold_words(group: CardGroup, n: int) -> str:
    words = _("Other sizes, and models that would be slow here ({n})")
    if group is CardGroup.MISFIT:
        words = _("Does not fit this computer ({n})")
    return words.format(n=count(n))

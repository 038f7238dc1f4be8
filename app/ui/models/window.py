"""The window of models: this machine, and a card for each model that is here, on its way, or offered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.ui.chat.intake import pick_files
from app.ui.icons import Icons
from app.ui.models.card import CardData, CardGroup, ModelCard
from app.ui.screens import bound
from app.ui.theme import SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, SPACE_XXL
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.drop_overlay import DropOverlay
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.notice import NoticeBar
from app.wording.i18n import _

_SIZE = (1180, 760)
_SMALLEST = (760, 480)
_WIDEST = 1400
"""Cards do not become wider: bars of a metre are no easier to read."""


class ModelsWindow(QDialog):
    """`acted` carries a card's key and a Deed; `files_given` paths of models to import. Deleted when closed."""

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
        self.machine = PlainLabel(role="soft")
        self.machine.setWordWrap(True)
        self.import_button = TextButton(_("Import…"))
        self.name_button = TextButton(_("Add by name…"))
        self.import_menu = QMenu(self)
        self.import_menu.addAction(_("A file…"), self.file_wanted.emit)
        self.import_menu.addAction(_("A folder…"), self.folder_wanted.emit)
        self.notice = NoticeBar(icons)
        self.empty = PlainLabel(role="soft")
        self.cards: dict[str, ModelCard] = {}
        self._sections: dict[CardGroup, tuple[PlainLabel, QVBoxLayout]] = {}
        self.scroller = QScrollArea()
        self._build()
        self.overlay = DropOverlay(icons.theme, self)
        self.setAcceptDrops(True)
        self.scroller.setFocus()

    # ---- what it shows

    def show_machine(self, words: str) -> None:
        self.machine.setText(words)

    def show_cards(self, cards: Sequence[CardData], nothing: str = "") -> None:
        """In this order, within their groups. `nothing`: said where there are none."""
        self.empty.setText(nothing)
        self.empty.setVisible(bool(nothing) and not cards)
        wanted = {card.key for card in cards}
        for key in [key for key in self.cards if key not in wanted]:
            gone = self.cards.pop(key)
            gone.hide()
            gone.deleteLater()
        for group, (heading, column) in self._sections.items():
            members = [card for card in cards if card.group is group]
            heading.setVisible(bool(members))
            for place, card in enumerate(members):
                self._show_card(card, column, place)

    def show_card(self, card: CardData) -> None:
        """One that is there already has changed."""
        if card.key in self.cards:
            self.cards[card.key].show_card(card)

    def _show_card(self, card: CardData, column: QVBoxLayout, place: int) -> None:
        view = self.cards.get(card.key)
        if view is None:
            view = self.cards[card.key] = ModelCard(self._icons, card)
            view.acted.connect(self.acted)
        elif view.card != card:
            view.show_card(card)
        if column.indexOf(view) != place:
            column.insertWidget(place, view)

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
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        words.addWidget(PlainLabel(_("Models"), role="display"))
        words.addWidget(self.machine)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_XXL, SPACE_XL, SPACE_XXL, SPACE_S)
        head.setSpacing(SPACE_S)
        head.addLayout(words, 1)
        over = QVBoxLayout()
        over.setContentsMargins(0, 0, 0, 0)
        over.setSpacing(0)
        around_notice = QHBoxLayout()
        around_notice.setContentsMargins(SPACE_S, 0, SPACE_S, 0)  # as wide as the cards
        around_notice.addWidget(self.notice)
        over.addLayout(head)
        over.addLayout(around_notice)
        for button in (self.import_button, self.name_button):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        page = QWidget()
        page.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(page)
        column.setContentsMargins(SPACE_XXL, 0, SPACE_XXL, SPACE_XL)
        column.setSpacing(SPACE_S)
        column.addWidget(self.empty)
        for group, title in _titles().items():
            heading = PlainLabel(title, role="section")
            cards = QVBoxLayout()
            cards.setSpacing(SPACE_M)
            self._sections[group] = (heading, cards)
            column.addSpacing(SPACE_S)
            column.addWidget(heading)
            column.addLayout(cards)
            heading.hide()
        column.addStretch(1)
        around = QWidget()
        row = QHBoxLayout(around)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(page, 1000)
        row.addStretch(1)
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setWidget(around)
        top = QWidget()
        top.setMaximumWidth(_WIDEST)
        top.setLayout(over)
        top_row = QHBoxLayout()
        top_row.addStretch(1)
        top_row.addWidget(top, 1000)
        top_row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top_row)
        whole.addWidget(self.scroller, 1)


def _titles() -> dict[CardGroup, str]:
    return {
        CardGroup.HERE: _("On this computer"),
        CardGroup.COMING: _("In progress"),
        CardGroup.OFFERED: _("Available to download"),
    }

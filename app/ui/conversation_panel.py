"""The middle panel: the conversation's title and the model chip, the turns, the composer, the spine."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.chat.composer import Composer
from app.ui.chat.view import ConversationView
from app.ui.icons import Icons, Symbol
from app.ui.theme import HEADER_HEIGHT, SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel, Separator
from app.ui.widgets.model_chip import ModelChip
from app.ui.widgets.notice import NoticeBar
from app.ui.widgets.spine import Spine
from app.wording.i18n import _


class ConversationPanel(QWidget):
    """The two buttons at its edges are there only while the panel on that side is folded away."""

    def __init__(self, icons: Icons, view: ConversationView, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Conversation"))
        self.view = view
        self.composer = composer
        composer.show_tools()
        self.title = ElidedLabel(role="title")
        self.chip = ModelChip(icons.theme)
        self.notice = NoticeBar(icons)
        self.spine = Spine(icons.theme)
        self.unfold_shelf = IconButton(icons, Symbol.SHELF, _("Show the shelf"), shortcut="Ctrl+B")
        self.unfold_page = IconButton(icons, Symbol.BOOK, _("Show the page"), shortcut="Ctrl+J")
        header = QWidget()
        header.setFixedHeight(HEADER_HEIGHT)
        row = QHBoxLayout(header)
        row.setContentsMargins(SPACE_XL, 0, SPACE_XL, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.unfold_shelf)
        row.addWidget(self.title, 1)
        row.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.unfold_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(Separator())
        column.addWidget(self.notice)
        column.addWidget(view, 1)
        column.addWidget(composer)
        column.addSpacing(SPACE_M)
        column.addWidget(Separator())
        column.addWidget(self.spine)
        self.show_folded(shelf=False, page=False)

    def show_folded(self, *, shelf: bool, page: bool) -> None:
        self.unfold_shelf.setVisible(shelf)
        self.unfold_page.setVisible(page)

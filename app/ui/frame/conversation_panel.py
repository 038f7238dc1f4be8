"""The middle panel: the conversation's title and the model chip, the turns, the composer, the spine."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.chat.messages.view import ConversationView
from app.ui.chat.text.text_size import TextSizeMenu, text_step
from app.ui.chat.writing.composer import Composer
from app.ui.frame.conversation_title import ConversationTitle
from app.ui.kit.handbook import Chapter, explain
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import HEADER_HEIGHT, SPACE_L, SPACE_M, SPACE_S
from app.ui.widgets.buttons import MenuButton
from app.ui.widgets.labels import Separator
from app.ui.widgets.layouts import column, row
from app.ui.widgets.model_chip import ModelChip
from app.ui.widgets.notice import NoticeBar
from app.ui.widgets.spine import Spine
from app.ui.widgets.unfold_buttons import UnfoldButtons
from app.wording.i18n import _

_TITLE_WIDTH, _BESIDE_TITLE = 140, 360
"""The width in px that the title has at least, and that of what is beside it, with a short chip."""


class ConversationPanel(QWidget):
    text_stepped = Signal(int)  # steps larger; 0: the usual size

    def __init__(self, icons: Icons, view: ConversationView, composer: Composer) -> None:
        super().__init__()
        explain(self, Chapter.ASKING)
        self.setAccessibleName(_("Conversation"))
        self.view = view
        self.composer = composer
        composer.show_tools()
        self.title = ConversationTitle(icons)
        self.chip = ModelChip(icons.theme)
        self.more = MenuButton(icons, Symbol.MORE, _("More about this conversation"))
        self.notice = NoticeBar(icons)
        self.spine = Spine(icons.theme)
        self.unfold = UnfoldButtons(icons)
        self.text_sizes = TextSizeMenu(icons.theme, self)
        header = QWidget()
        header.setFixedHeight(HEADER_HEIGHT)
        chip = (self.chip, Qt.AlignmentFlag.AlignVCenter)
        shown = (self.unfold.shelf, (self.title, 1), chip, self.more, self.unfold.page)
        row(*shown, of=header, margins=(SPACE_L, 0, SPACE_M, 0), spacing=SPACE_S)
        above = (header, Separator(), self.notice, (view, 1))
        column(*above, composer, SPACE_M, Separator(), self.spine, of=self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.title.set_room(max(_TITLE_WIDTH, self.width() - _BESIDE_TITLE))

    def event(self, event: QEvent) -> bool:
        """Take the keys for the size of the text while the focus is here, before they are those of the page."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and text_step(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (step := text_step(event)) is not None:
            self.text_stepped.emit(step)
        else:
            super().keyPressEvent(event)

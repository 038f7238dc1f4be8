"""A question: its images and its text in a bubble at the right, folded while the text is long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontMetricsF,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlockFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QWidget

from app.core.documents.untrusted import disarm
from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.messages.tiles import NumberedImage, Tile, place_tiles, tiles_height
from app.ui.chat.text.block import MessageBlock
from app.ui.chat.text.buttons import ActionButton, InlineButton, Variants
from app.ui.chat.text.render import RenderedText, make_document
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Symbol
from app.ui.look.theme import CORNER, SPACE_S, SPACE_XS, TextSizes, Theme
from app.ui.widgets.pictures import Thumbnails
from app.wording.i18n import _
from app.wording.units import count

FOLDED_CHARACTERS = 1_500  # of a question that are shown until the person asks for all
FOLDED_LINES = 16
CHUNK_CHARACTERS = 6_000  # of one document

_INSET_SHARE = 0.188  # of the column that stays free left of the bubble
_INSET_LEAST = 136  # px; for two icons and "‹ 2 / 3 ›"
_PADDING_X, _PADDING_TOP, _PADDING_BOTTOM = 14, 8, 10  # px
_CHARACTER = 7  # px a character takes on average, for guesses


@dataclass(frozen=True)
class ShownQuestion:
    """A question as it is shown: `variant` number of so many `variants`, with its `images`."""

    id: str
    text: str
    variant: int
    variants: int
    images: tuple[NumberedImage, ...]


class QuestionMessage(MessageWidget):
    """The widget of a question."""

    edited = Signal(str)  # question_id
    image_opened = Signal(object)  # NumberedImage
    image_menu_wanted = Signal(object, QPoint)  # NumberedImage, where in global coordinates
    variant_chosen = Signal(str, str, int)  # "question", question_id, step

    def __init__(self, question: ShownQuestion, theme: Theme, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(theme, {}, parent)
        self.question_id = question.id
        text = self._text = question.text
        self.edit_button = ActionButton(
            Symbol.EDIT, _("Edit"), theme, self, tip=_("Edit this question and ask it again")
        )
        self.edit_button.set_quiet(True)
        self.edit_button.clicked.connect(self._emit_edited)
        self.copy_button = ActionButton(Symbol.COPY, _("Copy"), theme, self, tip=_("Copy the question"))
        self.copy_button.set_quiet(True)
        self.copy_button.clicked.connect(self._copy)
        self.variants = Variants(theme, self)
        self.variants.set_shown(question.variant, question.variants)
        self.variants.stepped.connect(partial(self.variant_chosen.emit, "question", question.id))
        self.unfold_button = InlineButton(_("Show all {n} characters").format(n=count(len(text))), theme, self)
        self.unfold_button.clicked.connect(self._unfold)
        self.unfold_button.hide()
        self.setAccessibleName(_("Question"))
        self._images = question.images
        self._lit = False
        self.tiles = [self._make_tile(image, thumbnails) for image in question.images]
        self.setAccessibleDescription("\n".join([*(tile.text() for tile in self.tiles), disarm(text)]))
        folded = _fold(text)
        self.unfold_button.setVisible(len(folded) < len(text))
        self._show(folded)

    def plain_text(self) -> str:
        return self._text

    def set_lit(self, lit: bool) -> None:
        """Draw a frame around it, while it is being edited."""
        self._lit = lit
        self.update()

    def stops(self) -> list[QWidget]:
        stops: list[QWidget] = [*self.tiles, self.copy_button, self.edit_button]
        if not self.variants.isHidden():
            stops += [self.variants.earlier, self.variants.later]
        if not self.unfold_button.isHidden():
            stops.append(self.unfold_button)
        return stops

    def _show(self, text: str) -> None:
        self._shown = text
        theme = self._theme
        self._set_pieces([_make_piece(chunk, theme) for chunk in _split(text)] if text or not self.tiles else [])

    def _make_tile(self, image: NumberedImage, thumbnails: Thumbnails) -> Tile:
        tile = Tile(image, thumbnails, self._theme, self)
        tile.opened.connect(self.image_opened)
        tile.menu_wanted.connect(self.image_menu_wanted)
        return tile

    def _unfold(self) -> None:
        self.unfold_button.hide()
        self._show(self._text)
        self.changed.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(disarm(self._text))
        self.copy_button.confirm()

    def _emit_edited(self) -> None:
        self.edited.emit(self.question_id)

    def _bubble_left(self, width: int) -> int:
        """Return the left edge of the bubble, in px: the bubble is as wide as its text or its images."""
        widest = _widest_left(width)
        if self.tiles or not self.unfold_button.isHidden():
            return widest
        room = width - widest - 2 * _PADDING_X
        return width - 2 * _PADDING_X - min(room, _measure_text(self._shown, self._theme.sizes.question, room))

    def _text_box(self, width: int) -> QRect:
        left = self._bubble_left(width) + _PADDING_X
        return QRect(left, _PADDING_TOP + images_height(self._images, width), width - left - _PADDING_X, 0)

    def _arrange_below(self, top: int, width: int) -> int:
        left = self._bubble_left(width)
        box = _inside_bubble(width)
        for tile, place in zip(self.tiles, place_tiles(self._images, box.width()), strict=True):
            tile.setGeometry(place.translated(box.topLeft()))
        if not self.unfold_button.isHidden():
            self.unfold_button.move(left + _PADDING_X - SPACE_XS, top)
            top += self.unfold_button.height()
        right = left - SPACE_S
        middle = _PADDING_TOP + 1 + self._theme.sizes.question_line // 2
        quiet = (self.edit_button, self.copy_button)
        tools = (self.variants, *quiet) if not self.variants.isHidden() else quiet
        for tool in tools:
            right -= tool.width()
            tool.move(right, middle - tool.height() // 2)
        return top + _PADDING_BOTTOM

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.palette.wash))
        left = self._bubble_left(self.width())
        bubble = QRectF(left, 0, self.width() - left, self.height())
        if self._lit:
            painter.setPen(QPen(QColor(self._theme.palette.accent), 1.5))
            bubble.adjust(1, 1, -1, -1)
        painter.drawRoundedRect(bubble, CORNER, CORNER)
        self._paint_pieces(painter, event.rect())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._be_quiet(False)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._be_quiet(True)
        super().leaveEvent(event)

    def _be_quiet(self, quiet: bool) -> None:
        for button in (self.edit_button, self.copy_button):
            button.set_quiet(quiet)


def images_height(images: Sequence[NumberedImage], width: int) -> int:
    """Return how much images add to the height of a question, in a message of this width, px."""
    return tiles_height(images, _inside_bubble(width).width())


def _widest_left(width: int) -> int:
    return max(round(width * _INSET_SHARE), _INSET_LEAST)


def _inside_bubble(width: int) -> QRect:
    """Return the left edge, top and width (px) of what is in the bubble; the height means nothing."""
    left = _widest_left(width) + _PADDING_X
    return QRect(left, _PADDING_TOP, width - left - _PADDING_X, 0)


def _measure_text(untrusted_text: str, size: int, room: int) -> int:
    """Measure the longest line of a text, in px, but stop at `room`: a line as wide as that fills the bubble anyway."""
    metrics, widest = QFontMetricsF(ui_font(size)), 0.0
    for line in disarm(untrusted_text).split("\n"):
        widest = max(widest, metrics.horizontalAdvance(line))
        if widest >= room:
            return room
    return ceil(widest) + 1


def _make_piece(untrusted_text: str, theme: Theme) -> MessageBlock:
    lines = len(untrusted_text) * _CHARACTER // 480 + untrusted_text.count("\n") + 1
    guess = lines * theme.sizes.question_line
    return MessageBlock(lambda width: _write_plain(untrusted_text, width, theme.sizes), guess, gap=0, joint="\n")


def _write_plain(untrusted_text: str, width: float, sizes: TextSizes) -> RenderedText:
    document = make_document(ui_font(sizes.question), width)
    form = QTextBlockFormat()
    form.setLineHeight(sizes.question_line, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    cursor = QTextCursor(document)
    cursor.setBlockFormat(form)
    cursor.insertText(disarm(untrusted_text))
    return RenderedText(document)


def _fold(text: str) -> str:
    """Return the beginning of a long text, at most a screen of it; a text that is a little longer stays whole."""
    lines = text.split("\n", FOLDED_LINES)
    short = "\n".join(lines[:FOLDED_LINES]) if len(lines) > FOLDED_LINES else text
    short = short[:FOLDED_CHARACTERS]
    return text if len(text) < len(short) * 1.2 else short.rstrip() + " …"


def _split(text: str) -> list[str]:
    """Split a text into chunks that are cheap to lay out, cut between lines where there are any."""
    chunks, start = [], 0
    while len(text) - start > CHUNK_CHARACTERS:
        cut = text.rfind("\n", start + 1, start + CHUNK_CHARACTERS)
        end = cut if cut > 0 else start + CHUNK_CHARACTERS
        chunks.append(text[start:end])
        start = end + 1 if cut > 0 else end
    chunks.append(text[start:])
    return chunks

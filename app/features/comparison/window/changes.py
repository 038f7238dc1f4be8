"""The list of changes: what kind each is, on which pages, and in a line what it is; and one of them in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QStyleOptionViewItem, QTextEdit

from app.core.documents.document import Format
from app.core.documents.untrusted import disarm
from app.features.comparison.data import ChangeKind, ComparedBooks, ComparedParagraph, Stretch, WordState
from app.features.comparison.words import change_word, places
from app.language.markdown import without_heading_signs
from app.language.one_line import hide_signs, join_lines
from app.language.sentences import is_ended
from app.language.terms import is_unspaced
from app.ui.chat.text.render import SealedDocument
from app.ui.kit.rows import Index, RowRole, RowsModel
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS, Palette, Theme
from app.ui.shelf.delegates import RowDelegate
from app.ui.widgets.labels import two_lines
from app.wording.i18n import _

_ROW_HEIGHT, _GAP, _LINE = 66, SPACE_XS, 18
_MOST_CHARACTERS = 60
"""The most characters that a change on one line has of each side; all of it is shown below the list."""
_BETWEEN_CHARACTERS = 12
"""The most characters of words that are the same between two changes on one line which are told as one."""
_WIDE_CHARACTERS = 4
"""The characters that stand for a word of a script without spaces."""
_LAST_WORD = re.compile(r"\S*\w\S*(?:\s+[^\w\s]+)*$")
_LAST_WIDE = re.compile(rf"\d*.{{1,{_WIDE_CHARACTERS}}}$")
_LOOSE_SIGNS, _NO_SIGNS = re.compile(r"\*{2,3}|`"), re.compile(r"(?!)")
"""The signs that set off words in Markdown, which a change may part; and a pattern of nothing, for other formats."""
_END = Stretch(WordState.SAME, "")


@dataclass(frozen=True)
class ChangeRow:
    """A change, and the pages that it is on, in words. `format` is that of the documents; of two, the later one's."""

    change: ComparedParagraph
    places: str
    format: Format


class ChangeList(RowsModel[ChangeRow]):
    """The changes between two documents, in their order."""

    def show_changes(self, compared: ComparedBooks) -> None:
        first, second = compared.first, compared.second
        self.put(ChangeRow(each, places(each, first, second), second.format) for each in compared.found.changes)

    def words(self, row: ChangeRow) -> str:
        return f"{change_word(row.change)}, {row.places}: {in_short(row.change, row.format)}"


class ChangeDelegate(RowDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, _ROW_HEIGHT + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ChangeRow = index.data(RowRole)
        change = row.change
        palette = self._theme.palette
        area: QRect = option.rect.adjusted(0, 0, 0, -_GAP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, area, option, card=False)
        self._paint_focus(painter, area, option)
        inner = area.adjusted(SPACE_M, SPACE_XS, -SPACE_S, -SPACE_XS)
        top = QRect(inner.left(), inner.top(), inner.width(), _LINE)
        word, where = ui_font(SIZE_SMALL, QFont.Weight.DemiBold), ui_font(SIZE_SMALL)
        painter.setFont(word)
        painter.setPen(QColor(colour_of(change.kind, palette)))
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, change_word(change))
        top.setLeft(inner.left() + QFontMetrics(word).horizontalAdvance(change_word(change)) + SPACE_S)
        painter.setFont(where)
        painter.setPen(QColor(palette.soft_ink))
        shown = QFontMetrics(where).elidedText(row.places, Qt.TextElideMode.ElideRight, top.width())
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
        font = text_font(SIZE_UI + 1)
        painter.setFont(font)
        painter.setPen(QColor(palette.ink))
        line = QRect(inner.left(), top.bottom() + 1, inner.width(), _LINE + 1)
        for words in two_lines(disarm(in_short(change, row.format)), font, inner.width()):
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
            line.translate(0, _LINE + 1)
        painter.restore()


def in_short(change: ComparedParagraph, format: Format) -> str:
    """Say a change on one line: `“on 31 March 2031” → “on 30 June 2031”`; of a paragraph that is new, gone, or
    elsewhere, its words."""
    shown = hide_signs("".join(each.text for each in change.stretches), format)
    if not change.has_other_words:
        return join_lines(shown).strip()
    ends = list(accumulate((len(each.text) for each in change.stretches), initial=0))
    loose = _LOOSE_SIGNS if format is Format.MARKDOWN else _NO_SIGNS
    pieces = (loose.sub("", join_lines(shown[start:end])).rstrip() for start, end in pairwise(ends))
    stretches = [Stretch(each.state, words) for each, words in zip(change.stretches, pieces, strict=True)]
    return "; ".join(_became(*around) for around in _places(stretches))


def _places(stretches: Sequence[Stretch]) -> Iterator[tuple[str, list[Stretch], str]]:
    """Yield each place where words differ: the word before it, the stretches, and the word after it. Changes with a few
    words between them are one place."""
    before, changed = "", list[Stretch]()
    for stretch in (*stretches, _END):
        same = stretch.state is WordState.SAME
        if changed and (stretch is _END or (same and len(stretch.text) > _BETWEEN_CHARACTERS)):
            after = changed.pop() if changed[-1].state is WordState.SAME else stretch
            yield before, changed, _word_after(after.text, changed)
            changed = []
        if same and not changed:
            before = _word_before(stretch.text)
        elif stretch is not _END:
            changed.append(stretch)


def _became(before: str, changed: Sequence[Stretch], after: str) -> str:
    """Say what words were and what they became, or that they are new or gone where no word stands beside them."""
    sides = [
        f"{before}{''.join(each.text for each in changed if each.state is not other)}{after}".strip()
        for other in (WordState.ADDED, WordState.REMOVED)
    ]
    was, now = (f"“{_cut(words)}”" if words else "" for words in sides)
    if not was:
        return f"+ {now}"
    return f"{was} → {now}" if now else f"− {was}"


def _cut(words: str) -> str:
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS].rstrip()}…"


def _word_before(text: str) -> str:
    """Return the last word of a text, with the signs after it; none where its sentence ends with it."""
    end = text[-_MOST_CHARACTERS:]
    found = _LAST_WORD.search(end) if not is_ended(end) else None
    word = found.group() if found else ""
    wide = _LAST_WIDE.search(word) if any(map(is_unspaced, word)) else None
    return wide.group() if wide else word


def _word_after(text: str, changed: Sequence[Stretch]) -> str:
    """Return the first word of a text, with the space before it; none where a sentence ends before it."""
    if not text.strip() or is_ended(changed[-1].text):
        return ""
    word = text.split()[0]
    if any(map(is_unspaced, word)):
        word = re.split(r"[。、！？：；]", word)[0][:_WIDE_CHARACTERS]
    word = word.rstrip('.,;:!?…)]”’"|')
    return f"{' ' * text[:1].isspace()}{word}" if word else ""


def colour_of(kind: ChangeKind, palette: Palette) -> str:
    colours = {
        ChangeKind.ADDED: palette.verified,
        ChangeKind.REMOVED: palette.not_found,
        ChangeKind.CHANGED: palette.near,
    }
    return colours.get(kind, palette.context if not palette.dark else palette.accent)


class RedlineView(QTextEdit):
    """One change in full: what is gone struck out, what is new underlined, both in colour."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._change: ComparedParagraph | None = None
        self.setDocument(SealedDocument(self))
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "plain")
        self.setAccessibleName(_("The change in full"))
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(SPACE_M)
        theme.changed.connect(self._set)

    def show_change(self, change: ComparedParagraph | None) -> None:
        self._change = change
        self._set()

    @Slot()
    def _set(self) -> None:
        self.clear()
        if self._change is None:
            return
        palette, cursor = self._theme.palette, QTextCursor(self.document())
        for stretch in stretches_shown(self._change):
            look = QTextCharFormat()
            look.setFont(text_font(SIZE_UI + 1))
            look.setForeground(QColor(palette.ink))
            if stretch.state is WordState.REMOVED:
                look.setForeground(QColor(palette.not_found))
                look.setFontStrikeOut(True)
            elif stretch.state is WordState.ADDED:
                look.setForeground(QColor(palette.verified))
                look.setFontUnderline(True)
            text = disarm(without_heading_signs(stretch.text))
            words = text.lstrip()
            cursor.insertText(text[: len(text) - len(words)], QTextCharFormat())
            cursor.insertText(words, look)
        self.moveCursor(QTextCursor.MoveOperation.Start)


def stretches_shown(change: ComparedParagraph) -> tuple[Stretch, ...]:
    """Return both texts in one; for joined paragraphs what they were, since there one sees where they ended."""
    if change.kind is ChangeKind.JOINED and change.before is not None:
        return (Stretch(WordState.SAME, change.before.text),)
    return change.stretches

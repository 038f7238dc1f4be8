"""Sets a page's plain text: paragraphs, headings and tables. No markup is ever interpreted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor

from app.core.documents.document import Format
from app.language.markdown import NO_SIGN, MarkupStyle, flow_markdown, heading_level, spans_of
from app.language.tables import TableRow, TextTable, find_tables
from app.language.terms import UNSPACED
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import LINE_HEIGHT
from app.ui.page.page_layout import CELL_END, FlowLayout, table_size

_PARAGRAPH_GAP_SHARE = 0.5
_AFTER_HEADING_SHARE = 0.25
"""The heights of an empty line between paragraphs, and after a heading, as shares of a line's height."""

_FULL_LINE_CHARACTERS = 40
_UNSPACED = re.compile(f"[{UNSPACED}]")
"""A line of such a script has few spaces, or none: Qt would fill it by a gap beside a Latin word."""
_LISTING = re.compile(r"\s|[-*•·–—|>#]|\(?\d{1,3}[.)]\s|\w[.)]\s")
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def indent_of(line: str) -> int:
    """Return the index in a list item's line at which its words begin; 0 for any other line."""
    item = re.match(r"([ \t]*)(•|\d{1,9}[.)])[ \t]+", line)
    return item.end() if item else 0


def flow(untrusted_text: str) -> str:
    """Return a text with the line breaks inside a paragraph taken out where its lines were broken to a width.

    Every character keeps its place: a break becomes one space, or one zero-width space between CJK characters.
    Lists, tables, verse and anything indented stay as they are.
    """
    return "\n\n".join(_flow_paragraph(paragraph) for paragraph in untrusted_text.split("\n\n"))


def _flow_paragraph(paragraph: str) -> str:
    lines = paragraph.split("\n")
    wide = [len(line) * (2 if _CJK.search(line) else 1) for line in lines[:-1]]
    if not wide or min(wide) < _FULL_LINE_CHARACTERS or any(_LISTING.match(line) for line in lines):
        return paragraph
    flowed = lines[0]
    for line in lines[1:]:
        joint = "\u200b" if _CJK.match(flowed[-1:]) and _CJK.match(line[:1]) else " "
        flowed += joint + line
    return flowed


def utf16_offset(text: str, index: int) -> int:
    """Return the place of character `index` in Qt's count, which counts UTF-16 units."""
    return index if text.isascii() else len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def index_of(text: str, utf16: int) -> int:
    """Return the number of characters before a place in Qt's count: the inverse of `utf16_offset`."""
    if text.isascii():
        return utf16
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * utf16].decode("utf-16-le", "ignore"))


def typeset(
    layout: FlowLayout, untrusted_text: str, headings: Collection[str], size: int, *, format: Format, justify: bool
) -> None:
    """Fill the document of `layout`; lines that say one of `headings` are set as headings.

    `size` is the type's size in pixels; `format`: of the book, since the signs of Markdown are not shown, and tables
    are told by it; `justify` fills the lines of paragraphs, which looks well only where a line is long enough.
    """
    document = layout.document()
    layout.set_tables({})
    document.clear()
    document.setDefaultFont(text_font(size))
    markdown = format is Format.MARKDOWN
    tables = list(find_tables(untrusted_text, format))
    cursor = QTextCursor(document)
    cursor.insertText(_flow_around(untrusted_text, tables, markdown=markdown))
    wanted = {_normal(title) for title in headings}
    heads = {utf16_offset(untrusted_text, row.start): number < table.head for table, number, row in _rows(tables)}
    cursor.beginEditBlock()
    block, after_heading = document.firstBlock(), False
    while block.isValid():
        words = block.text()
        is_row = block.position() in heads
        level = heading_level(words) if markdown and not is_row else 0
        is_heading = not is_row and (bool(level) or _normal(words) in wanted)
        if is_row:
            _set_row(block, size, head=heads[block.position()])
        elif not words.strip():
            _set_gap(block, size, share=_AFTER_HEADING_SHARE if after_heading else _PARAGRAPH_GAP_SHARE)
        elif is_heading:
            _set_heading(block, size, level or 2)
        else:
            _set_paragraph(block, size, indent_of(words) if markdown else 0, justify=justify)
        if markdown:
            _set_spans(block, words, size)
        after_heading = is_heading
        block = block.next()
    cursor.endEditBlock()
    firsts = (document.findBlock(utf16_offset(untrusted_text, table.start)).blockNumber() for table in tables)
    layout.set_tables(dict(zip(firsts, tables, strict=True)))


def _rows(tables: Sequence[TextTable]) -> Iterator[tuple[TextTable, int, TableRow]]:
    return ((table, number, row) for table in tables for number, row in enumerate(table.rows))


def _flow_around(untrusted_text: str, tables: Sequence[TextTable], *, markdown: bool) -> str:
    """Return the text as it flows, and the rows of tables as the layout wants them; as many characters as
    the text has."""
    parts: list[str] = []
    done = 0
    for table in tables:
        parts.append(_flow_between(untrusted_text[done : table.start], markdown=markdown))
        parts.append("\n".join(_row_signs(untrusted_text, row) for row in table.rows))
        done = table.end
    return "".join((*parts, _flow_between(untrusted_text[done:], markdown=markdown)))


def _flow_between(untrusted_text: str, *, markdown: bool) -> str:
    return flow_markdown(untrusted_text) if markdown else flow(untrusted_text)


def _row_signs(untrusted_text: str, row: TableRow) -> str:
    """Return the cells of a row, each but the last with a line's end in the place of its bar."""
    signs = [NO_SIGN] * (row.end - row.start)
    for start, end in row.cells:
        signs[start - row.start : end - row.start] = untrusted_text[start:end]
    for (_start, end), (start, _end) in pairwise(row.cells):
        signs[untrusted_text.index("|", end, start) - row.start] = CELL_END
    return "".join(signs)


def _set_gap(block: QTextBlock, size: int, share: float) -> None:
    layout = QTextBlockFormat()
    layout.setLineHeight(round(size * LINE_HEIGHT * share), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    QTextCursor(block).setBlockFormat(layout)


def _set_heading(block: QTextBlock, size: int, level: int) -> None:
    larger = size + {1: 5, 2: 3}.get(level, 1)
    layout = QTextBlockFormat()
    layout.setLineHeight(round(larger * 1.35), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    if block.position() > 0:
        layout.setTopMargin(size // 2)
    look = QTextCharFormat()
    look.setFont(text_font(larger, QFont.Weight.DemiBold))
    cursor = QTextCursor(block)
    cursor.setBlockFormat(layout)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(look)


def _set_row(block: QTextBlock, size: int, *, head: bool) -> None:
    look = QTextCharFormat()
    look.setFont(text_font(table_size(size), QFont.Weight.DemiBold if head else QFont.Weight.Normal))
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(look)


def _set_paragraph(block: QTextBlock, size: int, indent: int, *, justify: bool) -> None:
    words = block.text()
    layout = QTextBlockFormat()
    layout.setLineHeight(round(size * LINE_HEIGHT), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    if indent:
        width = QFontMetricsF(text_font(size)).horizontalAdvance(words[:indent])
        layout.setLeftMargin(width)
        layout.setTextIndent(-width)
    elif justify and len(words) > _FULL_LINE_CHARACTERS and not (_LISTING.match(words) or _UNSPACED.search(words)):
        layout.setAlignment(Qt.AlignmentFlag.AlignJustify)
    QTextCursor(block).setBlockFormat(layout)


def _set_spans(block: QTextBlock, words: str, size: int) -> None:
    looks = {look: QTextCharFormat() for look in MarkupStyle}
    sign = text_font(1)
    looks[MarkupStyle.SIGN].setFont(sign)
    looks[MarkupStyle.SIGN].setForeground(Qt.GlobalColor.transparent)
    looks[MarkupStyle.STRONG].setFontWeight(QFont.Weight.DemiBold)
    looks[MarkupStyle.SLANTED].setFontItalic(True)
    looks[MarkupStyle.CODE].setFont(ui_font(size - 1))
    cursor = QTextCursor(block)
    for span in spans_of(words):
        cursor.setPosition(block.position() + utf16_offset(words, span.start))
        cursor.setPosition(block.position() + utf16_offset(words, span.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(looks[span.look])


def _normal(words: str) -> str:
    return " ".join(words.lstrip("# ").split()).casefold()

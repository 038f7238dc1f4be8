"""Writes the tokens of a Markdown block into a text document with a cursor, without HTML in between; the document can
reach neither a file nor the network."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextOption,
    QTextTableCellFormat,
    QTextTableFormat,
)

from app.ui.chat.text.chip import ChipSpace
from app.ui.chat.text.citations import CitationMark, restore, restore_labels
from app.ui.chat.text.formulas import FormulaSpace
from app.ui.chat.text.inline import FormulaWriter, InlineRenderer, PlacedInline
from app.ui.chat.text.markdown import build_parser, measure_columns, parse_line
from app.ui.chat.text.table import TableColumns, measure_cell
from app.ui.look.fonts import code_font, text_font
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XS, Palette, Theme

if TYPE_CHECKING:  # Pygments is loaded with the first code that is shown
    from markdown_it.token import Token
    from pygments.lexer import Lexer
    from pygments.token import _TokenType


MAX_CHARACTERS = 20_000  # of one block of code; longer ones stay in one colour
MAX_COLUMNS = 64  # of a table; wider ones are shown as they were written
_PREPARED = 16  # languages of code; a text may name any number
INDENT = 24  # px a level of a list takes, or more where its markers need it
MARKER_GAP = SPACE_S  # px between the marker of an item and its text
QUOTE_INDENT = SPACE_L  # px a level of a quotation takes
_BULLETS = ("•", "◦", "–")
_LANGUAGE = re.compile(r"^[ >]*(?:`{3,}|~{3,}) *([^\s`]+)", re.MULTILINE)
_TASKS = {"[ ] ": "☐", "[x] ": "☑"}


class SealedDocument(QTextDocument):
    """Answers every request for a resource with an empty picture.

    Where `loadResource` returns nothing, Qt reads the local file, so it must always return something.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: ARG002 - Qt's signature
        placeholder = QImage(1, 1, QImage.Format.Format_ARGB32)
        placeholder.fill(0)
        return placeholder


@dataclass(frozen=True)
class CodeRun:
    """A stretch of code in one style."""

    text: str
    colour: str
    strong: bool = False
    slanted: bool = False


def highlight(code: str, language: str, palette: Palette) -> Iterator[CodeRun]:
    """Highlight code: yield runs that join to exactly `code`. `language` is a name that Pygments knows; others stay
    plain."""
    lexer = _find_lexer(language) if language and len(code) <= MAX_CHARACTERS else None
    if lexer is None:
        yield CodeRun(code, palette.ink)
        return
    from pygments import lex

    for kind, text in lex(code, lexer):
        yield _style(kind, text, palette)


def prepare(texts: Iterable[str]) -> None:
    """Import, on any thread, what these texts need to be shown: that takes longer than to show them."""
    import app.documents.citations.alignment
    import app.documents.citations.statements  # noqa: F401 - `evidence` says with them what a sentence rests on

    build_parser()
    languages = {found for text in texts for found in _LANGUAGE.findall(text)}
    for language in sorted(languages)[:_PREPARED]:
        _find_lexer(language)


@lru_cache(maxsize=64)
def _find_lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    # Cached, for an open block is highlighted ten times a second, and an unknown name is searched among all plugins.
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _style(kind: _TokenType, text: str, palette: Palette) -> CodeRun:
    from pygments.token import Comment, Keyword, Name, Number, Operator, String

    if _belongs(kind, Comment):
        return CodeRun(text, palette.soft_ink, slanted=True)
    if _belongs(kind, Keyword, Operator.Word):
        return CodeRun(text, palette.accent)
    if _belongs(kind, String):
        return CodeRun(text, palette.verified)
    if _belongs(kind, Number):
        return CodeRun(text, palette.near)
    return CodeRun(text, palette.ink, strong=_belongs(kind, Name.Function, Name.Class, Name.Tag))


def _belongs(kind: _TokenType, *families: _TokenType) -> bool:
    return any(kind[: len(family)] == family for family in families)


@dataclass(frozen=True)
class Ornament:
    """A drawing beside the words of the block at `position`.

    Bars of quotations at these x (px), the marker of an item left of the text, or a rule. `copied` is the marker in
    copied text.
    """

    position: int
    bars: tuple[float, ...] = ()
    marker: str = ""
    copied: str = ""
    rule: bool = False


def make_document(font: QFont, width: float) -> SealedDocument:
    """Make an empty document of this width (px), which also breaks lines inside words that are too long."""
    document = SealedDocument()
    document.setTextWidth(width)  # first: else what is written is laid out without one, and once more
    document.setDefaultFont(font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    return document


@dataclass
class RenderedText(PlacedInline):
    """A document, and the character positions of the marks, links and ornaments in it."""

    document: SealedDocument
    drawn: list[Ornament] = field(default_factory=list)
    columns: TableColumns | None = None
    pending: bool = False
    """True if the text has the source of formulas that are not set yet."""

    def fit(self, width: float) -> None:
        """Lay it out in another width, px."""
        needed = self.columns.fit(width) if self.columns is not None else 0.0
        self.document.setTextWidth(max(width, needed))


@dataclass
class _Level:
    """A list that is open. `number` is that of the next item, None in a list of bullets.

    Octavo draws the markers: Qt's own are too close to the text, and are lost in copied text.
    """

    number: int | None
    tight: bool
    indent: int = INDENT  # px
    item_waits: bool = False  # an item was opened, and its first block has not come yet
    note: str = ""  # the number of a footnote, which looks like the one item of a list
    task: str = ""  # how the item that was opened begins, if it is one of a list of tasks: `[ ] ` or `[x] `


class BlockRenderer:
    """Writes one block into one document of this width, px. `marks` are those whose sentinels are in the tokens."""

    def __init__(
        self, theme: Theme, marks: Sequence[CitationMark], chips: ChipSpace, formulas: FormulaSpace, width: float
    ) -> None:
        self._palette = theme.palette
        self._sizes = theme.sizes
        self._marks = marks
        document = make_document(text_font(theme.sizes.answer), width)
        self._width = width
        chips.serve(document)
        formulas.serve(document)
        self._cursor = QTextCursor(document)
        self._written = RenderedText(document)
        self._formulas = FormulaWriter(formulas, self._sizes.answer, self._written.formulas)
        self._inline = InlineRenderer(self._cursor, theme, marks, self._written, self._formulas)
        self._levels: list[_Level] = []
        self._bars: list[float] = []
        self._fresh = True  # the document's first block is still unused

    def write(self, tokens: Sequence[Token]) -> RenderedText:
        self._cursor.beginEditBlock()
        index = 0
        while index < len(tokens):
            index = self._write_token(tokens, index)
        self._cursor.endEditBlock()
        self._written.pending = self._formulas.pending
        return self._written

    def _write_token(self, tokens: Sequence[Token], index: int) -> int:
        """Write what begins at `index`, and return the index of what comes next."""
        token = tokens[index]
        match token.type:
            case "paragraph_open":
                self._begin_block(self._sizes.answer_line)
            case "heading_open":
                large = token.tag in ("h1", "h2")
                self._begin_block(self._sizes.answer_line + 2 if large else self._sizes.answer_line, above=SPACE_L)
                self._inline.use_base(_format_heading(self._sizes.title if large else self._sizes.answer))
            case "heading_close":
                self._inline.use_base(QTextCharFormat())
            case "inline":
                self._write_inline(token)
            case "math_block":
                self._begin_block(self._sizes.answer_line)
                self._inline.write_formula(token)
                self._make_room(alone=True)
            case "fence" | "code_block":
                self._write_code(token)
            case "hr":
                self._begin_block(SPACE_L, rule=True)
            case "verbatim":
                self._write_lines(token.content)
            case "table_open":
                return self._write_table(tokens, index)
            case _:
                self._enter_or_leave(tokens, index)
        return index + 1

    def _enter_or_leave(self, tokens: Sequence[Token], index: int) -> None:
        """Enter or leave a block with blocks inside: a list, one of its items, a quotation, a footnote."""
        token = tokens[index]
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token, tokens[index + 1 :])
            case "bullet_list_close" | "ordered_list_close":
                self._levels.pop()
            case "list_item_open":
                self._open_item(tokens[index : index + 3])
            case "list_item_close":
                if self._levels[-1].item_waits:  # an item without anything in it
                    self._begin_block(self._sizes.answer_line)
            case "blockquote_open":
                self._bars.append(self._left_edge())
            case "blockquote_close":
                self._bars.pop()
            case "footnote_reference_open":
                self._open_note(str(token.meta["label"]))
            case "footnote_reference_close":
                self._levels.pop()
                self._inline.use_base(QTextCharFormat())

    def _write_inline(self, token: Token) -> None:
        tokens = parse_line(token)
        if self._levels and (task := self._levels[-1].task):  # its box is drawn
            tokens = [tokens[0].copy(content=tokens[0].content[len(task) :]), *tokens[1:]]
            self._levels[-1].task = ""
        self._inline.write(tokens)
        words = [each for each in tokens if each.type != "softbreak" and each.content.strip()]
        self._make_room(alone=[each.type for each in words] == ["math_inline_double"])

    def _make_room(self, *, alone: bool) -> None:
        """Let the lines of the block that was written be as high as its formulas; one `alone` is in the middle."""
        if self._formulas.tallest:
            form = self._cursor.blockFormat()
            if alone:
                form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            if self._formulas.tallest > self._sizes.answer_line or alone:
                form.setLineHeight(self._sizes.answer_line, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
            self._cursor.setBlockFormat(form)
            self._formulas.tallest = 0.0

    def _begin_block(self, line: int, above: int | None = None, rule: bool = False) -> None:
        form = QTextBlockFormat()
        form.setLineHeight(line, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        form.setLeftMargin(self._left_edge())
        if not self._fresh:
            tight = bool(self._levels) and self._levels[-1].tight
            form.setTopMargin(above if above is not None else SPACE_XS if tight else SPACE_S)
        if self._fresh:
            self._cursor.setBlockFormat(form)
        else:
            self._cursor.insertBlock(form, QTextCharFormat())
        self._fresh = False
        marker, copied = self._take_marker()
        if self._bars or rule or marker:
            self._written.drawn.append(Ornament(self._cursor.position(), tuple(self._bars), marker, copied, rule))

    def _take_marker(self) -> tuple[str, str]:
        """Return the marker of the list item that begins here, as it is drawn and as it is copied; empty if none
        begins."""
        if not self._levels or not self._levels[-1].item_waits:
            return "", ""
        level = self._levels[-1]
        level.item_waits = False
        margin = "  " * (len(self._levels) - 1)
        if level.note:
            return f"{level.note}.", f"[^{level.note}]: "
        if level.task:
            return _TASKS[level.task], f"{margin}- {level.task}"
        if level.number is None:
            depth = sum(above.number is None for above in self._levels[:-1])
            return _BULLETS[min(depth, len(_BULLETS) - 1)], f"{margin}- "
        level.number += 1
        return f"{level.number - 1}.", f"{margin}{level.number - 1}. "

    def _open_list(self, token: Token, inside: Sequence[Token]) -> None:
        first = next((member for member in inside if member.type == "paragraph_open"), None)
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
        items = sum(member.type == "list_item_open" and member.level == token.level + 1 for member in inside)
        widest = _TASKS["[ ] "] if number is None else f"{number + items - 1}."
        self._levels.append(_Level(number, first is not None and first.hidden, self._indent(widest)))

    def _indent(self, widest: str) -> int:
        """Return the indent of a list level, px: its widest marker is drawn left of the text, and must not be cut."""
        metrics = QFontMetricsF(self._written.document.defaultFont())
        return max(INDENT, math.ceil(metrics.horizontalAdvance(widest)) + MARKER_GAP)

    def _open_item(self, beginning: Sequence[Token]) -> None:
        words = next((token.content for token in beginning if token.type == "inline"), "")
        level = self._levels[-1]
        level.item_waits = True
        level.task = words[:4].lower() if words[:4].lower() in _TASKS else ""

    def _open_note(self, number: str) -> None:
        """Begin a footnote: softer than the text, with its number beside it."""
        indent = self._indent(f"{number}.")
        self._levels.append(_Level(None, tight=True, indent=indent, item_waits=True, note=number))
        soft = QTextCharFormat()
        soft.setForeground(QColor(self._palette.soft_ink))
        self._inline.use_base(soft)

    def _left_edge(self) -> float:
        return float(sum(level.indent for level in self._levels) + len(self._bars) * QUOTE_INDENT)

    def _write_lines(self, text: str) -> None:
        """Write text as it is, one block a line."""
        for line in text.split("\n"):
            self._begin_block(self._sizes.answer_line, above=0)
            self._inline.write_text(line)

    def _write_code(self, token: Token) -> None:
        # A mark inside code stays as it was written; the answer lists its chip below the text.
        code = restore(str(token.meta.get("code", token.content)), self._marks).removesuffix("\n")
        language = restore(token.info, self._marks).split()[0] if token.info.strip() else ""
        first, end = token.meta.get("lines", (0, code.count("\n") + 1))
        form = QTextCharFormat()
        form.setFont(code_font(self._sizes.code))
        self._begin_block(self._sizes.code_line)
        line = 0
        for run in highlight(code, language, self._palette):
            form.setForeground(QColor(run.colour))
            form.setFontWeight(QFont.Weight.DemiBold if run.strong else QFont.Weight.Normal)
            form.setFontItalic(run.slanted)
            breaks = run.text.count("\n")
            if line + breaks >= first and line < end:
                for number, text in enumerate(run.text.split("\n"), line):
                    if number > max(first, line) and number < end:
                        self._begin_block(self._sizes.code_line, above=0)
                    if first <= number < end:
                        self._cursor.insertText(text, form)
            line += breaks

    def _write_table(self, tokens: Sequence[Token], index: int) -> int:
        end = next(i for i in range(index, len(tokens)) if tokens[i].type == "table_close")
        inside = tokens[index:end]
        rows = sum(token.type == "tr_open" for token in inside)
        longest: list[tuple[str, str]] = tokens[index].meta.get("columns") or measure_columns(inside)
        columns = len(longest)
        if columns > MAX_COLUMNS:
            self._write_plain_table(inside)
            return end + 1
        if not self._fresh:
            self._begin_block(SPACE_S)
        self._fresh = False
        wanted = [
            measure_cell(restore_labels(cell, self._marks), restore_labels(word, self._marks), self._sizes.answer)
            for cell, word in longest
        ]
        sized, needed = TableColumns(self._left_edge(), wanted).format(self._format_table(), self._width)
        if needed > self._width:
            self._written.document.setTextWidth(needed)
        table = self._cursor.insertTable(rows, columns, sized)
        self._written.columns = TableColumns(self._left_edge(), wanted, table)
        row, column = -1, 0
        for token in inside:
            match token.type:
                case "tr_open":
                    row, column = row + 1, 0
                case "th_open" | "td_open":
                    cell = table.cellAt(row, column)
                    cell.setFormat(self._format_cell(row, column, rows, columns))
                    self._cursor.setPosition(cell.firstCursorPosition().position())
                    self._cursor.setBlockFormat(self._format_cell_block(str(token.attrs.get("style", ""))))
                    self._inline.use_base(_format_strong() if token.type == "th_open" else QTextCharFormat())
                case "inline":
                    self._write_inline(token)
                case "th_close" | "td_close":
                    column += 1
        self._inline.use_base(QTextCharFormat())
        self._cursor.setPosition(table.lastCursorPosition().position() + 1)
        return end + 1

    def _write_plain_table(self, inside: Sequence[Token]) -> None:
        for token in inside:
            if token.type == "tr_open":
                self._begin_block(self._sizes.answer_line, above=0)
            elif token.type == "inline":
                self._inline.write(parse_line(token))
                self._inline.write_text(" | ")

    def _format_table(self) -> QTextTableFormat:
        form = QTextTableFormat()
        form.setBorder(0)
        form.setBorderCollapse(True)
        form.setCellSpacing(0)
        form.setCellPadding(SPACE_XS)
        form.setLeftMargin(self._left_edge())
        return form

    def _format_cell(self, row: int, column: int, rows: int, columns: int) -> QTextTableCellFormat:
        form = QTextTableCellFormat()
        form.setTopPadding(SPACE_XS)
        form.setBottomPadding(SPACE_XS)
        form.setLeftPadding(0)
        form.setRightPadding(SPACE_L if column < columns - 1 else 0)
        if row < rows - 1:
            form.setBottomBorder(1)
            form.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            form.setBottomBorderBrush(QBrush(QColor(self._palette.soft_ink if row == 0 else self._palette.line)))
        return form

    def _format_cell_block(self, style: str) -> QTextBlockFormat:
        form = QTextBlockFormat()
        form.setLineHeight(self._sizes.answer_line - SPACE_XS, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        if "right" in style:
            form.setAlignment(Qt.AlignmentFlag.AlignRight)
        elif "center" in style:
            form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return form


def _format_heading(size: int) -> QTextCharFormat:
    form = _format_strong()
    font = text_font(size, QFont.Weight.DemiBold)
    form.setFont(font)
    return form


def _format_strong() -> QTextCharFormat:
    form = QTextCharFormat()
    form.setFontWeight(QFont.Weight.DemiBold)
    return form

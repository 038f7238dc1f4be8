"""Writes what is inside a line: words, emphasis, code, links, and the space for chips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor

from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.untrusted import WEB_SCHEMES, is_link
from app.export.formulas import FormulaText, read_formula
from app.ui.chat.text.chip import format_chip
from app.ui.chat.text.citations import CitationMark, holds_mark, restore, split
from app.ui.chat.text.formulas import FormulaSpace, format_formula
from app.ui.look.fonts import code_font
from app.ui.look.theme import Theme
from app.wording.i18n import _

if TYPE_CHECKING:
    from markdown_it.token import Token

LINE_SEPARATOR = "\u2028"
_CODE_GROUND = 0.5  # opacity of the ground behind code in a line
_WORD_JOINER = "\u2060"  # keeps the full stop after a chip on the chip's line
_OPENERS = frozenset('“‘„«「『（("')


@dataclass(frozen=True)
class PlacedMark:
    """A mark, and the position of its character in the document."""

    position: int
    mark: CitationMark


@dataclass(frozen=True)
class PlacedSentence:
    """Characters `start` to `end` of the document are a sentence on which this is the verdict."""

    start: int
    end: int
    found: SentenceVerdict

    @property
    def verdict(self) -> Verdict:
        return self.found.verdict


@dataclass(frozen=True)
class Link:
    """Characters `start` to `end` of the document lead to the web address `address` (percent-encoded)."""

    start: int
    end: int
    address: str


@dataclass(frozen=True)
class PlacedFormula:
    """A formula, and the position of its character in the document."""

    position: int
    text: FormulaText


@dataclass(frozen=True)
class PlacedNote:
    """The number of a footnote, and the position of its first digit in the document."""

    position: int
    number: str

    @property
    def source(self) -> str:
        return f"[^{self.number}]"


@dataclass
class FormulaWriter:
    """Writes formulas that are set already. `pending` tells that some are not yet. `tallest` is the height in px of the
    tallest one written so far."""

    space: FormulaSpace
    size: int
    placed: list[PlacedFormula]
    pending: bool = False
    tallest: float = 0.0

    def write(self, text: FormulaText, cursor: QTextCursor) -> bool:
        """Write a formula at the cursor; return False if there is nothing that could be written."""
        if not text.is_one:
            return False
        store = self.space.store
        formula = store.find(text.tex, display=text.display, size=self.size)
        self.pending |= store.is_pending(text.tex, display=text.display, size=self.size)
        if formula is None:
            return False
        self.tallest = max(self.tallest, formula.height)
        self.placed.append(PlacedFormula(cursor.position(), text))
        cursor.insertText("\ufffc", format_formula(text, formula, self.size))
        return True


@dataclass(kw_only=True)
class PlacedInline:
    """The places in a document of what lines have besides words."""

    marks: list[PlacedMark] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    formulas: list[PlacedFormula] = field(default_factory=list)
    notes: list[PlacedNote] = field(default_factory=list)
    sentences: list[PlacedSentence] = field(default_factory=list)


class InlineRenderer:
    """Writes at `cursor`, and notes in `placed` what it wrote where."""

    def __init__(
        self,
        cursor: QTextCursor,
        theme: Theme,
        marks: Sequence[CitationMark],
        placed: PlacedInline,
        formulas: FormulaWriter,
    ) -> None:
        self._cursor = cursor
        self._palette = theme.palette
        self._sizes = theme.sizes
        self._marks = marks
        self._placed = placed
        self._formulas = formulas
        self._base = QTextCharFormat()
        self._begun: tuple[int, SentenceVerdict] | None = None  # where the sentence that is being written begins

    def use_base(self, form: QTextCharFormat) -> None:
        """Write all that follows in `form`, except where its own markup asks for another format."""
        self._base = QTextCharFormat(form)

    def write(self, tokens: Sequence[Token]) -> None:
        forms = [QTextCharFormat(self._base)]
        addresses: list[tuple[int, str]] = []
        for token in tokens:
            match token.type:
                case "text" | "text_special":
                    self.write_text(token.content, forms[-1])
                case "softbreak" | "hardbreak":
                    self._cursor.insertText(LINE_SEPARATOR, forms[-1])
                case "code_inline":
                    self.write_text(token.content, self._format_code(forms[-1]))
                case "strong_open" | "em_open" | "s_open":
                    forms.append(_emphasise(forms[-1], token.tag))
                case "strong_close" | "em_close" | "s_close":
                    forms.pop()
                case "link_open":
                    address = str(token.attrs.get("href", ""))
                    addresses.append((self._cursor.position(), address))
                    forms.append(self._format_link(forms[-1]) if _is_web(address) else QTextCharFormat(forms[-1]))
                case "link_close":
                    forms.pop()
                    self._close_link(*addresses.pop(), forms[-1])
                case "math_inline" | "math_inline_double":
                    self.write_formula(token, forms[-1])
                case "image":
                    self._write_image(token, forms[-1])
                case "footnote_ref":
                    self._write_sign(token, forms[-1])
                case _:
                    self.write_text(token.content, forms[-1])

    def write_text(self, untrusted_text: str, form: QTextCharFormat | None = None) -> None:
        form = self._base if form is None else form
        for part in split(untrusted_text):
            if not isinstance(part, int):
                self._cursor.insertText(part.replace("\n", LINE_SEPARATOR), form)
            elif (mark := self._marks[part]).label:
                self._placed.marks.append(PlacedMark(self._cursor.position(), mark))
                self._cursor.insertText("\ufffc", format_chip(mark, self._sizes))
                self._cursor.insertText(_WORD_JOINER, form)
            else:
                self._take_edge(mark)

    def write_formula(self, token: Token, form: QTextCharFormat | None = None) -> None:
        """Write a formula as it is set, or its source if it cannot be set, or is not set yet."""
        written = read_formula(token)
        if not self._formulas.write(written, self._cursor):
            self.write_text(written.source, form)

    def _write_sign(self, token: Token, form: QTextCharFormat) -> None:
        """Write the number of a footnote, raised, and note its place."""
        raised = QTextCharFormat(form)
        raised.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        raised.setForeground(QColor(self._palette.accent))
        number = str(int(token.meta["id"]) + 1)
        self._placed.notes.append(PlacedNote(self._cursor.position(), number))
        self._cursor.insertText(number, raised)

    def _take_edge(self, mark: CitationMark) -> None:
        """Note that a sentence begins or ends here. Opening quotation marks right before it belong to it."""
        at = self._cursor.position()
        if mark.verdict is not None:
            document = self._cursor.document()
            while str(document.characterAt(at - 1)) in _OPENERS:
                at -= 1
            self._begun = at, mark.verdict
        elif self._begun is not None:
            self._placed.sentences.append(PlacedSentence(self._begun[0], at, self._begun[1]))
            self._begun = None

    def _close_link(self, start: int, address: str, form: QTextCharFormat) -> None:
        if _is_web(address):
            self._placed.links.append(Link(start, self._cursor.position(), address))
        elif address:
            soft = QTextCharFormat(form)
            soft.setForeground(QColor(self._palette.soft_ink))
            self._cursor.insertText(f" ({restore(address, self._marks)})", soft)

    def _write_image(self, token: Token, form: QTextCharFormat) -> None:
        # A picture is never fetched; its description is written instead.
        soft = QTextCharFormat(form)
        soft.setForeground(QColor(self._palette.soft_ink))
        soft.setFontItalic(True)
        self.write_text(token.content or _("picture"), soft)

    def _format_code(self, form: QTextCharFormat) -> QTextCharFormat:
        coded = QTextCharFormat(form)
        font = code_font(self._sizes.code)
        coded.setFont(font, QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesSpecifiedOnly)
        ground = QColor(self._palette.line)
        ground.setAlphaF(_CODE_GROUND)
        coded.setBackground(ground)
        return coded

    def _format_link(self, form: QTextCharFormat) -> QTextCharFormat:
        linked = QTextCharFormat(form)
        linked.setForeground(QColor(self._palette.accent))
        linked.setFontUnderline(True)
        return linked


def _is_web(address: str) -> bool:
    return is_link(address, WEB_SCHEMES) and not holds_mark(address)


def _emphasise(form: QTextCharFormat, tag: str) -> QTextCharFormat:
    changed = QTextCharFormat(form)
    if tag == "strong":
        changed.setFontWeight(QFont.Weight.Bold)
    elif tag == "em":
        changed.setFontItalic(True)
    else:
        changed.setFontStrikeOut(True)
    return changed

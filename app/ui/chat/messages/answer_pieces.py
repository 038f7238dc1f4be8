"""Makes the pieces of an answer of its Markdown: what is framed, what goes on, what can be done with it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from app.core.documents.untrusted import disarm
from app.ui.chat.text.block import Frame, MessageBlock, Surroundings
from app.ui.chat.text.block_tools import CodeTools, TableTools, Tools, read_code, read_table
from app.ui.chat.text.chip import ChipSpace
from app.ui.chat.text.citations import CitationMark, list_placed, restore
from app.ui.chat.text.formulas import FormulaSpace
from app.ui.chat.text.markdown import MarkdownBlock
from app.ui.chat.text.render import BlockRenderer
from app.ui.chat.text.table import TableScroll
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XS, Theme

if TYPE_CHECKING:
    from markdown_it.token import Token

_CHARACTER = 8  # px a character takes on average, for guesses
_WIDTH = 640  # px, for guesses


def guess_lines(characters: int) -> int:
    """Guess how many lines a text of so many characters takes."""
    return characters * _CHARACTER // _WIDTH


class PieceMaker:
    """Makes the pieces of one answer. `chips` and `formulas` keep the space for these in its text."""

    def __init__(self, theme: Theme, chips: ChipSpace, formulas: FormulaSpace) -> None:
        self._theme = theme
        self._chips = chips
        self._formulas = formulas

    def make(self, blocks: Sequence[MarkdownBlock], marks: Sequence[CitationMark]) -> list[MessageBlock]:
        goes_on = [*(block.joined for block in blocks[1:]), False]
        pieces, scroll = [], TableScroll()
        for number, block in enumerate(blocks):
            scroll = scroll if block.joined else TableScroll()
            piece = self._make_one(block, marks, scroll, goes_on=goes_on[number])
            if number and _is_note(block) and _is_note(blocks[number - 1]):
                piece.gap = SPACE_XS
            pieces.append(piece)
        return pieces

    def _make_one(
        self, block: MarkdownBlock, marks: Sequence[CitationMark], scroll: TableScroll, *, goes_on: bool
    ) -> MessageBlock:
        """Make the piece that shows one block. `goes_on` tells that the next block is joined to it."""
        rows = sum(token.type == "tr_open" for token in block.tokens)
        lines = guess_lines(block.characters) + (rows or len(block.tokens) // 6) + 1
        tokens, theme, chips, formulas = block.tokens, self._theme, self._chips, self._formulas
        around = Surroundings(
            frame=Frame(not block.joined, not goes_on) if tokens[0].type in ("fence", "code_block") else None,
            tools=_tools_of(block, marks, goes_on=goes_on),
            scroll=scroll if tokens[0].type == "table_open" else None,
        )
        return MessageBlock(
            lambda width: BlockRenderer(theme, marks, chips, formulas, width).write(tokens),
            round(lines * theme.sizes.answer_line),
            gap=_gap_above(tokens[0]) if block.joined else SPACE_M,
            joint="\n" if block.joined else "\n\n",
            key=partial(_key_of, block, marks, goes_on) if block.stretch else None,
            around=around,
        )


def _key_of(block: MarkdownBlock, marks: Sequence[CitationMark], goes_on: bool) -> Hashable:
    placed = sorted(list_placed(token.content for token in block.tokens))
    return block.key, goes_on, tuple(marks[index] for index in placed)


def _tools_of(block: MarkdownBlock, marks: Sequence[CitationMark], *, goes_on: bool) -> Tools | None:
    """Return the tools of a block, if it has any: they stand above the first stretch of code, and below the last one of
    a table."""
    opening = block.tokens[0]
    if opening.type in ("fence", "code_block") and not block.joined:
        language = disarm(restore(opening.info, marks)).split()[:1]
        return CodeTools("".join(language), lambda: read_code(opening, marks))
    if opening.type == "table_open" and not goes_on:
        return TableTools(lambda: read_table(block.tokens, marks))
    return None


def _is_note(block: MarkdownBlock) -> bool:
    return block.tokens[0].type == "footnote_reference_open"


def _gap_above(opening: Token) -> int:
    """Return the space between two stretches of the list or quotation that this token opens, in px."""
    match opening.type:
        case "bullet_list_open" | "ordered_list_open":
            return SPACE_XS
        case "blockquote_open":
            return SPACE_S
        case _:
            return 0

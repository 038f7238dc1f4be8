"""A page's text as a person reads it in one line: without the signs of Markdown and the bars of tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from app.core.documents.document import Format
from app.language.folding import UNSPACED
from app.language.markdown import FENCE, NO_SIGN, MarkupStyle, flow_markdown, spans_of
from app.language.tables import TableRow, find_rows

_CELL_END, _ROW_END = "\x1f", "\x1e"
_BETWEEN_CELLS, _BETWEEN_ROWS = " · ", "; "
_RULE = re.compile(r"\|?:?-{3,}:?(?:\|:?-{3,}:?)*\|?")
_ENDS = re.compile(rf" ?([{_CELL_END}{_ROW_END}]) ?")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\n\s*(?=[^\W\d_])")
_BROKEN_LINE = re.compile(rf"(?<=[{UNSPACED}])[^\S\n]*\n\s*(?=[{UNSPACED}])")
_GAP = re.compile(r"[ \t\r\f\v\n\u00a0]+")


def in_one_line(untrusted_text: str, format: Format) -> str:
    """Return a text of a document of this format on one line, as a person reads it."""
    return join_lines(hide_signs(untrusted_text, format)).strip()


def join_lines(text: str) -> str:
    """Return what `hide_signs` returned, or a part of it, on one line: words that a line broke are whole, and so is
    text without spaces. White space at its edges is one space."""
    whole = _BROKEN_LINE.sub("", _BROKEN_WORD.sub("", text.replace(NO_SIGN, "")))
    return _ENDS.sub(lambda end: _BETWEEN_CELLS if end[1] == _CELL_END else _BETWEEN_ROWS, _GAP.sub(" ", whole))


def hide_signs(untrusted_text: str, format: Format) -> str:
    """Return a text of a document of this format with its signs replaced by characters that `join_lines` knows. Each
    character keeps its place, so that a part can be cut out by its range in the text."""
    signs = _without_markdown(untrusted_text) if format is Format.MARKDOWN else list(untrusted_text)
    for rows in find_rows(untrusted_text, format):
        filled = [[cell for cell in row.cells if _has_words(untrusted_text[slice(*cell)])] for row in rows]
        for row, cells in zip(rows, filled, strict=True):
            signs[row.start : row.end] = _without_bars(signs, row, cells)
        for row, _next in pairwise(row for row, cells in zip(rows, filled, strict=True) if cells):
            signs[row.end] = _ROW_END
    return "".join(signs)


def _without_markdown(untrusted_text: str) -> list[str]:
    """Return the characters of a text of Markdown, without signs outside of blocks of code."""
    flowed = flow_markdown(untrusted_text)
    signs = ["•" if shown == "•" else written for written, shown in zip(untrusted_text, flowed, strict=True)]
    at, is_code = 0, False
    for line in flowed.split("\n"):
        hidden = []
        if FENCE.match(line):
            hidden, is_code = [(0, len(line))], not is_code
        elif not is_code:
            hidden = [(span.start, span.end) for span in spans_of(line) if span.look is MarkupStyle.SIGN]
        for start, end in hidden:
            signs[at + start : at + end] = NO_SIGN * (end - start)
        at += len(line) + 1
    return signs


def _has_words(cell: str) -> bool:
    """Return whether a cell is neither empty nor a rule, which may stand beside rows that came on one line."""
    return bool(cell) and not _RULE.fullmatch(cell)


def _without_bars(signs: Sequence[str], row: TableRow, cells: Sequence[tuple[int, int]]) -> list[str]:
    """Return the characters of a row, those alone that belong to these cells, with an end behind each but the last."""
    kept = [NO_SIGN] * (row.end - row.start)
    for start, end in cells:
        kept[start - row.start : end - row.start] = signs[start:end]
    for (_start, end), _next in pairwise(cells):
        kept[end - row.start] = _CELL_END
    return kept

"""Reads documents of Word 97 to 2003 and lays out their body on pages. Source: [MS-DOC]."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

from app.core.documents.document import Document, Format
from app.documents.formats.contract import Content, Progress
from app.documents.text.colours import TINY_POINTS
from app.documents.text.flow import Block
from app.documents.text.runs import PLAIN, Change, RunStyle, Shift
from app.documents.word.block_builder import BlockBuilder, ListItem, paginate
from app.documents.word.doc_file import COMMENT_BYTES, NO_PROPERTIES, DocFile, Properties

format = Format.DOC

_PROGRESS_PARAGRAPHS = 200
_ENDS = re.compile("[\r\x07\x0c]")  # of a paragraph, of a cell or a row, of a page or a section
_PIECES = re.compile("[^\x00-\x1f]+|[\x00-\x1f]")
_CELL_END = "\x07"
_NOTE, _COMMENT = "\x02", "\x05"
_FIELD, _RESULT, _FIELD_END = "\x13", "\x14", "\x15"
_CHARACTERS = {"\t": "\t", "\x0b": "\n", "\x0e": "\n", "\x1e": "-"}
_FOOTNOTES, _ENDNOTES, _COMMENTS = (2, 3), (46, 47), (4, 5)
# Properties are named by their codes (2.6.1, 2.6.2).
_DELETED, _INSERTED, _STRUCK, _DOUBLY_STRUCK, _HIDDEN = 0x0800, 0x0801, 0x0837, 0x2A53, 0x083C
_SHIFT, _SYMBOL = 0x2A48, 0x6A09
_POSITION, _SIZE, _NEGATIVE = 0x4845, 0x4A43, 0x8000  # what is moved and has a size of its own is raised or lowered
_IN_TABLE, _DEPTH, _ROW_END, _INNER_CELL_END, _INNER_ROW_END = 0x2416, 0x6649, 0x2417, 0x244B, 0x244C
_LEVEL, _LIST, _OUTLINE_LEVEL = 0x260A, 0x460B, 0x2640
_HEADINGS = range(1, 10)  # styles
_INK, _INK_NUMBER, _HIGHLIGHT, _SHADES = 0x6870, 0x2A42, 0x2A0C, (0xCA71, 0x4866)
_PARAGRAPH_SHADES = (0xC64D, 0x442D)
_WHITE_INK, _WHITE_NUMBER = 0xFFFFFF, 8
_BODY = 9  # the outline level of what is no heading
_ON = (1, 0x81)
_SHIFTS = {1: Shift.RAISED, 2: Shift.LOWERED}
_NO_LIST = (0, 0xF801)


def parse(content: Content, progress: Progress) -> Document:
    """Parse a document. Headers and footers are left out, comments kept apart; recorded changes are in the text, as
    people see them. Text boxes follow the text. Raises AppError DOCUMENT_ENCRYPTED for a file with a password,
    FORMAT_REFUSED for one of Word before 1997."""
    progress(0, 1)
    reader = _Reader(DocFile(content, format), progress)
    title, facts = reader.file.file.summary()
    document = paginate(reader.read_all(), content, format, title, facts=facts)
    progress(1, 1)
    return document


class _Reader:
    def __init__(self, file: DocFile, progress: Progress) -> None:
        self.file = file
        self._progress = progress
        self._numbers = file.list_numbers()
        self._footnotes = self._notes(_FOOTNOTES, "footnotes")
        self._endnotes = self._notes(_ENDNOTES, "endnotes")
        self._comments = self._notes(_COMMENTS, "comments", COMMENT_BYTES)
        self._authors = dict(zip(self._comments, file.comment_authors(_COMMENTS[0]), strict=False))
        self._noted = 0
        self._fields: list[bool] = []  # of those that are open, whether their result has begun

    def read_all(self) -> list[Block]:
        return [*self._read(self.file.parts["main"]), *self._read(self.file.parts["boxes"])]

    def _notes(self, pairs: tuple[int, int], part: str, data_bytes: int = 2) -> dict[int, range]:
        """Return where the text of each note or comment is, by the place that refers to it; one after the other in
        their part, or a small file could hold a large text."""
        whole, texts = self.file.parts[part], self.file.places(pairs[1])
        references = self.file.places(pairs[0], data_bytes)[:-1]
        edges = accumulate((min(whole.stop, whole.start + text) for text in texts), max)
        return dict(zip(references, (range(*pair) for pair in pairwise(edges)), strict=False))

    def _read(self, part: range) -> list[Block]:
        builder, file = BlockBuilder(), self.file
        around, self._fields = self._fields, []
        place, stop, count = part.start, min(part.stop, len(file.text)), 0
        while place < stop:
            if (count := count + 1) % _PROGRESS_PARAGRAPHS == 0:
                self._progress(place, file.parts["main"].stop + 1)
            found = _ENDS.search(file.text, place, stop)
            end = found.start() if found else stop
            properties = file.paragraph(end) if found else NO_PROPERTIES
            builder.set_table_depth(_depth(properties))
            level, item = _heading_level(properties), self._item(properties)
            if level and item and item.untrusted_mark and end > place:
                builder.add_text(f"{item.untrusted_mark} ")
            self._add(builder, place, end, is_white=part == file.parts["main"] and _is_white(properties))
            if _ends_row(properties):
                builder.end_row()
            else:
                builder.end_paragraph(level, item)
                if _ends_cell(properties, found[0] if found else ""):
                    builder.end_cell()
            place = end + 1
        self._fields = around
        return builder.finish()

    def _item(self, properties: Properties) -> ListItem | None:
        """Return the place of a paragraph in a list, which is counted with it."""
        list_id, level = properties.number(_LIST), properties.number(_LEVEL)
        return None if list_id in _NO_LIST else ListItem(level, self._numbers.next(str(list_id), level))

    def _add(self, builder: BlockBuilder, first: int, last: int, *, is_white: bool) -> None:
        """Add a part of the text; `is_white` tells that what is behind the text is white."""
        for start, end, properties in self.file.runs(first, last):
            look, hidden = _look(properties), properties.number(_HIDDEN) in _ON or _is_unseen(properties, is_white)
            for found in _PIECES.finditer(self.file.text, start, end):
                self._add_piece(builder, found[0], found.start(), look, properties, hidden=hidden)

    def _add_piece(
        self, builder: BlockBuilder, text: str, place: int, look: RunStyle, properties: Properties, *, hidden: bool
    ) -> None:
        if text == _FIELD:
            self._fields.append(False)
        elif text == _RESULT and self._fields:
            self._fields[-1] = True
        elif text == _FIELD_END and self._fields:
            self._fields.pop()
        elif not all(self._fields):
            return
        elif text in (_NOTE, _COMMENT):
            self._refer(builder, place, look)
        else:
            if text < " ":
                text = _CHARACTERS.get(text, "")
            elif _SYMBOL in properties.operands:
                text = _symbol(properties)
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            if hidden:
                builder.hide(text)
            elif text:
                builder.add_text(text, look)

    def _refer(self, builder: BlockBuilder, place: int, look: RunStyle) -> None:
        """Add a note's mark and its text, or a comment; each once, so that a small file cannot hold a large text."""
        comment = self._comments.pop(place, None)
        if comment is not None:
            words = " ".join(block.untrusted_text for block in self._read(comment))
            builder.comment(words, self._authors.get(place, ""))
        note = self._footnotes.pop(place, None) or self._endnotes.pop(place, None)
        if note is not None:
            self._noted += 1
            number = self._noted
            builder.add_reference(number, look)
            builder.add_note(number, self._read(note))


def _depth(properties: Properties) -> int:
    """Return how many tables a paragraph is in."""
    return properties.number(_DEPTH, 1) if properties.number(_IN_TABLE) else 0


def _ends_row(properties: Properties) -> bool:
    return any(properties.number(code) for code in (_ROW_END, _INNER_ROW_END))


def _ends_cell(properties: Properties, mark: str) -> bool:
    return bool(properties.number(_IN_TABLE) and (mark == _CELL_END or properties.number(_INNER_CELL_END)))


def _is_white(properties: Properties) -> bool:
    """Return whether nothing of a colour may be behind a paragraph: in tables and boxes others decide that, and
    styles."""
    is_plain = not _depth(properties) and not properties.style
    return is_plain and not any(code in properties.operands for code in _PARAGRAPH_SHADES)


def _is_unseen(properties: Properties, is_white: bool) -> bool:
    """Return whether text is too small to be seen, or white on white."""
    if _SIZE in properties.operands and properties.number(_SIZE) <= 2 * TINY_POINTS:
        return True
    if not is_white or any(code in properties.operands for code in (_HIGHLIGHT, *_SHADES)):
        return False
    number = properties.number(_INK_NUMBER)
    return properties.number(_INK) == _WHITE_INK if _INK in properties.operands else number == _WHITE_NUMBER


def _heading_level(properties: Properties) -> int:
    outline = properties.number(_OUTLINE_LEVEL, _BODY)
    if outline < _BODY:
        return outline + 1
    return properties.style if properties.style in _HEADINGS else 0


def _look(properties: Properties) -> RunStyle:
    operands = properties.operands
    if not operands:
        return PLAIN
    struck = any(properties.number(code) in _ON for code in (_DELETED, _STRUCK, _DOUBLY_STRUCK))
    inserted = properties.number(_INSERTED) in _ON
    change = Change.STRUCK if struck else Change.INSERTED if inserted else Change.NONE
    shift = _SHIFTS.get(properties.number(_SHIFT), Shift.NONE)
    if not shift and _SIZE in operands and (position := properties.number(_POSITION)):
        shift = Shift.LOWERED if position & _NEGATIVE else Shift.RAISED
    return RunStyle(shift, change)


def _symbol(properties: Properties) -> str:
    code = properties.number(_SYMBOL) >> 16
    return chr(code) if 0x20 <= code < 0xD800 else ""  # the rest is mostly of a symbol font

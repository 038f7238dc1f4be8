"""Reads RTF files and lays out their text on pages. Source: RTF specification 1.9.1."""

from __future__ import annotations

import copy
import re

from app.core.documents.document import Document, Flag, Format
from app.core.documents.facts import Facts
from app.documents.formats.contract import Content, Progress, refuse_damaged
from app.documents.formats.detect import RTF
from app.documents.formats.facts import authors, make_facts
from app.documents.text.colours import WHITE
from app.documents.text.flow import Block
from app.documents.text.runs import Change
from app.documents.word.block_builder import BlockBuilder, ListItem, paginate
from app.documents.word.rtf_controls import (
    AUTHOR,
    CHARACTERS,
    CODE_PAGES,
    COLOURS,
    COMMENT,
    DEFAULT_ENCODING,
    DEFAULT_SIZE,
    DESTINATIONS,
    ENTRY,
    FIELD,
    FONTS,
    LOOKS,
    MARK,
    MATH,
    NOTE,
    OPENING,
    READ_THOUGH_STARRED,
    SKIPPED,
    STYLES,
    SYMBOLS,
    TEXT,
    TITLE,
    ColourTable,
    Form,
    RtfFormula,
    RtfGroup,
    RtfStyle,
    RtfToken,
    encoding_of_charset,
    encoding_of_page,
    heading_level,
    tokens,
)

format = Format.RTF

_GATHERED = {MATH, FIELD, ENTRY}
_MAX_INFO_BYTES = 256 << 10
_AUTHOR = re.compile(rb"\{\\author ((?:[^{}\\]|\\'[0-9A-Fa-f]{2}){1,200})\}")
_CREATED = re.compile(rb"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_HEX = re.compile(rb"\\'([0-9A-Fa-f]{2})")
_PROGRESS_STEP = 10_000
_MAX_NAME_CHARACTERS = 1_000  # of a title, a style's name, a list's mark


def parse(content: Content, progress: Progress) -> Document:
    """Parse a file. Headers, footers and pictures are left out, comments kept apart; recorded changes are in the text,
    as people see them. A file that is cut off is read as far as it goes, and its last page is flagged as damaged."""
    untrusted_bytes = bytes(content.data)
    if not untrusted_bytes.startswith(RTF):
        refuse_damaged(content, format)
    progress(0, len(untrusted_bytes))
    reader = _Reader()
    for count, (token, place) in enumerate(tokens(untrusted_bytes, content), 1):
        if count % _PROGRESS_STEP == 0:
            progress(min(place, len(untrusted_bytes)), len(untrusted_bytes))
        reader.read(token)
        if reader.is_done:
            break
    cut = [] if reader.is_done else [Block("", flags=(Flag.DAMAGED,))]
    blocks, facts = [*reader.finish(), *cut], _facts(untrusted_bytes[:_MAX_INFO_BYTES])
    document = paginate(blocks, content, format, reader.untrusted_title, facts=facts)
    progress(len(untrusted_bytes), len(untrusted_bytes))
    return document


def _facts(untrusted_head: bytes) -> Facts:
    """Return the author and date in the group of information, which stands before the text."""
    author = _AUTHOR.search(untrusted_head)
    name = _HEX.sub(lambda found: bytes([int(found[1], 16)]), author[1]) if author else b""
    created = _CREATED.search(untrusted_head)
    date = "-".join(part.decode().zfill(2) for part in created.groups()) if created else ""
    return make_facts([date], authors([name.decode("cp1252", "replace")]))


def read_blocks(untrusted_bytes: bytes, content: Content) -> list[Block]:
    """Read the text of RTF that is inside another document, as far as it goes."""
    reader = _Reader()
    for token, _ in tokens(untrusted_bytes, content):
        reader.read(token)
        if reader.is_done:
            break
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.untrusted_title = ""
        self.is_done = False
        self._groups = [RtfGroup()]
        self._builders = [BlockBuilder()]
        self._asides: list[tuple[int, str]] = []  # that are open: a note's number, the list mark of the text around it
        self._note_count = 0
        self._pending: list[bytes] = []  # text to decode: a character may be two tokens
        self._skip = 0  # characters of text that repeat a `\u`
        self._high_surrogate = 0
        self._starred = False
        self._encoding = DEFAULT_ENCODING
        self._fonts: dict[int, str] = {}
        self._font = self._default_font = 0
        self._colours = ColourTable()
        self._is_coloured = False  # its pages are
        self._styles: dict[int, int] = {}  # the heading level of each
        self._style = RtfStyle()
        self._mark = ""
        self._untrusted_author = ""  # of the next comment
        self._line_size = DEFAULT_SIZE  # half-points, of text on the base line

    @property
    def _group(self) -> RtfGroup:
        return self._groups[-1]

    def read(self, token: RtfToken) -> None:
        if token.kind == "text":
            self._take(token)
            return
        self._flush()
        self._skip = 0
        if token.kind == "brace":
            self._open_group() if token.name == "{" else self._close_group()
        elif token.kind == "symbol":
            self._read_symbol(token.name)
        elif self._group.destination != SKIPPED:
            starred, self._starred = self._starred, False
            self._read_word(token.name, token.number, starred)

    def finish(self) -> list[Block]:
        self._flush()
        while len(self._groups) > 1 and not self.is_done:
            self._close_group()
        return self._builders[0].finish()

    def _take(self, token: RtfToken) -> None:
        if self._group.destination == SKIPPED:
            return
        untrusted_bytes = token.untrusted_bytes[self._skip :]
        self._skip = max(0, self._skip - len(token.untrusted_bytes))
        if untrusted_bytes:
            self._pending.append(untrusted_bytes)

    def _flush(self) -> None:
        if self._pending:
            untrusted_bytes, self._pending = b"".join(self._pending), []
            self._add_text(untrusted_bytes.decode(self._group.encoding or self._encoding, "replace"))

    def _add_text(self, untrusted_text: str, formula: bool = False) -> None:
        group = self._group
        if group.destination == TITLE:
            self.untrusted_title = (self.untrusted_title + untrusted_text)[:_MAX_NAME_CHARACTERS]
        elif group.destination == STYLES:
            self._style.untrusted_name = (self._style.untrusted_name + untrusted_text)[:_MAX_NAME_CHARACTERS]
        elif group.destination == COLOURS:
            self._colours.end(untrusted_text)
        elif group.destination == AUTHOR:
            self._untrusted_author = (self._untrusted_author + untrusted_text)[:_MAX_NAME_CHARACTERS]
        elif group.destination == ENTRY and group.form is not None:
            group.form.add_text(untrusted_text)
        elif group.destination not in (TEXT, MARK, MATH):
            return
        elif group.hidden or self._is_unseen(group):
            if untrusted_text.strip():
                self._builders[-1].hide(untrusted_text)
        elif group.destination == MATH and group.formula is not None:
            group.formula.add_text(untrusted_text, struck=group.look(self._line_size).change is Change.STRUCK)
        elif group.destination == MARK and len(self._mark) < _MAX_NAME_CHARACTERS:
            self._mark += untrusted_text
        elif formula:
            self._builders[-1].add_formula(untrusted_text, group.look(self._line_size))
        else:
            if not group.position:
                self._line_size = group.size
            self._builders[-1].add_text(untrusted_text, group.look(self._line_size))

    def _is_unseen(self, group: RtfGroup) -> bool:
        """Return whether text is not seen. In tables and boxes, and on pages of a colour, others decide what is behind
        a text, so there it is seen."""
        on_colour = self._is_coloured or group.in_table or len(self._builders) > 1
        return self._colours.hides(group, None if on_colour else WHITE)

    def _open_group(self) -> None:
        group = copy.copy(self._group)
        group.opened, group.in_formula = "", False
        self._groups.append(group)
        self._starred = False
        if group.destination == STYLES:
            self._style = RtfStyle()

    def _close_group(self) -> None:
        group = self._groups.pop()
        if group.destination == STYLES:
            self._styles[self._style.number] = self._style.heading_level
        if self._groups:
            self._add_gathered(group)
        if group.opened:
            self._end_paragraph(group, 0)
            blocks = self._builders.pop().finish()
            number, self._mark = self._asides.pop()
            if group.opened == NOTE:
                self._builders[-1].add_note(number, blocks)
            elif group.opened == COMMENT:
                text = " ".join(block.untrusted_text for block in blocks)
                self._builders[-1].comment(text, self._untrusted_author)
                self._untrusted_author = ""
            else:
                self._builders[-1].add_box(blocks)
        if len(self._groups) <= 1:
            self._end_paragraph(group, group.depth)
            self.is_done = True
        if not self._groups:
            self._groups.append(group)

    def _gather(self, group: RtfGroup, name: str, number: int | None) -> bool:
        """Read a control word inside a formula or a field's instruction; return whether it belongs to that."""
        if group.destination == MATH and group.formula is not None and name.startswith("m"):
            if group.in_formula:
                group.formula.set_look(name, number)
            else:
                group.in_formula = group.formula.open(name)
            return True
        if group.destination == MATH or group.form is None or name in ("u", "uc"):
            return False
        group.destination = ENTRY if name == "ffl" else group.destination
        group.form.read(name, number)
        return True

    def _add_gathered(self, closed: RtfGroup) -> None:
        """Add the text of a formula or a form, at its end."""
        if closed.destination == MATH and closed.formula is not None:
            if closed.in_formula:
                closed.formula.close()
            elif self._group.formula is not closed.formula:
                self._add_text(closed.formula.text(), formula=True)
        elif closed.destination == FIELD and closed.form is not None and self._group.form is not closed.form:
            self._add_text(closed.form.value())

    def _read_symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif self._group.destination == SKIPPED:
            return
        elif symbol in "\r\n":
            self._read_word("par", None, starred=False)
        elif symbol in SYMBOLS:
            self._add_text(SYMBOLS[symbol])

    def _read_word(self, name: str, number: int | None, starred: bool) -> None:
        group = self._group
        if starred and name not in READ_THOUGH_STARRED:
            self._is_coloured |= name == "background"
            group.destination = SKIPPED
        elif group.destination in _GATHERED and self._gather(group, name, number):
            return
        elif name in DESTINATIONS:
            group.destination = DESTINATIONS[name]
            if name == "atnauthor":
                self._untrusted_author = ""
            elif name == "fldinst":
                group.form = Form()
            elif name == "moMath":
                group.formula = RtfFormula()
        elif name in OPENING:
            self._open_aside(group, OPENING[name])
        elif name in CHARACTERS:
            self._add_text(CHARACTERS[name])
        elif name == "u":
            self._add_unicode(number or 0)
            self._skip = group.fallback_length
        elif group.destination == FONTS:
            self._read_font(name, number or 0)
        elif group.destination == COLOURS:
            self._colours.set_channel(name, number or 0)
        elif group.destination == STYLES:
            self._read_style(name, number or 0)
        elif group.destination == TEXT and name in ("par", "sect", "cell", "row", "nestcell"):
            self._end_line(group, name)
        elif name == "nestrow":
            self._builders[-1].end_row()
        else:
            self._read_property(group, name, number)

    def _read_property(self, group: RtfGroup, name: str, number: int | None) -> None:
        value = number or 0
        if name in LOOKS:
            group.set_look(name, number)
        elif name == "plain":
            group.set_plain()
            group.encoding = self._fonts.get(self._default_font, "")
        elif name == "f":
            group.encoding = self._fonts.get(value, "")
        elif name == "deff":
            self._default_font = value
        elif name in CODE_PAGES or name == "ansicpg":
            self._encoding = encoding_of_page(CODE_PAGES.get(name, value)) or self._encoding
        else:
            group.set_paragraph(name, number)

    def _read_font(self, name: str, number: int) -> None:
        if name == "f":
            self._font = number
        elif name in ("fcharset", "cpg"):
            self._fonts[self._font] = encoding_of_charset(number) if name == "fcharset" else encoding_of_page(number)

    def _read_style(self, name: str, number: int) -> None:
        if name == "s":
            self._style.number = number
        elif name == "outlinelevel":
            self._style.outline_level = number

    def _add_unicode(self, number: int) -> None:
        code = number + 0x10000 if number < 0 else number
        high, self._high_surrogate = self._high_surrogate, 0
        if 0xD800 <= code < 0xDC00:
            self._high_surrogate = code
        elif 0xDC00 <= code < 0xE000 and high:
            self._add_text(chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00))
        else:
            self._add_text(chr(code) if 0 <= code <= 0x10FFFF else "\ufffd")

    def _open_aside(self, group: RtfGroup, kind: str) -> None:
        """Begin a note, a text box or a comment, up to the end of the group."""
        if group.destination == SKIPPED or group.opened:
            return
        if group.hidden and kind != COMMENT:
            self._builders[-1].hide()
            group.destination = SKIPPED
            return
        if kind == NOTE:
            self._note_count += 1
            self._builders[-1].add_reference(self._note_count, group.look(self._line_size))
        group.set_plain()
        group.opened, group.destination, group.in_table, group.list_number = kind, TEXT, False, 0
        self._asides.append((self._note_count, self._mark))
        self._mark = ""
        self._builders.append(BlockBuilder())

    def _end_line(self, group: RtfGroup, name: str) -> None:
        """End a paragraph, cell or row."""
        nested = name == "nestcell"
        self._end_paragraph(group, max(2, group.depth) if nested else 1 if name in ("cell", "row") else group.depth)
        if name in ("cell", "nestcell"):
            self._builders[-1].end_cell()
        elif name == "row":
            self._builders[-1].end_row()

    def _end_paragraph(self, group: RtfGroup, depth: int) -> None:
        builder = self._builders[-1]
        builder.set_table_depth(depth)
        own = group.outline_level
        level = self._styles.get(group.style, 0) if own is None else heading_level(own)
        listed = group.list_number > 0 or self._mark.strip()
        builder.end_paragraph(level, ListItem(group.list_level, self._mark) if listed else None)
        self._mark = ""

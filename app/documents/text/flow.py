"""Lays out flowing text on pages; the same text gives the same pages on every machine, now and later."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from app.core.documents.document import Flag, Page, Section
from app.documents.text.clean import ODD_SHARE_LIMIT, clean, clean_line, is_misread, odd_share, unseen_words
from app.documents.text.hidden import LeftOut

# These numbers decide what page 12 of a book is. Changing one changes every citation given before.
PAGE_CHARACTERS = 1_800
MAX_PAGE_CHARACTERS = 2_400
SHORT_PAGE_CHARACTERS = 400  # a new chapter does not end a page shorter than this
MAX_OUTLINE_ENTRIES = 10_000
_CHAPTER_LEVEL = 2
_HEADING_CHARACTERS = 300
_MAX_STACKED_HEADINGS = 6
_BETWEEN = "\n\n"

_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)\]]*(?=\s)|[。！？．]["”’」』）]*""")
_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)+")


class Heading(msgspec.Struct, frozen=True):
    """A heading, or an entry of the outline, that leads to a block; `level` counts from 1."""

    untrusted_title: str
    level: int


class Comment(msgspec.Struct, frozen=True):
    """A comment as `notation.comment` writes it; `place` is the number of the character of its block's text that it is
    on."""

    untrusted_text: str
    place: int = 0


class Block(msgspec.Struct, frozen=True):
    """A paragraph, list, table or heading, which should stay on one page. `headings` are those that begin with it;
    `untrusted_hidden` is its hidden text; `comments` are in the order of their places.
    """

    untrusted_text: str
    headings: tuple[Heading, ...] = ()
    flags: tuple[Flag, ...] = ()
    new_page: bool = False
    untrusted_hidden: str = ""
    comments: tuple[Comment, ...] = ()


class Flowed(msgspec.Struct, frozen=True):
    pages: tuple[Page, ...]
    outline: tuple[Section, ...]


def flow(blocks: Iterable[Block], fixed: bool = False) -> Flowed:
    """Lay out `blocks` on pages of about PAGE_CHARACTERS, never more than MAX_PAGE_CHARACTERS, none of them empty.

    A block is split only when it alone is longer than a page may be: at a line end, else after a sentence, else at
    white space. A heading goes with the block that follows it. A chapter begins a page, unless the page before it would
    stay very short. The text is cleaned as `clean.clean` does; nothing else is lost but white space where blocks and
    pages meet. A page's label is its number; its chapter is the nearest heading above its first line, or its first
    heading if there is none above.

    With `fixed`, pages begin where a block says so and nowhere else, however much is on them; one without text is kept,
    and flagged EMPTY unless a block of it is flagged NO_TEXT.
    """
    filler = _PageFiller(fixed)
    for unit in _units(blocks):
        filler.place(unit)
    return filler.finish()


def _units(blocks: Iterable[Block]) -> Iterator[list[_CleanBlock]]:
    """Yield blocks that should be on one page: a heading, or several, with what follows."""
    unit: list[_CleanBlock] = []
    for block in map(_CleanBlock, blocks):
        if unit and (block.new_page or len(unit) == _MAX_STACKED_HEADINGS):
            yield unit
            unit = []
        unit.append(block)
        if not block.is_heading:
            yield unit
            unit = []
    if unit:
        yield unit


class _CleanBlock:
    """A block with clean text."""

    def __init__(self, block: Block) -> None:
        text, invisible = clean(block.untrusted_text)
        blank = _BLANK_LINES.match(text)
        self.text = text[blank.end() if blank else 0 :].rstrip()
        self.headings = tuple((clean_line(each.untrusted_title), each.level) for each in block.headings)
        self.flags = {*block.flags, Flag.INVISIBLE_CHARACTERS} if invisible else {*block.flags}
        self.untrusted_hidden = " ".join(
            filter(None, (block.untrusted_hidden, unseen_words(block.untrusted_text) if invisible else ""))
        )
        self.comments = deque(block.comments)
        self.new_page = block.new_page

    @property
    def is_heading(self) -> bool:
        return bool(self.headings) and len(self.text) <= _HEADING_CHARACTERS

    @property
    def is_chapter(self) -> bool:
        return any(level <= _CHAPTER_LEVEL for _, level in self.headings)


class _PageFiller:
    """The page that is being filled, and those that are done."""

    def __init__(self, fixed: bool) -> None:
        self._fixed = fixed
        self._begun = False  # whether a fixed page is open
        self._most = math.inf if fixed else MAX_PAGE_CHARACTERS  # characters of a page
        self._pages: list[Page] = []
        self._outline: list[Section] = []
        self._text = ""
        self._flags: set[Flag] = set()
        self._left_out = LeftOut()
        self._left_out_before = LeftOut()  # of the last page
        self._page_chapter = ""
        self._chapter = ""

    def place(self, unit: list[_CleanBlock]) -> None:
        height = sum(len(block.text) for block in unit) + len(_BETWEEN) * (len(unit) - 1)
        begun = len(self._text) >= SHORT_PAGE_CHARACTERS
        chapter = begun and any(block.is_chapter for block in unit)
        full = not self._fits(height) and (begun or height <= MAX_PAGE_CHARACTERS)
        if unit[0].new_page or (not self._fixed and (chapter or full)):
            self._end_page()
        self._begun = True
        for block in unit:
            self._add(block)

    def finish(self) -> Flowed:
        self._end_page()
        if self._pages and (self._flags or self._left_out.text()):  # of a block without text after the last page
            before = self._pages[-1]
            self._left_out_before.join(self._left_out)
            flags, hidden = _order({*before.flags, *self._flags}), self._left_out_before.text()
            self._pages[-1] = msgspec.structs.replace(before, flags=flags, hidden=hidden)
        last = len(self._pages)
        outline = [msgspec.structs.replace(each, page=min(each.page, last)) for each in self._outline]
        return Flowed(tuple(self._pages), tuple(outline) if last else ())

    def _fits(self, height: int) -> bool:
        if not self._text:
            return height <= MAX_PAGE_CHARACTERS
        limit = PAGE_CHARACTERS if len(self._text) >= SHORT_PAGE_CHARACTERS else MAX_PAGE_CHARACTERS
        return len(self._text) + len(_BETWEEN) + height <= limit

    def _add(self, block: _CleanBlock) -> None:
        used = len(self._text) + len(_BETWEEN)
        whole = len(block.text) <= self._most
        if (
            self._text
            and used + len(block.text) > self._most
            and (whole or PAGE_CHARACTERS - used < SHORT_PAGE_CHARACTERS)
        ):
            self._end_page()
        named = [Section(title, len(self._pages) + 1, level) for title, level in block.headings if title]
        if named:
            self._outline += named[: MAX_OUTLINE_ENTRIES - len(self._outline)]
            self._chapter = named[-1].title
            if self._text and not self._page_chapter:
                self._page_chapter = named[0].title
        if block.untrusted_hidden:
            self._left_out.add(f"{block.untrusted_hidden} ")
        start = 0
        while start < len(block.text):
            used = len(self._text) + len(_BETWEEN) if self._text else 0
            if used + len(block.text) - start <= self._most:
                self._append(block.text[start:], block.flags)
                break
            end, following = _split(block.text, start, PAGE_CHARACTERS - used)
            self._append(block.text[start:end].rstrip(), block.flags)
            self._put_comments(block, following)
            self._end_page()
            start = following
        self._put_comments(block, None)
        self._flags |= block.flags

    def _put_comments(self, block: _CleanBlock, end: int | None) -> None:
        """Put the comments on what is before `end` on the page, or all that are left."""
        while block.comments and (end is None or block.comments[0].place < end):
            self._left_out.add_comment(block.comments.popleft().untrusted_text)
            self._flags.add(Flag.COMMENTS)

    def _append(self, text: str, flags: set[Flag]) -> None:
        if not text:
            return
        if self._text:
            self._text += _BETWEEN + text
        else:
            self._text, self._page_chapter = text, self._chapter
        self._flags |= flags

    def _end_page(self) -> None:
        if not self._text:
            if not (self._fixed and self._begun):
                return
            self._page_chapter = self._chapter
            self._flags |= set() if Flag.NO_TEXT in self._flags else {Flag.EMPTY}
        if odd_share(self._text) > ODD_SHARE_LIMIT:
            self._flags.add(Flag.ODD_CHARACTERS)
        if is_misread(self._text) or "\ufffd" in self._text:
            self._flags.add(Flag.WRONG_ENCODING)
        number = len(self._pages) + 1
        flags, hidden = _order(self._flags), self._left_out.text()
        self._pages.append(Page(number, str(number), self._text, self._page_chapter, flags, hidden))
        self._left_out_before, self._left_out = self._left_out, LeftOut()
        self._text, self._flags, self._begun = "", set(), False


def _split(text: str, start: int, room: int) -> tuple[int, int]:
    """Return where a piece of at most `room` characters (and at least half of that) ends, and where the next begins."""
    half, limit = start + room // 2, start + room
    line_end = text.rfind("\n", half, limit + 1)
    if line_end >= 0:
        blank = _BLANK_LINES.match(text, line_end)
        return line_end, blank.end() if blank else line_end
    end = limit
    for mark in (_SENTENCE_END, _SPACE):
        ends = [found.end() for found in mark.finditer(text, half, limit)]
        if ends:
            end = ends[-1]
            break
    space = _SPACE.match(text, end)
    return end, space.end() if space else end


def _order(flags: set[Flag]) -> tuple[Flag, ...]:
    return tuple(flag for flag in Flag if flag in flags)

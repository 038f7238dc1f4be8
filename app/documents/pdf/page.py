"""Reads the lines of a PDF page, makes its text from them, and finds its flags."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from contextlib import closing
from itertools import groupby, zip_longest
from unicodedata import category

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium

from app.core.documents.document import MAX_HIDDEN_CHARACTERS, Flag, Page
from app.documents.formats.contract import MAX_CHARACTERS, Content, refuse_over
from app.documents.pdf.annotations import NOTHING_ON_TOP, OnTop
from app.documents.pdf.characters import NO_CHARACTER, read_string
from app.documents.pdf.hidden_text import RawObject, look_at
from app.documents.pdf.hyphenation import SOFT_HYPHEN, Words
from app.documents.pdf.layout import PageLayout, lay_out
from app.documents.pdf.overlay import PlacedLines, place
from app.documents.pdf.page_edges import Edges, find_edges, with_moved
from app.documents.pdf.paragraphs import join_lines
from app.documents.pdf.rulings import Box
from app.documents.text.clean import ODD_SHARE_LIMIT, clean, is_misread, odd_share, unseen_words
from app.documents.text.hidden import LeftOut

_TABLE = "\ufdd0"  # in the place of a table; not a character
_ODD_SAMPLES = 50
_GENERATED_HYPHEN = 0x2
# These characters are no text, says IsControlChar in PDFium's cpdf_textpage.cpp.
_CONTROLS = {*(0x2, 0x3, 0x93, 0x94, 0x96, 0x97, 0x98, 0xFFFE)}


class PageLines(msgspec.Struct, frozen=True):
    """The visible text of a page, line by line in reading order; `edges` are the rows that may be running heads."""

    lines: tuple[str, ...]
    starts: frozenset[int] = frozenset()  # lines that do not continue the one before
    in_columns: bool = False
    rows: frozenset[int] = frozenset()  # lines that are rows of a table
    edges: Edges = Edges()
    drawn: bool = False
    is_bare: bool = False  # has no text but what is on top of it
    flags: tuple[Flag, ...] = ()
    hidden: str = ""
    code: frozenset[int] = frozenset()  # lines whose program code runs on into the next one
    filled: frozenset[int] = frozenset()  # lines that are full

    @property
    def characters(self) -> int:
        return sum(map(len, self.lines))


def read_page(
    page: pypdfium2.PdfPage, content: Content, characters_before: int, on_top: OnTop = NOTHING_ON_TOP
) -> PageLines:
    """Read a page; leave out and flag what `hidden_text.look_at` finds. The text layer of a scan stays, with a flag of
    its own.

    Raises AppError DOCUMENT_LIMIT, and pypdfium2.PdfiumError if the page's text cannot be read.
    """
    seen = look_at(page, content)
    layout, unmapped, placed = extract(page, content, characters_before, seen.rules, on_top)
    hidden, left_out = False, LeftOut()
    if seen.unseen:
        everything = layout
        _leave_out(page, seen.unseen, left_out)
        for raw in seen.unseen:
            pdfium.FPDFPageObj_SetIsActive(raw, False)
        layout, unmapped, placed = extract(page, content, characters_before, seen.rules, on_top)
        hidden = _count_seen(layout) < _count_seen(everything)
    if not hidden:
        left_out.take()
    for words in on_top.hidden:
        left_out.add(words + " ")
    for words in on_top.comments:
        left_out.add_comment(words)
    odd = max(unmapped, odd_share("\n".join(layout.lines).replace(SOFT_HYPHEN, "-"))) > ODD_SHARE_LIMIT
    found = {
        Flag.TEXT_LAYER: seen.has_layer,
        Flag.HIDDEN_TEXT: hidden or bool(on_top.hidden),
        Flag.ODD_CHARACTERS: odd,
        Flag.COMMENTS: bool(on_top.comments),
    }
    return PageLines(
        placed.lines,
        placed.starts,
        layout.in_columns,
        frozenset(placed.moved[index] for index in layout.rows),
        with_moved(find_edges(layout.pieces, layout.bottom, layout.top, layout.inner), placed.moved, placed.touched),
        seen.drawn,
        not layout.lines,
        tuple(flag for flag, applies in found.items() if applies),
        left_out.take(),
        placed.follow(layout.code),
        placed.follow(layout.filled),
    )


def make_page(number: int, label: str, chapter: str, page: PageLines, running: frozenset[int], words: Words) -> Page:
    """Return the page with its lines joined into paragraphs, without those in `running`; `words` are those of the whole
    book."""
    shown = [index for index in range(len(page.lines)) if index not in running]
    untrusted_lines = [page.lines[index] for index in shown]
    text, invisible = clean(_join(page, shown, words))
    unseen = LeftOut()
    if invisible:
        unseen.add(unseen_words("\n".join(untrusted_lines)))
    hidden = " ".join(filter(None, (unseen.take(), page.hidden)))
    text = text if text.strip() else ""
    found = {
        Flag.EMPTY: not text and not page.drawn,
        Flag.NO_TEXT: page.drawn and (page.is_bare or not text),
        Flag.WRONG_ENCODING: is_misread(text),
        Flag.INVISIBLE_CHARACTERS: invisible > 0,
    }
    flags = {*page.flags, *(flag for flag, applies in found.items() if applies)}
    return Page(number, label, text, chapter, tuple(flag for flag in Flag if flag in flags), hidden)


def _join(page: PageLines, shown: Sequence[int], words: Words) -> str:
    """Join the lines; those of tables stay as they are, and do not count for the usual width."""
    lines: list[str] = []
    starts: set[int] = set()
    code: set[int] = set()
    filled: set[int] = set()
    tables: list[str] = []
    for is_table, run in groupby(shown, lambda index: index in page.rows):
        if is_table:
            starts |= {len(lines), len(lines) + 1}
            lines.append(_TABLE)
            tables.append("\n".join(join_lines([page.lines[index]], words=words) for index in run))
            continue
        for index in run:
            for mine, theirs in ((starts, page.starts), (code, page.code), (filled, page.filled)):
                if index in theirs:
                    mine.add(len(lines))
            lines.append(page.lines[index].replace(_TABLE, "\ufffd"))
    parts = join_lines(lines, starts, page.in_columns, code=code, filled=filled, words=words).split(_TABLE)
    return "".join(part + table for part, table in zip_longest(parts, tables, fillvalue=""))


def _leave_out(page: pypdfium2.PdfPage, unseen: list[RawObject], left_out: LeftOut) -> None:
    """Keep the text of these objects, which must still be active, without that of forms nested too deep."""
    with closing(page.get_textpage()) as textpage:
        for raw in unseen[:MAX_HIDDEN_CHARACTERS]:  # PDFium reads all characters of the page for each of them
            if left_out.is_full or pdfium.FPDFPageObj_GetType(raw) != pdfium.FPDF_PAGEOBJ_TEXT:
                continue
            if words := read_string(lambda *to, raw=raw: pdfium.FPDFTextObj_GetText(raw, textpage.raw, *to)):
                left_out.add(words + " ")


def _count_seen(layout: PageLayout) -> int:
    """Count the characters of a page that are neither spaces nor punctuation: a quotation mark that runs off the paper
    says nothing."""
    return sum(not character.isspace() and category(character)[0] != "P" for character in "".join(layout.lines))


def extract(
    page: pypdfium2.PdfPage, content: Content, characters_before: int, rules: Sequence[Box], on_top: OnTop
) -> tuple[PageLayout, float, PlacedLines]:
    """Return the lines of all active objects; the share of characters (of a sample) without a meaning in the PDF; and
    the lines with what is on top of them."""
    with closing(page.get_textpage()) as textpage:
        count = textpage.count_chars()
        refuse_over(MAX_CHARACTERS, characters_before + count, "characters", content)
        if count <= 0:
            layout = PageLayout(())
            return layout, 0.0, place(layout, on_top.marks, textpage, "")
        sample = range(0, count, max(1, count // _ODD_SAMPLES))
        unmapped = sum(pdfium.FPDFText_HasUnicodeMapError(textpage.raw, index) == 1 for index in sample)
        characters = _all_at_once(textpage, count) or _one_by_one(textpage, count)
        layout = lay_out(textpage, characters, page.get_bbox(), rules)
        return layout, unmapped / len(sample), place(layout, on_top.marks, textpage, characters, rules)


def _all_at_once(textpage: pypdfium2.PdfTextPage, count: int) -> str | None:
    """Return the text; None if PDFium would leave out characters: those without a meaning, or, in old versions, those
    beyond U+FFFF."""
    if pdfium.FPDFText_GetTextIndexFromCharIndex(textpage.raw, count - 1) != count - 1:
        return None
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(textpage.raw, 0, count, buffer) != count + 1:
        return None
    text = bytes(buffer)[:-2].decode("utf-16-le", "replace")
    return text if len(text) == count else "".join(map(chr, buffer[:count]))  # halves of characters are counted too


def _one_by_one(textpage: pypdfium2.PdfTextPage, count: int) -> str:
    """Return the text, much slower and complete: what has no meaning becomes U+FFFD."""
    characters = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage.raw, index)
        if code == _GENERATED_HYPHEN and pdfium.FPDFText_IsHyphen(textpage.raw, index) == 1:
            characters.append(SOFT_HYPHEN)
        elif code == 0:
            characters.append("\ufffd")
        else:
            characters.append(NO_CHARACTER if code in _CONTROLS else chr(code))
    return "".join(characters)

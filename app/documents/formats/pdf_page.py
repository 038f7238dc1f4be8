"""The text of one PDF page, and what there is to know about it."""

from __future__ import annotations

import ctypes

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium

from app.core.document import Flag
from app.documents.formats.base import MAX_CHARACTERS, Content, refuse_over
from app.documents.formats.pdf_lines import SOFT_HYPHEN, join_lines
from app.documents.formats.pdf_unseen import look_at
from app.documents.hygiene import ODD_SHARE_LIMIT, clean, odd_share

_ODD_SAMPLES = 50
_GENERATED_HYPHEN = 0x2
_CONTROLS = {
    0x2,
    0x3,
    0x93,
    0x94,
    0x96,
    0x97,
    0x98,
    0xFFFE,
}  # not text, says IsControlChar in PDFium's cpdf_textpage.cpp


class PageText(msgspec.Struct, frozen=True):
    text: str
    flags: tuple[Flag, ...]


def read_page(page: pypdfium2.PdfPage, content: Content, characters_before: int) -> PageText:
    """What a person sees of the page's text, in PDFium's order, its lines joined into paragraphs.

    What `pdf_unseen.look_at` finds is left out and flagged; the text layer of a scan stays, with a flag of its own.
    Raises AppError DOCUMENT_LIMIT, and pypdfium2.PdfiumError where the page's text cannot be read.
    """
    seen = look_at(page, content)
    untrusted_text, unmapped = _extract(page, content, characters_before)
    hidden = False
    if seen.unseen:
        everything = untrusted_text
        for raw in seen.unseen:
            pdfium.FPDFPageObj_SetIsActive(raw, False)
        untrusted_text, unmapped = _extract(page, content, characters_before)
        hidden = len("".join(untrusted_text.split())) < len("".join(everything.split()))
    odd = max(unmapped, odd_share(untrusted_text.replace(SOFT_HYPHEN, "-"))) > ODD_SHARE_LIMIT
    text, invisible = clean(join_lines(untrusted_text))
    text = text if text.strip() else ""
    found = {
        Flag.EMPTY: not text and not seen.drawn,
        Flag.NO_TEXT: not text and seen.drawn,
        Flag.TEXT_LAYER: seen.has_layer,
        Flag.HIDDEN_TEXT: hidden,
        Flag.ODD_CHARACTERS: odd,
        Flag.INVISIBLE_CHARACTERS: invisible > 0,
    }
    return PageText(text, tuple(flag for flag, applies in found.items() if applies))


def _extract(page: pypdfium2.PdfPage, content: Content, characters_before: int) -> tuple[str, float]:
    """The text of all active objects, and the share of its characters that the PDF gives no meaning (a sample's)."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        refuse_over(MAX_CHARACTERS, characters_before + count, "characters", content)
        if count <= 0:
            return "", 0.0
        sample = range(0, count, max(1, count // _ODD_SAMPLES))
        unmapped = sum(pdfium.FPDFText_HasUnicodeMapError(textpage.raw, index) == 1 for index in sample)
        text = _all_at_once(textpage, count)
        return text if text is not None else _one_by_one(textpage, count), unmapped / len(sample)
    finally:
        textpage.close()


def _all_at_once(textpage: pypdfium2.PdfTextPage, count: int) -> str | None:
    """None where PDFium would leave characters out: those without a meaning, in old versions those beyond U+FFFF."""
    if pdfium.FPDFText_GetTextIndexFromCharIndex(textpage.raw, count - 1) != count - 1:
        return None
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(textpage.raw, 0, count, buffer) != count + 1:
        return None
    return bytes(buffer)[:-2].decode("utf-16-le", "replace")


def _one_by_one(textpage: pypdfium2.PdfTextPage, count: int) -> str:
    """Slower by far, and whole: what has no meaning becomes U+FFFD."""
    characters = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage.raw, index)
        if code == _GENERATED_HYPHEN and pdfium.FPDFText_IsHyphen(textpage.raw, index) == 1:
            characters.append(SOFT_HYPHEN)
        elif code == 0:
            characters.append("\ufffd")
        elif code not in _CONTROLS:
            characters.append(chr(code))
    # Where wide characters are of 16 bits, the two halves of one come one after the other.
    return "".join(characters).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

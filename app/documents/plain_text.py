"""Reads plain text in any encoding, including source code and logs."""

from __future__ import annotations

import contextlib
import re

import charset_normalizer

from app.core.documents.document import Document, Flag, Format, Page
from app.core.errors import AppError, Code
from app.documents.formats.contract import MAX_CHARACTERS, MAX_PAGES, Content, Progress, refuse_over, to_document
from app.documents.formats.detect import BOMS, decode_marked, looks_like_text
from app.documents.text import language
from app.documents.text.clean import ODD_SHARE_LIMIT, clean, is_misread, odd_share, unseen_words
from app.documents.text.flow import Block, Flowed, flow
from app.documents.text.hidden import LeftOut

format = Format.TEXT

MAX_PRINTED_PAGE_CHARACTERS = 6_000
_SAMPLE_BYTES = 64 << 10
# charset-normalizer may guess these. Its full list makes short texts exotic.
_LEGACY_ENCODINGS = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "koi8_r", "cp437", "cp866", "tis_620"),
]
ENCODINGS = [*_LEGACY_ENCODINGS, *BOMS.values(), "iso2022_jp"]
"""The encodings that a text may be in."""
_CENTRAL_EUROPEAN = {"bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq", "sr"}
_HIRAGANA = re.compile("[ぁ-ん]")
_JAPANESE_KANA_SHARE = 0.15  # of all characters that are not ASCII; texts in other encodings have next to none
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_SOUND_PER_BROKEN = 10  # a text with so many valid characters beyond ASCII for each broken one is still UTF-8
_ISO_2022_JP = re.compile(rb"\x1b\$[@B]")
_MAX_CONTROL_SHARE = 0.001
_CONTROL = re.compile("[\x00-\x07\x0e-\x19\x1c-\x1f\x7f]")
COLOUR = re.compile("\x1b\\[[0-9;]*[A-Za-z]")
BETWEEN_PARAGRAPHS = re.compile(r"\n(?:[^\S\n]*\n)+")


def parse(content: Content, progress: Progress) -> Document:
    """Parse a text. Its paragraphs flow onto pages. Form feeds are page breaks; if all pieces between them are as short
    as printed pages, as in RFCs and in what PDF converters write, the pieces are the pages."""
    progress(0, 1)
    untrusted_text = COLOUR.sub("", decode(content)).replace("\x1a", "")
    printed = untrusted_text.rstrip("\f\n").split("\f")
    if 1 < len(printed) <= MAX_PAGES and all(len(piece) <= MAX_PRINTED_PAGE_CHARACTERS for piece in printed):
        pages = tuple(_printed_page(number, piece) for number, piece in enumerate(printed, 1))
    else:
        pages = flow(
            Block(paragraph, new_page=index == 0)
            for piece in printed
            for index, paragraph in enumerate(BETWEEN_PARAGRAPHS.split(piece))
        ).pages
    if not any(page.text for page in pages):
        raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=len(pages))
    progress(1, 1)
    return to_document(Flowed(pages, ()), content, format)


def decode(content: Content) -> str:
    r"""Decode the whole file as text with `\n` line ends. Raises AppError FORMAT_UNKNOWN if it is not text,
    DOCUMENT_LIMIT if it is too long."""
    refuse_over(4 * MAX_CHARACTERS, len(content.data), "characters", content)
    untrusted_bytes = bytes(content.data)
    text = decode_marked(untrusted_bytes)
    if text is None:
        if not looks_like_text(untrusted_bytes[:_SAMPLE_BYTES]):
            raise AppError(Code.FORMAT_UNKNOWN, path=content.name)
        text = decode_unmarked(untrusted_bytes)
    refuse_over(MAX_CHARACTERS, len(text), "characters", content)
    if len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        raise AppError(Code.FORMAT_UNKNOWN, path=content.name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_unmarked(untrusted_bytes: bytes) -> str:
    """Decode bytes without a byte order mark: as UTF-8 if they are that, else as their letters suggest."""
    if _ISO_2022_JP.search(untrusted_bytes[:_SAMPLE_BYTES]):
        return untrusted_bytes.decode("iso2022_jp", "replace")
    try:
        return untrusted_bytes.decode("utf-8")
    except UnicodeDecodeError as error:
        broken_at = error.start
    sample = _lines_around(untrusted_bytes, broken_at)
    as_utf8 = sample.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    if len(_BEYOND_ASCII.findall(as_utf8)) > _SOUND_PER_BROKEN * broken:
        return untrusted_bytes.decode("utf-8", "replace")
    return untrusted_bytes.decode(guess_encoding(sample), "replace")


def _lines_around(untrusted_bytes: bytes, place: int) -> bytes:
    """Return whole lines around and after `place`, if possible: the plain ASCII before it says nothing."""
    start = untrusted_bytes.rfind(b"\n", max(0, place - _SAMPLE_BYTES), place) + 1 or max(0, place - _SAMPLE_BYTES)
    sample = untrusted_bytes[start : place + _SAMPLE_BYTES]
    end = sample.rfind(b"\n", place - start)
    return sample[:end] if end > 0 else sample


def guess_encoding(untrusted_sample: bytes) -> str:
    """Guess the encoding of lines that are not UTF-8 and carry no mark."""
    for encoding in ("cp932", "euc_jp"):
        with contextlib.suppress(UnicodeDecodeError):
            kana = len(_HIRAGANA.findall(untrusted_sample.decode(encoding)))
            if kana > _JAPANESE_KANA_SHARE * sum(byte > 0x7F for byte in untrusted_sample) / 2:
                return encoding
    guess = charset_normalizer.from_bytes(
        untrusted_sample, cp_isolation=_LEGACY_ENCODINGS, enable_fallback=False
    ).best()
    encoding = guess.encoding if guess else "cp1252"
    if (
        encoding == "cp1250"
        and language.detect([untrusted_sample.decode(encoding, "replace")]) not in _CENTRAL_EUROPEAN
    ):
        return "cp1252"
    return encoding


def _printed_page(number: int, untrusted_text: str) -> Page:
    text, invisible = clean(untrusted_text)
    text = text.strip("\n").rstrip()
    flags = [Flag.EMPTY] if not text else []
    if odd_share(untrusted_text) > ODD_SHARE_LIMIT:
        flags.append(Flag.ODD_CHARACTERS)
    if is_misread(text) or "\ufffd" in text:
        flags.append(Flag.WRONG_ENCODING)
    if invisible:
        flags.append(Flag.INVISIBLE_CHARACTERS)
    hidden = LeftOut()
    hidden.add(unseen_words(untrusted_text) if invisible else "")
    return Page(number, str(number), text, flags=tuple(flags), hidden=hidden.take())

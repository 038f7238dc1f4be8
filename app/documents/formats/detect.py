"""Detects the format of a file: by its first bytes, and only then by its name."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import PurePath

from app.core.documents.document import Format, RefusedKind
from app.core.errors import AppError, Code
from app.documents.files import PACKED_LIMIT_BYTES, TEXT_LIMIT_BYTES
from app.documents.formats.refused import kind_of as refused_kind
from app.documents.images import kinds as image_kinds

HEAD_BYTES = 8_192
"""The number of bytes at a file's beginning that `identify` reads."""

ENDINGS_OF = {
    Format.PDF: ".pdf",
    Format.EPUB: ".epub",
    Format.DOCX: ".docx",
    Format.DOC: ".doc",
    Format.ODT: ".odt",
    Format.RTF: ".rtf",
    Format.MARKDOWN: ".md .markdown .mdown .mkd",
    Format.TEXT: ".txt .text",
    Format.HTML: ".html .htm .xhtml .mht .mhtml",
    Format.EML: ".eml",
    Format.CSV: ".csv .tsv",
    Format.XLSX: ".xlsx .xlsm",
    Format.PPTX: ".pptx .pptm .ppsx",
    Format.ODP: ".odp",
    Format.XLS: ".xls",
    Format.ODS: ".ods",
    Format.MSG: ".msg",
    Format.MBOX: ".mbox .mbx",
    Format.NOTEBOOK: ".ipynb",
    Format.SUBTITLES: ".srt .vtt",
    Format.FB2: ".fb2",
    Format.LATEX: ".tex .latex .ltx",
    Format.MOBI: ".mobi .azw .azw3",
    Format.ORG: ".org",
    Format.IMAGE: " ".join(image_kinds.ENDINGS),
}
"""The endings of each format; what the window offers to open, and what limits there are, follows from them."""
ENDINGS = {ending: format for format, endings in ENDINGS_OF.items() for ending in endings.split()}
_ZIP_ENDING = ".zip"
_OPC = (Format.DOCX, Format.PPTX)
_ZIP_FORMATS = (Format.EPUB, Format.ODT, Format.XLSX, Format.ODP, Format.ODS)  # known by their names, too
_PACKED = (Format.PDF, *_OPC, *_ZIP_FORMATS)
_COMPOUND = (Format.DOC, Format.XLS, Format.MSG)
_BINARY = (*_PACKED, *_COMPOUND, Format.RTF, Format.IMAGE, Format.MOBI)
_LARGE = (*_PACKED, *_COMPOUND, Format.MBOX, Format.IMAGE, Format.MOBI)  # files that may be larger than a text
# Some texts show only by their names what they are.
_WRITTEN = (
    *(Format.MARKDOWN, Format.HTML, Format.CSV, Format.NOTEBOOK, Format.SUBTITLES, Format.FB2, Format.LATEX),
    Format.ORG,
)

_PDF = b"%PDF-"
_ZIP, _EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
_EPUB_MIME = b"mimetypeapplication/epub+zip"  # EPUB Open Container Format 3.3, 4.3: at byte 30, stored
_ODF_MIME = b"mimetypeapplication/vnd.oasis.opendocument."  # OpenDocument 1.3, part 2, 3.3: as EPUB's
_ODF = {b"text": Format.ODT, b"presentation": Format.ODP, b"spreadsheet": Format.ODS}
_MEMBER = re.compile(rb"PK\x03\x04.{22}(?P<length>..)..", re.DOTALL)
_FOLDERS = {b"word/": Format.DOCX, b"xl/": Format.XLSX, b"ppt/": Format.PPTX}  # ECMA-376, part 2
_OPC_FIRST = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", *_FOLDERS)
RTF = b"{\\rtf"
_MOBI = b"BOOKMOBI"  # at byte 60
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of Word before 2007, and of Office under a password
BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""The byte order marks, and the encoding of what follows them."""
_PAGE = re.compile(
    r"(?>\s|<!--.*?-->|<\?xml\b[^>]*\?>)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_MAILBOX = re.compile(rb"From [^\r\n]{1,300}\d{4}[^\r\n]{0,40}\r?\n[!-9;-~]{1,80}:")
_MAIL = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:From [^\r\n]{0,200}\r?\n)?(?:[!-9;-~]{1,80}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){0,100}?"
    rb"(?:from|received|return-path|delivered-to|mime-version|message-id|subject|date|content-type):",
    re.IGNORECASE,
)
# The control characters of texts: tab, line ends, form feed, backspace (overstruck manual pages), ^Z (the end of DOS
# files), escape (ISO 2022, colours).
_CONTROL = re.compile(rb"[\x00-\x07\x0e-\x19\x1c-\x1f\x7f]")


def identify(name: str, untrusted_head: bytes) -> Format:
    """Return the format of the file `name` that begins with `untrusted_head` (HEAD_BYTES of it, or all there are).

    A name without a known ending goes by the bytes alone. Raises AppError FORMAT_MISMATCH if the name promises one
    format and the bytes are of another, which the person should know; FORMAT_REFUSED for what is known and not read,
    FORMAT_UNKNOWN for everything else.
    """
    promised = promised_by(name)
    head = untrusted_head[:HEAD_BYTES]
    if promised is Format.EML and begins_like_mail(head):
        return promised
    if promised in (None, Format.MBOX) and _MAILBOX.match(head) and begins_like_mail(head):
        return Format.MBOX
    found = _by_bytes(head)
    if found is None:
        refused = refused_kind(name, head)
        if refused not in (None, RefusedKind.ARCHIVE):
            raise AppError(Code.FORMAT_REFUSED, path=name, kind=refused)
        # Bytes that show nothing: damaged, perhaps; the parser of the promised format decides.
        if promised in _BINARY and not head.startswith(_ZIP):
            return promised
        if promised in _ZIP_FORMATS or (promised in _OPC and _first_member(head).startswith(_OPC_FIRST)):
            return promised  # many zip tools put the mimetype elsewhere
        if refused is not None:
            raise AppError(Code.FORMAT_REFUSED, path=name, kind=refused)
        raise AppError(Code.FORMAT_UNKNOWN, path=name)
    if promised in (None, found, Format.DOC):  # Word has written RTF, pages and DOCX by that name, too
        return found
    if found is Format.TEXT and promised in _WRITTEN:
        return promised
    if found is Format.HTML and promised is Format.TEXT:
        return found
    if found is Format.HTML and promised is Format.MARKDOWN:
        return promised  # it may begin with a page's tags and go on in Markdown
    if found is Format.TEXT and promised is Format.PDF and _PDF in head[:1024]:
        return promised  # readers of PDF look for its mark in the first 1,024 bytes
    raise AppError(Code.FORMAT_MISMATCH, path=name, expected=promised.value, found=found.value)


def limit_of(name: str) -> int:
    """Return how many bytes a file of this name may have."""
    return PACKED_LIMIT_BYTES if promised_by(name) in _LARGE or is_zip(name) else TEXT_LIMIT_BYTES


def is_zip(name: str) -> bool:
    """Return whether a file of this name is read as a folder."""
    return name.lower().endswith(_ZIP_ENDING)


def may_be_read(name: str) -> bool:
    """Return whether a file of this name may be a document, or hold documents."""
    return promised_by(name) is not None or is_zip(name)


def is_folder(name: str, untrusted_head: bytes) -> bool:
    """Return whether a file that begins so is a ZIP of whatever files, and of no format."""
    if not untrusted_head.startswith((_ZIP, _EMPTY_ZIP)):
        return False
    try:
        identify(name, untrusted_head)
    except AppError as error:
        return error.code is Code.FORMAT_REFUSED and error.params["kind"] == RefusedKind.ARCHIVE
    return False


def promised_by(name: str) -> Format | None:
    """Return the format that a name's ending is of; None if it is of none."""
    return ENDINGS.get(PurePath(name.replace("\\", "/")).suffix.lower())


def _by_bytes(head: bytes) -> Format | None:
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(_PDF):
        return Format.PDF
    if head.startswith(_ZIP):
        return _by_members(head)
    if head.startswith(RTF):
        return Format.RTF
    if image_kinds.kind_of(head) is not None:
        return Format.IMAGE
    if head[60:68] == _MOBI:
        return Format.MOBI
    if not looks_like_text(head):
        return None
    return Format.HTML if _PAGE.match(_ascii(head)) else Format.TEXT


def begins_like_mail(untrusted_head: bytes) -> bool:
    """Return whether a file begins with header lines of mail, a customary one among them."""
    return bool(_MAIL.match(untrusted_head[:HEAD_BYTES]))


def _ascii(untrusted_head: bytes) -> str:
    """Return the ASCII characters of a text, also of one in UTF-16 or UTF-32."""
    return untrusted_head.replace(b"\0", b"").decode("ascii", "ignore")


def _by_members(head: bytes) -> Format | None:
    first = head[30:]
    if first.startswith(_EPUB_MIME):
        return Format.EPUB
    if first.startswith(_ODF_MIME):
        kind = first.removeprefix(_ODF_MIME)
        return next((format for name, format in _ODF.items() if kind.startswith(name)), None)
    if not _first_member(head).startswith(_OPC_FIRST):
        return None
    for folder, format in _FOLDERS.items():
        if any(name.startswith(folder) for name in _member_names(head)):
            return format
    return None


def _first_member(head: bytes) -> bytes:
    return next(_member_names(head), b"")


def _member_names(head: bytes) -> Iterator[bytes]:
    """Yield the names of the members of a zip file that begin in `head`."""
    for found in _MEMBER.finditer(head):
        yield head[found.end() : found.end() + int.from_bytes(found["length"], "little")]


def decode_marked(untrusted_bytes: bytes) -> str | None:
    """Return the text after a byte order mark; None if there is no mark."""
    for mark, encoding in BOMS.items():
        if untrusted_bytes.startswith(mark):
            return untrusted_bytes[len(mark) :].decode(encoding, "replace")
    return None


def looks_like_text(untrusted_head: bytes) -> bool:
    """Return whether there is a byte order mark, or no control character but those of texts."""
    if untrusted_head.startswith(RTF):
        return False
    if untrusted_head.startswith(tuple(BOMS)):
        return True
    return not _CONTROL.search(untrusted_head)

"""Reads messages and their parts as bytes and text, within limits, and knows the names of encodings. Sources: RFC 5322,
2045 to 2047 and 2231; WHATWG, Encoding Standard, 4.2."""

from __future__ import annotations

import email
import re
from email import policy
from email.errors import MessageError
from email.header import decode_header
from email.message import EmailMessage

from app.core.documents.document import Format
from app.documents.formats.contract import Content, refuse_damaged, refuse_over
from app.documents.plain_text import decode_unmarked

_CODECS = {
    "utf-8": ("utf8", "unicode-1-1-utf-8"),
    "utf-16-le": ("utf-16", "utf-16le", "unicode"),
    "utf-16-be": ("utf-16be",),
    "cp1252": ("windows-1252", "ascii", "us-ascii", "latin1", "iso-8859-1", "iso8859-1", "iso_8859-1", "l1"),
    **{f"cp{page}": (f"windows-{page}",) for page in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    "cp1254": ("windows-1254", "iso-8859-9", "latin5"),
    **{f"iso8859_{part}": (f"iso-8859-{part}",) for part in (3, 4, 5, 6, 7, 10, 13, 14, 16)},
    "iso8859_2": ("iso-8859-2", "latin2"),
    "iso8859_8": ("iso-8859-8", "iso-8859-8-i"),
    "iso8859_15": ("iso-8859-15", "latin9"),
    "koi8_r": ("koi8-r", "koi8"),
    "koi8_u": ("koi8-u",),
    "cp866": ("ibm866",),
    "mac_roman": ("macintosh", "mac"),
    "cp874": ("windows-874", "tis-620", "iso-8859-11"),
    "cp932": ("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms_kanji"),
    "euc_jp": ("euc-jp", "x-euc-jp"),
    "iso2022_jp": ("iso-2022-jp",),
    "gb18030": ("gbk", "gb2312", "x-gbk", "chinese", "cp936"),
    "big5hkscs": ("big5", "big5-hkscs", "cn-big5"),
    "cp949": ("euc-kr", "ks_c_5601-1987", "korean", "windows-949"),
}
CODECS = tuple(_CODECS)
"""All codecs that names lead to: Python has others, some of which are slow or decode no text."""
_OF_NAME = {name: codec for codec, names in _CODECS.items() for name in (codec, *names)}


def codec_of(untrusted_name: str) -> str:
    """Return Python's codec for an encoding's name; "" for an unknown name."""
    return _OF_NAME.get(untrusted_name.strip(" \t\r\n\"'").lower(), "")


MAX_PARTS = 1_000
MAX_NESTING = 200  # the parser calls itself for each level
MAX_HEADER_CHARACTERS = 8_000
_CONTAINER = re.compile(rb"(?:\A|[\r\n])content-type:\s*(?:multipart|message)/", re.IGNORECASE)

_WORD = re.compile(r"=\?[^?\s]{1,60}\?[BbQq]\?[^?\s]*\?=")


def _keep(_name: str, value: str) -> str:
    """Keep a header as written, cut: the structured parsing of `email.policy` takes minutes for a long one, and calls
    itself for each bracket."""
    return value[:MAX_HEADER_CHARACTERS]


_POLICY = policy.default.clone(header_factory=_keep)


def open_message(untrusted_bytes: bytes, content: Content, format: Format) -> EmailMessage:
    """Open a message. Raises AppError DOCUMENT_LIMIT if there are too many parts, or they nest too deep."""
    refuse_over(MAX_NESTING, len(_CONTAINER.findall(untrusted_bytes)), "mail_containers", content)
    try:
        message = email.message_from_bytes(untrusted_bytes, policy=_POLICY)
        refuse_over(MAX_PARTS, sum(1 for _ in message.walk()), "mail_parts", content)
    except RecursionError:
        refuse_over(MAX_NESTING, MAX_NESTING + 1, "mail_containers", content)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError) as error:
        refuse_damaged(content, format, error)
    return message


def words(message: EmailMessage, name: str) -> str:
    """Return a header as people read it, on one line; several of one name are joined."""
    values = (decode_words(str(value)) for value in message.get_all(name, ()))
    return ", ".join(" ".join(value.split()) for value in values)[:MAX_HEADER_CHARACTERS]


def decode_words(untrusted_text: str) -> str:
    """Decode encoded words (RFC 2047), and bytes that some programs put there unencoded."""
    untrusted_text = _mend(untrusted_text)
    try:
        return _join_words(untrusted_text)
    except (MessageError, ValueError):  # one broken word must not spoil the others
        return _WORD.sub(_decode_word, untrusted_text)


def _decode_word(word: re.Match[str]) -> str:
    try:
        return _join_words(word[0])
    except (MessageError, ValueError):
        return word[0]


def _join_words(untrusted_text: str) -> str:
    return "".join(
        piece if isinstance(piece, str) else decode(piece, encoding or "ascii")
        for piece, encoding in decode_header(untrusted_text)
    )


def parts(part: EmailMessage) -> list[EmailMessage]:
    """Return the direct parts of a multipart, or the message that a part forwards."""
    if not part.is_multipart():  # others would be decoded with any codec that they name
        return []
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, EmailMessage)] if isinstance(payload, list) else []


def is_encoded(part: EmailMessage) -> bool:
    return str(part.get("content-transfer-encoding", "")).strip().lower() in ("base64", "quoted-printable")


def body(part: EmailMessage) -> bytes:
    """Return the bytes of a part without parts. Broken encodings are left as they are."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):
        payload = None
    return payload if isinstance(payload, bytes) else b""


def charset(part: EmailMessage) -> str:
    return _parameter(part, "charset", "content-type")


def file_name(part: EmailMessage) -> str:
    return _parameter(part, "filename", "content-disposition") or _parameter(part, "name", "content-type")


def decode(untrusted_bytes: bytes, untrusted_charset: str) -> str:
    codec = codec_of(untrusted_charset)
    return decode_as(untrusted_bytes, codec) if codec else decode_unmarked(untrusted_bytes)


def decode_as(untrusted_bytes: bytes, codec: str) -> str:
    """Decode as `codec`, unless that is clearly wrong: text beyond ASCII is never valid UTF-8 by chance."""
    if codec != "utf-8" and not codec.startswith(("utf-16", "iso2022")):
        try:
            return untrusted_bytes.decode("utf-8")
        except UnicodeDecodeError:
            return untrusted_bytes.decode(codec, "replace")
    text = untrusted_bytes.decode(codec, "replace")
    return decode_unmarked(untrusted_bytes) if codec == "utf-8" and "\ufffd" in text else text


def _parameter(part: EmailMessage, name: str, header: str) -> str:
    """Return a parameter of a header. `email` would decode it with any codec that it names."""
    try:
        value = part.get_param(name, "", header)
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
    if isinstance(value, tuple):
        return decode(str(value[2]).encode("latin-1", "replace"), value[0] or "utf-8")
    return decode_words(str(value))


def _mend(untrusted_text: str) -> str:
    untrusted_bytes = untrusted_text.encode("utf-8", "surrogateescape")
    return untrusted_text if untrusted_text.isascii() else decode_unmarked(untrusted_bytes)

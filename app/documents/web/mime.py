"""Reads messages and their parts as bytes and text, within limits. Sources: RFC 5322, 2045 to 2047 and 2231."""

from __future__ import annotations

import email
import re
from email import policy
from email.errors import MessageError
from email.header import decode_header
from email.message import EmailMessage

from app.core.document import Format
from app.documents.formats.contract import Content, refuse_damaged, refuse_over
from app.documents.plain_text import decode_unmarked
from app.documents.web.charsets import codec_of

MAX_PARTS = 1_000
MAX_NESTING = 200  # the parser calls itself for each level
MAX_HEADER_CHARACTERS = 8_000
_CONTAINER = re.compile(rb"(?:\A|[\r\n])content-type:\s*(?:multipart|message)/", re.IGNORECASE)

_WORD = re.compile(r"=\?[^?\s]{1,60}\?[BbQq]\?[^?\s]*\?=")


def _keep(_name: str, value: str) -> str:
    """A header as written, cut: the structured parsing of `email.policy` takes minutes for a long one, and calls itself
    for each bracket.
    """
    return value[:MAX_HEADER_CHARACTERS]


_POLICY = policy.default.clone(header_factory=_keep)


def open_message(untrusted_bytes: bytes, content: Content, format: Format) -> EmailMessage:
    """The message. Raises AppError DOCUMENT_LIMIT where there are too many parts, or they nest too deep."""
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
    """A header as people read it, on one line; several of one name are joined."""
    values = (decode_words(str(value)) for value in message.get_all(name, ()))
    return ", ".join(" ".join(value.split()) for value in values)[:MAX_HEADER_CHARACTERS]


def decode_words(untrusted_text: str) -> str:
    """Decodes encoded words (RFC 2047), and bytes that some programs put there unencoded."""
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
    """The direct parts of a multipart, or the message that a part forwards."""
    if not part.is_multipart():  # others would be decoded with any codec that they name
        return []
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, EmailMessage)] if isinstance(payload, list) else []


def is_encoded(part: EmailMessage) -> bool:
    return str(part.get("content-transfer-encoding", "")).strip().lower() in ("base64", "quoted-printable")


def body(part: EmailMessage) -> bytes:
    """The bytes of a part without parts. Broken encodings are left as they are."""
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
    """Decodes as `codec`, unless that is clearly wrong: text beyond ASCII is never valid UTF-8 by chance."""
    if codec != "utf-8" and not codec.startswith(("utf-16", "iso2022")):
        try:
            return untrusted_bytes.decode("utf-8")
        except UnicodeDecodeError:
            return untrusted_bytes.decode(codec, "replace")
    text = untrusted_bytes.decode(codec, "replace")
    return decode_unmarked(untrusted_bytes) if codec == "utf-8" and "\ufffd" in text else text


def _parameter(part: EmailMessage, name: str, header: str) -> str:
    """A parameter of a header. `email` would decode it with any codec that it names."""
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

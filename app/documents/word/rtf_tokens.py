"""Splits RTF's bytes into tokens, and names the encodings of its bytes. Source: RTF specification 1.9.1."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from app.documents.formats.contract import Content, refuse_over

MAX_GROUP_DEPTH = 500

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?"
    rb"|\\'(?P<hex>[0-9A-Fa-f]{2})"
    rb"|\\(?P<symbol>[^A-Za-z])"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n\x00]+"
    rb"|(?P<text>[^\\{}\r\n\x00]+)",
    re.DOTALL,
)

_CODE_PAGES = {
    **{number: f"cp{number}" for number in (437, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866, 869, 874)},
    **{number: f"cp{number}" for number in range(1250, 1259)},
    932: "cp932", 936: "gb18030", 949: "cp949", 950: "big5", 1361: "johab", 65001: "utf-8",
    10000: "mac_roman", 10006: "mac_greek", 10007: "mac_cyrillic", 10029: "mac_latin2", 10081: "mac_turkish",
}  # fmt: skip
_CHARSETS = {
    0: 1252, 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}  # fmt: skip
DEFAULT_ENCODING = "cp1252"
ENCODINGS = sorted(set(_CODE_PAGES.values()))
"""Every encoding that a text may be in."""


class RtfToken(msgspec.Struct, frozen=True):
    """A control word with its number, a control symbol, a brace, or bytes of text."""

    kind: str  # "word", "symbol", "brace" or "text"
    name: str = ""
    number: int | None = None
    untrusted_bytes: bytes = b""


def tokens(untrusted_bytes: bytes, content: Content) -> Iterator[tuple[RtfToken, int]]:
    r"""Each token, and the offset where it ends; the bytes of pictures that follow `\bin` are skipped.

    Raises AppError DOCUMENT_LIMIT where groups nest too deep.
    """
    place = depth = 0
    while found := _TOKEN.match(untrusted_bytes, place):
        place = found.end()
        token = _token(found)
        if token is None:
            continue
        if token.name == "bin" and token.number:
            place += max(0, token.number)
        depth += (token.name == "{") - (token.name == "}")
        refuse_over(MAX_GROUP_DEPTH, depth, "group_depth", content)
        yield token, place


def _token(found: re.Match[bytes]) -> RtfToken | None:
    kind = found.lastgroup
    if kind == "text":
        return RtfToken("text", untrusted_bytes=found["text"])
    if kind == "hex":
        return RtfToken("text", untrusted_bytes=bytes([int(found["hex"], 16)]))
    if kind in ("word", "number"):
        return RtfToken("word", found["word"].decode("ascii"), int(found["number"]) if found["number"] else None)
    if kind in ("symbol", "brace"):
        return RtfToken(kind, found[kind].decode("latin-1"))
    return None


def encoding_of_page(code_page: int) -> str:
    """The encoding; "" for an unknown code page."""
    return _CODE_PAGES.get(code_page, "")


def encoding_of_charset(charset: int) -> str:
    """The encoding of a font; "" for the document's own."""
    return _CODE_PAGES.get(_CHARSETS.get(charset, -1), "")

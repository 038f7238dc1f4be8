"""Knows the names of encodings in web pages and e-mail. Source: WHATWG, Encoding Standard, 4.2."""

from __future__ import annotations

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
    """Python's codec for an encoding's name; "" for an unknown name."""
    return _OF_NAME.get(untrusted_name.strip(" \t\r\n\"'").lower(), "")

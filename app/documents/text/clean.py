"""Removes characters that people do not see, or that mean nothing, from a document's text."""

from __future__ import annotations

import re

from ftfy.badness import badness

# These are kept: joiners after letters of the scripts that are written with them (Hebrew to the Indic scripts) and
# inside emoji, variation selectors after ideographs, symbols and emoji. Source: Unicode Standard 16, sections 23.2,
# 23.4 and 23.9; UTS #51.
_JOINING = "\u0590-\u10ff\u1200-\u17b3\u17b6-\u180d\u180f-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc"
_PICTURES = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u2e80-\u303e\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_INVISIBLE = re.compile(
    "[\u200b\u2060-\u2064\ufeff"  # zero-width spaces, invisible operators
    "\u202a-\u202e\u2066-\u2069\u206a-\u206f"  # bidi embeddings, overrides, isolates, deprecated format controls
    "\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a"  # fillers, annotations
    "\U000e0000-\U000e007f]"  # tags: a second, unseen alphabet
    f"|(?<![{_JOINING}{_PICTURES}])(?<![{_PICTURES}]\ufe0f)[\u200c\u200d]"
    f"|(?<![#*0-9{_PICTURES}{_IDEOGRAPHS}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_MAYBE_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e01ef]"
)
# These are not worth a flag: soft hyphens, direction marks, control characters other than tab and line end.
_SILENT = re.compile("[\u00ad\u061c\u200e\u200f\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_NOT_CHARACTERS = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ODD = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffd-\uffff\U000f0000-\U0010ffff]"
)
_SPACE = re.compile(r"\s+")
_EASTERN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uff00-\ufffd\U00020000-\U0003ffff]+")
_PAIR = re.compile("[^\x00-\x7f]{2}")
# Kana are E3 81 to E3 83 and one more byte in UTF-8; read as Shift-JIS, the two are one of these three rare characters.
_KANA_AS_SHIFT_JIS = re.compile("[縺繧繝]")

MISREAD_SPOTS = 2
"""The number of senseless sequences below which a page is not flagged: one may be meant."""

ODD_SHARE_LIMIT = 0.05
"""The share of odd characters beyond which a page is flagged."""

MAX_LINE_CHARACTERS = 300


def clean(untrusted_text: str) -> tuple[str, int]:
    r"""Return the text with `\n` line ends and without invisible characters, and how many of these were removed.

    Soft hyphens, direction marks and control characters are removed without being counted; lone surrogates and
    noncharacters become U+FFFD. Nothing else changes.
    """
    text = _LINE_END.sub("\n", untrusted_text)
    text = _SILENT.sub("", text)
    if text.isascii():
        return text, 0
    invisible = 0
    if _MAYBE_INVISIBLE.search(text):  # hardly any text has one, and the whole pattern takes its time
        text, invisible = _INVISIBLE.subn("", text)
    return _NOT_CHARACTERS.sub("\ufffd", text), invisible


def unseen_words(untrusted_text: str) -> str:
    """Return the letters of what is written in tags, an invisible alphabet: the only invisible characters that say
    something."""
    written = " ".join(_TAGS.findall(untrusted_text))
    return "".join(chr(ord(tag) - 0xE0000) if tag != " " else tag for tag in written)


def odd_share(untrusted_text: str) -> float:
    """Return the share of replacement, private-use and control characters in all that is not white space, from 0 to
    1."""
    odd = len(_ODD.findall(untrusted_text))
    if not odd:
        return 0.0
    spaces = sum(map(len, _SPACE.findall(untrusted_text)))
    return odd / max(1, len(untrusted_text) - spaces)


def is_misread(untrusted_text: str) -> bool:
    """Return whether the text was probably decoded from the wrong encoding, here or earlier: “cafÃ©”, “縺薙ｓ”.

    Replacement characters do not count: a PDF has them where a font does not say what a sign means.
    """
    if untrusted_text.isascii():
        return False
    western = _EASTERN.sub(" ", untrusted_text)  # for speed: `badness` knows encodings of one byte a character
    spots = len(_KANA_AS_SHIFT_JIS.findall(untrusted_text))
    if len(_PAIR.findall(western)) >= MISREAD_SPOTS:  # for speed: what is misread consists of such pairs
        spots += badness(western)
    return spots >= MISREAD_SPOTS


def clean_line(untrusted_text: str, limit: int = MAX_LINE_CHARACTERS) -> str:
    """Return a title or label as one clean line with single spaces, of at most `limit` characters."""
    return _SPACE.sub(" ", clean(untrusted_text[: 4 * limit])[0]).strip()[:limit].rstrip()

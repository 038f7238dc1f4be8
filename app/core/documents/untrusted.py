"""Makes text from a model or a document harmless to show: nothing in it is invisible, and nothing turns it around."""

from __future__ import annotations

import re

# Embeddings, overrides and isolates change the order in which a person reads other characters: shown by their name.
_BIDI_CONTROLS = "\u202a-\u202e\u2066-\u2069"
# Characters that nobody can see: soft hyphen, zero-width ones, fillers, direction marks, invisible operators,
# interlinear annotations, musical controls, tags. Taken out.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# Joiners shape Arabic, the scripts of India and emoji, and mean nothing between other characters.
_JOINABLE = "\u0590-\u1fff\u2190-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010000-\U000dffff"
_JOINERS = "\u200c\u200d"
# Variation selectors choose the look of an ideograph or an emoji, and mean nothing elsewhere.
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTABLE = "#*0-9\u00a9\u00ae\u203c-\u3299\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0003ffff"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
# C1 controls, surrogates, noncharacters, and the character that stands for an object inside a text document.
_MEANINGLESS = "\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffc\ufffe\uffff"

WEB_SCHEMES = ("https://", "http://")
LINK_SCHEMES = (*WEB_SCHEMES, "mailto:")
"""The schemes of addresses that an untrusted text may link to: nothing on this machine or its network (`file:`,
`//server/share`), nothing that runs (`javascript:`, `data:`). A link that a person clicks in an answer opens if it is
of the web alone."""

LINE_BREAK = re.compile("\r\n?|[\n\x85\u2028\u2029]")
"""A pattern for the characters that end a line; `disarm` makes each of them a `\\n`."""

_ODD = (  # these are compiled, and kept by re, when there is a text: each takes as long as ten modules
    f"(?P<bidi>[{_BIDI_CONTROLS}])|(?P<gone>[{_INVISIBLE}])"
    f"|(?P<control>[{_CONTROLS}])|(?P<meaningless>[{_MEANINGLESS}])"
)
_IDLE = f"(?<![{_JOINABLE}])[{_JOINERS}]|[{_JOINERS}](?![{_JOINABLE}])|(?<![{_SELECTABLE}])[{_SELECTORS}]"
_CONTROL_PICTURES = 0x2400
_ANY = f"[{_BIDI_CONTROLS}{_INVISIBLE}{_CONTROLS}{_MEANINGLESS}\r\x85\u2028\u2029{_JOINERS}{_SELECTORS}]"
"""All that is not left as it is. Most texts have none of it, and one class is searched faster than groups match."""


def is_link(untrusted_address: str, schemes: tuple[str, ...] = LINK_SCHEMES) -> bool:
    """Return whether an address may be a link; otherwise it is shown as text."""
    return untrusted_address.lower().startswith(schemes)


def disarm(untrusted_text: str) -> str:
    """Return the text in a form that is safe to show. Line breaks become `\\n`, bidi controls become `‹U+202E›`,
    controls become pictures.

    What a person could not see is taken out; joiners and variation selectors stay where a script needs them.
    """
    if untrusted_text.isascii() and untrusted_text.isprintable():
        return untrusted_text
    if not re.search(_ANY, untrusted_text):
        return untrusted_text
    return re.sub(_IDLE, "", disarm_piece(untrusted_text))  # by what is left beside it


def disarm_piece(untrusted_text: str) -> str:
    """Disarm a piece of a text as `disarm` does a whole one, wherever the pieces are cut: each character is looked at
    alone, so all joiners and variation selectors stay."""
    return re.sub(_ODD, _replace, LINE_BREAK.sub("\n", untrusted_text))


def _replace(match: re.Match[str]) -> str:
    character = match.group()
    kind = match.lastgroup
    if kind == "bidi":
        return f"‹U+{ord(character):04X}›"
    if kind == "control":
        return "\u2421" if character == "\x7f" else chr(_CONTROL_PICTURES + ord(character))
    return "" if kind == "gone" else "\ufffd"

"""Characters that stand for several plain ones, spelled so that no number runs into another.

Unicode's NFKC takes ½ for 1⁄2 and ² for 2, whatever stands beside them: 1½ would be 11⁄2, and 10² would be 102.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_PLAIN_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True))
_PLAIN_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()", strict=True))
RAISED, LOWERED = "".join(_PLAIN_RAISED), "".join(_PLAIN_LOWERED)
"""Characters that are raised or lowered by themselves."""
_PLAIN = str.maketrans(_PLAIN_RAISED | _PLAIN_LOWERED)

_SAME_DIGITS = frozenset({"", "<wide>", "<narrow>", "<font>"})
_OWN = {"№": "No."}


def plain_of(text: str) -> str:
    """Raised or lowered characters as they are written on the line."""
    return text.translate(_PLAIN)


def spell(untrusted_text: str, before: str, after: str) -> str:
    """One character, with the marks that belong to it, in its plain form, between the characters on both sides.

    Fractions are 1/2, what is circled is in brackets, a unit keeps its power (m^2), the rest is as NFKC has it.
    """
    text, is_number = _spell(untrusted_text)
    if is_number and text[0].isdigit() and before.isdigit():
        text = f" {text}"
    return f"{text} " if is_number and text[-1] in "0123456789." and after.isdigit() else text


@cache
def _spell(text: str) -> tuple[str, bool]:
    """The plain form; whether it may hold a number that is not written in digits of the text's own."""
    head, *rest = (unicodedata.decomposition(text) if len(text) == 1 else "").split() or [""]
    tag = head if head.startswith("<") else ""
    spelled = unicodedata.normalize("NFKC", text)
    if text in _OWN:
        spelled = _OWN[text]
    elif tag == "<circle>":
        spelled = f"({spelled})"
    elif tag in ("<square>", "<fraction>"):
        parts = [chr(int(code, 16)) for code in rest]
        spelled = "".join(
            f"^{plain_of(part)}" if part in RAISED else unicodedata.normalize("NFKC", part) for part in parts
        )
        spelled = spelled.replace("\u2044", "/").replace("\u2215", "/")
    return spelled, tag not in _SAME_DIGITS and bool(spelled)

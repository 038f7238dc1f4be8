"""Finds amounts of money in a text, as they are written."""

from __future__ import annotations

import re

_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_SIZE = r"(?:\s?(?:thousand|million|billion|bn|m|k|Tausend|Mio\.?|Mrd\.?|Millionen|Milliarden|millions?|milliards?))?"
_BEFORE = r"(?:EUR|USD|GBP|CHF|JPY|CNY|AUD|CAD|[€$£¥￥])"
_BEHIND = r"(?:EUR|USD|GBP|CHF|JPY|[€$£¥]|[Ee]uros?|dollars|pounds|Euro|francs|yen)"
_AMOUNT = re.compile(
    rf"(?<![\w.]){_BEFORE}\s?(?:{_NUMBER}){_SIZE}(?![\w])|(?<![\w.,])(?:{_NUMBER}){_SIZE}\s?{_BEHIND}(?!\w)"
    r"|(?<![\d.,])\d[\d,]*(?:億(?:\d[\d,]*万)?|万|千)?円|[一二三四五六七八九十百千万億]+円"
)


def amounts_in(text: str) -> tuple[str, ...]:
    """Return the amounts in their order, each once."""
    return tuple(dict.fromkeys(" ".join(match.group().split()) for match in _AMOUNT.finditer(text)))

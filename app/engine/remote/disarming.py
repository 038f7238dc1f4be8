"""Text of books and people that cannot speak as the system or the user, whatever the server's tokenizer does with it.

A server that takes special tokens out of any text would let a book end the user's turn and begin another. What looks
like a control token of any chat format (`<|eot|>`, `</s>`, `[INST]`) is therefore taken apart behind its first
character: where tokens are sent, both parts are tokenized by themselves, and the model reads the same text; where only
text can be sent, a space goes between them.
"""

from __future__ import annotations

import re

_BEGINS = re.compile(r"<(?=[^\s<>]{1,64}>)|\[(?=/?[A-Z_]{2,32}\])")


def apart(untrusted_text: str) -> list[str]:
    """The text in parts, none of which holds anything that looks like a control token; together they are the text."""
    parts, start = [], 0
    for found in _BEGINS.finditer(untrusted_text):
        parts.append(untrusted_text[start : found.end()])
        start = found.end()
    parts.append(untrusted_text[start:])
    return [part for part in parts if part] or [""]


def spaced(untrusted_text: str) -> str:
    """The text with a space inside everything that looks like a control token."""
    return " ".join(apart(untrusted_text))

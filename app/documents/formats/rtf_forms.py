"""What is ticked or chosen in RTF's form fields that have no text of their own. Source: RTF specification 1.9.1."""

from __future__ import annotations

import msgspec

from app.documents import notation

_BOX, _CHOICES = 1, 2
_UNDEFINED = 25  # a result that says: as by default
_MAX_ENTRIES = 1_000
_MAX_ENTRY_CHARACTERS = 1_000


class Form(msgspec.Struct):
    """Fills with the words of a field's instruction; most fields are no forms."""

    kind: int = 0
    result: int = _UNDEFINED
    default: int = 0
    untrusted_entries: list[str] = []

    def read(self, name: str, number: int | None) -> None:
        """A control word."""
        value = number or 0
        if name == "fftype":
            self.kind = value
        elif name == "ffres":
            self.result = value
        elif name == "ffdefres":
            self.default = value
        elif name == "ffl" and len(self.untrusted_entries) < _MAX_ENTRIES:
            self.untrusted_entries.append("")

    def say(self, untrusted_text: str) -> None:
        """Text of the last entry to choose from."""
        if self.untrusted_entries:
            self.untrusted_entries[-1] = (self.untrusted_entries[-1] + untrusted_text)[:_MAX_ENTRY_CHARACTERS]

    def value(self) -> str:
        """What is ticked or chosen; "" where the text of the field says it, or there is nothing."""
        result = self.default if self.result == _UNDEFINED else self.result
        if self.kind == _BOX:
            return notation.check_box("", ticked=result == 1)
        if self.kind == _CHOICES and 0 <= result < len(self.untrusted_entries):
            return self.untrusted_entries[result]
        return ""

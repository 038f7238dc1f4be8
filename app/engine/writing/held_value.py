"""Values held to their kind: an automaton over the bytes of tokens that knows how the first line of an answer goes on.

As with quotations (`quotes/constrained.py`), it knows neither a vocabulary nor probabilities: the writer asks it what
may come next.
"""

from __future__ import annotations

import re
import string

from app.core.conversations.values import MOST_CHARACTERS, HeldForm, ValueKind, is_amount, is_date
from app.language.grammar import QUOTATION_MARKS

_AMOUNT_BEGINS = re.compile(
    r"[A-Z]{0,3}"
    r"|(?:[A-Z]{3} )?-?(?:\d{1,3}(?:,\d{3}){0,3}(?:,\d{0,3})?|\d{1,15})?"
    r"|(?:[A-Z]{3} )?-?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})\.\d{0,4}"
)
_NEXT = {ValueKind.DATE: string.digits + "-", ValueKind.AMOUNT: string.digits + string.ascii_uppercase + " -,."}
_NOT_IN_TEXT = frozenset("\n\r\t\0" + "".join(QUOTATION_MARKS) + "".join(QUOTATION_MARKS.values())) - {"'", "’"}
_LATE_YEARS = "12"  # begins the years that documents have


_MOST_BEHIND = 600
"""Bytes behind a value after which an answer ends whose quotation is none of the books."""


class HeldAnswer:
    """Follows one answer that is held to a form: its value, the quotation below it, its page, and nothing else.

    `value` is None once it is written. `is_done` tells that nothing comes any more.
    """

    def __init__(self, form: HeldForm) -> None:
        self.value: HeldValue | None = HeldValue(form)
        self.opening = f"\n{form.opening}"
        self.is_done = False
        self._behind = b""

    def end_value(self) -> str:
        """End the value here, and return what is written then: nothing if the document has no value."""
        assert self.value is not None
        self.is_done = self.value.is_absent
        self.value = None
        return "" if self.is_done else self.opening

    def feed(self, piece: bytes) -> None:
        """Take the bytes of a token behind the value."""
        self._behind += piece
        is_line = b"\n" in self._behind[len(self.opening.encode()) :]
        self.is_done = self.is_done or is_line or len(self._behind) > _MOST_BEHIND


class HeldValue:
    """Follows the first line of one answer."""

    def __init__(self, form: HeldForm) -> None:
        self._form = form
        self._options = tuple(option.encode() for option in form.options)
        self._written = b""

    def feed(self, piece: bytes) -> None:
        """Take the bytes of a token that was chosen."""
        self._written = self._with(piece)

    def allows(self, piece: bytes) -> bool:
        """Return whether a token of these bytes goes on to a value, or ends it."""
        after = self._with(piece)
        return after != self._written and self._begins(after)

    @property
    def is_whole(self) -> bool:
        """True if the value may end here."""
        written = self._written
        if written in self._options:
            return True
        text = written.decode("utf-8", "ignore")
        match self._form.kind:
            case ValueKind.DATE:
                return is_date(text)
            case ValueKind.AMOUNT:
                return is_amount(text)
            case ValueKind.TEXT:
                return bool(text.strip()) and text.encode() == written
        return False

    @property
    def number(self) -> str:
        """The number of an amount, as far as it is written."""
        return self._written.decode("utf-8", "ignore").rpartition(" ")[2]

    @property
    def is_absent(self) -> bool:
        """True if the value says that the document has none."""
        return self._written == self._options[-1]

    @property
    def is_final(self) -> bool:
        """True if nothing can follow: the value is whole, and not the beginning of a longer one."""
        is_text = self._form.kind is ValueKind.TEXT
        return self.is_absent or (not is_text and self.is_whole and not self.continuations())

    def continuations(self) -> tuple[str, ...]:
        """Return the texts of which one can be written next, whatever a model makes of them."""
        written, kind = self._written, self._form.kind
        rests = [option[len(written) :].decode() for option in self._options if _goes_on(option, written)]
        if kind is ValueKind.TEXT:
            return () if written else (self._form.absent,)
        tried = _NEXT.get(kind, "")
        return (*rests, *(each for each in tried if self._fits(written + each.encode())))

    def _with(self, piece: bytes) -> bytes:
        return self._written + piece if self._written else piece.lstrip(b" ")

    def _begins(self, written: bytes) -> bool:
        return any(option.startswith(written) for option in self._options) or self._fits(written)

    def _fits(self, written: bytes) -> bool:
        """Return whether some value of the kind, none of the options, begins like this."""
        text = written.decode("utf-8", "ignore")
        match self._form.kind:
            case ValueKind.DATE:
                return text.encode() == written and _begins_date(text)
            case ValueKind.AMOUNT:
                return text.encode() == written and _AMOUNT_BEGINS.fullmatch(text) is not None
            case ValueKind.TEXT:
                is_short = len(text) <= MOST_CHARACTERS
                return is_short and len(written) - len(text.encode()) < 4 and not _NOT_IN_TEXT.intersection(text)
        return False


def _goes_on(option: bytes, written: bytes) -> bool:
    return option.startswith(written) and option != written and _is_character(option[len(written) :])


def _is_character(rest: bytes) -> bool:
    """Return whether the bytes begin with a character, not inside one."""
    return rest[0] & 0xC0 != 0x80


def _begins_date(text: str) -> bool:
    """Return whether a day, a month or a year that there is begins like this, written 2031-03-31."""
    if not text or text[0] not in _LATE_YEARS:
        return not text
    match len(text):
        case 2 | 3:
            return text.isdecimal() and text.isascii()
        case 5 | 8:
            return text[-1] == "-" and is_date(text[:-1])
        case 6 | 9:
            return any(is_date(text + digit) for digit in string.digits)
        case 1:
            return True
    return is_date(text)

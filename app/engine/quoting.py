"""Quotations that cannot be invented: after an opening quotation mark only what stands in the books may follow.

An automaton over the bytes of tokens. It knows neither a vocabulary nor probabilities: the sampler asks it what may
come next, and decides whether a quotation is meant for the books at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from app.engine.quotable import VARIANTS, QuotableText, fold, is_unspaced, is_wordlike

MIN_WORDS = 3
MIN_BYTES = 12
"""A quotation may be closed when it has as many words or as many bytes (four characters of Chinese or Japanese)."""
LONG_BYTES, MAX_BYTES = 240, 600
"""A quotation should be closed where a sentence ends when it is long, and anywhere when it is longer than the most."""

_CLOSING = {"“": "”", "«": "»", "„": "“”", "「": "」", "『": "』", '"': '"'}
CLOSING_MARKS = frozenset("".join(_CLOSING.values()))
_ADDED = ".,;:…。、"
"""Punctuation that may stand before the closing mark though the book goes on; the later check forgives no other."""
_SENTENCE_ENDS = ".!?…。！？\n"
_BLANKS = " \u00a0\u202f\u3000"
_WORD = re.compile(r"\w+")


class State(StrEnum):
    FREE = "free"  # outside a quotation
    QUOTING = "quoting"  # inside one that is held to the books
    RELEASED = "released"  # inside quotation marks that are not meant for the books


@dataclass(frozen=True)
class Place:
    """Where a quotation stands: the document's index in the prompt, its title, the page's label.

    `quotation` is what the answer has between the marks; `page` is the page's index in the document.
    """

    document: int
    label: str
    title: str
    quotation: str
    page: int


@dataclass(frozen=True)
class _Moment:
    """All that is known after some bytes; replaced, never changed, so that pieces can be tried."""

    state: State = State.FREE
    opening: str = ""
    tail: bytes = b""  # of a character that is not complete
    before: str = ""  # the last complete character
    blank: bool = False  # nothing but white space since a line end
    shut: bool = False  # a straight mark closed a quotation just now
    beginnings: tuple[int, ...] | None = None  # of the occurrences that are left; None: nothing was quoted
    length: int = 0  # of what was quoted, in folded bytes
    added: tuple[int, ...] = ()  # beginnings of those that ended before punctuation that the book does not have
    quoted: str = ""
    place: Place | None = None
    bare: bool = False  # in this sentence a quotation was closed: a page mark now would vouch for it
    in_mark: bool = False  # between the brackets of a page mark that Octavo writes


class Quoter:
    """Follows one answer while it is written."""

    def __init__(self, text: QuotableText) -> None:
        self._text = text
        self._now = _Moment()
        self._next: dict[int, dict[bytes, int]] = {}  # by size: what follows now, and the first occurrence with it

    @property
    def state(self) -> State:
        return self._now.state

    @property
    def too_long(self) -> bool:
        """Whether the quotation is so long that it should be closed as soon as `allows` lets it."""
        size = self.quoted_bytes
        return size > MAX_BYTES or (size > LONG_BYTES and self._now.quoted[-1:] in _SENTENCE_ENDS)

    def feed(self, piece: bytes) -> None:
        """Take the bytes of the token that was chosen. A quotation that they leave the books with is released."""
        moment = self._after(piece, strict=False)
        assert moment is not None
        self._now = moment
        self._next.clear()

    def allows(self, piece: bytes) -> bool:
        """Whether a token of these bytes may come next."""
        if not piece:
            return True
        return self._after(piece, strict=True) is not None

    def release(self) -> None:
        """The quotation marks are not meant for the books: what follows up to the closing mark is free."""
        if self._now.state is State.QUOTING:
            self._now = _released(self._now)

    def ended(self) -> Place | None:
        """After bytes that closed a held quotation: the first place, in reading order, where it stands."""
        return self._now.place

    @property
    def quoted_bytes(self) -> int:
        """How much of the present quotation was written."""
        return len(self._now.quoted.encode("utf-8", "replace")) if self._now.state is State.QUOTING else 0

    @property
    def closing_marks(self) -> str:
        """The characters that can close the present quotation."""
        return _CLOSING[self._now.opening] if self._now.state is State.QUOTING else ""

    def continuation(self) -> bytes:
        """Bytes that are allowed next, as the first occurrence has them; a closing mark where nothing follows it."""
        now = self._now
        if now.state is not State.QUOTING or now.tail or not now.beginnings:
            return b""
        offset = now.beginnings[0] + now.length
        if self._is_stuck(offset, now.opening):
            return _CLOSING[now.opening][0].encode()
        sentence = self._text.sentence(offset)
        taken = now.opening + _CLOSING[now.opening]
        free = next((index for index, character in enumerate(sentence) if character in taken), len(sentence))
        return (sentence[:free] or self._writable(self._text.character(offset), now.opening)[:1]).encode()

    def _after(self, piece: bytes, *, strict: bool) -> _Moment | None:
        """The moment after these bytes; None if they are not allowed and `strict`."""
        written, tail = _characters(self._now.tail + piece)
        now = replace(self._now, tail=tail, place=None)
        while written:
            if now.state is State.QUOTING:
                run, mark, rest = _split(written, now.opening)
                # Whether there is any occurrence is told sooner than where all of them are.
                moment = self._quote(now, run, any_will_do=strict and not mark and not tail) if run else now
                if moment is not None and mark:
                    moment = self._close(moment, mark)
                if moment is not None:
                    now, written = moment, rest
                    continue
                if strict:
                    return None
                now = _released(now)
            if strict and now.bare and written[0] in "[(":
                return None  # only Octavo says where a quotation stands
            if strict and now.shut and written[0].isalnum() and not is_unspaced(written[0]):
                return None  # the check would not see that the quotation was closed
            now, written = self._pass(now, written[0]), written[1:]
        if tail and now.state is State.QUOTING and not self._fits(now, tail):
            return None if strict else _released(now)
        return now

    def _pass(self, now: _Moment, character: str) -> _Moment:
        """One character outside a held quotation."""
        state, opening = now.state, now.opening
        closes = state is State.RELEASED and character in _CLOSING[opening]
        if state is State.RELEASED and ((character == "\n" and now.blank) or closes):
            state, opening = State.FREE, ""
            closes = closes and not (character == '"' and now.before.isspace())
        if state is State.FREE and not closes and not self._text.empty and _opens(character, now.before):
            state, opening = State.QUOTING, character
        blank = character == "\n" or (now.blank and character.isspace())
        in_mark = (character == "[" or now.in_mark) and now.bare and character != "]"
        bare = closes or (now.bare and (in_mark or character not in _SENTENCE_ENDS))
        return _Moment(state, opening, now.tail, character, blank, place=now.place, bare=bare, in_mark=in_mark)

    def _quote(self, now: _Moment, run: str, *, any_will_do: bool) -> _Moment | None:
        """Characters inside a held quotation, none of them a mark of its own kind."""
        if "\0" in run:
            return None
        quoted = now.quoted + run
        if now.beginnings is None and not now.quoted and run[0] in _BLANKS and now.opening != '"':
            run = run[1:]  # « comme ceci »; a straight mark with a space after it opens nothing
            if not run:
                return replace(now, quoted=quoted, before=quoted)
        added: tuple[int, ...] = ()
        if run[-1] in _ADDED and _is_enough(quoted[:-1]):
            ended, length = now.beginnings, now.length
            if run[:-1]:
                ended, length = self._narrowed(ended, length, run[:-1], now.quoted, any_will_do=False)
            added = tuple(each for each in ended or () if self._may_add(each + length))
        left, length = self._narrowed(now.beginnings, now.length, run, now.quoted, any_will_do=any_will_do)
        if not left and not added:
            return None
        return replace(now, beginnings=left, length=length, added=added, quoted=quoted, before=quoted[-1])

    def _narrowed(
        self, beginnings: tuple[int, ...] | None, length: int, run: str, quoted: str, *, any_will_do: bool
    ) -> tuple[tuple[int, ...], int]:
        text = self._text
        needle = fold(run, quoted[-1:] if beginnings is not None else "").encode("utf-8", "replace")
        if beginnings is None:
            found = text.beginnings(needle)
            return tuple(islice(found, 1) if any_will_do else found), len(needle)
        folded, end = text.folded, length + len(needle)
        if any_will_do and beginnings is self._now.beginnings and len(beginnings) > 1:
            size = len(needle)
            if size not in self._next:
                self._next[size] = {folded[each + length : each + end]: each for each in reversed(beginnings)}
            first = self._next[size].get(needle)
            return () if first is None else (first,), end
        return tuple([each for each in beginnings if folded.startswith(needle, each + length)]), end

    def _may_add(self, offset: int) -> bool:
        last = self._text.last_character(offset)
        return (is_wordlike(last) or last in ")]") and self._text.ends_word(offset)

    def _close(self, now: _Moment, mark: str) -> _Moment | None:
        beginning = self._closable(now) if mark in _CLOSING[now.opening] else None
        if beginning is None:
            return None
        if beginning not in now.added and not self._text.ends_word(beginning + now.length):
            # Closed because nothing else could be written, in the middle of something: no page will vouch for it.
            return _Moment(tail=now.tail, before=mark, shut=mark == '"', bare=True)
        found = self._text.position(beginning)
        place = Place(found.document, found.label, found.title, now.quoted.strip(), found.page)
        return _Moment(tail=now.tail, before=mark, shut=mark == '"', place=place, bare=True)

    def _closable(self, now: _Moment) -> int | None:
        """Where the first occurrence begins that lets the quotation be closed here."""
        left = now.beginnings or ()
        firsts = [*now.added[:1]]
        if _is_enough(now.quoted):
            firsts += [*next(((each,) for each in left if self._text.ends_word(each + now.length)), ())]
        if not firsts and left and all(self._is_stuck(each + now.length, now.opening) for each in left):
            firsts = [left[0]]  # nothing else could be written; within «…», before a « of the book, it may cut a word
        return min(firsts, default=None)

    def _is_stuck(self, offset: int, opening: str) -> bool:
        return self._text.folded[offset] == 0 or not self._writable(self._text.character(offset), opening)

    def _writable(self, folded: str, opening: str) -> str:
        """The characters that may be written for a folded one inside a quotation that was opened by `opening`."""
        taken = opening + _CLOSING[opening]
        return "".join(each for each in folded + VARIANTS.get(folded, "") if each not in taken)

    def _fits(self, now: _Moment, tail: bytes) -> bool:
        """Whether some character that begins with these bytes may come next."""
        ends = _CLOSING[now.opening]
        if any(mark.encode().startswith(tail) for mark in ends) and self._closable(now) is not None:
            return True
        taken, text = now.opening + ends, self._text
        left = text.beginnings(tail) if now.beginnings is None else (each + now.length for each in now.beginnings)
        if any(text.folded.startswith(tail, each) and text.character(each) not in taken for each in left):
            return True
        candidates = {each for each in _ADDED + "".join(VARIANTS.values()) if each.encode().startswith(tail)}
        return any(self._quote(now, each, any_will_do=True) is not None for each in candidates - set(taken))


def _opens(mark: str, before: str) -> bool:
    if mark not in _CLOSING:
        return False
    if mark == "«":  # in German it closes
        return not before or before.isspace() or before in "([{（—–" or is_unspaced(before)
    return mark in "「『" or not before.isalnum() or is_unspaced(before)


def _released(now: _Moment) -> _Moment:
    return _Moment(State.RELEASED, now.opening, now.tail, now.before, place=now.place)


def _is_enough(quoted: str) -> bool:
    return len(quoted.strip().encode("utf-8", "replace")) >= MIN_BYTES or len(_WORD.findall(quoted)) >= MIN_WORDS


def _split(written: str, opening: str) -> tuple[str, str, str]:
    """What stands before the first mark of the quotation's own kind, that mark, and the rest; the last two if any."""
    taken = opening + _CLOSING[opening]
    at = next((index for index, character in enumerate(written) if character in taken), len(written))
    return written[:at], written[at : at + 1], written[at + 1 :]


def _characters(data: bytes) -> tuple[str, bytes]:
    """The complete characters, U+FFFD for what is none, and the bytes of one that may be completed."""
    for size in range(1, min(3, len(data)) + 1):
        lead = data[-size]
        if lead & 0xC0 == 0x80:
            continue
        needed = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC0 else 1
        if size < needed:
            return data[:-size].decode("utf-8", "replace"), data[-size:]
        break
    return data.decode("utf-8", "replace"), b""

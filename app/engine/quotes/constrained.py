"""Quotations held to the books: after an opening quotation mark the text of the books is followed word by word.

An automaton over the bytes of tokens. It knows neither a vocabulary nor probabilities: the sampler asks it what would
go on in the books' text, and decides at every token whether the quotation is meant for the books at all. It forbids
nothing but another text between marks that it holds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain

from app.engine.quotes.characters import is_unspaced, is_wordlike
from app.engine.quotes.index import BARRIER, VARIANTS, QuotableText, fold
from app.engine.quotes.occurrences import Occurrences
from app.language.grammar import QUOTATION_MARKS

MIN_WORDS = 3
MIN_BYTES = 12
"""A quotation has as many words or as many bytes (four characters of Chinese or Japanese); what is shorter is a term,
which no page vouches for."""
LONG_BYTES, MAX_BYTES = 240, 600
"""A quotation should be closed where a sentence ends when it is long, and anywhere when it is longer than the most."""

_MOST_PLACES = 64
"""The most places of a quotation that are looked at where none of them was restated."""

_MOST_FILTERED = 4096
"""Places of some words; where there are more, those that count are looked for."""

BLOCK = ">"
"""Opens a line of a Markdown block quotation, which no mark closes."""

_CLOSING = {**QUOTATION_MARKS, BLOCK: ""}
_OPENING = frozenset(QUOTATION_MARKS)
CLOSING_MARKS = frozenset("".join(QUOTATION_MARKS.values()))
_ALWAYS_OPEN = "「『｢《〝"
_ALSO_CLOSE = "«»‹›”"  # in some languages: they open only where nothing can be closed
_STICKS = '"”»›‘‚'  # what they quote follows at once, or they open nothing
_SPACED = "«‹" + BLOCK  # a blank may come before what closes: « comme ceci »
_LAX = "‘‚" + BLOCK  # nothing can be mistaken where their end is missed
_APOSTROPHE, _APOSTROPHES = "’", ("'", "’")
_ADDED = ".,;:…。、"
"""Punctuation that may come before the closing mark though the book goes on; the later check forgives no other."""
_SENTENCE_ENDS = ".!?…。！？\n"
_AHEAD = 8
"""Bytes of the books that are looked at behind what may be the end of a sentence."""
_BLANKS = " \u00a0\u202f\u3000"
_WORD = re.compile(r"\w+")
_PLAIN = re.compile(f"[^\n`()\\[\\]{{}}{''.join(_CLOSING)}{''.join(CLOSING_MARKS)}]+")
"""A run of characters that neither open nor close anything in prose."""
_WHOLE = re.compile(r"[.!?。！？][\"'”’»)\]」』]*$")
_LEFT_OUT = re.compile(r"\s?(?:\[\s?(?:…|\.{3})\s?\]|…|\.{3})\s?")
_LEAVING_OUT = re.compile(r"\s?(?:\[\s?(?:…|\.{0,3})\s?|\.{1,2})$")  # the beginning of that

_PAIRS = {")": "(f", "]": "[", "}": "{"}
_DATA = frozenset("{[f")
_FENCE = 3
_DEEPEST = 64


@dataclass(frozen=True)
class _Prose:
    """Marks and brackets that are open after some characters of an answer, as far as they part prose from the rest.

    Not prose: code between back quotes; what is in square or curly brackets, as in JSON; the arguments of a call,
    whose bracket follows its name at once; a value after an equals sign.
    """

    ticks: int = 0  # in a row, just now
    code: int = 0  # so many opened the code; 0: there is none
    open: str = ""  # the brackets of this paragraph; f: of a call
    before: str = ""  # the last character
    solid: str = ""  # the last that is no white space

    @property
    def quotes(self) -> bool:
        """True if a quotation mark that comes now is one of prose."""
        return not (self.code or self.ticks or self.solid == "=" or _DATA & set(self.open))

    def after(self, character: str, *, ends_paragraph: bool = False) -> _Prose:
        if character == "`":
            return replace(self, ticks=self.ticks + 1, before=character, solid=character)
        now = self._fenced() if self.ticks else self
        if ends_paragraph:
            now = replace(now, open="", code=now.code if now.code >= _FENCE else 0)
        solid = now.solid if character.isspace() else character
        return replace(now, open=now._bracketed(character), before=character, solid=solid)

    def after_plain(self, text: str) -> _Prose:
        """Return the state after characters that are no back quotes, brackets or line ends."""
        now = self._fenced() if self.ticks else self
        return _Prose(0, now.code, now.open, text[-1], text.rstrip()[-1:] or now.solid)

    def _fenced(self) -> _Prose:
        """Return the state behind a run of back quotes."""
        if not self.code:
            return replace(self, ticks=0, code=self.ticks)
        closes = self.ticks == self.code or (self.code >= _FENCE and self.ticks >= self.code)
        return replace(self, ticks=0, code=0 if closes else self.code)

    def _bracketed(self, character: str) -> str:
        if self.code:
            return self.open
        if character in "([{" and len(self.open) < _DEEPEST:
            called = character == "(" and (self.before.isalnum() or self.before == "_")
            return self.open + ("f" if called else character)
        if character in _PAIRS:
            at = max(map(self.open.rfind, _PAIRS[character]))
            return self.open[:at] if at >= 0 else self.open
        return self.open


class State(StrEnum):
    FREE = "free"  # outside a quotation
    QUOTING = "quoting"  # inside one that is held to the books
    RELEASED = "released"  # inside quotation marks that are not meant for the books


@dataclass(frozen=True)
class QuotedPlace:
    """The place of a quotation: the document's index in the prompt, its title, the page's label.

    `quotation` is what the answer has between the marks; `page` is the page's index in the document.
    """

    document: int
    label: str
    title: str
    quotation: str
    page: int


@dataclass(frozen=True)
class _Part:
    """Words of a quotation before others that it leaves out: where they may begin, and their folded bytes."""

    beginnings: tuple[int, ...]
    length: int


@dataclass(frozen=True)
class _Moment:
    """All that is known after some bytes; replaced, never changed, so that pieces can be tried."""

    state: State = State.FREE
    opening: str = ""
    tail: bytes = b""  # of a character that is not complete
    before: str = ""  # the last complete character
    blank: bool = True  # nothing but white space since a line end
    shut: bool = False  # a mark that could also go on in a word closed a quotation just now
    left: Occurrences | None = None  # where what was quoted is; None: nothing was
    added: Occurrences | None = None  # where it was before punctuation that the book need not have
    quoted: str = ""
    parts: tuple[_Part, ...] = ()  # before the words that were left out; all else is about the part that follows them
    part: str = ""
    place: QuotedPlace | None = None
    prose: _Prose = field(default_factory=_Prose)


class _Places:
    """Where in the books a quotation may be, and which of several places it means."""

    def __init__(self, text: QuotableText, restated: Set[tuple[int, int]]) -> None:
        self._text = text
        self._restated = restated
        self._last: tuple[_Part, Occurrences] | None = None  # that was asked for, and what is behind it

    def narrowed(self, now: _Moment, needle: bytes) -> Occurrences:
        """Return where what was quoted goes on with these bytes; for a part behind words that were left out, on the
        page of the part before it or the next."""
        if now.left is not None:
            return now.left.narrowed(needle)
        anywhere = self._text.beginnings.narrowed(needle)
        if not now.parts or not anywhere:
            return anywhere
        if len(anywhere) > _MOST_FILTERED:
            return self._behind(now.parts[-1]).narrowed(needle)
        ranges = list(self._ranges(now.parts[-1]))
        starts = [start for start, _ in ranges]
        found = ((each, bisect_right(starts, each) - 1) for each in anywhere)
        return anywhere.only([each for each, at in found if at >= 0 and each < ranges[at][1]])

    def next_characters(self, now: _Moment, begun: bytes) -> Iterator[str]:
        """Yield the different characters that may come next, of those that begin with these bytes."""
        if now.left is not None:
            return now.left.next_characters(begun)
        return (self._behind(now.parts[-1]) if now.parts else self._text.beginnings).next_characters(begun)

    def _behind(self, part: _Part) -> Occurrences:
        """Return all places behind a part."""
        if self._last is None or self._last[0] is not part:
            self._last = part, self._text.beginnings_in(self._ranges(part))
        return self._last[1]

    def _ranges(self, part: _Part) -> Iterator[tuple[int, int]]:
        done = 0
        for each in part.beginnings:
            start, stop = max(done, each + part.length), self._text.reach(each)
            if start < stop:
                yield start, stop
                done = stop

    def place(self, now: _Moment, beginning: int) -> QuotedPlace:
        start = beginning if not now.parts else self._first(now, beginning)
        found = self._text.position(start)
        return QuotedPlace(found.document, found.label, found.title, now.quoted.strip(), found.page)

    def _first(self, now: _Moment, beginning: int) -> int:
        """Return where the first part is of a quotation whose last part begins at `beginning`."""
        for part in reversed(now.parts if now.left is not None else now.parts[:-1]):
            before = (each for each in part.beginnings if each + part.length <= beginning < self._text.reach(each))
            beginning = self._best(before) or 0
        return beginning

    def closable(self, now: _Moment) -> int | None:
        """Return where the best occurrence begins that lets the quotation be closed here."""
        if now.left is None:  # behind words that were left out, or before all
            return self._best(now.parts[-1].beginnings) if now.parts else None
        ends: Iterable[int] = self.may_add(now.added)
        if _is_part(now.part) if now.parts else _is_enough(now.part):
            length = now.left.length - (now.opening in _SPACED and now.part[-1:] in _BLANKS)
            ends = chain(ends, (each for each in now.left if self._text.ends_word(each + length)))
        if now.parts:  # all of them on one page, or on two that follow each other
            ends = (each for each in ends if each < self._text.reach(self._first(now, each)))
        return self._best(ends)

    def may_add(self, ended: Occurrences | None) -> Iterator[int]:
        """Yield the beginnings of occurrences behind which punctuation may stand that the book does not have."""
        if ended is None:
            return
        for each in ended:
            end = each + ended.length
            last = self._text.last_character(end)
            if (is_wordlike(last) or last in ")]") and self._text.ends_word(end):
                yield each

    def _best(self, beginnings: Iterable[int]) -> int | None:
        """Return the first place on a page that was restated, else the first of those that are looked at that is not in
        a list."""
        looked_at: list[int] = []
        for each in beginnings:
            found = self._text.position(each)
            if (found.document, found.page) in self._restated:
                return each
            if len(looked_at) < _MOST_PLACES:
                looked_at.append(each)
            elif not self._restated:
                break
        return min(looked_at, key=lambda each: (self._text.is_list(each), each), default=None)


class QuoteConstraint:
    """Follows one answer while it is written."""

    def __init__(
        self, text: QuotableText, said: Sequence[str] = (), restated: Set[tuple[int, int]] = frozenset()
    ) -> None:
        """`said` is what the person wrote, whose words are free in quotation marks. `restated` are pages, each with the
        index of its document, that are preferred if a quotation is on several."""
        self._text = text
        self._said = fold(" ".join(" ".join(said).split())).casefold()
        self._places = _Places(text, restated)
        self._now = _Moment()

    @property
    def state(self) -> State:
        return self._now.state

    @property
    def is_shut(self) -> bool:
        """True if a letter that comes now would make the later check miss that the quotation was closed."""
        return self._now.shut

    @property
    def too_long(self) -> bool:
        """True if the quotation is so long that it should be closed as soon as `allows` lets it."""
        size = self.quoted_bytes
        return size > MAX_BYTES or (size > LONG_BYTES and self._now.quoted[-1:] in _SENTENCE_ENDS)

    @property
    def can_close(self) -> bool:
        """True if a page vouches for the quotation if it is closed now."""
        now = self._now
        if now.state is not State.QUOTING or now.tail or not _is_enough(now.quoted):
            return False
        return self._places.closable(now) is not None

    @property
    def is_whole(self) -> bool:
        """True if the text between the marks could be closed now, and ends where a sentence of the books does."""
        now = self._now
        if now.state is not State.QUOTING or now.tail:
            return False
        at = self._places.closable(now)
        if at is None or not _is_enough(now.quoted):
            return False
        if now.left is None or at not in now.left:
            return False  # the book goes on
        end = at + now.left.length
        after = self._text.between(end, min(end + _AHEAD, self._text.folded.index(BARRIER, end)))
        ends = _WHOLE.search(now.quoted.rstrip()) is not None and not after.lstrip()[:1].islower()
        return ends or not after or after[0] in _SENTENCE_ENDS

    def feed(self, piece: bytes) -> None:
        """Take the bytes of the token that was chosen. A quotation that they leave the books with is released."""
        moment = self._after(piece, strict=False)
        assert moment is not None
        self._now = moment

    def allows(self, piece: bytes) -> bool:
        """Return whether a token of these bytes leaves every quotation that is held in the books' words."""
        if not piece:
            return True
        return self._after(piece, strict=True) is not None

    def continuations(self) -> tuple[str, ...]:
        """Return the characters that go on with a quotation that is held, wherever in the books it may be."""
        if self._now.state is not State.QUOTING or self._now.tail:
            return ()
        following = dict.fromkeys(self._places.next_characters(self._now, b""))
        return tuple(each for each in following if self.stays_true(each.encode()))

    def opens(self, piece: bytes) -> bool:
        """Return whether these bytes end inside a quotation that is held."""
        moment = self._after(piece, strict=True)
        return moment is not None and moment.state is State.QUOTING

    def has(self, words: str) -> bool:
        """Return whether the books have these words somewhere."""
        return fold(words).encode() in self._text.folded

    def stays_true(self, piece: bytes) -> bool:
        """Return whether these bytes end inside a quotation that is held, or close it where a page vouches for it."""
        moment = self._after(piece, strict=True)
        return moment is not None and (moment.state is State.QUOTING or moment.place is not None)

    def echoes(self, piece: bytes) -> bool:
        """Return whether these bytes go on with the quotation as the person wrote it."""
        now = self._now
        run = _split((now.tail + piece).decode("utf-8", "ignore"), now.opening)[0]
        words = fold((now.quoted + run).lstrip()).casefold()
        return bool(words.strip()) and words in self._said

    def closing(self, piece: bytes) -> bytes:
        """Return as many of these bytes as close the quotation, where a page vouches for it; else all."""
        if self._now.state is not State.QUOTING or self._now.tail:
            return piece
        text = piece.decode("utf-8", "replace")
        ends = (len(text[: at + 1].encode()) for at, letter in enumerate(text) if letter in self.closing_marks)
        for end in ends:
            moment = self._after(piece[:end], strict=True)
            if moment is not None and moment.place is not None:
                return piece[:end]
        return piece

    def ends_line(self, piece: bytes) -> bool:
        """Return whether these bytes end a block quotation that is held: its line, before a page mark, or the
        answer."""
        return self._now.opening == BLOCK and (not piece or piece.lstrip(b" ")[:1] in (b"\n", b"["))

    def release(self, wanted: bytes | None = None) -> QuotedPlace | None:
        """Let go of the quotation, which is not meant for the books, or no more: what follows is free. Return the place
        of what there is of a block quotation, which no mark closes, if it is whole or `wanted`, what comes instead,
        ends it."""
        now = self._now
        if now.state is not State.QUOTING:
            return None
        ended = now.opening == BLOCK and (self.is_whole or (wanted is not None and self.ends_line(wanted)))
        at = self._places.closable(now) if ended and _is_enough(now.quoted) else None
        self._now = _released(now)
        return None if at is None else self._places.place(now, at)

    def ended(self) -> QuotedPlace | None:
        """Return where a held quotation is that the last bytes closed. Of several places this is one on a page that was
        restated, then one in the body before one in a list of headings, then the first in reading order."""
        return self._now.place

    @property
    def quoted_bytes(self) -> int:
        """The bytes of the present quotation that were written."""
        return len(self._now.quoted.encode("utf-8", "replace")) if self._now.state is State.QUOTING else 0

    @property
    def closing_marks(self) -> str:
        """The characters that can close the present quotation."""
        return _CLOSING[self._now.opening] if self._now.state is State.QUOTING else ""

    def _after(self, piece: bytes, *, strict: bool) -> _Moment | None:
        """Return the moment after these bytes; None if they are not allowed and `strict`."""
        written, tail = _characters(self._now.tail + piece)
        now = self._now
        if tail or now.tail or now.place is not None:
            now = replace(now, tail=tail, place=None)
        while written:
            if now.state is State.QUOTING:
                if now.opening == BLOCK and not now.quoted.strip() and written[0] in QUOTATION_MARKS:
                    now = _released(now)  # it is these marks that quote
                    continue
                run, mark, rest = _split(written, now.opening)
                blanks = len(run) - len(run.lstrip(" "))
                if now.opening == BLOCK and not now.quoted.strip() and run[blanks : blanks + 1] in _OPENING:
                    run, mark, rest = run[:blanks], "", run[blanks:] + mark + rest
                moment = self._quote(now, run) if run else now
                if moment is not None and mark:
                    if self._is_apostrophe(moment, mark):
                        moment = self._quote(moment, mark)
                    else:
                        moment = self._close(moment, mark)
                if moment is not None:
                    now, written = moment, rest
                    continue
                if strict:
                    return None
                now = _released(now)
            if strict and now.shut and written[0].isalnum() and not is_unspaced(written[0]):
                return None
            plain = _PLAIN.match(written)
            if plain is not None:
                now, written = _passed(now, plain.group()), written[plain.end() :]
            else:
                now, written = self._pass(now, written[0]), written[1:]
        if tail and now.state is State.QUOTING and not self._fits(now, tail):
            return None if strict else _released(now)
        return now

    def _pass(self, now: _Moment, character: str) -> _Moment:
        """Pass one character outside a held quotation."""
        state, opening = now.state, now.opening
        ends_paragraph = character == "\n" and now.blank
        closes = state is State.RELEASED and character in _CLOSING[opening]
        if state is State.RELEASED and (ends_paragraph or closes):
            state, opening = State.FREE, ""
            closes = closes and not (character == now.opening and now.before.isspace())
        if state is State.FREE and not closes and self._text.beginnings and now.prose.quotes and _opens(character, now):
            state, opening = State.QUOTING, character
        blank = character == "\n" or (now.blank and character.isspace())
        prose = now.prose.after(character, ends_paragraph=ends_paragraph) if state is not State.RELEASED else now.prose
        return _Moment(state, opening, now.tail, character, blank, place=now.place, prose=prose)

    def _quote(self, now: _Moment, run: str) -> _Moment | None:
        """Add characters inside a held quotation, none of them a mark of its own kind."""
        if "\0" in run or (now.opening == BLOCK and "\n" in run):
            return None
        quoted, part = now.quoted + run, now.part + run
        if now.left is None and run[0] in _BLANKS and self._may_be_blank(now):
            run = run[1:]
            if not run:
                return replace(now, quoted=quoted, before=quoted)
            part = run
        added = None
        if run[-1] in _ADDED and _is_enough(part[:-1]):
            added = self._narrowed(now, run[:-1]) if run[:-1] else now.left
        left = self._narrowed(now, run)
        if not left and next(self._places.may_add(added), None) is None:
            return self._leave_out(now, part, quoted)
        return replace(now, left=left, added=added, quoted=quoted, part=part, before=quoted[-1])

    def _may_be_blank(self, now: _Moment) -> bool:
        """Return whether a blank may come before any words: « comme ceci », or behind words that were left out."""
        return now.quoted[-1] not in _BLANKS if now.quoted else now.opening not in _STICKS

    def _leave_out(self, now: _Moment, part: str, quoted: str) -> _Moment | None:
        """Leave words out: in a part that the books do not have as a whole, dots may replace words."""
        fresh = replace(now, left=None, added=None, part="", quoted=quoted, before=quoted[-1])
        for gap in _LEFT_OUT.finditer(part):
            head, rest = part[: gap.start()], part[gap.end() :]
            parts = now.parts
            if head or parts:
                left = self._narrowed(fresh, head) if _is_part(head) else None
                beginnings = () if left is None else tuple(self._whole(left))
                if left is None or not beginnings:
                    continue
                parts = (*parts, _Part(beginnings, left.length))
            behind = replace(fresh, parts=parts)
            if not rest:
                return behind
            moment = self._quote(behind, rest)
            if moment is not None:
                return replace(moment, quoted=quoted)
        begun = _LEAVING_OUT.search(part)
        if begun is None or not _is_part(part[: begun.start()]):
            return None
        left = self._narrowed(fresh, part[: begun.start()])
        # Where a mark of the book's own follows, it is no bracket of the answer's.
        ends = any(self._text.folded[each + left.length] for each in self._whole(left))
        return replace(fresh, left=left.only([]), part=part) if ends else None

    def _whole(self, left: Occurrences) -> Iterator[int]:
        """Yield the beginnings of those occurrences that end where a word ends."""
        return (each for each in left if self._text.ends_word(each + left.length))

    def _narrowed(self, now: _Moment, run: str) -> Occurrences:
        """Return the occurrences that are left once `run` is written."""
        needle = fold(run, now.part[-1:] if now.left is not None else "").encode("utf-8", "replace")
        return self._places.narrowed(now, needle)

    def _is_apostrophe(self, now: _Moment, mark: str) -> bool:
        """Return whether a mark that closes single quotation marks is in a word of the books, or behind one: don’t, the
        tenants’."""
        if mark != _APOSTROPHE:
            return False
        text, left = self._text, now.left
        if left is None:
            return False
        for end in (each + left.length for each in left.narrowed(b"'")):
            in_word = text.character(end + 1).isalnum() or text.last_character(end) == "s"
            if in_word and text.between(end, end + 1) in _APOSTROPHES:
                return True
        return False

    def _close(self, now: _Moment, mark: str) -> _Moment | None:
        if mark not in _CLOSING[now.opening]:
            return None
        closed = _Moment(tail=now.tail, before=mark, blank=False, shut=mark in '"' + _APOSTROPHE, prose=now.prose)
        if not _is_enough(now.quoted):
            return closed  # a term
        beginning = self._places.closable(now)
        if beginning is not None:
            return replace(closed, place=self._places.place(now, beginning))
        # Where nothing else can be written it ends, in the middle of something, and has no place.
        if not now.left:
            return None
        return None if any(self._writable(each, now.opening) for each in now.left.next_characters()) else closed

    def _writable(self, folded: str, opening: str) -> str:
        """Return the characters that may be written for a folded one inside a quotation that was opened by
        `opening`."""
        if folded == "\0":
            return ""  # the page ends, or something that is not quoted begins
        taken = opening + _CLOSING[opening]
        return "".join(each for each in folded + VARIANTS.get(folded, "") if each not in taken)

    def _fits(self, now: _Moment, tail: bytes) -> bool:
        """Return whether some character that begins with these bytes may come next."""
        ends = _CLOSING[now.opening]
        if any(mark.encode().startswith(tail) and self._may_be(now, mark) for mark in ends):
            return True
        taken = now.opening + ends
        if any(each not in taken for each in self._places.next_characters(now, tail)):
            return True
        candidates = {each for each in _ADDED + "".join(VARIANTS.values()) if each.encode().startswith(tail)}
        return any(self._quote(now, each) is not None for each in candidates - set(taken))

    def _may_be(self, now: _Moment, mark: str) -> bool:
        return self._is_apostrophe(now, mark) or self._close(now, mark) is not None


def _opens(mark: str, now: _Moment) -> bool:
    before = now.before
    if mark == BLOCK:
        return now.blank
    if mark not in QUOTATION_MARKS:
        return False
    if mark in _ALWAYS_OPEN or not before or is_unspaced(before):
        return True
    if mark in _ALSO_CLOSE:
        return before.isspace() or before in "([{（—–*_|>"
    return not before.isalnum() and not (mark == "‘" and before in ".,;:!?…")


def _passed(now: _Moment, plain: str) -> _Moment:
    """Return the moment after characters outside a held quotation, none of which opens or closes anything."""
    blank = now.blank and plain.isspace()
    prose = now.prose if now.state is State.RELEASED else now.prose.after_plain(plain)
    return _Moment(now.state, now.opening, now.tail, plain[-1], blank, place=now.place, prose=prose)


def _released(now: _Moment) -> _Moment:
    state, opening = (State.FREE, "") if now.opening in _LAX else (State.RELEASED, now.opening)
    prose, blank = now.prose, False
    for character in now.quoted:
        if state is State.FREE:  # it was prose all along
            prose = prose.after(character, ends_paragraph=character == "\n" and blank)
        blank = character == "\n" or (blank and character.isspace())
    return _Moment(state, opening, now.tail, now.before, blank, place=now.place, prose=prose)


def _is_enough(quoted: str) -> bool:
    return len(quoted.strip().encode("utf-8", "replace")) >= MIN_BYTES or len(_WORD.findall(quoted)) >= MIN_WORDS


def _is_part(quoted: str) -> bool:
    """Return whether a text is long enough to be between two places where words are left out: one word never is."""
    return _is_enough(quoted) and (len(_WORD.findall(quoted)) > 1 or any(map(is_unspaced, quoted)))


def _split(written: str, opening: str) -> tuple[str, str, str]:
    """Return the text before the first mark of the quotation's own kind, that mark, and the rest; the last two if
    any."""
    taken = opening + _CLOSING[opening]
    at = next((index for index, character in enumerate(written) if character in taken), len(written))
    return written[:at], written[at : at + 1], written[at + 1 :]


def _characters(data: bytes) -> tuple[str, bytes]:
    """Return the complete characters, U+FFFD for what is none, and the bytes of one that may be completed."""
    for size in range(1, min(3, len(data)) + 1):
        lead = data[-size]
        if lead & 0xC0 == 0x80:
            continue
        needed = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC0 else 1
        if size < needed:
            return data[:-size].decode("utf-8", "replace"), data[-size:]
        break
    return data.decode("utf-8", "replace"), b""

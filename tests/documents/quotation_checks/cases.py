"""Answers that quote three books: truly in all the ways that careful writers know, and falsely in as many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from tests.documents.quotation_checks.books import BOOKS, Book

_PAIRS = {"en": ("“”", "‘’", '""', "«»"), "de": ("„“", "»«", "‚‘", '""'), "ja": ("「」", "『』", "“”", "《》")}
_GAPS = ("…", "[…]", "[...]", "...")
_NEGATIONS = re.compile(r" (?:did not|not|never|cannot|hat nicht|ist nicht) ")


@dataclass(frozen=True)
class Case:
    """`pages` are those that bear the quotation out, for a true one; the mark may name another one, to be repaired."""

    kind: str
    book: Book
    answer: str
    true: bool
    pages: frozenset[int] = frozenset()


def cases() -> list[Case]:
    return [case for book in BOOKS for case in (*_true(book), *_false(book))]


class _Writer:
    """Puts quotations into answers, with the quotation marks of the language by turns."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._pages = [page.text for page in book.cited.pages]
        self._marks = cycle(_PAIRS[book.language])

    def places(self, sentence: str) -> tuple[int, ...]:
        """The page of a sentence, or the two that it runs over."""
        whole = [number for number, text in enumerate(self._pages, 1) if sentence in text]
        if whole:
            return (whole[0],)
        joined = ((n, self._book.space.join(self._pages[n - 1 : n + 1])) for n in range(1, len(self._pages)))
        first = next(number for number, text in joined if sentence in text)
        return first, first + 1

    def quote(self, words: str, page: int, marks: str = "") -> str:
        marks = marks or next(self._marks)
        opening, closing = marks[0], marks[-1]
        if opening == closing == '"' and '"' in words:
            opening, closing = "“", "”"
        if self._book.language == "ja":
            return f"規則によれば、{opening}{words}{closing} [p. {page}]"
        return f"It is written: {opening}{words}{closing} [p. {page}]."

    def true(self, kind: str, words: str, sentence: str, page: int = 0, marks: str = "") -> Case:
        places = self.places(sentence)
        return Case(kind, self._book, self.quote(words, page or places[0], marks), True, frozenset(places))

    def false(self, kind: str, words: str, page: int) -> Case:
        return Case(kind, self._book, self.quote(words, page), False)


def _true(book: Book) -> Iterator[Case]:
    writer, gaps = _Writer(book), cycle(_GAPS)
    japanese = book.language == "ja"
    for number, sentence in enumerate(book.plain):
        bare = sentence.rstrip(".。")
        places = writer.places(sentence)
        yield writer.true("plain", bare, sentence)
        for page in places[1:]:
            yield writer.true("second page of a border", bare, sentence, page)
        start, end = _ends(bare, japanese)
        yield writer.true(
            "elided", f"{start}{'' if japanese else ' '}{next(gaps)}{'' if japanese else ' '}{end}", sentence
        )
        middle = _inside(bare, japanese)
        if number % 3 == 0:
            yield writer.true("wrong page", bare, sentence, places[0] % len(book.cited.pages) + 1)
            yield writer.true("line break", middle.replace(" ", "\n", 1) if not japanese else _broken(middle), sentence)
        if number % 4 == 0 and len(places) == 1:
            yield Case("block quote", book, f"It says:\n\n> {sentence} [p. {places[0]}]\n", True, frozenset(places))
        if japanese:
            if number % 3 == 1:
                yield writer.true("spaced", " ".join(middle), sentence)
            continue
        letter = bare[0].lower() if number % 2 else bare[0].upper()
        yield writer.true("bracketed letter", f"[{letter}]{bare[1:]}", sentence)
        if number % 2 == 0:
            yield writer.true("small letter", bare[0].lower() + bare[1:], sentence)
            word = max(middle.split(), key=len)
            if word.isalpha() and len(word) > 6:
                broken = f"{word[: len(word) // 2]}-\n{word[len(word) // 2 :]}"
                yield writer.true("hyphen at a line's end", middle.replace(word, broken, 1), sentence)
        else:
            single = middle.split()
            yield writer.true("sic", " ".join([*single[:3], "[sic]", *single[3:]]), sentence)
    for cut in book.cuts:
        yield writer.true("whole sentence with a negation or unit", cut.sentence.rstrip(".。"), cut.sentence)
    for each in book.marked:
        for words in each.written:
            yield writer.true("powers, notes, thousands", words, each.sentence)


def _false(book: Book) -> Iterator[Case]:
    writer, gaps = _Writer(book), cycle(_GAPS)
    japanese, space = book.language == "ja", book.space
    for old, new in book.swaps:
        wanted = _word(old, japanese)
        for sentence in [sentence for sentence in book.plain if wanted.search(sentence)][:3]:
            words, page = wanted.sub(new, sentence, count=1).rstrip(".。"), writer.places(sentence)[0]
            yield writer.false("another word", words, page)
            found = wanted.search(sentence)
            assert found is not None
            changed = range(found.start(), found.start() + len(new))
            yield writer.false("another word, elided", _elided(words, changed, next(gaps), japanese), page)
    for words in book.invented:
        yield writer.false("invented", words, 1)
    for place, sentence in enumerate(book.plain[:12]):
        start, end = _ends(sentence.rstrip(".。"), japanese)
        page = writer.places(sentence)[0]
        yield writer.false("parts in another order", f"{end}{space}{next(gaps)}{space}{start}", page)
        other = _ends(book.plain[place - 7].rstrip(".。"), japanese)[1]
        yield writer.false("two sentences as one", f"{start}{space}{other}", page)
        if not japanese:
            single = sentence.rstrip(".").split()
            negation = "nicht" if book.language == "de" else "not"
            yield writer.false("a negation more", " ".join([*single[:4], negation, *single[4:]]), page)
    for cut in book.cuts:
        page = writer.places(cut.sentence)[0]
        yield writer.false("cut", cut.words, page)
        if _NEGATIONS.search(cut.sentence):
            yield writer.false("negation elided", _NEGATIONS.sub(f" {next(gaps)} ", cut.sentence).rstrip("."), page)
            yield writer.false("negation left out", _NEGATIONS.sub(" ", cut.sentence).rstrip("."), page)
    for each in book.marked:
        for words in each.wrong:
            yield writer.false("powers, units, numbers", words, writer.places(each.sentence)[0])


def _ends(sentence: str, japanese: bool) -> tuple[str, str]:
    """The first and the last part of a sentence, with something between them."""
    if japanese:
        third = max(9, len(sentence) // 3)
        return sentence[:third], sentence[-third:]
    words = sentence.split()
    return " ".join(words[:5]), " ".join(words[-5:])


def _word(text: str, japanese: bool) -> re.Pattern[str]:
    return re.compile(re.escape(text) if japanese else rf"\b{re.escape(text)}\b")


def _inside(sentence: str, japanese: bool) -> str:
    """A part of a sentence, of whole words, long enough to be evidence."""
    return sentence[2:22] if japanese else " ".join(sentence.split()[1:9])


def _broken(words: str) -> str:
    return f"{words[: len(words) // 2]}\n{words[len(words) // 2 :]}"


def _elided(words: str, changed: range, gap: str, japanese: bool) -> str:
    """Words from the start to the changed ones and a little beyond, then a gap and the end."""
    start, end = _ends(words, japanese)
    space = "" if japanese else " "
    if changed.stop <= len(start) or changed.start >= len(words) - len(end):
        return f"{start}{space}{gap}{space}{end}"
    if japanese:
        return f"{words[: max(9, changed.stop + 3)]}{gap}{words[-4:]}"
    return f"{words[: changed.stop]} {gap} {words.split()[-1]}"

"""Finds the passages of books that a question is about: a full-text index of their pages, kept in the database."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import apsw
import msgspec

from app.core.conversations.conversation import PageRange
from app.core.documents.document import Page, Section
from app.language.folding import (
    HAN,
    HANGUL,
    HIRAGANA,
    KATAKANA,
    LONG_VOWEL,
    OTHER,
    UNSPACED,
    fold,
    holds,
    phrase_pattern,
    storable,
)
from app.language.grammar import grammar_of
from app.store.db import Database
from app.store.passage_cutting import CUT, Cutter, PassageCut

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_TRIGRAM = 3
_END = "", ""  # behind the last run there are spaces, so that each of its characters begins a trigram
_LAST_PAGE = (1 << 63) - 1
MOST_RANKED = 1_000
"""Passages of one ranking: those behind them add next to nothing to what is found."""

_MANY = 10_000  # hits of a word so frequent that it only tells apart what other words find
_APART = 16  # scopes: of more, all that is between them is looked through, and what is in none left out
_MOST_TRIED = 2_000  # passages that have the words of a phrase near each other: of these, the best are looked at
_ASIDE = 4  # words that may come between those of a phrase in the index: a word that a line broke is there three times
_FEW, _FEW_OF_ALL = 10, 0.05
"""A name that more passages hold than this number and this part of all is what the documents are about at any rate."""

_MAX_TERMS = 64  # of a question: more (a page pasted in, say) would only take longer

_SIGNS = f"[{UNSPACED}]+"
_GAP = rf"(?<=[{UNSPACED}])\s+(?=[{UNSPACED}])"
_ONE_SCRIPT = (  # these three are compiled, and kept by re, when a page is stored or a question asked
    f"(?P<pairs>[{HAN}]+|[{HANGUL}]+)|(?P<grammar>[{HIRAGANA}{LONG_VOWEL}]+)|[{KATAKANA}{LONG_VOWEL}]+|[{OTHER}]+"
)
_BROKEN_WORD = re.compile(r"\b([^\W\d_]++)[-\u2010]\n\s*([^\W\d_]++)")

Ids: TypeAlias = "npt.NDArray[np.int64]"
"""The ids of passages, ascending."""

_Hits: TypeAlias = "tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]"
"""The hits of a term: the ids of the passages that hold it, and how much of it each holds, more being better."""


class Passage(msgspec.Struct, frozen=True):
    """A piece of one page. `page` counts from 1, `label` is the page's own; `text` is the page's text[start:end].

    `heading` is the last one before the piece or at its beginning, and the first row of its table, if these are not in
    it. `score` says how well it belongs to what was searched; more is better, and only scores of one search compare.
    """

    book_id: str
    page: int
    label: str
    text: str
    start: int
    end: int
    heading: str = ""
    score: float = 0.0


class Scope(msgspec.Struct, frozen=True):
    """Passages of one book that are searched, by their ids, which are consecutive."""

    book_id: str
    ids: range


class WordHits(msgspec.Struct, frozen=True):
    """The passages that the words of a question find, by their ids.

    `ranked` are those that hold any, best first, at most MOST_RANKED. `coverage` is the part of the question that each
    of them holds, from 0 to 1: the weights of its words there over the weights of all, rare words weighing more.
    `named` is the same for the question's names and numbers alone, for passages that hold any; a name that many
    passages hold tells nothing, and is left out of it.
    """

    ranked: tuple[int, ...]
    coverage: dict[int, float]
    named: dict[int, float]


NO_HITS = WordHits((), {}, {})


class Passages:
    """The index of the books that `Books` keeps: it comes and goes with them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def scopes(self, books: Sequence[tuple[str, PageRange | None]]) -> tuple[Scope, ...]:
        """Return the passages to search in these books, or in these pages of them. Books that are gone have nothing."""
        with self._database.read() as connection:
            wanted = list(dict.fromkeys(books))
            whole = _all_ids(connection, [book_id for book_id, pages in wanted if pages is None])
            ranges = [
                (book_id, whole.get(book_id, range(0)) if pages is None else _ids(connection, book_id, pages))
                for book_id, pages in wanted
            ]
        return tuple(Scope(book_id, ids) for book_id, ids in ranges if ids)

    def by_words(self, scopes: Sequence[Scope], question: str, allowed: Ids | None = None) -> WordHits:
        """Return the passages that hold words of `question`, which is any text at all; only those that are `allowed`,
        if it is given.

        What counts is first which of its different words a passage holds, rare ones more than frequent ones, and then
        how often. Raises AppError as `Database.read` does.
        """
        words, signs = _terms(question)
        names = _names(question)
        ranges = list(_joined(scope.ids for scope in scopes))
        if not ranges:
            return NO_HITS
        with self._database.read() as connection:
            found = chain(
                _matches(connection, "passage_words", words, ranges),
                _matches(connection, "passage_signs", [term for term in signs if len(term) >= _TRIGRAM], ranges),
                _short(connection, [term for term in signs if len(term) < _TRIGRAM], ranges),
            )
            ranked, coverage = _ranked(_allowed(found, allowed), ranges)
            most = max(_FEW, _FEW_OF_ALL * sum(map(len, ranges)))
            of_names = (hits for hits in _matches(connection, "passage_words", names, ranges) if len(hits[0]) <= most)
            _order, named = _ranked(_allowed(of_names, allowed), ranges)
        return WordHits(ranked, coverage, named)

    def with_phrase(self, scopes: Sequence[Scope], phrase: str) -> Ids:
        """Return the passages in these scopes that have these words side by side, ascending; case, width and line
        breaks do not count. If very many have the words near each other, the best are looked at. Raises AppError as
        `Database.read` does."""
        import numpy as np

        pattern = phrase_pattern(fold(storable(phrase)))
        with self._database.read() as connection:
            tried = _near(connection, phrase, list(_joined(scope.ids for scope in scopes)))
            found = chain.from_iterable(_passage(connection, id, 0.0) for id in tried)
            held = [id for id, passage in zip(tried, found, strict=True) if holds(passage.text, pattern)]
        return np.array(sorted(held), np.int64)

    def with_word(self, word: str) -> Ids:
        """Return the passages that have a word, in any of its forms; or all of its words, if there are several."""
        import numpy as np

        words, runs = _segments(word)
        everywhere = [_everywhere()]
        with self._database.read() as connection:
            hits = chain(
                _matches(connection, "passage_words", chain.from_iterable(map(str.split, words)), everywhere),
                _matches(connection, "passage_signs", [run for run in runs if len(run) >= _TRIGRAM], everywhere),
                _short(connection, [run for run in runs if len(run) < _TRIGRAM], everywhere),
            )
            found = [np.sort(ids) for ids, _amounts in hits]
        return reduce(np.intersect1d, found) if found else np.zeros(0, np.int64)

    def forms(self, ids: Iterable[int], question: str) -> dict[int, frozenset[str]]:
        """Return, for each of these passages, the words, folded, by which `by_words` finds it."""
        words, signs = _terms(question)
        any_word = " OR ".join(f'"{word}"' for word in words)
        sql = """SELECT highlight(passage_words, 0, char(1), char(2)) FROM passage_words
            WHERE passage_words MATCH ? AND rowid = ?"""
        found = {}
        with self._database.read() as connection:
            for id in ids:
                marked = connection.execute(sql, (any_word, id)).get if words else None
                found[id] = frozenset((*re.findall("\x01([^\x02]*)\x02", marked or ""), *signs))
        return found

    def take(self, scores: Mapping[int, float]) -> tuple[Passage, ...]:
        """Return the passages with these ids and scores, in this order; those that are gone are left out."""
        with self._database.read() as connection:
            return tuple(chain.from_iterable(_passage(connection, id, score) for id, score in scores.items()))

    def spread(self, books: Sequence[tuple[str, PageRange | None]], limit: int) -> tuple[Passage, ...]:
        """Return passages from all over these books, or these pages of them, for what is asked of the whole: at even
        distances, so ordered that any first few are far apart too. Raises AppError as `Database.read` does."""
        return self.take(dict.fromkeys(_evenly([scope.ids for scope in self.scopes(books)], limit), 0.0))


def _evenly(scopes: Sequence[range], limit: int) -> list[int]:
    """Return up to `limit` ids of all of them, at even distances, so ordered that any first few are far apart too."""
    ids = list(dict.fromkeys(chain.from_iterable(scopes)))
    count = min(max(0, limit), len(ids))
    bits = count.bit_length()
    order = sorted(range(count), key=lambda number: int(f"{number:0{bits}b}"[::-1], 2))
    return [ids[number * len(ids) // count] for number in order]


def index(connection: apsw.Connection, book_id: str, pages: Iterable[Page], outline: Sequence[Section] = ()) -> None:
    """Index a book; for `Books.add`, inside its transaction and once per book. Triggers take it out again."""
    last = connection.execute("SELECT ifnull(max(id), 0) FROM passages").get
    cutter = Cutter(outline)
    in_order = sorted(pages, key=lambda page: page.number)
    pieces = ((page, piece) for page in in_order for piece in cutter.cut(page))
    cut_out = list(enumerate(pieces, last + 1))  # consecutive and in order: `_ids` relies on it
    # A table of contents is not found: it would have all the words and say nothing.
    searchable = [(id, *_searchable(indexed_text(page, piece))) for id, (page, piece) in cut_out if not piece.listed]
    rows = ((id, book_id, page.number, piece.start, piece.end, piece.heading) for id, (page, piece) in cut_out)
    connection.executemany(
        "INSERT INTO passages (id, book_id, page, start, stop, heading) VALUES (?, ?, ?, ?, ?, ?)", rows
    )
    words_of = ((id, words) for id, words, _signs in searchable if words)
    connection.executemany("INSERT INTO passage_words (rowid, words) VALUES (?, ?)", words_of)
    signs_of = ((id, signs) for id, _words, signs in searchable if signs)
    connection.executemany("INSERT INTO passage_signs (rowid, signs) VALUES (?, ?)", signs_of)
    connection.execute("UPDATE books SET cut = ?, embedded = 0 WHERE id = ?", (CUT, book_id))


def indexed_text(page: Page, piece: PassageCut) -> str:
    """Return the text by which a passage is found: its own, after its heading where that is not in it."""
    text = page.text[piece.start : piece.end]
    return with_heading(text, piece.heading)


def with_heading(text: str, heading: str) -> str:
    """Return the text, after its heading if that is not in it."""
    return text if not heading or heading in text else f"{heading}\n{text}"


def _fold(text: str) -> str:
    """Write a text as the index and the questions to it are written: NFKC, case folded, without soft hyphens."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u00ad", "").replace("\0", " ")


def _searchable(text: str) -> tuple[str, str]:
    """Return the parts of a passage that go into the two indexes: its words, and its runs of characters of scripts
    without spaces."""
    folded = _fold(text)
    runs = [] if folded.isascii() else re.findall(_SIGNS, re.sub(_GAP, "", folded))
    signs = " ".join([*runs, *_END]) if runs else ""
    words = re.sub(_SIGNS, " ", folded) if signs else folded
    if "-\n" in words or "\u2010\n" in words:  # nobody knows whether the hyphen is the word's or the line's
        words = _BROKEN_WORD.sub(r"\1\2 \1 \2", words)
    return words if any(map(str.isalnum, words)) else "", signs


def _terms(question: str) -> tuple[list[str], list[str]]:
    """Return the different words of a question, and its words of scripts without spaces with the pieces they may fall
    into."""
    folded = _fold(storable(question))
    plain = "".join(sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in folded)
    words = re.sub(_SIGNS, " ", plain).split()
    grammar = grammar_of(words)
    runs = list(re.finditer(_ONE_SCRIPT, plain))
    matter = [word for word in words if word not in grammar], [run for run in runs if run.lastgroup != "grammar"]
    if any(matter):
        words, runs = matter
    signs = chain.from_iterable(_pieces(run.group(), 2 if run.lastgroup == "pairs" else 3) for run in runs)
    return list(dict.fromkeys(words))[:_MAX_TERMS], list(dict.fromkeys(signs))[:_MAX_TERMS]


_NAME = re.compile(r"\w+(?:[-_./:+~@#&]\w+)*")


def _names(question: str) -> list[str]:
    """Return the parts of a question that are meant to the letter, each as a phrase: numbers; names, as far as their
    spelling tells."""
    found = []
    first = True
    for match in _NAME.finditer(unicodedata.normalize("NFKC", storable(question).replace("\0", " "))):
        word = match.group()
        capital = len(word) > 1 and word[:1].isupper() and not first
        spelt = any(map(str.isdigit, word)) or (len(word) > 1 and word.isupper()) or re.search(r"\w[_./:@]\w", word)
        if (capital or spelt) and not re.search(f"[{UNSPACED}]", word):
            found.append(" ".join(re.findall(r"\w+", word.casefold().replace("_", " "))))
        first = question[match.end() : match.end() + 1] in tuple(".?!")
    return list(dict.fromkeys(name for name in found if name))[:_MAX_TERMS]


def _pieces(run: str, size: int) -> Iterator[str]:
    """Yield the run itself and all of its parts of `size` characters: 解約通知 is also meant by 解約の通知."""
    yield run
    for start in range(len(run) - size + 1):
        yield run[start : start + size]


def _all_ids(connection: apsw.Connection, book_ids: Sequence[str]) -> dict[str, range]:
    """Return the ids of each book's passages: consecutive, as `index` gives them. One statement asks for thousands."""
    rows = connection.execute(  # each from one end of the index, not from all that is between
        """SELECT value,
                (SELECT id FROM passages WHERE book_id = value ORDER BY page, id LIMIT 1),
                (SELECT id FROM passages WHERE book_id = value ORDER BY page DESC, id DESC LIMIT 1)
            FROM json_each(?)""",
        (msgspec.json.encode(book_ids).decode(),),
    )
    return {book_id: range(low, high + 1) for book_id, low, high in rows if low is not None}


def _ids(connection: apsw.Connection, book_id: str, pages: PageRange) -> range:
    """Return the ids of a book's passages on some pages: consecutive, as `index` gives them."""
    of_pages = "SELECT id FROM passages WHERE book_id = :book AND page BETWEEN :first AND :last"
    low, high = connection.execute(
        f"SELECT ({of_pages} ORDER BY page, id LIMIT 1), ({of_pages} ORDER BY page DESC, id DESC LIMIT 1)",
        {"book": book_id, "first": pages.first, "last": pages.last},
    ).get
    return range(0) if low is None else range(low, high + 1)


def _joined(ranges: Iterable[range]) -> Iterator[range]:
    """Yield the same numbers in as few ranges as there can be: books that came one after the other are one."""
    begun = range(0)
    for following in sorted(ranges, key=lambda each: each.start):
        if begun and following.start <= begun.stop:
            begun = range(begun.start, max(begun.stop, following.stop))
        else:
            if begun:
                yield begun
            begun = following
    if begun:
        yield begun


def _everywhere() -> range:
    return range(1, _LAST_PAGE)


def _segments(phrase: str) -> tuple[list[str], list[str]]:
    """Return the words of a phrase that come one after the other, and its runs of characters of scripts without
    spaces."""
    folded = _fold(storable(phrase))
    plain = "".join(sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in folded)
    joined = re.sub(_GAP, "", folded)
    return [words for words in map(str.strip, re.split(_SIGNS, plain)) if words], re.findall(_SIGNS, joined)


def _near(connection: apsw.Connection, phrase: str, scopes: Sequence[range]) -> list[int]:
    """Return the passages in these scopes with the words of a phrase near each other, the best first, at most
    _MOST_TRIED."""
    import numpy as np

    words, runs = _segments(phrase)
    everywhere = [_everywhere()]
    found: list[Ids] = []
    for words_together in words:
        terms = words_together.split()
        quoted = " ".join(f'"{term}"' for term in terms)
        near = f"NEAR({quoted}, {len(terms) + _ASIDE})"
        sql = "SELECT rowid FROM passage_words WHERE passage_words MATCH ? ORDER BY rank LIMIT ?"
        found.append(np.fromiter(chain.from_iterable(connection.execute(sql, (near, 10 * _MOST_TRIED))), np.int64))
    long, short = ([run for run in runs if (len(run) >= _TRIGRAM) is is_long] for is_long in (True, False))
    found += [ids for ids, _amounts in _matches(connection, "passage_signs", long, everywhere)]
    found += [ids for ids, _amounts in _short(connection, short, everywhere)]
    if not found or not scopes:
        return []
    first, *others = found
    first = first[_inside(first, scopes)]
    for other in others:
        first = first[np.isin(first, other)]
    return [int(id) for id in first[:_MOST_TRIED]]


def _allowed(found: Iterable[_Hits], allowed: Ids | None) -> Iterator[_Hits]:
    """Yield the hits that may count."""
    import numpy as np

    for ids, amounts in found:
        inside = slice(None) if allowed is None else np.isin(ids, allowed, assume_unique=True)
        yield ids[inside], amounts[inside]


def _inside(ids: npt.NDArray[Any], scopes: Sequence[range]) -> npt.NDArray[np.bool_]:
    """Return which of these ids are in a scope. The scopes ascend and do not overlap."""
    import numpy as np

    starts, stops = np.array([(scope.start, scope.stop) for scope in scopes]).T
    place = np.searchsorted(starts, ids, side="right") - 1
    inside: npt.NDArray[np.bool_] = (place >= 0) & (ids < stops[place])
    return inside


def _matches(connection: apsw.Connection, table: str, terms: Iterable[str], scopes: Sequence[range]) -> Iterator[_Hits]:
    """Yield the hits of each term, from the index."""
    import numpy as np  # late: the start of the desk needs none

    looked_through = scopes if len(scopes) <= _APART else [range(scopes[0].start, scopes[-1].stop)]
    for term in terms:
        found = [np.zeros((0, 2))]
        for scope in looked_through:
            where = f"FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ?"
            values = (f'"{term}"', scope.start, scope.stop - 1)  # `_terms` leaves no quotation mark in them
            ids = _numbers(connection.execute(f"SELECT group_concat(rowid) {where}", values).get)
            if len(ids) > _MANY:
                found.append(np.stack((ids, np.zeros(len(ids))), axis=1))
            elif len(ids):
                rows = connection.execute(f"SELECT rowid, -bm25({table}) {where}", values)
                every = np.fromiter(chain.from_iterable(rows), np.float64)  # to the end: what is left open is locked
                found.append(every.reshape(-1, 2))
        hits = np.concatenate(found)
        if looked_through is not scopes:
            hits = hits[_inside(hits[:, 0], scopes)]
        yield hits[:, 0].astype(np.int64), hits[:, 1]


def _short(connection: apsw.Connection, terms: Iterable[str], scopes: Sequence[range]) -> Iterator[_Hits]:
    """Yield the hits of each term that is shorter than a trigram: from all trigrams that begin with it."""
    import numpy as np

    for term in terms:
        found = connection.execute(  # once for all scopes: each time, all trigrams that begin so are looked at
            """SELECT group_concat(doc) FROM passage_sign_places
                WHERE term >= ? AND term < ? AND doc BETWEEN ? AND ?""",
            (term, f"{term}\U0010ffff", scopes[0].start, scopes[-1].stop - 1),
        ).get
        ids, counts = np.unique(_numbers(found), return_counts=True)
        inside = _inside(ids, scopes)
        yield ids[inside], counts[inside].astype(np.float64)


def _numbers(listed: str | None) -> npt.NDArray[np.int64]:
    """Read numbers from the text in which SQLite lists them: rows of them, each made into an object of Python, would
    take several times as long."""
    import numpy as np

    return np.fromstring(listed, np.int64, sep=",") if listed else np.zeros(0, np.int64)


def _ranked(terms: Iterable[_Hits], scopes: Sequence[range]) -> tuple[tuple[int, ...], dict[int, float]]:
    """Return the passages that hold any of these terms, the best first, at most MOST_RANKED: by the weights of the
    terms that each holds, then by how much it holds of them. Return too, for each, its part of the weights of all
    terms."""
    import numpy as np

    start = scopes[0].start
    weights, amounts = np.zeros((2, scopes[-1].stop - start))
    total, count = 0.0, sum(map(len, scopes))
    for ids, amount in sorted(terms, key=lambda hits: len(hits[0])):
        # Not the index's own weight alone: that is of all books on the shelf, and repetition could outdo a second word.
        weight = math.log(1 + (count + 1) / (len(ids) + 1))
        total += weight
        at = ids - start
        some = weights[at] > 0 if len(ids) > _MANY and np.count_nonzero(weights) >= MOST_RANKED else slice(None)
        weights[at[some]] += weight
        amounts[at[some]] += amount[some]
    held = np.flatnonzero(weights)
    if len(held) > MOST_RANKED:
        held = held[weights[held] >= np.partition(weights[held], -MOST_RANKED)[-MOST_RANKED]]
    best = held[np.lexsort((held, -amounts[held], -weights[held]))][:MOST_RANKED]
    ranked = tuple((start + best).tolist())
    return ranked, dict(zip(ranked, (weights[best] / max(total, 1e-9)).tolist(), strict=True))


def _passage(connection: apsw.Connection, id: int, score: float) -> Iterator[Passage]:
    rows = connection.execute(
        """SELECT book_id, page, label, text, start, stop, heading FROM passages
            JOIN pages USING (book_id) WHERE passages.id = ? AND pages.number = passages.page""",
        (id,),
    )
    for book_id, page, label, text, start, end, heading in rows:
        yield Passage(book_id, page, label, text[start:end], start, end, heading, score)

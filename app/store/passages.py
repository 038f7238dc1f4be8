"""Finds the passages of books that a question is about: a full-text index of their pages, kept in the database."""

# ruff: noqa: S608 (what is put into the SQL below are constants of this module, never a value)

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import apsw
import msgspec

from app.core.conversation import PageRange
from app.core.document import Page
from app.core.grammar import grammar_of
from app.store.db import Database
from app.store.folding import storable

PASSAGE_CHARACTERS = 700
_CUT_WINDOW = 200  # how far from the even length a passage may end, to end well
_RRF_K = 60  # Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", SIGIR 2009
_TRIGRAM = 3
_MAX_TERMS = 64  # of a question: more (a page pasted in, say) would only take longer

_BORDERS = (  # best first; a passage may end where a match ends
    re.compile(r"\n[^\S\n]*\n\s*"),
    re.compile(r"""[.!?…]["'”’»)\]]*\s+|[。！？．]["'”’」』）]*\s*"""),
    re.compile(r"\s+"),
)

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_HIRAGANA = "\u3041-\u3096\u309d-\u309f"
_LONG_VOWEL = "\u30fc"  # belongs to the kana before it, of either kind
_KATAKANA = "\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff"
_OTHER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3105-\u312f"  # Thai, Lao, Burmese, Khmer; Bopomofo
_UNSPACED = _HAN + _HANGUL + _HIRAGANA + _LONG_VOWEL + _KATAKANA + _OTHER
"""Scripts that are searched by their characters: written without spaces, or, Korean, with endings on every word."""

_SIGNS = f"[{_UNSPACED}]+"
_GAP = rf"(?<=[{_UNSPACED}])\s+(?=[{_UNSPACED}])"
_ONE_SCRIPT = (  # these three are compiled, and kept by re, when a page is stored or a question asked
    f"(?P<pairs>[{_HAN}]+|[{_HANGUL}]+)|(?P<grammar>[{_HIRAGANA}{_LONG_VOWEL}]+)"
    f"|[{_KATAKANA}{_LONG_VOWEL}]+|[{_OTHER}]+"
)
_BROKEN_WORD = re.compile(r"\b([^\W\d_]++)[-\u2010]\n\s*([^\W\d_]++)")

_Hits = Mapping[int, float]  # by the ids of the passages that hold a term: how much of it, more is better


class Passage(msgspec.Struct, frozen=True):
    """A piece of one page. `page` counts from 1, `label` is the page's own; `text` is the page's text[start:end]."""

    book_id: str
    page: int
    label: str
    text: str
    start: int
    end: int


class Passages:
    """The index of the books that `Books` keeps: it comes and goes with them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, books: Sequence[tuple[str, PageRange | None]], question: str, limit: int) -> tuple[Passage, ...]:
        """The passages, best first, of these books, or of these pages of them, that hold words of `question`.

        `question` is any text at all. What counts is first which of its different words a passage holds, rare ones
        more than frequent ones, and then how often. Books that are gone have no passages.
        Raises AppError as `Database.read` does.
        """
        words, signs = _terms(question)
        with self._database.read() as connection:
            scopes = [scope for book_id, pages in dict.fromkeys(books) if (scope := _scope(connection, book_id, pages))]
            count = len(set().union(*scopes))
            by_words = _matches(connection, "passage_words", words, scopes)
            by_signs = chain(
                _matches(connection, "passage_signs", [term for term in signs if len(term) >= _TRIGRAM], scopes),
                _scan(connection, [term for term in signs if len(term) < _TRIGRAM], scopes),
            )
            ids = _fuse((_rank(by_words, count), _rank(by_signs, count)))
            return tuple(_passage(connection, id) for id in ids[: max(0, limit)])

    def spread(self, books: Sequence[tuple[str, PageRange | None]], limit: int) -> tuple[Passage, ...]:
        """Passages from all over these books, or these pages of them, for what is asked of the whole: at even
        distances, so ordered that any first few are far apart too. Raises AppError as `Database.read` does."""
        with self._database.read() as connection:
            scopes = [scope for book_id, pages in dict.fromkeys(books) if (scope := _scope(connection, book_id, pages))]
            return tuple(_passage(connection, id) for id in _evenly(scopes, limit))


def _evenly(scopes: Sequence[range], limit: int) -> list[int]:
    """Up to `limit` ids of all of them, at even distances, so ordered that any first few are far apart too."""
    ids = list(dict.fromkeys(chain.from_iterable(scopes)))
    count = min(max(0, limit), len(ids))
    bits = count.bit_length()
    order = sorted(range(count), key=lambda number: int(f"{number:0{bits}b}"[::-1], 2))
    return [ids[number * len(ids) // count] for number in order]


def index(connection: apsw.Connection, book_id: str, pages: Iterable[Page]) -> None:
    """Index a book; for `Books.add`, inside its transaction and once per book. Triggers take it out again."""
    last = connection.execute("SELECT ifnull(max(id), 0) FROM passages").get
    in_order = sorted(pages, key=lambda page: page.number)
    pieces = ((page, start, end) for page in in_order for start, end in cut(page.text))
    cut_out = list(enumerate(pieces, last + 1))  # consecutive and in order: `_scope` relies on it
    searchable = [(id, *_searchable(page.text[start:end])) for id, (page, start, end) in cut_out]
    rows = ((id, book_id, page.number, start, end) for id, (page, start, end) in cut_out)
    connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", rows)
    words_of = ((id, words) for id, words, _signs in searchable if words)
    connection.executemany("INSERT INTO passage_words (rowid, words) VALUES (?, ?)", words_of)
    signs_of = ((id, signs) for id, _words, signs in searchable if signs)
    connection.executemany("INSERT INTO passage_signs (rowid, signs) VALUES (?, ?)", signs_of)


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Where the passages of a page begin and end, in characters: one after the other, none empty, nothing left out.

    They are about PASSAGE_CHARACTERS long and end with a paragraph, else a sentence, else at white space.
    """
    start = 0
    while start < len(text):
        pieces = max(1, round((len(text) - start) / PASSAGE_CHARACTERS))
        wanted = start + (len(text) - start) // pieces
        end = len(text) if pieces == 1 else _border(text, wanted)
        yield start, end
        start = end


def _border(text: str, wanted: int) -> int:
    low, high = wanted - _CUT_WINDOW, wanted + _CUT_WINDOW
    for border in _BORDERS:
        # A match that ends at `high` may go on behind it; the next passage then begins with white space.
        if ends := [match.end() for match in border.finditer(text, low, high)]:
            return min(ends, key=lambda end: abs(end - wanted))
    return wanted


def _fold(text: str) -> str:
    """As the index and the questions to it are written: NFKC, case folded, without soft hyphens."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u00ad", "").replace("\0", " ")


def _searchable(text: str) -> tuple[str, str]:
    """What of a passage goes into which index: its words, and its runs of characters of scripts without spaces."""
    folded = _fold(text)
    signs = "" if folded.isascii() else " ".join(re.findall(_SIGNS, re.sub(_GAP, "", folded)))
    words = re.sub(_SIGNS, " ", folded) if signs else folded
    if "-\n" in words or "\u2010\n" in words:  # nobody knows whether the hyphen is the word's or the line's
        words = _BROKEN_WORD.sub(r"\1\2 \1 \2", words)
    return words if any(map(str.isalnum, words)) else "", signs


def _terms(question: str) -> tuple[list[str], list[str]]:
    """The different words of a question, and its words of scripts without spaces with the pieces they may fall into."""
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


def _pieces(run: str, size: int) -> Iterator[str]:
    """The run itself and all of its parts of `size` characters: 解約通知 is also meant by 解約の通知."""
    yield run
    for start in range(len(run) - size + 1):
        yield run[start : start + size]


def _scope(connection: apsw.Connection, book_id: str, pages: PageRange | None) -> range:
    """The ids of a book's passages, or of those on some pages: consecutive, as `index` gives them."""
    first, last = (1, None) if pages is None else (pages.first, pages.last)
    low, high = connection.execute(
        "SELECT min(id), max(id) FROM passages WHERE book_id = ? AND page >= ? AND page <= ifnull(?, page)",
        (book_id, first, last),
    ).get
    return range(0) if low is None else range(low, high + 1)


def _matches(connection: apsw.Connection, table: str, terms: Iterable[str], scopes: Sequence[range]) -> Iterator[_Hits]:
    """For each term its hits, from the index."""
    for term in terms:
        quoted = f'"{term}"'  # terms have no quotation marks: `_terms` leaves nothing but letters, digits and accents
        hits: dict[int, float] = {}
        for scope in scopes:
            rows = connection.execute(
                f"SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ?",
                (quoted, scope.start, scope.stop - 1),
            )
            hits.update((int(id), float(score)) for id, score in rows)
        yield hits


def _scan(connection: apsw.Connection, terms: Sequence[str], scopes: Sequence[range]) -> Iterator[_Hits]:
    """For each term its hits, from the text: an index of trigrams knows nothing shorter than three characters."""
    hits: dict[str, dict[int, float]] = {term: {} for term in terms}
    for scope in scopes if terms else ():
        rows = connection.execute(
            "SELECT rowid, signs FROM passage_signs WHERE rowid BETWEEN ? AND ?", (scope.start, scope.stop - 1)
        )
        for id, signs in rows:
            for term in terms:
                if found := signs.count(term):
                    hits[term][id] = found
    yield from hits.values()


def _rank(terms: Iterable[_Hits], count: int) -> list[int]:
    """Ids, best first. `count`: of the passages that were searched."""
    held: dict[int, tuple[float, float]] = {}
    for hits in terms:
        # Not the index's own weight alone: that is of all books on the shelf, and repetition could outdo a second word.
        weight = math.log(1 + (count + 1) / (len(hits) + 1))
        for id, score in hits.items():
            before = held.get(id, (0.0, 0.0))
            held[id] = before[0] + weight, before[1] + score
    return sorted(held, key=lambda id: (-held[id][0], -held[id][1], id))


def _fuse(rankings: Iterable[Sequence[int]]) -> list[int]:
    """One ranking of several, by the sum of 1 / (k + rank)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, 1):
            scores[id] = scores.get(id, 0.0) + 1 / (_RRF_K + rank)
    return sorted(scores, key=lambda id: (-scores[id], id))


def _passage(connection: apsw.Connection, id: int) -> Passage:
    book_id, page, label, text, start, end = connection.execute(
        """SELECT book_id, page, label, text, start, stop FROM passages
            JOIN pages USING (book_id) WHERE passages.id = ? AND pages.number = passages.page""",
        (id,),
    ).get
    return Passage(book_id, page, label, text[start:end], start, end)

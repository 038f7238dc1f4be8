"""The paragraphs of two books that belong together: by their aligned words, by likeness, and those that moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from app.features.comparison.alignment import Match
from app.features.comparison.book_words import BookWords, Piece

_LINKED_SHARE = 0.5
"""The share of the words of the shorter of two paragraphs that must be aligned with the other."""

_FRAGMENT = 0.6
"""The share of the other's words below which a paragraph may be a part of it."""

_TORN_WORDS = 3
"""The words in a row, on each side of a paragraph's end, that the other book has without such an end, from which on the
paragraph is taken to be torn apart. One is enough if it may be no more than a line's end."""

_LIKE, _LIKE_MOVED = 0.45, 0.7
"""The likeness, up to 1, from which on two paragraphs are taken for one that changed; elsewhere in the book it takes
more."""

_MOVED_WORDS = 5
"""The words from which on a paragraph can move by itself; a shorter one moves only along with the one beside it."""

_MOST_PAIRS = 40_000
_SHINGLE = 3
_COMMON_SHINGLE = 20  # one that so many paragraphs have tells nothing


@dataclass(frozen=True)
class PairedPieces:
    """Pieces that belong together: `first[0]` up to `first[1]` of the one book, and so for the other; either may be
    none."""

    first: tuple[int, int]
    second: tuple[int, int]

    @property
    def is_pair(self) -> bool:
        return self.first[0] < self.first[1] and self.second[0] < self.second[1]


def pair(first: BookWords, second: BookWords, matches: Iterable[Match]) -> Iterator[PairedPieces]:
    """Yield all pieces of both books in groups, in their order: those that belong together, and one for each of the
    others."""
    at = there = 0
    for group in _joined(_links(first, second, matches)):
        yield from _between(first, second, (at, group.first[0]), (there, group.second[0]))
        yield group
        at, there = group.first[1], group.second[1]
    yield from _between(first, second, (at, len(first.pieces)), (there, len(second.pieces)))


def _links(first: BookWords, second: BookWords, matches: Iterable[Match]) -> Iterator[tuple[int, int]]:
    """Yield pairs of pieces, by their index, that share enough of their words."""
    shared: dict[tuple[int, int], int] = defaultdict(int)
    bound: set[tuple[int, int]] = set()  # the words that both share go on, on both sides, into another piece
    torn: set[tuple[int, int]] = set()  # one side alone is divided there: what is two pieces here is one there
    for begin, there, size in matches:
        done, last, words = 0, (-1, -1), 0
        while done < size:
            both = mine, theirs = first.piece_at(begin + done), second.piece_at(there + done)
            left = min(first.pieces[mine].end - begin, second.pieces[theirs].end - there, size) - done
            shared[both] += left
            if done:
                bound |= {last, both}
                divided = second.pieces[theirs] if last[0] == mine else first.pieces[mine]
                one_sided = last[0] == mine or last[1] == theirs
                if one_sided and (not divided.firm or min(words, left) >= _TORN_WORDS):
                    torn |= {last, both}
            done, last, words = done + left, both, left
    for (mine, theirs), words in shared.items():
        sizes = [piece.end - piece.begin for piece in (first.pieces[mine], second.pieces[theirs])]
        part = min(sizes) < _FRAGMENT * max(sizes) and words < _LINKED_SHARE * max(sizes)
        enough = words >= _LINKED_SHARE * min(sizes) and (not part or (mine, theirs) in bound)
        if enough or (mine, theirs) in torn:
            yield mine, theirs


def _joined(links: Iterable[tuple[int, int]]) -> Iterator[PairedPieces]:
    """Join links that have a piece in common into one group."""
    group: PairedPieces | None = None
    for mine, theirs in sorted(links):
        if group is not None and (mine < group.first[1] or theirs < group.second[1]):
            if theirs < group.second[0]:
                continue  # across another link
            first, second = (group.first[0], mine + 1), (group.second[0], max(theirs + 1, group.second[1]))
            group = PairedPieces(first, second)
            continue
        if group is not None:
            yield group
        group = PairedPieces((mine, mine + 1), (theirs, theirs + 1))
    if group is not None:
        yield group


def _between(
    first: BookWords, second: BookWords, here: tuple[int, int], there: tuple[int, int]
) -> Iterator[PairedPieces]:
    """Yield the paragraphs between two groups: pairs that are alike, and the rest alone."""
    at, at_there = here[0], there[0]
    for mine, theirs in _alike(first, second, range(*here), range(*there)):
        yield from _alone((at, mine), (at_there, theirs))
        yield PairedPieces((mine, mine + 1), (theirs, theirs + 1))
        at, at_there = mine + 1, theirs + 1
    yield from _alone((at, here[1]), (at_there, there[1]))


def _alone(here: tuple[int, int], there: tuple[int, int]) -> Iterator[PairedPieces]:
    for mine in range(*here):
        yield PairedPieces((mine, mine + 1), (there[0], there[0]))
    for theirs in range(*there):
        yield PairedPieces((here[1], here[1]), (theirs, theirs + 1))


def _alike(first: BookWords, second: BookWords, here: range, there: range) -> list[tuple[int, int]]:
    """Return the pairs in order whose likeness adds up to the most."""
    if not here or not there or len(here) * len(there) > _MOST_PAIRS:
        return []
    if len(here) == len(there) == 1 and first.pieces[here[0]].heading and second.pieces[there[0]].heading:
        return [(here[0], there[0])]
    best = [[0.0] * (len(there) + 1) for _ in range(len(here) + 1)]
    like = [[_likeness(first, second, mine, theirs) for theirs in there] for mine in here]
    for row in reversed(range(len(here))):
        for column in reversed(range(len(there))):
            paired = like[row][column] and like[row][column] + best[row + 1][column + 1]
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    pairs, row, column = [], 0, 0
    while row < len(here) and column < len(there):
        if like[row][column] and best[row][column] == like[row][column] + best[row + 1][column + 1]:
            pairs.append((here[row], there[column]))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _likeness(first: BookWords, second: BookWords, mine: int, theirs: int) -> float:
    """Return the likeness of two pieces, up to 1; 0 if they are not alike."""
    one, other = first.pieces[mine], second.pieces[theirs]
    if one.note is not other.note:
        return 0.0
    ours, others = first.keys[one.begin : one.end], second.keys[other.begin : other.end]
    if ours == others:
        return 1.0
    return Indel.normalized_similarity(ours, others, score_cutoff=_LIKE)


def find_moved(first: BookWords, second: BookWords, groups: Sequence[PairedPieces]) -> dict[int, int]:
    """Find pieces of the first book that are alone, by their index, with those of the second, alone too, that they
    became elsewhere."""
    gone = [group.first[0] for group in groups if group.second[0] == group.second[1]]
    come = [group.second[0] for group in groups if group.first[0] == group.first[1]]
    found = sorted(_candidates(first, second, gone, come), reverse=True)
    moved: dict[int, int] = {}
    taken: set[int] = set()
    for _, mine, theirs in found:
        if mine not in moved and theirs not in taken:
            moved[mine] = theirs
            taken.add(theirs)
    _take_along(first, second, moved, set(gone), set(come))
    return moved


def _candidates(
    first: BookWords, second: BookWords, gone: Sequence[int], come: Sequence[int]
) -> Iterator[tuple[float, int, int]]:
    """Yield likeness, piece of the first book and piece of the second, only for pieces with words in a row in
    common."""
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for theirs in come:
        for shingle in _shingles(second, second.pieces[theirs]):
            places[shingle].append(theirs)
    for mine in gone:
        near: set[int] = set()
        for shingle in _shingles(first, first.pieces[mine]):
            others = places.get(shingle, ())
            if len(others) <= _COMMON_SHINGLE:
                near.update(others)
        piece = first.pieces[mine]
        ours = first.keys[piece.begin : piece.end]
        for theirs in near:
            other = second.pieces[theirs]
            like = Indel.normalized_similarity(ours, second.keys[other.begin : other.end], score_cutoff=_LIKE_MOVED)
            if like and piece.note is other.note:
                yield like, mine, theirs


def _shingles(book: BookWords, piece: Piece) -> set[tuple[int, ...]]:
    if piece.end - piece.begin < _MOVED_WORDS:
        return set()
    return {tuple(book.keys[at : at + _SHINGLE]) for at in range(piece.begin, piece.end - _SHINGLE + 1)}


def _take_along(first: BookWords, second: BookWords, moved: dict[int, int], gone: set[int], come: set[int]) -> None:
    """Let the pieces beside those that moved, a heading above all, move along if they are the same."""
    taken = set(moved.values())
    for step in (-1, 1):
        for mine, theirs in list(moved.items()):
            while True:
                mine, theirs = mine + step, theirs + step
                if mine not in gone or theirs not in come or mine in moved or theirs in taken:
                    break
                one, other = first.pieces[mine], second.pieces[theirs]
                if first.keys[one.begin : one.end] != second.keys[other.begin : other.end]:
                    break
                moved[mine] = theirs
                taken.add(theirs)

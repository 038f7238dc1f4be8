"""Fills a desk with as many documents and conversations as a large case has, from a seed, by the store's own functions.

`python -m tests.tools.benchmarks.large_desk FOLDER [DOCUMENTS [PAGES [CONVERSATIONS]]]` makes a desk in that folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import sys
from contextlib import AbstractContextManager
from itertools import accumulate, islice
from pathlib import Path
from unittest import mock

import msgspec

from app.core.conversations.conversation import BookRef, Ending, Question
from app.core.conversations.sources import PlaceState, SourcePlace
from app.core.documents.document import Book, Document, Format, Page
from app.core.machine.secret import Key, KeyOrigin
from app.services.services import Services
from app.store.books import Books
from app.store.sources import Sources
from tests.ui import fakes

DOCUMENTS, PAGES, CONVERSATIONS = 10_000, 10, 5_000
TURNS = 2
FOLDER = Path("/home/me/Harbour v Marlow")
_FOLDERS, _SUBFOLDERS = 20, 10
_WORDS_OF_PAGE, _WORDS_OF_ANSWER = 220, 120
_COMMON = "the of and to in a that is for on by with as at this shall be not or from which any"
_STEMS = "quay berth lease tenant notice harbour crane storm repair survey account invoice letter wall rope store"
_KEY = Key("46" * 32, KeyOrigin.FILE)
_ADDED_AT = 1_770_000_000.0
_AT_ONCE = 200
"""Documents that are written in one transaction, as when a folder is added."""


class Texts:
    """Made-up texts, the same for a seed: words as rare as those of a language."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        stems = _STEMS.split()
        words = [*_COMMON.split(), *stems, *(f"{stem}{number}" for number in range(600) for stem in stems)]
        self._words = words
        self._weights = list(accumulate(1 / place for place in range(1, len(words) + 1)))

    def text(self, words: int) -> str:
        """Return so many words, in sentences."""
        drawn = self._draw.choices(self._words, cum_weights=self._weights, k=words)
        return " ".join(word.capitalize() + "." if not number % 17 else word for number, word in enumerate(drawn))


def fill(
    desk: Services, documents: int = DOCUMENTS, pages: int = PAGES, conversations: int = CONVERSATIONS, seed: int = 46
) -> None:
    """Fill a desk: documents of so many pages in folders, conversations about them."""
    texts, books = Texts(seed), list[Book]()
    store, sources = Books(desk.database), Sources(desk.database)
    source = sources.add(FOLDER, _ADDED_AT)
    numbers = iter(range(documents))
    while some := list(islice(numbers, _AT_ONCE)):
        with desk.database.write():
            added = [store.add(document(texts, number, pages), path_of(number)) for number in some]
            places = [_place(source.id, book) for book in added]
            sources.put(places, _ADDED_AT)
        books += added
    numbers = iter(range(conversations))
    while some := list(islice(numbers, _AT_ONCE)):
        with desk.database.write():
            for number in some:
                _talk(desk, texts, number, books[number % len(books)].id if books else "")


def document(texts: Texts, number: int, pages: int) -> Document:
    """Return the document of that number."""
    kind = (Format.PDF, Format.EML, Format.DOCX, Format.XLSX)[number % 4]
    own = tuple(Page(page, str(page), texts.text(_WORDS_OF_PAGE)) for page in range(1, pages + 1))
    title = f"{('Letter', 'Mail', 'Lease', 'Account')[number % 4]} {number} of the harbour"
    return Document(title, kind, hashlib.sha256(title.encode()).hexdigest(), own, (), "en")


def path_of(number: int) -> Path:
    """Return where the file of that document would be: in one of some folders, each with folders in it."""
    ending = ("pdf", "eml", "docx", "xlsx")[number % 4]
    folder = FOLDER / f"Part {number % _FOLDERS}" / f"Box {number // _FOLDERS % _SUBFOLDERS}"
    return folder / f"{number}.{ending}"


def _place(source_id: int, book: Book) -> SourcePlace:
    inside = Path(book.path).relative_to(FOLDER)
    return SourcePlace(source_id, inside, sha256=book.sha256, book_id=book.id, state=PlaceState.READ)


def _talk(desk: Services, texts: Texts, number: int, book_id: str) -> None:
    kept, parent = desk.conversations, None
    talk = kept.create(f"Talk {number} of {texts.text(3)}", (BookRef(book_id),) if book_id else ())
    for _turn in range(TURNS):
        asked = kept.add_question(Question(talk.id, texts.text(12), parent_id=parent))
        answer = kept.begin_answer(asked.id, "Scout")
        kept.save_answer(msgspec.structs.replace(answer, text=texts.text(_WORDS_OF_ANSWER), ending=Ending.COMPLETE))
        parent = answer.id


def of_one_key() -> AbstractContextManager[object]:
    """While this context is entered, desks of tests open with the key of those that this module has made."""
    return mock.patch.object(fakes, "_KEY", _KEY)


if __name__ == "__main__":
    with of_one_key(), contextlib.closing(fakes.open_desk(Path(sys.argv[1])).desk) as made:
        fill(made, *map(int, sys.argv[2:]))

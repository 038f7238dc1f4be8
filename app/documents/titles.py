"""Which book is meant: by its title in a mark, more or less as it is called, or in the sentence before one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz

from app.core.document import CitedBook
from app.documents.scripts import is_unspaced

MIN_WORD_LIKENESS = 85.0
"""Of a word in a title as written to one in a book's title, from 0 to 100, to be taken for a slip of the pen."""

MIN_TITLE_WORDS = 2
"""Of a title that no other book has, in a sentence that means this book, unless there are fewer."""

_FILE_ENDING = re.compile(
    r"\.(?:pdf|epub|docx|odt|rtf|html?|mht(?:ml)?|eml|xls[xm]|[ct]sv|md|markdown|txt)$", re.IGNORECASE
)


def rank_title(written: str, book: CitedBook) -> int:
    """How surely a title as written means the book; 0: it does not."""
    wanted, title = _plain(_FILE_ENDING.sub("", written)), _plain(book.title)
    words, own = _telling_words(wanted), _telling_words(title)
    if wanted == title:
        return 4
    if words and (words <= own or wanted in title):
        return 3
    if words and all(any(fuzz.ratio(word, other) >= MIN_WORD_LIKENESS for other in own) for word in words):
        return 2
    chapters = {page.chapter for page in book.pages if page.chapter}
    return int(any(words and words <= own | _telling_words(_plain(chapter)) for chapter in chapters))


def named_in(claim: str, books: Sequence[CitedBook]) -> CitedBook | None:
    """The one of the books whose title the claim holds; of titles in part alike, what the others do not share."""
    words = _telling_words(_plain(claim))
    titles = [_telling_words(_plain(book.title)) for book in books]
    named = []
    for index, (book, title) in enumerate(zip(books, titles, strict=True)):
        own = title.difference(*titles[:index], *titles[index + 1 :])
        if own and (own <= words or len(own & words) >= MIN_TITLE_WORDS):
            named.append(book)
    return named[0] if len(named) == 1 and len(books) > 1 else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _telling_words(plain: str) -> set[str]:
    return {word for word in plain.split() if len(word) > 2 or word.isdigit() or is_unspaced(word[0])}

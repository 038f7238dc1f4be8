"""Decides what of the books belongs next to a question, by its words and by the turns before it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import takewhile

import msgspec

from app.core.conversations.chapters import (
    OutlineChapter,
    chapters_of,
    find_chapter,
    find_titled,
    named_chapter,
    speaks_of_chapter,
)
from app.core.conversations.conversation import Answer, BookRef, CitationState, PageRange, Turn
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Book
from app.language.grammar import grammar_of
from app.services.finding import question_words as table

_KANA = re.compile("[\u3041-\u30ff]")
_RUN = re.compile("[々〇\u3400-\u4dbf\u4e00-\u9fff]+|[\u30a1-\u30fa\u30fc]+")
_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_MARK = re.compile(r"\[[^\]\n]*\]")
_FEW = 2
"""So much matter is little enough for a word such as "it" to point to the turn before, wherever it is."""

_SOME = 5
"""The same where such a word comes before all matter: nothing in the question can be meant by it."""

_LONG_CHARACTERS = 2000
"""A question with more characters has its own matter, and would take long to look through."""

_SAYS = (Verdict.VERBATIM, Verdict.SEEMS)
_BACK = 3
_ANSWER_WORDS = 12
_ANSWER_CHARACTERS = 400


class QuestionKind(StrEnum):
    """The kinds of question that a search treats differently."""

    ORDINARY = "ordinary"
    FOLLOW_UP = "follow_up"  # it is about what was said before
    NOTHING = "nothing"  # it has no matter of its own: what belongs to it is next to the turn before
    WHOLE = "whole"  # it is about all of a book
    CHAPTER = "chapter"


class PassageQuery(msgspec.Struct, frozen=True):
    """A search for the passages that belong to a question. `text` is searched in `scope`; if it is empty, passages come
    from there evenly. If `alike`, as many come from each of its books. `with_turns` is `text` and the turns before it,
    if it may go on from them and says too little to be sure; half of the passages are searched with it. If a chapter is
    meant, `inside` are its title and those of its parts, `elsewhere` those of all other chapters of these books."""

    kind: QuestionKind
    text: str = ""
    scope: tuple[BookRef, ...] = ()
    alike: bool = False
    with_turns: str = ""
    inside: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def leaves_out(self, heading: str) -> bool:
        """Return whether what stands under this heading belongs to another chapter, which shares a page with the one
        that is meant. A heading is the title of its chapter, or the end of it, behind “Chapter 3”."""
        return not _heads(heading, self.inside) and _heads(heading, self.elsewhere)


class _Words(msgspec.Struct, frozen=True):
    """The words of a question. `matter` are those that are no grammar, in their order, each once. A question that
    `refers` points to something that was said; with `refers_first` it does so before it names anything."""

    plain: str
    matter: tuple[str, ...]
    refers: bool
    refers_first: bool


def decide(
    question: str, refs: tuple[BookRef, ...], turns: Sequence[Turn], book_of: Callable[[str], Book]
) -> PassageQuery:
    """Decide how to search for the passages that belong next to `question`, asked of the books `refs` after `turns`.
    `book_of` gives a book by its id; it is called where the question may speak of its title or a chapter, or goes on
    from an answer that names its pages."""
    if len(question) > _LONG_CHARACTERS:
        return PassageQuery(QuestionKind.ORDINARY, question, refs)
    turns = [turn for turn in turns if turn.is_read]
    words = _read(question)
    if of_chapter := in_chapter(question, refs, book_of):
        return of_chapter
    alike = len(refs) > 1 and bool(table.COMPARING.search(words.plain) or table.ALIKE.search(words.plain))
    matter = [word for word in words.matter if not (alike and word in table.COMPARISON_WORDS)]
    own = [word for word in matter if not _is_general(word)]
    follows = bool(turns) and _follows(words, own)
    if not own and _is_whole(words, alike=alike, follows=follows):
        return PassageQuery(QuestionKind.WHOLE, scope=refs, alike=alike)
    if own and _is_summary(words) and (titled := _titled(own, refs, book_of)):
        return PassageQuery(QuestionKind.WHOLE, scope=titled, alike=len(titled) > 1)
    idle = all(word in table.IDLE or (follows and _is_summary_word(word)) for word in matter)
    if idle and (not follows or matter):
        return PassageQuery(QuestionKind.NOTHING)
    with_turns = "\n".join((question, *_said(turns, refs, book_of))) if turns else ""
    if turns and (follows or not own):
        return PassageQuery(QuestionKind.FOLLOW_UP, with_turns, refs, alike)
    return PassageQuery(QuestionKind.ORDINARY, question, refs, alike, with_turns if len(own) <= _FEW else "")


def _titled(own: Sequence[str], refs: tuple[BookRef, ...], book_of: Callable[[str], Book]) -> tuple[BookRef, ...]:
    """Return the books whose titles have all these words."""
    titles = [(ref, unicodedata.normalize("NFKC", book_of(ref.book_id).title).casefold()) for ref in refs]
    return tuple(ref for ref, title in titles if all(word in title for word in own))


def in_chapter(question: str, refs: tuple[BookRef, ...], book_of: Callable[[str], Book]) -> PassageQuery | None:
    """Return the search for a question about a chapter that an outline has, named by its number or its title; None for
    any other question."""

    def chapters(ref: BookRef) -> tuple[OutlineChapter, ...]:
        book = book_of(ref.book_id)
        return chapters_of(book.outline, book.page_count)

    named = named_chapter(question)
    if named is not None:
        found = [(ref, find_chapter(named, chapters(ref))) for ref in refs]
        rest = _read(named.rest)
        text = "" if _is_summary(rest) or all(map(_is_general, rest.matter)) else " ".join(named.rest.split())
    elif speaks_of_chapter(question):
        own = [word for word in _read(question).matter if not _is_general(word)]
        found, text = [(ref, find_titled(own, chapters(ref))) for ref in refs], ""
    else:
        return None
    meant = [(ref, chapter) for ref, chapter in found if chapter is not None]
    if not meant:
        return None
    scope = tuple(_within(ref, chapter) for ref, chapter in meant)
    inside = tuple(title for ref, chapter in meant for title in _inside(chapter, chapters(ref)))
    elsewhere = tuple(each.title for ref, _chapter in meant for each in chapters(ref) if each.title not in inside)
    return PassageQuery(QuestionKind.CHAPTER, text, scope, alike=len(scope) > 1, inside=inside, elsewhere=elsewhere)


def _heads(heading: str, titles: Sequence[str]) -> bool:
    return bool(heading) and any(title == heading or title.endswith(f" {heading}") for title in titles)


def _inside(chapter: OutlineChapter, chapters: Sequence[OutlineChapter]) -> Iterator[str]:
    """Yield the title of a chapter of these, and those of its parts."""
    yield chapter.title
    behind = chapters[chapters.index(chapter) + 1 :]
    yield from (part.title for part in takewhile(lambda each: each.level > chapter.level, behind))


def _within(ref: BookRef, chapter: OutlineChapter) -> BookRef:
    """Return the chapter's pages, of those on the desk if it has any there."""
    first, last = chapter.pages.first, chapter.pages.last
    if ref.pages is not None:
        first, last = max(first, ref.pages.first), min(last, ref.pages.last)
    return BookRef(ref.book_id, PageRange(first, last)) if first <= last else ref


def _read(text: str) -> _Words:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").strip()
    unnamed = table.EXPLETIVE.sub(" ", plain)
    unnamed = table.OF_THE_BOOK.sub(lambda found: found.group().split()[-1] if " " in found.group() else "本", unnamed)
    spaced = [found.group() for found in _WORD.finditer(_RUN.sub(" ", unnamed)) if not _KANA.match(found.group())]
    grammar = grammar_of(spaced)
    runs = _RUN.findall(unnamed)
    pointers = {word for word in (*spaced, *runs) if word in table.REFERRING}
    japanese = _KANA.search(plain) is not None
    pointing = table.REFERRING_JAPANESE.search(unnamed) if japanese else None
    matter = [word for word in (*spaced, *runs) if word not in grammar and word not in pointers]
    first = next((place for place, word in enumerate(spaced) if word in matter), len(spaced))
    refers_first = any(word in pointers for word in spaced[:first]) if spaced else False
    if pointing is not None:
        refers_first = not any(run in unnamed[: pointing.start()] for run in runs)
    return _Words(unnamed, tuple(dict.fromkeys(matter)), bool(pointers) or pointing is not None, refers_first)


def _is_general(word: str) -> bool:
    """Return whether a word says what is wanted, not about what."""
    return word in table.IDLE or word in table.WHOLE or _is_summary_word(word)


def _is_summary_word(word: str) -> bool:
    return table.SUMMARIES.search(word) is not None


def _is_summary(words: _Words) -> bool:
    return bool(table.SUMMARIES.search(words.plain) or table.SUMMARIES_JAPANESE.search(words.plain))


def _is_whole(words: _Words, *, alike: bool, follows: bool) -> bool:
    """Return whether a question without matter of its own is about all of the books, not about what was said."""
    if table.ABOUT.search(words.plain) or table.LISTS.search(words.plain):
        return True
    names_it = any(word in table.WHOLE for word in words.matter)
    if _is_summary(words):
        return names_it or not follows
    return alike and not (table.CONNECTING.search(words.plain) or (follows and not names_it))


def _follows(words: _Words, own: Sequence[str]) -> bool:
    """Return whether a question points to the turn before."""
    if table.CONNECTING.search(words.plain):
        return len(own) <= _SOME
    if own and all(word in table.RELATIONAL for word in own):
        return True
    return words.refers and len(own) <= (_SOME if words.refers_first else _FEW)


def _said(turns: Sequence[Turn], refs: Sequence[BookRef], book_of: Callable[[str], Book]) -> list[str]:
    """Return the last question, with those that it follows from, and the first words of matter of the last answer,
    after the title of the section that it cites: what follows is mostly in there."""
    said = []
    for turn in turns[: -_BACK - 1 : -1]:
        words = _read(turn.question.text[:_LONG_CHARACTERS])
        said.append(turn.question.text)
        if words.matter and not _follows(words, [word for word in words.matter if not _is_general(word)]):
            break
    answer = turns[-1].answer
    begun = _MARK.sub(" ", answer.text if answer else "")[:_ANSWER_CHARACTERS]
    matter = [word for word in _read(begun).matter if word not in table.IDLE]
    return [*said, " ".join((*_cited(answer, refs, book_of), *matter[:_ANSWER_WORDS]))]


def _cited(answer: Answer | None, refs: Sequence[BookRef], book_of: Callable[[str], Book]) -> list[str]:
    """Return the title of the innermost section, the last one of several, that the first page which an answer cites is
    in."""
    asked = {ref.book_id for ref in refs}
    for book_id, page in pages_cited(answer) if answer is not None else ():
        if book_id in asked:
            book = book_of(book_id)
            chapters = chapters_of(book.outline, book.page_count)
            return [each.title for each in chapters if each.pages.first <= page <= each.pages.last][-1:]
    return []


def pages_cited(answer: Answer) -> list[tuple[str, int]]:
    """Return the books and pages that an answer names or quotes, in the order of its text, then those that have its
    sentences. A mark whose quotation is not there gives none."""
    found = [each for each in answer.citations if each.page > 0 and each.state is not CitationState.NOT_FOUND]
    found.sort(key=lambda each: each.start if each.start >= 0 else len(answer.text))
    named = [(each.book_id, each.page) for each in found]
    return [*named, *((each.book_id, each.page) for each in answer.verdicts if each.page and each.verdict in _SAYS)]

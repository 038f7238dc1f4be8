"""Whether a page is found more often if the model is asked before the search: for the book's own terms, for a sentence
as the book might say it, or for the section that it would look in.

    python -m tests.tools.benchmarks.rewording.measure MODEL.gguf [--context N] [BOOK...]

The model is asked about each question of `finding.json` by itself, at temperature 0; what it writes is printed, to be
read. The books are fetched by `packaging/dev corpus`. For each way and group of questions: how often the right page is
among the first four passages and the first eight, where the search gets the question alone, what the model wrote alone,
and both, passage by passage in turns; and what is found if the right section is known.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path
from typing import TypeAlias

import msgspec

from app.core.conversations.chapters import OutlineChapter, chapters_of
from app.core.conversations.conversation import BookRef
from app.core.conversations.events import Token
from app.core.documents.document import Book
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, LoadSpec, Message, Prompt
from app.services.finding.conversation_search import PassageQuery, QuestionKind
from app.store.books import Books
from app.store.passages import Passage
from tests.tools.benchmarks.test_finding import QUESTIONS, Asked, Shelf
from tests.tools.corpus.words import DEBIAN_BOOKS

_FIRST = (4, 8)
_LOOKED_AT = 8
_MOST_TOKENS = 64
_LEVELS = 2  # of the outline that the model sees
_NAMED = 3
_ASKED = "Book: {title}\nQuestion: {question}", "本: {title}\n質問: {question}"

_TERMS = (
    "I look for the place in a book that answers a question. The question may use everyday words: write the terms that "
    "the book uses, and nothing else.",
    "質問の答えが載っている箇所を本の中で探します。質問が日常の言葉でも、その本で使われる用語だけを書いてください。",
)
_SENTENCE = (
    "Write one sentence that answers the question as the book would say it, in the terms of the book.",
    "質問に答える一文を、その本に書かれているように、本の用語で書いてください。",
)
_SECTIONS = (
    "This is the table of contents of a book.\n\n{contents}\n\nWrite the numbers of the one to three sections that are "
    "most likely to answer the question, the likeliest first, and nothing else.",
    "本の目次です。\n\n{contents}\n\n質問の答えが載っていそうな節の番号を、有力なものから順に一つから三つ、番号だけ書いてください。",
)
_ASKS = (
    (
        ("Lease", "How long before moving out do I have to say so?"),
        ("Family health guide", "What do I take when my head throbs?"),
        ("Car manual", "What if the car will not move?"),
    ),
    (
        ("賃貸借契約書", "家を出るときはどのくらい前に言えばよいですか。"),
        ("家庭の医学", "頭がずきずきするときは何を飲みますか。"),
        ("自動車取扱説明書", "車が動かなくなったらどうしますか。"),
    ),
)
_SHOWN = {
    "terms": (
        (
            "notice period, termination, tenant, written notice, vacate",
            "headache, migraine, painkiller, paracetamol, dose",
            "breakdown, engine stall, warning triangle, roadside assistance, towing",
        ),
        (
            "解約予告期間 契約の解除 退去 明渡し 書面による通知",
            "頭痛 片頭痛 鎮痛剤 アセトアミノフェン 服用",
            "故障 エンジン停止 発炎筒 ロードサービス けん引",
        ),
    ),
    "sentence": (
        (
            "The tenant shall give written notice of termination three months in advance.",
            "Migraine and tension headache are treated with painkillers such as paracetamol.",
            "If the engine stalls, set up the warning triangle and call roadside assistance for towing.",
        ),
        (
            "賃借人は、解約の三か月前までに書面により賃貸人に予告しなければならない。",
            "片頭痛や緊張型頭痛には、アセトアミノフェンなどの鎮痛剤を服用する。",
            "エンジンが停止したときは、発炎筒と停止表示板を置き、ロードサービスにけん引を依頼する。",
        ),
    ),
}
_WAYS = ("terms", "sentence", "sections")


@dataclass(frozen=True)
class Outlined:
    """A book with the sections that the model sees, by numbers of ours: those of the file are not on all of them."""

    book: Book
    sections: dict[str, OutlineChapter]

    @property
    def is_japanese(self) -> bool:
        return self.book.language.startswith("ja")

    @property
    def contents(self) -> str:
        return "\n".join(f"{number} {section.title}" for number, section in self.sections.items())


def outlined(book: Book) -> Outlined:
    sections, counts = {}, [0, 0]
    for chapter in chapters_of(book.outline, book.page_count):
        if chapter.level > _LEVELS:
            continue
        counts = [counts[0] + 1, 0] if chapter.level == 1 else [counts[0], counts[1] + 1]
        title = re.sub(r"^(\d+|[A-Z])(\.\d+)*\.?\s+", "", chapter.title)
        sections[".".join(map(str, counts[: chapter.level]))] = OutlineChapter(title, chapter.level, chapter.pages)
    return Outlined(book, sections)


def prompt_for(way: str, about: Outlined, question: str) -> Prompt:
    """The question comes last: what is before it is read once for each book."""
    japanese = about.is_japanese
    put = _ASKED[japanese].format
    asked = Message("user", put(title=about.book.title, question=question))
    if way == "sections":
        return Prompt(_SECTIONS[japanese].format(contents=about.contents), (), (asked,), thinks=False)
    shown = zip(_ASKS[japanese], _SHOWN[way][japanese], strict=True)
    turns = ((Message("user", put(title=t, question=q)), Message("assistant", a)) for (t, q), a in shown)
    rules = _TERMS if way == "terms" else _SENTENCE
    return Prompt(rules[japanese], (), (*chain.from_iterable(turns), asked), thinks=False)


def write(engine: EngineClient, prompt: Prompt) -> str:
    pieces: list[str] = []
    order = AnswerTo(prompt, Sampling(temperature=0, true_quotes=False), _MOST_TOKENS)
    finish(engine.run(order, Cancel()), lambda event: pieces.append(event.text) if isinstance(event, Token) else None)
    return "".join(pieces).strip()


def queries(about: Outlined, way: str, question: str, wrote: str) -> tuple[PassageQuery, PassageQuery]:
    """For what the model wrote alone, and for the question and that in turns."""
    whole = BookRef(about.book.id)
    ordinary = PassageQuery(QuestionKind.ORDINARY, question, (whole,))
    if way != "sections":
        words = " ".join(dict.fromkeys(re.split(r"[\s、,]+", wrote)))
        return msgspec.structs.replace(ordinary, text=words), msgspec.structs.replace(ordinary, with_turns=words)
    named = [about.sections[number] for number in re.findall(r"\d+(?:\.\d+)?", wrote) if number in about.sections]
    scope = tuple(BookRef(about.book.id, section.pages) for section in named[:_NAMED])
    found = (msgspec.structs.replace(ordinary, scope=some, alike=True) for some in (scope, (whole, *scope)))
    return next(found), next(found)


def with_known_section(about: Outlined, asked: Asked, question: str) -> PassageQuery:
    """In the innermost section of the first right page."""
    page = asked.pages[0]
    holding = [each.pages for each in about.sections.values() if each.pages.first <= page <= each.pages.last]
    section = BookRef(about.book.id, holding[-1] if holding else None)
    return PassageQuery(QuestionKind.ORDINARY, question, (section,))


Key: TypeAlias = tuple[str, str, str, str]
"""Book, group, wording, and how it was searched."""


def measure(engine: EngineClient, shelf: Shelf) -> dict[Key, list[tuple[Asked, Sequence[Passage]]]]:
    """Return the passages that each question finds, for every way of searching."""
    books = {name: outlined(Books(shelf.database).book(id)) for name, id in shelf.ids.items()}
    hits = defaultdict[Key, list[tuple[Asked, Sequence[Passage]]]](list)
    for way, name in product(_WAYS, books):
        about, began = books[name], time.monotonic()
        cases = [(asked, *pair) for asked in QUESTIONS if asked.book == name for pair in asked.wordings()]
        for asked, wording, text in cases:
            wrote = write(engine, prompt_for(way, about, text))
            print(f"{way}: {text} => {' '.join(wrote.split())}")
            alone, both = queries(about, way, text, wrote)
            searched = {way: alone, f"{way}, in turns": both}
            if way == _WAYS[0]:
                plain = PassageQuery(QuestionKind.ORDINARY, text, (BookRef(about.book.id),))
                known = with_known_section(about, asked, text)
                searched |= {"question": plain, "section known": known}
            for how, query in searched.items():
                passages = shelf.search.passages_for(query, _LOOKED_AT).passages if query.scope else ()
                hits[name, asked.group, wording, how].append((asked, passages))
        print(f"{way}, {name}: {(time.monotonic() - began) / len(cases):.1f} s a question")
    return hits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("books", nargs="*", metavar="BOOK", help=", ".join(DEBIAN_BOOKS))
    parser.add_argument("--context", type=int, default=4096)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine, shelf = EngineClient(), Shelf(Path(folder), options.books or DEBIAN_BOOKS)
        try:
            finish(engine.load(LoadSpec(str(options.model), context_tokens=options.context), Cancel()))
            hits = measure(engine, shelf)
        finally:
            engine.close()
            shelf.close()
    for (name, group, wording, how), found in sorted(hits.items()):
        counts = (sum(any(p.page in asked.pages for p in some[:most]) for asked, some in found) for most in _FIRST)
        print(f"{name:24}{group:9}{wording:7}{how:20}{' '.join(map(str, counts))} of {len(found)}")


if __name__ == "__main__":
    main()

"""Comparing two books of the shelf, and asking what their differences mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.conversations.conversation import BookRef, Conversation, Draft, Question
from app.core.conversations.events import Loading, Notice, Tokenizing
from app.core.documents.document import Book, Document
from app.core.work import Cancel, Work
from app.engine.protocol import Measure
from app.features.comparison.data import (
    ChangeKind,
    ComparedBooks,
    ComparedParagraph,
    ComparedPassage,
    Comparing,
    Stretch,
    WordState,
)
from app.models import local
from app.services.asking.ask import Ask, title_of
from app.services.asking.prompts import PromptQuestion
from app.services.library.library import Library
from app.services.services import Services
from app.store.conversations import Conversations, Drafts

_KINDS = {
    ChangeKind.ADDED: "Added",
    ChangeKind.REMOVED: "Removed",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.MOVED: "Moved",
    ChangeKind.SPLIT: "Split into several paragraphs",
    ChangeKind.JOINED: "Joined into one paragraph",
}
_ALL = "A program compared the text of the two documents. These are all differences, {n} in number:"
_SOME = "A program compared the text of the two documents. It found {n} differences; these are the first {shown}:"
_NONE = "A program compared the text of the two documents and found no difference."
_ASKED = (
    "Do not repeat this list. Say what matters for the question, and name the pages of both documents.\n\n"
    "Question: {question}"
)

_AROUND = (400, 150, 50)
"""The characters of a paragraph that are shown before and after what changed in it, or of one that was added or
removed; fewer if there is not enough room."""

_DRAFTED = 200
"""The number of changes that are written into a question which a person completes."""

_ROUND = str.maketrans("[]", "()")


@dataclass(frozen=True)
class ComparedQuestion:
    """A question with the changes that it is about. `shown` counts those of all of them that found room. `excerpts`
    tells that the books did not, and the model sees passages of them instead."""

    question: Question
    shown: int
    excerpts: bool


@dataclass(frozen=True)
class Comparisons:
    """The comparisons of a desk. `question` belongs to the engine's one executor; `compare` and `begin` need no
    engine."""

    library: Library
    conversations: Conversations
    drafts: Drafts
    ask: Ask

    def compare(self, first_id: str, second_id: str, cancel: Cancel) -> Work[Comparing, ComparedBooks]:
        """Compare the second book with the first, as the model reads them. Raises AppError FILE_MISSING; Stopped."""
        from app.features.comparison.compare import compare  # its regular expressions take a while

        first, second = self.library.book(first_id), self.library.book(second_id)
        found = yield from compare(self._document(first), self._document(second), cancel)
        return ComparedBooks(first, second, found)

    def question(
        self, compared: ComparedBooks, asked: str, cancel: Cancel
    ) -> Work[Loading | Tokenizing | Notice, ComparedQuestion]:
        """Make a question in a conversation of its own, which has both books on its desk: with as many of the changes
        as find room after the books, or, if not all do, in place of the books.

        Raises AppError as `Models.ready`; Stopped.
        """
        refs = tuple(BookRef(book_id) for book_id in dict.fromkeys((compared.first.id, compared.second.id)))
        model = yield from self.ask.models.ready(cancel)
        conversation = self.conversations.create(books=refs)
        self.conversations.rename(conversation.id, title_of(asked))
        changes = compared.found.changes
        if local.is_starter(model.path):  # it answers by a search, for which the changes would only be more words
            return ComparedQuestion(Question(conversation.id, asked, refs), 0, False)
        for shown, around, excerpts in _sizes(len(changes)):
            text = with_changes(compared, asked, changes[:shown], around)
            put = PromptQuestion(refs, text)
            prompt, _books = self.ask.prompts.build(put, excerpts=excerpts, conversation_id=conversation.id)
            size = yield from self.ask.engine.run(Measure(prompt), cancel)
            if size.total + self.ask.reserve() <= model.context_tokens:
                break
        return ComparedQuestion(Question(conversation.id, text, refs), shown, excerpts)

    def begin(self, compared: ComparedBooks, asked: str) -> Conversation:
        """Begin a conversation with both books on its desk, in which a question with the changes is written and not
        sent."""
        refs = tuple(BookRef(book_id) for book_id in dict.fromkeys((compared.first.id, compared.second.id)))
        conversation = self.conversations.create(title_of(_title(compared)), refs)
        shown = compared.found.changes[:_DRAFTED]
        self.drafts.keep(conversation.id, Draft(with_changes(compared, asked, shown, _AROUND[1])))
        return conversation

    def _document(self, book: Book) -> Document:
        return Document(
            book.title, book.format, book.sha256, self.library.pages(book.id), book.outline, book.language, book.reading
        )


def comparisons_of(desk: Services) -> Comparisons:
    return Comparisons(desk.documents.library, desk.conversations, Drafts(desk.database), desk.asking.ask)


def _sizes(changes: int) -> Iterator[tuple[int, int, bool]]:
    """Yield how many changes to show, how much around each, and whether in place of the books: the best first, the
    least last."""
    for excerpts in (False, True):
        for around in _AROUND:
            yield changes, around, excerpts
    shown = changes
    while shown:
        shown = shown * 3 // 4
        yield shown, _AROUND[-1], True


def _title(compared: ComparedBooks) -> str:
    return f"{compared.first.title} → {compared.second.title}"


def with_changes(compared: ComparedBooks, asked: str, shown: Sequence[ComparedParagraph], around: int) -> str:
    """Return the question as the model reads it."""
    total = len(compared.found.changes)
    head = _NONE if not total else (_ALL if len(shown) == total else _SOME).format(n=total, shown=len(shown))
    lines = [_line(number, change, compared, around) for number, change in enumerate(shown, 1)]
    return "\n".join((head, *lines, "", _ASKED.format(question=asked)))


def _line(number: int, change: ComparedParagraph, compared: ComparedBooks, around: int) -> str:
    sides = [
        (book, passage)
        for book, passage in ((compared.first, change.before), (compared.second, change.after))
        if passage is not None
    ]
    places = " and ".join(_mark(book, passage) for book, passage in sides)
    text = f"“{_cut(sides[-1][1], around)}”"
    if change.has_other_words:
        text = f"{'; '.join(_replaced(change, 2 * around))}. It now reads: {text}"
    return f"{number}. {_KINDS[change.kind]}, {places}: {text}"


def _replaced(change: ComparedParagraph, most: int) -> Iterator[str]:
    """Yield the changes to a paragraph's words, each piece no longer than so many characters."""
    waiting = ""
    for stretch in (*change.stretches, Stretch(WordState.SAME, "")):
        words = " ".join(stretch.text.split())
        words = words if len(words) <= most else f"{words[:most].rstrip()} …"
        if stretch.state is WordState.ADDED:
            yield f"“{waiting}” became “{words}”" if waiting else f"“{words}” was added"
            waiting = ""
        elif waiting:
            yield f"“{waiting}” was removed"
            waiting = ""
        if stretch.state is WordState.REMOVED:
            waiting = words


def _mark(book: Book, passage: ComparedPassage) -> str:
    title = " ".join(book.title.translate(_ROUND).split())
    labels = dict.fromkeys(span.label for span in passage.spans)
    return f"[{title}, p. {'–'.join(labels) if len(labels) < 3 else '–'.join((*labels,)[:: len(labels) - 1])}]"


def _cut(passage: ComparedPassage, around: int) -> str:
    """Return the change of a paragraph with so many characters around it; the beginning of one that is new or gone."""
    text = " ".join(passage.text.split())
    if len(text) <= 2 * around:
        return text
    if not passage.words:
        return f"{text[: 2 * around].rstrip()} …"
    offset = passage.spans[0].start
    low = passage.words[0].start - offset - around if passage.words[0].page == passage.spans[0].page else 0
    high = passage.words[-1].end - offset + around if passage.words[-1].page == passage.spans[0].page else len(text)
    low, high = max(0, low), min(len(text), high)
    return f"{'… ' if low else ''}{text[low:high].strip()}{' …' if high < len(text) else ''}"

"""Replaces names in the texts of a conversation on their way to a server; found once, and the same in every request.

A text keeps the pseudonyms that were known when it was first sent: so books stay equal to the byte, and the server need
not read them again. What is found later and was sent already, as it is, stays as it is: the model could not connect the
two. What a person adds is replaced everywhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from app.core.errors import AppError
from app.engine.protocol import DocumentText, Message, PageText, Prompt
from app.features.pseudonyms.data import REPLACED, Named, NamedKind, Pseudonym, PseudonymUse
from app.features.pseudonyms.finding import WrittenWords, find
from app.features.pseudonyms.stand_ins import Replacer, Restorer, number_of, stand_in, tag_of
from app.features.pseudonyms.store import KnownText, PseudonymStore

EXPLANATION = (
    "Names and numbers in the texts are replaced by words in square brackets, such as [Person 1]; [Person 1b] is the"
    " same person called otherwise. Write these exactly as they are, with their brackets, also within quotations."
)
"""The explanation of stand-ins for the model. It stands in the rules whether something is replaced or not, so that what
follows stays where it is."""

_REMEMBERED = 64
"""The number of replaced documents that are remembered, so that the next question need not replace them again."""

_MOST_LOOSE = 2_000
"""The number of texts that are remembered which were measured for no conversation."""

Value = TypeVar("Value")
Key = TypeVar("Key")


@dataclass(frozen=True)
class Replaced:
    """A prompt as it is sent. `used` are the numbers of what is replaced in it, and `restorer` puts it back."""

    prompt: Prompt
    used: tuple[Pseudonym, ...]

    def restorer(self) -> Restorer:
        return Restorer(self.used)


class Pseudonyms:
    """The pseudonyms of one desk. All methods raise AppError as the store does. The conversation "" has those of texts
    that are measured for none, which are kept nowhere."""

    def __init__(self, store: PseudonymStore, document: Callable[[str], DocumentText]) -> None:
        """`document` returns a whole book by its id, and raises AppError FILE_MISSING for one that is gone."""
        self._store = store
        self._of_book = document
        self._lock = threading.RLock()  # two threads that find names at a time would give one number twice
        self._loose: tuple[list[Pseudonym], dict[bytes, KnownText]] = ([], {})
        self._documents: OrderedDict[tuple[bytes, Replacer], tuple[DocumentText, frozenset[int]]] = OrderedDict()
        self._replacers: OrderedDict[tuple[Pseudonym, ...], Replacer] = OrderedDict()

    # ---- what a person sees and decides

    def of(self, conversation_id: str) -> list[Pseudonym]:
        """Return the pseudonyms of a conversation in the order in which they were found."""
        return self._known(conversation_id)[0]

    def is_sent_as_is(self, conversation_id: str) -> bool:
        return self._store.is_sent_as_is(conversation_id)

    def send_as_is(self, conversation_id: str, as_is: bool) -> None:
        """Set whether nothing is replaced in a conversation."""
        self._store.send_as_is(conversation_id, as_is)

    def decide(self, conversation_id: str, replaced: Iterable[str], as_is: Iterable[str]) -> None:
        """Replace these texts in all that is sent from now on, and send those as they are. What is not known yet is
        added. A text that is decided so already stays as it is."""
        with self._lock:
            self._decide(conversation_id, replaced, as_is)

    def _decide(self, conversation_id: str, replaced: Iterable[str], as_is: Iterable[str]) -> None:
        known = {each.text: each for each in self.of(conversation_id)}
        changed = [
            msgspec.structs.replace(known[text], use=PseudonymUse.NEVER)
            for text in map(_one_line, as_is)
            if text in known and known[text].use in REPLACED
        ]
        wanted = [text for text in dict.fromkeys(map(_one_line, replaced)) if text]
        changed += [
            msgspec.structs.replace(known[text], use=PseudonymUse.ALWAYS)
            for text in wanted
            if text in known and known[text].use not in REPLACED
        ]
        added = [(Named(NamedKind.WORD, text),) for text in wanted if text not in known]
        changed += made_for(added, self.of(conversation_id), wanted, PseudonymUse.ALWAYS)
        self._store.keep(conversation_id, changed)

    def for_export(self, conversation_id: str, texts: Sequence[str], book_ids: Iterable[str]) -> Replacer:
        """Return a replacer that puts stand-ins into texts that leave as a file: for all names in them that are found
        in them or in their books, also for those that were sent as they are. They are kept with the conversation, so
        that somebody can look up whom they mean, and another export has the same."""
        with self._lock:
            return self._for_export(conversation_id, texts, book_ids)

    def _for_export(self, conversation_id: str, texts: Sequence[str], book_ids: Iterable[str]) -> Replacer:
        known, books = self.of(conversation_id), list[str]()
        for book_id in dict.fromkeys(book_ids):
            with contextlib.suppress(AppError):  # it is gone
                books.append(_lines(self._of_book(book_id)))
        words = WrittenWords(texts)
        there = (tuple(form for form in forms if form.text in words) for forms in find([*texts, *books]))
        made = made_for((forms for forms in there if forms), known, texts)
        self._keep(conversation_id, made, {})
        return Replacer(each for each in (*known, *made) if each.use is not PseudonymUse.NEVER)

    # ---- on the way

    def replace(self, prompt: Prompt) -> Replaced:
        """Replace names in a prompt, so that a server may see it. What is found in it for the first time is kept with
        the conversation."""
        with self._lock:
            known, texts = self._known(prompt.conversation_id)
            known, texts = self._look(prompt, known, texts)
        documents, used = [], set[int]()
        for document in prompt.documents:
            written, numbers = self._document(document, self._replacer(known, texts[_digest(_lines(document))].last))
            documents.append(written)
            used |= numbers
        messages = []
        for message in prompt.messages:
            replacer = self._replacer(known, texts[_digest(message.text)].last)
            text, numbers = replacer.replaced(message.text)
            messages.append(Message(message.role, text, message.images))
            used |= numbers
        rules = f"{prompt.rules}\n\n{EXPLANATION}".strip()
        sent = Prompt(rules, tuple(documents), tuple(messages), conversation_id=prompt.conversation_id)
        return Replaced(sent, tuple(each for each in known if each.number in used))

    def answered(self, conversation_id: str, text: str) -> None:
        """Note an answer that came from the server, which knows what it wrote: nothing is looked for in it."""
        known, _texts = self._known(conversation_id)
        self._keep(conversation_id, [], {_digest(text): KnownText(known[-1].number if known else 0)})

    def _look(
        self, prompt: Prompt, known: list[Pseudonym], texts: dict[bytes, KnownText]
    ) -> tuple[list[Pseudonym], dict[bytes, KnownText]]:
        """Look for names in what was not sent yet."""
        units = {_digest(lines): (lines, book_id) for lines, book_id in self._units(prompt)}
        new = {digest: unit for digest, unit in units.items() if digest not in texts}
        if not new:
            return known, texts
        fresh = [lines for lines, _book_id in new.values()]
        by_text = {each.text for each in known}
        found = [forms for forms in find(fresh) if any(form.text not in by_text for form in forms)]
        before = [
            self._as_sent(lines, known, texts[digest]) for digest, (lines, _id) in units.items() if digest in texts
        ]
        made = made_for(found, known, fresh)
        sent = Replacer(made).replaced("\n".join(before))[1]
        made = [msgspec.structs.replace(each, use=PseudonymUse.SENT) if each.number in sent else each for each in made]
        known = [*known, *made]
        last = known[-1].number if known else 0
        added = {digest: KnownText(last, book_id) for digest, (_lines, book_id) in new.items()}
        self._keep(prompt.conversation_id, made, added)
        return known, texts | added

    def _units(self, prompt: Prompt) -> Iterator[tuple[str, str]]:
        """Yield the texts that names are looked for in, each with the id of its book; empty for what was said. A
        passage has the names that are found in all of its book."""
        for document in (*prompt.documents, *prompt.quoted):
            yield _lines(document), document.book_id
        for book_id in dict.fromkeys(prompt.about):
            with contextlib.suppress(AppError):  # it is gone
                yield _lines(self._of_book(book_id)), book_id
        for message in prompt.messages:
            yield message.text, ""

    def _as_sent(self, text: str, known: Sequence[Pseudonym], seen: KnownText) -> str:
        return self._replacer(known, seen.last).replaced(text)[0]

    def _replacer(self, known: Sequence[Pseudonym], last: int) -> Replacer:
        used = tuple(
            each
            for each in known
            if each.use is PseudonymUse.ALWAYS or (each.use is PseudonymUse.FOUND and each.number <= last)
        )
        return _remembered(self._replacers, used, lambda: Replacer(used))

    def _document(self, document: DocumentText, replacer: Replacer) -> tuple[DocumentText, frozenset[int]]:
        def made() -> tuple[DocumentText, frozenset[int]]:
            title, used = replacer.replaced(document.untrusted_title)
            pages = [(page.label, replacer.replaced(page.untrusted_text)) for page in document.pages]
            written = DocumentText(title, tuple(PageText(label, text) for label, (text, _u) in pages), document.book_id)
            return written, used.union(*(numbers for _label, (_text, numbers) in pages))

        return _remembered(self._documents, (_digest(_lines(document)), replacer), made)

    def _known(self, conversation_id: str) -> tuple[list[Pseudonym], dict[bytes, KnownText]]:
        if not conversation_id:
            if len(self._loose[1]) > _MOST_LOOSE:
                self._loose = [], {}
            return self._loose
        return self._store.of(conversation_id), self._store.texts(conversation_id)

    def _keep(self, conversation_id: str, made: Sequence[Pseudonym], texts: dict[bytes, KnownText]) -> None:
        if conversation_id:
            self._store.keep(conversation_id, made, texts)
        else:
            self._loose = [*self._loose[0], *made], self._loose[1] | texts


def made_for(
    found: Iterable[tuple[Named, ...]],
    known: Sequence[Pseudonym],
    texts: Iterable[str],
    use: PseudonymUse = PseudonymUse.FOUND,
) -> list[Pseudonym]:
    """Make pseudonyms for what has none, in the language of those that there are, or of the texts."""
    tag, made = tag_of(known, texts), list[Pseudonym]()
    by_text = {each.text: each for each in known}
    counts = Counter(each.kind for each in {(e.kind, number_of(e.stand_in)): e for e in known}.values())
    forms_of = Counter((each.kind, number_of(each.stand_in)) for each in known)
    for forms in found:
        first = by_text.get(forms[0].text)
        kind = first.kind if first is not None else forms[0].kind
        number = number_of(first.stand_in) if first is not None else 0
        for form in forms:
            if form.text in by_text:
                continue
            if not number:
                counts[kind] += 1
                number = counts[kind]
            written = stand_in(tag, kind, number, forms_of[kind, number])
            forms_of[kind, number] += 1
            by_text[form.text] = Pseudonym(len(known) + len(made) + 1, kind, form.text, written, use)
            made.append(by_text[form.text])
    return made


def _lines(document: DocumentText) -> str:
    return "\n".join((document.untrusted_title, *(page.untrusted_text for page in document.pages)))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _remembered(kept: OrderedDict[Key, Value], key: Key, make: Callable[[], Value]) -> Value:
    """Return the value that was made for this key, or make it; the last ones are kept."""
    if key not in kept:
        kept[key] = make()
    kept.move_to_end(key)
    while len(kept) > _REMEMBERED:
        kept.popitem(last=False)
    return kept[key]

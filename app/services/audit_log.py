"""Writes the record of a desk: who was asked, of what, with what outcome; and what came, went and was decided."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.core.conversations.conversation import Answer, Ending, StoredQuestion, Usage
from app.core.documents.document import Book
from app.core.policy import Policy
from app.core.record import HERE, Happening, RecordKind
from app.core.settings import Settings, value_of
from app.engine.kv.saved_states import fingerprint
from app.engine.protocol import ModelInfo
from app.models.local import ModelFile
from app.models.provenance import record_beside
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.record import RecordStore
from app.store.settings import SettingsStore

RECORDED_SETTINGS = (
    *("remote.address", "remote.enabled", "remote.model", "remote.ca_file", "remote.images"),
    *("remote.name", "hub.endpoint"),
    *(
        "lock.idle_minutes",
        "lock.with_session",
        "retention.conversations_days",
        "retention.readings_days",
        "retention.bin_days",
        "record_texts",
        "use_bin",
        "readings_quota_gb",
        "sampling.true_quotes",
        "weigh_sentences",
    ),
)
"""The settings that decide on what leaves the machine, what is kept, and what is checked."""

_POLICY = "policy"
"""A blob: the hash of the policy that was in force last."""

_DOCUMENTS_OF_ENTRY = 100


@dataclass(frozen=True)
class AuditLog:
    """All methods raise AppError as the store does. `model` gives the one that is loaded. `client` is the program that
    asks over MCP, empty if a person asks."""

    store: RecordStore
    books: Books
    settings: Callable[[], Settings]
    model: Callable[[], ModelInfo | None]
    client: str = ""

    def note(self, happening: Happening, *, books: Iterable[str] = ()) -> None:
        """Note what happened. `books` are the ids of those that it is about, whose documents are named."""
        self.note_all((happening,), books=books)

    def note_all(self, happenings: Iterable[Happening], *, books: Iterable[str] = ()) -> None:
        """Note several happenings, as `note` does one, in one step. A text that is about nothing else goes with the
        first of the books."""
        wanted = tuple(dict.fromkeys(books))
        known = self.books.hashes(wanted) if wanted else {}
        kept = [id for id in wanted if id in known]
        documents = tuple(known[id] for id in kept)
        named = (_about(each, documents, kept[0] if kept else "") for each in happenings)
        self.store.add(tuple(named), texts=self.settings().record_texts)

    def by_model(self, happening: Happening, *, books: Iterable[str] = ()) -> None:
        """Note a happening, as `note` does, with the model that is loaded."""
        model = self.model()
        if model is not None:
            engine = model.host or HERE
            hash = "" if model.host else hash_of_model(model.path)
            happening = msgspec.structs.replace(happening, model=model.name, model_hash=hash, engine=engine)
        self.note(happening, books=books)

    def documents_added(self, books: Sequence[Book]) -> None:
        """Record that documents came onto the shelf."""
        for start in range(0, len(books), _DOCUMENTS_OF_ENTRY):
            some = books[start : start + _DOCUMENTS_OF_ENTRY]
            hashes = tuple(book.sha256 for book in some)
            happening = Happening(RecordKind.IMPORT, documents=hashes, detail=f"documents: {len(some)}")
            if len(books) == 1:
                happening = msgspec.structs.replace(happening, item=some[0].id, text=some[0].title)
            self.note(happening)

    def exported(self, what: str, path: Path, *, item: str = "", books: Iterable[str] = ()) -> None:
        """Record that something left the desk as a file: `what` in a word, such as conversation. `item` is its id."""
        detail = f"{what} as {path.suffix.removeprefix('.').lower()}"
        self.note(Happening(RecordKind.EXPORT, item, detail=detail, text=path.name), books=books)

    def settings_changed(self, before: Settings, after: Settings) -> None:
        """Note the changes of settings that decide on what leaves, what is kept and what is checked."""
        for path in RECORDED_SETTINGS:
            if (value := value_of(after, path)) != value_of(before, path):
                self.note(Happening(RecordKind.SETTING, detail=f"{path}: {value}"))

    def policy_in_force(self, policy: Policy, kept: SettingsStore) -> None:
        """Record that another policy is in force than at the last start, or none any more."""
        rules = msgspec.json.encode(policy) if policy.path else b""
        digest = hashlib.sha256(rules).hexdigest() if rules else ""
        if (kept.get_blob(_POLICY) or b"").decode("ascii", "replace") != digest:
            state = policy.problem.code.value if policy.problem is not None else "in force" if rules else "none"
            self.note(Happening(RecordKind.POLICY, detail=" ".join(filter(None, (state, digest)))))
            kept.set_blob(_POLICY, digest.encode())

    def answered(self, question: StoredQuestion, answer: Answer, ending: Ending, usage: Usage) -> None:
        """Record that a question was answered, or that this was tried. `usage` is what was done for it now."""
        kind = RecordKind.ANSWER if question.plan is None else RecordKind.ASKED_ALL
        if self.store.is_of_sheet(question.conversation_id):
            kind = RecordKind.CELL
        happening = Happening(
            kind,
            question.conversation_id,
            ending=ending,
            tokens_read=usage.evaluated_tokens,
            tokens_written=usage.generated_tokens,
            detail="; ".join(filter(None, (self._asked_by(), _detail_of(answer)))),
            text=question.text,
        )
        self.by_model(happening, books=(ref.book_id for ref in question.all_books))

    def by_program(self, what: str, *, item: str = "", books: Iterable[str] = (), text: str = "") -> None:
        """Record that the program that asks got something else than an answer: `what` in a few words, such as `pages 3
        to 7`."""
        detail = "; ".join(filter(None, (self._asked_by(), what)))
        self.note(Happening(RecordKind.PROGRAM, item, detail=detail, text=text), books=books)

    def _asked_by(self) -> str:
        return f"program: {self.client}" if self.client else ""


def _about(happening: Happening, documents: tuple[str, ...], book_id: str) -> Happening:
    """Return a happening with these documents. The book is what a text is about that names nothing else."""
    item = happening.item or (book_id if happening.text else "")
    return msgspec.structs.replace(happening, item=item, documents=(*happening.documents, *documents))


def _detail_of(answer: Answer) -> str:
    """Return why an answer failed, or how many names and numbers were replaced on the way to a server."""
    if answer.problem is not None:
        return answer.problem.code.value
    return f"replaced: {answer.sent.replaced}" if answer.sent is not None else ""


def close_open_answers(conversations: Conversations, audit_log: AuditLog) -> None:
    """Close answers at start-up that were being written when Octavo ended: they get an ending, and their entries."""
    with conversations.together():
        for id in conversations.close_open_answers():
            answer = conversations.answer(id)
            question = conversations.question(answer.question_id) if answer is not None else None
            if answer is not None and question is not None:
                audit_log.answered(question, answer, answer.ending, answer.usage)


def of_model(kind: RecordKind, model: ModelFile, *, detail: str = "model", engine: str = "") -> Happening:
    """Return a happening that concerns a model."""
    return Happening(kind, model=model.name, model_hash=hash_of_model(model.path), engine=engine, detail=detail)


@functools.lru_cache(maxsize=8)
def hash_of_model(path: str) -> str:
    """Return the SHA-256 of a model's file, if it came with one; of several files, of their list as `sha256sum` writes
    it. Of others return a hash of samples, marked so; empty if the file is gone."""
    record = record_beside(Path(path))
    if record is not None:
        return record.sha256
    try:
        return f"sampled:{fingerprint(Path(path))}"
    except OSError:
        return ""

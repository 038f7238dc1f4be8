"""Shows before anything leaves what would be replaced in a question and its books, and takes what a person decides
about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.core.conversations.conversation import RULES_VERSION, BookRef, Question, QuestionContext, Turn
from app.core.settings import RemoteTexts
from app.engine.protocol import Engine
from app.features.pseudonyms.data import Pseudonym, PseudonymUse
from app.features.pseudonyms.engine import PseudonymEngine
from app.features.pseudonyms.export import texts_of, with_stand_ins
from app.features.pseudonyms.pseudonyms import Pseudonyms
from app.features.pseudonyms.stand_ins import Replacer
from app.features.pseudonyms.store import PseudonymStore
from app.features.pseudonyms.words import found_names
from app.services.asking.prompts import PromptQuestion, Prompts
from app.services.asking.replacing import FoundNames, SomeReport
from app.services.library.library import document_text
from app.services.models.models import Models
from app.services.services import Services
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database


@dataclass(frozen=True)
class OutboundReview:
    """A `NameReplacing`, whose `engine` replaces names on the way to a server. All methods raise AppError as the store
    does."""

    engine: Engine
    pseudonyms: Pseudonyms
    models: Models
    prompts: Prompts
    conversations: Conversations

    @classmethod
    def made_for(cls, engine: Engine, database: Database, models: Models) -> OutboundReview:
        """Make the one of a desk."""
        books = Books(database)
        pseudonyms = Pseudonyms(PseudonymStore(database), lambda id: document_text(books.cited(BookRef(id))))
        leaving = PseudonymEngine(engine, pseudonyms, models.remote_texts)
        return cls(leaving, pseudonyms, models, Prompts(books), Conversations(database))

    def must_ask(self) -> str:
        """Return the host that a person has to be asked about before a question goes to it; empty if there is none, or
        that was decided."""
        asks = self.models.remote_texts() in (RemoteTexts.UNDECIDED, RemoteTexts.ASKED)
        return self.models.host() if asks else ""

    def found(self, question: Question) -> FoundNames:
        return found_names(self.found_in_question(question))

    def found_in_question(self, question: Question, turns: Iterable[Turn] = ()) -> list[Pseudonym]:
        """Return the pseudonyms found in a question that follows `turns`, in its books, and in its conversation so far.
        Raises AppError FILE_MISSING, PAGES_INVALID."""
        conversation = self.conversations.get(question.conversation_id)
        rules, instructions = (conversation.rules, conversation.instructions) if conversation else (RULES_VERSION, "")
        passages = question.plan.passages if question.plan is not None else ()
        prompt, _books = self.prompts.build(
            PromptQuestion(
                question.books,
                question.text,
                others=question.others,
                retrieved=QuestionContext(passages, instructions=instructions),
            ),
            tuple(turns),
            rules=rules,
            conversation_id=question.conversation_id,
        )
        self.pseudonyms.replace(prompt)
        return self.pseudonyms.of(question.conversation_id)

    def decide(self, conversation_id: str, replaced: Iterable[str], as_is: Iterable[str]) -> None:
        """Replace these texts, and send those as they are, in this conversation."""
        self.pseudonyms.send_as_is(conversation_id, False)
        self.pseudonyms.decide(conversation_id, replaced, as_is)

    def in_file(self, report: SomeReport, conversation_id: str, book_ids: Iterable[str]) -> SomeReport:
        replacer = self.pseudonyms.for_export(conversation_id, texts_of(report), book_ids)
        return with_stand_ins(report, lambda text: replacer.replaced(text)[0])

    def found_in_file(self, conversation_id: str, texts: Sequence[str], book_ids: Iterable[str]) -> list[Pseudonym]:
        """Return the pseudonyms found in texts of a conversation that are to leave as a file."""
        self.pseudonyms.for_export(conversation_id, texts, book_ids)
        known = self.pseudonyms.of(conversation_id)
        there = Replacer(known).replaced("\n".join(texts))[1]
        return [
            msgspec.structs.replace(each, use=PseudonymUse.FOUND) if each.use is PseudonymUse.SENT else each
            for each in known
            if each.number in there
        ]

    def decide_for_file(self, conversation_id: str, replaced: Iterable[str], as_is: Iterable[str]) -> None:
        """Replace these texts in files, and leave those as they are. What was sent to a server is sent as before."""
        sent = {each.text for each in self.pseudonyms.of(conversation_id) if each.use is PseudonymUse.SENT}
        self.pseudonyms.decide(conversation_id, [text for text in replaced if text not in sent], as_is)

    def send_as_is(self, conversation_id: str) -> None:
        """Replace nothing in this conversation."""
        self.pseudonyms.send_as_is(conversation_id, True)


def outbound_review_of(desk: Services) -> OutboundReview:
    """Return the one that the desk was opened with: there is one for each, which gives out the numbers of stand-ins."""
    assert isinstance(desk.asking.replacing, OutboundReview)
    return desk.asking.replacing

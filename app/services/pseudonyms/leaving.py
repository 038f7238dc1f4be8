"""Before anything leaves: what would be replaced in a question and its books, and what a person decides of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.core.conversation import RULES_VERSION, Beside, Question, StoredQuestion, Turn
from app.core.pseudonym import Pseudonym, PseudonymUse
from app.core.settings import RemoteImages, RemoteTexts
from app.services.models import Models
from app.services.prompts import Prompts
from app.services.pseudonyms.pseudonyms import Pseudonyms
from app.services.pseudonyms.stand_ins import Replacer
from app.store.conversations import Conversations


@dataclass(frozen=True)
class Leaving:
    """All methods raise AppError as the store does."""

    pseudonyms: Pseudonyms
    models: Models
    prompts: Prompts
    conversations: Conversations

    def must_ask(self) -> str:
        """The host that a person has to be asked about before a question goes to it; empty where none is, or it was
        decided."""
        asks = self.models.remote_texts() in (RemoteTexts.UNDECIDED, RemoteTexts.ASKED)
        return self.models.host() if asks else ""

    def must_ask_of_images(self, question: Question | StoredQuestion, turns: Iterable[Turn] = ()) -> str:
        """As `must_ask`, of the images of a question and of those before it."""
        shows = any(each.images for each in (question, *(turn.question for turn in turns)))
        return self.models.host() if shows and self.models.remote_images() is RemoteImages.UNDECIDED else ""

    def found(self, question: Question | StoredQuestion, turns: Iterable[Turn] = ()) -> list[Pseudonym]:
        """What is found in a question that follows `turns`, in its books, and in its conversation so far. Raises
        AppError FILE_MISSING, PAGES_INVALID."""
        conversation = self.conversations.get(question.conversation_id)
        rules, instructions = (conversation.rules, conversation.instructions) if conversation else (RULES_VERSION, "")
        passages = question.plan.passages if question.plan is not None else ()
        prompt, _books = self.prompts.build(
            question.books,
            tuple(turns),
            question.text,
            beside=Beside(passages, instructions=instructions),
            rules=rules,
            others=question.others,
            conversation_id=question.conversation_id,
        )
        self.pseudonyms.replace(prompt)
        return self.pseudonyms.of(question.conversation_id)

    def decide(self, conversation_id: str, replaced: Iterable[str], as_is: Iterable[str]) -> None:
        """Replace these texts, and send those as they are, in this conversation."""
        self.pseudonyms.send_as_is(conversation_id, False)
        self.pseudonyms.decide(conversation_id, replaced, as_is)

    def found_in_file(self, conversation_id: str, texts: Sequence[str], book_ids: Iterable[str]) -> list[Pseudonym]:
        """What is found in texts of a conversation that are to leave as a file."""
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

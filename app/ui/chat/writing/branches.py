"""Branches of a conversation: loads one and steps through variants, off the GUI thread; finds where a question goes."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from app.core.conversations.conversation import Conversation, Draft, StoredQuestion, Turn
from app.store.conversations import Conversations, Drafts
from app.ui.chat.text.render import prepare


@dataclass(frozen=True)
class LoadedConversation:
    """A conversation, None when it was deleted, with the turns of its shown branch and what is written in it.

    `place` is the id of the question that is to be seen; empty for the end.
    """

    conversation: Conversation | None
    turns: tuple[Turn, ...]
    draft: Draft
    place: str = ""


@dataclass(frozen=True)
class Branches:
    """Calls of the store, each to be made off the GUI thread. Raises AppError as the store does."""

    conversations: Conversations
    drafts: Drafts

    def load(self, conversation_id: str, place: str = "") -> LoadedConversation:
        """Read a conversation; if `place` is the id of a question, its branch becomes the shown one."""
        if place:
            self.conversations.show_question(place)
        conversation = self.conversations.get(conversation_id)
        turns = self.conversations.turns(conversation_id) if conversation else ()
        if answers := [turn.answer.text for turn in turns if turn.answer is not None]:
            prepare(answers)
        return LoadedConversation(conversation, turns, self.drafts.get(conversation_id), place)

    def step_variant(self, kind: str, question_id: str, answer_id: str, step: int) -> None:
        """Show the variant of a "question" or of its "answer" `step` places further; at either end nothing happens."""
        store = self.conversations
        of_question = kind == "question"
        ids = store.question_variants(question_id) if of_question else store.answer_variants(question_id)
        current = question_id if of_question else answer_id
        place = ids.index(current) + step if current in ids else -1
        if not 0 <= place < len(ids):
            return
        if of_question:
            store.show_question(ids[place])
        else:
            store.show_answer(ids[place])


def find_question(turns: tuple[Turn, ...], question_id: str) -> StoredQuestion | None:
    return next((turn.question for turn in turns if turn.question.id == question_id), None)


def number_of(turns: tuple[Turn, ...], question_id: str) -> int:
    """Return the number of a question's turn, from 1; 0 if the question is not among them."""
    return next((number for number, turn in enumerate(turns, 1) if turn.question.id == question_id), 0)


def without_images(question: StoredQuestion, book_id: str) -> StoredQuestion:
    """Return the question as the store has it after a book was removed."""
    images = tuple(image for image in question.images if image.book_id != book_id)
    return msgspec.structs.replace(question, images=images)


def turns_without_images(turns: tuple[Turn, ...], book_id: str) -> tuple[Turn, ...]:
    return tuple(msgspec.structs.replace(turn, question=without_images(turn.question, book_id)) for turn in turns)


def follow(turns: tuple[Turn, ...], editing: StoredQuestion | None) -> tuple[tuple[Turn, ...], str | None]:
    """Find where a new question goes, or an edited one: return the turns above it, and the id of the answer that it
    follows."""
    if editing is not None:
        return turns_before(turns, editing.id), editing.parent_id
    if not turns:
        return (), None
    last = turns[-1]
    if last.answer is not None:
        return turns, last.answer.id
    return turns[:-1], last.question.parent_id  # no answer was begun: this question replaces it


def turns_before(turns: tuple[Turn, ...], question_id: str) -> tuple[Turn, ...]:
    """Return the turns above a question; all of them where it is not among them."""
    ids = [turn.question.id for turn in turns]
    return turns[: ids.index(question_id)] if question_id in ids else turns

"""A model family's chat format: what stands before, between and behind the texts of a conversation."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

FIRST_TOKEN, END_TOKEN = "\ue000first\ue001", "\ue000end\ue001"
"""Stand in a format for the texts of the tokens that begin and end a text, which only the vocabulary knows."""


class ChatTemplate(msgspec.Struct, frozen=True):
    """A family's chat format, cut at the places where contents go."""

    begin: str  # before the rules
    to_question: str  # from the rules to the first question
    to_answer: str  # from a question to its answer
    to_next_question: str  # from an answer to the next question
    to_new_answer: str = ""  # from a question to the answer that is to be written, where a model may think there

    def with_tokens(self, first: str, end: str) -> ChatTemplate:
        """Return the template with the texts of the begin and end tokens in their places."""
        pieces = (piece.replace(FIRST_TOKEN, first).replace(END_TOKEN, end) for piece in self.pieces)
        return ChatTemplate(*pieces)

    @property
    def pieces(self) -> tuple[str, ...]:
        return self.begin, self.to_question, self.to_answer, self.to_next_question, self.to_new_answer

    def written(self, conversation: Sequence[tuple[str, str]]) -> str:
        """Return a conversation of (role, content) as the model reads it: from the system's rules to where the next
        answer begins."""
        (_system, rules), *turns = conversation
        text, before = self.begin + rules, self.to_question
        for role, said in turns:
            text += before + said
            before = self.to_next_question if role == "assistant" else self.to_answer
        return text + (self.to_new_answer or before)


class WorkedOut(msgspec.Struct, frozen=True):
    """Describes what a model's own template turned out to write. `added` are words of its own that the model reads
    besides, each in one line. `dated` tells that it writes the day, which is the same for ever here; `trims` that it
    cuts blanks off contents, which here stay; `keeps_rules_apart` that it has a place for rules; else they begin the
    first question."""

    template: ChatTemplate
    added: tuple[str, ...] = ()
    dated: bool = False
    trims: bool = False
    keeps_rules_apart: bool = True

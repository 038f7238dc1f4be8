"""The engine as the desk uses it: names and numbers are replaced on the way to a server, and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import msgspec

from app.core.conversations.events import Notice, Reading, Thinking, Token, Tokenizing
from app.core.errors import AppError
from app.core.settings import RemoteTexts
from app.core.work import Cancel, Progress, Result, Stopped, Work, relay
from app.engine.protocol import AnswerTo, Engine, EngineOrder, Generated, Message, Prompt, Weigh
from app.features.pseudonyms.pseudonyms import Pseudonyms, Replaced
from app.features.pseudonyms.stand_ins import Restorer
from app.services.asking.replacing import DeskEngine

_Written = Tokenizing | Reading | Thinking | Token | Notice


class PseudonymEngine(DeskEngine):
    """An engine that replaces names by the pseudonyms of the desk, and puts them back."""

    def __init__(self, engine: Engine, pseudonyms: Pseudonyms, wanted: Callable[[], RemoteTexts]) -> None:
        """`wanted` returns what a person wants for texts that are sent to a server."""
        super().__init__(engine)
        self._pseudonyms = pseudonyms
        self._wanted = wanted

    def replaces(self, conversation_id: str) -> bool:
        """Return whether names are replaced in what is sent for a conversation now: never for a model on this machine.
        Until a person has decided, they are."""
        model, wanted = self._engine.model(), self._wanted()
        if model is None or not model.host or wanted is RemoteTexts.AS_IS:
            return False
        return wanted is RemoteTexts.REPLACED or not self._pseudonyms.is_sent_as_is(conversation_id)

    def run(self, order: EngineOrder[Progress, Result], cancel: Cancel | None = None) -> Work[Progress, Result]:
        """Run an order as the engine does; the prompt of an order to a server is replaced."""
        prompt = getattr(order, "prompt", None)
        if not isinstance(prompt, Prompt) or not self.replaces(prompt.conversation_id):
            return (yield from self._engine.run(order, cancel))
        if isinstance(order, Weigh):
            return (yield from cast("Work[Progress, Result]", self._engine.run(self._replaced(order), cancel)))
        replaced = self._pseudonyms.replace(prompt)
        if isinstance(order, AnswerTo):
            return (yield from cast("Work[Progress, Result]", self._answer(order, replaced, cancel)))
        return (yield from self._engine.run(msgspec.structs.replace(order, prompt=replaced.prompt), cancel))

    def _replaced(self, order: Weigh) -> Weigh:
        """Return an order to weigh with its questions, which have sentences of books and answers, replaced as messages
        are."""
        prompt, count = order.prompt, len(order.prompt.messages)
        asked = tuple(Message("user", question) for question in order.questions)
        sent = self._pseudonyms.replace(msgspec.structs.replace(prompt, messages=(*prompt.messages, *asked))).prompt
        questions = tuple(message.text for message in sent.messages[count:])
        sent = msgspec.structs.replace(sent, messages=sent.messages[:count])
        return msgspec.structs.replace(order, prompt=sent, questions=questions)

    def _schema(self, order: AnswerTo) -> str:
        """Return the schema of an answer, which names what it allows, replaced as messages are: no stand-in has a
        character that JSON escapes."""
        prompt = order.prompt
        if not order.schema:
            return ""
        messages = (*prompt.messages, Message("user", order.schema))
        return self._pseudonyms.replace(msgspec.structs.replace(prompt, messages=messages)).prompt.messages[-1].text

    def _answer(self, order: AnswerTo, replaced: Replaced, cancel: Cancel | None) -> Work[_Written, Generated]:
        """Return the server's answer with names and numbers put back, also where a stand-in comes in two pieces."""
        restorer, pieces = Restorer(replaced.used), list[str]()
        thoughts, last_thought = Restorer(replaced.used), Thinking()
        last = order.prompt.messages[-1] if order.prompt.messages else None
        begun = last.text if last is not None and last.role == "assistant" else ""

        def take(progress: _Written) -> Iterator[_Written]:
            nonlocal last_thought
            if isinstance(progress, Thinking):
                last_thought = progress
                yield msgspec.structs.replace(progress, text=thoughts.feed(progress.text))
            elif not isinstance(progress, Token):
                yield progress
            elif text := restorer.feed(progress.text):
                yield from rest_of_thought()
                pieces.append(text)
                yield Token(text)

        def rest_of_thought() -> Iterator[Thinking]:
            if text := thoughts.end():
                yield msgspec.structs.replace(last_thought, text=text)

        def rest() -> Iterator[Thinking | Token]:
            yield from rest_of_thought()
            if text := restorer.end():
                pieces.append(text)
                yield Token(text)

        sent = msgspec.structs.replace(order, prompt=replaced.prompt, schema=self._schema(order))
        work = self._engine.run(sent, cancel)
        try:
            generated = yield from relay(work, take)
        except (AppError, Stopped):
            yield from rest()
            raise
        yield from rest()
        self._pseudonyms.answered(order.prompt.conversation_id, begun + "".join(pieces))
        return msgspec.structs.replace(generated, replaced=len(replaced.used))

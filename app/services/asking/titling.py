"""Titles of conversations: after an answer the model is asked for one, as long as nobody has given another.

A server is asked for none: only it knows what one more request costs, and whether the next question still finds its
books held.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.core.conversations.conversation import Answer, Ending
from app.core.conversations.events import Looking, Notice, Reading, Tokenizing
from app.core.documents.untrusted import disarm
from app.core.settings import Settings
from app.core.work import Cancel, Work
from app.engine.protocol import Engine, WriteAside
from app.language.grammar import ENGLISH, leading_language
from app.services.asking.ask import Ask, first_title, title_of
from app.services.asking.weighing import why_not_asked
from app.store.conversations import Conversations

_log = logging.getLogger("octavo.titling")

TitlingProgress: TypeAlias = Tokenizing | Looking | Reading | Notice

MOST_TOKENS = 20
_SPARE_TOKENS = 64
_LEAST_RATE = 1.0
"""Tokens a second: a title by a slower model would take longer than anybody waits."""

_REQUESTS = (
    "Give this conversation a title of two to six words, in the language of the question. Write the title alone.",
    "Gib diesem Gespräch einen Titel aus zwei bis sechs Wörtern, auf Deutsch. Schreibe nur den Titel.",
    "Donne à cette conversation un titre de deux à six mots, en français. Écris seulement le titre.",
    "Da a esta conversación un título de dos a seis palabras, en español. Escribe solo el título.",
    "Dai a questa conversazione un titolo di due a sei parole, in italiano. Scrivi solo il titolo.",
)
"""The requests for a title, in the order of `app.language.grammar`: a small model writes the title in the language of
the request."""
_REQUEST_JAPANESE = "この会話に短い題名を付けてください。題名だけを書いてください。"
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")

_WORD = re.compile(r"[^\W\d_]+")
_MARKUP = re.compile(r"^[\s#>*+\-•]+|\*\*|__|`|\[[^\]]*\]?|【[^】]*】?")
_LABEL = re.compile(
    r"^(?:[\w ]{0,20}\b)?(?:title|titel|titre|t[íi]tulo|titolo)\s*:\s*|^(?:題名|題|タイトル|件名)\s*[:：]\s*", re.I
)
_AROUND = " \t'\"“”„‟‘’«»「」『』《》.。:：,、;；…*_"


@dataclass(frozen=True)
class Titling:
    """Belongs to the engine's one executor, as `Ask` does."""

    engine: Engine
    ask: Ask
    conversations: Conversations
    settings: Callable[[], Settings]

    def is_wanted(self, answer: Answer) -> bool:
        """Return whether its conversation still has the title that its first question gave it, and a model may be asked
        for another. One on a server is not: what one more request costs there is not known, neither to others who wait
        for it nor to the next question, since its cache cannot be taken back. Raises AppError NO_MODEL."""
        if not self.settings().title_conversations or not answer.text or _is_slow(answer):
            return False
        model = self.ask.model()
        return not model.host and why_not_asked(model, answer) is None and bool(self._present(answer)[1])

    def title(self, answer: Answer, cancel: Cancel) -> Work[TitlingProgress, str]:
        """Make a title and keep it, unless somebody gives another meanwhile; empty where none came of it, or where more
        than the answer would have to be read for it.

        The context is in the end what it was. Raises AppError as `Ask.written_from`, and MODEL_FAILED; Stopped.
        """
        conversation_id, present = self._present(answer)
        question = self.conversations.question(answer.question_id)
        asked = question.text if question is not None else ""
        request = request_for(asked)
        fitted = yield from self.ask.written_from(answer, cancel)
        if fitted.size.to_read > answer.usage.generated_tokens + _SPARE_TOKENS:
            return ""  # the context holds something else by now: no book is read for a title
        made = yield from self.engine.run(WriteAside(fitted.prompt, request, MOST_TOKENS), cancel)
        title = clean(made.text, whole=made.ending is Ending.COMPLETE)
        if is_copied(title, request, asked, answer.text):
            title = ""
        _log.info("title %s: %d tokens written", "made" if title else "dropped", made.usage.generated_tokens)
        if title and self.conversations.rename_from(conversation_id, present, title):
            return title
        return ""

    def _present(self, answer: Answer) -> tuple[str, str]:
        """Return the conversation of an answer, and its title if its first question gave it, or an empty one."""
        question = self.conversations.question(answer.question_id)
        conversation = self.conversations.get(question.conversation_id) if question is not None else None
        if question is None or conversation is None:
            return "", ""
        before = self.conversations.history(question.id)
        first = before[0].question if before else question
        return conversation.id, conversation.title if conversation.title == first_title(first) else ""


def request_for(asked: str) -> str:
    """Return the request for a title after a question, in the question's language."""
    if _KANA.search(asked):
        return _REQUEST_JAPANESE
    return _REQUESTS[leading_language(_WORD.findall(asked.casefold())) or ENGLISH]


def clean(untrusted_text: str, *, whole: bool = True) -> str:
    """Return the title that a model wrote, on one line without markup, quotation marks and page marks; empty if nothing
    is left of it. If it is not `whole`, it was cut off, and a first line that has no end is no title."""
    lines = disarm(untrusted_text).strip().splitlines()
    line = lines[0] if len(lines) > (not whole) else ""
    line = _MARKUP.sub("", line).strip(_AROUND)
    line = _LABEL.sub("", line).strip(_AROUND)
    return title_of(line) if any(map(str.isalnum, line)) else ""


def is_copied(title: str, request: str, asked: str, answered: str) -> bool:
    """Return whether a title says no more than the request for it, or than the beginning of the question or the
    answer."""
    words = _letters(title)
    return words in _letters(request) or any(_letters(text).startswith(words) for text in (asked, answered))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _is_slow(answer: Answer) -> bool:
    return 0 < answer.usage.generated_tokens < answer.timings.generate_s * _LEAST_RATE

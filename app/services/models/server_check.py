"""Tries a server with a made-up text, so no word of a person goes there, and says what it can do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import msgspec

from app.core.conversations.conversation import Usage
from app.core.conversations.events import Token
from app.core.conversations.values import AnswerForm, ValueKind, ValueState, held_form, value_of
from app.core.errors import AppError, Code
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.protocol import (
    AnswerTo,
    DocumentText,
    Engine,
    LoadSpec,
    Measure,
    Message,
    ModelInfo,
    PageText,
    Prompt,
    Weigh,
)
from app.engine.remote.address import parse

_PAGES, _TOKENS_PER_PAGE = 40, 200
_LIMIT, _HELD_TOKENS, _THOUGHT_TOKENS = 24, 600, 2_048
_GREEDY = Sampling(temperature=0)
_RULES, _QUESTION, _CLAIM = "Answer from the documents.", "When does the ferry of berth 3 leave?", "Does it say so?"
_REUSED_SHARE = 0.8


class ServerCheck(msgspec.Struct, frozen=True):
    """This is what was seen of the server at one address.

    `slots` and `engines` are as in `ModelInfo` and `ServerTraits`. `counted_tokens` is a prompt as Octavo counts it,
    `read_tokens` as the server reports it. `written_tokens` were written where `limit_tokens` were allowed. `way` names
    how answers are held to a form, empty if they are not, and `form_kept` tells that a date was one. `weighs` tells
    that it says how sure its model is. `reused_tokens` were not read again when the same text was asked about once
    more; None if the server does not tell. `first_s` and `again_s` are the seconds to the first token, of the first
    question and of the second.
    """

    address: str
    model: str
    device: str
    vocabulary: str
    context_tokens: int
    slots: int
    engines: int
    sees: bool
    counted_tokens: int
    read_tokens: int
    limit_tokens: int
    written_tokens: int
    way: str
    form_kept: bool
    weighs: bool
    reused_tokens: int | None
    first_s: float
    again_s: float

    @property
    def counts_alike(self) -> bool:
        return self.counted_tokens == self.read_tokens

    @property
    def limit_kept(self) -> bool:
        return 0 < self.written_tokens <= self.limit_tokens

    @property
    def reads_once(self) -> bool | None:
        """True if nearly all of a text is not read again; None if the server does not tell."""
        return None if self.reused_tokens is None else self.reused_tokens >= self.read_tokens * _REUSED_SHARE

    @property
    def is_sound(self) -> bool:
        """True unless answers from there may be wrong, or longer than they may be."""
        return self.counts_alike and self.limit_kept and (self.form_kept or not self.way)


def check_server(engine: Engine, spec: LoadSpec, cancel: Cancel) -> Iterator[ServerCheck]:
    """Yield what is seen at each address of the server that `spec` names; nothing that was known of it is believed.

    Raises AppError REMOTE_NOT_SET where none is named, REMOTE_MODEL_CHANGED where an address has another model than the
    first one, REMOTE_* as each does, ANSWER_ALL_THOUGHT; Stopped.
    """
    remote = spec.remote
    if remote is None:
        raise AppError(Code.REMOTE_NOT_SET)
    vocabulary = ""
    for number in range(1 + len(remote.others)):
        alone = msgspec.structs.replace(remote.turned(number).knowing(None), others=())
        model = finish(engine.load(msgspec.structs.replace(spec, remote=alone), cancel))
        if vocabulary and model.vocabulary != vocabulary:
            raise AppError(Code.REMOTE_MODEL_CHANGED, host=model.host)
        vocabulary = model.vocabulary
        yield _check(engine, parse(alone.address).shown, model, cancel)


def _check(engine: Engine, address: str, model: ModelInfo, cancel: Cancel) -> ServerCheck:
    prompt = _made_up(max(1, min(_PAGES, model.context_tokens // _TOKENS_PER_PAGE)))
    counted = finish(engine.run(Measure(prompt))).total
    first = finish(engine.run(AnswerTo(prompt, _GREEDY, _LIMIT, max_thought_tokens=_THOUGHT_TOKENS), cancel))
    again = finish(engine.run(AnswerTo(prompt, _GREEDY, 1, max_thought_tokens=_THOUGHT_TOKENS), cancel))
    traits = model.traits
    return ServerCheck(
        address=address,
        model=model.name,
        device=model.device,
        vocabulary=model.vocabulary,
        context_tokens=model.context_tokens,
        slots=model.slots,
        engines=traits.engines if traits is not None else 1,
        sees=model.vision is not None,
        counted_tokens=counted,
        read_tokens=first.usage.prompt_tokens,
        limit_tokens=_LIMIT,
        written_tokens=first.usage.generated_tokens,
        way=traits.way if traits is not None else "",
        form_kept=_keeps_form(engine, prompt, cancel),
        weighs=_weighs(engine, prompt, cancel),
        reused_tokens=_reused(again.usage),
        first_s=first.timings.first_token_s,
        again_s=again.timings.first_token_s,
    )


def _made_up(pages: int) -> Prompt:
    """Return a question about a document that no server has read before."""
    name = secrets.token_hex(4)
    texts = (f"Log {name}, page {n}.\n\nThe ferry of berth {n} leaves at {n % 12}:45." for n in range(1, pages + 1))
    book = DocumentText("A log", tuple(PageText(str(n), text) for n, text in enumerate(texts, start=1)), name)
    return Prompt(_RULES, (book,), (Message("user", _QUESTION),), thinks=False)


def _keeps_form(engine: Engine, prompt: Prompt, cancel: Cancel) -> bool:
    """Return whether an answer that is held to a date is one, or says that there is none."""
    form = AnswerForm(ValueKind.DATE)
    held = held_form(form, _QUESTION)
    assert held is not None
    parts: list[str] = []
    order = AnswerTo(prompt, _GREEDY, _HELD_TOKENS, held, max_thought_tokens=_THOUGHT_TOKENS)
    finish(engine.run(order, cancel), lambda event: parts.append(event.text) if isinstance(event, Token) else None)
    answer = "".join(parts)
    return answer == held.absent or value_of(answer.partition("\n")[0], form).state is ValueState.HAS


def _weighs(engine: Engine, prompt: Prompt, cancel: Cancel) -> bool:
    try:
        (logs,) = finish(engine.run(Weigh(prompt, (_CLAIM,), ("yes", "no")), cancel)).logs
    except AppError as error:
        if error.code is not Code.WEIGHING_REMOTE:
            raise
        return False
    return logs is not None and all(log <= 0 for log in logs)


def _reused(usage: Usage) -> int | None:
    return usage.reused_tokens if usage.tells_reused else None

"""What Octavo needs of a server, each with what was seen; `packaging/dev servers` holds a real one to it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Thinking, Token
from app.core.conversations.values import AnswerForm, ValueKind, ValueState, held_form, value_of
from app.core.errors import AppError, Code
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.control import RunControl
from app.engine.protocol import (
    AnswerTo,
    CountImageTokens,
    Generated,
    GiveImage,
    LoadSpec,
    Measure,
    Message,
    MissingImages,
    ModelInfo,
    Prompt,
    ReadBooks,
    ShownImage,
    Weigh,
)
from app.engine.remote import dialects, formats, wire
from app.engine.remote.address import parse
from app.engine.remote.layout import Chat
from app.engine.remote.transport import Transport
from tests.engine.remote.contract.conftest import Tell, about, document, hasty
from tests.engine.remote.contract.tap import Tap, relay
from tests.engine.remote.toy_server import Handler
from tests.ui.direct_images import png_of
from tests.work import fail, problem_of, run

_GREEDY = Sampling(temperature=0)
_COMPLETIONS, _CHATS = "/v1/completions", "/v1/chat/completions"
_MARKS = ("<|im_end|>", "<|im_start|>", "<|eot|>", "<|eot_id|>", "<|header_start|>", "</s>", "[INST]", "<|endoftext|>")
_SCHEMA = (
    '{"type": "object", "properties": {"berth": {"type": "integer"}}, "required": ["berth"], '
    '"additionalProperties": false}'
)


def _said(engine: EngineClient, order: AnswerTo) -> tuple[str, str, Generated]:
    """Return the answer, what was thought before it, and how it ended."""
    events, ended = run(engine.run(order, Cancel()))
    answer = "".join(event.text for event in events if isinstance(event, Token))
    return answer, "".join(event.text for event in events if isinstance(event, Thinking)), ended


@pytest.fixture
def dialect(tap: Tap, spec: LoadSpec) -> Iterator[dialects.ServerDialect]:
    """The server, spoken to directly."""
    remote = spec.remote
    assert remote is not None
    key = remote.key.secret if remote.key else ""
    transport = Transport(parse(tap.address), key, "", remote.patience, RunControl())
    yield dialects.find(transport, remote.model)
    transport.close()


# ---- what it reads


def test_recognised(model: ModelInfo, tell: Tell) -> None:
    """The kind of server and the context are found out."""
    assert model.context_tokens > 0
    slots = f"{model.slots} slots" if model.slots else "does not tell its slots"
    tell(f"{model.device.split(',')[0]}, {model.context_tokens:,} tokens, {slots}")


@pytest.mark.usefixtures("model")
def test_tokens(engine: EngineClient, asked: Prompt, tell: Tell) -> None:
    """Tokens that are counted here are those that the server reads."""
    talk = (Message("user", "When?"), Message("assistant", "At 3:45."), Message("user", "And the fare?"))
    for prompt in (asked, msgspec.structs.replace(asked, messages=talk)):
        size = finish(engine.run(Measure(prompt)))
        _answer, _thought, ended = _said(engine, AnswerTo(prompt, _GREEDY, 2))
        assert ended.usage.prompt_tokens == size.total
    tell(f"{size.total} = {ended.usage.prompt_tokens}")


def test_template(dialect: dialects.ServerDialect, tell: Tell) -> None:
    """A conversation is laid out as the server's own template does it."""
    taken = []
    for conversation in formats.PROBES:
        (_system, rules), *turns = conversation
        talk = tuple(Message("assistant" if role == "assistant" else "user", text) for role, text in turns)
        laid = dialect.layout().lay_out(Prompt(rules, (), talk, thinks=False), lambda _done, _total: None)
        _likely, usage = dialect.likeliest(tuple(wire.ChatMessage(role, text) for role, text in conversation))
        taken.append((laid.size.total, usage.prompt_tokens))
    tell(", ".join(f"{here} = {there}" for here, there in taken))
    assert all(here == there for here, there in taken)


def test_control_tokens(dialect: dialects.ServerDialect, tell: Tell) -> None:
    """Control tokens that stand in a document stay text."""
    single = [mark for mark in _MARKS if len(dialect.tokenize([mark], special=True)[0]) == 1]
    for mark in single:
        assert len(dialect.tokenize([f"a {mark} b"], special=False)[0]) > 3
    tell(f"{len(single)} of {len(_MARKS)} marks are tokens there")


def test_too_long(engine: EngineClient, model: ModelInfo, tell: Tell) -> None:
    """A prompt that is longer than the context is refused, and told as that."""
    pages = 8
    while finish(engine.run(Measure(prompt := about(document(pages), "When?")))).total <= model.context_tokens:
        pages *= 2
    assert problem_of(engine.run(AnswerTo(prompt, _GREEDY, 2), Cancel())).code is Code.REMOTE_CONTEXT_EXCEEDED
    tell(f"more than {model.context_tokens:,} tokens")


# ---- what it writes


@pytest.mark.usefixtures("model")
def test_limit(engine: EngineClient, asked: Prompt, tell: Tell) -> None:
    """An answer has no more tokens than it may."""
    _answer, _thought, ended = _said(engine, AnswerTo(asked, Sampling(temperature=1), 24, max_thought_tokens=64))
    tell(f"{ended.usage.generated_tokens} of 24")
    assert ended.usage.generated_tokens <= 24
    assert ended.ending is not Ending.LENGTH or ended.usage.generated_tokens == 24


@pytest.mark.usefixtures("model")
def test_thought(engine: EngineClient, asked: Prompt, tell: Tell) -> None:
    """A thought has a limit of its own."""
    thinking = msgspec.structs.replace(asked, thinks=True)
    thought: list[Thinking] = []

    def listen(event: object) -> None:
        if isinstance(event, Thinking):
            thought.append(event)

    try:
        finish(engine.run(AnswerTo(thinking, _GREEDY, 8, max_thought_tokens=16), Cancel()), listen)
    except AppError as error:
        if error.code is not Code.ANSWER_ALL_THOUGHT:
            raise
    if not thought:
        pytest.skip("the model does not think")
    tell(f"{len(thought)} pieces of a thought")
    assert len(thought) <= 17


@pytest.mark.usefixtures("model")
def test_greedy(engine: EngineClient, asked: Prompt) -> None:
    """At temperature 0 the same question has the same answer."""
    first, second = (_said(engine, AnswerTo(asked, _GREEDY, 8))[0] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("kind", [ValueKind.DATE, ValueKind.AMOUNT, ValueKind.YES_NO, ValueKind.CHOICE])
def test_form(kind: ValueKind, engine: EngineClient, model: ModelInfo, asked: Prompt, tell: Tell) -> None:
    """An answer is held to its form."""
    assert model.traits is not None
    if not model.traits.way:
        pytest.skip("forms are ignored, which is found out before the first")
    form = AnswerForm(kind, ("berth", "ferry"))
    held = held_form(form, "When?")
    assert held is not None
    for _ in range(3):
        answer, _thought, ended = _said(engine, AnswerTo(asked, Sampling(temperature=1), 600, held))
        assert ended.ending is Ending.COMPLETE
        assert answer == held.absent or value_of(answer.split("\n")[0], form).state is ValueState.HAS
    tell(f"by {model.traits.way}: {answer.splitlines()[0]}")


def test_schema(engine: EngineClient, model: ModelInfo, asked: Prompt, tell: Tell) -> None:
    """An answer is held to a JSON Schema."""
    assert model.traits is not None
    if not model.traits.way:
        pytest.skip("schemas are ignored, which is found out before the first")
    answer, _thought, ended = _said(engine, AnswerTo(asked, Sampling(temperature=1), 200, schema=_SCHEMA))
    tell(answer)
    if ended.ending is Ending.COMPLETE:
        assert list(json.loads(answer)) == ["berth"]
    else:
        assert answer.startswith("{"), "a number without an end"


def test_likeliest(dialect: dialects.ServerDialect, engine: EngineClient, model: ModelInfo, tell: Tell) -> None:
    """The likeliest token is the one that is written at temperature 0."""
    assert model.host
    prompt = Prompt("", (), (Message("user", "When does the ferry leave?"),), thinks=False)
    sent = dialect.layout().lay_out(prompt, lambda _done, _total: None).sent
    assert not isinstance(sent, Chat)
    if not dialect.weighs:
        pytest.skip("the server does not say")
    found, _usage = dialect.likeliest(sent)
    if not found:
        pytest.skip("the server does not say")
    answer, _thought, _ended = _said(engine, AnswerTo(prompt, _GREEDY, 1))
    assert max(found, key=found.__getitem__).strip() == answer.strip()
    assert all(log <= 0 for log in found.values())
    tell(f"{len(found)} tokens")


@pytest.mark.usefixtures("model")
def test_weigh(engine: EngineClient, asked: Prompt, tell: Tell) -> None:
    """How sure the model is of yes or no is told."""
    weighed = finish(engine.run(Weigh(asked, ("Does it say so?",), ("yes", "no")), Cancel()))
    (logs,) = weighed.logs
    assert logs is not None
    assert all(log < 0 for log in logs)
    tell(", ".join(f"{log:.2f}" for log in logs))


# ---- what it keeps


@pytest.mark.usefixtures("model")
def test_reuse(engine: EngineClient, model: ModelInfo, tell: Tell) -> None:
    """What was read once is not read again, as far as the server tells."""
    book = document(max(8, min(40, model.context_tokens // 200)))
    started = time.monotonic()
    finish(engine.run(ReadBooks(about(book, "When?")), Cancel()))
    read_s = time.monotonic() - started
    _answer, _thought, ended = _said(engine, AnswerTo(about(book, "When?"), _GREEDY, 1))
    usage, later_s = ended.usage, ended.timings.first_token_s
    if usage.tells_reused:
        assert usage.reused_tokens >= usage.prompt_tokens * 0.8
        tell(f"reused {usage.reused_tokens:,} of {usage.prompt_tokens:,}; {later_s:.2f} s after {read_s:.2f} s")
    else:
        tell(f"not told; {later_s:.2f} s to the first token, after {read_s:.2f} s to read it")


# ---- images


def test_images(engine: EngineClient, model: ModelInfo, asked: Prompt, tell: Tell) -> None:
    """An image takes as many tokens as were counted."""
    if model.vision is None:
        assert model.vision_problem is not None
        assert model.vision_problem.code is Code.REMOTE_BLIND
        pytest.skip("the model sees no images, and that is told")
    image = ShownImage("aa" * 32, 400, 300, "[image 1: map.png]")
    shown = msgspec.structs.replace(asked, messages=(Message("user", "Which berth?", (image,)),))
    (alone,) = finish(engine.run(CountImageTokens(((400, 300),))))
    size = finish(engine.run(Measure(shown)))
    for wanted in finish(engine.run(MissingImages(shown), Cancel())):
        finish(engine.run(GiveImage(wanted.sha256, png_of(400, 300)), Cancel()))
    _answer, _thought, ended = _said(engine, AnswerTo(shown, _GREEDY, 3))
    tell(f"{alone} tokens; {size.total} counted, {ended.usage.prompt_tokens} read")
    assert 0.9 * size.total < ended.usage.prompt_tokens <= size.total, "where parts meet, tokens may join"


# ---- what goes wrong


def _answers_again(engine: EngineClient, tap: Tap, asked: Prompt) -> None:
    tap.routes.clear()
    _answer, _thought, ended = _said(engine, AnswerTo(asked, _GREEDY, 2))
    assert ended.usage.generated_tokens > 0


_HARM = {
    "500": Code.REMOTE_REFUSED,
    "503": Code.REMOTE_BUSY,
    "429": Code.REMOTE_BUSY,
    "404": Code.REMOTE_NOT_FOUND,
    "401": Code.REMOTE_KEY_NEEDED,
}


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("status", _HARM)
def test_status(status: str, engine: EngineClient, tap: Tap, asked: Prompt, spec: LoadSpec) -> None:
    """A refusal is told as what it is, and the next question is answered."""
    assert spec.remote is not None
    if status == "401" and spec.remote.key is not None:
        pytest.skip("a key is used")
    tap.routes[_COMPLETIONS] = lambda handler: handler.send_json({"error": "no"}, int(status), Retry_After="7")
    problem = problem_of(engine.run(AnswerTo(asked, _GREEDY, 2), Cancel()))
    assert problem.code is _HARM[status]
    assert problem.code is not Code.REMOTE_BUSY or problem.params["wait_s"] == 7
    _answers_again(engine, tap, asked)


def test_silence(engine: EngineClient, tap: Tap, asked: Prompt, spec: LoadSpec) -> None:
    """A server that says nothing is not waited for without end."""
    finish(engine.load(hasty(spec), Cancel()))
    tap.routes[_COMPLETIONS] = Handler.wait_for_hang_up
    assert problem_of(engine.run(AnswerTo(asked, _GREEDY, 2), Cancel())).code is Code.REMOTE_STALLED
    tap.routes.clear()
    finish(engine.load(spec, Cancel()))
    _answers_again(engine, tap, asked)


@pytest.mark.usefixtures("model")
def test_half(engine: EngineClient, tap: Tap, asked: Prompt) -> None:
    """An answer that breaks off is told as broken off: the server was started anew, say."""
    tap.routes[_COMPLETIONS] = lambda handler: relay(handler, 1)
    _events, problem = fail(engine.run(AnswerTo(asked, _GREEDY, 200), Cancel()))
    assert problem.code is Code.REMOTE_CUT
    _answers_again(engine, tap, asked)


@pytest.mark.usefixtures("model")
def test_stopped(engine: EngineClient, tap: Tap, asked: Prompt) -> None:
    """An answer that a person stops is stopped on the server as well, which is free for the next."""
    cancel = Cancel()

    def stop(event: object) -> None:
        if isinstance(event, Token):
            cancel.request()

    ended = finish(engine.run(AnswerTo(asked, Sampling(temperature=1), 400), cancel), stop)
    assert ended.ending in (Ending.CANCELLED, Ending.COMPLETE)
    _answers_again(engine, tap, asked)


def test_models(engine: EngineClient, tap: Tap, asked: Prompt, spec: LoadSpec) -> None:
    """Of several models the one that is named is asked; one that is not there, or is another now, is told."""
    assert spec.remote is not None
    named = msgspec.structs.replace(spec, remote=msgspec.structs.replace(spec.remote, model="no-such-model"))
    assert problem_of(engine.load(named, Cancel())).code is Code.REMOTE_MODEL_UNKNOWN
    model = finish(engine.load(spec, Cancel()))
    assert model.traits is not None
    two = [{"id": model.traits.model}, {"id": "another"}]
    tap.routes[dialects.MODELS] = lambda handler: handler.send_json({"data": two})
    unnamed = msgspec.structs.replace(spec, remote=msgspec.structs.replace(spec.remote, model=""))
    assert problem_of(engine.load(unnamed, Cancel())).code is Code.REMOTE_MODEL_UNDECIDED
    tap.routes.clear()
    finish(engine.load(spec, Cancel()))
    tap.routes[dialects.MODELS] = lambda handler: handler.send_json({"data": two[1:]})
    assert problem_of(engine.run(AnswerTo(asked, _GREEDY, 2), Cancel())).code is Code.REMOTE_MODEL_CHANGED
    _answers_again(engine, tap, asked)


# ---- several at a time


def test_side_by_side(engine: EngineClient, model: ModelInfo, tap: Tap, asked: Prompt, tell: Tell) -> None:
    """Four questions are answered side by side, by connections that try nothing anew."""
    assert model.host
    before = len(_tries(tap))
    started = time.monotonic()
    _said(engine, AnswerTo(asked, Sampling(temperature=1), 24))
    alone_s = time.monotonic() - started
    counts: list[int] = []

    def ask(lane: int) -> None:
        with engine.on_lane(lane):
            counts.append(
                finish(engine.run(AnswerTo(asked, Sampling(temperature=1), 24), Cancel())).usage.generated_tokens
            )

    threads = [threading.Thread(target=ask, args=(lane,)) for lane in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 4
    assert all(counts)
    assert len(_tries(tap)) == before
    tell(f"four in {time.monotonic() - started:.1f} s, one in {alone_s:.1f} s")


def _tries(tap: Tap) -> list[str]:
    """Return the paths of the requests that a model computed for and that are no answers."""
    return [path for path, body, _headers in tap.asked if path in (_COMPLETIONS, _CHATS) and not body.get("stream")]

"""One server with its model, seen from the worker: measures prompts, has books read, streams answers."""

from __future__ import annotations

import math
import time
import zlib
from array import array
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import msgspec

from app.core.conversations.conversation import Ending, Timings, Usage
from app.core.conversations.events import Thinking, Token
from app.core.errors import AppError, Code, Problem
from app.core.settings import Sampling
from app.core.work import Stopped
from app.engine.control import RunControl
from app.engine.formats.thinking import AnswerText, Thoughts
from app.engine.prompt import OnTokenized
from app.engine.protocol import AnswerTo, Generated, LoadSpec, ModelInfo, Prompt, PromptSize, VisionInfo, Weigh, Weighed
from app.engine.remote import dialects, wire
from app.engine.remote.address import hosts_shown, parse
from app.engine.remote.answer_requests import AnswerRequests
from app.engine.remote.guided import Wanted, fits
from app.engine.remote.images import GivenImages, about_images
from app.engine.remote.layout import Chat, Sent
from app.engine.remote.stream_reader import StreamReader
from app.engine.remote.transport import RequestPaused, Transport
from app.engine.remote.wire import is_about_context

_DONE = b"[DONE]"
_LEAST_LOG = -700.0


class RemoteSession:
    """Owns the connection. `control` is looked at while it waits for the server."""

    def __init__(
        self,
        spec: LoadSpec,
        on_progress: Callable[[float], None],
        control: RunControl,
        on_tokenized: OnTokenized = lambda _done, _total: None,
    ) -> None:
        """Connect. `on_tokenized` is called whenever prompts are laid out later, and may raise. Raises AppError
        REMOTE_*; Stopped."""
        remote = spec.remote
        if remote is None:
            raise AppError(Code.NO_MODEL)
        address = parse(remote.address)
        self._control = control
        self._on_tokenized = on_tokenized
        self._transport = Transport(
            address, remote.key.secret if remote.key else "", remote.ca_file, remote.patience, control
        )
        try:
            on_progress(0.0)
            self._server = dialects.find(self._transport, remote.model, remote.known)
            self._server.sends_images = remote.images
            on_progress(0.5)
            self._layout = self._server.layout()
            hosts = hosts_shown(" ".join(each.address for each in (remote, *remote.others)))
            self.info = _describe(self._server, hosts, address.origin, spec)
        except AppError as error:
            self.close()
            if error.code is Code.MODEL_NO_TEMPLATE:
                raise AppError(Code.REMOTE_NO_FORMAT, host=address.shown) from error
            raise
        except Stopped:
            self.close()
            raise
        self.images = GivenImages()
        self._held: Sent = ""
        self._doubts_way = self._tried_again = False

    def close(self) -> None:
        self._transport.close()

    def measure(self, prompt: Prompt) -> PromptSize:
        """Return the size of a prompt. It says what is held as far as that can be known: if the server still has what
        it was sent last, and nobody else used it."""
        laid = self._layout.lay_out(prompt, self._on_tokenized)
        if laid.size.total > self.info.context_tokens:
            return msgspec.structs.replace(laid.size, held=(0,) * len(laid.books))
        return laid.size_after(self._held)

    def image_tokens(self, sizes: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        """Return how many tokens images of so many pixels take. Raises AppError REMOTE_BLIND, and others; Stopped."""
        sight = self._server.sight()
        return tuple(sight.tokens(*size) for size in sizes)

    def problems(self) -> list[Problem]:
        """Return no problems: no readings are saved here, so nothing goes wrong with them."""
        return []

    def forget(self) -> None:
        """Drop the texts that are held here. What the server holds in its memory is its own affair."""
        self._layout.forget_pages()
        self.images.retain(())
        self._held = ""

    def read_books(self, prompt: Prompt, on_progress: Callable[[int, int, int], None]) -> Usage:
        """Have the server read the documents of `prompt`, so that it holds them when they are asked about.

        Raises AppError REMOTE_*; Stopped.
        """
        laid = self._layout.lay_out(prompt, self._on_tokenized)
        if not laid.to_books:
            return Usage()
        self._check_model()
        self._choose_engine(prompt)
        reader = StreamReader(self._layout.tokens_of(laid.to_books), on_progress)
        self._stream(laid.to_books, Sampling(temperature=0), self._server.shortest, reader)
        return reader.usage(0)

    def answer(
        self, order: AnswerTo, on_progress: Callable[[int, int, int], None], tell: Callable[[Token | Thinking], None]
    ) -> Generated:
        """Have the server read a prompt and answer, held to the order's form or schema where it can do that; where the
        prompt has the model think first, by a second request behind the thought. Stopped after its first words it ends
        with `Ending.CANCELLED`. `tell` gets its text, and what the model thinks before, in the text or apart from it.

        Raises AppError REMOTE_*, ANSWER_ALL_THOUGHT, ANSWER_MISSING; Stopped.
        """
        started, waited_s = time.monotonic(), self._control.waited_s
        laid = self._layout.lay_out(order.prompt, self._on_tokenized)
        self._check_model()
        self._choose_engine(order.prompt)
        thoughts = Thoughts(laid.before_answer, bare=True)
        text = AnswerText(thoughts, tell, lambda: time.monotonic() - self._control.waited_s)
        reader = StreamReader(laid.size.total, on_progress)

        def stream(sent: Sent, max_tokens: int, wanted: Wanted | None) -> Ending:
            if isinstance(sent, array):
                max_tokens = max(1, min(max_tokens, self.info.context_tokens - len(sent)))
            return self._stream(sent, order.sampling, max_tokens, reader, wanted)

        requests = AnswerRequests(order, laid, self._server, reader, text)
        try:
            ending = requests.write(stream)
        except Stopped:
            if not reader.first_text_at:
                raise
            ending = Ending.CANCELLED
        text.end()
        text.check(ending)
        if ending is Ending.COMPLETE and reader.is_held and not fits(requests.wanted, text.text):
            self._doubts_way = True
        ended = time.monotonic()
        usage = reader.usage(self._generated(reader))
        started += self._control.waited_s - waited_s
        begun = reader.first_text_at or ended
        read_s = max(0.0, begun - started)
        timings = Timings(read_s=read_s, first_token_s=read_s, generate_s=ended - begun)
        return Generated(ending, usage, timings)

    def weigh(self, order: Weigh, on_weighed: Callable[[int, int], None]) -> Weighed:
        """See `protocol.Weigh`: each question is a request of its own.

        Raises AppError WEIGHING_REMOTE where the server does not say how sure its model is, REMOTE_*; Stopped.
        """
        self._check_model()
        self._choose_engine(order.prompt)
        logs: list[tuple[float, ...] | None] = []
        tokens, started = 0, time.monotonic()
        for question in order.questions:
            if self._control.wait():
                raise Stopped
            laid = self._layout.lay_out(order.prompt.asking(question), self._on_tokenized)
            if laid.size.total >= self.info.context_tokens:
                logs.append(None)
                continue
            if not self._server.weighs:
                raise AppError(Code.WEIGHING_REMOTE, host=self._transport.host)
            found, _report = self._server.likeliest(
                self._messages(laid.sent) if isinstance(laid.sent, Chat) else laid.sent
            )
            if not found:
                raise AppError(Code.WEIGHING_REMOTE, host=self._transport.host)
            tokens += laid.size.total
            logs.append(tuple(_log_of(word, order.words, found) for word in order.words))
            on_weighed(len(logs), len(order.questions))
        return Weighed(tuple(logs), tokens, time.monotonic() - started)

    def _choose_engine(self, prompt: Prompt) -> None:
        """Have what is asked of the same documents go to the same engine of the server, which has read them: each has a
        cache of its own."""
        engines = self._server.traits.engines
        about = prompt.documents[0].book_id if prompt.documents else prompt.conversation_id
        self._transport.engine = zlib.crc32(about.encode()) % engines if engines > 1 else None

    # ---- streaming

    def _stream(
        self, sent: Sent, sampling: Sampling, max_tokens: int, reader: StreamReader, wanted: Wanted | None = None
    ) -> Ending:
        """Stream an answer to the reader and return how it ended. The server holds it to `wanted`, unless it refuses
        that. Raises AppError REMOTE_*; Stopped."""
        if isinstance(sent, Chat):
            plain = self._server.chat_request(sent, self._messages(sent), sampling, max_tokens)
        else:
            plain = self._server.request(sent, sampling, max_tokens)
        request = plain if wanted is None else self._held_to(wanted, plain)
        reader.begin(max_tokens)
        reader.is_held = request != plain
        with about_images() if isinstance(sent, Chat) else nullcontext():
            try:
                return self._streamed(sent, request, max_tokens, reader)
            except AppError as error:
                fewer = self._fewer_engines(error)
                if error.code is not Code.REMOTE_REFUSED or reader.first_text_at or (request == plain and not fewer):
                    raise
                reader.is_held, request = reader.is_held and fewer, request if fewer else plain
            return self._streamed(sent, request, max_tokens, reader)

    def _held_to(self, wanted: Wanted, plain: wire.Request) -> wire.Request:
        """Return the request with its answer held. If an answer before it was not held, it is found out once more how
        that is done: the server may have been started anew, with other abilities. Raises AppError REMOTE_*; Stopped."""
        if self._doubts_way and not self._tried_again:
            self._server.find_way()
            self._tried_again = True
        return self._server.held(plain, wanted)

    def _fewer_engines(self, error: AppError) -> bool:
        """Take it that the server has fewer engines than it had, if that is why it refused, and return whether."""
        if self._transport.engine is None or "engines" not in error.params:
            return False
        self._transport.engine, engines = None, int(error.params["engines"])
        self._server.traits = msgspec.structs.replace(self._server.traits, engines=engines)
        return True

    def _messages(self, chat: Chat) -> tuple[wire.ChatMessage, ...]:
        return self.images.messages(chat, self._transport.host)

    def _streamed(self, sent: Sent, request: wire.Request, max_tokens: int, reader: StreamReader) -> Ending:
        while True:
            stream = self._transport.stream(request.path, request)
            try:
                for event in stream:
                    if event == _DONE:
                        break
                    self._take(event, reader, max_tokens)
                    self._held = sent
                    stream.patient = bool(reader.first_text_at)
            except RequestPaused:
                if self._control.wait():
                    raise Stopped from None
                continue  # what the server has read by now it need not read again
            if reader.ending is None:
                raise AppError(Code.REMOTE_CUT, host=self._transport.host)
            return reader.ending

    def _take(self, event: bytes, reader: StreamReader, max_tokens: int) -> None:
        host = self._transport.host
        chunk = wire.decoded(event, wire.Chunk, host)
        if chunk.error is not None:
            full = is_about_context(wire.ErrorAnswer(chunk.error))
            raise AppError(Code.REMOTE_CONTEXT_EXCEEDED if full else Code.REMOTE_CUT, host=host)
        sound = reader.take(chunk)
        if reader.is_too_long:
            raise AppError(Code.REMOTE_TOO_LONG, host=host, tokens=max_tokens)
        if not sound:
            raise AppError(Code.REMOTE_ANSWER_STRANGE, host=host)

    def _generated(self, reader: StreamReader) -> int:
        """Return the tokens of the answer: as the server reports them, else counted in its text."""
        if reader.reported_tokens is not None or not reader.text:
            return reader.reported_tokens or 0
        try:
            return len(self._server.tokenize([reader.written], special=False)[0])
        except (AppError, Stopped):
            return reader.chunks

    def _check_model(self) -> None:
        """Check that the server still has the same model: tokens of one mean nothing to another. Raises AppError
        REMOTE_MODEL_CHANGED, and others; Stopped."""
        model = self._server.model
        try:
            now = dialects.served(self._transport, model.id)
        except AppError as error:
            if error.code is not Code.REMOTE_MODEL_UNKNOWN:
                raise
            now = None
        if now != model:
            raise AppError(Code.REMOTE_MODEL_CHANGED, host=self._transport.host)


def _log_of(word: str, words: Sequence[str], found: dict[str, float]) -> float:
    """Return the natural logarithm of the probability that an answer begins with a word: of the tokens that are the
    beginning of this one alone, blanks and capitals aside. If none of the likeliest is, it is that of the least likely
    of these, which is more than its own."""
    own = []
    for text, log in found.items():
        begun = text.strip().casefold()
        if begun and [each for each in words if each.casefold().startswith(begun)] == [word]:
            own.append(log)
    return math.log(sum(map(math.exp, own))) if own and max(own) > _LEAST_LOG else min(found.values())


def _describe(server: dialects.ServerDialect, host: str, origin: str, spec: LoadSpec) -> ModelInfo:
    """Describe the server's model. Raises AppError REMOTE_NO_CONTEXT."""
    model = server.model
    context_tokens = server.context_tokens or spec.context_tokens
    if not context_tokens:
        raise AppError(Code.REMOTE_NO_CONTEXT, host=host)
    meta = model.meta or wire.ModelMeta()
    return ModelInfo(
        name=dialects.shown(model.id),
        architecture="",
        quantization="",
        path=origin,
        size_bytes=max(0, meta.size),
        parameters=max(0, meta.n_params),
        layers=0,
        experts=0,
        trained_context=meta.n_ctx_train or context_tokens,
        context_tokens=context_tokens,
        kv_type=spec.kv_type,
        kv_bytes=0,
        device=f"{server.kind}, {host}",
        threads=0,
        vocabulary=server.vocabulary,
        vision=VisionInfo("", server.kind, False, 0) if server.blindness is None else None,
        vision_problem=None if server.blindness is None else server.blindness.problem,
        host=host,
        slots=server.slots,
        one_cache=server.one_cache,
        traits=server.traits,
        servers=1 if spec.remote is None else 1 + len(spec.remote.others),
    )

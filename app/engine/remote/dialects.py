"""The kinds of servers, as far as they differ: how each counts tokens, states its context, and takes a question."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, TypeAlias

import msgspec
from msgspec import UNSET

from app.core.errors import AppError, Code
from app.core.settings import Sampling
from app.engine.protocol import ServerTraits
from app.engine.remote import formats, wire
from app.engine.remote.guided import JsonSchema, Text, Wanted, as_gbnf, as_regex
from app.engine.remote.images import ServerSight, blank, part
from app.engine.remote.layout import Chat, TextLayout, TokenLayout

MODELS = "/v1/models"

_SHOWN_MODELS, _NAME_CHARACTERS, _FILE = 12, 120, ".gguf"
_SAMPLE = "The tenant pays on 1 May.\n\nDie Fähre legt um 7:45 Uhr ab. 船は港を出る。 `for i in range(10): f(x)` – №§"
_PROBE, _PROBED, _PROBE_TOKENS = "The ferry leaves at", "zq7", 8
_LIKELY_TOKENS = 20
"""The most that vLLM gives."""

_TRIED_SIDE, _SEES_TOKENS = 224, 16
"""An image to find out whether a server's model sees; fewer tokens than that are a text in its place."""

_NO_ENGINE = 9_999

_REFUSED = (Code.REMOTE_NOT_FOUND, Code.REMOTE_REFUSED, Code.REMOTE_ANSWER_STRANGE)


class Requests(Protocol):
    """The parts of `transport.Transport` that a dialect needs."""

    engine: int | None

    @property
    def host(self) -> str: ...

    def get(self, path: str) -> bytes: ...

    def post(self, path: str, body: msgspec.Struct) -> bytes: ...

    def post_all(self, path: str, bodies: Sequence[msgspec.Struct]) -> list[bytes]: ...


HeldWay: TypeAlias = Callable[[wire.Request, Wanted], wire.Request]
"""A way that servers have for a form, with the one that the same servers have for a schema."""


def _by_grammar(request: wire.Request, wanted: Wanted) -> wire.Request:
    if isinstance(wanted, JsonSchema):
        return msgspec.structs.replace(request, json_schema=msgspec.Raw(wanted.text.encode()))
    return msgspec.structs.replace(request, grammar=as_gbnf(wanted))


def _by_structured_outputs(request: wire.Request, wanted: Wanted) -> wire.Request:
    if isinstance(wanted, JsonSchema):
        outputs = wire.StructuredOutputs(json=msgspec.Raw(wanted.text.encode()))
    else:
        outputs = wire.StructuredOutputs(regex=as_regex(wanted))
    return msgspec.structs.replace(request, structured_outputs=outputs)


def _by_guided_regex(request: wire.Request, wanted: Wanted) -> wire.Request:
    if isinstance(wanted, JsonSchema):
        return msgspec.structs.replace(request, guided_json=msgspec.Raw(wanted.text.encode()))
    return msgspec.structs.replace(request, guided_regex=as_regex(wanted))


def _by_regex(request: wire.Request, wanted: Wanted) -> wire.Request:
    if isinstance(wanted, JsonSchema):
        return msgspec.structs.replace(request, json_schema=wanted.text)
    return msgspec.structs.replace(request, regex=as_regex(wanted))


class ServerDialect:
    """The dialect of a kind of server, and what such a server can do; its methods raise AppError REMOTE_*, Stopped.

    `kind` is its name for people. `context_tokens` are for one question with its books; 0 if the server does not say.
    `shortest` is the fewest tokens that an answer may be limited to. `slots` is how many questions it answers at the
    same time; 0 if it does not say. `one_cache` tells that what one of them has read, all others find read;
    `sends_images` that it may get images; `weighs` that it can say how sure its model is. `chat_template` is as the
    model's file has it, if the server shows it. `traits` are sound once `find_traits` has found them, or they were set
    to what it found before; `vocabulary`, which identifies the tokenizer, once `identify` was called.
    """

    kind = ""
    ways: ClassVar[Mapping[str, HeldWay]] = {}
    context_tokens = 0
    slots = 0
    one_cache = False
    sends_images = True
    weighs = True
    shortest = 1
    bos: int | None = None
    chat_template = ""
    vocabulary = ""

    def __init__(self, requests: Requests, model: wire.ServedModel) -> None:
        self._requests = requests
        self.model = model
        self.traits = ServerTraits(self.kind, model.id, model.owned_by)
        self._sight = ServerSight(model.id, self._image_tokens)

    def recognise(self) -> None:
        """Find out whether the server is of this kind, as far as that was not seen while this was made. Raises AppError
        as a server of another kind makes it."""

    def identify(self) -> None:
        """Find out by a sample what the model's tokenizer is. Raises AppError REMOTE_*; Stopped."""
        digest = hashlib.blake2b(digest_size=8)
        digest.update(f"{self.kind}\0{self.model.id}\0".encode())
        digest.update(array("i", self.tokenize([_SAMPLE], special=False)[0]).tobytes())
        self.vocabulary = digest.hexdigest()

    def find_traits(self) -> None:
        """Try what the server can do and does not state. Raises AppError REMOTE_*, REMOTE_NO_FORMAT; Stopped."""
        self.find_way()

    def find_way(self) -> None:
        """Find the first way of holding an answer that works, each tried by a short request that can be answered in one
        way alone. Raises AppError REMOTE_*; Stopped."""
        way = next((name for name, way in self.ways.items() if self._is_held(way)), "")
        self.traits = msgspec.structs.replace(self.traits, way=way)

    def layout(self) -> TokenLayout | TextLayout:
        return TokenLayout(self, self.sight)

    @property
    def sees(self) -> bool:
        """True if the server's model sees images."""
        return self.traits.sees

    @property
    def blindness(self) -> AppError | None:
        """The reason why the model gets no images: REMOTE_BLIND, REMOTE_IMAGES_KEPT; None if it may get them."""
        if self.sees and self.sends_images:
            return None
        return AppError(Code.REMOTE_IMAGES_KEPT if self.sees else Code.REMOTE_BLIND, host=self._requests.host)

    def sight(self) -> ServerSight:
        """Return how the server's model sees. Raises AppError as `blindness` says."""
        if (blindness := self.blindness) is not None:
            raise blindness
        return self._sight

    def held(self, request: wire.Request, wanted: Wanted) -> wire.Request:
        """Return the request with its answer held to a form or a schema by the server; unchanged if no way to do so is
        known of this server."""
        way = self.ways.get(self.traits.way)
        return request if way is None else way(request, wanted)

    def likeliest(
        self, sent: array[int] | str | tuple[wire.ChatMessage, ...]
    ) -> tuple[dict[str, float], wire.UsageReport]:
        """Return the first tokens that an answer may have, by their texts, with the natural logarithms of their
        probabilities; none if the server does not say. Nothing is written."""
        asked: wire.Request = (
            wire.ChatRequest(
                model=self.model.id,
                messages=sent,
                max_tokens=1,
                temperature=0.0,
                logprobs=True,
                top_logprobs=_LIKELY_TOKENS,
                chat_template_kwargs=wire.TemplateSwitches(),
            )
            if isinstance(sent, tuple)
            else wire.CompletionRequest(
                model=self.model.id,
                prompt=sent if isinstance(sent, str) else tuple(sent),
                max_tokens=1,
                temperature=0.0,
                logprobs=_LIKELY_TOKENS,
            )
        )
        answer = self._post(asked.path, asked, wire.Completion)
        said = next((choice.logprobs for choice in answer.choices if choice.logprobs is not None), None)
        return said.first if said is not None else {}, answer.usage or wire.UsageReport()

    def _is_held(self, way: HeldWay) -> bool:
        asked = way(self.request(self._sent(_PROBE), Sampling(temperature=0), _PROBE_TOKENS), Text(_PROBED))
        asked = msgspec.structs.replace(asked, stream=False, stream_options=UNSET, return_progress=UNSET)
        try:
            answer = self._post(asked.path, asked, wire.Completion)
        except AppError as error:
            if error.code in _REFUSED:
                return False
            raise
        return any((choice.text or "").strip() == _PROBED for choice in answer.choices)

    def tokenize(self, texts: Sequence[str], *, special: bool) -> list[Sequence[int]]:
        raise NotImplementedError

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        raise NotImplementedError

    def request(self, sent: array[int] | str, sampling: Sampling, max_tokens: int) -> wire.Request:
        """Return the request for a streamed completion of `sent`."""
        prompt = sent if isinstance(sent, str) else tuple(sent)
        return wire.CompletionRequest(prompt=prompt, **self._asked(sampling, max_tokens))

    def chat_request(
        self, chat: Chat, messages: tuple[wire.ChatMessage, ...], sampling: Sampling, max_tokens: int
    ) -> wire.Request:
        """Return the request for a streamed answer to `chat`, whose messages are given as they are sent."""
        return wire.ChatRequest(
            messages=messages,
            chat_template_kwargs=UNSET if chat.thinks else wire.TemplateSwitches(),
            add_generation_prompt=False if chat.goes_on else UNSET,
            continue_final_message=True if chat.goes_on else UNSET,
            **self._asked(sampling, max_tokens),
        )

    # ---- for the dialects

    def _sent(self, text: str) -> array[int] | str:
        """Return a text of ours as it is sent: as tokens, where the server takes some."""
        return array("i", self.tokenize([text], special=False)[0])

    def _asked(self, sampling: Sampling, max_tokens: int) -> dict[str, Any]:
        """Return the fields that a request has besides what is asked."""
        return {
            "model": self.model.id,
            "max_tokens": max(self.shortest, max_tokens),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "seed": UNSET if sampling.seed is None else sampling.seed,
            "stream": True,
            "stream_options": wire.StreamOptions(),
        }

    def _image_tokens(self, width: int, height: int) -> int:
        """Return how many tokens an image of so many pixels takes, by what a blank one adds to a short message."""
        text = wire.TextPart(_PROBE)
        if not self.traits.around_image:
            around = self._chat_tokens((wire.ChatMessage("user", (text,)),))
            self.traits = msgspec.structs.replace(self.traits, around_image=around)
        shown = wire.ChatMessage("user", (part(blank(width, height)), text))
        return max(0, self._chat_tokens((shown,)) - self.traits.around_image)

    def _tries_to_see(self) -> bool:
        """Return whether the model sees an image, tried with one, for servers that do not say."""
        try:
            return self._image_tokens(_TRIED_SIDE, _TRIED_SIDE) >= _SEES_TOKENS
        except AppError as error:
            if error.code in _REFUSED:
                return False
            raise

    def _chat_tokens(self, messages: tuple[wire.ChatMessage, ...]) -> int:
        body = wire.ChatRequest(model=self.model.id, messages=messages, max_tokens=1)
        return self._post(body.path, body, wire.ChatAnswer).usage.prompt_tokens

    def _get(self, path: str, kind: type[wire.Answer]) -> wire.Answer:
        return wire.decoded(self._requests.get(path), kind, self._requests.host)

    def _post(self, path: str, body: msgspec.Struct, kind: type[wire.Answer]) -> wire.Answer:
        return wire.decoded(self._requests.post(path, body), kind, self._requests.host)

    def _post_all(self, path: str, bodies: Sequence[msgspec.Struct], kind: type[wire.Answer]) -> list[wire.Answer]:
        return [wire.decoded(received, kind, self._requests.host) for received in self._requests.post_all(path, bodies)]

    def _tokenized(
        self, parts: Sequence[Sequence[str]], tokens: Callable[[Sequence[str]], list[wire.Tokens]]
    ) -> list[Sequence[int]]:
        """Return the tokens of texts, each of which is given in parts."""
        received = iter(tokens([part for text in parts for part in text]))
        return [array("i", [token for _part in text for token in next(received).tokens]) for text in parts]

    def _recognise_format(self, count: Callable[[str], int]) -> None:
        """Find the chat format by what short conversations take. Raises AppError REMOTE_NO_FORMAT."""

        def reported(conversation: formats.Conversation) -> int:
            return self._chat_tokens(_messages(conversation))

        found = formats.recognised(count, reported)
        if found is None:
            raise AppError(Code.REMOTE_NO_FORMAT, host=self._requests.host)
        self.traits = msgspec.structs.replace(self.traits, format=found)

    def _rendered(self, messages: Sequence[tuple[str, str]]) -> str:
        """Return the text of a conversation in the format that was recognised."""
        assert self.traits.format is not None
        return formats.rendered(self.traits.format, messages)


class LlamaServer(ServerDialect):
    """llama.cpp's own server."""

    kind = "llama-server"
    ways = MappingProxyType({"grammar": _by_grammar})
    shortest = 0

    def __init__(self, requests: Requests, model: wire.ServedModel) -> None:
        super().__init__(requests, model)
        props = self._get("/props", wire.Props)
        self.context_tokens, self.slots = props.default_generation_settings.n_ctx, props.total_slots
        self.chat_template, self._sees = props.chat_template, props.modalities.vision
        begun = self._post("/tokenize", wire.TokenizeContent("", parse_special=True, add_special=True), wire.Tokens)
        self.bos = begun.tokens[0] if begun.tokens else None

    @property
    def sees(self) -> bool:
        return self._sees

    def layout(self) -> TokenLayout | TextLayout:
        """Return the layout of prompts: a server whose model sees takes no tokens at this API, but for their text
        (`handle_completions_impl` of llama.cpp's tools/server/server-context.cpp)."""
        return TextLayout(self, self.sight, self._text_tokens) if self._sees else super().layout()

    def _sent(self, text: str) -> array[int] | str:
        return text if self._sees else super()._sent(text)

    def _text_tokens(self, text: str) -> int:
        body = wire.TokenizeContent(text, parse_special=True, add_special=True)
        return len(self._post("/tokenize", body, wire.Tokens).tokens)

    def tokenize(self, texts: Sequence[str], *, special: bool) -> list[Sequence[int]]:
        markers = set() if special else self._markers(texts)
        parts = [formats.apart(text) if formats.alike(text) & markers else [text] for text in texts]
        return self._tokenized(parts, partial(self._tokens, special=special))

    def _markers(self, untrusted_texts: Sequence[str]) -> set[str]:
        """Return the marks in the texts that are one token without being control tokens in the model's file (Command
        R's): the server takes them out of any text."""
        looking = sorted(set().union(*map(formats.alike, untrusted_texts)))
        made = self._tokens(looking, special=False)
        return {mark for mark, tokens in zip(looking, made, strict=True) if len(tokens.tokens) == 1}

    def _tokens(self, texts: Sequence[str], *, special: bool) -> list[wire.Tokens]:
        bodies = [wire.TokenizeContent(text, parse_special=special) for text in texts]
        return self._post_all("/tokenize", bodies, wire.Tokens)

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        try:
            return self._post("/apply-template", wire.TemplateRequest(_messages(messages)), wire.TemplateApplied).prompt
        except AppError as error:
            if error.code is Code.REMOTE_REFUSED:  # by the template itself: it may know no system message, say
                raise AppError(Code.REMOTE_NO_FORMAT, host=self._requests.host) from error
            raise

    def _asked(self, sampling: Sampling, max_tokens: int) -> dict[str, Any]:
        own = {"top_k": sampling.top_k, "repeat_penalty": sampling.repeat_penalty, "return_progress": True}
        return super()._asked(sampling, max_tokens) | own


class _Transformers(ServerDialect):
    """The dialect that servers have in common whose tokenizer is that of Hugging Face."""

    one_cache = True

    def __init__(self, requests: Requests, model: wire.ServedModel) -> None:
        super().__init__(requests, model)
        self.context_tokens = model.max_model_len or 0

    def recognise(self) -> None:
        self._tokens(["a"])

    def find_traits(self) -> None:
        super().find_traits()
        sees = self._tries_to_see()
        self.traits = msgspec.structs.replace(self.traits, sees=sees)

    def tokenize(self, texts: Sequence[str], *, special: bool) -> list[Sequence[int]]:
        """Tokenize these texts. The server's tokenizer takes control tokens out of any text, so such a text is sent in
        parts."""
        return self._tokenized([[text] if special else formats.apart(text) for text in texts], self._tokens)

    def _asked(self, sampling: Sampling, max_tokens: int) -> dict[str, Any]:
        own = {"top_k": sampling.top_k or -1, "repetition_penalty": sampling.repeat_penalty}
        return super()._asked(sampling, max_tokens) | own

    def _tokens(self, texts: Sequence[str]) -> list[wire.Tokens]:
        return self._post_all("/tokenize", [wire.TokenizePrompt(self.model.id, text) for text in texts], wire.Tokens)


class Vllm(_Transformers):
    kind = "vLLM"
    ways = MappingProxyType({"structured_outputs": _by_structured_outputs, "guided_regex": _by_guided_regex})

    def recognise(self) -> None:
        super().recognise()
        self._rendered_tokens(formats.PROBES[0])

    def find_traits(self) -> None:
        super().find_traits()
        self.traits = msgspec.structs.replace(self.traits, engines=self._engines_found())

    def _engines_found(self) -> int:
        """Return how many engines there are behind the server (its `--data-parallel-size`), as it says where one is
        asked for that is not there; 1 if it does not take such a wish."""
        asked = self.request(self._sent(_PROBE), Sampling(temperature=0), 1)
        asked = msgspec.structs.replace(asked, stream=False, stream_options=UNSET)
        self._requests.engine = _NO_ENGINE
        try:
            self._requests.post(asked.path, asked)
        except AppError as error:
            if error.code not in _REFUSED:
                raise
            return int(error.params.get("engines", 1))
        finally:
            self._requests.engine = None
        return 1

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        """Return the text of a conversation, made from the server's tokens; sound only if that text gives the same
        tokens again."""
        tokens = self._rendered_tokens(messages)
        text = self._post("/detokenize", wire.DetokenizeRequest(self.model.id, tokens), wire.Detokenized).prompt
        if tuple(self._tokens([text])[0].tokens) != tokens:
            raise AppError(Code.REMOTE_NO_FORMAT, host=self._requests.host)
        return text

    def _rendered_tokens(self, messages: Sequence[tuple[str, str]]) -> tuple[int, ...]:
        return self._post("/tokenize", wire.TokenizeMessages(self.model.id, _messages(messages)), wire.Tokens).tokens


class Sglang(_Transformers):
    kind = "SGLang"
    ways = MappingProxyType({"regex": _by_regex})

    def find_traits(self) -> None:
        self._recognise_format(lambda text: len(self._tokens([text])[0].tokens))
        super().find_traits()

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        return self._rendered(messages)


class LlamaCppPython(ServerDialect):
    """The dialect of `llama_cpp.server`, of llama-cpp-python: it takes text only, and says neither its context nor what
    it held."""

    kind = "llama_cpp.server"
    slots = 1
    weighs = False

    def __init__(self, requests: Requests, model: wire.ServedModel) -> None:
        super().__init__(requests, model)
        begun = self._tokens([""])[0].tokens
        self.bos = begun[0] if begun else None

    def find_traits(self) -> None:
        begun = 0 if self.bos is None else 1
        self._recognise_format(lambda text: len(self._tokens([text])[0].tokens) - begun)
        super().find_traits()

    def layout(self) -> TextLayout:
        return TextLayout(self, self.sight, lambda text: len(self._tokens([text])[0].tokens))

    def tokenize(self, texts: Sequence[str], *, special: bool) -> list[Sequence[int]]:
        received = self._tokens([text if special else formats.spaced(text) for text in texts])
        own = 0 if self.bos is None else 1  # it puts one before every text
        return [array("i", tokens.tokens[own:]) for tokens in received]

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        return self._rendered(messages)

    def _asked(self, sampling: Sampling, max_tokens: int) -> dict[str, Any]:
        own = {"top_k": sampling.top_k, "repeat_penalty": sampling.repeat_penalty, "stream_options": UNSET}
        return super()._asked(sampling, max_tokens) | own

    def _tokens(self, texts: Sequence[str]) -> list[wire.Tokens]:
        bodies = [wire.TokenizeInput(self.model.id, text) for text in texts]
        return self._post_all("/extras/tokenize", bodies, wire.Tokens)


_DIALECTS: tuple[type[ServerDialect], ...] = (LlamaServer, Vllm, Sglang, LlamaCppPython)


def find(requests: Requests, wanted: str, known: ServerTraits | None = None) -> ServerDialect:
    """Return the server, told by what it answers. `wanted` is the model; empty takes the only one. `known` is what was
    found out about it before: as long as it calls itself the same and has that model, nothing is tried again.

    Raises AppError REMOTE_*, REMOTE_NO_TOKENIZER where it has nothing to count with; Stopped.
    """
    model = served(requests, wanted)
    tries: list[tuple[type[ServerDialect], ServerTraits | None]] = [(dialect, None) for dialect in _DIALECTS]
    if known is not None and (known.model, known.program) == (model.id, model.owned_by):
        tries[:0] = [(dialect, known) for dialect in _DIALECTS if dialect.kind == known.kind]
    problem = AppError(Code.REMOTE_NO_TOKENIZER, host=requests.host)
    for dialect, traits in tries:
        try:
            return _made(dialect, requests, model, traits)
        except AppError as error:
            if error.code is Code.REMOTE_NO_FORMAT:
                problem = error
            elif error.code not in _REFUSED:
                raise
    raise problem


def _made(
    dialect: type[ServerDialect], requests: Requests, model: wire.ServedModel, known: ServerTraits | None
) -> ServerDialect:
    """Return the server in one dialect. Raises AppError as a server that speaks another one makes it, and others;
    Stopped."""
    server = dialect(requests, model)
    if known is not None:
        server.traits = known
    else:
        server.recognise()
        server.find_traits()
    server.identify()
    return server


def served(requests: Requests, wanted: str) -> wire.ServedModel:
    """Return the model that the server serves. Raises AppError REMOTE_MODEL_UNKNOWN, REMOTE_MODEL_UNDECIDED, and
    others; Stopped."""
    models = wire.decoded(requests.get(MODELS), wire.ModelList, requests.host).data
    known = ", ".join(shown(model.id) for model in models[:_SHOWN_MODELS])
    if wanted:
        found = next((model for model in models if model.id == wanted), None)
        if found is None:
            raise AppError(Code.REMOTE_MODEL_UNKNOWN, host=requests.host, wanted=wanted, known=known)
        return found
    if len(models) != 1:
        raise AppError(Code.REMOTE_MODEL_UNDECIDED, host=requests.host, known=known)
    return models[0]


def shown(untrusted_name: str) -> str:
    """Return a model's name, as far as it can be shown on one line; of a path in place of a name, its last part."""
    if untrusted_name.endswith(_FILE):
        untrusted_name = re.split(r"[/\\]", untrusted_name.removesuffix(_FILE))[-1]
    return "".join(c if c.isprintable() else "\ufffd" for c in untrusted_name[:_NAME_CHARACTERS])


def _messages(conversation: Sequence[tuple[str, str]]) -> tuple[wire.ChatMessage, ...]:
    return tuple(wire.ChatMessage(role, content) for role, content in conversation)

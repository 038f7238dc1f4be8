"""The JSON of the servers, as far as it is used: what is sent, and the types that answers are checked against.

Sources: OpenAI's API reference (models, completions); llama.cpp tools/server/README.md; vLLM
vllm/entrypoints/serve/tokenize/protocol.py; SGLang srt/entrypoints/openai/protocol.py; llama-cpp-python
llama_cpp/server/types.py.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.core.errors import AppError, Code

MAX_CONTEXT_TOKENS = 1 << 31
"""No model has a longer context; a server that says so is not believed."""

Count = Annotated[int, Meta(ge=0, le=MAX_CONTEXT_TOKENS)]
TokenId = Annotated[int, Meta(ge=0, le=(1 << 31) - 1)]
Answer = TypeVar("Answer")

# ---- what is sent


class StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool = True


class StructuredOutputs(msgspec.Struct, frozen=True):
    """vLLM since 0.11. One of the two."""

    regex: str | UnsetType = UNSET
    json: msgspec.Raw | UnsetType = UNSET


class Request(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The fields that all servers know, and below them what only some do; those are UNSET elsewhere."""

    path: ClassVar[str]

    model: str
    max_tokens: int
    temperature: float | UnsetType = UNSET
    top_p: float | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    stream: bool | UnsetType = UNSET
    stream_options: StreamOptions | UnsetType = UNSET
    top_k: int | UnsetType = UNSET
    min_p: float | UnsetType = UNSET
    repeat_penalty: float | UnsetType = UNSET  # llama.cpp
    repetition_penalty: float | UnsetType = UNSET  # vLLM, SGLang
    return_progress: bool | UnsetType = UNSET  # llama-server
    grammar: str | UnsetType = UNSET  # llama-server
    structured_outputs: StructuredOutputs | UnsetType = UNSET  # vLLM
    guided_regex: str | UnsetType = UNSET  # vLLM before
    guided_json: msgspec.Raw | UnsetType = UNSET  # vLLM before
    regex: str | UnsetType = UNSET  # SGLang
    json_schema: msgspec.Raw | str | UnsetType = UNSET  # llama-server as JSON, SGLang as text


class CompletionRequest(Request, frozen=True, omit_defaults=True, kw_only=True):
    path = "/v1/completions"

    prompt: tuple[int, ...] | str
    logprobs: int | UnsetType = UNSET


class TextPart(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    text: str


class ImageUrl(msgspec.Struct, frozen=True):
    url: str


class ImagePart(msgspec.Struct, frozen=True, tag_field="type", tag="image_url"):
    image_url: ImageUrl


Content: TypeAlias = str | tuple[TextPart | ImagePart, ...]


class ChatMessage(msgspec.Struct, frozen=True):
    role: str
    content: Content


class TemplateSwitches(msgspec.Struct, frozen=True):
    """The switches that chat templates read which are asked for an answer without a thought: Qwen, Gemma and most
    others the first, DeepSeek and Granite the second."""

    enable_thinking: bool = False
    thinking: bool = False


class ChatRequest(Request, frozen=True, omit_defaults=True, kw_only=True):
    path = "/v1/chat/completions"

    messages: tuple[ChatMessage, ...]
    logprobs: bool | UnsetType = UNSET
    top_logprobs: int | UnsetType = UNSET
    chat_template_kwargs: TemplateSwitches | UnsetType = UNSET
    add_generation_prompt: bool | UnsetType = UNSET
    continue_final_message: bool | UnsetType = UNSET


class TemplateRequest(msgspec.Struct, frozen=True):
    """llama-server, /apply-template."""

    messages: tuple[ChatMessage, ...]


class TokenizeContent(msgspec.Struct, frozen=True):
    """llama-server, /tokenize."""

    content: str
    parse_special: bool
    add_special: bool = False


class TokenizePrompt(msgspec.Struct, frozen=True):
    """vLLM and SGLang, /tokenize."""

    model: str
    prompt: str
    add_special_tokens: bool = False


class TokenizeMessages(msgspec.Struct, frozen=True):
    """vLLM, /tokenize."""

    model: str
    messages: tuple[ChatMessage, ...]
    add_generation_prompt: bool = True


class DetokenizeRequest(msgspec.Struct, frozen=True):
    """vLLM, /detokenize."""

    model: str
    tokens: tuple[int, ...]


class TokenizeInput(msgspec.Struct, frozen=True):
    """llama_cpp.server, /extras/tokenize."""

    model: str
    input: str


# ---- what comes


class ModelMeta(msgspec.Struct, frozen=True):
    """llama-server."""

    n_ctx_train: Count = 0
    n_params: int = 0
    size: int = 0
    n_vocab: int = 0


class ServedModel(msgspec.Struct, frozen=True):
    id: str
    owned_by: str = ""  # the name of the server's program
    max_model_len: Count | None = None  # vLLM, SGLang
    meta: ModelMeta | None = None


class ModelList(msgspec.Struct, frozen=True):
    data: tuple[ServedModel, ...]


class GenerationSettings(msgspec.Struct, frozen=True):
    n_ctx: Count


class Modalities(msgspec.Struct, frozen=True):
    vision: bool = False


class Props(msgspec.Struct, frozen=True):
    """llama-server, /props. `n_ctx` is that of one slot, which is what a question can have."""

    default_generation_settings: GenerationSettings
    total_slots: Count = 0
    chat_template: str = ""
    modalities: Modalities = Modalities()


class TemplateApplied(msgspec.Struct, frozen=True):
    prompt: str


class Tokens(msgspec.Struct, frozen=True):
    tokens: tuple[TokenId, ...]


class Detokenized(msgspec.Struct, frozen=True):
    prompt: str


class TokenDetails(msgspec.Struct, frozen=True):
    cached_tokens: Count | None = None


class UsageReport(msgspec.Struct, frozen=True):
    prompt_tokens: Count = 0
    completion_tokens: Count | None = None
    prompt_tokens_details: TokenDetails | None = None


class ChatAnswer(msgspec.Struct, frozen=True):
    usage: UsageReport


class Delta(msgspec.Struct, frozen=True):
    """The new part of a message. Thoughts that a server took out of the text come under either name."""

    content: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """One answer, or a part of it, of a completion; of a chat, all but how it ends is in `delta`."""

    text: str | None = ""
    reasoning: str | None = None
    reasoning_content: str | None = None
    finish_reason: str | None = None
    delta: Delta | None = None

    @property
    def said(self) -> str:
        return self.text or (self.delta.content if self.delta is not None else "") or ""

    @property
    def thought(self) -> str:
        of = self.delta or self
        return of.reasoning or of.reasoning_content or ""


class PromptProgress(msgspec.Struct, frozen=True):
    total: Count
    cache: Count
    processed: Count


class ErrorDetail(msgspec.Struct, frozen=True):
    message: str = ""
    type: str | None = None
    code: str | int | None = None


class LikelyToken(msgspec.Struct, frozen=True):
    token: str
    logprob: float


class LikelyTokens(msgspec.Struct, frozen=True):
    top_logprobs: tuple[LikelyToken, ...] = ()


class LogProbabilities(msgspec.Struct, frozen=True):
    """Log probabilities of each token of an answer: in `content` from llama-server, `top_logprobs` from vLLM,
    SGLang."""

    content: tuple[LikelyTokens, ...] | None = None
    top_logprobs: tuple[dict[str, float] | None, ...] | None = None

    @property
    def first(self) -> dict[str, float]:
        """Natural logarithms of the probabilities of the likeliest first tokens, by their texts."""
        if self.content:
            return {likely.token: likely.logprob for likely in self.content[0].top_logprobs}
        return (self.top_logprobs[0] or {}) if self.top_logprobs else {}


class WholeChoice(msgspec.Struct, frozen=True):
    text: str | None = ""
    logprobs: LogProbabilities | None = None


class Completion(msgspec.Struct, frozen=True):
    """An answer that is not streamed."""

    choices: tuple[WholeChoice, ...] = ()
    usage: UsageReport | None = None


class Chunk(msgspec.Struct, frozen=True):
    """One event of a stream."""

    choices: tuple[Choice, ...] = ()
    usage: UsageReport | None = None
    prompt_progress: PromptProgress | None = None
    error: ErrorDetail | str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True):
    error: ErrorDetail | str | None = None
    message: str = ""


def decoded(received: bytes, kind: type[Answer], host: str) -> Answer:
    """Decode what a server said, and check it. Raises AppError REMOTE_ANSWER_STRANGE."""
    try:
        return msgspec.json.decode(received, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise AppError(Code.REMOTE_ANSWER_STRANGE, host=host) from error


_BY_STATUS = {
    400: Code.REMOTE_REFUSED,
    404: Code.REMOTE_NOT_FOUND,
    405: Code.REMOTE_NOT_FOUND,
    413: Code.REMOTE_TOO_LARGE,
    429: Code.REMOTE_BUSY,
    503: Code.REMOTE_BUSY,  # llama-server says so while it loads
}
_NO_KEY = (401, 403)
_CONTEXT_CODES = {"context_length_exceeded", "exceed_context_size_error"}
_CONTEXT_WORDS = ("maximum context length", "context window", "context size", "longer than the model")


_ENGINES = re.compile(r"data_parallel_rank \d+ is out of range \[0, ([1-9]\d{0,3})\)")
"""A refusal of an engine that is not there, by vLLM's v1/engine/input_processor.py; it tells how many there are."""


def refusal(status: int, body: bytes, host: str, path: str, *, with_key: bool) -> AppError:
    """Return the error for an answer with this status (RFC 9110). `body` is as much of it as came."""
    if status in _NO_KEY:
        return AppError(Code.REMOTE_KEY_REFUSED if with_key else Code.REMOTE_KEY_NEEDED, host=host)
    code = _BY_STATUS.get(status, Code.REMOTE_REFUSED)
    match code:
        case Code.REMOTE_NOT_FOUND:
            return AppError(code, host=host, asked=path)
        case Code.REMOTE_REFUSED if is_about_context(_error_of(body)):
            return AppError(Code.REMOTE_CONTEXT_EXCEEDED, host=host)
        case Code.REMOTE_REFUSED:
            engines = _ENGINES.search(_message(_error_of(body)))
            return AppError(code, host=host, status=status, **({"engines": int(engines[1])} if engines else {}))
    return AppError(code, host=host)


def is_about_context(answer: ErrorAnswer) -> bool:
    """Return whether an error says that the prompt is longer than the context; servers have no common code for it."""
    error, words = answer.error, _message(answer)
    codes = set() if error is None or isinstance(error, str) else {error.code, error.type}
    return bool(codes & _CONTEXT_CODES) or any(part in words.lower() for part in _CONTEXT_WORDS)


def _message(answer: ErrorAnswer) -> str:
    error = answer.error
    return answer.message if error is None else error if isinstance(error, str) else error.message


def _error_of(body: bytes) -> ErrorAnswer:
    """Return what a body says of an error; nothing for what is no such answer."""
    try:
        return msgspec.json.decode(body, type=ErrorAnswer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ErrorAnswer()

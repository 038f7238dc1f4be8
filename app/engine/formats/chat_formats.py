"""Chat formats that are known by marks in a model's template, and how one is cut out of what somebody else renders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from app.core.chat_template import ChatTemplate
from app.core.errors import AppError, Code
from app.engine.formats.thinking import opens_thoughts

_MARKERS = ("\u27e6rules\u27e7", "\u27e6question\u27e7", "\u27e6answer\u27e7", "\u27e6next question\u27e7")


class KnownFormat(NamedTuple):
    """A format that is known. A template of this format has all `marks` in it, and none of `foreign`."""

    name: str
    marks: tuple[str, ...]
    template: ChatTemplate
    foreign: tuple[str, ...] = ()


TABLE = (
    # Source: ai.google.dev/gemma/docs/core/prompt-formatting-gemma4. An empty thought: it answers at once.
    KnownFormat(
        "Gemma 4",
        ("<|turn>", "<turn|>", "<|channel>"),
        ChatTemplate(
            "<|turn>system\n",
            "<turn|>\n<|turn>user\n",
            "<turn|>\n<|turn>model\n",
            "<turn|>\n<|turn>user\n",
            "<turn|>\n<|turn>model\n<|channel>thought\n<channel|>",
        ),
    ),
    # Source: chat_template.jinja of openai/gpt-oss-120b on Hugging Face; OpenAI's description of Harmony. The rules are
    # a developer's message. The day is always that which `models.templates.rendering` has, so that books stay read.
    KnownFormat(
        "gpt-oss",
        ("<|start|>", "<|channel|>", "Knowledge cutoff: 2024-06", "# Valid channels: analysis, commentary, final."),
        ChatTemplate(
            "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\n"
            "Knowledge cutoff: 2024-06\nCurrent date: 2026-01-01\n\nReasoning: medium\n\n"
            "# Valid channels: analysis, commentary, final. Channel must be included for every message.<|end|>"
            "<|start|>developer<|message|># Instructions\n\n",
            "\n\n<|end|><|start|>user<|message|>",
            "<|end|><|start|>assistant<|channel|>final<|message|>",
            "<|end|><|start|>user<|message|>",
            "<|end|><|start|>assistant",
        ),
    ),
    # Source: models/templates/muse-glimmer.jinja of llama.cpp. The model itself writes for whom a message is.
    KnownFormat(
        "Muse Glimmer",
        ("<|start|>", "<|message|>", "<|eot|>", "to=self"),
        ChatTemplate(
            "<|start|>system<|message|>",
            '\n\nReasoning strength: high.\n\n# Valid recipients: "self", "user".<|eot|><|start|>user<|message|>',
            "<|eot|><|start|>assistant to=user<|message|>",
            "<|eot|><|start|>user<|message|>",
            "<|eot|><|start|>assistant",
        ),
    ),
    # Source: encoding/README.md of deepseek-ai/DeepSeek-V4-Pro on Hugging Face. `</think>`: it answers at once.
    KnownFormat(
        "DeepSeek V4",
        ("<｜User｜>", "<｜Assistant｜>", "｜DSML｜", "tool_calls>"),
        ChatTemplate(
            "", "<｜User｜>", "<｜Assistant｜></think>", "<｜end▁of▁sentence｜><｜User｜>", "<｜Assistant｜></think>"
        ),
    ),
    # Source: docs.mistral.ai, cookbook "Demystifying Mistral's instruct tokenization", V7-Tekken: no blanks.
    KnownFormat(
        "Mistral, V7-Tekken and later",
        ("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[INST]"),
        ChatTemplate("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT][INST]", "[/INST]", "</s>[INST]", "[/INST]"),
        foreign=("[SYSTEM_PROMPT] ", "[INST] "),
    ),
)
"""Formats in use that llama.cpp's list lacks, or writes otherwise than the model's makers. What begins a text is put
before them by `PromptTokenizer`."""


def from_table(untrusted_template: str) -> KnownFormat | None:
    for known in TABLE:
        has_marks = all(mark in untrusted_template for mark in known.marks)
        if has_marks and not any(mark in untrusted_template for mark in known.foreign):
            return known
    return None


class ChatRenderer(Protocol):
    """A model or server that knows how a conversation is written."""

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str: ...


def template(renderer: ChatRenderer) -> ChatTemplate:
    """Render the format once with marker contents and cut it at the markers.

    Raises AppError MODEL_NO_TEMPLATE when the model has no chat format that llama.cpp knows.
    """
    rules, question, answer, next_question = _MARKERS
    rendered = renderer.render_chat(
        [("system", rules), ("user", question), ("assistant", answer), ("user", next_question)]
    )
    pieces = []
    rest = rendered
    for marker in _MARKERS:
        piece, found, rest = rest.partition(marker)
        if not found:
            raise AppError(Code.MODEL_NO_TEMPLATE, path="")
        pieces.append(piece)
    begin, to_question, to_answer, to_next_question = pieces
    new = rest if opens_thoughts(rest) else to_answer
    return ChatTemplate(begin, to_question, to_answer, to_next_question, new)

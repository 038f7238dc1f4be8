"""Chat formats that servers are recognised to use, where they do not say: by the tokens that conversations take."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.core.chat_template import ChatTemplate

Conversation = Sequence[tuple[str, str]]

# The families' own templates lay out a conversation like this if it begins with a system message.
FORMATS: tuple[ChatTemplate, ...] = (
    ChatTemplate(  # Llama 4
        "<|begin_of_text|><|header_start|>system<|header_end|>\n\n",
        "<|eot|><|header_start|>user<|header_end|>\n\n",
        "<|eot|><|header_start|>assistant<|header_end|>\n\n",
        "<|eot|><|header_start|>user<|header_end|>\n\n",
    ),
    ChatTemplate(  # Llama 3
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n",
        "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
    ),
    ChatTemplate(  # ChatML: Qwen, SmolLM and many others
        "<|im_start|>system\n",
        "<|im_end|>\n<|im_start|>user\n",
        "<|im_end|>\n<|im_start|>assistant\n",
        "<|im_end|>\n<|im_start|>user\n",
    ),
    ChatTemplate(  # Mistral, since its seventh tokenizer
        "<s>[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT][INST]", "[/INST]", "</s>[INST]"
    ),
)

_BEGINNINGS = ("<|begin_of_text|>", "<s>")

PROBES: tuple[Conversation, ...] = (
    (("system", "Be brief."), ("user", "What is a ferry?")),
    (("system", "You read."), ("user", "Who pays, and when?"), ("assistant", "The tenant, in May."), ("user", "Why?")),
)
"""Short conversations with and without a turn before; formats that differ take different numbers of tokens."""


def recognised(count: Callable[[str], int], reported: Callable[[Conversation], int]) -> ChatTemplate | None:
    """Return the format in which all probes take as many tokens as the server says that they do.

    `count` returns the tokens of a text with special tokens; `reported` is what the server says of a conversation.
    """
    expected = [reported(probe) for probe in PROBES]
    for template in FORMATS:
        if all(count(rendered(template, probe)) == number for probe, number in zip(PROBES, expected, strict=True)):
            return template
    return None


def rendered(template: ChatTemplate, conversation: Conversation) -> str:
    """Return a conversation as text: it begins with the system and ends with a question, up to where the answer
    begins."""
    (_system, rules), *turns = conversation
    text, before = template.begin + rules, template.to_question
    for role, said in turns:
        text += before + said
        before = template.to_next_question if role == "assistant" else template.to_answer
    return text + before


def without_beginning(text: str) -> str:
    """Return a text without the token that begins it, for servers that put it there themselves."""
    return next((text.removeprefix(begin) for begin in _BEGINNINGS if text.startswith(begin)), text)


_CONTROL = (("<", r"[^\s<>]{1,64}>"), (r"\[", r"/?[a-z]?[A-Z_]{2,32}\]"), (">>", r"[A-Z_]{2,32}<<"))
"""The beginnings and the rests of control tokens: those of most families; Mistral's, BERT's and GLM's ("[gMASK]");
Falcon's."""

_BEGINS = re.compile("|".join(f"{begin}(?={rest})" for begin, rest in _CONTROL))
_WHOLE = re.compile("(?=(" + "|".join(begin + rest for begin, rest in _CONTROL) + "))")


def alike(untrusted_text: str) -> set[str]:
    """Return everything in a text that looks like a control token."""
    return {found[1] for found in _WHOLE.finditer(untrusted_text)}


def apart(untrusted_text: str) -> list[str]:
    """Return the text in parts, none of which holds anything that looks like a control token; together they are the
    text."""
    parts, start = [], 0
    for found in _BEGINS.finditer(untrusted_text):
        parts.append(untrusted_text[start : found.end()])
        start = found.end()
    parts.append(untrusted_text[start:])
    return [part for part in parts if part] or [""]


def spaced(untrusted_text: str) -> str:
    """Return the text with a space inside everything that looks like a control token."""
    return " ".join(apart(untrusted_text))

"""The marks with which families of models write thoughts, and the way to have each answer without one. Data alone.

Sources: llama.cpp, common/parsers (what begins and ends a thought) and models/templates (where an answer begins that
has none); OpenAI's description of Harmony; the model cards of Qwen 3 and 3.5, DeepSeek R1 to V4, Gemma 4, GLM-4.5 to
4.7, Granite 3.3, Nemotron, SmolLM3, Magistral and Ministral, Seed-OSS, Command A, Apertus, Solar Open, Kimi, MiniMax,
Hunyuan, ERNIE 4.5, Muse Glimmer.

All switches stand where the answer begins, behind the books, which so stay as they were read. Three families also know
a word in their system message: how strongly gpt-oss and Muse think, and whether Gemma 4 and Granite do. It would stand
before the books, and is left alone.
"""

from __future__ import annotations

import msgspec


class Messages(msgspec.Struct, frozen=True):
    """The marks of families with several messages in an answer: `<|start|>assistant` header `<|message|>` text, an end.

    `prompt` is how a prompt ends there. `headers` are what a header begins with, if it is written by the model.
    `answer` is what the header of the answer has. `ends` are those of a message.
    """

    prompt: str
    headers: tuple[str, ...]
    answer: str
    ends: tuple[str, ...]
    text: str = "<|message|>"
    start: str = "<|start|>"


class BareWords(msgspec.Struct, frozen=True):
    """The words that are left of the marks where a server leaves control tokens out: what a thought begins with, what
    comes between it and the answer, and what an answer without one begins with."""

    opens: tuple[str, ...]
    between: str
    answer: str


class ThoughtFamily(msgspec.Struct, frozen=True):
    """The marks of a family of models. `opens` and `closes` are what a thought stands between, `after` what comes
    between it and the answer.

    `off` is what an answer begins with if the model is not to think; empty if it always does. `on` is what stands in
    its place if the model is to think, for families whose format may leave thoughts out. `known_by` is what the chat
    template of such a model has, all of it. `around` is what the answer itself stands between, if anything.
    """

    name: str
    opens: str
    closes: str
    off: str = ""
    on: str = ""
    after: str = "\n\n"
    known_by: tuple[str, ...] = ()
    around: tuple[str, str] | None = None
    messages: Messages | None = None
    bare: BareWords | None = None


_THINK, _END = "<think>", "</think>"
_EMPTY = "<think>\n\n</think>\n\n"

FAMILIES: tuple[ThoughtFamily, ...] = (
    ThoughtFamily(
        "gpt-oss",
        "<|channel|>analysis<|message|>",
        "<|end|>",
        off="<|channel|>final<|message|>",
        after="<|start|>assistant<|channel|>final<|message|>",
        known_by=("<|channel|>", "<|message|>"),
        messages=Messages(
            "<|start|>assistant", ("<|channel|>",), "<|channel|>final", ("<|end|>", "<|return|>", "<|call|>")
        ),
        bare=BareWords(("analysis", "commentary"), "assistantfinal", "final"),
    ),
    ThoughtFamily(
        "Muse",
        " to=self<|message|>",
        "<|eom|>",
        off=" to=user<|message|>",
        after="<|start|>assistant to=user<|message|>",
        known_by=("to=self", "<|eom|>"),
        messages=Messages("<|start|>assistant", (" to=",), " to=user", ("<|eom|>", "<|eot|>")),
        bare=BareWords((" to=self",), "assistant to=user", " to=user"),
    ),
    ThoughtFamily(
        "Gemma 4",
        "<|channel>thought",
        "<channel|>",
        off="<|channel>thought\n<channel|>",
        after="",
        known_by=("<|channel>", "<channel|>"),
    ),
    ThoughtFamily(
        "Seed-OSS",
        "<seed:think>",
        "</seed:think>",
        off="<seed:think>\n<seed:cot_budget_reflect>The current thinking budget is 0, so I will directly start "
        "answering the question.</seed:cot_budget_reflect>\n</seed:think>",
        known_by=("seed:think",),
    ),
    ThoughtFamily(
        "Solar Open",
        "<|think|>",
        "<|end|>",
        off="<|think|><|end|><|begin|>assistant<|content|>",
        after="<|begin|>assistant<|content|>",
        known_by=("<|think|>", "<|begin|>"),
        around=("<|begin|>assistant<|content|>", ""),
    ),
    ThoughtFamily(
        "Apertus",
        "<|inner_prefix|>",
        "<|inner_suffix|>",
        off="<|inner_prefix|><|inner_suffix|>",
        after="",
        known_by=("<|inner_prefix|>", "<|inner_suffix|>"),
    ),
    ThoughtFamily(
        "North",
        "<|START_THINKING|>",
        "<|END_THINKING|>",
        off="<|START_THINKING|><|END_THINKING|>",
        after="",
        known_by=("<|START_THINKING|>", "<|START_TEXT|>"),
        around=("<|START_TEXT|>", "<|END_TEXT|>"),
    ),
    ThoughtFamily(
        "Command A",
        "<|START_THINKING|>",
        "<|END_THINKING|>",
        off="<|START_THINKING|><|END_THINKING|>",
        after="",
        known_by=("<|START_THINKING|>",),
        around=("<|START_RESPONSE|>", "<|END_RESPONSE|>"),
    ),
    ThoughtFamily(
        "Kimi K3",
        "<|open|>think<|sep|>",
        "<|close|>think<|sep|>",
        off="<|open|>response<|sep|>",
        after="<|open|>response<|sep|>",
        known_by=("<|open|>", "<|end_of_msg|>"),
        around=("<|open|>response<|sep|>", "<|close|>response<|sep|>"),
    ),
    ThoughtFamily("MiniMax-M3", "<mm:think>", "</mm:think>", known_by=("<mm:think>",)),
    ThoughtFamily("Magistral", "[THINK]", "[/THINK]", off="[THINK][/THINK]", known_by=("[THINK]", "[/THINK]")),
    ThoughtFamily(
        "GLM-4.7", _THINK, _END, off=_END, on=_THINK, after="", known_by=("[gMASK]", "'</think>' if (enable_thinking")
    ),
    ThoughtFamily("GLM-4.5", _THINK, _END, off="\n<think></think>", after="\n", known_by=("[gMASK]", _THINK)),
    ThoughtFamily(
        "Granite", _THINK, _END, known_by=("<|start_of_role|>", _THINK), around=("<response>", "</response>")
    ),
    ThoughtFamily("SmolLM3", _THINK, _END, off="<think>\n\n</think>\n", known_by=("Reasoning Mode: ", "/no_think")),
    ThoughtFamily("Nemotron Nano 2", _THINK, _END, off="<think></think>", known_by=("<SPECIAL_11>", _THINK)),
    ThoughtFamily(
        "Nemotron 3", _THINK, _END, off="<think></think>", known_by=("<|im_start|>assistant\\n<think></think>",)
    ),
    ThoughtFamily(
        "DeepSeek V3.1",
        _THINK,
        _END,
        off="<think></think>",
        on=_THINK,
        after="",
        known_by=("<｜Assistant｜>", "<think></think>"),
    ),
    ThoughtFamily(
        "DeepSeek V3.2",
        _THINK,
        _END,
        off="<think></think>",
        on=_THINK,
        after="",
        known_by=("thinking_start_token + thinking_end_token",),
    ),
    ThoughtFamily(
        "DeepSeek V4", _THINK, _END, off=_END, on=_THINK, after="", known_by=("dsml_token", "thinking_end_token")
    ),
    ThoughtFamily("DeepSeek R1", _THINK, _END, known_by=("<｜Assistant｜>",)),
    ThoughtFamily("Ling 3", _THINK, _END, off="\n<think></think>", known_by=("<role>ASSISTANT</role>", _THINK)),
    ThoughtFamily(
        "Hunyuan",
        _THINK,
        _END,
        off="<think>\n\n</think>\n",
        known_by=("<|extra_0|>", _THINK),
        around=("<answer>", "</answer>"),
    ),
    ThoughtFamily(
        "Qwen", _THINK, _END, off=_EMPTY, on="<think>\n", known_by=("enable_thinking", "<think>\\n\\n</think>\\n\\n")
    ),
    ThoughtFamily("think", _THINK, _END, known_by=(_THINK,)),
    ThoughtFamily("thinking", "<thinking>", "</thinking>", known_by=("<thinking>",)),
)
"""The first that is known by a template wins. Qwen's form is that of MiniCPM, EXAONE, Bielik and others, too; `think`
stands for QwQ, Kimi K2, LFM2.5, MiniMax-M2, Step and all that never leave a thought out."""


def family_of(template: str) -> ThoughtFamily | None:
    """Return the family whose models have such a chat template, as it stands in a file; None if they write no
    thoughts."""
    return next((family for family in FAMILIES if all(words in template for words in family.known_by)), None)


def opened_at(before: str) -> ThoughtFamily | None:
    """Return the most general of the families whose thought the end of a prompt opens; None where it opens none."""
    end = before.rstrip()
    return next(
        (family for family in reversed(FAMILIES) if family.messages is None and end.endswith(family.opens)), None
    )


def without_thought(before: str, template: str) -> str:
    """Return the end of a prompt, changed so that the model answers at once; unchanged if no way is known.

    `template` is as `family_of` takes it; empty if a server does not show it. Then a thought that the prompt opens is
    closed.
    """
    opened, family = opened_at(before), family_of(template)
    if family is None:
        return f"{before.rstrip()}\n\n{opened.closes}{opened.after}" if opened is not None else before
    if not family.off or before.endswith(family.off):
        return before
    if opened is not None:
        before = before.rstrip().removesuffix(opened.opens)
    return before + family.off


def with_thought(before: str, template: str) -> str:
    """Return the end of a prompt, changed so that the model thinks first if its format would leave that out; else
    unchanged."""
    family = family_of(template)
    if family is None or not family.on or not before.endswith(family.off):
        return before
    return before.removesuffix(family.off) + family.on

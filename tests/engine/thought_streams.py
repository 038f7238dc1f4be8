"""The text that models of the families write, by each family's public description: a prompt's end, a thought, an
answer.

The marks are those of model cards and chat templates; the words are ours. `TEMPLATES` are the parts of chat templates
that the families are known by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

THOUGHT = "Who pays? <b>Clause 3</b> says </thin, or <|chan.\n\nThe owner wrote “x” – 船."
ANSWER = "The tenant pays (“§ 3”) – 船は港を出る. In XML a <think>note</think> is an element, <|end|> is not. [p. 3]"
HARMONY = "<|start|>assistant"
CHATML = "<|im_start|>assistant\n"


@dataclass(frozen=True)
class Written:
    """`before`: how the prompt ends. Between `opens` and `closes` comes the thought, behind that the answer, and `end`
    after it."""

    before: str
    opens: str
    closes: str
    end: str = ""

    def text(self, *thoughts: str, answer: str = ANSWER) -> str:
        return "".join(f"{self.opens}{thought}{self.closes}" for thought in thoughts) + answer + self.end


STREAMS = {
    "Qwen 3": Written(CHATML, "<think>\n", "\n</think>\n\n"),
    "Qwen 3.5": Written(f"{CHATML}<think>\n", "", "\n</think>\n\n"),
    "DeepSeek R1": Written("<｜Assistant｜><think>\n", "", "\n</think>\n\n"),
    "DeepSeek V4": Written("<｜Assistant｜><think>", "", "</think>"),
    "GLM-4.7": Written("<|assistant|><think>", "", "</think>"),
    "Nemotron 3": Written(f"{CHATML}<think>\n", "", "</think>\n\n"),
    "SmolLM3": Written(CHATML, "<think>\n", "\n</think>\n"),
    "Granite 3.3": Written("<|end_of_role|>", "<think>", "</think>\n\n<response>", "</response>"),
    "Hunyuan": Written("<|extra_0|>", "<think>\n", "\n</think>\n<answer>\n", "\n</answer>"),
    "Magistral": Written("[/INST]", "[THINK]", "[/THINK]"),
    "Seed-OSS": Written("assistant\n", "<seed:think>", "</seed:think>"),
    "Command A": Written(
        "<|CHATBOT_TOKEN|>", "<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>", "<|END_RESPONSE|>"
    ),
    "Apertus": Written("<|assistant_start|>", "<|inner_prefix|>", "<|inner_suffix|>"),
    "Solar Open": Written("<|begin|>assistant", "<|think|>", "<|end|><|begin|>assistant<|content|>"),
    "Kimi K3": Written(
        "", "<|open|>think<|sep|>", "<|close|>think<|sep|><|open|>response<|sep|>", "<|close|>response<|sep|>"
    ),
    "Gemma 4": Written("<|turn>model\n", "<|channel>thought\n", "\n<channel|>"),
    "gpt-oss": Written(
        HARMONY, "<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>", "<|return|>"
    ),
    "Muse": Written(HARMONY, " to=self<|message|>", "<|eom|><|start|>assistant to=user<|message|>", "<|eot|>"),
    "thinking": Written("", "<thinking>", "</thinking>\n"),
}

REPEATED = {
    "gpt-oss": (
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>commentary to=functions.x "
        f"<|constrain|>json<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>"
    ),
    "Muse": (
        f" to=self<|message|>{THOUGHT}<|eom|><|start|>assistant to=self<|message|>{THOUGHT}<|eom|>"
        f"<|start|>assistant to=user<|message|>{ANSWER}<|eot|>"
    ),
    "Solar Open": (f"<|think|>{THOUGHT}<|end|><|think|>{THOUGHT}<|end|><|begin|>assistant<|content|>{ANSWER}"),
}
"""Two thoughts, of families that write something else between them than before the answer."""

WRAPPED = ("Granite 3.3", "Hunyuan", "Command A", "Kimi K3")
"""The families whose text behind a thought is put around the answer; between two thoughts it does not come."""

TEMPLATES = {
    "gpt-oss": ("<|start|>assistant<|channel|>final<|message|>", HARMONY, f"{HARMONY}<|channel|>final<|message|>"),
    "Muse": ("'<|start|>assistant to=self<|message|>' + t + '<|eom|>'", HARMONY, f"{HARMONY} to=user<|message|>"),
    "Gemma 4": (
        "'<|channel>thought\\n' + thinking_text + '\\n<channel|>'",
        "<|turn>model\n",
        "<|turn>model\n<|channel>thought\n<channel|>",
    ),
    "Qwen 3": (
        "{%- if enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}",
        CHATML,
        f"{CHATML}<think>\n\n</think>\n\n",
    ),
    "Qwen 3.5": (
        "enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- else %}{{- '<think>\\n' }}",
        f"{CHATML}<think>\n",
        f"{CHATML}<think>\n\n</think>\n\n",
    ),
    "DeepSeek V3.1": ("'<｜Assistant｜>'}}{{'<think></think>'}}", "<｜Assistant｜>", "<｜Assistant｜><think></think>"),
    "DeepSeek V4": (
        "dsml_token = '｜DSML｜' thinking_end_token = '</think>' {{- thinking_end_token -}}",
        "<｜Assistant｜><think>",
        "<｜Assistant｜></think>",
    ),
    "GLM-4.5": ("[gMASK]<sop> '\\n<think></think>'", "<|assistant|>", "<|assistant|>\n<think></think>"),
    "GLM-4.7": (
        "[gMASK]<sop> {{- '</think>' if (enable_thinking is defined and not enable_thinking) else '<think>' -}}",
        "<|assistant|><think>",
        "<|assistant|></think>",
    ),
    "Nemotron 3": ("'<|im_start|>assistant\\n<think></think>'", f"{CHATML}<think>\n", f"{CHATML}<think></think>"),
    "SmolLM3": (
        '"Reasoning Mode: " + reasoning_mode == "/no_think" "<think>\\n\\n</think>\\n"',
        CHATML,
        f"{CHATML}<think>\n\n</think>\n",
    ),
    "Magistral": ("[THINK]...[/THINK]", "[/INST]", "[/INST][THINK][/THINK]"),
    "Command A": (
        "<|START_THINKING|> <|START_RESPONSE|>",
        "<|CHATBOT_TOKEN|>",
        "<|CHATBOT_TOKEN|><|START_THINKING|><|END_THINKING|>",
    ),
}
"""The words in a template of the family, how a prompt of it ends, and how it ends where the model does not think."""

STUBBORN = {"DeepSeek R1": "'<｜Assistant｜><think>\\n'", "MiniMax-M2": "'<think>' ~ '\\n'", "Llama": "<|eot_id|>"}
"""Templates of models that cannot be had not to think, or never do."""

_CONTROL = re.compile(r"(<[|/]?[a-z_A-Z:]+\|?>|\[/?THINK\])")


def as_tokens(text: str) -> list[tuple[bytes, bytes]]:
    """Cut a text as a vocabulary does in which marks are control tokens, which have no piece: pieces of a few letters,
    and those."""
    steps: list[tuple[bytes, bytes]] = []
    for part in _CONTROL.split(text):
        if _CONTROL.fullmatch(part):
            steps.append((b"", part.encode()))
        else:
            raw = part.encode()
            steps += [(raw[at : at + 5], b"") for at in range(0, len(raw), 5)]
    return steps

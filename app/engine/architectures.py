"""The model families that llama.cpp can load, and how far their layers see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_NAMES = """
afmoe apertus arcee arctic arwkv7 baichuan bailingmoe bailingmoe2 bailingmoe3 bert bitnet bloom chameleon chatglm
codeshell cogvlm cohere2 cohere2moe command-r dbrx deci deepseek deepseek2 deepseek2-ocr deepseek32 deepseek4 dflash
dots1 dots3note dream eagle3 ernie4_5 ernie4_5-moe eurobert exaone exaone-moe exaone4 falcon falcon-h1 gemma
gemma-embedding gemma2 gemma3 gemma3n gemma4 gemma4-assistant glm-dsa glm4 glm4moe glm5-next gpt-oss gpt2 gptj
gptneox granite granite_swa granitehybrid granitemoe graniteswitch grok grovemoe hrm_text hunyuan-dense hunyuan-moe
hunyuan_vl hy_v3 hy_v4 internlm2 jais jais2 jamba jina-bert-v2 jina-bert-v3 kimi-k3 kimi-linear laguna lfm2 lfm2moe
llada llada-moe llama llama-embed llama4 maincoder mamba mamba2 maple mellum mimo2 minicpm minicpm3 minimax-01
minimax-m2 minimax-m3 mistral3 mistral4 modern-bert mpt muse-glimmer nanbeige nemotron nemotron_h nemotron_h_moe
neo-bert nomic-bert nomic-bert-moe olmo olmo2 olmoe openelm orion paddleocr pangu-embedded phi2 phi3 phimoe plamo
plamo2 plamo3 plm pockettts qwen qwen2 qwen2moe qwen2vl qwen3 qwen35 qwen35moe qwen3moe qwen3next qwen3tts qwen3vl
qwen3vlmoe qwen4exp refact rnd1 rwkv6 rwkv6qwen2 rwkv7 seed_oss smallthinker smollm3 spark2_5 stablelm starcoder
starcoder2 step35 t5 t5encoder talkie wavtokenizer-dec xverse
"""

ARCHITECTURES = frozenset(_NAMES.split())
"""The families by their names in `general.architecture`. Source: LLM_ARCH_NAMES in llama-arch.cpp, without `clip`,
which names projectors. The library cannot be asked for the list, so a test offers it each of these names, and
others."""

_LLAMA4_CHUNK = 8192
"""llama.cpp hard-codes Llama 4's chunk (llama-model.cpp); the value in the file is ignored."""


class Attention(StrEnum):
    FULL = "full"  # every layer sees everything
    CHUNKED = "chunked"  # Llama 4: a local layer sees its own chunk only, from (p // window) * window on
    SLIDING = "sliding"  # a local layer sees the last `window` positions
    RECURRENT = "recurrent"  # the past is folded into a state; there is no way back but to the beginning


@dataclass(frozen=True)
class Geometry:
    """The reach of a model's attention. `window` is in tokens, 0 if there is none."""

    attention: Attention = Attention.FULL
    window: int = 0


def geometry_of(architecture: str, window: int, recurrent: bool) -> Geometry:
    """Return how an architecture attends; `window` is llama.cpp's `n_swa`."""
    if recurrent:
        return Geometry(Attention.RECURRENT)
    if architecture == "llama4":
        return Geometry(Attention.CHUNKED, _LLAMA4_CHUNK)
    return Geometry(Attention.SLIDING, window) if window else Geometry()

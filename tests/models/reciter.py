"""A tiny model that recites: after any prompt it writes the same tokens, one after the other, whatever was asked.

It is a plain llama, in the ChatML format where no other is wanted. Each token's embedding is a direction of its own,
and the output layer turns a token's direction into the token that follows. A token may come once before a certain one,
the turn, and once after it: the one head of attention looks at all positions alike, and brings along only whether the
turn was among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np

from tests.models import vocabulary

START, END = "<|im_start|>", "<|im_end|>"
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
HARMONY_FORMAT = "{# <|start|>role<|channel|>name<|message|>text<|end|> #}"
"""Enough for llama.cpp to know the format by, which it renders without running any template."""

HARMONY = ("<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>", "<|call|>")
"""All of them: llama.cpp takes "<|end|>" for the end of an answer where the last two are missing."""

VISIBLE = ("<thinking>", "</thinking>")
"""Marks of thoughts that are ordinary tokens, as in some families."""

CONTROL = ("<|endoftext|>", START, END, "<think>", "</think>", *HARMONY)

_WIDTH = 256
_HEAD_SIZE = 64
_CONTEXT = 4096
_LOUD = 40.0


def _words() -> vocabulary.Vocabulary:
    small = vocabulary.build(CONTROL)
    ordinary = (*small.tokens[: -len(CONTROL)], *VISIBLE)
    control = {text: len(ordinary) + index for index, text in enumerate(CONTROL)}
    return vocabulary.Vocabulary((*ordinary, *CONTROL), small.merges, control)


def write_reciter(
    path: Path, words: Sequence[str], turn: str = "</think>", template: str = CHATML, margin: float = 1
) -> Path:
    """Write a model that writes `words` (tokens of the small vocabulary, as they stand there), then ends.

    None may come twice up to `turn`, or twice after it; of what follows a token that comes on both sides, the first may
    come on one side only: up to the turn it is more probable than the other by `margin`, beyond doubt where that is 1,
    three to one where it is 1/16. Returns `path`.
    """
    known = _words()
    ids = {text: number for number, text in enumerate(known.tokens)}
    turned_by = ids[turn]
    tokens = [ids[word] for word in words]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Reciter")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_HEAD_SIZE)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(_HEAD_SIZE)
    writer.add_value_length(_HEAD_SIZE)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_HEAD_SIZE)
    writer.add_vocab_size(len(known))
    known.add_to(writer, "gpt-2", bos="<|endoftext|>", eos=END)
    writer.add_chat_template(template)

    # Direction 0: tokens that are not recited, such as the last of a prompt; 1: that the turn is among what was read.
    begin = ids["Ċ"]  # the newline that a prompt ends with
    place = {token: 2 + index for index, token in enumerate(dict.fromkeys([begin, *tokens]))}
    assert len(place) + 2 <= _WIDTH
    embeddings = np.zeros((len(known), _WIDTH), np.float16)
    embeddings[:, 0] = 1
    for token, direction in place.items():
        embeddings[token, 0] = 0
        embeddings[token, direction] = 1
    output = np.zeros((len(known), _WIDTH), np.float16)
    turned = False
    for token, following in zip([begin, *tokens], [*tokens, ids[END]], strict=True):
        turned = turned or token == turned_by
        # Of two that may follow, the one before the turn is louder, until the turn speaks for the other.
        output[following, place[token]] = _LOUD if turned else _LOUD + margin
        if turned:
            output[following, 1] = 1
    zeros = np.zeros((_HEAD_SIZE, _WIDTH), np.float16)
    writer.add_tensor("token_embd.weight", embeddings)
    writer.add_tensor("blk.0.attn_q.weight", zeros)
    writer.add_tensor("blk.0.attn_k.weight", zeros)
    values, back = zeros.copy(), zeros.T.copy()
    if turned_by in place:
        values[0, place[turned_by]] = 1
        back[1, 0] = 200
    writer.add_tensor("blk.0.attn_v.weight", values)
    writer.add_tensor("blk.0.attn_output.weight", back)
    for name in ("ffn_gate", "ffn_up"):
        writer.add_tensor(f"blk.0.{name}.weight", zeros)
    writer.add_tensor("blk.0.ffn_down.weight", zeros.T.copy())
    writer.add_tensor("output.weight", output)
    for name in ("blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "output_norm.weight"):
        writer.add_tensor(name, np.ones(_WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path

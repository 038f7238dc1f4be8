"""Vocabularies are told apart by all that decides on tokens, and by nothing else of a model's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gguf
import pytest

from app.core.errors import AppError, Code
from app.engine.vocabulary import vocabulary_digest

TOKENS, MERGES = ["a", "b", "ab", "<end>"], ["a b"]


def write(
    path: Path,
    change: Callable[[gguf.GGUFWriter], object] = id,
    *,
    tokens: list[str] = TOKENS,
    merges: list[str] = MERGES,
    pre: str = "llama4",
    name: str = "A model",
) -> Path:
    writer = gguf.GGUFWriter(path, "llama4")
    writer.add_name(name)
    writer.add_array("general.tags", ["chat"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(TOKENS))
    writer.add_token_merges(merges)
    change(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_what_decides_on_tokens_counts(tmp_path: Path) -> None:
    digests = [
        vocabulary_digest(write(tmp_path / "1.gguf")),
        vocabulary_digest(write(tmp_path / "2.gguf", merges=["b a"])),
        vocabulary_digest(write(tmp_path / "3.gguf", pre="gpt-4o")),
        vocabulary_digest(write(tmp_path / "4.gguf", tokens=["a", "b", "abb", "<end>"])),
        vocabulary_digest(write(tmp_path / "5.gguf", lambda writer: writer.add_add_space_prefix(True))),
    ]
    assert len(set(digests)) == len(digests)


def test_nothing_else_does(tmp_path: Path) -> None:
    def change(writer: gguf.GGUFWriter) -> None:
        writer.add_chat_template("{{ bos_token }}")
        writer.add_array("general.languages", ["en", "ja"])
        writer.add_block_count(48)

    plain = vocabulary_digest(write(tmp_path / "1.gguf"))
    assert vocabulary_digest(write(tmp_path / "2.gguf", change, name="Another, Q4_K_M")) == plain


def test_a_file_that_is_gone_or_cut_is_told(tmp_path: Path) -> None:
    with pytest.raises(AppError) as gone:
        vocabulary_digest(tmp_path / "none.gguf")
    assert gone.value.code is Code.MODEL_MISSING
    path = write(tmp_path / "1.gguf")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(AppError) as cut:
        vocabulary_digest(path)
    assert cut.value.code is Code.MODEL_TRUNCATED

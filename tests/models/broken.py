"""Files that are not the model they claim to be, for tests of how a bad file is refused.

Layout of the header (`docs/gguf.md` of ggml): magic `GGUF`, version as uint32, the number of tensors and the number of
keys as uint64, then the keys (name, type, value), then the tensors; strings are a uint64 length and UTF-8.
"""

from __future__ import annotations

import struct
from pathlib import Path

import gguf

from tests.models import chatml, llama4

_MAGIC = b"GGUF"
_VERSION = 3
_ABSURD = 2**60
_TYPE_UINT32 = 4
_TYPE_STRING = 8
_TYPE_ARRAY = 9


def write_empty(path: Path) -> Path:
    """No byte at all."""
    path.write_bytes(b"")
    return path


def write_not_gguf(path: Path) -> Path:
    """A page of the web, as a download that met a login form leaves it."""
    path.write_text("<!DOCTYPE html><html><body>Please sign in.</body></html>\n" * 400, encoding="utf-8")
    return path


def write_half(path: Path) -> Path:
    """A llama4 model cut in the middle of its tensors; its header is whole and promises them all."""
    whole = llama4.write_scout(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def write_half_header(path: Path) -> Path:
    """A llama4 model cut in the middle of its vocabulary."""
    path.write_bytes(llama4.write_scout(path).read_bytes()[:4000])
    return path


def write_unknown_architecture(path: Path) -> Path:
    """A sound file of a model family that llama.cpp does not know."""
    writer = gguf.GGUFWriter(path, "octopus")
    writer.add_name("Tiny Octopus")
    writer.add_context_length(4096)
    writer.add_block_count(8)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_missing_tensor(path: Path) -> Path:
    """A plain llama whose header promises one layer more than its tensors fill."""
    return _set_layers(chatml.write_chatml(path), 3)


def write_aborting(path: Path) -> Path:
    """A plain llama whose header claims four billion layers: llama.cpp answers it by ending the process.

    It is not one of `ALL`: only a child process may load it. GGML_NO_BACKTRACE=1 in the child's environment keeps
    llama.cpp from starting a debugger on itself first.
    """
    return _set_layers(chatml.write_chatml(path), 4_000_000_000)


def write_wrong_version(path: Path) -> Path:
    """A version of the format that does not exist yet."""
    path.write_bytes(_MAGIC + struct.pack("<IQQ", 4711, 1, 1) + bytes(4096))
    return path


def write_absurd_counts(path: Path) -> Path:
    """A short file that claims 2**60 tensors and as many keys."""
    path.write_bytes(_MAGIC + struct.pack("<IQQ", _VERSION, _ABSURD, _ABSURD) + bytes(4096))
    return path


def write_absurd_string(path: Path) -> Path:
    """A short file whose first key claims a name of 2**60 bytes."""
    path.write_bytes(_MAGIC + struct.pack("<IQQQ", _VERSION, 0, 1, _ABSURD) + bytes(4096))
    return path


def write_absurd_array(path: Path) -> Path:
    """A short file whose vocabulary claims 2**60 tokens."""
    array = struct.pack("<IIQ", _TYPE_ARRAY, _TYPE_STRING, _ABSURD)
    head = _string("general.architecture") + struct.pack("<I", _TYPE_STRING) + _string("llama4")
    content = head + _string("tokenizer.ggml.tokens") + array
    path.write_bytes(_MAGIC + struct.pack("<IQQ", _VERSION, 0, 2) + content + bytes(4096))
    return path


def write_nested_arrays(path: Path) -> Path:
    """A short file whose first value is an array of arrays of arrays, 300 deep."""
    nested = struct.pack("<I", _TYPE_ARRAY) + struct.pack("<IQ", _TYPE_ARRAY, 1) * 300
    path.write_bytes(_MAGIC + struct.pack("<IQQ", _VERSION, 0, 1) + _string("general.name") + nested + bytes(4096))
    return path


def _set_layers(path: Path, layers: int) -> Path:
    content = path.read_bytes()
    start = content.index(_string("llama.block_count") + struct.pack("<I", _TYPE_UINT32))
    value = start + len(_string("llama.block_count")) + 4
    path.write_bytes(content[:value] + struct.pack("<I", layers) + content[value + 4 :])
    return path


def _string(text: str) -> bytes:
    content = text.encode()
    return struct.pack("<Q", len(content)) + content


ALL = (
    write_empty,
    write_not_gguf,
    write_half,
    write_half_header,
    write_unknown_architecture,
    write_missing_tensor,
    write_wrong_version,
    write_absurd_counts,
    write_absurd_string,
    write_absurd_array,
    write_nested_arrays,
)
"""Every one of them: none may load, none may end the process that tries."""

"""Tells which vocabulary a model file has: tokens, merges and rules of two that have the same name are the same."""

from __future__ import annotations

import hashlib
import mmap
import struct
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.machine.paths import machine_error

_TOKENIZER = b"tokenizer."
_TEMPLATE = b"tokenizer.chat_template"
_STRING, _ARRAY = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a number of each type. Source: `enum gguf_type` of ggml's gguf.h."""

_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")
_HEAD_BYTES = 24


def vocabulary_digest(path: Path) -> str:
    """Return a digest of all keys of a GGUF file's header that say how texts become tokens, but for its chat template.

    It is meant for a file that llama.cpp has just read: of a split model, the first part. llama.cpp gives tokens by
    their numbers, and no merges: so the header is gone through once more, without taking anything out of it. Raises
    AppError MODEL_MISSING, MODEL_TRUNCATED, MODEL_FAILED.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as header:
            return _digest(header)
    except FileNotFoundError as error:
        raise AppError(Code.MODEL_MISSING, path=str(path)) from error
    except OSError as error:
        raise AppError(Code.MODEL_FAILED, path=str(path), detail=machine_error(error, path).code.value) from error
    except (struct.error, KeyError, ValueError) as error:
        raise AppError(Code.MODEL_TRUNCATED, path=str(path)) from error


def _digest(header: mmap.mmap) -> str:
    keys = _U64.unpack_from(header, _HEAD_BYTES - _U64.size)[0]
    found, place = {}, _HEAD_BYTES
    for _ in range(keys):
        begin = place + _U64.size
        place = _behind(header, _STRING, place)
        name = header[begin:place]
        kind = _U32.unpack_from(header, place)[0]
        begin, place = place, _behind(header, kind, place + _U32.size)
        if name.startswith(_TOKENIZER) and not name.startswith(_TEMPLATE):
            found[name] = (begin, place)
    digest = hashlib.blake2b(digest_size=16)
    for name, (begin, end) in sorted(found.items()):
        digest.update(name + b"\0" + _U64.pack(end - begin))
        with memoryview(header) as view, view[begin:end] as value:
            digest.update(value)
    return digest.hexdigest()


def _behind(header: mmap.mmap, kind: int, place: int) -> int:
    """Return where the field after a value begins."""
    if kind == _STRING:
        return place + _U64.size + int(_U64.unpack_from(header, place)[0])
    if kind != _ARRAY:
        return place + _SIZES[kind]
    of = _U32.unpack_from(header, place)[0]
    count = int(_U64.unpack_from(header, place + _U32.size)[0])
    place += _U32.size + _U64.size
    if of in _SIZES:
        return place + count * _SIZES[of]
    unpack = _U64.unpack_from
    if of == _STRING:
        for _ in range(count):  # of hundreds of thousands
            place += 8 + unpack(header, place)[0]
        return place
    for _ in range(count):
        place = _behind(header, of, place)
    return place

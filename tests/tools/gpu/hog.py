"""A process that takes what is free of the card's memory."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_GPU = 1  # ggml-backend.h: enum ggml_backend_dev_type
_LEAST_BYTES = 1 << 20


@contextmanager
def filled_card() -> Iterator[None]:
    """While it lasts, the card has no megabyte left."""
    with subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as hog:
        assert hog.stdout is not None
        assert hog.stdout.readline() == b"full\n"
        yield
        hog.communicate()


def main() -> None:
    from app.engine.llama.llama_loader import bindings

    library = bindings()._lib
    library.ggml_backend_dev_buffer_type.argtypes = [ctypes.c_void_p]
    library.ggml_backend_dev_buffer_type.restype = ctypes.c_void_p
    kind = library.ggml_backend_dev_buffer_type(library.ggml_backend_dev_by_type(_GPU))
    size = 1 << 40
    while size >= _LEAST_BYTES:
        if not library.ggml_backend_buft_alloc_buffer(kind, size):
            size //= 2
    print("full", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))
    main()

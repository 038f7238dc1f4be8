"""The engine's process with a card that has no memory left once a model is loaded: the real one, but for what
evaluating does, which is what llama.cpp's CUDA part does then (`ggml_cuda_error`).

`python -P -m tests.models.full_card`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_ERROR = 4  # ggml.h: enum ggml_log_level
LINES = (
    b"CUDA error: out of memory",
    b"  current device: 0, in function alloc at ggml-cuda.cu:512",
    b"  cuMemCreate(&handle, reserve_size, &prop, 0)",
)


def command(_module: str) -> list[str]:
    """A command line for `app.engine.client`."""
    return [sys.executable, __file__]


def main() -> None:
    from app.engine import worker
    from app.engine.llama.llama_loader import bindings, log_callback

    api: Any = bindings()

    def fail(_context: Any, _batch: Any) -> int:
        for line in LINES:
            log_callback()(_ERROR, line, None)
        api._lib.ggml_abort(b"ggml-cuda.cu", 104, b"CUDA error")
        return 0

    api.llama_decode = fail
    worker.main()


if __name__ == "__main__":
    sys.path.insert(0, str(_ROOT))
    main()

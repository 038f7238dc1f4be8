"""The engine's process with a card that its driver has lost: the real one, but for loading a model onto a card, which
fails as llama.cpp's Vulkan part does then. What is loaded for the processor alone loads.

`python -P -m tests.models.lost_card`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_ERROR = 4  # ggml.h: enum ggml_log_level
LINE = b"ggml_vulkan: device lost on Vulkan0"


def command(_module: str) -> list[str]:
    """A command line for `app.engine.client`."""
    return [sys.executable, __file__]


def main() -> None:
    from app.engine import worker
    from app.engine.llama import llama
    from app.engine.llama.llama_loader import bindings, log_callback

    api: Any = bindings()
    load, apply = api.llama_model_load_from_file, llama._apply
    on_cards = True

    def look(placing: llama.Placing, params: Any) -> Any:
        nonlocal on_cards
        on_cards = placing.cards
        return apply(placing, params)

    def fail(path: bytes, params: Any) -> Any:
        if not on_cards:
            return load(path, params)
        log_callback()(_ERROR, LINE, None)
        return None

    llama._apply = look
    api.llama_model_load_from_file = fail
    worker.main()


if __name__ == "__main__":
    sys.path.insert(0, str(_ROOT))
    main()

"""The embedder: the process that makes vectors of texts. It gets texts, never a file.

Its command line is that of `isolation.worker_main.enter`.
"""

from __future__ import annotations

import os
import sys

from app.embedding.model import EmbeddingModel
from app.embedding.protocol import Embed, Embedded
from app.isolation import worker_main

_LAST_IN_LINE = 19


def main(*arguments: str) -> None:
    model = EmbeddingModel()
    port, _no_files = worker_main.enter(Embed, arguments, get_ready=model.load, start=model.start)

    def embedded(order: Embed) -> Embedded:
        if order.patient and hasattr(os, "setpriority"):  # `os.nice` asks for more than the sandbox lets it
            os.setpriority(os.PRIO_PROCESS, 0, _LAST_IN_LINE)
        return Embedded(model.embed(order.texts, order.kinds, asked=order.asked))

    worker_main.serve(port, lambda order: worker_main.attempt(lambda: embedded(order)))


if __name__ == "__main__":
    main(*sys.argv[1:])

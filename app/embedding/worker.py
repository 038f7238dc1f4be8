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


def let_others_go_first() -> None:
    """Compute in this thread only when nobody else on this machine wants to."""
    if hasattr(os, "setpriority"):  # `os.nice` asks for more than the sandbox lets it
        os.setpriority(os.PRIO_PROCESS, 0, _LAST_IN_LINE)


def main(*arguments: str) -> None:
    model = EmbeddingModel()
    port, _no_files = worker_main.enter(Embed, arguments, get_ready=model.load, start=model.start)

    def embedded(order: Embed) -> Embedded:
        if order.patient:
            let_others_go_first()
        before = let_others_go_first if order.patient else None  # each thread has a place in line of its own
        return Embedded(model.embed(order.texts, order.kinds, asked=order.asked, before=before))

    worker_main.serve(port, lambda order: worker_main.attempt(lambda: embedded(order)))


if __name__ == "__main__":
    main(*sys.argv[1:])

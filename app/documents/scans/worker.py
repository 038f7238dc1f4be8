"""The recogniser: the process that reads pictures of pages. It gets pixels, never a file.

Its command line is that of `isolation.worker_main.enter`.
"""

from __future__ import annotations

import sys

from app.core.conversations.events import Opening
from app.documents.protocol import Recognise, Recognised
from app.documents.scans.layout import set_text
from app.documents.scans.models import MIN_LINE_CONFIDENCE, FoundLines, RecognitionModels
from app.documents.text.clean import clean
from app.isolation import worker_main


def recognised(found: FoundLines) -> Recognised:
    """Return the text of the lines that were found. The confidence is the mean of all of them, weighted by characters:
    those left out as too unsure count."""
    sure = [line for line in found.lines if line.confidence >= MIN_LINE_CONFIDENCE]
    text, _ = clean(set_text(sure, found.upside_down))
    if not text.strip():
        return Recognised("", 0.0)
    characters = sum(len(line.text) for line in found.lines)
    return Recognised(text, sum(line.confidence * len(line.text) for line in found.lines) / characters)


def main(*arguments: str) -> None:
    models = RecognitionModels()
    port, _no_files = worker_main.enter(Recognise, arguments, get_ready=models.load, start=models.start)

    def on_step() -> None:
        port.step()
        port.send(Opening(0, 0))

    worker_main.serve(port, lambda order: worker_main.attempt(lambda: recognised(models.find(order.image, on_step))))


if __name__ == "__main__":
    main(*sys.argv[1:])

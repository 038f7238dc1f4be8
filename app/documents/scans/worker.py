"""The recogniser: the process that reads pictures of pages. It gets pixels, never a file.

`python -P -m app.documents.scans.worker STEP MEMORY_BYTES CPU_S`.
"""

from __future__ import annotations

import sys

from app.documents.hygiene import clean
from app.documents.scans.layout import set_text
from app.documents.scans.models import MIN_LINE_CONFIDENCE, Found, Models
from app.documents.scans.protocol import Recognise, Recognised, Started, Working
from app.isolation import limits, sandbox
from app.isolation.pulse import Port


def recognised(found: Found) -> Recognised:
    """The confidence is the mean of all lines found, weighted by characters: those left out as too unsure count."""
    sure = [line for line in found.lines if line.confidence >= MIN_LINE_CONFIDENCE]
    text, _ = clean(set_text(sure, found.upside_down))
    if not text.strip():
        return Recognised("", 0.0)
    characters = sum(len(line.text) for line in found.lines)
    return Recognised(text, sum(line.confidence * len(line.text) for line in found.lines) / characters)


def main(step: str, memory_bytes: str, cpu_s: str) -> None:
    limits.confine(limits.Limits(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s)))
    models = Models()
    sandbox.lock(sandbox.Step(step))
    port: Port[Recognise] = Port(Recognise)
    models.start()  # its threads come after the lock, as the port's, so that it holds for them too
    limits.seal()
    port.send(Started())
    while (order := port.receive()) is not None:

        def on_step() -> None:
            port.step()
            port.send(Working())

        port.step()
        port.send(recognised(models.find(order.image, on_step)))
        port.rest()


if __name__ == "__main__":
    main(*sys.argv[1:])

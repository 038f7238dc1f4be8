"""Scenes of scanned books."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from PIL import Image, ImageChops, ImageFilter

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.documents.document import Document, Flag, Format, Page
from app.core.settings import ThemeChoice
from tests.tools.screens import drawings
from tests.tools.screens.stage import Stage
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import pause, wait

QUESTION = "May the tenant leave the dry dock early?"
_LETTER = (
    "12 March 1974. The Tenant of the Dry Dock may not end the Term before its gear has been surveyed and handed over "
    "to the Harbour Office."
)
_ANSWER = (
    "Not before the survey: the tenant “may not end the Term before its gear has been surveyed and handed over to the "
    "Harbour Office” [p. 3]."
)


def _scan(confidence: float = 0.98, *flags: Flag) -> Document:
    pages = [Page(number, str(number), "", flags=(Flag.NO_TEXT,)) for number in (1, 2)]
    text = f"Harbour Office\nQuay 3\nto the Tenant of Berths 1 to 12\n\n{_LETTER}"
    pages.append(Page(3, "3", text, flags=(Flag.RECOGNISED, *flags), confidence=confidence, picture="3" * 64))
    digest = hashlib.sha256(b"scan").hexdigest()
    return Document("Letters of the Harbour Office, 1974", Format.PDF, digest, tuple(pages), language="en")


def _draw(page: int, width: int) -> Raster:
    """A letter that has yellowed, laid a little askew."""
    drawn = drawings.letter(_LETTER, width)
    letter = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.rgb)
    letter = letter.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)).filter(
        ImageFilter.GaussianBlur(0.6)
    )
    specks = Image.effect_noise(letter.size, 24).convert("RGB")
    paper = ImageChops.multiply(Image.blend(letter, specks, 0.12), Image.new("RGB", letter.size, (255, 246, 226)))
    return Raster(paper.width, paper.height, paper.tobytes())


def _cited(stage: Stage, document: Document, **options: object) -> None:
    stage.reader.draw = _draw
    book = stage.add_book(document, 1)
    stage.add_conversation("The dry dock in the old letters", [book])
    stage.engine.answers = [(_ANSWER,)]
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask(QUESTION)
    stage.presenter.places.navigation.open_citation(stage.citation(0))
    stage.settle()


def recognised_scan(stage: Stage) -> None:
    _cited(stage, _scan())


def recognised_scan_unsure(stage: Stage) -> None:
    _cited(stage, _scan(0.93, Flag.LOW_CONFIDENCE), theme=ThemeChoice.DARK, size=(1024, 700))


def recognising(stage: Stage) -> None:
    gate = Gate()
    stage.add_books()
    stage.add_conversation("The dry dock in the old letters", [stage.books[0]])
    stage.reader.steps["Letters 1974.pdf"] = [Opening(40, 40), Opening(2, 40, recognising=True), gate]
    stage.open()
    stage.presenter.shelf_area.shelf.openings.open_files([shelf_of_books.file("Letters 1974.pdf")])
    wait(gate.reached.is_set)
    pause(200)


SCANS: dict[str, Callable[[Stage], None]] = {
    scene.__name__.replace("_", "-"): scene for scene in (recognised_scan, recognised_scan_unsure, recognising)
}

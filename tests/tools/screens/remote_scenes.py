"""Scenes of a remote engine: the mark that text leaves this machine, and its settings."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.core.documents.document import Document, Format, Page
from app.core.settings import RemoteSettings, RemoteTexts, ThemeChoice
from app.features.pseudonyms.window.pseudonyms import PseudonymsWindow
from tests.tools.screens.attachment_scenes import draw_image
from tests.tools.screens.stage import Stage, japanese
from tests.ui.fakes import SCOUT
from tests.ui.room import LEASE, LETTERS

_HOST = "models.example.org"
_SETTINGS = RemoteSettings(f"https://{_HOST}", texts=RemoteTexts.REPLACED)
_MODEL = msgspec.structs.replace(
    SCOUT,
    name="meta-llama/Llama-4-Maverick",
    quantization="",
    path=f"https://{_HOST}",
    device=f"vLLM, {_HOST}",
    context_tokens=1_048_576,
    vision=None,
    host=_HOST,
)
_ANSWER = (
    "The lease asks for twelve months: notice must be given “not less than twelve months before the end of the then "
    "current Term” [p. 87]."
)

_LETTER = (
    Page(
        1,
        "1",
        "From: Charlotte Olsen <c.olsen@marlow-rigging.example>\nTo: Jonathan Ferris <jferris@example.org>\n\n"
        "Dear Mr Ferris,\n\nwe refer to the lease between Marlow Rigging Ltd and the Harbour Office,"
        " case no. HC-2024-000917."
        " Please pay the arrears of EUR 4,200 to DE89 3704 0044 0532 0130 00, or call +44 20 7946 0958.\n"
        "Dr. Beatrice Alder, born on 4 March 1970, 12 Harbour Road, Hull, HU1 2AB, holds policy number PL-2231-77."
        " The form is at https://marlow-rigging.example/forms.\n\nCharlotte Olsen\nDirector, Marlow Rigging Ltd\n",
    ),
)


def _remote(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.info = _MODEL
    stage.engine.answers = [(_ANSWER,)]
    stage.desk.settings.save(msgspec.structs.replace(stage.desk.settings.load(), remote=_SETTINGS))
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask("When must the tenant give notice to leave?")


def remote(stage: Stage) -> None:
    _remote(stage)


def remote_dark(stage: Stage) -> None:
    _remote(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def _leaving(stage: Stage, **options: object) -> None:
    """Show what a question would send, before it is decided."""
    stage.add_books()
    letter = stage.add_book(Document("Letter to Jonathan Ferris", Format.TEXT, "ab" * 32, _LETTER), 7)
    stage.add_conversation("Notice periods in the lease", [letter])
    stage.engine.info = _MODEL
    remote = msgspec.structs.replace(_SETTINGS, texts=RemoteTexts.UNDECIDED)
    stage.desk.settings.save(msgspec.structs.replace(stage.desk.settings.load(), remote=remote))
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask("Does Mr Ferris have to pay Charlotte Olsen by the end of May?")


def leaving(stage: Stage) -> None:
    _leaving(stage)


def leaving_dark(stage: Stage) -> None:
    _leaving(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def leaving_japanese(stage: Stage) -> None:
    with japanese():
        _leaving(stage)


def _images(stage: Stage, **options: object) -> None:
    """Before the first image goes to a server."""
    stage.add_books()
    stage.add_conversation("The plan of the berth")
    stage.engine.info = msgspec.structs.replace(_MODEL, vision=SCOUT.vision)
    stage.desk.settings.save(msgspec.structs.replace(stage.desk.settings.load(), remote=_SETTINGS))
    stage.open(**options)  # type: ignore[arg-type]
    plan = stage.desk.paths.database.with_name("plan.png")
    draw_image(plan, (1600, 1200), 0)
    stage.presenter.shelf_area.openings.take_files([plan])
    stage.settle()
    stage.ask("Which berth is the widest?")


def images_leave_dark(stage: Stage) -> None:
    _images(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def images_leave_japanese(stage: Stage) -> None:
    with japanese():
        _images(stage)


def export_replaced(stage: Stage) -> None:
    stage.add_books()
    letter = stage.add_book(Document("Letter to Jonathan Ferris", Format.TEXT, "ab" * 32, _LETTER), 7)
    stage.add_conversation("Notice periods in the lease", [letter])
    stage.engine.answers = [("Jonathan Ferris owes Marlow Rigging Ltd EUR 4,200 [p. 1].",)]
    stage.open()
    stage.ask("What does Mr Ferris owe?")
    stage.feature(PseudonymsWindow).export_replaced()
    stage.settle()


_ALL = (
    *(remote, remote_dark, leaving, leaving_dark, leaving_japanese),
    *(images_leave_dark, images_leave_japanese, export_replaced),
)

REMOTE_SCENES: dict[str, Callable[[Stage], None]] = {scene.__name__.replace("_", "-"): scene for scene in _ALL}

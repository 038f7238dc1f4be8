"""Scenes of a remote engine: the mark that text leaves this machine, and its settings."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.core.settings import RemoteSettings, ThemeChoice
from tests.screens.stage import Stage
from tests.ui.fakes import SCOUT
from tests.ui.room import LEASE, LETTERS

_HOST = "models.example.org"
_SETTINGS = RemoteSettings(f"https://{_HOST}")
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


REMOTE_SCENES: dict[str, Callable[[Stage], None]] = {
    scene.__name__.replace("_", "-"): scene for scene in (remote, remote_dark)
}

"""Saved prompts: what a person asks often, kept by a name, and chosen with a slash."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.kept import Keeps, KeptKind, SearchedTable
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.prompts.window.prompts import PromptsWindow

    return PromptsWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.prompts import command

    command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    prompts = parsers.add_command(
        commands, "prompts", _("print your instructions and saved prompts as text, or import them")
    )
    prompts.add_argument(
        "--import", dest="file", type=Path, metavar="FILE",
        help=_("take in a text that was printed so; prompts replace those of the same name"),
    )  # fmt: skip


_PROMPTS = "prompts"
_KEEPS = Keeps(
    kinds=(
        KeptKind(
            _PROMPTS,
            lambda: _("Saved prompts"),
            lambda: _("Delete or change the prompt."),
            total="saved_prompts",
            title="SELECT name, 0 FROM saved_prompts WHERE id = ?",
        ),
    ),
    tables=(SearchedTable("saved_prompts", _PROMPTS, "t.id", ("name", "text")),),
)

PROMPTS = Feature(name="prompts", terminal=(TerminalCommand(("prompts",), _add, _run),), window=_window, keeps=_KEEPS)

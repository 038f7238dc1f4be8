"""The benchmark: how fast a model is on this computer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.settings import KvType
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.bench import command

    command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    about = _(
        "measure how fast a model is on this computer: loading, reading, writing, saving; it reads made-up text and"
        " keeps nothing but these speeds, for later plans"
    )
    bench = commands.add_parser("bench", help=about, description=about)
    parsers.add_data_dir(bench)
    bench.add_argument(
        "model", metavar="MODEL", nargs="?",
        help=_("a GGUF file, its folder, or a name in the list; otherwise the model in the settings, or the starter"
        " model"),
    )  # fmt: skip
    bench.add_argument(
        "--json", type=Path, metavar="FILE", dest="report",
        help=_("also write the results to a file, after each step; it contains no text, no path and no file name"),
    )  # fmt: skip
    bench.add_argument(
        "--minutes", type=_minutes, metavar="N", default=10.0,
        help=_("time limit (default 10); what takes longer is left out"),
    )  # fmt: skip
    bench.add_argument(
        "--context", type=parsers.tokens, metavar="N", help=_("space for documents and conversation, in tokens")
    )
    bench.add_argument("--kv", choices=[kind.value for kind in KvType], help=_("number format of the KV cache"))
    parsers.add_mapping(bench)
    bench.set_defaults(json=False)


def _minutes(text: str) -> float:
    number = float(text)
    if not 0 < number <= 24 * 60:
        raise ValueError(text)
    return number


BENCH = Feature(name="bench", terminal=(TerminalCommand(("bench",), _add, _run),))
